// Signing where not everything is there: no cryptography, no storage, two tabs; and the receipt
// on paper.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { assertAccessible, assertFits, openBrowser, shoot, startSite } from "./harness.mjs";
import { link, linkByPage, linkInMail, listen, sign, untilCount, waitForState } from "./sign.mjs";

const LIMITS = "[limits]\nrequests_per_minute = 100000\nrequests_per_five_minutes = 100000\nrequests_per_domain_hour = 100000\n";
const NOT_WITHDRAWN = /withdrawals\/proof/;
/** A name of this machine that no browser trusts with cryptography. */
const PLAIN_HOST = "petitions.plain.example";

let site;
let browser;
let id;

before(async () => {
  site = await startSite({ config: LIMITS });
  id = await site.publish();
  browser = await openBrowser(site, { insecure: PLAIN_HOST });
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

const person = (options = {}) => browser.newPage({ forgive: [NOT_WITHDRAWN], ...options });

test("without cryptography, the page leads to the way without JavaScript, which signs", async () => {
  const own = await site.publish();
  const plain = new URL(site.url);
  plain.hostname = PLAIN_HOST;
  // What the browser says about headers that need HTTPS is no fault of the page.
  const page = await person({ elsewhere: plain.origin, forgive: [NOT_WITHDRAWN, /Cross-Origin-Opener-Policy/] });
  await page.goto(`${plain.origin}/${own}`);
  assert.deepEqual(await page.evaluate(() => [isSecureContext, typeof crypto.subtle]), [false, "undefined"]);
  const form = page.locator("form#sign");
  await form.locator("[name=email]").fill("plain@signers.example");
  await form.locator("[name=name]").fill("Not Sent Yet");
  const requests = listen(page);
  await form.getByRole("button").click();
  await page.waitForURL(/\/inbox/);
  assert.ok(!requests.some(({ url, body }) => `${url}${body}`.includes("Not+Sent") || `${url}${body}`.includes("Not Sent")));
  const address = new URL(await linkInMail(site, own, "plain@signers.example", "confirm"));
  await page.goto(plain.origin + address.pathname);
  await page.locator('#problem[data-kind="webcrypto"]').waitFor();
  assert.ok(!(await page.locator("#retry").isVisible()), "trying again is of no use");
  await assertFits(page);
  await assertAccessible(page);
  await shoot(page, "sign-no-crypto");
  await page.locator("#plain-way").click();
  await page.waitForURL(/\?plain/);
  await page.locator("#plain").getByLabel("Your name").fill("Signed Plainly");
  await page.getByRole("button", { name: "Let the service sign for me" }).click();
  const receipt = JSON.parse(await page.locator("textarea").inputValue());
  assert.equal(receipt.private.disclosure, '{"name":"Signed Plainly"}');
  assert.ok(receipt.leaf && receipt.promise);
  await untilCount(site, own, 1);
  page.assertClean();
});

test("a browser that keeps nothing signs all the same, as some inside other programs do", async () => {
  const page = await person();
  await page.addInitScript(() => {
    const denied = () => {
      throw new DOMException("denied", "SecurityError");
    };
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get: denied });
  });
  const requests = listen(page);
  const address = await linkByPage(site, page, id, "nothing@signers.example", { name: "Kept Nowhere" });
  const sent = requests.map(({ url, body }) => url + body).join("\n");
  assert.ok(!/Kept.Nowhere/.test(sent), "the name reached the service");
  await page.goto(address);
  await page.getByLabel("Your name").fill("Typed Again");
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt#s=/);
  await waitForState(page, "proven");
  await page.reload();
  await waitForState(page, "proven");
  assert.ok((await page.locator("#facts").textContent()).includes("Typed Again"), "the address holds all of it");
  page.assertClean();
});

test("two tabs with one link make one signature", async () => {
  const page = await person();
  const address = await link(site, id, "tabs@signers.example");
  const other = await page.context().newPage();
  for (const tab of [page, other]) {
    await tab.goto(address);
    await tab.getByRole("button", { name: "Sign now" }).waitFor();
  }
  await page.getByLabel("Your name").fill("First Tab");
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt/);
  await waitForState(page, "proven");
  await other.getByLabel("Your name").fill("Second Tab");
  await other.getByRole("button", { name: "Sign now" }).click();
  await other.waitForURL(/\/receipt/);
  await waitForState(other, "proven");
  assert.ok((await other.locator("#facts").textContent()).includes("First Tab"), "one statement, the first");
  const code = (tab) => tab.locator("#qr").getAttribute("src");
  assert.equal(await code(other), await code(page));
  page.assertClean();
});

test("storage that is wiped after signing, and an in-app browser left for another: the address goes on", async () => {
  const page = await person();
  const address = await linkByPage(site, page, id, "moved@signers.example", { name: "Moves On" });
  // Typed in the program's own browser; the link opens in another, which knows nothing of it.
  const other = await person({ locale: "es-ES" });
  await other.goto(address);
  assert.equal(await other.locator("#confirm [name=name]").inputValue(), "");
  await other.locator("#confirm [name=name]").fill("Moved On");
  await other.locator("#confirm button[type=submit]").click();
  await other.waitForURL(/\/receipt/);
  await waitForState(other, "proven");
  await other.evaluate(() => localStorage.clear());
  const third = await person();
  await third.goto(other.url());
  await waitForState(third, "proven");
  assert.ok((await third.locator("#facts").textContent()).includes("Moved On"));
  // The link is used: the first browser is told so, and where to go.
  const late = await person({ forgive: [NOT_WITHDRAWN, /409/] });
  await late.goto(address);
  await late.getByRole("button", { name: "Sign now" }).click();
  await late.locator('#problem[data-kind="link-used"]').waitFor();
  late.assertClean();
});

test("on paper: the receipt and its code, what is private marked, and no secret", async () => {
  const page = await person();
  await page.goto(await linkByPage(site, page, id, "paper@signers.example", { name: "Paula Paper", comment: "On paper." }));
  await page.getByRole("button", { name: "Sign now" }).click();
  await page.waitForURL(/\/receipt/);
  await waitForState(page, "proven");
  const shown = async () => page.evaluate(() => document.body.innerText);
  assert.ok(!(await shown()).includes("Cut them off"), "that is for paper");
  const address = page.url();
  assert.match(address, /#s=/);
  // What browsers put into the margin.
  await page.evaluate(() => (window.print = () => dispatchEvent(new Event("beforeprint"))));
  await page.getByRole("button", { name: "Print" }).click();
  assert.ok(!page.url().includes("#"), "the address that is printed holds no secret");
  await page.emulateMedia({ media: "print" });
  const paper = await shown();
  for (const text of ["Your receipt", "Paula Paper", "On paper.", "Cut them off", "What this proves", "Keep the night train"]) {
    assert.ok(paper.includes(text), `${text} is missing on paper`);
  }
  const secret = new URLSearchParams(address.split("#")[1]).get("s");
  assert.ok(!paper.includes(secret));
  for (const selector of ["button", "nav.places", "nav.languages", "footer", "#audience", "#withdraw", "#keep", "#file", "#forget", "form"]) {
    const visible = await page.locator(selector).evaluateAll((all) => all.filter((one) => one.getClientRects().length > 0).length);
    assert.equal(visible, 0, `${selector} is on paper`);
  }
  const code = await page.locator("#qr").boundingBox();
  assert.ok(code.width > 150 && code.width < 200, `a code of ${code.width} by ${code.height} can be read and fits`);
  assert.ok(Math.abs(code.width - code.height) < 1);
  await shoot(page, "sign-paper");
  await page.emulateMedia({ media: null });
  if (process.env.UNDERSIGNED_SHOTS) {
    const footerTemplate = '<span class="url" style="font-size:8px"></span>';
    const options = { format: "A4", displayHeaderFooter: true, footerTemplate, headerTemplate: "<span></span>" };
    await page.pdf({ path: `${process.env.UNDERSIGNED_SHOTS}/sign-paper.pdf`, ...options });
  }
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(page.url(), address);
  assert.equal(page.url(), address, "printed, and still here");
  page.assertClean();
});
