// The organiser's list (spec/list.md): what a signer seals, and how the organiser opens and
// checks each entry.

import { concat, equal, fromUtf8, toHex, utf8 } from "./bytes.js";
import { commit, parseDisclosure } from "./commitment.js";
import { ProtocolError, ensure, refuse, within } from "./error.js";
import { open, seal } from "./hpke.js";
import { idBytes } from "./ids.js";
import { verifyJournaled } from "./inclusion.js";
import { parseJson } from "./json.js";
import { parseSignature } from "./leaf.js";
import { parseManifest, pinnedPolicy } from "./manifest.js";
import { leafHash, parseHash, verifyInclusion } from "./merkle.js";
import { base64, hex, list, object, text, unsigned } from "./shape.js";

const FORMAT = "undersigned/list/v1";
const RECORD_INFO = utf8("undersigned/list/v1");
const ADDRESS_INFO = utf8("undersigned/list-address/v1");
/** Bytes of an address before it is sealed, whatever its own length. */
const PADDED = 256;
const LIST_KEY = "PRIVATE+LIST+";

const hash = (value) => parseHash(text(value)) ?? refuse("json", "a hash is 32 bytes in standard base64 with padding");
const ENTRY = object({ leaf: base64, index: unsigned(64), path: list(hash), envelope: base64 });
const PAGE = object({ format: text, manifest: text, tally: text, proof: text, entries: list(ENTRY) }, { next: text });
const RECORD = object({ salt: hex(32), disclosure: text }, { address: base64 });

/** What an envelope is bound to. @param {string} petition @param {Uint8Array} leaf its hash */
function place(petition, leaf) {
  return concat(idBytes(petition), leaf);
}

/**
 * An address that only the organiser opens.
 * @param {Uint8Array} key of the list
 * @param {string} petition
 * @param {Uint8Array} leaf its hash
 * @param {string} address
 */
export async function sealAddress(key, petition, leaf, address) {
  const bytes = utf8(address);
  ensure(bytes.length > 0 && bytes.length < PADDED && !bytes.includes(0), "list-address", "an address has 1 to 255 bytes");
  const padded = concat(bytes, new Uint8Array(PADDED - bytes.length));
  return seal(key, ADDRESS_INFO, place(petition, leaf), padded);
}

/** The address in a sealed one's plain text, if there is one. @param {Uint8Array} padded */
export function readAddress(padded) {
  const end = padded.indexOf(0);
  if (padded.length !== PADDED || end <= 0 || padded.slice(end).some((byte) => byte !== 0)) {
    return undefined;
  }
  const address = fromUtf8(padded.slice(0, end));
  return address === undefined || /\p{Cc}/u.test(address) ? undefined : address;
}

/** The private key in a key file. @param {string} file */
export function parseListKey(file) {
  const line = file.trim();
  const wrong = "a list's key file holds one line, PRIVATE+LIST+ and 64 hexadecimal digits";
  ensure(line.startsWith(LIST_KEY), "list-key", wrong);
  return within("the key", () => hex(32)(line.slice(LIST_KEY.length)));
}

/** A private key as it stands in a file. @param {Uint8Array} key */
export function printListKey(key) {
  return `${LIST_KEY}${toHex(key)}\n`;
}

/**
 * Parse a page and check its petition and tally, against the keys that the manifest pins.
 * @param {Uint8Array} bytes
 */
export async function verifyListPage(bytes) {
  const page = await within("not a list", () => PAGE(parseJson(bytes)));
  ensure(page.format === FORMAT, "list-format", `list format ${JSON.stringify(page.format)} is unknown`);
  const manifest = await within("manifest", () => parseManifest(utf8(page.manifest)));
  const { tally } = await verifyJournaled(page, manifest, "signatures", pinnedPolicy(manifest));
  const head = tally.heads.get("signatures") ?? refuse("tally-tree", "the tally does not list the signatures tree");
  return { manifest, tally, head, entries: page.entries, next: page.next };
}

/**
 * Open an entry of a checked page: its leaf is in the tree, and its record opens the leaf.
 * @param {Awaited<ReturnType<typeof verifyListPage>>} page
 * @param {{ leaf: Uint8Array, index: bigint, path: Uint8Array[], envelope: Uint8Array }} entry
 * @param {Uint8Array} key private
 */
export async function openEntry(page, entry, key) {
  const leaf = await leafHash(entry.leaf);
  const petition = page.manifest.id;
  const where = place(petition, leaf);
  const plain = await open(key, RECORD_INFO, where, entry.envelope);
  const record = await within("the record is damaged", () => RECORD(parseJson(plain)));
  await within("tree proof", () => verifyInclusion(leaf, entry.index, page.head.size, entry.path, page.head.root));
  const { commitment } = parseSignature(entry.leaf);
  const disclosure = utf8(record.disclosure);
  const fields = parseDisclosure(disclosure);
  const opens = equal(await commit(petition, record.salt, disclosure), commitment);
  ensure(opens, "list-opening", "salt and disclosure do not open the commitment of the signature");
  return { leaf, fields, address: record.address && (await addressIn(key, where, record.address)) };
}

/** An address is the signer's own word: one that does not open is none. */
async function addressIn(key, where, sealed) {
  try {
    return readAddress(await open(key, ADDRESS_INFO, where, sealed));
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "hpke-open") {
      return undefined;
    }
    throw error;
  }
}
