// What tests of the signer's pages share.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { until } from "./harness.mjs";

/** Asks for a link on the petition's page, and takes it from the mail. */
export async function linkByPage(site, page, id, email, typed = {}, { show = false, share = false } = {}) {
  await page.goto(`${site.url}/${id}`);
  const form = page.locator("form#sign");
  await form.locator("[name=email]").fill(email);
  for (const [name, value] of Object.entries(typed)) await form.locator(`[name=${name}]`).fill(value);
  if (show) await form.locator("[name=show_name]").check();
  if (share) await form.locator("[name=share]").check();
  await form.getByRole("button").click();
  await page.waitForURL(/\/inbox/);
  return linkInMail(site, id, email, "confirm");
}

/** The newest link of a kind in the mails to an address. */
export async function linkInMail(site, id, email, kind) {
  const link = new RegExp(`${site.url}/${id}/${kind}/[\\w-]{43}`);
  const mail = await site.readMail(email, { matching: link });
  return mail.match(link)[0];
}

/** Asks for a link without a page. */
export async function link(site, id, email, kind = "confirm", more = {}) {
  const path = kind === "confirm" ? "confirmations" : "removals";
  const answer = await fetch(`${site.url}/api/v1/petitions/${id}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, ...more }),
  });
  assert.equal(answer.status, 202);
  return linkInMail(site, id, email, kind);
}

/** The state that the receipt page shows. */
export async function waitForState(page, state) {
  await page.locator(`#state[data-state="${state}"]`).waitFor();
}

/** Opens a link and presses the button; ends on the receipt page. */
export async function sign(page, address) {
  await page.goto(address);
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt/);
}

/** The file that a click saves. */
export async function saved(page, selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(selector).click()]);
  const path = await download.path();
  return { path, text: readFileSync(path, "utf8"), name: download.suggestedFilename() };
}

/** Collects every request, to look for what must not be in any of them. */
export function listen(page) {
  const requests = [];
  page.context().on("request", (request) => {
    requests.push({ url: request.url(), method: request.method(), body: request.postData() ?? "", headers: request.headers() });
  });
  return requests;
}

/** Nothing of a receipt's private half went anywhere. */
export function assertKept(requests, receipt) {
  const { secret, disclosure } = receipt.private;
  const encoded = [secret, Buffer.from(secret, "hex").toString("base64"), Buffer.from(secret, "hex").toString("base64url"), encodeURIComponent(disclosure), disclosure, Buffer.from(disclosure).toString("base64url")];
  const words = Object.values(JSON.parse(disclosure));
  for (const { url, body, headers } of requests) {
    const all = `${url} ${body} ${JSON.stringify(headers)}`;
    for (const word of [...encoded, ...words]) {
      assert.ok(word.length < 4 || !all.includes(word), `${word} in a request to ${url}`);
    }
  }
}

/** The count as published, once it is this. */
export async function untilCount(site, id, expected) {
  await until(`the count ${expected}`, async () => (await site.count(id)).count === expected);
}
