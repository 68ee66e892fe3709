// Promises: what the ledger owes a signer until publication (spec/receipt.md, "Promise").

import { ensure, within } from "./error.js";
import { parsePetitionId } from "./ids.js";
import { parseHash } from "./merkle.js";
import { parseNote, verifyNote } from "./note.js";
import { Lines, parseDecimal } from "./text.js";

const HEADER = "undersigned/promise/v1";

/**
 * @typedef {object} LedgerPromise in the tree by this time, provided that the roll covers it
 * @property {string} origin
 * @property {string} petition
 * @property {Uint8Array} leaf hash of the signature leaf
 * @property {bigint} by Unix seconds
 */

/**
 * Parse a note and check that the ledger with this key made it.
 * @param {Uint8Array} bytes
 * @param {import("./vkey.js").VerifierKey} ledger
 * @returns {Promise<LedgerPromise>}
 */
export async function openPromise(bytes, ledger) {
  const note = await within("note", async () => {
    const parsed = parseNote(bytes);
    await verifyNote(parsed, [ledger]);
    return parsed;
  });
  const lines = new Lines(note.text);
  lines.exact(HEADER);
  const origin = lines.line("origin");
  const petition = lines.parse("petition", parsePetitionId);
  const leaf = lines.parse("leaf", parseHash);
  const by = lines.parse("by", parseDecimal);
  lines.end();
  const other = `the promise names origin ${JSON.stringify(origin)}, which is not the signer's name`;
  ensure(origin === ledger.name, "promise-origin", other);
  return { origin, petition, leaf, by };
}
