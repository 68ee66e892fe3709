// What is said of a petition's public life and does not touch the count: that it was delivered,
// that somebody answered, that its text was taken down, that a key was destroyed, what its goal is
// now (spec/journal.md, "Public life").

import { isLanguage, isLine, isPlain } from "./manifest_rules.js";
import { indexOrNone } from "./tally.js";
import { parseDecimal } from "./text.js";

const LINE_MAX = 200;
const REMARK_MAX = 2000;
const ANSWER_MAX = 20_000;

/**
 * @typedef {object} Saying
 * @property {"delivered" | "answered" | "withheld" | "erased" | "goal"} kind
 * @property {bigint} on
 * @property {string} [to]
 * @property {bigint | null} [tally]
 * @property {string} [remark]
 * @property {string} [by]
 * @property {string} [lang]
 * @property {string | null} [link]
 * @property {string} [answer]
 * @property {string} [authority]
 * @property {string} [law]
 * @property {string} [reason]
 * @property {string} [what] the key that was destroyed
 * @property {string | null} [key] what the manifest pins of it
 * @property {bigint} [goal]
 */

/** Text as a JSON string in its one spelling, so that it stands on one line. */
function quoted(least, most) {
  return (value) => {
    let text;
    try {
      text = JSON.parse(value);
    } catch {
      return undefined;
    }
    if (typeof text !== "string" || JSON.stringify(text) !== value || !isPlain(text)) {
      return undefined;
    }
    const length = [...text].length;
    return length >= least && length <= most ? text : undefined;
  };
}

function aLine(value) {
  return isLine(value, LINE_MAX) ? value : undefined;
}

function aLanguage(value) {
  return isLanguage(value) ? value : undefined;
}

function linkOrNone(value) {
  if (value === "none") {
    return null;
  }
  return /^https?:\/\/[!-~]*$/.test(value) && value.length <= 500 ? value : undefined;
}

function delivered(lines) {
  const [to, tally] = [lines.parse("to", aLine), lines.parse("tally", indexOrNone)];
  return { to, tally, remark: lines.parse("remark", quoted(0, REMARK_MAX)) };
}

function answered(lines) {
  const [by, lang] = [lines.parse("by", aLine), lines.parse("lang", aLanguage)];
  const link = lines.parse("link", linkOrNone);
  return { by, lang, link, answer: lines.parse("answer", quoted(1, ANSWER_MAX)) };
}

function withheld(lines) {
  const [authority, law] = [lines.parse("authority", aLine), lines.parse("law", aLine)];
  return { authority, law, reason: lines.parse("reason", quoted(1, REMARK_MAX)) };
}

/** Keys that nothing public knows, and those of which the manifest pins something. */
const UNKNOWN_KEYS = ["vault", "subscriptions", "disclosures", "invitations"];
const PINNED_KEYS = ["identity-key", "tag-key"];

function erased(lines) {
  const what = lines.value("what");
  const key = lines.parse("key", (value) => {
    if (UNKNOWN_KEYS.includes(what)) {
      return value === "none" ? null : undefined;
    }
    return PINNED_KEYS.includes(what) && /^[0-9a-f]{64}$/.test(value) ? value : undefined;
  });
  return { what, key };
}

function goal(lines) {
  return { goal: lines.parse("goal", (value) => parseDecimal(value) || undefined) };
}

/** The first lines of such statements. */
export const SAYINGS = new Map([
  ["undersigned/delivered/v1", { kind: "delivered", rest: delivered }],
  ["undersigned/answered/v1", { kind: "answered", rest: answered }],
  ["undersigned/withheld/v1", { kind: "withheld", rest: withheld }],
  ["undersigned/erased/v1", { kind: "erased", rest: erased }],
  ["undersigned/goal/v1", { kind: "goal", rest: goal }],
]);

/**
 * The lines after `petition`.
 * @param {string} header
 * @param {import("./text.js").Lines} lines
 * @returns {Saying}
 */
export function parseSaying(header, lines) {
  const { kind, rest } = SAYINGS.get(header);
  const on = lines.parse("on", parseDecimal);
  return { kind, on, ...rest(lines) };
}
