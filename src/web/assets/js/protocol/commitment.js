// Disclosures, and commitments to them (spec/bytes.md, "Commitments").

import { utf8 } from "./bytes.js";
import { hash } from "./digest.js";
import { ProtocolError, ensure, refuse } from "./error.js";
import { idBytes } from "./ids.js";
import { parseJson } from "./json.js";
import { object, text } from "./shape.js";

/** Most bytes of a disclosure. */
export const DISCLOSURE_MAX = 8192;
const FIELDS = object({}, { name: text, region: text, comment: text });

/** @typedef {{ name?: string, region?: string, comment?: string }} DisclosureFields */

/**
 * What a disclosure's exact bytes say.
 * @param {Uint8Array} bytes
 * @returns {DisclosureFields}
 */
export function parseDisclosure(bytes) {
  const length = `a disclosure has at most ${DISCLOSURE_MAX} bytes, got ${bytes.length}`;
  ensure(bytes.length <= DISCLOSURE_MAX, "disclosure-length", length);
  try {
    return FIELDS(parseJson(bytes));
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      throw error;
    }
    return refuse("disclosure", "a disclosure is a JSON object with name, region and comment, each optional");
  }
}

/**
 * Encode what the signer filled in; empty fields are left out. Halves of characters, which
 * have no bytes, become U+FFFD.
 * @param {DisclosureFields} fields
 * @returns {string} the exact text that the commitment covers
 */
export function printDisclosure({ name, region, comment }) {
  const given = Object.entries({ name, region, comment }).filter(([, value]) => value);
  const whole = given.map(([key, value]) => [key, /** @type {string} */ (value).replace(/\p{Surrogate}/gu, "\ufffd")]);
  const printed = JSON.stringify(Object.fromEntries(whole));
  parseDisclosure(utf8(printed));
  return printed;
}

/**
 * `C = H("undersigned/commit/v1", P, salt, disclosure)`.
 * @param {string} petition
 * @param {Uint8Array} salt
 * @param {Uint8Array} disclosure
 */
export async function commit(petition, salt, disclosure) {
  return hash("undersigned/commit/v1", idBytes(petition), salt, disclosure);
}
