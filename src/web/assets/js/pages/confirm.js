// The link in the mail: makes the signature. Its secret is made here and kept, together with
// the statement, before anything is sent; whatever happens then, a reload goes on.

import { Problem } from "../lib/api.js";
import { byId, carryFragment, page, say, sayOr, show } from "../lib/page.js";
import { beginReceipt, confirmReceipt, discloseReceipt, fragmentOf, keep, loadManifest, receiptInFragment, receiptKey, receiptStored, submitReceipt } from "../lib/signing.js";
import { begunBy, draft, forgetDraft, keepDraft, keepLink, keepShare, storedReceipts } from "../lib/storage.js";
import { toHex, utf8 } from "../protocol/bytes.js";
import { sha256 } from "../protocol/digest.js";
import { ProtocolError } from "../protocol/error.js";
import { parseReceipt } from "../protocol/receipt_file.js";

const FIELDS = ["name", "region", "comment"];
/** What is to become of the statement. */
const TICKS = ["show_name", "share"];
const form = /** @type {HTMLFormElement} */ (byId("confirm"));
const token = location.pathname.split("/").pop() ?? "";

let manifest;
let link;
/** The signing under way. */
let current;

function field(name) {
  return /** @type {any} */ (form.elements.namedItem(name));
}

function fields() {
  const typed = FIELDS.filter((name) => field(name)).map((name) => [name, field(name).value.trim()]);
  return Object.fromEntries(typed);
}

/** Show one part of the page, and no other. */
function only(id) {
  for (const part of ["confirm", "resume", "progress", "problem", "preparing"]) {
    show(byId(part), part === id);
  }
}

function progress(id) {
  byId("progress").textContent = say(id);
  only("progress");
}

const FINAL = ["link-used", "already-confirmed", "unknown-link", "closed", "not-open"];

function complain(error) {
  if (!(error instanceof Problem || error instanceof ProtocolError)) {
    throw error;
  }
  const kind = error instanceof Problem ? error.kind : error.code;
  const fallback = error instanceof Problem ? "problem-other" : "problem-answer";
  byId("problem").dataset.kind = kind;
  byId("problem").firstElementChild.textContent = sayOr(`problem-${kind}`, fallback);
  only("problem");
  show(byId("retry"), ![...FINAL, "webcrypto"].includes(kind));
  show(byId("plain-way"), kind === "webcrypto");
  show(byId("lost"), ["link-used", "already-confirmed"].includes(kind));
}

/** What this link began, in the address or in this browser. */
async function begun() {
  const carried = await receiptInFragment(location.hash, manifest);
  const pk = begunBy(page.petition, link);
  return carried ?? (pk && (await receiptStored(page.petition, pk)));
}

/** A signing that another link began here and that has no token: its answer may be lost. */
async function pending() {
  const receipts = await Promise.all(storedReceipts(page.petition).map((text) => parseReceipt(utf8(text))));
  return receipts.find((receipt) => receipt.private && !receipt.leaf);
}

async function persist(receipt) {
  current = receipt;
  keepLink(page.petition, link, await receiptKey(receipt, page.petition));
  await keep(receipt, page.petition);
}

/** From where the receipt stands to the promise. */
async function go(receipt) {
  try {
    await persist(receipt);
    if (!current.leaf) {
      progress("confirming");
      await persist(await confirmReceipt(current, manifest, token));
    }
    if (!current.promise) {
      progress("handing-in");
      await persist(await submitReceipt(current, manifest));
    }
    // Not before the signature is accepted, and only if it was ticked.
    if (draft(page.petition).show_name === "yes" && current.private.disclosure !== "{}") {
      await discloseReceipt(current, page.petition, "recipients");
    }
    if (draft(page.petition).share === "yes") {
      keepShare(page.petition, await receiptKey(current, page.petition), "wanted");
    }
    forgetDraft(page.petition);
    location.replace(page.receipt + (await fragmentOf(current)));
  } catch (error) {
    complain(error);
  }
}

function offer() {
  const typed = draft(page.petition);
  for (const name of FIELDS.filter((one) => field(one) && typed[one])) {
    field(name).value = typed[name];
  }
  for (const name of TICKS.filter(field)) {
    field(name).checked = typed[name] === "yes";
  }
  only("confirm");
}

async function start() {
  only("preparing");
  manifest = await loadManifest(page.petition);
  link = toHex(await sha256(utf8(token)));
  const own = await begun();
  if (own) {
    await go(own);
    return;
  }
  const other = await pending();
  if (other) {
    byId("resume").firstElementChild.textContent = say("resume");
    byId("resume").dataset.pending = "yes";
    only("resume");
    const again = document.createElement("button");
    again.type = "button";
    again.id = "go-on";
    again.textContent = say("resume-button");
    again.addEventListener("click", () => go(other));
    byId("anew").before(again, " ");
    return;
  }
  offer();
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    complain(error);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  keepDraft(page.petition, Object.fromEntries(TICKS.map((name) => [name, field(name)?.checked ? "yes" : ""])));
  // Another tab may have begun since.
  attempt(async () => go((await begun()) ?? beginReceipt(manifest, fields())));
});
byId("anew").addEventListener("click", offer);
byId("retry").addEventListener("click", () => {
  if (!manifest) {
    attempt(start);
  } else if (current) {
    attempt(() => go(current));
  } else {
    offer();
  }
});
carryFragment();
attempt(start);
