// A signing, step by step (spec/signing.md). The receipt is the only state: each step gives
// one that holds more, and the caller keeps it before the next. A step that was interrupted
// is repeated with the same bytes, because all of them follow from the receipt.

import { Problem, call, callJson } from "./api.js";
import { fromFragment, toFragment } from "./fragment.js";
import { keepAudience, keepReceipt, storedReceipt } from "./storage.js";
import { fromBase64, toBase64, toHex, utf8 } from "../protocol/bytes.js";
import { printDisclosure } from "../protocol/commitment.js";
import { refuse } from "../protocol/error.js";
import { signatureBytes, withdrawalBytes } from "../protocol/leaf.js";
import { parseManifestAs } from "../protocol/manifest.js";
import { leafHash } from "../protocol/merkle.js";
import { RECEIPT_FORMAT, checkPromise, parseReceipt, printReceipt, receiptLeaf } from "../protocol/receipt_file.js";
import { beginSigning, finishSigning, newSecret, signerKey, signerSalt, withdraw } from "../protocol/signer.js";

/** @typedef {import("../protocol/manifest.js").Manifest} Manifest */
/** @typedef {import("../protocol/receipt_file.js").Receipt} Receipt */

/** The petition's manifest, which must have this id. @param {string} petition */
export async function loadManifest(petition) {
  return parseManifestAs(await call(petition, "/manifest"), petition);
}

/** Draw a secret and begin. Sends nothing. @param {Manifest} manifest @param {object} fields */
export function beginReceipt(manifest, fields) {
  return receiptOf(manifest, { secret: newSecret(), disclosure: printDisclosure(fields) });
}

function receiptOf(manifest, { secret, disclosure }) {
  const own = { secret, disclosure };
  return { format: RECEIPT_FORMAT, manifest: manifest.text, url: location.origin, private: own };
}

/** The receipt's key, by which it is kept. @param {Receipt} receipt @param {string} petition */
export async function receiptKey(receipt, petition) {
  return toHex(await signerKey(receipt.private.secret, petition));
}

/** Keep a receipt in this browser and in the address. @param {Receipt} receipt @param {string} petition */
export async function keep(receipt, petition) {
  keepReceipt(petition, await receiptKey(receipt, petition), printReceipt(receipt));
  history.replaceState(null, "", await fragmentOf(receipt));
}

/** The fragment that a receipt can be made from again. @param {Receipt} receipt */
export async function fragmentOf(receipt) {
  const leaf = await receiptLeaf(receipt);
  return toFragment({ ...receipt.private, authenticator: leaf?.authenticator });
}

/** The receipt in a fragment, with what this browser keeps of it. @param {string} fragment @param {Manifest} manifest */
export async function receiptInFragment(fragment, manifest) {
  const carried = fromFragment(fragment);
  if (!carried) {
    return undefined;
  }
  const begun = receiptOf(manifest, carried);
  const { pk, commitment } = await beginSigning(carried.secret, manifest.token, utf8(carried.disclosure));
  const stored = await receiptStored(manifest.id, toHex(pk));
  if (stored?.private?.disclosure === carried.disclosure && (stored.leaf || !carried.authenticator)) {
    return stored;
  }
  const { authenticator } = carried;
  return authenticator ? { ...begun, leaf: toBase64(signatureBytes({ pk, commitment, authenticator })) } : begun;
}

/** @param {string} petition @param {string} pk @returns {Promise<Receipt | undefined>} */
export async function receiptStored(petition, pk) {
  const text = storedReceipt(petition, pk);
  return text === undefined ? undefined : parseReceipt(utf8(text));
}

/** Follow the link with this token, unblind the answer, and check it. @param {Receipt} receipt @param {Manifest} manifest @param {string} token */
export async function confirmReceipt(receipt, manifest, token) {
  const { secret, disclosure } = receipt.private;
  const signing = await beginSigning(secret, manifest.token, utf8(disclosure));
  const body = { token, blinded_message: toBase64(signing.blinded.message) };
  const { blind_signature: answer } = await callJson(manifest.id, "/confirm", body);
  const bytes = fromBase64(String(answer)) ?? refuse("blind-range", "the blind signature is out of range");
  const leaf = await finishSigning(signing, manifest.token, bytes);
  return { ...receipt, leaf: toBase64(signatureBytes(leaf)) };
}

/** Hand the signature in, and check the promise. @param {Receipt} receipt @param {Manifest} manifest */
export async function submitReceipt(receipt, manifest) {
  const { promise } = await callJson(manifest.id, "/signatures", { leaf: receipt.leaf });
  await checkPromise(String(promise), manifest, await leafHashOf(receipt));
  return { ...receipt, promise: String(promise) };
}

/** The hash of a receipt's leaf. @param {Receipt} receipt */
export async function leafHashOf(receipt) {
  const leaf = await receiptLeaf(receipt);
  return leafHash(signatureBytes(leaf ?? refuse("receipt-unconfirmed", "this signing is not confirmed yet")));
}

/** The withdrawal of a published signature. @param {Receipt} receipt @param {string} petition */
export async function withdrawalOf(receipt, petition) {
  const leaf = await receiptLeaf(receipt);
  const { private: own, proof } = receipt;
  if (!leaf || !own || !proof) {
    return refuse("receipt-unproven", "a signature can be taken back once it is published");
  }
  return withdrawalBytes(await withdraw(own.secret, petition, leaf, proof.index));
}

/** Hand a withdrawal in. The same one again is fine. @param {string} petition @param {Uint8Array} withdrawal */
export async function submitWithdrawal(petition, withdrawal) {
  try {
    await callJson(petition, "/withdrawals", { leaf: toBase64(withdrawal) });
  } catch (error) {
    // An earlier attempt got through: the leaf is the same, byte for byte.
    if (!(error instanceof Problem && error.kind === "already-withdrawn")) {
      throw error;
    }
  }
}

/** What opens a receipt's commitment. Whoever has it knows what the signer filled in. @param {Receipt} receipt @param {string} petition */
export async function openingOf(receipt, petition) {
  const { secret, disclosure } = receipt.private;
  const salt = await signerSalt(secret, petition, utf8(disclosure));
  return { leaf: toBase64(await leafHashOf(receipt)), salt: toBase64(salt), disclosure: toBase64(utf8(disclosure)) };
}

/** Show what the signer filled in, or show it no longer. @param {Receipt} receipt @param {string} petition @param {"recipients" | "everybody" | "nobody"} audience */
export async function discloseReceipt(receipt, petition, audience) {
  const opening = await openingOf(receipt, petition);
  if (audience === "nobody") {
    await callJson(petition, "/disclosures/removal", opening);
  } else {
    await callJson(petition, "/disclosures", { ...opening, public: audience === "everybody" });
  }
  keepAudience(petition, await receiptKey(receipt, petition), audience);
}
