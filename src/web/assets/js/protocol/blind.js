// The client's half of RSABSSA-SHA384-PSS-Deterministic (RFC 9474), with salt and blinding
// factor given by the caller (spec/token.md). BigInt does not compute in constant time; the
// numbers here are used once, on the signer's own machine, and nobody measures there.

import { bigEndian, concat, toNumber } from "./bytes.js";
import { sha384 } from "./digest.js";
import { ensure } from "./error.js";
import { NK, verifyAuthenticator } from "./token.js";

/** The public exponent of every token key. */
const E = 65537n;
const HASH_LENGTH = 48;
/** Bytes of input to the blinding factor: 128 bits more than the modulus. */
export const FACTOR_LENGTH = NK + 16;

/** @typedef {{ message: Uint8Array, inverse: bigint, modulus: bigint }} Blinded */

async function mask(seed, length) {
  const blocks = [];
  for (let counter = 0; counter * HASH_LENGTH < length; counter += 1) {
    blocks.push(await sha384(concat(seed, bigEndian(counter, 4))));
  }
  return concat(...blocks).subarray(0, length);
}

/**
 * EMSA-PSS-ENCODE (RFC 8017, section 9.1.1) with SHA-384 and MGF1-SHA-384, for a modulus of
 * `length` whole bytes.
 * @param {Uint8Array} message
 * @param {Uint8Array} salt
 * @param {number} [length]
 */
export async function pssEncode(message, salt, length = NK) {
  const h = await sha384(concat(new Uint8Array(8), await sha384(message), salt));
  const padding = new Uint8Array(length - HASH_LENGTH - 1 - salt.length);
  padding[padding.length - 1] = 1;
  const db = concat(padding, salt);
  const masked = (await mask(h, db.length)).map((byte, at) => byte ^ db[at]);
  masked[0] &= 0x7f;
  return concat(masked, h, Uint8Array.of(0xbc));
}

/** `base ^ exponent mod modulus`. */
function power(base, exponent, modulus) {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      result = (result * square) % modulus;
    }
    square = (square * square) % modulus;
  }
  return result;
}

/** The inverse of `value` modulo `modulus`, by Euclid's algorithm, or `undefined`. */
function invert(value, modulus) {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return a === 1n ? ((x % modulus) + modulus) % modulus : undefined;
}

/**
 * Blind the encoded message `em` with `factor` modulo n. One factor must never meet two
 * messages: derive it from the message (signer.js).
 * @param {Uint8Array} n modulus, big-endian
 * @param {Uint8Array} em
 * @param {Uint8Array} factor
 * @returns {Blinded}
 */
export function blind(n, em, factor) {
  const modulus = toNumber(n);
  const r = toNumber(factor) % modulus;
  const inverse = invert(r, modulus);
  ensure(inverse !== undefined, "blind-factor", "the blinding factor is not invertible");
  const message = (toNumber(em) * power(r, E, modulus)) % modulus;
  return { message: bigEndian(message, n.length), inverse: /** @type {bigint} */ (inverse), modulus };
}

/**
 * Unblind an answer, which must be a number below the modulus.
 * @param {Blinded} blinded
 * @param {Uint8Array} answer
 */
export function unblind({ message, inverse, modulus }, answer) {
  const s = toNumber(answer);
  const fits = answer.length === message.length && s < modulus;
  ensure(fits, "blind-range", "the blind signature is out of range");
  return bigEndian((s * inverse) % modulus, message.length);
}

/**
 * Unblind the registrar's answer and check it as a token over `input`.
 * @param {Blinded} blinded
 * @param {import("./token.js").TokenKey} key
 * @param {Uint8Array} input
 * @param {Uint8Array} answer
 */
export async function finish(blinded, key, input, answer) {
  const authenticator = unblind(blinded, answer);
  await verifyAuthenticator(key, input, authenticator);
  return authenticator;
}
