// Signing with an organiser's key in the browser, and making such a key. The key file is
// read here and sent nowhere.

import { fromUtf8, toHex, utf8 } from "../protocol/bytes.js";
import { publicKey } from "../protocol/hpke.js";
import { printListKey } from "../protocol/list.js";
import { parseNote, printNote, verifyNote } from "../protocol/note.js";
import { noteSigner, parseNoteSigner, printNoteSigner, signNote } from "../protocol/note_signer.js";
import { parseVerifierKey, printVerifierKey, sameKey } from "../protocol/vkey.js";

const KEY_FILE_MAX = 4096;
const NOTE_FILE_MAX = 1_000_000;
const { text, vkeys = [] } = JSON.parse(document.querySelector("#page")?.textContent || "{}");

for (const part of document.querySelectorAll("[data-script], [data-new-key], [data-new-list-key]")) part.hidden = false;

async function readFile(input, most) {
  const file = input.files?.[0];
  if (!file) throw new Error("Choose a file first.");
  if (file.size > most) throw new Error("This file is too long to be the right one.");
  const read = fromUtf8(new Uint8Array(await file.arrayBuffer()));
  if (read === undefined) throw new Error("This file is not text.");
  return read;
}

function say(panel, words) {
  const error = panel.querySelector(".error");
  error.textContent = words;
  error.hidden = !words;
}

async function signed(panel) {
  const secret = (await readFile(panel.querySelector("#key-file"), KEY_FILE_MAX)).trim();
  let signer;
  try {
    signer = await parseNoteSigner(secret);
  } catch {
    throw new Error("This is not a key file. It holds one line, PRIVATE+KEY+name+id+base64.");
  }
  const known = await Promise.all(vkeys.map(parseVerifierKey));
  if (!known.some((key) => sameKey(key, signer.vkey))) {
    throw new Error("This key does not speak for the organiser of this petition. Take one of those named in it.");
  }
  const note = printNote(await signNote(text, signer));
  // As everybody else will read it.
  await verifyNote(parseNote(utf8(note)), known);
  return note;
}

for (const panel of document.querySelectorAll("[data-sign]")) {
  const form = panel.querySelector("form[data-note]");
  const area = form.querySelector("textarea[name=note]");
  const button = panel.querySelector("[data-do-sign]");
  button.addEventListener("click", async () => {
    say(panel, "");
    button.disabled = true;
    try {
      const note = await signed(panel);
      area.value = note;
      form.requestSubmit();
    } catch (error) {
      say(panel, error.message);
      button.disabled = false;
    }
  });
  panel.querySelector("#note-file")?.addEventListener("change", async (event) => {
    try {
      area.value = await readFile(event.target, NOTE_FILE_MAX);
      say(panel, "");
    } catch (error) {
      say(panel, error.message);
    }
  });
}

/** A key's name: what a signed note can carry. */
function keyName(organiser) {
  const plain = organiser.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return plain || "organiser";
}

function save(name, words) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([words], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const panel of document.querySelectorAll("[data-new-list-key]")) {
  panel.querySelector("[data-make-list-key]").addEventListener("click", async (event) => {
    event.target.disabled = true;
    const said = panel.querySelector("[role=status]");
    try {
      const secret = crypto.getRandomValues(new Uint8Array(32));
      document.querySelector("#list_key").value = toHex(await publicKey(secret));
      save("organiser.list.key", printListKey(secret));
      said.textContent = "Saved as organiser.list.key. Keep it safe, and a copy elsewhere: nobody can open the list without it.";
    } catch {
      said.textContent = "This browser cannot make such a key. Use a newer one, or the command line.";
    }
  });
}

for (const panel of document.querySelectorAll("[data-new-key]")) {
  panel.querySelector("[data-make-key]").addEventListener("click", async (event) => {
    event.target.disabled = true;
    const seed = crypto.getRandomValues(new Uint8Array(32));
    const signer = await noteSigner(keyName(panel.dataset.name), seed);
    save("organiser.key", `${printNoteSigner(signer)}\n`);
    const area = document.querySelector("#vkeys");
    area.value = `${area.value.trim()}\n${printVerifierKey(signer.vkey)}`.trim();
    panel.querySelector("[role=status]").textContent =
      "Saved as organiser.key. Keep it safe, and a copy elsewhere: without it, nobody can speak for you.";
  });
}
