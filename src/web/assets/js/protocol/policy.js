// Trust policies (C2SP tlog-policy): which logs are known, and how many witnesses, and which,
// must have cosigned a checkpoint.

import { fromUtf8, toHex } from "./bytes.js";
import { ProtocolError, ensure, refuse } from "./error.js";
import { parseDecimal } from "./text.js";
import { NOTE_KEY, parseVerifierKey } from "./vkey.js";

const POLICY_MAX = 2_000_000;
const ITEMS_MAX = 256;
const LOG = "log <vkey> [<url>]";
const WITNESS = "witness <name> <vkey> [<url>]";
const GROUP = "group <name> any|all|<k> <name>...";

/** @typedef {import("./vkey.js").VerifierKey} VerifierKey */
/** @typedef {{ witness: number } | { group: number }} Member by position */

/**
 * @typedef {object} Policy
 * @property {VerifierKey[]} logs
 * @property {{ name: string, key: VerifierKey }[]} witnesses
 * @property {{ threshold: number, members: Member[] }[]} groups members that are groups stand before it
 * @property {Member | undefined} quorum `undefined`: no cosignatures are required
 */

/**
 * Accept these logs without any witness: `quorum none`.
 * @param {VerifierKey[]} logs
 * @returns {Policy}
 */
export function policyOfLogs(logs) {
  return { logs, witnesses: [], groups: [], quorum: undefined };
}

/** Names are opaque octets: two that show alike are not the same. */
function octets(item) {
  return Array.from(item, (byte) => String.fromCharCode(byte)).join("");
}

async function verifierKey(item) {
  return parseVerifierKey(fromUtf8(item) ?? "");
}

function items(line) {
  const found = [];
  let start = 0;
  for (let at = 0; at <= line.length; at += 1) {
    if (at === line.length || line[at] === 0x20 || line[at] === 0x09) {
      if (at > start) {
        found.push(line.subarray(start, at));
      }
      start = at + 1;
    }
  }
  return found;
}

class Builder {
  constructor() {
    /** @type {Policy} */
    this.policy = policyOfLogs([]);
    this.quorums = 0;
    this.names = new Map();
    this.keys = { log: new Set(), witness: new Set() };
    this.members = new Set();
  }

  async line(bytes) {
    const control = bytes.find((byte) => (byte < 0x20 && byte !== 0x09) || byte === 0x7f);
    if (control !== undefined) {
      refuse("policy-control", `control character 0x${toHex(Uint8Array.of(control))}`);
    }
    const [keyword, ...rest] = items(bytes);
    if (keyword === undefined || keyword[0] === 0x23) {
      return;
    }
    const read = { log: this.log, witness: this.witness, group: this.group, quorum: this.quorum };
    const word = octets(keyword);
    const known = Object.hasOwn(read, word);
    ensure(known, "policy-keyword", "a line begins with log, witness, group or quorum");
    await read[word].call(this, rest);
  }

  expect(holds, shape) {
    ensure(holds, "policy-items", `expected \`${shape}\``);
  }

  room(list) {
    const most = `at most ${ITEMS_MAX} logs, witnesses and groups`;
    ensure(list.length < ITEMS_MAX, "policy-too-many", most);
  }

  once(kind, key) {
    const text = toHex(key.key);
    ensure(!this.keys[kind].has(text), "policy-duplicate-key", "this public key was listed before");
    this.keys[kind].add(text);
  }

  define(name, member) {
    const taken = name === "none" || this.names.has(name);
    ensure(!taken, "policy-duplicate-name", "this name is taken");
    this.names.set(name, member);
  }

  defined(name) {
    return this.names.get(name) ?? refuse("policy-undefined", "this name is not defined on a line above");
  }

  async log(rest) {
    this.expect(rest.length >= 1 && rest.length <= 2, LOG);
    this.room(this.policy.logs);
    const key = await verifierKey(rest[0]);
    this.once("log", key);
    this.policy.logs.push(key);
  }

  async witness(rest) {
    this.expect(rest.length >= 2 && rest.length <= 3, WITNESS);
    this.room(this.policy.witnesses);
    const key = await verifierKey(rest[1]);
    ensure(key.type !== NOTE_KEY, "policy-key-type", "a witness has a cosignature key (0x04 or 0x06)");
    this.once("witness", key);
    this.define(octets(rest[0]), { witness: this.policy.witnesses.length });
    this.policy.witnesses.push({ name: new TextDecoder().decode(rest[0]), key });
  }

  group(rest) {
    this.expect(rest.length >= 3, GROUP);
    this.room(this.policy.groups);
    const [name, k, ...names] = rest.map(octets);
    const number = parseDecimal(k) ?? 0n;
    const threshold = k === "any" ? 1 : k === "all" ? names.length : Number(number);
    const fits = threshold >= 1 && threshold <= names.length;
    ensure(fits, "policy-threshold", "a threshold is any, all, or from 1 to the number of members");
    const members = names.map((member) => {
      const found = this.defined(member);
      const twice = "a name is a member of one group at most, and once";
      ensure(!this.members.has(member), "policy-duplicate-member", twice);
      this.members.add(member);
      return found;
    });
    this.define(name, { group: this.policy.groups.length });
    this.policy.groups.push({ threshold, members });
  }

  quorum(rest) {
    this.expect(rest.length === 1, "quorum <name>");
    ensure(this.quorums === 0, "policy-quorum", "a policy has exactly one quorum line");
    this.quorums += 1;
    const name = octets(rest[0]);
    this.policy.quorum = name === "none" ? undefined : this.defined(name);
  }
}

/**
 * Parse a policy file.
 * @param {Uint8Array} bytes
 * @returns {Promise<Policy>}
 */
export async function parsePolicy(bytes) {
  const builder = new Builder();
  let number = 1;
  try {
    ensure(bytes.length <= POLICY_MAX, "too-long", `a policy has at most ${POLICY_MAX} bytes`);
    for (let at = 0; at < bytes.length; number += 1) {
      const end = bytes.indexOf(0x0a, at);
      ensure(end >= 0, "policy-unterminated", "the last line does not end in a newline");
      await builder.line(bytes.subarray(at, end));
      at = end + 1;
    }
    ensure(builder.quorums === 1, "policy-quorum", "a policy has exactly one quorum line");
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      throw error;
    }
    throw new ProtocolError(error.code, `policy line ${number}: ${error.message}`, { line: number });
  }
  return builder.policy;
}
