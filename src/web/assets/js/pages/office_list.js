// Opening the organiser's list in the browser. The key file is read here and sent nowhere;
// each entry is checked against its signature before it is written (spec/list.md).

import { fromUtf8, toHex } from "../protocol/bytes.js";
import { ProtocolError } from "../protocol/error.js";
import { openEntry, parseListKey, verifyListPage } from "../protocol/list.js";

const KEY_FILE_MAX = 4096;
/** Not there while nobody is on the list. */
const panel = /** @type {any} */ (document.querySelector("[data-list]"));

/** A cell that no spreadsheet takes for a formula, quoted. */
function cell(given = "") {
  const plain = given.replace(/[^\P{Cc}\n]/gu, "");
  const safe = /^\s*[=+\-@＝＋－＠|%\n]/u.test(plain) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}

async function key() {
  const [file] = panel.querySelector("input[type=file]").files;
  if (!file || file.size > KEY_FILE_MAX) throw new Error("Choose the key file of the list first.");
  const text = fromUtf8(new Uint8Array(await file.arrayBuffer()));
  try {
    return await parseListKey(text ?? "");
  } catch {
    throw new Error("This is not the key of a list. Such a file holds one line, PRIVATE+LIST+ and 64 digits.");
  }
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error("The list could not be fetched. Sign in again, and try once more.");
  return verifyListPage(new Uint8Array(await response.arrayBuffer()));
}

async function opened(secret) {
  const [lines, seen, refused] = [["name", "region", "comment", "unverified_address", "leaf"].join(",") + "\r\n", new Set(), []];
  let [table, after, count] = [`\ufeff${lines}`, undefined, 0];
  do {
    const page = await fetched(panel.dataset.from + (after ? `?after=${after}` : ""));
    for (const entry of page.entries) {
      try {
        const { leaf, fields, address } = await openEntry(page, entry, secret);
        const name = toHex(leaf);
        if (seen.has(name)) throw new ProtocolError("list-twice", "it is on the list twice");
        seen.add(name);
        const cells = [fields.name, fields.region, fields.comment, address, name];
        table += `${cells.map(cell).join(",")}\r\n`;
        count += 1;
      } catch (problem) {
        if (!(problem instanceof ProtocolError)) throw problem;
        if (problem.code === "webcrypto") throw new Error("This browser cannot open the list: it has no X25519. Use a newer one, or the command line.");
        refused.push(problem.message);
      }
    }
    after = page.next;
  } while (after);
  return { table, count, refused };
}

function save(text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = "list.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function toTable() {
  const [status, error] = [panel.querySelector("[role=status]"), panel.querySelector(".error")];
  error.hidden = true;
  try {
    const { table, count, refused } = await opened(await key());
    save(table);
    const reasons = [...new Set(refused)].join("; ");
    status.textContent = `Written: ${count}. Left out: ${refused.length}${refused.length ? ` (${reasons})` : ""}.`;
  } catch (problem) {
    error.textContent = problem.message;
    error.hidden = false;
  }
}

if (panel) {
  panel.hidden = false;
  panel.querySelector("[data-open-list]").addEventListener("click", async ({ target }) => {
    target.disabled = true;
    await toTable();
    target.disabled = false;
  });
}
