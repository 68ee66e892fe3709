// The manifest: the one text that a petition is (spec/manifest.md). Its exact bytes are
// hashed, and never encoded again.

import { utf8 } from "./bytes.js";
import { ensure, refuse, within } from "./error.js";
import { petitionId, treeOrigin } from "./ids.js";
import { parseJson } from "./json.js";
import { checkTerms, checkTreeKeys, journalKeys, noteKeys } from "./manifest_rules.js";
import { policyOfLogs } from "./policy.js";
import { base64, flag, hex, list, object, text, unsigned, word } from "./shape.js";
import { parseTokenKey, tokenContext } from "./token.js";
import { NOTE_KEY, sameKey, verifierKey } from "./vkey.js";

/** Most bytes of a manifest. */
export const MANIFEST_MAX = 60_000;

const u32 = unsigned(32);
const u64 = unsigned(64);
const ask = word("no", "optional", "required");
const localized = list(object({ lang: text, text }));
const TERMS = object(
  {
    format: text,
    title: localized,
    letter: localized,
    recipients: list(text),
    organiser: object({ name: text, vkeys: list(text) }),
    opens: u64,
    confirm_until: u64,
    submit_until: u64,
    withdraw_until: u64,
    asks: object({ name: ask, region: ask, comment: ask, updates: flag, roll_region: flag }, { share: hex(32) }),
    registrar: object({
      origin: text,
      vkeys: list(text),
      roll: hex(32),
      strikes: hex(32),
      strike_key: hex(32),
      token_key: base64,
      identity_key_commitment: hex(32),
    }),
    ledger: object({
      origin: text,
      vkeys: list(text),
      signatures: hex(32),
      withdrawals: hex(32),
      tag_key: hex(32),
    }),
    email_rules: u32,
    publication: word("batched", "private", "prompt"),
    retention: object({ pending_days: u32, network_hours: u32, vault_days: u32 }),
  },
  {
    goal: u64,
    audit: object({ auditor: text, hpke_key: hex(32), beacon: text, round: u64 }, { vkey: text, sample: u64 }),
  },
);

/**
 * @typedef {object} Manifest
 * @property {string} text the exact text
 * @property {string} id
 * @property {Record<string, any>} terms what it says: numbers are BigInt, keys are bytes
 * @property {import("./token.js").TokenContext} token
 * @property {import("./vkey.js").VerifierKey[]} organiserKeys
 * @property {import("./vkey.js").VerifierKey[]} registrarKeys
 * @property {import("./vkey.js").VerifierKey[]} ledgerKeys
 */

/**
 * Parse and check every rule.
 * @param {Uint8Array} bytes
 * @returns {Promise<Manifest>}
 */
export async function parseManifest(bytes) {
  const length = `a manifest has at most ${MANIFEST_MAX} bytes, got ${bytes.length}`;
  ensure(bytes.length <= MANIFEST_MAX, "too-long", length);
  const control = bytes.find((byte) => byte < 0x20);
  if (control !== undefined) {
    const byte = control.toString(16).padStart(2, "0");
    refuse("manifest-control", `control character 0x${byte} in a manifest`);
  }
  const terms = await within("not a manifest", () => TERMS(parseJson(bytes)));
  checkTerms(terms);
  const { registrar, ledger } = terms;
  const organiser = await noteKeys("organiser.vkeys", terms.organiser.vkeys);
  const registrarKeys = await journalKeys(registrar.origin, registrar.vkeys);
  const ledgerKeys = await journalKeys(ledger.origin, ledger.vkeys);
  if (terms.audit?.vkey !== undefined) {
    await noteKeys("audit.vkey", [terms.audit.vkey]);
  }
  const id = await petitionId(bytes);
  const key = await within("registrar.token_key", () => parseTokenKey(registrar.token_key));
  const token = await tokenContext(id, registrar.origin, ledger.origin, key);
  checkTreeKeys(terms);
  const own = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return { text: own, id, terms, token, organiserKeys: organiser, registrarKeys, ledgerKeys };
}

/**
 * Parse bytes that must be the petition `expected`.
 * @param {Uint8Array} bytes
 * @param {string} expected
 */
export async function parseManifestAs(bytes, expected) {
  const actual = await petitionId(bytes);
  const message = `these bytes are petition ${actual}, not ${expected}`;
  ensure(actual === expected, "manifest-id", message, { actual, expected });
  return parseManifest(bytes);
}

/** Whether the registrar keeps this tree. */
function isRegistrars(tree) {
  return tree === "roll" || tree === "strikes";
}

/**
 * The origin of the instance that keeps a tree.
 * @param {Manifest} manifest
 * @param {string} tree
 * @returns {string}
 */
export function keeper({ terms }, tree) {
  return isRegistrars(tree) ? terms.registrar.origin : terms.ledger.origin;
}

/**
 * The journal keys of the instance that keeps a tree: Ed25519, then ML-DSA-44.
 * @param {Manifest} manifest
 * @param {string} tree
 */
export function keeperKeys(manifest, tree) {
  return isRegistrars(tree) ? manifest.registrarKeys : manifest.ledgerKeys;
}

/**
 * The verifier key of a tree's checkpoints: the pinned key under the tree's origin.
 * @param {Manifest} manifest
 * @param {string} tree
 */
export async function treeKey(manifest, tree) {
  const keys = isRegistrars(tree) ? manifest.terms.registrar : manifest.terms.ledger;
  return verifierKey(treeOrigin(keeper(manifest, tree), manifest.id, tree), NOTE_KEY, keys[tree]);
}

/**
 * The journals that the manifest pins, without witnesses: what can be checked without a
 * policy of one's own. It is worth as much as the way by which the id was learnt.
 * @param {Manifest} manifest
 */
export function pinnedPolicy({ registrarKeys, ledgerKeys }) {
  const others = ledgerKeys.filter((key) => !registrarKeys.some((own) => sameKey(own, key)));
  return policyOfLogs([...registrarKeys, ...others]);
}

/**
 * The exact bytes.
 * @param {Manifest} manifest
 */
export function manifestBytes(manifest) {
  return utf8(manifest.text);
}
