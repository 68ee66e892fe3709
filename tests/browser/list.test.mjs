// The organiser's list in a real browser: its key is made in the office, a signer hands over
// what was filled in, the organiser opens it, the signer takes it back. See spec/list.md.

import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { assertAccessible, assertFits, openBrowser, shoot, startSite, until } from "./harness.mjs";
import { assertKept, linkByPage, listen, waitForState } from "./sign.mjs";

const ADDRESS = "nora.writes@signers.example";

let site;
let browser;

before(async () => {
  site = await startSite();
  browser = await openBrowser(site);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

async function signedIn(email) {
  const token = join(site.data, "keys/operator.token");
  const said = await site.cli("office", "invite", "--role", "owner", email, "--operator-token-file", token, "--json");
  const page = await browser.newPage();
  await page.goto(JSON.parse(said).link);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${site.url}/office`);
  return page;
}

/** The file that a button saves. */
async function savedBy(page, name) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name }).click();
  const saved = await download;
  const path = join(site.folder, `${Date.now()}-${saved.suggestedFilename()}`);
  await saved.saveAs(path);
  return path;
}

/** Publishes a petition with a list; its id, and the file of the list's key. */
async function publishWithList(page, sent) {
  await page.getByRole("button", { name: "Write a petition" }).click();
  await page.locator("#title-0").fill("Keep the night ferry");
  await page.locator("#letter-0").fill("We ask you to keep it.");
  await page.locator("#recipients").fill("The council");
  await page.locator("#organiser").fill("Friends of the ferry");
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 16);
  await page.locator("#confirm_until").fill(until);
  await page.getByLabel("Let signers hand you what they filled in").check();
  await page.getByText("How signatures are published").click();
  await page.locator("#publication").selectOption("prompt");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Keep the night ferry" }).waitFor();
  const key = await savedBy(page, "Make a key and save it");
  const listKey = await savedBy(page, "Make the list's key and save it");
  assert.match(readFileSync(listKey, "utf8"), /^PRIVATE\+LIST\+[0-9a-f]{64}\n$/);
  await page.getByRole("button", { name: "Fix the text" }).click();
  await page.locator("#key-file").setInputFiles(key);
  await page.getByRole("button", { name: "Sign and publish" }).first().click();
  await page.waitForURL(/\/office\/petitions\/[0-9a-f]{64}$/);
  const secret = readFileSync(listKey, "utf8").trim().split("+")[2];
  assert.ok(sent.length > 2 && !sent.some((request) => request.includes(secret)), "the list's key stays here");
  return { id: page.url().slice(-64), listKey };
}

test("handed over, opened by the organiser, taken back", async () => {
  const office = await signedIn("ferry@staff.example");
  const sent = [];
  office.on("request", (request) => sent.push(`${request.url()} ${decodeURIComponent(request.postData() ?? "")}`));
  const { id, listKey } = await publishWithList(office, sent);
  const rows = async () => {
    await office.goto(`${site.url}/office/petitions/${id}/list`);
    if (await office.getByText("Nobody has handed you anything yet").isVisible()) return [];
    await office.locator("#list-key-file").setInputFiles(listKey);
    const table = readFileSync(await savedBy(office, "Open the list and save it"), "utf8");
    assert.match(await office.locator("[data-list] [role=status]").textContent(), /Left out: 0\./);
    return table.trim().split("\r\n").slice(1);
  };
  assert.deepEqual(await rows(), []);

  const page = await browser.newPage({ forgive: [/withdrawals\/proof/] });
  const requests = listen(page);
  await page.goto(`${site.url}/${id}`);
  await page.getByLabel("Hand what I fill in to Friends of the ferry").waitFor();
  await assertFits(page);
  await assertAccessible(page);
  await shoot(page, "list-petition");
  const typed = { name: "Nora =Signs", comment: 'I like "ferries".' };
  const address = await linkByPage(site, page, id, "nora@signers.example", typed, { share: true });
  await page.goto(address);
  await page.getByRole("button", { name: "Sign now" }).waitFor();
  assert.ok(await page.locator("#confirm [name=share]").isChecked(), "kept since the petition's page");
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt/);
  await waitForState(page, "proven");
  await page.locator('#share-state[data-share="shared"]').waitFor();
  await assertFits(page);
  await assertAccessible(page);
  await shoot(page, "list-receipt");
  const handed = () => requests.filter(({ url }) => url.endsWith("/shares"));
  assert.equal(handed().length, 1, "once, because it was ticked");
  assert.equal(JSON.parse(handed()[0].body).address, undefined, "no address unasked");
  const [first] = await rows();
  assert.ok(first.startsWith('"Nora =Signs","","I like ""ferries"".","",'), first);

  await page.locator("#share-address").fill(ADDRESS);
  await page.getByRole("button", { name: "Hand it over" }).click();
  await until("another handing over", () => handed().length === 2 || undefined);
  await page.locator('#share-state[data-share="shared"]').waitFor();
  const { address: sealed } = JSON.parse(handed()[1].body);
  assert.equal(Buffer.from(sealed, "base64").length, 304, "the address is sealed here");
  assert.ok(!requests.some(({ url, body }) => `${url} ${body}`.includes(ADDRESS)), "the service never sees the address");
  const [second, ...more] = await rows();
  assert.ok(second.includes(`,"${ADDRESS}",`), second);
  assert.deepEqual(more, []);
  await assertFits(office);
  await assertAccessible(office);
  await shoot(office, "list-office");
  assert.ok(!sent.some((request) => request.includes(readFileSync(listKey, "utf8").trim().slice(-64))));

  // The command line opens what the office gives.
  const download = office.waitForEvent("download");
  await office.getByRole("link", { name: "part 1" }).click();
  const sealedFile = await (await download).path();
  const table = await site.cli("list", "export", "--from", sealedFile, "--list-key", ownerOnly(listKey));
  assert.ok(table.includes(`Nora =Signs,,"I like ""ferries"".",${ADDRESS},`), table);

  // A reload remembers, and hands nothing over by itself.
  await page.reload();
  await page.locator('#share-state[data-share="shared"]').waitFor();
  assert.equal(handed().length, 2);
  await page.getByRole("button", { name: "Take it off the list" }).click();
  await page.locator('#share-state[data-share="back"]').waitFor();
  assert.deepEqual(await rows(), []);
  page.assertClean();
  office.assertClean();
});

/** A key file as the command line wants it. */
function ownerOnly(path) {
  chmodSync(path, 0o600);
  return path;
}

test("nothing is handed over unasked, and nothing is offered where no list is kept", async () => {
  const asks = { name: "optional", region: "no", comment: "optional", updates: false, roll_region: false, share: true };
  const id = await site.publish({ asks });
  const page = await browser.newPage({ forgive: [/withdrawals\/proof/] });
  const requests = listen(page);
  const address = await linkByPage(site, page, id, "quiet@signers.example", { name: "Quiet Person" });
  await page.goto(address);
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt/);
  await waitForState(page, "proven");
  await page.locator('#share-state[data-share="unknown"]').waitFor();
  const key = Object.keys(await page.evaluate(() => ({ ...localStorage }))).find((name) => name.includes("/receipt/"));
  assertKept(requests, JSON.parse(await page.evaluate((name) => localStorage.getItem(name), key)));
  page.assertClean();

  const plain = await browser.newPage({ forgive: [/withdrawals\/proof/] });
  const without = await site.publish();
  await plain.goto(`${site.url}/${without}/receipt`);
  assert.equal(await plain.locator("#share").count(), 0);
  const scripts = await plain.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  assert.ok(!scripts.some((name) => name.includes("receipt_share")), "its script is not loaded");
  plain.assertClean();
});
