// Verifier keys (C2SP signed-note): `name+hex(key id)+base64(type ‖ key)`.

import { concat, equal, fromBase64, fromHex, toBase64, toHex, utf8 } from "./bytes.js";
import { sha256 } from "./digest.js";
import { isPublicKey } from "./ed25519.js";
import { ensure, refuse } from "./error.js";
import { splitOnce } from "./text.js";

/** What a key signs, and how: Ed25519 over the text of a note. */
export const NOTE_KEY = 0x01;
/** Ed25519 over a time and a checkpoint. */
export const COSIGNER_KEY = 0x04;
/** ML-DSA-44 over a time and a checkpoint. */
export const ML_DSA_KEY = 0x06;

const LENGTHS = new Map([[NOTE_KEY, 32], [COSIGNER_KEY, 32], [ML_DSA_KEY, 1312]]);
/** Most bytes of a cosigner's name: a cosigned message has one byte for its length. */
const COSIGNER_NAME_MAX = 255;

/**
 * @typedef {object} VerifierKey
 * @property {string} name
 * @property {Uint8Array} id four bytes
 * @property {number} type
 * @property {Uint8Array} key
 */

/**
 * The name of a key: not empty, without spaces, plus signs or control characters.
 * @param {string} name
 */
export function isKeyName(name) {
  return name !== "" && !/[\p{White_Space}+\u0000-\u001f]/u.test(name);
}

/**
 * A key from its parts.
 * @param {string} name
 * @param {number} type
 * @param {Uint8Array} key
 * @returns {Promise<VerifierKey>}
 */
export async function verifierKey(name, type, key) {
  const length = LENGTHS.get(type);
  const hex = type.toString(16).padStart(2, "0");
  ensure(length !== undefined, "key-type", `key type 0x${hex} is not supported`);
  const plain = "a key name is not empty and has no spaces, plus signs or control characters";
  ensure(isKeyName(name), "key-name", plain);
  const bytes = utf8(name);
  if (type === ML_DSA_KEY) {
    const message = `the name of a cosigner has at most ${COSIGNER_NAME_MAX} bytes, got ${bytes.length}`;
    ensure(bytes.length <= COSIGNER_NAME_MAX, "key-name", message);
  }
  ensure(key.length === length, "key-length", `a key of this type has ${length} bytes, got ${key.length}`);
  if (type !== ML_DSA_KEY) {
    ensure(isPublicKey(key), "key-point", "not an Ed25519 public key of large order");
  }
  const digest = await sha256(concat(bytes, Uint8Array.of(10, type), key));
  return { name, id: digest.slice(0, 4), type, key };
}

/**
 * Name, id and bytes of `name+id+base64`; the last part may itself hold plus signs.
 * @param {string} text
 * @returns {{ name: string, id: Uint8Array, bytes: Uint8Array }}
 */
export function splitKey(text) {
  const [name, rest] = splitOnce(text, "+") ?? ["", ""];
  const [hex, base64] = splitOnce(rest, "+") ?? ["", ""];
  const [id, bytes] = [fromHex(hex), fromBase64(base64)];
  if (id?.length !== 4 || bytes === undefined) {
    return refuse("key-shape", "a key is written as name+id+base64");
  }
  return { name, id, bytes };
}

/**
 * @param {string} text
 * @returns {Promise<VerifierKey>}
 */
export async function parseVerifierKey(text) {
  const { name, id, bytes } = splitKey(text);
  ensure(bytes.length > 0, "key-shape", "a key is written as name+id+base64");
  const key = await verifierKey(name, bytes[0], bytes.slice(1));
  ensure(equal(key.id, id), "key-id", `the key's id is ${toHex(key.id)}, not ${toHex(id)}`);
  return key;
}

/** @param {VerifierKey} key */
export function printVerifierKey(key) {
  return `${key.name}+${toHex(key.id)}+${toBase64(concat(Uint8Array.of(key.type), key.key))}`;
}

/**
 * @param {VerifierKey} a
 * @param {VerifierKey} b
 */
export function sameKey(a, b) {
  return a.name === b.name && a.type === b.type && equal(a.key, b.key);
}
