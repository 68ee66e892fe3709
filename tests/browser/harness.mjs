// A running service and a browser, for tests of pages.
//
//   const site = await startSite();            the built binary, in a folder of its own
//   const id = await site.publish();           a petition, through the command line
//   const browser = await openBrowser(site);
//   const page = await browser.newPage({ width: 360, dark: true, locale: "ar" });
//   await page.goto(site.url + "/" + id);
//   page.assertClean();                        no request elsewhere, no error in the console
//
// UNDERSIGNED_BIN names the binary, else it is target/debug/undersigned. UNDERSIGNED_CHROMIUM names
// the browser. UNDERSIGNED_SHOTS names a folder in which screenshots are kept.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { chromium } from "playwright-core";

import { draft } from "./draft.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BIN = process.env.UNDERSIGNED_BIN ?? join(ROOT, "target/debug/undersigned");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const run = promisify(execFile);

/** Asks until there is an answer. Gives up after a minute: something is broken then. */
export async function until(what, ask, tries = 600) {
  for (let n = 0; n < tries; n++) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`waited in vain for ${what}`);
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the service, with mails as files. `config` is more for its TOML file. */
export async function startSite({ config = "" } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-browser-"));
  const port = await freePort();
  const origin = `localhost:${port}`;
  const url = `http://${origin}`;
  const data = join(folder, "data");
  writeFileSync(
    join(folder, "serve.toml"),
    `origin = "${origin}"\nurl = "${url}"\nlisten = "127.0.0.1:${port}"\ndata = "${data}"\n${config}`,
  );
  const service = spawn(BIN, ["serve", "--config", "serve.toml"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  service.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const ended = new Promise((resolve) => service.once("exit", resolve));
  await until("the service", async () => {
    assert.equal(service.exitCode, null, log);
    return fetch(`${url}/api/v1/health`).then((answer) => answer.ok, () => false);
  });
  let number = 0;
  const site = {
    url,
    folder,
    data,
    log: () => log,
    /** The organiser's key, once something is published. */
    key: join(folder, "organiser.key"),
    /** The operator's token. */
    operatorToken: () => readFileSync(join(data, "keys/operator.token"), "utf8").trim(),
    /** The program, from the command line; its standard output. */
    async cli(...args) {
      const env = { ...process.env, UNDERSIGNED_SERVER: url, HOME: folder, XDG_CACHE_HOME: join(folder, "cache") };
      const running = run(BIN, args, { cwd: folder, env });
      running.child.stdin.end();
      return (await running).stdout;
    },
    /** Publishes a petition; gives its id. What may differ from the usual: see draft.mjs. */
    async publish(parts = {}) {
      const name = `petition-${++number}`;
      writeFileSync(join(folder, `${name}.toml`), draft(parts));
      const token = join(data, "keys/operator.token");
      await site.cli("petition", "new", `${name}.toml`, "--operator-token-file", token, "--key", site.key, "-o", `${name}.json`);
      const before = await site.ids();
      await site.cli("petition", "publish", `${name}.json`, "--key", site.key);
      return until("the petition", async () => (await site.ids()).find((id) => !before.includes(id)));
    },
    async ids() {
      const page = await (await fetch(`${url}/api/v1/petitions`)).json();
      return page.items.map((item) => item.id);
    },
    count: async (id) => (await fetch(`${url}/api/v1/petitions/${id}/count`)).json(),
    /** Signs from the command line, as if with a mail program at hand. Gives the receipt's file. */
    async sign(id, email, ...args) {
      const receipt = `receipt-${++number}.json`;
      await site.cli("sign", `${url}/${id}`, "--email", email, "-o", receipt, "--yes", ...args);
      const mail = await site.readMail(email);
      const link = mail.match(new RegExp(`${url}/${id}/confirm/[\\w-]+`))[0];
      await site.cli("sign", "--resume", receipt, "--link", link, "--yes", "--wait");
      return join(folder, receipt);
    },
    /** The newest mail to an address, decoded, or as it lies in the outbox. */
    async readMail(address, { raw = false, matching = /^/ } = {}) {
      const found = await until(`a mail to ${address}`, () => {
        const outbox = join(data, "outbox");
        if (!existsSync(outbox)) return undefined;
        // Their names are random: only the time of writing tells which is newest.
        const written = (path) => statSync(path, { bigint: true }).mtimeNs;
        const mails = readdirSync(outbox).filter((name) => name.endsWith(".eml")).map((name) => join(outbox, name));
        mails.sort((one, other) => Number(written(one) - written(other)));
        const texts = mails.map((path) => readFileSync(path, "utf8"));
        return texts.findLast((text) => text.includes(address) && matching.test(decoded(text)));
      });
      return raw ? found : decoded(found);
    },
    async stop() {
      service.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return site;
}

/** The whole of a mail with its parts decoded: quoted-printable and base64. */
function decoded(mail) {
  const parts = mail.split(/\r?\n(?=--|Content-)/);
  const encoding = (text) => text.match(/^Content-Transfer-Encoding: (\S+)/im)?.[1].toLowerCase();
  let whole = mail;
  for (const part of [mail, ...parts]) {
    const body = part.split(/\r?\n\r?\n/).slice(1).join("\n\n");
    if (encoding(part) === "base64" && /^[\sA-Za-z0-9+/=]+$/.test(body)) whole += Buffer.from(body, "base64").toString("utf8");
  }
  const bytes = whole.replace(/=\r?\n/g, "").replace(/(?:=[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll("=", ""), "hex").toString("utf8"));
  return bytes;
}

/** `insecure`: a name of this machine by which pages come without a secure context. */
export async function openBrowser(site, { insecure } = {}) {
  const mapped = insecure ? `MAP ${insecure} 127.0.0.1, ` : "";
  const browser = await chromium.launch({
    executablePath: process.env.UNDERSIGNED_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
      // Whatever a page asks of another host fails, besides being reported.
      `--host-resolver-rules=${mapped}MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`,
    ],
  });
  const allowed = [site.url];
  return {
    async newPage({ width = 1280, height = 900, dark = false, locale = "en-GB", js = true, forgive = [], elsewhere, ...more } = {}) {
      const context = await browser.newContext({
        viewport: { width, height }, colorScheme: dark ? "dark" : "light", locale, javaScriptEnabled: js,
        reducedMotion: "reduce", ...more,
      });
      const page = await context.newPage();
      const foreign = [];
      const errors = [];
      context.on("request", (request) => {
        const address = new URL(request.url());
        const local = ["data:", "blob:"].includes(address.protocol) || allowed.includes(address.origin) || address.origin === elsewhere;
        if (!local) foreign.push(request.url());
      });
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        const text = `${message.text()} ${message.location().url}`;
        const forgiven = forgive.some((pattern) => pattern.test(text));
        if (["error", "warning"].includes(message.type()) && !forgiven) errors.push(text);
      });
      page.assertClean = () => {
        assert.deepEqual(foreign, [], "requests to other hosts");
        assert.deepEqual(errors, [], "errors in the console");
      };
      return page;
    },
    close: () => browser.close(),
  };
}

/** No violation of WCAG 2.2 AA, nor of what axe calls best practice. */
export async function assertAccessible(page, { without = [] } = {}) {
  // Not as a script element, which the content security policy refuses.
  await page.evaluate(AXE + ";0");
  const { violations } = await page.evaluate(
    (rules) => globalThis.axe.run(document, { rules: Object.fromEntries(rules.map((id) => [id, { enabled: false }])) }),
    without,
  );
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((n) => `    ${n.html}\n    ${n.failureSummary}`).join("\n")}`);
  assert.deepEqual(told, [], `axe at ${page.url()}`);
}

/** Nothing sticks out to the side. */
export async function assertFits(page) {
  const { width, scroll, wide } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("body *")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > width + 1 || box.left < -1) && !element.closest(".scroll, pre, .hidden, .skip");
    });
    return { width, scroll: document.documentElement.scrollWidth, wide: out.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)) };
  });
  assert.ok(scroll <= width, `${page.url()} is ${scroll} wide in ${width}:\n${wide.join("\n")}`);
}

/** Bytes that came over the wire for a page and all that belongs to it. */
export async function transferred(page, address) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  await page.goto(address, { waitUntil: "networkidle" });
  await session.detach();
  return bytes;
}

/** Keeps a picture of the whole page, if anybody wants to see it. */
export async function shoot(page, name, { full = true } = {}) {
  const folder = process.env.UNDERSIGNED_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: full });
}
