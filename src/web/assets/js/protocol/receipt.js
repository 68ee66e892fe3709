// Receipts: checking everything that is in the file, offline (spec/receipt.md).

import { equal, utf8 } from "./bytes.js";
import { ensure, refuse, within } from "./error.js";
import { verifyProof } from "./inclusion.js";
import { parseSignature, signatureBytes } from "./leaf.js";
import { parseManifest } from "./manifest.js";
import { leafHash } from "./merkle.js";
import { checkPromise, opensLeaf, receiptLeaf } from "./receipt_file.js";
import { verifyToken } from "./token.js";

/** @typedef {import("./receipt_file.js").Receipt} Receipt */

/**
 * @typedef {object} VerifiedReceipt a receipt whose proof holds
 * @property {import("./manifest.js").Manifest} manifest
 * @property {import("./inclusion.js").VerifiedTally} verified
 * @property {bigint} index
 * @property {boolean} owned whether the private half is there, and opens the leaf
 */

/**
 * Check everything that is in the file, offline: the token, both halves of the proof, the
 * promise, and that the secret, if present, opens the leaf.
 * @param {Receipt} receipt
 * @param {(manifest: import("./manifest.js").Manifest) => import("./policy.js").Policy} policyFor
 *   the verifier's policy, or `pinnedPolicy` where there is none
 * @param {(step: string) => void} [passed] hears of each step that held
 * @returns {Promise<VerifiedReceipt>}
 */
export async function verifyReceipt(receipt, policyFor, passed = () => {}) {
  const manifest = await within("manifest", () => parseManifest(utf8(receipt.manifest)));
  passed("manifest");
  const proof = receipt.proof ?? refuse("receipt-unproven", "this receipt holds no proof yet");
  const tree = `a receipt proves a signature, not a leaf of the ${proof.tree} tree`;
  ensure(proof.tree === "signatures", "receipt-tree", tree);
  const leaf = await within("leaf", () => parseSignature(proof.leaf));
  const own = await receiptLeaf(receipt);
  const same = own === undefined || equal(signatureBytes(own), proof.leaf);
  ensure(same, "receipt-leaf", "promise, leaf and proof are not about the same leaf");
  await within("token", () => verifyToken(manifest.token, leaf));
  passed("token");
  const verified = await verifyProof(proof, manifest, policyFor(manifest));
  passed("proof");
  if (receipt.promise !== undefined) {
    await checkPromise(receipt.promise, manifest, await leafHash(proof.leaf));
    passed("promise");
  }
  const owned = receipt.private ? await opensLeaf(receipt.private, manifest.id, leaf) : false;
  if (owned) {
    passed("secret");
  }
  return { manifest, verified, index: proof.index, owned };
}
