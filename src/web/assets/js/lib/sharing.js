// The signer's part of the organiser's list (spec/list.md).

import { callJson } from "./api.js";
import { leafHashOf, openingOf } from "./signing.js";
import { toBase64 } from "../protocol/bytes.js";
import { sealAddress } from "../protocol/list.js";

/** Hand over what was filled in, and the address if there is one, sealed here. */
export async function shareReceipt(receipt, manifest, address) {
  const opening = await openingOf(receipt, manifest.id);
  const key = manifest.terms.asks.share;
  const sealed = address && toBase64(await sealAddress(key, manifest.id, await leafHashOf(receipt), address));
  await callJson(manifest.id, "/shares", sealed ? { ...opening, address: sealed } : opening);
}

/** Take it off the list. The same again is fine. */
export async function unshareReceipt(receipt, manifest) {
  await callJson(manifest.id, "/shares/removal", await openingOf(receipt, manifest.id));
}
