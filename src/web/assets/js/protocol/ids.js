// Names of things: petition ids and the four trees (spec/bytes.md).

import { fromHex, toHex } from "./bytes.js";
import { hash } from "./digest.js";

/** The four trees, in the order in which tallies list them. */
export const TREES = ["roll", "strikes", "signatures", "withdrawals"];

/**
 * The id of the petition with these manifest bytes, 64 lower-case hexadecimal digits.
 * @param {Uint8Array} manifest
 */
export async function petitionId(manifest) {
  return toHex(await hash("undersigned/petition/v1", manifest));
}

/**
 * The id, if the text is one.
 * @param {string} text
 * @returns {string | undefined}
 */
export function parsePetitionId(text) {
  return fromHex(text)?.length === 32 ? text : undefined;
}

/**
 * The id's 32 bytes.
 * @param {string} id
 * @returns {Uint8Array}
 */
export function idBytes(id) {
  return /** @type {Uint8Array} */ (fromHex(id));
}

/**
 * The origin of a petition's tree: `<instance>/<petition id>/<tree>`.
 * @param {string} instance
 * @param {string} petition
 * @param {string} tree
 */
export function treeOrigin(instance, petition, tree) {
  return `${instance}/${petition}/${tree}`;
}
