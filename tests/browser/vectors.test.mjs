// The protocol in JavaScript against spec/vectors: the same verdict, the same facts, and the
// same reason as the Rust code. Run with `node --test`.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { CHECKS } from "./vectors_check.mjs";
import { Vector } from "./vectors_file.mjs";

const ROOT = fileURLToPath(new URL("../../spec/vectors/", import.meta.url));
/** What only servers and auditors compute. */
const NOT_OURS = ["bundle", "draw", "evidence", "layout", "opening", "report", "tag", "tile", "vrf", "witness"];

const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const counts = new Map();

test("every topic is checked, or known not to be", () => {
  const topics = [...Object.keys(CHECKS), ...NOT_OURS].sort();
  assert.deepEqual(folders.map((folder) => folder.name).sort(), topics);
});

for (const [topic, check] of Object.entries(CHECKS)) {
  const files = readdirSync(`${ROOT}${topic}`);
  const count = { accept: 0, reject: 0 };
  counts.set(topic, count);
  test(`${topic} has vectors`, () => assert.notEqual(files.length, 0));
  for (const file of files) {
    test(`${topic}/${file}`, async () => {
      const vector = new Vector(readFileSync(`${ROOT}${topic}/${file}`));
      await vector.judge(check);
      count[vector.accept ? "accept" : "reject"] += 1;
    });
  }
}

after(() => {
  const all = { accept: 0, reject: 0 };
  for (const [topic, { accept, reject }] of counts) {
    console.log(`${topic}: ${accept} accepted, ${reject} refused`);
    all.accept += accept;
    all.reject += reject;
  }
  console.log(`all: ${all.accept} accepted, ${all.reject} refused`);
});
