// Signed notes (C2SP signed-note): a text and the signatures under it. Every note has
// exactly one spelling.

import { concat, equal, fromBase64, fromUtf8, toBase64, toHex, utf8 } from "./bytes.js";
import { verifyEd25519 } from "./ed25519.js";
import { ProtocolError, ensure, refuse } from "./error.js";
import { splitOnce } from "./text.js";
import { NOTE_KEY, isKeyName, sameKey } from "./vkey.js";

/** Most bytes of a note. */
export const NOTE_MAX = 1_000_000;
const SIGNATURES_MAX = 100;

/**
 * @typedef {object} NoteSignature
 * @property {string} name of the key that it claims to be by
 * @property {Uint8Array} id of that key
 * @property {Uint8Array} signature
 */

/**
 * @typedef {object} Note not yet verified
 * @property {string} text with its final newline
 * @property {NoteSignature[]} signatures
 */

/**
 * @typedef {object} VerifiedSignature
 * @property {import("./vkey.js").VerifierKey} key
 * @property {bigint | undefined} time that a cosignature states
 */

/**
 * @typedef {(key: import("./vkey.js").VerifierKey, text: string, signature: Uint8Array) =>
 *   Promise<{ time: bigint | undefined } | undefined>} Scheme
 */

function signatureLine(line, number) {
  const malformed = () => refuse("note-signature", `signature line ${number} is malformed`);
  const [name, base64] = (line.startsWith("— ") && splitOnce(line.slice(2), " ")) || malformed();
  const bytes = fromBase64(base64);
  if (!isKeyName(name) || bytes === undefined || bytes.length < 5) {
    return malformed();
  }
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function checkCharacters(text) {
  const control = /[\u0000-\u0009\u000b-\u001f]/.exec(text);
  if (control) {
    const byte = control[0].charCodeAt(0).toString(16).padStart(2, "0");
    refuse("note-control", `control character 0x${byte} in a note`);
  }
}

/**
 * Parse exact bytes.
 * @param {Uint8Array} bytes
 * @returns {Note}
 */
export function parseNote(bytes) {
  const length = `a note has at most ${NOTE_MAX} bytes, got ${bytes.length}`;
  ensure(bytes.length <= NOTE_MAX, "too-long", length);
  const whole = fromUtf8(bytes) ?? refuse("utf8", "a note is UTF-8 text");
  checkCharacters(whole);
  // The last blank line separates: a text may hold others.
  const split = whole.lastIndexOf("\n\n");
  ensure(split >= 0, "note-separator", "no blank line before the signatures");
  const lines = whole.slice(split + 2);
  const count = lines.split("\n").length - 1;
  const many = `a note has 1 to ${SIGNATURES_MAX} signatures, got ${count}`;
  ensure(count >= 1 && count <= SIGNATURES_MAX, "note-count", many);
  ensure(lines.endsWith("\n"), "note-signature", `signature line ${count + 1} is malformed`);
  const signatures = lines.slice(0, -1).split("\n").map((line, at) => signatureLine(line, at + 1));
  return { text: whole.slice(0, split + 1), signatures };
}

/**
 * The exact text of a note.
 * @param {Note} note
 */
export function printNote(note) {
  const line = ({ name, id, signature }) => `— ${name} ${toBase64(concat(id, signature))}\n`;
  return `${note.text}\n${note.signatures.map(line).join("")}`;
}

/** A plain signature (0x01) over the text. @type {Scheme} */
async function verifyPlain(key, text, signature) {
  return (await verifyEd25519(key.key, utf8(text), signature)) ? { time: undefined } : undefined;
}

/** What notes are signed with, cosignatures aside. @type {Map<number, Scheme>} */
export const NOTE_SCHEMES = new Map([[NOTE_KEY, verifyPlain]]);

/** The known key with a signature's name and id. */
function find(known, signature) {
  const named = known.filter((key) => key.name === signature.name && equal(key.id, signature.id));
  const ambiguous = () => `two known keys are named ${signature.name} and have the same id`;
  ensure(named.every((key) => sameKey(key, named[0])), "note-ambiguous", ambiguous());
  return named[0];
}

/**
 * Verify with the keys that the caller knows. At least one must have signed; a signature
 * that claims to be by one of them and does not verify refuses the whole note; signatures by
 * others are ignored (signed-note, "Signatures").
 * @param {Note} note
 * @param {import("./vkey.js").VerifierKey[]} known
 * @param {Map<number, Scheme>} [schemes] `SCHEMES` of cosignature.js knows all types
 * @returns {Promise<VerifiedSignature[]>}
 */
export async function verifyNote(note, known, schemes = NOTE_SCHEMES) {
  const verified = [];
  for (const signature of note.signatures) {
    const key = find(known, signature);
    if (key) {
      const scheme = schemes.get(key.type) ?? refuse("key-type", "this check knows no such key type");
      const found = await scheme(key, note.text, signature.signature);
      verified.push({ key, time: (found ?? invalid(key)).time });
    }
  }
  ensure(verified.length > 0, "note-unsigned", "not signed by any known key");
  return verified;
}

function invalid({ name, id }) {
  const message = `the signature of ${name} (${toHex(id)}) does not verify`;
  throw new ProtocolError("note-invalid", message, { name });
}
