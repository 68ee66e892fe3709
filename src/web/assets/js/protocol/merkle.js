// Merkle trees (RFC 6962, section 2.1, with SHA-256). The length of a proof follows from its
// numbers alone, so it is checked before anything is hashed.

import { concat, equal, fromBase64 } from "./bytes.js";
import { sha256 } from "./digest.js";
import { ensure } from "./error.js";

/** The hash of a leaf: `SHA-256(00 ‖ entry)`. @param {Uint8Array} entry */
export async function leafHash(entry) {
  return sha256(concat(Uint8Array.of(0), entry));
}

/**
 * The hash of a node: `SHA-256(01 ‖ left ‖ right)`.
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export async function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** The root of the tree without leaves. */
export async function emptyRoot() {
  return sha256(new Uint8Array());
}

/**
 * A hash from its 44 characters of base64, or `undefined`.
 * @param {string} text
 */
export function parseHash(text) {
  const bytes = text.length === 44 ? fromBase64(text) : undefined;
  return bytes?.length === 32 ? bytes : undefined;
}

function bits(n) {
  return n === 0n ? 0 : n.toString(2).length;
}

function ones(n) {
  return n.toString(2).replaceAll("0", "").length;
}

/**
 * How a path from a leaf to the root divides: `inner` steps below the node where it meets
 * the tree's right edge, then `border` steps along that edge, every sibling on the left.
 */
function shape(index, size) {
  const inner = bits(index ^ (size - 1n));
  return { inner, border: ones(index >> BigInt(inner)) };
}

async function climb(from, position, path) {
  let hash = from;
  for (const [step, sibling] of path.entries()) {
    const right = (position >> BigInt(step)) & 1n;
    hash = right === 0n ? await nodeHash(hash, sibling) : await nodeHash(sibling, hash);
  }
  return hash;
}

async function climbRightEdge(from, path) {
  let hash = from;
  for (const sibling of path) {
    hash = await nodeHash(sibling, hash);
  }
  return hash;
}

function ensureLength(proof, expected) {
  const message = `this proof has ${expected} hashes, got ${proof.length}`;
  ensure(proof.length === expected, "proof-length", message);
}

function ensureRoot(holds) {
  ensure(holds, "root", "the hashes do not lead to the root");
}

/**
 * Check that the leaf with this hash stands at `index` in the tree with this size and root.
 * @param {Uint8Array} leaf
 * @param {bigint} index
 * @param {bigint} size
 * @param {Uint8Array[]} proof from the leaf's sibling up
 * @param {Uint8Array} root
 */
export async function verifyInclusion(leaf, index, size, proof, root) {
  ensure(index < size, "index", `leaf ${index} is not in a tree of ${size} leaves`);
  const { inner, border } = shape(index, size);
  ensureLength(proof, inner + border);
  const hash = await climb(leaf, index, proof.slice(0, inner));
  ensureRoot(equal(await climbRightEdge(hash, proof.slice(inner)), root));
}

/**
 * Check that the old tree is a prefix of the new one (RFC 6962, section 2.1.2).
 * @param {bigint} old
 * @param {Uint8Array} oldRoot
 * @param {bigint} size
 * @param {Uint8Array} root
 * @param {Uint8Array[]} proof
 */
export async function verifyConsistency(old, oldRoot, size, root, proof) {
  ensure(old <= size, "shrinks", `the old tree has ${old} leaves, the new one ${size}`);
  const empty = await emptyRoot();
  ensureRoot((old !== 0n || equal(oldRoot, empty)) && (size !== 0n || equal(root, empty)));
  if (old === 0n || old === size) {
    ensureLength(proof, 0);
    ensureRoot(old === 0n || equal(oldRoot, root));
    return;
  }
  // The proof is the path of the old tree's last complete subtree. Where that subtree is
  // the whole old tree, its hash is the old root and is left out.
  const level = bits(old & -old) - 1;
  const edge = shape(old - 1n, size);
  const inner = edge.inner - level;
  const whole = (old & (old - 1n)) === 0n;
  ensureLength(proof, (whole ? 0 : 1) + inner + edge.border);
  const [start, path] = whole ? [oldRoot, proof] : [proof[0], proof.slice(1)];
  const position = (old - 1n) >> BigInt(level);
  const [below, border] = [path.slice(0, inner), path.slice(inner)];
  // In the old tree only the siblings on the left exist.
  const left = below.filter((_, step) => ((position >> BigInt(step)) & 1n) === 1n);
  const rebuiltOld = await climbRightEdge(await climbRightEdge(start, left), border);
  const rebuilt = await climbRightEdge(await climb(start, position, below), border);
  ensureRoot(equal(rebuiltOld, oldRoot) && equal(rebuilt, root));
}
