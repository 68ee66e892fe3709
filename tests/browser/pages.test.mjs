// Every public page, in a real browser: at three widths, light and dark, left to right and
// right to left. See spec/site.md.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertAccessible, assertFits, openBrowser, shoot, startSite, transferred } from "./harness.mjs";

const WIDTHS = [360, 768, 1280];
const MOST = 60_000;

let site;
let browser;
let id;

before(async () => {
  site = await startSite();
  id = await site.publish();
  for (const name of ["one", "two", "three"]) await site.sign(id, `${name}@example.org`);
  browser = await openBrowser(site);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

const pages = () => [
  ["home", "/"],
  ["petition", `/${id}`],
  ["record", `/${id}/record`],
  ["service", "/record"],
  ["how", "/how"],
  ["embed", `/${id}/embed`],
  ["missing", "/no-such-page", [/404/]],
];

test("every page fits, at every width, in every language", async () => {
  for (const locale of ["en-GB", "es-ES", "ar-EG"]) {
    for (const width of WIDTHS) {
      for (const [name, path, forgive] of pages()) {
        const page = await browser.newPage({ width, locale, forgive });
        await page.goto(site.url + path);
        await assertFits(page);
        await shoot(page, `${name}-${locale.slice(0, 2)}-${width}`);
        page.assertClean();
        await page.context().close();
      }
    }
  }
});

test("axe finds nothing, in light and dark, left to right and right to left", async () => {
  for (const locale of ["en-GB", "ar-EG"]) {
    for (const dark of [false, true]) {
      for (const [name, path, forgive] of pages()) {
        const page = await browser.newPage({ width: 768, dark, locale, forgive });
        await page.goto(site.url + path);
        const right = await page.evaluate(() => document.documentElement.dir);
        assert.equal(right, locale === "ar-EG" ? "rtl" : "ltr");
        await assertAccessible(page);
        if (dark) await shoot(page, `${name}-${locale.slice(0, 2)}-dark`);
        await page.context().close();
      }
    }
  }
});

test("no page is heavy", async (t) => {
  for (const [name, path, forgive] of pages()) {
    const page = await browser.newPage({ forgive });
    const bytes = await transferred(page, site.url + path);
    t.diagnostic(`${name}: ${bytes} bytes`);
    assert.ok(bytes > 1000 && bytes < MOST, `${name} weighs ${bytes} bytes`);
    await page.context().close();
  }
});

test("a chosen language stays, and so does the rest of the query", async () => {
  const page = await browser.newPage();
  await page.goto(`${site.url}/?before=99`);
  await page.getByRole("link", { name: "Español" }).click();
  assert.equal(new URL(page.url()).search, "?before=99&lang=es");
  await page.getByRole("link", { name: "undersigned" }).first().click();
  assert.equal(new URL(page.url()).search, "?lang=es");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "es");
  page.assertClean();
});

test("the letter comes in the reader's language, and in any other on request", async () => {
  const page = await browser.newPage({ locale: "ar-EG" });
  await page.goto(`${site.url}/${id}`);
  const letter = page.locator("article.letter");
  assert.equal(await letter.getAttribute("lang"), "ar");
  assert.equal(await letter.getAttribute("dir"), "rtl");
  await page.getByRole("link", { name: "English" }).last().click();
  assert.equal(await letter.getAttribute("dir"), "ltr");
  assert.match(await letter.textContent(), /night train/);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "ar", "the page around it stays");
  page.assertClean();
});

test("the count follows without a reload, and without a word while nobody looks", async () => {
  const page = await browser.newPage();
  const asked = [];
  page.on("request", (request) => request.url().endsWith("/count") && asked.push(request));
  await page.goto(`${site.url}/${id}`);
  const count = page.locator(".panel [data-live=count], aside [data-live=count]").first();
  const before = Number(await count.textContent());
  assert.equal(before, (await site.count(id)).count);
  await site.sign(id, "four@example.org");
  await page.waitForFunction((n) => document.querySelector("aside [data-live=count]").textContent === String(n), before + 1, { timeout: 60_000 });
  assert.ok(asked.length > 0);
  page.assertClean();
});

test("the keyboard leads to the button, and the form says what becomes of each answer", async () => {
  const page = await browser.newPage();
  await page.goto(`${site.url}/${id}`);
  const email = page.getByLabel("Your e-mail address");
  let tabs = 0;
  while (!(await email.evaluate((field) => field === document.activeElement))) {
    await page.keyboard.press("Tab");
    assert.ok(++tabs < 40, "the field is out of reach");
  }
  for (const label of ["Your name", "My name may be shown", "Where you live", "Why this matters to you", "Write to me about how this goes on"]) {
    await page.keyboard.press("Tab");
    const field = page.getByLabel(label);
    assert.ok(await field.evaluate((node) => node === document.activeElement), label);
    assert.ok(await field.evaluate((node) => document.getElementById(node.getAttribute("aria-describedby")).textContent.length > 20), label);
    if ((await field.getAttribute("type")) === "checkbox") assert.equal(await field.isChecked(), false, label);
  }
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Add your voice");
  page.assertClean();
});

test("without scripts the form asks for no more than it sends", async () => {
  const page = await browser.newPage({ js: false });
  await page.goto(`${site.url}/${id}`);
  assert.ok(await page.locator("input[name=email]").isVisible());
  assert.equal(await page.locator("input[name=name]").isVisible(), false);
  assert.ok(await page.getByText("Your browser runs no scripts here").isVisible());
  page.assertClean();
});
