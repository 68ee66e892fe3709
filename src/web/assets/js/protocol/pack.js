// Delivery packs: what an organiser hands over with a petition, the manifest and an
// attestation of its count in one JSON file.

import { utf8 } from "./bytes.js";
import { parseAttestation, verifyAttestation } from "./attestation.js";
import { ensure, within } from "./error.js";
import { parseJson } from "./json.js";
import { object, text } from "./shape.js";

/** The value of `format`. */
export const PACK_FORMAT = "undersigned/pack/v1";
const PACK_MAX = 1024 * 1024;
const PACK = object({ format: text, manifest: text, attestation: text });

/**
 * @typedef {object} Pack not yet checked
 * @property {string} manifest its exact text
 * @property {import("./attestation.js").Attestation} attestation
 */

/**
 * Parse a pack.
 * @param {Uint8Array} bytes
 * @returns {Promise<Pack>}
 */
export async function parsePack(bytes) {
  ensure(bytes.length <= PACK_MAX, "too-long", `a pack has at most ${PACK_MAX} bytes, got ${bytes.length}`);
  const { format, manifest, attestation } = await within("not a pack", () => PACK(parseJson(bytes)));
  ensure(format === PACK_FORMAT, "pack-format", `pack format ${JSON.stringify(format)} is unknown`);
  return { manifest, attestation: await within("attestation", () => parseAttestation(utf8(attestation))) };
}

/**
 * Check the attestation, and that it is about the manifest that is handed over.
 * @param {Pack} pack
 * @param {(manifest: import("./manifest.js").Manifest) => import("./policy.js").Policy} policyFor
 * @param {(step: string) => void} [passed] hears of each step that held
 */
export async function verifyPack({ manifest, attestation }, policyFor, passed = () => {}) {
  const same = manifest === attestation.manifest.text;
  ensure(same, "pack-manifest", "the attestation is about another manifest than the one in the pack");
  passed("pack");
  return verifyAttestation(attestation, policyFor, passed);
}
