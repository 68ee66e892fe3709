// The rules that a manifest's values keep (spec/manifest.md).

import { ensure, refuse } from "./error.js";
import { isPublicKey } from "./ed25519.js";
import { ML_DSA_KEY, NOTE_KEY, parseVerifierKey } from "./vkey.js";

const FORMAT = "undersigned/manifest/v1";
/** 9999-12-31. */
const LAST_SECOND = 253402300799n;

function rule(holds, field, text) {
  ensure(holds, "manifest-field", `${field}: ${text}`, { field });
}

/** Control characters other than line breaks, and the marks that reorder or hide text. */
export function isPlain(text) {
  return !/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text.replaceAll("\n", ""));
}

function isLength(text, most) {
  const length = [...text].length;
  return length >= 1 && length <= most;
}

/** One line of visible characters. */
export function isLine(text, most) {
  return isLength(text, most) && text.trim() === text && !text.includes("\n") && isPlain(text);
}

/** A BCP 47 tag in lower case. */
export function isLanguage(tag) {
  const parts = tag.split("-");
  return tag.length >= 2 && tag.length <= 35 && parts.every((part) => /^[a-z0-9]{1,8}$/.test(part));
}

/**
 * Whether text is `host[:port]` in lower case: what stands in origins and challenges.
 * @param {string} origin
 */
export function isOrigin(origin) {
  const match = /^([^:]*)(?::(.*))?$/s.exec(origin);
  const [host, port] = [match?.[1] ?? "", match?.[2]];
  const labels = host.split(".").every((label) => /^(?!-)[a-z0-9-]{1,63}$(?<!-)/.test(label));
  const fits = port === undefined || (/^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65535);
  return host.length >= 1 && host.length <= 150 && labels && fits;
}

function checkTexts(field, texts, most) {
  rule(texts.length >= 1 && texts.length <= 60, field, "is given in 1 to 60 languages");
  const seen = new Set();
  for (const { lang, text } of texts) {
    rule(isLanguage(lang), field, "a language is a BCP 47 tag in lower case");
    rule(!seen.has(lang), field, "each language once");
    seen.add(lang);
    const fits = isLength(text, most) && isPlain(text);
    rule(fits, field, "has text within its limit, without control characters");
  }
  return [...seen].sort().join();
}

function checkDates({ opens, confirm_until, submit_until, withdraw_until }) {
  rule(withdraw_until <= LAST_SECOND, "withdraw_until", "is before the year 10000");
  rule(opens < confirm_until, "confirm_until", "is after opens");
  const stranded = "is after confirm_until, so that no token is stranded";
  rule(confirm_until < submit_until, "submit_until", stranded);
  rule(submit_until <= withdraw_until, "withdraw_until", "is not before submit_until");
}

function between(value, least, most) {
  return value >= least && value <= most;
}

/**
 * All rules but those about keys.
 * @param {Record<string, any>} terms
 */
export function checkTerms(terms) {
  const { format, recipients, organiser, asks, retention, audit } = terms;
  ensure(format === FORMAT, "manifest-format", `manifest format ${JSON.stringify(format)} is unknown`);
  const languages = checkTexts("title", terms.title, 200);
  const same = checkTexts("letter", terms.letter, 20_000) === languages;
  rule(same, "letter", "title and letter are in the same languages");
  rule(between(recipients.length, 1, 50), "recipients", "1 to 50 recipients");
  for (const recipient of recipients) {
    rule(isLine(recipient, 200), "recipients", "a recipient has 1 to 200 visible characters");
  }
  rule(isLine(organiser.name, 200), "organiser.name", "1 to 200 visible characters");
  checkDates(terms);
  rule(terms.goal !== 0n, "goal", "a goal is above zero");
  const region = !asks.roll_region || asks.region === "required";
  rule(region, "asks.roll_region", "needs asks.region to be required");
  const asked = [asks.name, asks.region, asks.comment].some((one) => one !== "no");
  rule(!asks.share || asked, "asks.share", "needs a name, a region or a comment to be asked");
  for (const { origin } of [terms.registrar, terms.ledger]) {
    rule(isOrigin(origin), "origin", "an origin is host[:port], lower case");
  }
  rule(terms.email_rules === 1n, "email_rules", "version 1 is the only one");
  rule(between(retention.pending_days, 1n, 30n), "retention.pending_days", "1 to 30 days");
  rule(between(retention.network_hours, 1n, 72n), "retention.network_hours", "1 to 72 hours");
  rule(between(retention.vault_days, 1n, 730n), "retention.vault_days", "1 to 730 days");
  if (audit) {
    rule(isLine(audit.auditor, 200), "audit.auditor", "1 to 200 visible characters");
    rule(isLine(audit.beacon, 200), "audit.beacon", "1 to 200 visible characters");
    rule(between(audit.sample ?? 1n, 1n, 10_000n), "audit.sample", "1 to 10,000 entries");
  }
}

async function parseKeys(field, vkeys) {
  const keys = [];
  for (const text of vkeys) {
    const parsed = parseVerifierKey(text);
    keys.push(await parsed.catch(() => refuse("manifest-field", `${field}: each is a verifier key`, { field })));
  }
  rule(new Set(vkeys).size === vkeys.length, field, "each key once");
  return keys;
}

/**
 * 1 to 8 Ed25519 note keys.
 * @param {string} field
 * @param {string[]} vkeys
 */
export async function noteKeys(field, vkeys) {
  const keys = await parseKeys(field, vkeys);
  rule(between(keys.length, 1, 8), field, "1 to 8 keys");
  for (const key of keys) {
    rule(key.type === NOTE_KEY, field, "each is an Ed25519 key (0x01)");
  }
  return keys;
}

/**
 * Ed25519, then ML-DSA-44, both named after the origin.
 * @param {string} origin
 * @param {string[]} vkeys
 */
export async function journalKeys(origin, vkeys) {
  const keys = await parseKeys("vkeys", vkeys);
  const types = keys.map((key) => key.type).join();
  rule(types === [NOTE_KEY, ML_DSA_KEY].join(), "vkeys", "an Ed25519 key (0x01), then an ML-DSA-44 key (0x06)");
  for (const key of keys) {
    rule(key.name === origin, "vkeys", "named after the origin");
  }
  return keys;
}

/**
 * The pinned keys of trees and strikes are points of large order.
 * @param {Record<string, any>} terms
 */
export function checkTreeKeys({ registrar, ledger }) {
  const keys = [
    ["registrar.roll", registrar.roll],
    ["registrar.strike_key", registrar.strike_key],
    ["registrar.strikes", registrar.strikes],
    ["ledger.signatures", ledger.signatures],
    ["ledger.withdrawals", ledger.withdrawals],
  ];
  for (const [field, key] of keys) {
    rule(isPublicKey(key), field, "is an Ed25519 key of large order");
  }
}
