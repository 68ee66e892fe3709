// Bytes and their spellings. Each value has exactly one.

import { ensure } from "./error.js";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** `String.fromCharCode` takes so many arguments in every engine. */
const CHUNK = 8192;

/**
 * UTF-8. A lone surrogate has none and is refused, since an encoder would change it.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function utf8(text) {
  ensure(!/\p{Surrogate}/u.test(text), "utf8", "text with a lone surrogate");
  return ENCODER.encode(text);
}

/**
 * Text from UTF-8, or `undefined`.
 * @param {Uint8Array} bytes
 * @returns {string | undefined}
 */
export function fromUtf8(bytes) {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * @param {...Uint8Array} parts
 * @returns {Uint8Array}
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Whether the bytes are the same. Everything compared is public, or compared with a value
 * of the same owner; time tells nothing.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function equal(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Bytes from lower-case hexadecimal, or `undefined`.
 * @param {string} text
 * @returns {Uint8Array | undefined}
 */
export function fromHex(text) {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    return undefined;
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/**
 * Standard base64 with padding.
 * @param {Uint8Array} bytes
 */
export function toBase64(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/**
 * Bytes from standard base64: padded, no stray bits, nothing but its alphabet.
 * @param {string} text
 * @returns {Uint8Array | undefined}
 */
export function fromBase64(text) {
  if (!BASE64.test(text)) {
    return undefined;
  }
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}

/**
 * Base64url without padding.
 * @param {Uint8Array} bytes
 */
export function toBase64Url(bytes) {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Bytes from base64url without padding, or `undefined`.
 * @param {string} text
 * @returns {Uint8Array | undefined}
 */
export function fromBase64Url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    return undefined;
  }
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard.padEnd(Math.ceil(text.length / 4) * 4, "="));
}

/**
 * `value` in `length` big-endian bytes.
 * @param {bigint | number} value
 * @param {number} length
 * @returns {Uint8Array}
 */
export function bigEndian(value, length) {
  const hex = BigInt(value).toString(16).padStart(2 * length, "0");
  ensure(hex.length === 2 * length, "range", `${value} does not fit ${length} bytes`);
  return /** @type {Uint8Array} */ (fromHex(hex));
}

/**
 * The number that big-endian bytes are.
 * @param {Uint8Array} bytes
 */
export function toNumber(bytes) {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}
