// What withdrawals and strikes sign, and how both are checked (spec/bytes.md).

import { bigEndian } from "./bytes.js";
import { hash } from "./digest.js";
import { isPublicKey, verifyEd25519 } from "./ed25519.js";
import { ensure } from "./error.js";
import { idBytes } from "./ids.js";
import { signatureBytes } from "./leaf.js";
import { leafHash } from "./merkle.js";

/**
 * `H("undersigned/withdraw/v1", P, leaf hash, index u64)`.
 * @param {string} petition
 * @param {Uint8Array} leaf hash of the signature leaf
 * @param {bigint} index
 */
export async function withdrawalMessage(petition, leaf, index) {
  return hash("undersigned/withdraw/v1", idBytes(petition), leaf, bigEndian(index, 8));
}

async function verify(key, message, signature) {
  ensure(isPublicKey(key), "public-key", "the public key is invalid or of small order");
  const holds = await verifyEd25519(key, message, signature);
  ensure(holds, "revocation-signature", "the signature does not verify");
}

/**
 * Check a withdrawal against the signature leaf at its index.
 * @param {string} petition
 * @param {import("./leaf.js").PetitionSignature} leaf
 * @param {import("./leaf.js").Withdrawal} withdrawal
 */
export async function verifyWithdrawal(petition, leaf, { index, signature }) {
  const message = await withdrawalMessage(petition, await leafHash(signatureBytes(leaf)), index);
  await verify(leaf.pk, message, signature);
}

/**
 * Check a strike of the roll leaf with this hash under the registrar's strike key.
 * @param {string} petition
 * @param {Uint8Array} key
 * @param {Uint8Array} rollLeaf
 * @param {import("./leaf.js").Strike} strike
 */
export async function verifyStrike(petition, key, rollLeaf, { index, reason, signature }) {
  const parts = [idBytes(petition), rollLeaf, bigEndian(index, 8), Uint8Array.of(reason)];
  await verify(key, await hash("undersigned/strike/v1", ...parts), signature);
}
