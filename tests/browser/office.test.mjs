// The office in a real browser: from the operator's invitation to a petition that was signed
// with a key made in the browser; and every page at two widths. See spec/office.md.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { assertAccessible, assertFits, openBrowser, shoot, startSite } from "./harness.mjs";
import { fillDraft, madeKey as makeKey, signedIn as enter } from "./office.mjs";

/** Width, and whether it is dark. */
const LOOKS = [[360, false], [360, true], [768, false], [1280, false], [1280, true]];

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

const signedIn = (email, role, options) => enter(site, browser, email, role, options);
const madeKey = (page) => makeKey(site, page);

test("a petition is written, signed with a key made in the browser, extended and attested", async () => {
  const page = await signedIn("owner@staff.example", "owner");
  const [cookie] = await page.context().cookies();
  assert.equal(cookie.name, "session");
  assert.ok(cookie.httpOnly);
  assert.equal(cookie.sameSite, "Lax");
  await fillDraft(page);
  const key = await madeKey(page);
  assert.match(readFileSync(key, "utf8"), /^PRIVATE\+KEY\+friends-of-the-bus\+[0-9a-f]{8}\+\S+\n$/);
  const sent = [];
  page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
  await page.getByRole("button", { name: "Fix the text" }).click();
  await page.locator("#key-file").setInputFiles(key);
  await page.getByRole("button", { name: "Sign and publish" }).first().click();
  await page.waitForURL(/\/office\/petitions\/[0-9a-f]{64}$/);
  const id = page.url().slice(-64);
  assert.ok((await site.ids()).includes(id));
  const secret = readFileSync(key, "utf8").trim().split("+").slice(4).join("+");
  assert.ok(secret.length > 40);
  assert.ok(sent.length > 2 && !sent.some((request) => decodeURIComponent(request).includes(secret)), "the key stays here");

  await page.getByRole("link", { name: "More time to sign" }).click();
  const later = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 16);
  for (const name of ["confirm_until", "submit_until", "withdraw_until"]) await page.locator(`#${name}`).fill(later);
  await page.locator("#submit_until").fill(new Date(Date.now() + 61 * 86_400_000).toISOString().slice(0, 16));
  await page.locator("#withdraw_until").fill(new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 16));
  await page.getByRole("button", { name: "Go on" }).click();
  // A key that does not speak for the organiser is told from one that does.
  const stranger = join(site.folder, "stranger.key");
  const other = await site.publish();
  writeFileSync(stranger, readFileSync(site.key));
  await page.locator("#key-file").setInputFiles(stranger);
  await page.getByRole("button", { name: "Sign and publish" }).first().click();
  await page.getByText("does not speak for the organiser").waitFor();
  await page.locator("#key-file").setInputFiles(key);
  await page.getByRole("button", { name: "Sign and publish" }).first().click();
  await page.waitForURL(`${site.url}/office/petitions/${id}`);
  const served = await (await fetch(`${site.url}/api/v1/petitions/${id}`)).json();
  assert.equal(new Date(served.confirm_until * 1000).toISOString().slice(0, 16), later);
  assert.notEqual(other, id);
  page.assertClean();
  await page.context().close();
});

test("without JavaScript the command line signs, and the program accepts what came of it", async () => {
  const page = await signedIn("writer@staff.example", "owner", { js: false });
  await fillDraft(page);
  assert.equal(await page.getByRole("button", { name: "Make a key and save it" }).isVisible(), false);
  const file = join(site.folder, "by-hand.key");
  await page.locator("#vkeys").fill(await site.cli("office", "key", "--key", file, "--name", "friends"));
  const key = readFileSync(file, "utf8").trim();
  await page.getByRole("button", { name: "Fix the text" }).click();
  await page.getByText("Sign on the command line").click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download statement.txt" }).click();
  const text = join(site.folder, "statement.txt");
  await (await download).saveAs(text);
  await site.cli("office", "sign", text, "--key", file, "-o", `${text}.signed`);
  const note = readFileSync(`${text}.signed`, "utf8");
  assert.ok(!note.includes(key));
  await page.locator("#note").fill(note);
  await page.getByRole("button", { name: "Sign and publish" }).last().click();
  await page.waitForURL(/\/office\/petitions\/[0-9a-f]{64}$/);
  const state = await site.cli("petition", "status", `${site.url}/${page.url().slice(-64)}`, "--json");
  assert.equal(JSON.parse(state).count, 0);
  const audited = await site.cli("audit", site.url, "--state", join(site.folder, "audit"));
  assert.match(audited, /FINE/);
  await page.context().close();
});

test("a text that is not saved is not left by accident, and two tabs do not overwrite each other", async () => {
  const page = await signedIn("tabs@staff.example", "owner", { forgive: [/409/] });
  await fillDraft(page);
  await page.getByRole("link", { name: "Edit" }).click();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await page.locator("#title-0").fill("From the first tab");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "From the first tab" }).waitFor();
  await second.locator("#title-0").fill("From the second tab");
  let asked = 0;
  second.on("dialog", async (dialog) => {
    asked += 1;
    await dialog.dismiss();
  });
  await second.goto(`${site.url}/office`).catch(() => {});
  assert.equal(asked, 1);
  await second.getByRole("button", { name: "Save", exact: true }).click();
  await second.getByText("Somebody else has changed this draft").waitFor();
  assert.equal(await second.locator("#title-0").inputValue(), "From the second tab");
  await page.context().close();
});

test("every page fits and is accessible", async () => {
  const id = await site.publish();
  for (const [width, dark] of LOOKS) {
    const page = await signedIn(`look-${width}-${dark}@staff.example`, "owner", { width, dark, forgive: [/404/] });
    const shot = async (name) => {
      await assertFits(page);
      await assertAccessible(page);
      await shoot(page, `office-${name}-${width}${dark ? "-dark" : ""}`);
    };
    await shot("dashboard-empty");
    await fillDraft(page);
    const draft = page.url();
    await shot("draft");
    for (const rest of ["edit", "preview", "versions", "organisers"]) {
      await page.goto(`${draft}/${rest}`);
      await shot(`draft-${rest}`);
    }
    await page.goto(draft);
    await madeKey(page);
    await page.getByRole("button", { name: "Fix the text" }).click();
    await shot("draft-sign");
    await page.getByText("Sign on the command line").click();
    await page.getByText("The exact text that is signed").click();
    await shot("draft-sign-open");
    for (const [name, path] of [
      ["dashboard", "/office"],
      ["account", "/office/account"],
      ["people", "/office/people"],
      ["log", "/office/log"],
      ["queue", "/office/queue"],
      ["limits", "/office/limits"],
      ["trends", `/office/petitions/${id}/trends`],
      ["petition", `/office/petitions/${id}`],
      ["updates", `/office/petitions/${id}/updates`],
      ["invitations", `/office/petitions/${id}/invitations`],
      ["held", `/office/petitions/${id}/held`],
      ["strikes", `/office/petitions/${id}/strikes`],
      ["withhold", `/office/petitions/${id}/withhold`],
      ["extend", `/office/petitions/${id}/say/extend`],
      ["close", `/office/petitions/${id}/say/close`],
      ["goal", `/office/petitions/${id}/say/goal`],
      ["attest", `/office/petitions/${id}/say/attest`],
      ["packs-empty", `/office/petitions/${id}/packs`],
      ["organisers", `/office/petitions/${id}/organisers`],
      ["deliver", `/office/petitions/${id}/say/deliver`],
      ["answer", `/office/petitions/${id}/say/answer`],
      ["missing", "/office/drafts/00000000000000000000000000000000"],
    ]) {
      await page.goto(site.url + path);
      await shot(name);
    }
    page.assertClean();
    await page.context().close();
    const stranger = await browser.newPage({ width, dark });
    await stranger.goto(`${site.url}/office`);
    await assertFits(stranger);
    await assertAccessible(stranger);
    await shoot(stranger, `office-sign-in-${width}${dark ? "-dark" : ""}`);
    stranger.assertClean();
    await stranger.context().close();
  }
});
