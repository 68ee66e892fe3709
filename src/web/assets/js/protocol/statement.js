// Statements: the entries of a journal (spec/journal.md).

import { fromUtf8, toHex, utf8 } from "./bytes.js";
import { ensure, refuse, within } from "./error.js";
import { parsePetitionId } from "./ids.js";
import { parseManifestAs } from "./manifest.js";
import { parseNote, verifyNote } from "./note.js";
import { SAYINGS, parseSaying } from "./saying.js";
import { TALLY_HEADER, indexOrNone, parseTally } from "./tally.js";
import { Lines, parseDecimal, splitOnce } from "./text.js";

/** Most bytes of a statement. */
const STATEMENT_MAX = 65_535;
const PUBLISHED = "undersigned/published/v1";
const CLOSED = "undersigned/closed/v1";
const EXTENDED = "undersigned/extended/v1";
const CLOSING = "undersigned/closing/v1";
const LAST_SECOND = 253402300799n;

/** @typedef {import("./manifest.js").Manifest} Manifest */
/** @typedef {{ confirmUntil: bigint, submitUntil: bigint, withdrawUntil: bigint }} Dates */

/**
 * @typedef {object} Statement whose signature, where its kind has one, is still to be checked
 * @property {"published" | "tally" | "closed" | "extended" | "closing" | "delivered" | "answered" | "withheld" | "erased" | "goal" | "other"} kind
 * @property {string} [petition]
 * @property {Manifest} [manifest] published
 * @property {import("./tally.js").Tally | bigint | null} [tally] itself, or the final tally's index
 * @property {Dates} [dates]
 * @property {import("./saying.js").Saying} [saying]
 * @property {import("./note.js").Note} [note]
 */

async function open(bytes, header) {
  const note = await within("note", () => parseNote(bytes));
  const lines = new Lines(note.text);
  lines.exact(header);
  return { note, lines, petition: lines.parse("petition", parsePetitionId) };
}

async function parsePublished(bytes) {
  const { note, lines, petition } = await open(bytes, PUBLISHED);
  const text = lines.value("manifest");
  lines.end();
  const manifest = await within("manifest", () => parseManifestAs(utf8(text), petition));
  return { kind: "published", petition, manifest, note };
}

async function parseClosed(bytes) {
  const { note, lines, petition } = await open(bytes, CLOSED);
  const tally = lines.parse("tally", indexOrNone);
  lines.end();
  return { kind: "closed", petition, tally, note };
}

async function parseDated(bytes, header) {
  const { note, lines, petition } = await open(bytes, header);
  const confirmUntil = lines.parse("confirm-until", parseDecimal);
  const submitUntil = lines.parse("submit-until", parseDecimal);
  const withdrawUntil = lines.parse("withdraw-until", parseDecimal);
  lines.end();
  const dates = { confirmUntil, submitUntil, withdrawUntil };
  return { kind: header === EXTENDED ? "extended" : "closing", petition, dates, note };
}

async function parseSaid(bytes, header) {
  const { note, lines, petition } = await open(bytes, header);
  const saying = parseSaying(header, lines);
  lines.end();
  return { kind: saying.kind, petition, saying, note };
}

/**
 * Parse a journal entry.
 * @param {Uint8Array} bytes
 * @returns {Promise<Statement>}
 */
export async function parseStatement(bytes) {
  const length = `a statement has at most ${STATEMENT_MAX} bytes, got ${bytes.length}`;
  ensure(bytes.length <= STATEMENT_MAX, "too-long", length);
  const text = fromUtf8(bytes);
  const begins = "a statement is text that begins with its kind";
  const [header] = splitOnce(text ?? "", "\n") ?? refuse("statement-text", begins);
  switch (header) {
    case TALLY_HEADER: {
      const tally = await within("tally", () => parseTally(/** @type {string} */ (text)));
      return { kind: "tally", petition: tally.petition, tally };
    }
    case PUBLISHED:
      return parsePublished(bytes);
    case CLOSED:
      return parseClosed(bytes);
    case EXTENDED:
    case CLOSING:
      return parseDated(bytes, header);
    default:
      return SAYINGS.has(header) ? parseSaid(bytes, header) : { kind: "other" };
  }
}

/** What the keeper of the journal says. */
const KEEPERS = ["closed", "withheld", "erased"];

/**
 * Check that whoever may say this has signed it: the keeper of the journal for `closed`, `withheld`
 * and `erased`, the organiser for everything else that is signed; and that a destroyed key is the
 * manifest's.
 * @param {Statement} statement
 * @param {Manifest} manifest
 * @param {import("./vkey.js").VerifierKey} keeper
 */
export async function verifyStatement({ kind, note, saying }, manifest, keeper) {
  if (note) {
    const keys = KEEPERS.includes(kind) ? [keeper] : manifest.organiserKeys;
    await within("note", () => verifyNote(note, keys));
  }
  if (kind === "erased" && saying.key !== null) {
    const { registrar, ledger } = manifest.terms;
    const pinned = saying.what === "tag-key" ? ledger.tag_key : registrar.identity_key_commitment;
    ensure(saying.key === toHex(pinned), "erased-key", "the key is not the one that the manifest pins");
  }
}

/**
 * Text of `published`, to be signed by the organiser.
 * @param {Manifest} manifest
 */
export function publishedText({ id, text }) {
  return `${PUBLISHED}\npetition ${id}\nmanifest ${text}\n`;
}

/**
 * Text of `extended` or `closing`, to be signed by the organiser.
 * @param {string} petition
 * @param {"extended" | "closing"} change
 * @param {Dates} dates
 */
export function datedText(petition, change, { confirmUntil, submitUntil, withdrawUntil }) {
  const header = change === "extended" ? EXTENDED : CLOSING;
  const lines = `confirm-until ${confirmUntil}\nsubmit-until ${submitUntil}\nwithdraw-until ${withdrawUntil}`;
  return `${header}\npetition ${petition}\n${lines}\n`;
}

/**
 * The dates of a manifest.
 * @param {Manifest} manifest
 * @returns {Dates}
 */
export function manifestDates({ terms }) {
  return { confirmUntil: terms.confirm_until, submitUntil: terms.submit_until, withdrawUntil: terms.withdraw_until };
}

function isOrdered({ confirmUntil, submitUntil, withdrawUntil }) {
  return confirmUntil < submitUntil && submitUntil <= withdrawUntil && withdrawUntil <= LAST_SECOND;
}

/**
 * Whether dates may change from `earlier` to `next` this way: `extended` moves none forward;
 * `closing` never shortens the time between the last confirmation and the last token.
 * @param {"extended" | "closing"} change
 * @param {Dates} next
 * @param {Dates} earlier
 */
export function allowsDates(change, next, earlier) {
  const keys = ["confirmUntil", "submitUntil", "withdrawUntil"];
  const changed = keys.some((key) => next[key] !== earlier[key]);
  const later = keys.every((key) => next[key] >= earlier[key]);
  const sooner = next.confirmUntil <= earlier.confirmUntil && next.submitUntil <= earlier.submitUntil;
  const grace = (dates) => dates.submitUntil - dates.confirmUntil;
  const kept = next.withdrawUntil === earlier.withdrawUntil && grace(next) >= grace(earlier);
  return changed && isOrdered(next) && (change === "extended" ? later : sooner && kept);
}
