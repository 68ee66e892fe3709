// Asking for a link. Name, comment and wishes about the statement stay in this browser; only
// the address, the wish for updates and a region that stands on the roll are sent.

import { Problem, callJson } from "../lib/api.js";
import { page, say, sayOr, show } from "../lib/page.js";
import { draft, keepDraft } from "../lib/storage.js";

const KEPT = ["name", "region", "comment"];
const TICKS = ["show_name", "share"];
const ADDRESS = "undersigned/address";

/** What was typed before, in this tab; nothing where a browser keeps nothing. */
function address(typed) {
  try {
    if (typed) {
      sessionStorage.setItem(ADDRESS, typed);
    }
    return sessionStorage.getItem(ADDRESS);
  } catch {
    return typed;
  }
}

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("sign"));

function field(name) {
  return /** @type {any} */ (form?.elements.namedItem(name));
}

function prefill() {
  const typed = draft(page.petition);
  for (const name of KEPT) {
    if (field(name) && !field(name).value && typed[name]) {
      field(name).value = typed[name];
    }
  }
  for (const name of TICKS.filter(field)) {
    field(name).checked = typed[name] === "yes";
  }
  const typedBefore = address();
  if (field("email") && !field("email").value && typedBefore) {
    field("email").value = typedBefore;
  }
}

function keepTyped() {
  const typed = KEPT.filter((name) => field(name)).map((name) => [name, field(name).value.trim()]);
  const ticked = TICKS.filter(field).map((name) => [name, field(name).checked ? "yes" : ""]);
  keepDraft(page.petition, Object.fromEntries([...typed, ...ticked]));
}

async function ask() {
  const email = field("email").value.trim();
  const body = { email, lang: page.lang };
  if (field("updates")?.checked) {
    body.updates = true;
  }
  if (page.roll_region) {
    body.region = field("region").value.trim();
  }
  await callJson(page.petition, "/confirmations", body);
  address(email);
}

function complain(error) {
  const kind = error instanceof Problem ? error.kind : "other";
  let place = /** @type {HTMLElement | null} */ (form.querySelector(".error"));
  if (!place) {
    place = document.createElement("p");
    place.className = "error";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  place.textContent = sayOr(`problem-${kind}`, "problem-other");
  show(place);
}

if (form) {
  prefill();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("button[type=submit]"));
    button.disabled = true;
    keepTyped();
    try {
      await ask();
      location.assign(page.inbox);
      return;
    } catch (error) {
      complain(error);
    }
    button.disabled = false;
  });
}
