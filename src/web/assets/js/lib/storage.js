// What this browser keeps about a petition: what was typed, receipts, and which link began
// which receipt. A browser that keeps nothing is fine: the address's fragment has it all.

const ROOT = "undersigned";

function attempt(action) {
  try {
    return action() ?? undefined;
  } catch {
    return undefined;
  }
}

function get(key) {
  return attempt(() => localStorage.getItem(key));
}

function set(key, value) {
  attempt(() => localStorage.setItem(key, value));
}

/** @param {string} petition @returns {Record<string, string>} */
export function draft(petition) {
  return attempt(() => JSON.parse(get(`${ROOT}/${petition}/draft`) ?? "{}")) ?? {};
}

/** @param {string} petition @param {Record<string, string>} fields */
export function keepDraft(petition, fields) {
  set(`${ROOT}/${petition}/draft`, JSON.stringify({ ...draft(petition), ...fields }));
}

/** @param {string} petition */
export function forgetDraft(petition) {
  attempt(() => localStorage.removeItem(`${ROOT}/${petition}/draft`));
}

/** The text of a receipt, by its public key. @param {string} petition @param {string} pk */
export function storedReceipt(petition, pk) {
  return get(`${ROOT}/${petition}/receipt/${pk}`);
}

/** @param {string} petition @param {string} pk @param {string} text */
export function keepReceipt(petition, pk, text) {
  set(`${ROOT}/${petition}/receipt/${pk}`, text);
}

/** @param {string} petition @param {string} pk */
export function forgetReceipt(petition, pk) {
  for (const kind of ["receipt", "audience", "share"]) {
    attempt(() => localStorage.removeItem(`${ROOT}/${petition}/${kind}/${pk}`));
  }
}

/** All receipts of a petition here. @param {string} petition @returns {string[]} */
export function storedReceipts(petition) {
  const prefix = `${ROOT}/${petition}/receipt/`;
  const keys = attempt(() => Object.keys(localStorage)) ?? [];
  return keys.filter((key) => key.startsWith(prefix)).map(get).filter((text) => text !== undefined);
}

/** Which receipt a link began. The link is known by a hash of its token. @param {string} petition @param {string} link */
export function begunBy(petition, link) {
  return get(`${ROOT}/${petition}/link/${link}`);
}

/** @param {string} petition @param {string} link @param {string} pk */
export function keepLink(petition, link, pk) {
  set(`${ROOT}/${petition}/link/${link}`, pk);
}

/** Whether a receipt's statement was handed to the organiser from this browser. @param {string} petition @param {string} pk */
export function shared(petition, pk) {
  return get(`${ROOT}/${petition}/share/${pk}`);
}

/** @param {string} petition @param {string} pk @param {string} value */
export function keepShare(petition, pk, value) {
  set(`${ROOT}/${petition}/share/${pk}`, value);
}

/** To whom a receipt's statement was shown from this browser. @param {string} petition @param {string} pk */
export function audience(petition, pk) {
  return get(`${ROOT}/${petition}/audience/${pk}`);
}

/** @param {string} petition @param {string} pk @param {string} value */
export function keepAudience(petition, pk, value) {
  set(`${ROOT}/${petition}/audience/${pk}`, value);
}
