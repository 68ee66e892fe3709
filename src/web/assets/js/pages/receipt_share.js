// Handing what was filled in to the organiser, and taking it back. Loaded by the receipt's page
// where the petition keeps a list and the signature is proven.

import { Problem } from "../lib/api.js";
import { byId, page, say, sayOr, show } from "../lib/page.js";
import { shareReceipt, unshareReceipt } from "../lib/sharing.js";
import { receiptKey } from "../lib/signing.js";
import { keepShare, shared } from "../lib/storage.js";
import { ProtocolError } from "../protocol/error.js";

/** The receipt shown, its petition, and whether this browser keeps it. */
let current;

async function keepState(state) {
  if (current.kept) {
    keepShare(page.petition, await receiptKey(current.receipt, page.petition), state);
  }
  told(state);
}

function told(state) {
  byId("share-state").textContent = say(`share-${state}`);
  byId("share-state").dataset.share = state;
}

function complain(error) {
  if (!(error instanceof Problem || error instanceof ProtocolError)) {
    throw error;
  }
  const [kind, fallback] = error instanceof Problem ? [`problem-${error.kind}`, "problem-other"] : [`share-${error.code}`, "problem-answer"];
  byId("share-state").textContent = sayOr(kind, fallback);
  byId("share-state").dataset.share = "problem";
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    complain(error);
  }
}

async function hand() {
  const address = byId("share-address");
  if (!address.reportValidity()) {
    return;
  }
  await shareReceipt(current.receipt, current.manifest, address.value.trim());
  await keepState("shared");
}

async function back() {
  await unshareReceipt(current.receipt, current.manifest);
  await keepState("back");
}

document.addEventListener("receipt", (event) => {
  current = /** @type {any} */ (event).detail;
  attempt(async () => {
    const known = shared(page.petition, await receiptKey(current.receipt, page.petition));
    told(known ?? "unknown");
    show(byId("share"));
    if (known === "wanted") {
      await hand();
    }
  });
});
byId("share-hand").addEventListener("click", () => attempt(hand));
byId("share-back").addEventListener("click", () => attempt(back));
