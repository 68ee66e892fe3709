// Keeps the count on a page current, politely: only while somebody looks, slower while nothing
// happens, and with an answer of a few bytes where nothing has changed. Also what a petition's
// page can do better with a script than without.

const page = JSON.parse(document.getElementById("page").textContent);

const FASTEST = 5_000;
const SLOWEST = 60_000;
let pause = FASTEST;
let timer = 0;
let known = "";

/** A whole number as the page writes it. */
function number(n) {
  const separator = page.thousand.slice(1, -3);
  const grouped = String(n).replace(/\B(?=(\d{3})+$)/g, separator);
  return grouped.replace(/\d/g, (digit) => page.digits[Number(digit)]);
}

function show(name, text) {
  for (const element of document.querySelectorAll(`[data-live="${name}"]`)) {
    if (element.textContent !== text) element.textContent = text;
  }
}

function unit(n) {
  const category = new Intl.PluralRules(page.lang).select(n);
  return page.messages[`js-count-${category}`];
}

function moment(seconds) {
  const locale = { en: "en-GB", ar: "ar-EG" }[page.lang] ?? page.lang;
  const date = new Date(seconds * 1000);
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(date);
  const time = date.toISOString().slice(11, 16).replace(/\d/g, (digit) => page.digits[Number(digit)]);
  return page.messages["js-moment"].replace("%date%", day).replace("%time%", time);
}

function update({ count, ceiling, waiting, as_of: time }) {
  show("count", number(count));
  show("unit", unit(count));
  show("ceiling", number(ceiling));
  show("waiting", number(waiting));
  if (time) show("as-of", moment(time));
  for (const bar of document.querySelectorAll("progress[data-live]")) bar.value = Math.min(count, bar.max);
}

async function ask() {
  try {
    const answer = await fetch(`/api/v1/petitions/${page.petition}/count`, { cache: "no-cache" });
    if (!answer.ok) {
      pause = Math.max(SLOWEST, 1000 * Number(answer.headers.get("retry-after") ?? 0));
      return;
    }
    const found = await answer.json();
    const now = JSON.stringify([found.count, found.ceiling, found.waiting, found.as_of]);
    pause = now === known ? Math.min(pause * 1.5, SLOWEST) : FASTEST;
    if (known !== now) update(found);
    known = now;
  } catch {
    // Offline, or the service restarts: the page stays as it is.
    pause = SLOWEST;
  }
}

async function round() {
  clearTimeout(timer);
  if (document.hidden) return;
  await ask();
  timer = setTimeout(round, pause);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) round();
});
timer = setTimeout(round, FASTEST);

for (const element of document.querySelectorAll(".without-script")) element.hidden = true;
for (const element of document.querySelectorAll("[data-needs-script]")) {
  element.hidden = false;
  element.disabled = false;
}

const said = document.querySelector("[data-copied]");
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    said.textContent = page.messages["js-copied"];
  });
}
for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !navigator.share;
  button.addEventListener("click", () => {
    const { share: url, title } = button.dataset;
    // Whoever closes the device's dialogue has not failed at anything.
    navigator.share({ url, title }).catch(() => undefined);
  });
}
