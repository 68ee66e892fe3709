// The format of a vector: `key: value` lines, a blank line, and the body's exact bytes.

import assert from "node:assert/strict";

import { fromHex, fromUtf8 } from "../../src/web/assets/js/protocol/bytes.js";
import { ProtocolError } from "../../src/web/assets/js/protocol/error.js";

export class Vector {
  constructor(bytes) {
    const end = bytes.indexOf("\n\n");
    assert.ok(end > 0, "a blank line");
    this.fields = bytes.subarray(0, end).toString("utf8").split("\n").map((line) => {
      const at = line.indexOf(": ");
      assert.ok(at > 0, line);
      return [line.slice(0, at), line.slice(at + 2)];
    });
    this.body = new Uint8Array(bytes.subarray(end + 2));
    this.accept = this.get("verdict") === "accept";
    assert.equal(this.opt("reason") === undefined, this.accept, "reason");
  }

  all(key) {
    return this.fields.filter(([name]) => name === key).map(([, value]) => value);
  }

  opt(key) {
    const values = this.all(key);
    assert.ok(values.length < 2, `${key} is there twice`);
    return values[0];
  }

  get(key) {
    const value = this.opt(key);
    assert.notEqual(value, undefined, `no field ${key}`);
    return value;
  }

  hex(key) {
    const bytes = fromHex(this.get(key));
    assert.ok(bytes, `${key} is no hex`);
    return bytes;
  }

  number(key) {
    return BigInt(this.get(key));
  }

  /** The body, for parsers that take text. */
  text() {
    return fromUtf8(this.body) ?? assert.fail("the body is text");
  }

  /** Whether what `check` finds is what the header says. */
  async judge(check) {
    let facts;
    try {
      facts = await check(this);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, error);
      assert.ok(!this.accept, `refused: ${error.message}`);
      assert.match(error.code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      const reason = this.get("reason");
      assert.ok(error.message.startsWith(reason), `refused for ${error.message}, not ${reason}`);
      return;
    }
    assert.ok(this.accept, "accepted");
    for (const [key] of facts) {
      const found = facts.filter(([name]) => name === key).map(([, value]) => String(value));
      assert.deepEqual(found, this.all(key), key);
    }
  }
}
