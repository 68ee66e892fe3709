// Proofs that stand alone (C2SP tlog-proof): index, path and cosigned checkpoint of one entry.

import { fromBase64, toBase64, utf8 } from "./bytes.js";
import { ensure, refuse, within } from "./error.js";
import { parseHash, verifyInclusion } from "./merkle.js";
import { NOTE_MAX, parseNote, printNote } from "./note.js";
import { judgeCheckpoint } from "./policy_verify.js";
import { parseDecimal, splitOnce } from "./text.js";

const HEADER = "c2sp.org/tlog-proof@v1";
/** Sizes are below 2⁶³. */
const PATH_MAX = 63;
const LENGTH_MAX = NOTE_MAX + 100_000;

/**
 * @typedef {object} TlogProof not yet checked
 * @property {bigint} index
 * @property {Uint8Array[]} path
 * @property {import("./note.js").Note} note the signed checkpoint
 * @property {Uint8Array | undefined} extra which nothing authenticates
 */

/**
 * @param {string} text
 * @returns {Promise<TlogProof>}
 */
export async function parseTlogProof(text) {
  const length = utf8(text).length;
  ensure(length <= LENGTH_MAX, "too-long", `a proof has at most ${LENGTH_MAX} bytes, got ${length}`);
  let rest = text;
  const next = () => {
    const parts = splitOnce(rest, "\n");
    rest = parts ? parts[1] : rest;
    return parts?.[0];
  };
  ensure(next() === HEADER, "proof-header", `a proof begins with ${HEADER}`);
  let line = next();
  let extra;
  if (line?.startsWith("extra ")) {
    extra = fromBase64(line.slice(6));
    ensure(extra && extra.length > 0, "proof-extra", "extra data is not empty and in standard base64");
    line = next();
  }
  const index = line?.startsWith("index ") ? parseDecimal(line.slice(6)) : undefined;
  const decimal = "an index line holds a decimal without leading zeroes";
  if (index === undefined) {
    return refuse("proof-index", decimal);
  }
  const path = [];
  for (let hash = next(); hash !== ""; hash = next()) {
    const parsed = hash === undefined || path.length === PATH_MAX ? undefined : parseHash(hash);
    const bounds = `a path is at most ${PATH_MAX} hashes, one a line, before a blank line`;
    path.push(parsed ?? refuse("proof-path", bounds));
  }
  const note = await within("checkpoint", () => parseNote(utf8(rest)));
  return { index, path, note, extra };
}

/** @param {TlogProof} proof */
export function printTlogProof({ index, path, note, extra }) {
  const more = extra ? `extra ${toBase64(extra)}\n` : "";
  const hashes = path.map((hash) => `${toBase64(hash)}\n`).join("");
  return `${HEADER}\n${more}index ${index}\n${hashes}\n${printNote(note)}`;
}

/**
 * Check that the policy accepts the checkpoint and that the entry with this leaf hash is in
 * its tree.
 * @param {TlogProof} proof
 * @param {Uint8Array} leaf
 * @param {import("./policy.js").Policy} policy
 */
export async function verifyTlogProof(proof, leaf, policy) {
  const witnessed = await within("policy", () => judgeCheckpoint(policy, proof.note));
  const { size, root } = witnessed.checkpoint;
  await verifyInclusion(leaf, proof.index, size, proof.path, root);
  return witnessed;
}
