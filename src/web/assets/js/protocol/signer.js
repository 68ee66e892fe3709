// What a signer derives from one secret (spec/signing.md, "Derivations"). Everything is a
// function of the secret and of all that came before, so a retry sends the same bytes, and
// one blinding factor never meets two messages.

import { bigEndian, concat, utf8 } from "./bytes.js";
import { FACTOR_LENGTH, blind, finish, pssEncode } from "./blind.js";
import { commit, parseDisclosure } from "./commitment.js";
import { hkdf, prefixed } from "./digest.js";
import { publicKeyOf, signEd25519 } from "./ed25519.js";
import { idBytes } from "./ids.js";
import { signatureBytes } from "./leaf.js";
import { leafHash } from "./merkle.js";
import { tokenInput } from "./token.js";
import { withdrawalMessage } from "./withdrawal.js";

const SALT = "undersigned/signer/v1";
const PSS_SALT_LENGTH = 48;

/** @typedef {import("./token.js").TokenContext} TokenContext */
/** @typedef {import("./leaf.js").PetitionSignature} PetitionSignature */

/**
 * @typedef {object} Signing all that secret and disclosure determine
 * @property {Uint8Array} pk
 * @property {Uint8Array} salt opens the commitment together with the disclosure
 * @property {Uint8Array} commitment
 * @property {Uint8Array} input what the token signs
 * @property {import("./blind.js").Blinded} blinded its `message` goes to the registrar
 */

/** A fresh secret: whoever has it owns the signature. */
export function newSecret() {
  return crypto.getRandomValues(new Uint8Array(32));
}

async function derive(secret, label, length, ...inputs) {
  const info = concat(bigEndian(label.length, 1), utf8(label), prefixed(inputs));
  return hkdf(secret, utf8(SALT), info, length);
}

async function signingSeed(secret, petition) {
  return derive(secret, "seed", 32, idBytes(petition));
}

/**
 * The salt that opens the commitment in the leaf of this secret.
 * @param {Uint8Array} secret
 * @param {string} petition
 * @param {Uint8Array} disclosure
 */
export async function signerSalt(secret, petition, disclosure) {
  return derive(secret, "salt", 32, idBytes(petition), disclosure);
}

/**
 * The public key that the leaf of this secret carries.
 * @param {Uint8Array} secret
 * @param {string} petition
 */
export async function signerKey(secret, petition) {
  return publicKeyOf(await signingSeed(secret, petition));
}

/**
 * Derive key, commitment and blinded message.
 * @param {Uint8Array} secret
 * @param {TokenContext} context
 * @param {Uint8Array} disclosure
 * @returns {Promise<Signing>}
 */
export async function beginSigning(secret, context, disclosure) {
  parseDisclosure(disclosure);
  const { petition, key } = context;
  const p = idBytes(petition);
  const pk = await signerKey(secret, petition);
  const salt = await signerSalt(secret, petition, disclosure);
  const commitment = await commit(petition, salt, disclosure);
  const input = await tokenInput(context, pk, commitment);
  const pssSalt = await derive(secret, "pss-salt", PSS_SALT_LENGTH, p, pk, commitment, input);
  const em = await pssEncode(input, pssSalt);
  const factor = await derive(secret, "blind", FACTOR_LENGTH, p, pk, commitment, input, em);
  return { pk, salt, commitment, input, blinded: blind(key.modulus, em, factor) };
}

/**
 * Turn the registrar's answer into the leaf for the ledger. Refuses an answer that is not a
 * token over exactly this signing.
 * @param {Signing} signing
 * @param {TokenContext} context
 * @param {Uint8Array} answer
 * @returns {Promise<PetitionSignature>}
 */
export async function finishSigning({ pk, commitment, input, blinded }, context, answer) {
  return { pk, commitment, authenticator: await finish(blinded, context.key, input, answer) };
}

/**
 * Take back the signature `leaf` at `index`, as the holder of its secret.
 * @param {Uint8Array} secret
 * @param {string} petition
 * @param {PetitionSignature} leaf
 * @param {bigint} index
 * @returns {Promise<import("./leaf.js").Withdrawal>}
 */
export async function withdraw(secret, petition, leaf, index) {
  const hash = await leafHash(signatureBytes(leaf));
  const message = await withdrawalMessage(petition, hash, index);
  return { index, signature: await signEd25519(await signingSeed(secret, petition), message) };
}
