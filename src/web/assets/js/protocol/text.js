// Decimals, and texts that are lines `key value` in a fixed order.

import { ProtocolError, ensure } from "./error.js";

/** Sizes, indexes and times stay below 2⁶³. */
const LIMIT = 1n << 63n;

/**
 * A decimal without sign or leading zeroes, below 2⁶³, or `undefined`.
 * @param {string} text
 * @returns {bigint | undefined}
 */
export function parseDecimal(text) {
  // Nineteen digits hold every number below the limit.
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text)) {
    return undefined;
  }
  const value = BigInt(text);
  return value < LIMIT ? value : undefined;
}

/**
 * Text before and after the first `mark`, or `undefined`.
 * @param {string} text
 * @param {string} mark
 * @returns {[string, string] | undefined}
 */
export function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + mark.length)];
}

/** Reads lines, each of which ends in a newline; every text has exactly one spelling. */
export class Lines {
  /** @param {string} text */
  constructor(text) {
    this.rest = text;
    this.number = 1;
  }

  /** @param {string} expected */
  error(expected) {
    const data = { line: this.number, expected };
    return new ProtocolError("line", `line ${this.number}: expected \`${expected}\``, data);
  }

  /**
   * The next whole line, without its newline.
   * @param {string} expected
   */
  line(expected) {
    const parts = splitOnce(this.rest, "\n");
    if (!parts) {
      throw this.error(expected);
    }
    this.rest = parts[1];
    this.number += 1;
    return parts[0];
  }

  /**
   * The next line, which must be exactly `text`.
   * @param {string} text
   */
  exact(text) {
    const error = this.error(text);
    if (this.line(text) !== text) {
      throw error;
    }
  }

  /**
   * The value of the next line, which must be `key value`.
   * @param {string} key
   */
  value(key) {
    const error = this.error(key);
    const line = this.line(key);
    if (!line.startsWith(`${key} `)) {
      throw error;
    }
    return line.slice(key.length + 1);
  }

  /**
   * The parsed value of the next line, which must be `key value`.
   * @template T
   * @param {string} key
   * @param {(text: string) => T | undefined} parse
   * @returns {T}
   */
  parse(key, parse) {
    const error = this.error(key);
    const parsed = parse(this.value(key));
    if (parsed === undefined) {
      throw error;
    }
    return parsed;
  }

  /**
   * Whether the next line starts with `key` and a space.
   * @param {string} key
   */
  nextIs(key) {
    return this.rest.startsWith(`${key} `);
  }

  /** Nothing may be left. */
  end() {
    ensure(this.rest === "", "line", this.error("nothing more").message);
  }
}
