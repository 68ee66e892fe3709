// Signing notes with Ed25519 (0x01), and the text form in which such keys are kept:
// `PRIVATE+KEY+name+id+base64(01 ‖ seed)`, one line, as other signed-note tools write it.

import { concat, equal, toBase64, toHex, utf8 } from "./bytes.js";
import { publicKeyOf, signEd25519 } from "./ed25519.js";
import { ensure } from "./error.js";
import { NOTE_KEY, splitKey, verifierKey } from "./vkey.js";

const PREFIX = "PRIVATE+KEY+";

/**
 * @typedef {object} NoteSigner
 * @property {import("./vkey.js").VerifierKey} vkey
 * @property {Uint8Array} seed 32 bytes
 */

/**
 * The key with this name and seed.
 * @param {string} name
 * @param {Uint8Array} seed
 * @returns {Promise<NoteSigner>}
 */
export async function noteSigner(name, seed) {
  ensure(seed.length === 32, "key-length", `a key of this type has 32 bytes, got ${seed.length}`);
  return { vkey: await verifierKey(name, NOTE_KEY, await publicKeyOf(seed)), seed };
}

/**
 * The key in an organiser's key file, without spaces or newlines around it.
 * @param {string} text
 * @returns {Promise<NoteSigner>}
 */
export async function parseNoteSigner(text) {
  const shape = "a key is written as name+id+base64";
  ensure(text.startsWith(PREFIX), "key-shape", shape);
  const { name, id, bytes } = splitKey(text.slice(PREFIX.length));
  ensure(bytes.length > 0, "key-shape", shape);
  const type = `key type 0x${toHex(bytes.slice(0, 1))} is not supported`;
  ensure(bytes[0] === NOTE_KEY, "key-type", type);
  const signer = await noteSigner(name, bytes.slice(1));
  const own = signer.vkey.id;
  ensure(equal(own, id), "key-id", `the key's id is ${toHex(own)}, not ${toHex(id)}`);
  return signer;
}

/** @param {NoteSigner} signer */
export function printNoteSigner({ vkey, seed }) {
  return `${PREFIX}${vkey.name}+${toHex(vkey.id)}+${toBase64(concat(Uint8Array.of(NOTE_KEY), seed))}`;
}

/**
 * The note with this text, which ends in a newline, and this signature.
 * @param {string} text
 * @param {NoteSigner} signer
 * @returns {Promise<import("./note.js").Note>}
 */
export async function signNote(text, { vkey, seed }) {
  ensure(text.endsWith("\n"), "note-text", "the text of a note ends in a newline");
  const signature = await signEd25519(seed, utf8(text));
  return { text, signatures: [{ name: vkey.name, id: vkey.id, signature }] };
}
