// The page that checks files, in a real browser: what holds, what does not and why, and that
// it needs no network once it is there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { assertAccessible, assertFits, openBrowser, shoot, startSite } from "./harness.mjs";

let site;
let browser;
let id;
let receipt;
let attestation;

before(async () => {
  site = await startSite();
  id = await site.publish();
  receipt = await site.sign(id, "check@signers.example", "--name", "Checker");
  attestation = join(site.folder, "count.attestation");
  await site.cli("attest", `${site.url}/${id}`, "--key", site.key, "-o", attestation);
  browser = await openBrowser(site);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

async function open(options) {
  const page = await browser.newPage(options);
  await page.goto(`${site.url}/check`);
  await page.locator("#ready[data-ready=yes]").waitFor();
  return page;
}

/** Checks a file, and gives what came of it. */
async function check(page, name, content) {
  await page.evaluate(() => document.getElementById("result").removeAttribute("data-valid"));
  await page.locator("#file").setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
  const result = page.locator("#result[data-valid]");
  await result.waitFor();
  return { valid: await result.getAttribute("data-valid"), code: await result.getAttribute("data-code"), text: await result.innerText() };
}

test("a receipt, offline", async () => {
  const page = await open();
  await page.context().setOffline(true);
  const { valid, text } = await check(page, "receipt.json", readFileSync(receipt));
  assert.equal(valid, "yes", text);
  for (const words of [id, "The secret in the file opens the signature", "keys in the file itself", "does not prove who signed"]) {
    assert.ok(text.includes(words), `${words} in ${text}`);
  }
  assert.equal(await page.locator("ol.steps li").count(), 5);
  await assertFits(page);
  await assertAccessible(page);
  await shoot(page, "sign-check-valid");
  page.assertClean();
});

test("an attestation and a delivery pack", async () => {
  const page = await open();
  const text = readFileSync(attestation, "utf8");
  const single = await check(page, "count.attestation", text);
  assert.equal(single.valid, "yes", single.text);
  assert.ok(single.text.includes("At least 1 signatures"), single.text);
  const manifest = await (await fetch(`${site.url}/api/v1/petitions/${id}/manifest`)).text();
  const pack = { format: "undersigned/pack/v1", manifest, attestation: text };
  const whole = await check(page, "pack.json", JSON.stringify(pack));
  assert.equal(whole.valid, "yes", whole.text);
  assert.ok(whole.text.includes("Petition and count in the pack belong together"));
  const other = await check(page, "pack.json", JSON.stringify({ ...pack, manifest: `${manifest} ` }));
  assert.deepEqual([other.valid, other.code], ["no", "pack-manifest"]);
  page.assertClean();
});

test("a receipt that was tampered with is refused, with the reason", async () => {
  const page = await open();
  const whole = JSON.parse(readFileSync(receipt, "utf8"));
  const change = (edit) => {
    const copy = structuredClone(whole);
    edit(copy);
    return JSON.stringify(copy);
  };
  const flip = (base64, at) => {
    const bytes = Buffer.from(base64, "base64");
    bytes[at] ^= 1;
    return bytes.toString("base64");
  };
  const cases = [
    ["authenticator", (r) => ([r.leaf, r.proof.leaf] = [flip(r.leaf, 300), flip(r.leaf, 300)])],
    ["receipt-leaf", (r) => (r.leaf = flip(r.leaf, 300))],
    ["receipt-secret", (r) => (r.private.disclosure = '{"name":"Somebody else"}')],
    ["authenticator", (r) => (r.manifest = r.manifest.replace("night train", "might train"))],
    ["root", (r) => (r.proof.tally = r.proof.tally.replace(/time (\d+)/, (_, t) => `time ${Number(t) + 1}`))],
    ["note-invalid", (r) => (r.promise = r.promise.replace(/by (\d+)/, (_, t) => `by ${Number(t) + 1}`))],
    ["json", (r) => (r.extra = "field")],
  ];
  for (const [code, edit] of cases) {
    const found = await check(page, "receipt.json", change(edit));
    assert.deepEqual([found.valid, found.code], ["no", code], found.text);
    assert.ok(found.text.length > 60, "a reason in words");
  }
  await shoot(page, "sign-check-invalid");
  const unproven = await check(page, "receipt.json", change((r) => delete r.proof));
  assert.equal(unproven.valid, "not-yet");
  const strange = await check(page, "cat.txt", "miaow");
  assert.deepEqual([strange.valid, strange.code], ["no", "check-kind"]);
  page.assertClean();
});

test("a policy of the reader's own decides", async () => {
  const page = await open();
  const { vkeys } = JSON.parse(JSON.parse(readFileSync(receipt, "utf8")).manifest).ledger;
  const policy = (text) => page.locator("#policy").setInputFiles({ name: "policy", mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.locator("summary").click();
  await policy(`log ${vkeys[0]}\nquorum none\n`);
  await page.getByText("Policy taken").waitFor();
  const held = await check(page, "receipt.json", readFileSync(receipt));
  assert.equal(held.valid, "yes");
  assert.ok(!held.text.includes("keys in the file itself"));
  const stranger = "log sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\nquorum none\n";
  await policy(stranger);
  await page.locator("#result[data-valid=no]").waitFor();
  const refused = await check(page, "receipt.json", readFileSync(receipt));
  assert.ok(["note-unsigned", "policy-log"].includes(refused.code), refused.code);
  await policy("quorum");
  await page.getByText("This is not a policy").waitFor();
  page.assertClean();
});

test("a file is dropped, and a large one is refused unread", async () => {
  const page = await open();
  const drop = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "receipt.json"));
    return data;
  }, readFileSync(receipt, "utf8"));
  await page.dispatchEvent("#drop", "drop", { dataTransfer: drop });
  await page.locator("#result[data-valid=yes]").waitFor();
  const large = await check(page, "large.json", "x".repeat(2_000_001));
  assert.deepEqual([large.valid, large.code], ["no", "too-long"]);
  page.assertClean();
});

test("without JavaScript the page says what to do instead", async () => {
  const page = await browser.newPage({ js: false });
  await page.goto(`${site.url}/check`);
  assert.match(await page.locator("main").innerText(), /undersigned verify FILE/);
  page.assertClean();
});
