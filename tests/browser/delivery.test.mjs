// The page in a delivery pack, opened from a file in a browser without a network: it checks
// itself, and says no when anything in it was changed. See spec/delivery.md.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inflateRawSync } from "node:zlib";

import { assertAccessible, assertFits, openBrowser, shoot, startSite, until } from "./harness.mjs";

let site;
let id;
let browser;
let files;

/** The files of a zip archive. */
function unzip(bytes) {
  const found = new Map();
  let at = bytes.readUInt32LE(bytes.length - 6);
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [method, size] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const begin = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(begin, begin + size);
    found.set(bytes.toString("utf8", at + 46, at + 46 + name), method === 0 ? data : inflateRawSync(data));
    at += 46 + name + extra + comment;
  }
  return found;
}

before(async () => {
  site = await startSite();
  id = await site.publish();
  for (const name of ["ana", "ben", "eve"]) {
    await site.sign(id, `${name}@signers.example`, "--name", "N", "--region", "North");
  }
  await until("the count", async () => (await site.count(id)).count === 3);
  await site.cli("attest", `${site.url}/${id}`, "--key", site.key, "-o", "count.attestation", "--post");
  await site.cli("deliver", `${site.url}/${id}`, "--out", "pack.zip");
  files = unzip(readFileSync(join(site.folder, "pack.zip")));
  // The origin of files.
  browser = await openBrowser({ url: "null" });
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

/** Opens the page from a file, as changed. */
async function open(change = (text) => text, options = {}) {
  const folder = join(site.folder, "handed over");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "check.html");
  const text = files.get("check.html").toString("utf8");
  const changed = change(text);
  writeFileSync(file, changed);
  const page = await browser.newPage(options);
  await page.context().setOffline(true);
  await page.goto(pathToFileURL(file).href);
  return { page, same: changed === text };
}

const checked = (page) => page.waitForSelector("body[data-checked]");

test("a good pack says so, with its numbers", async () => {
  for (const [width, dark] of [[360, false], [1280, true]]) {
    const { page } = await open(undefined, { width, dark });
    await checked(page);
    assert.ok(await page.isVisible("#good"));
    assert.ok(!(await page.isVisible("#bad")));
    assert.equal(await page.textContent("#count"), "3");
    assert.equal(await page.locator("ol.steps li.done").count(), 5);
    await assertFits(page);
    await assertAccessible(page);
    await shoot(page, `delivery-${width}`);
    page.assertClean();
    await page.context().close();
  }
});

test("whatever is changed, the page says no, and where", async () => {
  const changes = {
    numbers: (text) => text.replace("\\ncount 3\\n", "\\ncount 9\\n"),
    manifest: (text) => text.replace("undersigned/manifest/v1", "undersigned/manifest/v2"),
    version: (text) => text.replace("undersigned/pack/v1", "undersigned/pack/v9"),
    proof: (text) => text.replace(/(ledger-proof .{200})(.)/, (_, before, c) => before + (c === "A" ? "B" : "A")),
    cut: (text) => text.replace(/("attestation": ".{5000})[^"]*/, "$1"),
  };
  for (const [name, change] of Object.entries(changes)) {
    const { page, same } = await open(change);
    assert.ok(!same, `${name}: nothing was changed`);
    await checked(page);
    assert.ok(await page.isVisible("#bad"), name);
    assert.ok(!(await page.isVisible("#good")) && !(await page.isVisible("#facts")), name);
    assert.equal(await page.locator("ol.steps li.failed").count(), 1, name);
    assert.notEqual(await page.textContent("#reason"), "", name);
    await shoot(page, `delivery-bad-${name}`);
    page.assertClean();
    await page.context().close();
  }
});

test("a changed script does not run", async () => {
  const { page } = await open((text) => text.replace('"use strict";', '"use strict"; document.title = "changed";'), { forgive: [/Content Security Policy/i] });
  await page.waitForLoadState();
  assert.notEqual(await page.title(), "changed");
  assert.ok(await page.isVisible("#working"));
  await page.context().close();
});

test("without JavaScript the page says what to do", async () => {
  const { page } = await open(undefined, { js: false });
  assert.match(await page.textContent("noscript"), /undersigned verify/);
  await page.context().close();
});

test("the command line opens the pack, too", async () => {
  assert.match(await site.cli("verify", "pack.zip"), /^VALID/);
  writeFileSync(join(site.folder, "pack.json"), files.get("pack.json"));
  assert.match(await site.cli("verify", "pack.json"), /^VALID/);
  const { url } = site;
  assert.ok(files.get("README.txt").toString("utf8").includes(url));
  assert.equal(files.get("letter.pdf").toString("latin1", 0, 5), "%PDF-");
});

test("with the operator's token the service adds the table, and mails the pack", async () => {
  const token = join(site.data, "keys/operator.token");
  const to = "clerk@council.example";
  const args = ["deliver", `${site.url}/${id}`, "--operator-token-file", token, "--signers", "--send", to];
  const said = JSON.parse(await site.cli(...args, "--out", "with-table.zip", "--json"));
  assert.equal(said.sent, true);
  const table = unzip(readFileSync(join(site.folder, "with-table.zip"))).get("signers.csv").toString("utf8");
  assert.equal(table, "\ufeffName,Region,Comment\r\n");
  const mail = await site.readMail(to, { raw: true });
  assert.match(mail, /Content-Disposition: attachment; filename="petition.zip"/);
});
