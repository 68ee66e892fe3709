// Checkpoints (C2SP tlog-checkpoint): origin, size and root of a log, as the text of a note.
// Extension lines are refused: ML-DSA-44 cosignatures do not cover them.

import { toBase64, utf8 } from "./bytes.js";
import { ensure, refuse } from "./error.js";
import { parseHash } from "./merkle.js";
import { parseDecimal } from "./text.js";

/** No longer origin can be cosigned. */
const ORIGIN_MAX = 255;

/**
 * @typedef {object} Checkpoint
 * @property {string} origin
 * @property {bigint} size
 * @property {Uint8Array} root
 */

/**
 * @param {string} text
 * @returns {Checkpoint}
 */
export function parseCheckpoint(text) {
  const lines = text.split("\n");
  const last = lines.pop();
  const three = "a checkpoint is three lines, each ending in a newline";
  ensure(lines.length >= 3 && last === "", "checkpoint-lines", three);
  const extension = "a checkpoint here has no extension lines";
  ensure(lines.length === 3, "checkpoint-extension", extension);
  const [origin, size, root] = lines;
  const length = utf8(origin).length;
  const plain = length >= 1 && length <= ORIGIN_MAX && !/[\u0000-\u001f]/.test(origin);
  const bounds = `an origin has 1 to ${ORIGIN_MAX} bytes and no control characters`;
  ensure(plain, "checkpoint-origin", bounds);
  const decimal = "a tree size is a decimal below 2^63 without leading zeroes";
  return {
    origin,
    size: parseDecimal(size) ?? refuse("checkpoint-size", decimal),
    root: parseHash(root) ?? refuse("checkpoint-root", "a root is 32 bytes in standard base64"),
  };
}

/** @param {Checkpoint} checkpoint */
export function printCheckpoint({ origin, size, root }) {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}
