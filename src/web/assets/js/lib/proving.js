// From a promise to a proof: asks for the proof of a leaf, and checks it.

import { Problem, call, callJson } from "./api.js";
import { equal, toHex } from "../protocol/bytes.js";
import { ensure } from "../protocol/error.js";
import { verifyProof } from "../protocol/inclusion.js";
import { parseJson } from "../protocol/json.js";
import { parseSignature } from "../protocol/leaf.js";
import { pinnedPolicy } from "../protocol/manifest.js";
import { leafHash } from "../protocol/merkle.js";
import { PROOF } from "../protocol/receipt_file.js";
import { verifyToken } from "../protocol/token.js";

/** How long a page waits before it asks again, milliseconds, and at most. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/**
 * The proof that a leaf with this hash is in a tree, checked against the keys that the
 * manifest pins; `undefined`: it still waits.
 * @param {import("../protocol/manifest.js").Manifest} manifest
 * @param {"signatures" | "withdrawals"} tree
 * @param {Uint8Array} hash
 */
export async function fetchProof(manifest, tree, hash) {
  let bytes;
  try {
    if (tree === "signatures" && (await callJson(manifest.id, `/promises/${toHex(hash)}`)).state !== "published") {
      return undefined;
    }
    bytes = await call(manifest.id, `/trees/${tree}/proof?leaf=${toHex(hash)}`);
  } catch (error) {
    if (error instanceof Problem && error.kind === "not-found") {
      return undefined;
    }
    throw error;
  }
  const proof = PROOF(parseJson(bytes));
  const same = proof.tree === tree && equal(await leafHash(proof.leaf), hash);
  ensure(same, "receipt-leaf", "the service proves another leaf than the one asked for");
  if (tree === "signatures") {
    await verifyToken(manifest.token, parseSignature(proof.leaf));
  }
  const { tally } = await verifyProof(proof, manifest, pinnedPolicy(manifest));
  return { proof, tally };
}

/** Until somebody looks at this page. */
async function visible() {
  while (document.visibilityState === "hidden") {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
}

/**
 * Ask until there is an answer, ever more rarely, and only while somebody looks.
 * @template T
 * @param {() => Promise<T | undefined>} ask
 * @param {(error: Problem | undefined) => void} [waiting] hears why there is none yet
 * @returns {Promise<T>}
 */
export async function poll(ask, waiting = () => {}) {
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    let problem;
    try {
      const found = await ask();
      if (found !== undefined) {
        return found;
      }
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      problem = error;
    }
    waiting(problem);
    const least = (problem?.retryAfter ?? 0) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(wait, least)));
    await visible();
  }
}
