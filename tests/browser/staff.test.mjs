// What organisers and staff do with each other, in a real browser: sponsors, moderation, a second
// organiser, updates, the delivery pack, strikes, limits, and taking a letter down. See
// spec/office.md.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { assertAccessible, assertFits, openBrowser, shoot, startSite, until } from "./harness.mjs";
import { fillDraft, madeKey, signedIn } from "./office.mjs";

let site;
let browser;

before(async () => {
  site = await startSite({ config: "[office]\nsponsors = 2\n" });
  browser = await openBrowser(site);
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

/** The page at three widths: it fits, axe has nothing against it, and a picture is kept. */
async function look(page, name) {
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await assertFits(page);
    await shoot(page, `staff-${name}-${width}`);
  }
  await assertAccessible(page);
}

/** How many leaves each of a petition's trees has. */
async function totals(id) {
  const said = await site.cli("petition", "status", `${site.url}/${id}`, "--json");
  return JSON.parse(said).totals;
}

/** The link of ours in a mail whose path begins so. */
function linkIn(mail, path) {
  const found = mail.match(new RegExp(`${site.url}${path}[\\w/-]+`));
  assert.ok(found, `a link to ${path} in ${mail}`);
  return found[0];
}

/** Somebody without an account asks to be a sponsor, and confirms by the link in the mail. */
async function sponsor(link, email, looks = false) {
  const page = await browser.newPage();
  await page.goto(link);
  if (looks) await look(page, "sponsor");
  // By keyboard alone.
  await page.getByLabel("Your e-mail address").focus();
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Check your inbox" }).waitFor();
  if (looks) await look(page, "sponsor-inbox");
  const mail = await site.readMail(email, { matching: /Do you stand for this petition/ });
  await page.goto(linkIn(mail, "/office/sponsor/confirm/"));
  if (looks) await look(page, "sponsor-confirm");
  await page.getByRole("button", { name: "I stand for it" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Thank you" }).waitFor();
  if (looks) await look(page, "sponsor-thanks");
  page.assertClean();
  await page.context().close();
}

test("a draft finds sponsors, is sent back, approved, signed, and opens", async () => {
  const writer = await signedIn(site, browser, "writer@friends.example", "organiser");
  const moderator = await signedIn(site, browser, "moderator@staff.example", "moderator");
  await fillDraft(writer);
  const draft = writer.url();
  const share = await writer.locator("code", { hasText: "/office/sponsor/" }).innerText();
  await sponsor(share, "one@friends.example", true);
  await sponsor(share, "two@friends.example");
  await writer.reload();
  await writer.getByText("2 of 2 stand for these words").waitFor();
  await look(writer, "draft-sponsored");

  // Another organiser, by a link in a mail.
  await writer.getByRole("link", { name: "Organisers" }).click();
  await writer.getByLabel("E-mail address").fill("second@friends.example");
  await writer.getByRole("button", { name: "Invite" }).click();
  await writer.getByRole("heading", { name: "Invited" }).waitFor();
  await look(writer, "organisers");
  const second = await browser.newPage();
  await second.goto(linkIn(await site.readMail("second@friends.example"), "/office/join/"));
  await look(second, "join");
  await second.getByRole("button", { name: "Join" }).click();
  await second.waitForURL(draft);
  await second.getByRole("button", { name: "Ask for approval" }).click();
  await second.getByText("It waits for the staff").waitFor();

  // The staff send it back; without the same words the sponsors would be gone.
  await moderator.goto(`${site.url}/office/queue`);
  await look(moderator, "queue");
  await moderator.getByRole("link", { name: "Keep the night bus" }).click();
  await look(moderator, "verdict");
  await moderator.getByLabel("Reason").fill("Please name a goal.");
  await moderator.getByRole("button", { name: "Send back" }).click();
  await moderator.waitForURL(`${site.url}/office/queue`);
  await site.readMail("second@friends.example", { matching: /Please name a goal/ });
  await writer.goto(draft);
  await writer.getByRole("heading", { name: "Sent back" }).waitFor();
  await look(writer, "sent-back");
  await writer.getByRole("link", { name: "Edit" }).click();
  await writer.locator("#goal").fill("1000");
  await writer.getByRole("button", { name: "Save", exact: true }).click();
  await writer.getByRole("button", { name: "Ask for approval" }).click();
  await moderator.goto(draft);
  await moderator.getByRole("button", { name: "Approve" }).focus();
  await moderator.keyboard.press("Enter");
  await moderator.waitForURL(`${site.url}/office/queue`);

  // A look at the whole page, then the key and the signature.
  await writer.goto(`${draft}/preview`);
  await writer.getByText("A preview.").waitFor();
  await look(writer, "preview");
  await writer.goto(draft);
  const key = await madeKey(site, writer);
  await writer.getByRole("button", { name: "Fix the text" }).click();
  await writer.locator("#key-file").setInputFiles(key);
  await writer.getByRole("button", { name: "Sign and publish" }).first().click();
  await writer.waitForURL(/\/office\/petitions\/[0-9a-f]{64}$/);
  const id = writer.url().slice(-64);
  assert.ok((await site.ids()).includes(id));
  // It is open: the sponsors get a link to sign, and the draft is gone.
  for (const email of ["one@friends.example", "two@friends.example"]) {
    linkIn(await site.readMail(email, { matching: /You stood for this petition/ }), `/${id}/confirm/`);
  }
  await second.goto(writer.url());
  await second.getByRole("link", { name: "Updates" }).waitFor();
  for (const page of [writer, moderator, second]) {
    page.assertClean();
    await page.context().close();
  }
});

test("an update is looked at, sent and counted; the pack is mailed and said to be delivered", async () => {
  const owner = await signedIn(site, browser, "owner@staff.example", "owner");
  const id = await site.publish();
  for (const name of ["ada", "bob", "cyd"]) await site.sign(id, `${name}@readers.example`, "--updates");
  const petition = `${site.url}/office/petitions/${id}`;
  await owner.goto(`${petition}/updates`);
  await owner.getByText("3 people asked for updates").waitFor();
  await owner.getByLabel("Subject").first().fill("We were heard");
  await owner.getByLabel("Text").first().fill("The committee meets on Monday.\n\nCome along.");
  await owner.getByRole("button", { name: "Look at it first" }).click();
  await owner.getByText("This would go to 3 people").waitFor();
  await look(owner, "update-preview");
  await owner.getByLabel("Send it to 3 people now").check();
  await owner.getByRole("button", { name: "Send", exact: true }).click();
  await owner.waitForURL(`${petition}/updates`);
  await until("the update to be through", async () => {
    await owner.reload();
    return owner.getByText("Through: 3 of 3").isVisible();
  });
  await look(owner, "updates-sent");
  for (const name of ["ada", "bob", "cyd"]) await site.readMail(`${name}@readers.example`, { matching: /We were heard/ });

  // The count is attested, and goes to the recipient.
  await owner.goto(`${petition}/packs`);
  await owner.getByRole("link", { name: "Attest the count" }).click();
  await owner.getByRole("button", { name: "Go on" }).click();
  await owner.locator("#key-file").setInputFiles(site.key);
  await owner.getByRole("button", { name: "Sign and hand in" }).first().click();
  await owner.waitForURL(petition);
  await owner.getByRole("link", { name: "Delivery pack" }).click();
  await look(owner, "packs");
  const download = owner.waitForEvent("download");
  await owner.getByRole("button", { name: "Download the pack" }).click();
  const zip = join(site.folder, "petition.zip");
  await (await download).saveAs(zip);
  assert.equal(readFileSync(zip).subarray(0, 2).toString(), "PK");
  assert.match(await site.cli("verify", zip), /VALID/);
  await owner.getByLabel("The recipient's e-mail address").fill("clerk@council.example");
  await owner.getByRole("button", { name: "Look at the mail first" }).click();
  await owner.getByText("3 signatures for: Keep the night train").waitFor();
  await look(owner, "pack-preview");
  await owner.getByLabel("Send it to this address now").check();
  await owner.getByRole("button", { name: "Send", exact: true }).click();
  await owner.waitForURL(`${petition}/packs`);
  await site.readMail("clerk@council.example", { raw: true });
  await until("the mail to be taken", async () => {
    await owner.reload();
    return owner.getByText("Taken by a mail server").isVisible();
  });
  await look(owner, "packs-sent");
  await owner.getByRole("link", { name: "Say that it was delivered" }).click();
  await owner.getByText("in a pack that was mailed").waitFor();
  await look(owner, "deliver");
  await owner.getByLabel("How it went").fill("They smiled.");
  await owner.getByRole("button", { name: "Go on" }).click();
  await owner.locator("#key-file").setInputFiles(site.key);
  await owner.getByRole("button", { name: "Sign and publish" }).first().click();
  await owner.waitForURL(petition);
  await owner.getByText("Delivered to").waitFor();

  // Another goal, by the same key.
  await owner.getByRole("link", { name: "Another goal" }).click();
  await owner.getByLabel("Goal").fill("750");
  await owner.getByRole("button", { name: "Go on" }).click();
  await owner.locator("#key-file").setInputFiles(site.key);
  await owner.getByRole("button", { name: "Sign and publish" }).first().click();
  await owner.waitForURL(petition);
  await look(owner, "petition");
  const served = await (await fetch(`${site.url}/api/v1/petitions/${id}`)).json();
  assert.equal(served.goal, 750);
  const audited = await site.cli("audit", site.url, "--state", join(site.folder, "audit"));
  assert.match(audited, /FINE/);
  owner.assertClean();
  await owner.context().close();
});

test("staff strike after a preview, block, set limits, see trends, and take a letter down by law", async () => {
  const owner = await signedIn(site, browser, "guard@staff.example", "owner");
  const id = await site.publish();
  for (const name of ["eve", "fay"]) await site.sign(id, `${name}@signers.example`);
  const petition = `${site.url}/office/petitions/${id}`;
  await until("the count", async () => (await totals(id)).roll === 2);
  await owner.goto(`${petition}/strikes`);
  await owner.getByLabel("Numbers of roll entries").fill("1");
  await owner.getByLabel("Reason", { exact: true }).first().fill("Made by a program.");
  await owner.getByRole("button", { name: "Look at what it does" }).click();
  await owner.getByRole("heading", { name: "This is what it does" }).waitFor();
  await look(owner, "strike-preview");
  assert.equal((await totals(id)).strikes, 0, "a preview strikes nothing");
  await owner.getByLabel("Strike 1 entries, for good").check();
  await owner.getByRole("button", { name: "Strike", exact: true }).click();
  await owner.waitForURL(petition);
  await until("the strike", async () => (await totals(id)).strikes === 1);

  // Twenty requests from one domain are a trend; it is blocked, and nobody there gets a link.
  for (let n = 0; n < 20; n++) {
    const body = JSON.stringify({ email: `bot${n}@crowd.example` });
    const answer = await fetch(`${site.url}/api/v1/petitions/${id}/confirmations`, {
      method: "POST", headers: { "content-type": "application/json" }, body,
    });
    assert.ok(answer.ok, await answer.text());
  }
  await until("the trend", async () => {
    await owner.goto(`${petition}/trends`);
    return owner.getByText("crowd.example").isVisible();
  });
  await look(owner, "trends");
  await owner.goto(`${site.url}/office/limits`);
  await owner.getByRole("textbox", { name: "Domain" }).fill("crowd.example");
  await owner.locator("#why-block").fill("A crowd of programs.");
  await owner.getByRole("button", { name: "Block", exact: true }).click();
  await owner.getByRole("listitem").filter({ hasText: "crowd.example" }).waitFor();
  await owner.getByLabel("Mails to one mailbox a day").fill("3");
  await owner.locator("#why-limits").fill("For now.");
  await owner.getByRole("button", { name: "Set" }).click();
  await owner.waitForURL(`${site.url}/office/limits`);
  assert.equal(await owner.getByLabel("Mails to one mailbox a day").inputValue(), "3");
  await look(owner, "limits");
  // More than ten a minute from one network: the rest are held.
  await owner.goto(`${petition}/held`);
  await look(owner, "held");
  await owner.getByRole("checkbox").first().check();
  await owner.getByLabel("Reason").fill("A program.");
  await owner.getByRole("button", { name: "Refuse" }).click();
  await owner.waitForURL(`${petition}/held`);

  await owner.goto(`${petition}/withhold`);
  await owner.getByLabel("Who demands it").fill("The district court, 7 K 12/26");
  await owner.getByLabel("By which law").fill("Civil code, section 1004");
  await owner.getByLabel("Why").fill("A name stands in it.");
  await owner.getByLabel("Take it down, for good").check();
  await owner.getByRole("button", { name: "Take it down" }).click();
  await owner.waitForURL(petition);
  const reader = await browser.newPage();
  await reader.goto(`${site.url}/${id}`);
  await reader.getByText("The district court, 7 K 12/26").waitFor();
  assert.equal(await reader.getByText("ninety years").count(), 0);
  await look(reader, "withheld");
  const manifest = await fetch(`${site.url}/api/v1/petitions/${id}/manifest`);
  assert.equal(manifest.status, 451);
  await owner.goto(`${site.url}/office/log`);
  for (const words of ["Made by a program.", "A crowd of programs.", "A name stands in it."]) {
    await owner.getByText(words).first().waitFor();
  }
  await look(owner, "log");
  owner.assertClean();
  reader.assertClean();
  await reader.context().close();
  await owner.context().close();
});
