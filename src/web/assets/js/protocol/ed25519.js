// Ed25519. Signatures are made by WebCrypto where it knows the algorithm, else by the
// bundled library. They are always verified here, on the library's points: WebCrypto leaves
// to each browser whether odd encodings and points of small order pass and which of two
// equations is checked, and all auditors must agree on every signature (spec/bytes.md).

import { concat, equal, fromBase64Url, toNumber } from "./bytes.js";
import { sha512, subtle } from "./digest.js";
import { Point, getPublicKeyAsync, signAsync } from "../vendor/ed25519.js";

/** Order of the group. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
/** What stands before the seed in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

function littleEndian(bytes) {
  return toNumber(Uint8Array.from(bytes).reverse());
}

/** The point of large order with this canonical encoding, or `undefined`. */
function largePoint(bytes) {
  try {
    const point = Point.fromBytes(bytes);
    return point.isSmallOrder() ? undefined : point;
  } catch {
    return undefined;
  }
}

/**
 * Whether these bytes are the canonical encoding of a point of large order. Implementations
 * differ on others; keys that are neither leave them nothing to differ about.
 * @param {Uint8Array} bytes
 */
export function isPublicKey(bytes) {
  return bytes.length === 32 && largePoint(bytes) !== undefined;
}

/**
 * Strict verification: canonical key, R and s, neither point of small order, and the
 * equation without the cofactor.
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @returns {Promise<boolean>}
 */
export async function verifyEd25519(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) {
    return false;
  }
  const [r, s] = [signature.subarray(0, 32), littleEndian(signature.subarray(32))];
  const [point, commitment] = [largePoint(key), largePoint(r)];
  if (!point || !commitment || s >= ORDER) {
    return false;
  }
  const challenge = littleEndian(await sha512(concat(r, key, message))) % ORDER;
  const expected = times(Point.BASE, s).subtract(times(point, challenge));
  return equal(expected.toBytes(), r);
}

/** The library takes factors from 1, and these are public. */
function times(point, factor) {
  return factor === 0n ? Point.ZERO : point.multiply(factor, false);
}

/** The native private key, or `undefined` where the browser does not know Ed25519. */
async function nativeKey(seed) {
  try {
    return await subtle().importKey("pkcs8", concat(PKCS8, seed), "Ed25519", true, ["sign"]);
  } catch {
    return undefined;
  }
}

/**
 * The public key of a seed (RFC 8032, section 5.1.5).
 * @param {Uint8Array} seed 32 bytes
 * @returns {Promise<Uint8Array>}
 */
export async function publicKeyOf(seed) {
  const key = await nativeKey(seed);
  if (!key) {
    return getPublicKeyAsync(seed);
  }
  const { x } = await subtle().exportKey("jwk", key);
  return /** @type {Uint8Array} */ (fromBase64Url(x));
}

/**
 * @param {Uint8Array} seed 32 bytes
 * @param {Uint8Array} message
 * @returns {Promise<Uint8Array>} 64 bytes
 */
export async function signEd25519(seed, message) {
  const key = await nativeKey(seed);
  return key ? new Uint8Array(await subtle().sign("Ed25519", key, message)) : signAsync(message, seed);
}
