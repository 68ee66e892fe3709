// What a JSON value must look like: each shape takes a value of `json.js` and gives what it
// stands for, or refuses.

import { fromBase64, fromHex } from "./bytes.js";
import { refuse } from "./error.js";

/** @typedef {(value: unknown) => any} Shape */

const ANOTHER_WAY = "a value is written another way: a list for an object, upper-case hexadecimal, or null";

function wrong(value, expected) {
  const kind = typeof value === "bigint" ? "integer" : typeof value;
  const message = value === null || (Array.isArray(value) && expected === "an object");
  return refuse("json", message ? ANOTHER_WAY : `invalid type: ${kind}, expected ${expected}`);
}

/** @type {Shape} */
export function text(value) {
  return typeof value === "string" ? value : wrong(value, "a string");
}

/** @type {Shape} */
export function flag(value) {
  return typeof value === "boolean" ? value : wrong(value, "a boolean");
}

/**
 * An unsigned integer of so many bits.
 * @param {number} bits
 * @returns {Shape}
 */
export function unsigned(bits) {
  return (value) => {
    if (typeof value !== "bigint") {
      return wrong(value, "an integer");
    }
    return value >= 0n && value < 1n << BigInt(bits) ? value : refuse("json", `invalid value: integer \`${value}\``);
  };
}

/**
 * One of these words.
 * @param {...string} words
 * @returns {Shape}
 */
export function word(...words) {
  return (value) => (words.includes(text(value)) ? value : refuse("json", `unknown variant \`${value}\``));
}

/**
 * So many bytes in lower-case hexadecimal.
 * @param {number} length
 * @returns {Shape}
 */
export function hex(length) {
  return (value) => {
    const given = text(value);
    const bytes = fromHex(given.toLowerCase());
    if (bytes?.length !== length) {
      return refuse("json", `not ${length} bytes in hexadecimal`);
    }
    return given === given.toLowerCase() ? bytes : refuse("json", ANOTHER_WAY);
  };
}

/** Bytes in standard base64. @type {Shape} */
export function base64(value) {
  return fromBase64(text(value)) ?? refuse("json", "not standard base64");
}

/**
 * @param {Shape} item
 * @returns {Shape}
 */
export function list(item) {
  return (value) => (Array.isArray(value) ? value.map(item) : wrong(value, "a list"));
}

/**
 * An object with these members and no others.
 * @param {Record<string, Shape>} required
 * @param {Record<string, Shape>} [optional]
 * @returns {Shape}
 */
export function object(required, optional = {}) {
  return (value) => {
    if (!(value instanceof Map)) {
      return wrong(value, "an object");
    }
    /** @type {Record<string, any>} */
    const parsed = {};
    for (const [key, member] of value) {
      const shape = Object.hasOwn(required, key) ? required[key] : Object.hasOwn(optional, key) ? optional[key] : null;
      parsed[key] = shape ? shape(member) : refuse("json", `unknown field \`${key}\``);
    }
    for (const key of Object.keys(required)) {
      if (!value.has(key)) {
        refuse("json", `missing field \`${key}\``);
      }
    }
    return parsed;
  };
}
