// Strict JSON. `JSON.parse` takes the last of two members with one name, rounds large
// numbers and repairs nothing that it should refuse; two readers of one file could then
// differ about what it says. Here an object is a Map, an integer a BigInt, and a
// number with a fraction or an exponent is refused.

import { fromUtf8 } from "./bytes.js";
import { refuse } from "./error.js";

const DEPTH_MAX = 128;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(message) {
    refuse("json", this.at >= this.text.length ? `EOF while reading: ${message}` : message);
  }

  space() {
    while (" \n\t\r".includes(this.text[this.at] ?? "x")) {
      this.at += 1;
    }
  }

  peek() {
    this.space();
    return this.text[this.at];
  }

  take(char) {
    if (this.peek() !== char) {
      this.fail(`expected ${char}`);
    }
    this.at += 1;
  }

  value(depth) {
    const next = this.peek();
    if (depth > DEPTH_MAX) {
      this.fail("nested too deeply");
    }
    if (next === "{") return this.object(depth);
    if (next === "[") return this.list(depth);
    if (next === '"') return this.string();
    if (next === "-" || (next >= "0" && next <= "9")) return this.number();
    for (const [word, value] of [["true", true], ["false", false], ["null", null]]) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.fail("expected value");
  }

  object(depth) {
    const object = new Map();
    this.take("{");
    if (this.peek() === "}") {
      this.at += 1;
      return object;
    }
    for (;;) {
      this.space();
      const key = this.string();
      if (object.has(key)) {
        refuse("json", `duplicate field \`${key}\``);
      }
      this.take(":");
      object.set(key, this.value(depth + 1));
      if (this.peek() === "}") {
        this.at += 1;
        return object;
      }
      this.take(",");
    }
  }

  list(depth) {
    const list = [];
    this.take("[");
    if (this.peek() === "]") {
      this.at += 1;
      return list;
    }
    for (;;) {
      list.push(this.value(depth + 1));
      if (this.peek() === "]") {
        this.at += 1;
        return list;
      }
      this.take(",");
    }
  }

  string() {
    this.take('"');
    let string = "";
    for (;;) {
      const start = this.at;
      while (this.at < this.text.length && !/["\\\u0000-\u001f]/.test(this.text[this.at])) {
        this.at += 1;
      }
      string += this.text.slice(start, this.at);
      const char = this.text[this.at];
      if (char === '"') {
        this.at += 1;
        return string;
      }
      if (char !== "\\") {
        this.fail("a string without control characters");
      }
      string += this.escape();
    }
  }

  escape() {
    const char = this.text[this.at + 1];
    if (char !== "u") {
      const plain = Object.hasOwn(ESCAPES, char ?? "") ? ESCAPES[char] : this.fail("an escape");
      this.at += 2;
      return plain;
    }
    // A pair of surrogates is one character; half a pair is none.
    const match = /^(?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})/.exec(
      this.text.slice(this.at, this.at + 12),
    );
    if (!match) {
      this.fail("an escape of a character");
    }
    this.at += match[0].length;
    return match[0].replace(/\\u(....)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  }

  number() {
    const match = /^-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/.exec(this.text.slice(this.at, this.at + 400));
    if (!match) {
      return this.fail("expected value");
    }
    const after = this.text[this.at + match[0].length] ?? " ";
    if (match[1] !== "" || match[0] === "-0") {
      refuse("json", `invalid type: floating point \`${match[0]}\``);
    }
    if (/[0-9.eE+-]/.test(after)) {
      refuse("json", "invalid number");
    }
    this.at += match[0].length;
    return BigInt(match[0]);
  }
}

/**
 * Parse exact bytes: UTF-8 without BOM, one value, nothing after it.
 * @param {Uint8Array} bytes
 * @returns {unknown}
 */
export function parseJson(bytes) {
  const text = fromUtf8(bytes);
  if (text === undefined) {
    return refuse("json", "invalid unicode code point");
  }
  const reader = new Reader(text);
  const value = reader.value(1);
  if (reader.peek() !== undefined) {
    refuse("json", "trailing characters");
  }
  return value;
}

/**
 * Encode Maps, lists, strings, booleans and integers, indented by two spaces, as our
 * command line does.
 * @param {unknown} value
 * @param {string} [indent]
 * @returns {string}
 */
export function printJson(value, indent = "\n") {
  const inner = `${indent}  `;
  if (value instanceof Map) {
    const members = [...value].map(([key, member]) => `${JSON.stringify(key)}: ${printJson(member, inner)}`);
    return members.length === 0 ? "{}" : `{${inner}${members.join(`,${inner}`)}${indent}}`;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => printJson(item, inner));
    return items.length === 0 ? "[]" : `[${inner}${items.join(`,${inner}`)}${indent}]`;
  }
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}
