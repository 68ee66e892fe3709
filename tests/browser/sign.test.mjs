// From the link to the receipt, in a real browser.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { assertAccessible, assertFits, openBrowser, shoot, startSite, transferred, until } from "./harness.mjs";
import { assertKept, link, linkByPage, linkInMail, listen, saved, sign, untilCount, waitForState } from "./sign.mjs";

/** One machine, and many people: nobody is held for review. */
const LIMITS = "[limits]\nrequests_per_minute = 100000\nrequests_per_five_minutes = 100000\nrequests_per_domain_hour = 100000\n";
/** A withdrawal that is not there: the browser notes each 404 that a script asks for. */
const NOT_WITHDRAWN = /withdrawals\/proof/;

let site;
let browser;
let id;

before(async () => {
  site = await startSite({ config: LIMITS });
  id = await site.publish();
  browser = await openBrowser(site);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

const person = (forgive = []) => browser.newPage({ forgive: [NOT_WITHDRAWN, ...forgive] });
const stored = (page) => page.evaluate(() => Object.entries(localStorage));

test("signs: inbox, link, receipt, proof; nothing private leaves the browser", async () => {
  const page = await person();
  const requests = listen(page);
  const typed = { name: "Ada Lovelace", comment: "I sleep well\non trains." };
  const address = await linkByPage(site, page, id, "ada@signers.example", typed);
  await shoot(page, "sign-inbox");
  await page.goto(address);
  const token = address.split("/").pop();
  assert.ok(!(await page.content()).includes(token), "the page repeats its token");
  await page.getByRole("button", { name: "Sign now" }).waitFor();
  assert.equal(await page.getByLabel("Your name").inputValue(), typed.name, "kept since the petition's page");
  await assertFits(page);
  await shoot(page, "sign-confirm");
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt/);
  await waitForState(page, "proven");
  await shoot(page, "sign-receipt");
  assert.ok((await page.locator("#facts").textContent()).includes("Ada Lovelace"));
  await page.locator("#qr").evaluate((image) => image.decode());
  const { path, text, name } = await saved(page, "#download");
  assert.match(name, /\.receipt\.json$/);
  const receipt = JSON.parse(text);
  assert.deepEqual(JSON.parse(receipt.private.disclosure), typed);
  assert.ok(!(await stored(page)).some(([key]) => key.endsWith("/draft")), "what was typed is in the receipt now");
  assertKept(requests, receipt);
  const others = requests.filter(({ url }) => url.includes(token) && !url.startsWith(address));
  assert.deepEqual(others, [], "the token in another address");
  assert.ok(requests.every(({ headers }) => !String(headers.referer ?? "").includes(token)), "the token in a referrer");
  const verified = JSON.parse(await site.cli("verify", path, "--json"));
  assert.deepEqual([verified.valid, verified.owned, verified.kind], [true, true, "receipt"]);
  const shared = await saved(page, "#download-shared");
  assert.equal(JSON.parse(shared.text).private, undefined);
  assert.ok(!shared.text.includes(receipt.private.secret));
  const verifiedShared = JSON.parse(await site.cli("verify", shared.path, "--json"));
  assert.deepEqual([verifiedShared.valid, verifiedShared.owned], [true, false]);
  page.assertClean();
});

test("signs without JavaScript, and says what that costs", async () => {
  const page = await browser.newPage({ js: false });
  const address = await linkByPage(site, page, id, "bo@signers.example");
  assert.match(await page.locator("main").textContent(), /If this address can be written to/);
  await page.goto(address);
  assert.match(await page.locator("#plain").textContent(), /trust this service more/);
  assert.ok(!(await page.locator("main").innerText()).includes("made on this device"), "that would not be true here");
  assert.ok(!(await page.locator("#confirm").isVisible()));
  await assertFits(page);
  await shoot(page, "sign-plain");
  await page.locator("#plain").getByLabel("Your name").fill("Bo");
  await page.locator("#plain").getByLabel("Show what I fill in").check();
  await page.getByRole("button", { name: "Let the service sign for me" }).click();
  await shoot(page, "sign-plain-signed");
  const text = await page.locator("textarea").inputValue();
  const { path } = await saved(page, "a[download]");
  await page.reload();
  assert.equal(await page.locator("textarea").inputValue(), text, "the same form again gives the same receipt");
  const file = join(site.folder, "plain.json");
  writeFileSync(file, text);
  await site.cli("sign", "--resume", file, "--yes", "--wait");
  assert.equal(JSON.parse(await site.cli("verify", file, "--json")).owned, true);
  assert.equal(JSON.parse(text).private.disclosure, '{"name":"Bo"}');
  assert.ok(path);
  page.assertClean();
});

/** Lets requests whose path ends so fail, until told otherwise; some reach the service first. */
async function cut(page, ending, { answered = false } = {}) {
  const pattern = (url) => url.pathname.endsWith(ending);
  let seen = 0;
  await page.route(pattern, async (route) => {
    seen += 1;
    if (answered) await route.fetch();
    await route.abort();
  });
  return { seen: () => seen, mend: () => page.unroute(pattern) };
}

for (const [ending, answered] of [["/confirm", false], ["/confirm", true], ["/signatures", false], ["/signatures", true]]) {
  for (const wipe of [false, true]) {
    const what = `${ending} ${answered ? "loses its answer" : "never arrives"}`;
    test(`goes on after a reload: ${what}${wipe ? ", storage wiped" : ""}`, async () => {
      const page = await person([/ERR_FAILED/]);
      const email = `cut-${ending.slice(1)}-${answered}-${wipe}@signers.example`;
      const address = await link(site, id, email);
      const wire = await cut(page, ending, { answered });
      await page.goto(address);
      await page.getByLabel("Your name").fill("Carol");
      await page.getByRole("button", { name: "Sign now" }).click();
      await page.locator("#problem").waitFor();
      assert.equal(await page.locator("#problem").getAttribute("data-kind"), "network");
      assert.ok(wire.seen() > 0);
      await wire.mend();
      if (wipe) await page.evaluate(() => localStorage.clear());
      await page.reload();
      await page.waitForURL(/\/receipt/);
      await waitForState(page, "proven");
      assert.ok((await page.locator("#facts").textContent()).includes("Carol"), "the statement is the first one");
      page.assertClean();
    });
  }
}

test("the button that tries again goes on, too", async () => {
  const page = await person([/ERR_FAILED/]);
  const wire = await cut(page, "/confirm", { answered: true });
  await page.goto(await link(site, id, "retry@signers.example"));
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.locator("#retry").waitFor();
  await wire.mend();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForURL(/\/receipt/);
  await waitForState(page, "proven");
});

test("a closed tab: the link alone goes on, with what the browser keeps", async () => {
  const page = await person([/ERR_FAILED/]);
  const address = await link(site, id, "closed@signers.example");
  await cut(page, "/signatures");
  await page.goto(address);
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.locator("#problem").waitFor();
  const context = page.context();
  await page.close();
  const again = await context.newPage();
  await again.goto(address);
  await again.waitForURL(/\/receipt/);
  await waitForState(again, "proven");
});

test("opened in another browser with its address: goes on", async () => {
  const page = await person([/ERR_FAILED/]);
  await cut(page, "/confirm", { answered: true });
  await page.goto(await link(site, id, "elsewhere@signers.example"));
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.locator("#problem").waitFor();
  const other = await person();
  await other.goto(page.url());
  await other.waitForURL(/\/receipt/);
  await waitForState(other, "proven");
});

test("another link of the same mailbox goes on with the lost answer", async () => {
  const page = await person([/ERR_FAILED/]);
  const email = "twice@signers.example";
  const first = await link(site, id, email);
  const second = await until("another link", async () => {
    const found = await link(site, id, email);
    return found === first ? undefined : found;
  });
  const wire = await cut(page, "/confirm", { answered: true });
  await page.goto(first);
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.locator("#problem").waitFor();
  await wire.mend();
  await page.goto(second);
  await page.getByRole("button", { name: "Yes, go on" }).click();
  await page.waitForURL(/\/receipt/);
  await waitForState(page, "proven");
});

test("a used link says so, and where to go", async () => {
  const address = await link(site, id, "used@signers.example");
  await sign(await person(), address);
  const page = await person([/409/]);
  await page.goto(address);
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.locator('#problem[data-kind="link-used"]').waitFor();
  assert.ok(!(await page.locator("#retry").isVisible()));
  await shoot(page, "sign-used");
  await page.locator("#lost").click();
  await page.waitForURL(/\/lost/);
  page.assertClean();
});

test("another mail is asked for from the inbox page; an address that is none is refused", async () => {
  const page = await person([/422/]);
  await linkByPage(site, page, id, "first@signers.example");
  await page.locator("summary").click();
  const email = page.locator("form#sign [name=email]");
  assert.equal(await email.inputValue(), "first@signers.example");
  await email.fill("nobody@localhost");
  await page.getByRole("button", { name: "Send a link" }).click();
  await page.getByText("not an address that can be written to").waitFor();
  await email.fill("second@signers.example");
  await page.getByRole("button", { name: "Send a link" }).click();
  await linkInMail(site, id, "second@signers.example", "confirm");
  page.assertClean();
});

test("an unknown link is said to be unknown", async () => {
  const page = await person([/404/]);
  await page.goto(`${site.url}/${id}/confirm/${"A".repeat(43)}`);
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.locator('#problem[data-kind="unknown-link"]').waitFor();
  page.assertClean();
});

test("two people in one browser: two receipts", async () => {
  const page = await person();
  for (const name of ["One", "Two"]) {
    await page.goto(await link(site, id, `${name}@family.example`));
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Sign now" }).click();
    await page.waitForURL(/\/receipt/);
    await waitForState(page, "proven");
  }
  await page.goto(`${site.url}/${id}/receipt`);
  await waitForState(page, "choose");
  await page.getByRole("button", { name: "One" }).click();
  await waitForState(page, "proven");
  assert.ok((await page.locator("#facts").textContent()).includes("One"));
  page.assertClean();
});

test("the receipt page comes back after closing, by address and by storage", async () => {
  const page = await person();
  await sign(page, await link(site, id, "back@signers.example"));
  await waitForState(page, "proven");
  const address = page.url();
  const other = await person();
  await other.goto(address);
  await waitForState(other, "proven");
  const again = await page.context().newPage();
  await again.goto(`${site.url}/${id}/receipt`);
  await waitForState(again, "proven");
  await again.getByRole("button", { name: "Remove from this browser" }).click();
  await waitForState(again, "forgotten");
  assert.ok(!(await stored(again)).some(([key]) => key.includes("/receipt/")));
});

test("the language changes without losing the receipt", async () => {
  const page = await person();
  await sign(page, await link(site, id, "idioma@signers.example"));
  await waitForState(page, "proven");
  await page.evaluate(() => localStorage.clear());
  await page.getByRole("link", { name: "العربية" }).click();
  await page.waitForURL(/lang=ar/);
  await waitForState(page, "proven");
  await shoot(page, "sign-receipt-ar");
  assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
  await assertFits(page);
  page.assertClean();
});

test("a receipt from a file, on a device that knows nothing, and the public half from its code", async () => {
  const page = await person();
  await sign(page, await link(site, id, "file@signers.example"));
  await waitForState(page, "proven");
  const { path } = await saved(page, "#download");
  const leaf = (await page.locator("#qr").getAttribute("src")).match(/[0-9a-f]{64}(?=\.svg)/)[0];
  const other = await person();
  await other.goto(`${site.url}/${id}/receipt`);
  await waitForState(other, "none");
  await other.locator("#file").setInputFiles(path);
  await waitForState(other, "proven");
  assert.deepEqual(await stored(other), [], "a file's secret is not kept");
  const scanned = await person();
  await scanned.goto(`${site.url}/${id}/receipt#leaf=${leaf}`);
  await waitForState(scanned, "public");
  assert.ok(!(await scanned.locator("#withdraw").isVisible()));
});

test("a name is shown if that was ticked, and to whom its owner says", async () => {
  const own = await site.publish();
  const page = await person();
  const requests = listen(page);
  const disclosed = () => requests.filter(({ url }) => url.includes("/disclosures"));
  const typed = { name: "Nadia Shown" };
  await page.goto(await linkByPage(site, page, own, "shown@signers.example", typed, { show: true }));
  await page.getByRole("button", { name: "Sign now" }).waitFor();
  assert.ok(await page.getByLabel("Show what I fill in").isChecked(), "kept since the petition's page");
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt/);
  await page.locator('#audience-state[data-audience="recipients"]').waitFor();
  assert.deepEqual(disclosed().map(({ body }) => JSON.parse(body).public), [false]);
  await waitForState(page, "proven");
  await page.getByRole("button", { name: "To everybody" }).click();
  await page.locator('#audience-state[data-audience="everybody"]').waitFor();
  assert.equal(JSON.parse(disclosed()[1].body).public, true);
  await page.getByRole("button", { name: "To nobody" }).click();
  await page.locator('#audience-state[data-audience="nobody"]').waitFor();
  assert.match(disclosed()[2].url, /removal$/);
  page.assertClean();
});

test("takes a signature back, asked twice", async () => {
  const own = await site.publish();
  const page = await person();
  await sign(page, await link(site, own, "withdraw@signers.example"));
  await waitForState(page, "proven");
  await untilCount(site, own, 1);
  await page.getByRole("button", { name: "Take it back" }).click();
  await page.getByRole("button", { name: "No, keep it" }).click();
  await page.getByRole("button", { name: "Take it back" }).click();
  await shoot(page, "sign-withdraw");
  await page.getByRole("button", { name: "Yes, take it back" }).click();
  await waitForState(page, "withdrawn");
  await untilCount(site, own, 0);
  await page.reload();
  await waitForState(page, "withdrawn");
  page.assertClean();
});

test("the program takes back what a browser signed", async () => {
  const own = await site.publish();
  const page = await person();
  await sign(page, await link(site, own, "program@signers.example"));
  await waitForState(page, "proven");
  const { text } = await saved(page, "#download");
  const file = join(site.folder, "from-browser.json");
  writeFileSync(file, text);
  await site.cli("withdraw", file);
  await untilCount(site, own, 0);
});

test("no receipt any more: the mailbox takes its entry back", async () => {
  const own = await site.publish();
  const email = "lost@signers.example";
  await sign(await person(), await link(site, own, email));
  await untilCount(site, own, 1);
  const page = await browser.newPage({ js: false });
  await page.goto(`${site.url}/${own}/lost`);
  await shoot(page, "sign-lost");
  await page.getByLabel("Your e-mail address").fill(email);
  await page.getByRole("button", { name: "Send a link" }).click();
  await page.waitForURL(/\/inbox\?removal/);
  await page.goto(await linkInMail(site, own, email, "remove"));
  assert.equal((await site.count(own)).count, 1, "opening the link does nothing");
  await page.getByRole("button", { name: "Strike my entry" }).click();
  assert.match(await page.locator("main").textContent(), /Your entry is struck/);
  await untilCount(site, own, 0);
  page.assertClean();
});

test("updates end with a button, and with one click of a mail program", async () => {
  const own = await site.publish();
  for (const [email, byPage] of [["updates-1@signers.example", true], ["updates-2@signers.example", false]]) {
    await sign(await person(), await link(site, own, email, "confirm", { updates: true }));
    const address = await linkInMail(site, own, email, "unsubscribe");
    if (byPage) {
      const page = await browser.newPage({ js: false });
      await page.goto(address);
      await page.getByRole("button", { name: "Send me no more updates" }).click();
      assert.match(await page.locator("main").textContent(), /no more updates/);
    } else {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await fetch(address, { method: "POST", headers, body: "List-Unsubscribe=One-Click" });
      assert.equal(answer.status, 200);
    }
  }
});

test("a petition that is not open, and one that is closed, say so", async () => {
  const later = await site.publish({ opens: "in 2 days" });
  const page = await person();
  await page.goto(`${site.url}/${later}/confirm/${"A".repeat(43)}`);
  assert.match(await page.locator("main").textContent(), /does not take signatures yet/);
  page.assertClean();
});

test("what another site's page posts is refused", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site" };
  const body = "email=somebody%40signers.example";
  for (const path of ["sign", "lost"]) {
    const answer = await fetch(`${site.url}/${id}/${path}`, { method: "POST", headers, body, redirect: "manual" });
    assert.equal(answer.status, 400);
  }
});

const pages = () => [
  ["inbox", `/${id}/inbox`],
  ["confirm", `/${id}/confirm/${"A".repeat(43)}`],
  ["plain", `/${id}/confirm/${"A".repeat(43)}?plain`],
  ["receipt", `/${id}/receipt`],
  ["lost", `/${id}/lost`],
  ["remove", `/${id}/remove/${"A".repeat(43)}`],
  ["unsubscribe", `/${id}/unsubscribe/${"A".repeat(43)}`],
  ["data", `/${id}/data`],
  ["data-link", `/${id}/data/${"A".repeat(43)}`],
  ["check", "/check"],
];

test("the pages are accessible, fit, and are light", async (t) => {
  for (const locale of ["en-GB", "ar-EG"]) {
    for (const [name, path] of pages()) {
      const page = await browser.newPage({ width: 360, locale, dark: locale === "ar-EG" });
      const bytes = await transferred(page, site.url + path);
      t.diagnostic(`${name} (${locale}): ${bytes} bytes`);
      assert.ok(bytes < 60_000, `${name} weighs ${bytes} bytes`);
      await assertFits(page);
      await assertAccessible(page);
      await shoot(page, `sign-${name}-${locale}`);
      page.assertClean();
      await page.context().close();
    }
  }
});
