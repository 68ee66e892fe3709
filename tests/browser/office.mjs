// People of the office in a browser, for its tests.

import assert from "node:assert/strict";
import { join } from "node:path";

/** A link of the operator's that lets somebody in. */
export async function invite(site, email, role) {
  const token = join(site.data, "keys/operator.token");
  const said = await site.cli("office", "invite", "--role", role, email, "--operator-token-file", token, "--json");
  return JSON.parse(said).link;
}

/** A page of somebody who is signed in with this role. */
export async function signedIn(site, browser, email, role, options) {
  const link = await invite(site, email, role);
  const page = await browser.newPage(options);
  await page.goto(link);
  assert.equal((await page.context().cookies()).length, 0, "opening a link does nothing");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${site.url}/office`);
  return page;
}

/** A new draft that keeps all rules; the page is the draft's afterwards. */
export async function fillDraft(page, title = "Keep the night bus") {
  await page.getByRole("button", { name: "Write a petition" }).click();
  await page.locator("#title-0").fill(title);
  await page.locator("#letter-0").fill("Dear council,\n\nWe ask you to keep the night bus.\n\nYours");
  await page.locator("#recipients").fill("The council\nThe mayor");
  await page.locator("#organiser").fill("Friends of the bus");
  const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 16);
  await page.locator("#confirm_until").fill(until);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: title }).waitFor();
}

/** Makes a key in the browser; where it was saved. */
export async function madeKey(site, page) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Make a key and save it" }).click();
  const saved = await download;
  assert.equal(saved.suggestedFilename(), "organiser.key");
  const path = join(site.folder, `browser-${Date.now()}.key`);
  await saved.saveAs(path);
  return path;
}
