// The file that a signer keeps (spec/receipt.md): its shape and its text. Verification is in
// receipt.js, which needs more code.

import { equal, fromBase64, toBase64, toHex, utf8 } from "./bytes.js";
import { commit, parseDisclosure } from "./commitment.js";
import { ensure, refuse, within } from "./error.js";
import { parseJson, printJson } from "./json.js";
import { parseSignature } from "./leaf.js";
import { keeperKeys } from "./manifest.js";
import { parseHash } from "./merkle.js";
import { openPromise } from "./promise.js";
import { base64, hex, list, object, text, unsigned, word } from "./shape.js";
import { signerKey, signerSalt } from "./signer.js";

/** The value of `format`. */
export const RECEIPT_FORMAT = "undersigned/receipt/v1";
/** Most bytes of a receipt file. */
export const RECEIPT_MAX = 512 * 1024;

const SHAPE_OF_HASH = "a hash is 32 bytes in standard base64 with padding";
const hash = (value) => parseHash(text(value)) ?? refuse("json", SHAPE_OF_HASH);
/** An inclusion proof, as receipts and the JSON interface carry it. */
export const PROOF = object({
  tree: word("roll", "strikes", "signatures", "withdrawals"),
  leaf: base64,
  index: unsigned(64),
  path: list(hash),
  tally: text,
  proof: text,
});
const RECEIPT = object(
  { format: text, manifest: text },
  { url: text, leaf: text, promise: text, proof: PROOF, private: object({ secret: hex(32), disclosure: text }) },
);

/**
 * @typedef {object} Receipt
 * @property {string} format
 * @property {string} manifest the exact text
 * @property {string} [url] where the service is reached; never trusted
 * @property {string} [leaf] base64
 * @property {string} [promise]
 * @property {import("./inclusion.js").InclusionProof} [proof]
 * @property {{ secret: Uint8Array, disclosure: string }} [private]
 */

/**
 * Parse a receipt file.
 * @param {Uint8Array} bytes
 * @returns {Promise<Receipt>}
 */
export async function parseReceipt(bytes) {
  const length = `a receipt has at most ${RECEIPT_MAX} bytes, got ${bytes.length}`;
  ensure(bytes.length <= RECEIPT_MAX, "too-long", length);
  const receipt = await within("not a receipt", () => RECEIPT(parseJson(bytes)));
  const { format } = receipt;
  ensure(format === RECEIPT_FORMAT, "receipt-format", `receipt format ${JSON.stringify(format)} is unknown`);
  return receipt;
}

/**
 * The file's text, as our command line writes it.
 * @param {Receipt} receipt
 */
export function printReceipt(receipt) {
  const given = (members) => new Map(Object.entries(members).filter(([, value]) => value !== undefined));
  const { format, manifest, url, leaf, promise } = receipt;
  const proof = receipt.proof && given({ ...printedProof(receipt.proof) });
  const own = receipt.private;
  const secret = own && given({ secret: toHex(own.secret), disclosure: own.disclosure });
  return `${printJson(given({ format, manifest, url, leaf, promise, proof, private: secret }))}\n`;
}

function printedProof({ tree, leaf, index, path, tally, proof }) {
  return { tree, leaf: toBase64(leaf), index, path: path.map(toBase64), tally, proof };
}

/**
 * The half that may be shared: it says nothing about who signed.
 * @param {Receipt} receipt
 * @returns {Receipt}
 */
export function publicReceipt({ private: _, ...shared }) {
  return shared;
}

/**
 * The signature leaf, if the token is there.
 * @param {Receipt} receipt
 * @returns {Promise<import("./leaf.js").PetitionSignature | undefined>}
 */
export async function receiptLeaf({ leaf }) {
  if (leaf === undefined) {
    return undefined;
  }
  const bytes = fromBase64(leaf) ?? refuse("json", "not a receipt: leaf is not standard base64");
  return within("leaf", () => parseSignature(bytes));
}

/**
 * Whether the private half opens the leaf; refuses one that does not.
 * @param {{ secret: Uint8Array, disclosure: string }} own
 * @param {string} petition
 * @param {import("./leaf.js").PetitionSignature} leaf
 */
export async function opensLeaf(own, petition, leaf) {
  const disclosure = utf8(own.disclosure);
  await within("disclosure", () => parseDisclosure(disclosure));
  const salt = await signerSalt(own.secret, petition, disclosure);
  const commitment = await commit(petition, salt, disclosure);
  const opens = equal(leaf.pk, await signerKey(own.secret, petition)) && equal(leaf.commitment, commitment);
  ensure(opens, "receipt-secret", "the secret in this receipt does not belong to its leaf");
  return true;
}

/**
 * The promise in a receipt, which must be this ledger's and about this leaf.
 * @param {string} note
 * @param {import("./manifest.js").Manifest} manifest
 * @param {Uint8Array} leaf hash
 */
export async function checkPromise(note, manifest, leaf) {
  const [key] = keeperKeys(manifest, "signatures");
  const promise = await within("promise", () => openPromise(utf8(note), key));
  const same = promise.petition === manifest.id && equal(promise.leaf, leaf);
  ensure(same, "receipt-leaf", "promise, leaf and proof are not about the same leaf");
  return promise;
}
