// A signing in an address's fragment, which browsers send to nobody: secret, disclosure, and
// the token once it is there. Storage can be wiped, and a page be opened in another browser.

import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from "../protocol/bytes.js";

/**
 * @typedef {object} Carried
 * @property {Uint8Array} secret
 * @property {string} disclosure
 * @property {Uint8Array | undefined} authenticator
 */

/**
 * @param {Carried} carried
 * @returns {string} with its `#`
 */
export function toFragment({ secret, disclosure, authenticator }) {
  const token = authenticator ? `&a=${toBase64Url(authenticator)}` : "";
  return `#s=${toBase64Url(secret)}&d=${toBase64Url(utf8(disclosure))}${token}`;
}

/**
 * @param {string} fragment
 * @returns {Carried | undefined}
 */
export function fromFragment(fragment) {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const [s, d, a] = ["s", "d", "a"].map((key) => fields.get(key));
  const [secret, text] = [fromBase64Url(s ?? ""), fromBase64Url(d ?? "")];
  const disclosure = text && fromUtf8(text);
  const authenticator = a ? fromBase64Url(a) : undefined;
  if (secret?.length !== 32 || !disclosure || (a && authenticator?.length !== 256)) {
    return undefined;
  }
  return { secret, disclosure, authenticator };
}

/** The hash of a leaf, where an address names one: a receipt's public half. @param {string} fragment */
export function leafInFragment(fragment) {
  const leaf = new URLSearchParams(fragment.replace(/^#/, "")).get("leaf") ?? "";
  return /^[0-9a-f]{64}$/.test(leaf) ? leaf : undefined;
}
