// The hashes of this protocol, by WebCrypto, and H (spec/bytes.md, "H").

import { bigEndian, concat, utf8 } from "./bytes.js";
import { refuse } from "./error.js";

/**
 * WebCrypto. Browsers have it on pages that came over HTTPS, or from this machine.
 * @returns {SubtleCrypto}
 */
export function subtle() {
  const found = globalThis.crypto?.subtle;
  return found ?? refuse("webcrypto", "this browser offers no cryptography on this page");
}

async function digest(name, bytes) {
  return new Uint8Array(await subtle().digest(name, bytes));
}

/** @param {Uint8Array} bytes */
export async function sha256(bytes) {
  return digest("SHA-256", bytes);
}

/** @param {Uint8Array} bytes */
export async function sha384(bytes) {
  return digest("SHA-384", bytes);
}

/** @param {Uint8Array} bytes */
export async function sha512(bytes) {
  return digest("SHA-512", bytes);
}

/**
 * Each part after its length in 32 bits.
 * @param {Uint8Array[]} parts
 */
export function prefixed(parts) {
  return concat(...parts.flatMap((part) => [bigEndian(part.length, 4), part]));
}

/**
 * `H(dom, p…) = SHA-256(u8 len(dom) ‖ dom ‖ for each p: u32be len(p) ‖ p)`.
 * @param {string} domain at most 255 bytes of ASCII
 * @param {...Uint8Array} parts
 */
export async function hash(domain, ...parts) {
  return sha256(concat(bigEndian(domain.length, 1), utf8(domain), prefixed(parts)));
}

/**
 * HKDF with SHA-256.
 * @param {Uint8Array} secret
 * @param {Uint8Array} salt
 * @param {Uint8Array} info
 * @param {number} length bytes
 */
export async function hkdf(secret, salt, info, length) {
  const key = await subtle().importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt, info };
  return new Uint8Array(await subtle().deriveBits(parameters, key, 8 * length));
}
