// The four kinds of leaf, each of a fixed length (spec/bytes.md, "Leaves").

import { bigEndian, concat, toNumber } from "./bytes.js";
import { ensure, refuse } from "./error.js";

const VERSION = 1;
const KINDS = {
  signatures: { kind: 1, length: 322 },
  withdrawals: { kind: 2, length: 74 },
  roll: { kind: 3, length: 66 },
  strikes: { kind: 4, length: 75 },
};

/** Reasons of a strike, by their code. */
export const STRIKE_REASONS = new Map([
  [1, "fraud"],
  [2, "duplicate-person"],
  [3, "signers-request"],
  [4, "erasure"],
]);

/**
 * @typedef {object} PetitionSignature
 * @property {Uint8Array} pk
 * @property {Uint8Array} commitment
 * @property {Uint8Array} authenticator
 */

/** @typedef {{ index: bigint, signature: Uint8Array }} Withdrawal */
/** @typedef {{ index: bigint, reason: number, signature: Uint8Array }} Strike */

/** Check length, version and kind. */
function check(tree, bytes) {
  const { kind, length } = KINDS[tree];
  const size = `a ${tree} leaf has ${length} bytes, got ${bytes.length}`;
  ensure(bytes.length === length, "leaf-length", size);
  ensure(bytes[0] === VERSION, "leaf-version", `leaf version ${bytes[0]} is unknown`);
  const other = `leaf kind ${bytes[1]} does not belong into the ${tree} tree`;
  ensure(bytes[1] === kind, "leaf-kind", other);
}

/**
 * @param {Uint8Array} bytes
 * @returns {PetitionSignature}
 */
export function parseSignature(bytes) {
  check("signatures", bytes);
  return { pk: bytes.slice(2, 34), commitment: bytes.slice(34, 66), authenticator: bytes.slice(66) };
}

/** @param {PetitionSignature} leaf */
export function signatureBytes({ pk, commitment, authenticator }) {
  return concat(Uint8Array.of(VERSION, KINDS.signatures.kind), pk, commitment, authenticator);
}

/**
 * @param {Uint8Array} bytes
 * @returns {Withdrawal}
 */
export function parseWithdrawal(bytes) {
  check("withdrawals", bytes);
  return { index: toNumber(bytes.subarray(2, 10)), signature: bytes.slice(10) };
}

/** @param {Withdrawal} leaf */
export function withdrawalBytes({ index, signature }) {
  return concat(Uint8Array.of(VERSION, KINDS.withdrawals.kind), bigEndian(index, 8), signature);
}

/**
 * @param {Uint8Array} bytes
 * @returns {{ tag: Uint8Array, commitment: Uint8Array }}
 */
export function parseRollEntry(bytes) {
  check("roll", bytes);
  return { tag: bytes.slice(2, 34), commitment: bytes.slice(34) };
}

/**
 * @param {Uint8Array} bytes
 * @returns {Strike}
 */
export function parseStrike(bytes) {
  check("strikes", bytes);
  const reason = bytes[10];
  ensure(STRIKE_REASONS.has(reason), "leaf-reason", `strike reason ${reason} is not assigned`);
  return { index: toNumber(bytes.subarray(2, 10)), reason, signature: bytes.slice(11) };
}

/**
 * What may occur only once in a tree: the key of a signature, the tag of a roll entry, the
 * index that a withdrawal or strike names.
 * @param {string} tree
 * @param {Uint8Array} bytes
 * @returns {Uint8Array} 32 bytes
 */
export function uniqueKey(tree, bytes) {
  switch (tree) {
    case "roll":
      return parseRollEntry(bytes).tag;
    case "strikes":
      return bigEndian(parseStrike(bytes).index, 32);
    case "signatures":
      return parseSignature(bytes).pk;
    case "withdrawals":
      return bigEndian(parseWithdrawal(bytes).index, 32);
    default:
      return refuse("tree", "a tree is one of roll, strikes, signatures, withdrawals");
  }
}
