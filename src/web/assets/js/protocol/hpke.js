// HPKE (RFC 9180), base mode, one message for each key: DHKEM(X25519, HKDF-SHA256),
// HKDF-SHA256, AES-256-GCM, as the organiser's list has it (spec/list.md).

import { bigEndian, concat, fromHex, utf8 } from "./bytes.js";
import { subtle } from "./digest.js";
import { refuse } from "./error.js";

const VERSION = utf8("HPKE-v1");
const KEM = concat(utf8("KEM"), bigEndian(0x0020, 2));
const SUITE = concat(utf8("HPKE"), bigEndian(0x0020, 2), bigEndian(0x0001, 2), bigEndian(0x0002, 2));
const NOTHING = new Uint8Array(0);
/** What stands before 32 bytes of a private key in PKCS #8 (RFC 8410). */
const PKCS8 = fromHex("302e020100300506032b656e04220420") ?? NOTHING;
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 9 : 0));

async function hmac(key, bytes) {
  // An empty key and one of zeros are the same; some browsers take no empty one.
  const raw = key.length === 0 ? new Uint8Array(32) : key;
  const imported = await subtle().importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle().sign("HMAC", imported, bytes));
}

function extract(suite, salt, label, input) {
  return hmac(salt, concat(VERSION, suite, utf8(label), input));
}

/** At most 32 bytes, so that there is one block. */
async function expand(suite, secret, label, info, length) {
  const block = concat(bigEndian(length, 2), VERSION, suite, utf8(label), info, bigEndian(1, 1));
  return (await hmac(secret, block)).slice(0, length);
}

async function schedule(shared, encapsulated, recipient, info) {
  const seed = await extract(KEM, NOTHING, "eae_prk", shared);
  const secret = await expand(KEM, seed, "shared_secret", concat(encapsulated, recipient), 32);
  const psk = await extract(SUITE, NOTHING, "psk_id_hash", NOTHING);
  const context = concat(bigEndian(0, 1), psk, await extract(SUITE, NOTHING, "info_hash", info));
  const own = await extract(SUITE, secret, "secret", NOTHING);
  const raw = await expand(SUITE, own, "key", context, 32);
  const key = await subtle().importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, iv: await expand(SUITE, own, "base_nonce", context, 12) };
}

/** Older browsers have no X25519. */
async function supported(action) {
  try {
    return await action();
  } catch (error) {
    const old = error instanceof DOMException && error.name === "NotSupportedError";
    return old || error instanceof TypeError ? refuse("webcrypto", "this browser has no X25519") : refuse("hpke-key", "not a key that can be used");
  }
}

async function agree(secret, point) {
  const theirs = await subtle().importKey("raw", point, "X25519", false, []);
  return new Uint8Array(await subtle().deriveBits({ name: "X25519", public: theirs }, secret, 256));
}

function privateKey(bytes) {
  return subtle().importKey("pkcs8", concat(PKCS8, bytes), "X25519", false, ["deriveBits"]);
}

/**
 * The public half of a private key.
 * @param {Uint8Array} secret
 */
export async function publicKey(secret) {
  return supported(async () => agree(await privateKey(secret), BASE_POINT));
}

/**
 * `encapsulated key 32 ‖ ciphertext`: opens with the recipient's private key alone, and only
 * with the same `info` (purpose) and `aad` (place).
 * @param {Uint8Array} recipient
 * @param {Uint8Array} info
 * @param {Uint8Array} aad
 * @param {Uint8Array} plain
 */
export async function seal(recipient, info, aad, plain) {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const encapsulated = await publicKey(secret);
  const shared = await supported(async () => agree(await privateKey(secret), recipient));
  const { key, iv } = await schedule(shared, encapsulated, recipient, info);
  const sealed = await subtle().encrypt({ name: "AES-GCM", iv, additionalData: aad }, key, plain);
  return concat(encapsulated, new Uint8Array(sealed));
}

/**
 * @param {Uint8Array} secret
 * @param {Uint8Array} info
 * @param {Uint8Array} aad
 * @param {Uint8Array} envelope
 */
export async function open(secret, info, aad, envelope) {
  const recipient = await publicKey(secret);
  const closed = () => refuse("hpke-open", "the envelope does not open with this key in this place");
  const encapsulated = envelope.slice(0, 32);
  if (envelope.length < 48) {
    return closed();
  }
  const own = await privateKey(secret);
  const shared = await agree(own, encapsulated).catch(closed);
  const { key, iv } = await schedule(shared, encapsulated, recipient, info);
  const parameters = { name: "AES-GCM", iv, additionalData: aad };
  return new Uint8Array(await subtle().decrypt(parameters, key, envelope.slice(32)).catch(closed));
}
