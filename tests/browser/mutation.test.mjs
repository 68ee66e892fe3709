// No byte of a receipt or an attestation can change unnoticed. `MUTATION_STRIDE=1` flips
// every byte; by default every 31st.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { parseAttestation, verifyAttestation } from "../../src/web/assets/js/protocol/attestation.js";
import { utf8 } from "../../src/web/assets/js/protocol/bytes.js";
import { ProtocolError } from "../../src/web/assets/js/protocol/error.js";
import { pinnedPolicy } from "../../src/web/assets/js/protocol/manifest.js";
import { parsePolicy } from "../../src/web/assets/js/protocol/policy.js";
import { verifyReceipt } from "../../src/web/assets/js/protocol/receipt.js";
import { parseReceipt } from "../../src/web/assets/js/protocol/receipt_file.js";
import { Vector } from "./vectors_file.mjs";

const STRIDE = Number(process.env.MUTATION_STRIDE ?? 31);

function vector(path) {
  return new Vector(readFileSync(new URL(`../../spec/vectors/${path}`, import.meta.url)));
}

const receipt = async (bytes, policy) => verifyReceipt(await parseReceipt(bytes), policy);
const attestation = async (bytes, policy) => verifyAttestation(await parseAttestation(bytes), policy);

/** Flips a bit in each byte, and wants each result refused for a stated reason. */
async function flip(original, verify, policy) {
  await verify(original, policy);
  let refused = 0;
  for (let at = 0; at < original.length; at += STRIDE) {
    for (const bit of [0x01, 0x20]) {
      const changed = Uint8Array.from(original);
      changed[at] ^= bit;
      const outcome = await verify(changed, policy).catch((error) => error);
      const place = `byte ${at} of ${original.length}, bit ${bit}`;
      assert.ok(outcome instanceof ProtocolError, `${place}: ${outcome instanceof Error ? outcome.stack : "accepted"}`);
      refused += 1;
    }
  }
  console.log(`${refused} changes refused`);
}

for (const [path, verify] of [
  ["receipt/accept-whole.txt", receipt],
  ["receipt/accept-split.txt", receipt],
  ["receipt/accept-shared.txt", receipt],
  ["attestation/accept-single.txt", attestation],
  ["attestation/accept-split.txt", attestation],
]) {
  test(`${path}, with a policy`, async () => {
    const whole = vector(path);
    const policy = await parsePolicy(utf8(`${whole.all("policy").join("\n")}\n`));
    await flip(whole.body, verify, () => policy);
  });
}

test("receipt/accept-whole.txt, with the keys in it: witnesses are not looked at", async () => {
  const { body } = vector("receipt/accept-whole.txt");
  const { index } = await receipt(body, pinnedPolicy);
  assert.equal(index, 0n);
});
