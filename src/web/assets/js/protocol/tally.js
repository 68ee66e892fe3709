// Tallies: the upper half of every proof (spec/journal.md, "Tally").

import { toBase64 } from "./bytes.js";
import { ensure } from "./error.js";
import { TREES, parsePetitionId } from "./ids.js";
import { isOrigin } from "./manifest_rules.js";
import { parseHash } from "./merkle.js";
import { Lines, parseDecimal } from "./text.js";

/** The first line of a tally. */
export const TALLY_HEADER = "undersigned/tally/v1";

/** @typedef {{ size: bigint, root: Uint8Array }} TreeHead */

/**
 * @typedef {object} Tally
 * @property {string} petition
 * @property {bigint} time
 * @property {bigint | null} previous journal index of this petition's previous tally
 * @property {Map<string, TreeHead>} heads
 * @property {{ origin: string, index: bigint, roll: TreeHead } | undefined} cover
 */

/**
 * @typedef {object} Totals
 * @property {bigint} roll R: confirmed mailboxes
 * @property {bigint} strikes X: roll entries struck
 * @property {bigint} signatures S
 * @property {bigint} withdrawals W
 * @property {bigint} ceiling S − W: more cannot stand
 * @property {bigint} count max(0, S − W − X): at least so many stand
 */

/**
 * A journal index, or `null` for `none`; `undefined` if it is neither.
 * @param {string} text
 * @returns {bigint | null | undefined}
 */
export function indexOrNone(text) {
  return text === "none" ? null : parseDecimal(text);
}

function parseHead(text) {
  const parts = text.split(" ");
  const [size, root] = [parseDecimal(parts[0]), parseHash(parts[1] ?? "")];
  return parts.length === 2 && size !== undefined && root ? { size, root } : undefined;
}

function parseCover(text) {
  const [origin, position, ...rest] = text.split(" ");
  const [index, roll] = [parseDecimal(position ?? ""), parseHead(rest.join(" "))];
  return isOrigin(origin) && index !== undefined && roll ? { origin, index, roll } : undefined;
}

function check({ heads, cover }) {
  const [registrar, ledger] = [heads.has("roll"), heads.has("signatures")];
  const paired = heads.has("strikes") === registrar && heads.has("withdrawals") === ledger;
  const trees = "a tally lists roll and strikes, signatures and withdrawals, or all four";
  ensure(paired && (registrar || ledger), "tally-trees", trees);
  const covered = (cover !== undefined) === (ledger && !registrar);
  const names = "a tally of signatures without a roll names the covering tally, and no other does";
  ensure(covered, "tally-cover", names);
  const roll = (heads.get("roll") ?? cover?.roll)?.size ?? 0n;
  const signatures = heads.get("signatures")?.size ?? 0n;
  const exceeds = `${signatures} signatures exceed the ${roll} entries of the roll that covers them`;
  ensure(signatures <= roll, "tally-uncovered", exceeds);
}

/**
 * Parse the exact text of a journal entry.
 * @param {string} text
 * @returns {Tally}
 */
export function parseTally(text) {
  const lines = new Lines(text);
  lines.exact(TALLY_HEADER);
  const petition = lines.parse("petition", parsePetitionId);
  const time = lines.parse("time", parseDecimal);
  const previous = lines.parse("previous", indexOrNone);
  const heads = new Map();
  for (const tree of TREES) {
    if (lines.nextIs(tree)) {
      heads.set(tree, lines.parse(tree, parseHead));
    }
  }
  const cover = lines.nextIs("covered") ? lines.parse("covered", parseCover) : undefined;
  lines.end();
  const tally = { petition, time, previous, heads, cover };
  check(tally);
  return tally;
}

/**
 * @param {Tally} tally
 * @returns {string}
 */
export function printTally({ petition, time, previous, heads, cover }) {
  const head = ({ size, root }) => `${size} ${toBase64(root)}`;
  const trees = [...heads].map(([tree, listed]) => `${tree} ${head(listed)}\n`).join("");
  const covered = cover ? `covered ${cover.origin} ${cover.index} ${head(cover.roll)}\n` : "";
  const first = `${TALLY_HEADER}\npetition ${petition}\ntime ${time}\n`;
  return `${first}previous ${previous ?? "none"}\n${trees}${covered}`;
}

/**
 * What four sizes add up to.
 * @param {{ roll: bigint, strikes: bigint, signatures: bigint, withdrawals: bigint }} sizes
 * @returns {Totals}
 */
export function totalsOf(sizes) {
  const positive = (n) => (n > 0n ? n : 0n);
  const ceiling = positive(sizes.signatures - sizes.withdrawals);
  return { ...sizes, ceiling, count: positive(ceiling - sizes.strikes) };
}

/**
 * The sizes of a tally; trees kept elsewhere count as empty.
 * @param {Tally} tally
 */
export function tallyTotals({ heads }) {
  const size = (tree) => heads.get(tree)?.size ?? 0n;
  const [roll, strikes, signatures, withdrawals] = TREES.map(size);
  return totalsOf({ roll, strikes, signatures, withdrawals });
}
