// Every public page, in a real browser: at three widths, light and dark, left to right and
// right to left. See spec/site.md.

import assert from "node:assert/strict";
import { createServer } from "node:http";
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
  for (const name of ["one", "two"]) await site.sign(id, `${name}@example.org`);
  const named = await site.sign(id, "three@example.org", "--name", "Ana <b>Ñandú</b>", "--comment", "Two lines,\nand \"quotes\".");
  browser = await openBrowser(site);
  await showToEverybody(named);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

/** As the holder of a receipt does it. */
async function showToEverybody(receipt) {
  const page = await browser.newPage({ forgive: [/withdrawals\/proof/] });
  await page.goto(`${site.url}/${id}/receipt`);
  await page.locator("#file").setInputFiles(receipt);
  await page.getByRole("button", { name: "To everybody" }).click();
  await page.locator('#audience-state[data-audience="everybody"]').waitFor();
  page.assertClean();
  await page.context().close();
}

const pages = () => [
  ["home", "/"],
  ["petition", `/${id}`],
  ["names", `/${id}/names`],
  ["record", `/${id}/record`],
  ["service", "/record"],
  ["how", "/how"],
  ["embed", `/${id}/embed`],
  ["missing", "/no-such-page", [/404/]],
];

for (const locale of ["en-GB", "es-ES", "ar-EG"]) {
  const lang = locale.slice(0, 2);
  test(`every page fits, at every width, and axe finds nothing, in light and dark: ${lang}`, async () => {
    for (const [name, path, forgive] of pages()) {
      const page = await browser.newPage({ locale, forgive });
      await page.goto(site.url + path);
      const { dir, lang: said } = await page.evaluate(() => ({ dir: document.documentElement.dir, lang: document.documentElement.lang }));
      assert.deepEqual([said, dir], [lang, lang === "ar" ? "rtl" : "ltr"], name);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await assertFits(page);
        await shoot(page, `${name}-${lang}-${width}`);
      }
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width: colorScheme === "dark" ? 360 : 1280, height: 900 });
        await assertAccessible(page);
        if (colorScheme === "dark") await shoot(page, `${name}-${lang}-dark`);
      }
      page.assertClean();
      await page.context().close();
    }
  });
}

test("no page is heavy", async (t) => {
  for (const [name, path, forgive] of pages()) {
    const page = await browser.newPage({ forgive });
    const bytes = await transferred(page, site.url + path);
    t.diagnostic(`${name}: ${bytes} bytes`);
    assert.ok(bytes > 1000 && bytes < MOST, `${name} weighs ${bytes} bytes`);
    await page.context().close();
  }
});

test("a name that is shown to everybody is on its page, as text", async () => {
  const page = await browser.newPage({ js: false });
  await page.goto(`${site.url}/${id}`);
  await page.getByRole("link", { name: "One signer shows a name or a comment" }).click();
  await page.getByText("Ana <b>Ñandú</b>").waitFor();
  assert.equal(await page.locator("main blockquote").innerText(), 'Two lines,\nand "quotes".');
  page.assertClean();
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

test("the count follows without a reload", async () => {
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

test("another site can frame the count, and show the badge", async () => {
  const html = `<!doctype html><html lang="en"><title>Elsewhere</title><main><h1>Elsewhere</h1>
    <iframe src="${site.url}/${id}/embed" title="A petition" width="400" height="600"></iframe>
    <img src="${site.url}/${id}/badge.svg" alt="Signatures"></main>`;
  const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const elsewhere = `http://127.0.0.1:${server.address().port}`;
  try {
    // The browser asks it for an icon.
    const page = await browser.newPage({ forgive: [/favicon/], elsewhere });
    await page.goto(elsewhere);
    const frame = page.frameLocator("iframe");
    assert.equal(await frame.locator("[data-live=count]").textContent(), String((await site.count(id)).count));
    await page.waitForFunction(() => document.querySelector("img").naturalWidth > 100);
    await frame.getByLabel("Your e-mail address").fill("framed@example.org");
    const [opened] = await Promise.all([page.context().waitForEvent("page"), frame.getByRole("button", { name: "Add your voice" }).click()]);
    await opened.waitForURL(new RegExp(`/${id}/inbox`));
    assert.ok((await site.readMail("framed@example.org")).includes(`/${id}/confirm/`));
    await shoot(page, "framed");
    page.assertClean();
    const refused = await fetch(`${site.url}/${id}`);
    assert.match(refused.headers.get("content-security-policy"), /frame-ancestors 'none'/, "nothing else can be framed");
  } finally {
    server.close();
  }
});

test("a missing page, and a petition that is not here, are pages for people and problems for programs", async () => {
  const page = await browser.newPage({ locale: "es-ES", forgive: [/404/] });
  for (const path of ["/no/such/page", `/${"0".repeat(64)}`, `/${"0".repeat(64)}/record`]) {
    const answer = await page.goto(site.url + path);
    assert.equal(answer.status(), 404);
    assert.equal(await page.locator("h1").textContent(), "No ha funcionado");
    const problem = await fetch(site.url + path);
    assert.equal(problem.headers.get("content-type"), "application/problem+json");
  }
});
