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
  browser = await openBrowser(site);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

const pages = () => [
  ["home", "/"],
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
  await page.goto(`${site.url}/?after=0`);
  await page.getByRole("link", { name: "Español" }).click();
  assert.equal(new URL(page.url()).search, "?after=0&lang=es");
  await page.getByRole("link", { name: "undersigned" }).first().click();
  assert.equal(new URL(page.url()).search, "?lang=es");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "es");
  page.assertClean();
});
