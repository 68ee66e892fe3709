// The receipt: shows what it proves, waits for what is promised, and takes a signature back.

import { Problem } from "../lib/api.js";
import { leafInFragment } from "../lib/fragment.js";
import { byId, carryFragment, download, make, number, page, say, sayOr, show, time } from "../lib/page.js";
import { fetchProof, poll } from "../lib/proving.js";
import { discloseReceipt, keep, leafHashOf, loadManifest, receiptInFragment, receiptKey, submitReceipt, submitWithdrawal, withdrawalOf } from "../lib/signing.js";
import { audience, forgetReceipt, storedReceipts } from "../lib/storage.js";
import { fromHex, toHex, utf8 } from "../protocol/bytes.js";
import { parseDisclosure } from "../protocol/commitment.js";
import { ProtocolError } from "../protocol/error.js";
import { petitionId } from "../protocol/ids.js";
import { parseManifestAs, pinnedPolicy } from "../protocol/manifest.js";
import { leafHash } from "../protocol/merkle.js";
import { verifyReceipt } from "../protocol/receipt.js";
import { checkPromise, opensLeaf, parseReceipt, printReceipt, publicReceipt, receiptLeaf } from "../protocol/receipt_file.js";

/** @type {import("../protocol/manifest.js").Manifest} */
let manifest;
/** @type {import("../protocol/receipt_file.js").Receipt} */
let receipt;
/** Whether this browser keeps the receipt: not one that came from a file. */
let kept = false;
/** Counts receipts shown, so that an earlier one's waiting ends. */
let shown = 0;

function state(id, values = {}) {
  byId("state").dataset.state = id;
  byId("state").replaceChildren(make("p", say(`state-${id}`, values), { class: "lead" }));
}

function complain(error) {
  if (!(error instanceof Problem || error instanceof ProtocolError)) {
    throw error;
  }
  const [kind, fallback] = error instanceof Problem ? [`problem-${error.kind}`, "problem-other"] : [`reason-${error.code}`, "reason-other"];
  const detail = error instanceof ProtocolError ? [make("p", error.message, { lang: "en", dir: "ltr", class: "reason" })] : [];
  byId("problem").replaceChildren(make("p", sayOr(kind, fallback)), ...detail);
  show(byId("problem"));
}

function fact(name, value) {
  byId("facts").append(make("dt", say(`fact-${name}`)), make("dd", value, { dir: "auto" }));
}

async function render(tally) {
  byId("facts").replaceChildren();
  if (receipt.private) {
    const fields = parseDisclosure(utf8(receipt.private.disclosure));
    for (const [name, value] of Object.entries(fields)) {
      fact(name, value);
    }
  }
  show(byId("private"), byId("facts").firstChild);
  const hash = toHex(await leafHashOf(receipt));
  fact("leaf", hash);
  if (receipt.proof) {
    fact("index", number(receipt.proof.index + 1n));
  }
  if (tally) {
    fact("as-of", time(tally.time));
  }
  byId("qr").src = `/${manifest.id}/qr/${hash}.svg`;
  show(byId("qr"));
  for (const id of ["download", "keep", "forget"]) {
    show(byId(id), Boolean(receipt.private) && (id !== "forget" || kept));
  }
  show(byId("forget").parentElement, kept);
  await renderAudience();
  show(byId("withdraw"), Boolean(receipt.private && receipt.proof) && byId("state").dataset.state === "proven");
  show(byId("receipt"));
}

/** To whom the statement is shown, as far as this browser knows. */
async function renderAudience() {
  const has = receipt.private && receipt.private.disclosure !== "{}";
  show(byId("audience"), Boolean(has) && byId("state").dataset.state !== "withdrawn");
  if (has) {
    const known = audience(manifest.id, await receiptKey(receipt, manifest.id));
    byId("audience-state").textContent = say(`audience-${known ?? "unknown"}`);
    byId("audience-state").dataset.audience = known ?? "unknown";
  }
}

async function keepIt() {
  if (kept) {
    await keep(receipt, manifest.id);
  }
}

/** Whether the signature was taken back: its withdrawal is known to who has the secret. */
async function withdrawn() {
  const withdrawal = await withdrawalOf(receipt, manifest.id);
  return fetchProof(manifest, "withdrawals", await leafHash(withdrawal));
}

async function proven({ proof, tally }) {
  receipt = { ...receipt, proof };
  await keepIt();
  state("proven", { time: time(tally.time) });
  await render(tally);
  const back = receipt.private && (await withdrawn());
  if (back) {
    state("withdrawn", { time: time(back.tally.time) });
    await render(back.tally);
  } else {
    await offerSharing();
  }
}

/** Where the organiser keeps a list: whoever holds a proven receipt may hand it over. */
async function offerSharing() {
  if (page.share && receipt.private && receipt.private.disclosure !== "{}") {
    await import(page.share).catch(() => {
      throw new Problem("network");
    });
    document.dispatchEvent(new CustomEvent("receipt", { detail: { receipt, manifest, kept } }));
  }
}

/** What the receipt shows by itself, before and without the network. */
async function fromFile() {
  if (receipt.proof) {
    const { verified } = await verifyReceipt(receipt, pinnedPolicy);
    state("proven", { time: time(verified.tally.time) });
    await render(verified.tally);
    return;
  }
  const leaf = await receiptLeaf(receipt);
  if (receipt.private && leaf) {
    await opensLeaf(receipt.private, manifest.id, leaf);
  }
  if (receipt.promise) {
    const { by } = await checkPromise(receipt.promise, manifest, await leafHashOf(receipt));
    const late = Date.now() / 1000 > Number(by);
    state(late ? "late" : "promised", { time: time(by) });
  }
  await render();
}

async function open(found, own) {
  shown += 1;
  const turn = shown;
  [receipt, kept] = [found, own];
  show(byId("problem"), false);
  show(byId("share"), false);
  if (!receipt.leaf) {
    state("begun");
    show(byId("receipt"), false);
    return;
  }
  await fromFile();
  if (!receipt.promise && !receipt.proof) {
    receipt = await submitReceipt(receipt, manifest);
    await keepIt();
    await fromFile();
  }
  await keepIt();
  const hash = await leafHashOf(receipt);
  const found_ = await poll(
    async () => (turn === shown ? fetchProof(manifest, "signatures", hash) : null),
    (problem) => (problem && turn === shown ? complain(problem) : show(byId("problem"), false)),
  );
  if (found_ && turn === shown) {
    show(byId("problem"), false);
    await proven(found_);
  }
}

/** A receipt's public half, from its code: proves that a signature is in the ledger. */
async function openPublic(leaf) {
  state("looking");
  const found = await poll(() => fetchProof(manifest, "signatures", fromHex(leaf)), () => state("waiting"));
  state("public", { time: time(found.tally.time) });
  byId("facts").replaceChildren();
  fact("leaf", leaf);
  fact("index", number(found.proof.index + 1n));
  show(byId("receipt"));
  for (const id of ["download", "download-shared", "keep", "withdraw", "audience"]) {
    show(byId(id), false);
  }
  show(byId("forget").parentElement, false);
}

async function openFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found = await parseReceipt(bytes);
  const id = await petitionId(utf8(found.manifest));
  if (id !== page.petition) {
    const link = make("a", say("other-petition-link"), { href: `/${id}/receipt?lang=${page.lang}` });
    byId("problem").replaceChildren(make("p", say("other-petition")), link);
    show(byId("problem"));
    return;
  }
  manifest ??= await parseManifestAs(utf8(found.manifest), id);
  await open(found, false);
}

async function stored() {
  const receipts = await Promise.all(storedReceipts(page.petition).map((text) => parseReceipt(utf8(text))));
  return receipts.filter((one) => one.private);
}

function list(receipts) {
  const items = receipts.map((one, at) => {
    const { name } = parseDisclosure(utf8(one.private.disclosure));
    const button = make("button", name ?? say("stored-nameless", { number: number(BigInt(at + 1)) }), { type: "button", dir: "auto" });
    button.addEventListener("click", () => attempt(() => open(one, true)));
    const item = make("li");
    item.append(button);
    return item;
  });
  byId("stored").replaceChildren(...items);
  show(byId("stored"));
}

async function start() {
  const receipts = await stored();
  try {
    manifest = await loadManifest(page.petition);
  } catch (error) {
    // Without a network, a receipt brings its manifest along.
    if (!(error instanceof Problem) || receipts.length === 0) {
      throw error;
    }
    manifest = await parseManifestAs(utf8(receipts[0].manifest), page.petition);
  }
  const leaf = leafInFragment(location.hash);
  const carried = await receiptInFragment(location.hash, manifest);
  if (leaf) {
    await openPublic(leaf);
  } else if (carried) {
    await open(carried, true);
  } else if (receipts.length === 1) {
    await open(receipts[0], true);
  } else if (receipts.length > 1) {
    state("choose");
    list(receipts);
  } else {
    state("none");
  }
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    complain(error);
  }
}

function second(visible) {
  show(byId("withdraw-second"), visible);
  show(byId("withdraw-first"), !visible);
}

async function takeBack() {
  const turn = shown;
  const withdrawal = await withdrawalOf(receipt, manifest.id);
  await submitWithdrawal(manifest.id, withdrawal);
  show(byId("withdraw"), false);
  show(byId("share"), false);
  state("withdrawing");
  const hash = await leafHash(withdrawal);
  const { tally } = await poll(() => fetchProof(manifest, "withdrawals", hash));
  if (turn === shown) {
    state("withdrawn", { time: time(tally.time) });
    await render(tally);
  }
}

async function forget() {
  forgetReceipt(manifest.id, await receiptKey(receipt, manifest.id));
  history.replaceState(null, "", page.receipt);
  shown += 1;
  state("forgotten");
  show(byId("receipt"), false);
}

const short = page.petition.slice(0, 8);
byId("download").addEventListener("click", () => download(`${short}.receipt.json`, printReceipt(receipt)));
byId("download-shared").addEventListener("click", () => download(`${short}.shared-receipt.json`, printReceipt(publicReceipt(receipt))));
// Browsers print the page's address in a margin, some as it was when printing was asked for.
// With its fragment, a signature can be taken back.
let unprinted = "";
function hideFragment() {
  unprinted ||= location.hash;
  history.replaceState(null, "", location.pathname + location.search);
}
byId("print").addEventListener("click", () => {
  hideFragment();
  setTimeout(() => window.print(), 100);
});
addEventListener("beforeprint", hideFragment);
addEventListener("afterprint", () => {
  if (unprinted) {
    history.replaceState(null, "", unprinted);
    unprinted = "";
  }
});
for (const button of document.querySelectorAll("#audience button")) {
  button.addEventListener("click", () =>
    attempt(async () => {
      await discloseReceipt(receipt, manifest.id, button.dataset.audience);
      await renderAudience();
    }),
  );
}
byId("withdraw-first").addEventListener("click", () => second(true));
byId("withdraw-no").addEventListener("click", () => second(false));
byId("withdraw-yes").addEventListener("click", () => attempt(takeBack));
byId("forget").addEventListener("click", () => attempt(forget));
byId("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) {
    attempt(() => openFile(file));
  }
});
carryFragment();
attempt(start);
