// The two halves of a proof: a leaf in a tree of a tally, that tally in a journal
// (spec/receipt.md, "Inclusion proof").

import { utf8 } from "./bytes.js";
import { SCHEMES } from "./cosignature.js";
import { ProtocolError, ensure, refuse, within } from "./error.js";
import { keeper, keeperKeys } from "./manifest.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { verifyNote } from "./note.js";
import { parseTally } from "./tally.js";
import { parseTlogProof, verifyTlogProof } from "./tlog_proof.js";

/** @typedef {import("./manifest.js").Manifest} Manifest */
/** @typedef {import("./policy.js").Policy} Policy */
/** @typedef {{ tally: string, proof: string }} JournaledTally exact text, and a tlog-proof of it */

/**
 * @typedef {object} VerifiedTally
 * @property {import("./tally.js").Tally} tally
 * @property {bigint} index in the journal
 * @property {import("./policy_verify.js").WitnessedCheckpoint} witnessed
 */

/** The policy may know other keys of this origin; the manifest's must have signed, all of them. */
async function checkKeys(note, keys) {
  for (const key of keys) {
    await verifyNote(note, [key], SCHEMES).catch((error) => {
      const message = "the journal's checkpoint is not signed by the key in the manifest";
      throw error instanceof ProtocolError ? new ProtocolError("journal-key", message) : error;
    });
  }
}

/**
 * Check a tally against a policy, and against origin and keys that the manifest pins for
 * `tree`.
 * @param {JournaledTally} journaled
 * @param {Manifest} manifest
 * @param {string} tree
 * @param {Policy} policy
 * @returns {Promise<VerifiedTally>}
 */
export async function verifyJournaled(journaled, manifest, tree, policy) {
  const tally = await within("tally", () => parseTally(journaled.tally));
  const other = `the tally is of petition ${tally.petition}`;
  ensure(tally.petition === manifest.id, "tally-petition", other);
  const leaf = await leafHash(utf8(journaled.tally));
  const [proof, witnessed] = await within("journal proof", async () => {
    const parsed = await parseTlogProof(journaled.proof);
    return [parsed, await verifyTlogProof(parsed, leaf, policy)];
  });
  const { origin } = witnessed.checkpoint;
  const expected = keeper(manifest, tree);
  const elsewhere = `the tally stands in the journal of ${origin}, but ${tree} is kept by ${expected}`;
  ensure(origin === expected, "journal-origin", elsewhere);
  await checkKeys(proof.note, keeperKeys(manifest, tree));
  return { tally, index: proof.index, witnessed };
}

/**
 * @typedef {JournaledTally & { tree: string, leaf: Uint8Array, index: bigint, path: Uint8Array[] }} InclusionProof
 */

/**
 * Check both halves.
 * @param {InclusionProof} proof
 * @param {Manifest} manifest
 * @param {Policy} policy
 * @returns {Promise<VerifiedTally>}
 */
export async function verifyProof(proof, manifest, policy) {
  const verified = await verifyJournaled(proof, manifest, proof.tree, policy);
  const missing = `the tally does not list the ${proof.tree} tree`;
  const { size, root } = verified.tally.heads.get(proof.tree) ?? refuse("tally-tree", missing);
  const hash = await leafHash(proof.leaf);
  await within("tree proof", () => verifyInclusion(hash, proof.index, size, proof.path, root));
  return verified;
}
