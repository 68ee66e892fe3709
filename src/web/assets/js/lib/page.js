// What the server tells a page's script, and small helpers for what the page shows.

/** @type {Record<string, any>} */
export const page = JSON.parse(document.getElementById("page").textContent);

/**
 * A message in the reader's language, with `%name%` filled in.
 * @param {string} id without `js-`
 * @param {Record<string, unknown>} [values]
 */
export function say(id, values = {}) {
  const message = page.messages[`js-${id}`] ?? id;
  return message.replace(/%([a-z]+)%/g, (_, name) => String(values[name] ?? ""));
}

/**
 * A message if there is one, else another.
 * @param {string} id
 * @param {string} otherwise
 */
export function sayOr(id, otherwise) {
  return say(`js-${id}` in page.messages ? id : otherwise);
}

/**
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * @param {HTMLElement | null} element
 * @param {boolean} [visible]
 */
export function show(element, visible = true) {
  if (element) {
    element.hidden = !visible;
  }
}

/**
 * An element with text, never markup.
 * @param {string} name
 * @param {string} [text]
 * @param {Record<string, string>} [attributes]
 */
export function make(name, text = "", attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  return element;
}

/**
 * A time as the reader writes it, in UTC like all times of a petition.
 * @param {bigint} seconds
 */
export function time(seconds) {
  const format = new Intl.DateTimeFormat(page.lang, { dateStyle: "long", timeStyle: "short", hourCycle: "h23", timeZone: "UTC" });
  return `${format.format(new Date(Number(seconds) * 1000))} UTC`;
}

/** The links to other languages keep what the fragment carries. */
export function carryFragment() {
  for (const link of document.querySelectorAll("nav.languages a")) {
    link.addEventListener("click", () => link.setAttribute("href", link.getAttribute("href").replace(/#.*|$/, location.hash)));
  }
}

/** @param {bigint} n */
export function number(n) {
  return new Intl.NumberFormat(page.lang).format(n);
}

/**
 * Hand a file to the reader.
 * @param {string} name
 * @param {string} text
 */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = make("a", "", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
