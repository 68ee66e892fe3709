// Attestations: the organiser's signed word on a count that the file itself proves
// (spec/attestation.md).

import { equal, fromBase64, fromUtf8, toBase64, utf8 } from "./bytes.js";
import { ensure, within } from "./error.js";
import { parsePetitionId } from "./ids.js";
import { verifyJournaled } from "./inclusion.js";
import { keeper, manifestBytes, parseManifestAs } from "./manifest.js";
import { parseNote, verifyNote } from "./note.js";
import { tallyTotals, totalsOf } from "./tally.js";
import { Lines, parseDecimal } from "./text.js";

/** The first line of an attestation. */
export const ATTESTATION_HEADER = "undersigned/attestation/v1";
/** Most bytes of an attestation file. */
export const ATTESTATION_MAX = 512 * 1024;

/** @typedef {import("./inclusion.js").JournaledTally} JournaledTally */
/** @typedef {import("./manifest.js").Manifest} Manifest */

/**
 * @typedef {object} Attestation not yet checked
 * @property {Manifest} manifest
 * @property {Map<string, bigint>} stated every number, by its key
 * @property {JournaledTally} ledger
 * @property {JournaledTally | undefined} registrar
 * @property {import("./note.js").Note} note
 */

const NUMBERS = ["count", "ceiling", "roll", "signatures", "withdrawals", "strikes", "as-of"];

function parseText(value) {
  const bytes = fromBase64(value);
  return bytes && fromUtf8(bytes);
}

function journaled(lines, keeperOf) {
  const tally = lines.parse(`${keeperOf}-tally`, parseText);
  return { tally, proof: lines.parse(`${keeperOf}-proof`, parseText) };
}

/**
 * Parse an attestation file.
 * @param {Uint8Array} bytes
 * @returns {Promise<Attestation>}
 */
export async function parseAttestation(bytes) {
  const length = `an attestation has at most ${ATTESTATION_MAX} bytes, got ${bytes.length}`;
  ensure(bytes.length <= ATTESTATION_MAX, "too-long", length);
  const note = await within("note", () => parseNote(bytes));
  const lines = new Lines(note.text);
  lines.exact(ATTESTATION_HEADER);
  const petition = lines.parse("petition", parsePetitionId);
  const stated = new Map(NUMBERS.map((key) => [key, lines.parse(key, parseDecimal)]));
  const encoded = lines.parse("manifest", fromBase64);
  const ledger = journaled(lines, "ledger");
  const registrar = lines.rest === "" ? undefined : journaled(lines, "registrar");
  lines.end();
  const manifest = await within("manifest", () => parseManifestAs(encoded, petition));
  return { manifest, stated, ledger, registrar, note };
}

/** What the ledger's tally, and the registrar's where there is one, prove. */
async function prove({ manifest, ledger, registrar }, policy) {
  const check = (role, tally, tree) => within(role, () => verifyJournaled(tally, manifest, tree, policy));
  const lower = await check("ledger", ledger, "signatures");
  const own = tallyTotals(lower.tally);
  const { cover } = lower.tally;
  const pair = "the two tallies do not belong together";
  ensure((cover === undefined) === (registrar === undefined), "attestation-pair", pair);
  if (!cover) {
    return { ledger: lower, totals: own };
  }
  const upper = await check("registrar", registrar, "roll");
  const head = upper.tally.heads.get("roll");
  const same = head && head.size === cover.roll.size && equal(head.root, cover.roll.root);
  const belongs = same && cover.origin === keeper(manifest, "roll") && cover.index === upper.index;
  ensure(belongs, "attestation-pair", pair);
  const { roll, strikes } = tallyTotals(upper.tally);
  const { signatures, withdrawals } = own;
  return { ledger: lower, totals: totalsOf({ roll, strikes, signatures, withdrawals }) };
}

/**
 * @typedef {object} VerifiedAttestation
 * @property {Manifest} manifest
 * @property {import("./tally.js").Totals} totals
 * @property {bigint} asOf
 * @property {import("./inclusion.js").VerifiedTally} ledger
 * @property {import("./note.js").VerifiedSignature[]} signed by organiser keys
 */

/**
 * Check, offline: an organiser key signed it, the tallies stand in the journals that the
 * manifest names and the policy trusts, they belong together, and every number follows.
 * @param {Attestation} attestation
 * @param {(manifest: Manifest) => import("./policy.js").Policy} policyFor
 * @param {(step: string) => void} [passed] hears of each step that held
 * @returns {Promise<VerifiedAttestation>}
 */
export async function verifyAttestation(attestation, policyFor, passed = () => {}) {
  const { manifest, stated, note } = attestation;
  passed("manifest");
  const signed = await within("note", () => verifyNote(note, manifest.organiserKeys));
  passed("organiser");
  const { ledger, totals } = await prove(attestation, policyFor(manifest));
  passed("journal");
  const proven = { ...totals, "as-of": ledger.tally.time };
  for (const field of ["roll", "signatures", "withdrawals", "strikes", "count", "ceiling", "as-of"]) {
    const [says, shows] = [stated.get(field), proven[field]];
    const message = `${field} is ${says}, but the tallies say ${shows}`;
    ensure(says === shows, "attestation-number", message, { field, stated: says, proven: shows });
  }
  passed("numbers");
  return { manifest, totals, asOf: ledger.tally.time, ledger, signed };
}

/**
 * The text of an attestation, to be signed by the organiser. `registrar` is the covering
 * tally where another instance keeps the roll.
 * @param {Manifest} manifest
 * @param {import("./tally.js").Totals} totals
 * @param {bigint} asOf
 * @param {JournaledTally} ledger
 * @param {JournaledTally} [registrar]
 */
export function attestationText(manifest, totals, asOf, ledger, registrar) {
  const numbers = { ...totals, "as-of": asOf };
  const encoded = (text) => toBase64(utf8(text));
  const tally = (role, { tally: text, proof }) => [`${role}-tally ${encoded(text)}`, `${role}-proof ${encoded(proof)}`];
  const lines = [
    ATTESTATION_HEADER,
    `petition ${manifest.id}`,
    ...NUMBERS.map((key) => `${key} ${numbers[key]}`),
    `manifest ${toBase64(manifestBytes(manifest))}`,
    ...tally("ledger", ledger),
    ...(registrar ? tally("registrar", registrar) : []),
  ];
  return `${lines.join("\n")}\n`;
}
