// What JavaScript makes is what Rust makes, to the byte.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { attestationText, parseAttestation, verifyAttestation } from "../../src/web/assets/js/protocol/attestation.js";
import { toHex, utf8 } from "../../src/web/assets/js/protocol/bytes.js";
import { printDisclosure } from "../../src/web/assets/js/protocol/commitment.js";
import { publicKeyOf, signEd25519, verifyEd25519 } from "../../src/web/assets/js/protocol/ed25519.js";
import { parseManifest, pinnedPolicy } from "../../src/web/assets/js/protocol/manifest.js";
import { parseNote, printNote } from "../../src/web/assets/js/protocol/note.js";
import { noteSigner, signNote } from "../../src/web/assets/js/protocol/note_signer.js";
import { parseReceipt, printReceipt, publicReceipt } from "../../src/web/assets/js/protocol/receipt_file.js";
import { allowsDates, datedText, manifestDates, parseStatement, publishedText, verifyStatement } from "../../src/web/assets/js/protocol/statement.js";
import { Vector } from "./vectors_file.mjs";

const ROOT = new URL("../../spec/vectors/", import.meta.url);
const vector = (path) => new Vector(readFileSync(new URL(path, ROOT)));
const accepted = (topic) => {
  const names = readdirSync(new URL(`${topic}/`, ROOT)).filter((name) => name.startsWith("accept"));
  assert.notEqual(names.length, 0);
  return names.map((name) => vector(`${topic}/${name}`));
};

test("a receipt prints as it was", async () => {
  for (const { body } of accepted("receipt")) {
    assert.deepEqual(utf8(printReceipt(await parseReceipt(body))), body);
  }
});

test("a shared receipt holds nothing private", async () => {
  const receipt = await parseReceipt(vector("receipt/accept-whole.txt").body);
  const shared = printReceipt(publicReceipt(receipt));
  assert.ok(receipt.private);
  assert.ok(!shared.includes(toHex(receipt.private.secret)) && !shared.includes("private"));
  assert.equal((await parseReceipt(utf8(shared))).private, undefined);
});

test("an attestation is written as it was", async () => {
  for (const { body } of accepted("attestation")) {
    const parsed = await parseAttestation(body);
    const { totals, asOf } = await verifyAttestation(parsed, pinnedPolicy);
    const text = attestationText(parsed.manifest, totals, asOf, parsed.ledger, parsed.registrar);
    assert.equal(text, parsed.note.text);
  }
});

test("statements of an organiser are written as they were, and their signature holds", async () => {
  const published = await parseStatement(vector("statement/accept-published.txt").body);
  assert.equal(publishedText(published.manifest), published.note.text);
  for (const name of ["extended", "closing"]) {
    const { petition, kind, dates, note } = await parseStatement(vector(`statement/accept-${name}.txt`).body);
    assert.equal(kind, name);
    assert.equal(datedText(petition, kind, dates), note.text);
  }
  const signer = await noteSigner("organiser", new Uint8Array(32).fill(7));
  const bytes = utf8(printNote(await signNote(published.note.text, signer)));
  const statement = await parseStatement(bytes);
  const own = { ...published.manifest, organiserKeys: [signer.vkey] };
  await verifyStatement(statement, own, undefined);
  await assert.rejects(verifyStatement(statement, published.manifest, undefined), { code: "note-unsigned" });
  assert.equal(printNote(parseNote(bytes)), new TextDecoder().decode(bytes));
});

test("dates change as the rules allow", async () => {
  const manifest = await parseManifest(vector("manifest/accept-single.txt").body);
  const dates = manifestDates(manifest);
  const move = (confirm, submit, withdraw = 0n) => ({
    confirmUntil: dates.confirmUntil + confirm,
    submitUntil: dates.submitUntil + submit,
    withdrawUntil: dates.withdrawUntil + withdraw,
  });
  assert.ok(allowsDates("extended", move(60n, 60n, 60n), dates));
  assert.ok(!allowsDates("extended", dates, dates));
  assert.ok(!allowsDates("extended", move(-60n, 60n, 60n), dates));
  assert.ok(allowsDates("closing", move(-60n, -60n), dates));
  assert.ok(!allowsDates("closing", move(0n, -60n), dates), "the time to hand in never shrinks");
  assert.ok(!allowsDates("closing", move(60n, 60n), dates));
});

test("Ed25519 of the browser and of the library are the same", async () => {
  const [seed, message] = [new Uint8Array(32).fill(9), utf8("message")];
  const native = [await publicKeyOf(seed), await signEd25519(seed, message)];
  const { importKey } = crypto.subtle;
  crypto.subtle.importKey = () => Promise.reject(new DOMException("no such algorithm", "NotSupportedError"));
  try {
    assert.deepEqual([await publicKeyOf(seed), await signEd25519(seed, message)], native);
  } finally {
    crypto.subtle.importKey = importKey;
  }
  assert.ok(await verifyEd25519(native[0], message, native[1]));
});

test("a disclosure leaves out what is empty, and has bytes whatever was typed", () => {
  assert.equal(printDisclosure({ name: "A", region: "", comment: undefined }), '{"name":"A"}');
  assert.equal(printDisclosure({}), "{}");
  assert.equal(printDisclosure({ comment: "a\ud800b" }), '{"comment":"a\ufffdb"}');
  assert.throws(() => printDisclosure({ comment: "ü".repeat(5000) }), { code: "disclosure-length" });
});
