// Judging a checkpoint by a policy.

import { parseCheckpoint } from "./checkpoint.js";
import { SCHEMES } from "./cosignature.js";
import { ensure, within } from "./error.js";
import { verifyNote } from "./note.js";
import { sameKey } from "./vkey.js";

/** @typedef {import("./policy.js").Policy} Policy */

/**
 * @typedef {object} WitnessedCheckpoint a checkpoint that a policy accepts
 * @property {import("./checkpoint.js").Checkpoint} checkpoint
 * @property {import("./vkey.js").VerifierKey[]} logKeys the log's keys that signed
 * @property {{ name: string, time: bigint | undefined }[]} witnesses cosignatures that counted
 */

/** Positions of the witnesses that the quorum counts, directly or through groups. */
function counted(policy) {
  const found = new Set();
  const open = policy.quorum ? [policy.quorum] : [];
  // Ends, and soon: a name is a member of one group at most.
  for (let member = open.pop(); member; member = open.pop()) {
    if ("witness" in member) {
      found.add(member.witness);
    } else {
      open.push(...policy.groups[member.group].members);
    }
  }
  return found;
}

/** Whether the quorum witnessed, given which witnesses did. */
function isQuorate(policy, cosigned) {
  const groups = [];
  const holds = (member) => ("witness" in member ? cosigned.has(member.witness) : groups[member.group]);
  for (const { threshold, members } of policy.groups) {
    groups.push(members.filter(holds).length >= threshold);
  }
  return policy.quorum === undefined || holds(policy.quorum);
}

/**
 * Check a checkpoint: a known log with its origin signed it, and the quorum of witnesses
 * cosigned it.
 * @param {Policy} policy
 * @param {import("./note.js").Note} note
 * @returns {Promise<WitnessedCheckpoint>}
 */
export async function judgeCheckpoint(policy, note) {
  const known = [...policy.logs, ...policy.witnesses.map((witness) => witness.key)];
  const verified = await verifyNote(note, known, SCHEMES);
  const checkpoint = await within("checkpoint", () => parseCheckpoint(note.text));
  const { origin } = checkpoint;
  const signed = (key) => verified.some((signature) => sameKey(signature.key, key));
  const logKeys = policy.logs.filter((key) => key.name === origin && signed(key));
  const unknown = `not signed by a known log with origin ${JSON.stringify(origin)}`;
  ensure(logKeys.length > 0, "policy-log", unknown, { origin });
  const witnesses = [];
  const cosigned = new Set();
  for (const position of [...counted(policy)].sort((a, b) => a - b)) {
    const { name, key } = policy.witnesses[position];
    for (const signature of verified.filter((one) => sameKey(one.key, key))) {
      cosigned.add(position);
      witnesses.push({ name, time: signature.time });
    }
  }
  const few = `${cosigned.size} known witnesses cosigned, which is not the quorum`;
  ensure(isQuorate(policy, cosigned), "policy-quorum-missed", few, { cosigned: cosigned.size });
  return { checkpoint, logKeys, witnesses };
}
