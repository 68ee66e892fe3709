// Cosignatures of checkpoints (C2SP tlog-cosignature). Each scheme gives the time that a
// signature states over the checkpoint that a text is.

import { bigEndian, concat, toNumber, utf8 } from "./bytes.js";
import { parseCheckpoint, printCheckpoint } from "./checkpoint.js";
import { verifyEd25519 } from "./ed25519.js";
import { ProtocolError } from "./error.js";
import { NOTE_SCHEMES } from "./note.js";
import { COSIGNER_KEY, ML_DSA_KEY } from "./vkey.js";
import { ml_dsa44 } from "../vendor/ml_dsa_44.js";

const ML_DSA_LENGTH = 2420;

/** `opaque<1..2^8-1>` of RFC 8446, section 3.4. */
function opaque(text) {
  const bytes = utf8(text);
  return concat(bigEndian(bytes.length, 1), bytes);
}

/** "Ed25519 signed message". */
function ed25519Message(checkpoint, time) {
  return utf8(`cosignature/v1\ntime ${time}\n${printCheckpoint(checkpoint)}`);
}

/** "ML-DSA-44 signed message": `cosigned_message` for a whole tree. */
function mlDsaMessage(name, { origin, size, root }, time) {
  const head = concat(utf8("subtree/v1\n\0"), opaque(name), bigEndian(time, 8), opaque(origin));
  return concat(head, bigEndian(0, 8), bigEndian(size, 8), root);
}

/** Checkpoint, time and signature, or `undefined`. */
function split(text, bytes) {
  if (bytes.length < 8) {
    return undefined;
  }
  const time = toNumber(bytes.subarray(0, 8));
  try {
    const checkpoint = parseCheckpoint(text);
    return time < 1n << 63n ? { checkpoint, time, signature: bytes.subarray(8) } : undefined;
  } catch (error) {
    if (error instanceof ProtocolError) {
      return undefined;
    }
    throw error;
  }
}

/** 0 states nothing about time. */
function stated(time) {
  return { time: time === 0n ? undefined : time };
}

/** @type {import("./note.js").Scheme} */
async function verifyCosignature(key, text, bytes) {
  const parts = split(text, bytes);
  if (!parts) {
    return undefined;
  }
  const message = ed25519Message(parts.checkpoint, parts.time);
  return (await verifyEd25519(key.key, message, parts.signature)) ? stated(parts.time) : undefined;
}

/** @type {import("./note.js").Scheme} */
async function verifyMlDsa(key, text, bytes) {
  const parts = split(text, bytes);
  if (parts?.signature.length !== ML_DSA_LENGTH) {
    return undefined;
  }
  const message = mlDsaMessage(key.name, parts.checkpoint, parts.time);
  return ml_dsa44.verify(parts.signature, message, key.key) ? stated(parts.time) : undefined;
}

/** All types of signature under a checkpoint. */
export const SCHEMES = new Map([...NOTE_SCHEMES, [COSIGNER_KEY, verifyCosignature], [ML_DSA_KEY, verifyMlDsa]]);
