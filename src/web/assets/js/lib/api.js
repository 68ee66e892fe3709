// The JSON interface of this service (spec/api.md).

import { fromUtf8 } from "../protocol/bytes.js";

const PREFIX = "/api/v1/petitions/";

/** A refusal by the service, or `network`: no answer. */
export class Problem extends Error {
  /**
   * @param {string} kind
   * @param {number} [retryAfter] seconds
   */
  constructor(kind, retryAfter) {
    super(kind);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

async function problemOf(response) {
  const retryAfter = Number(response.headers.get("retry-after")) || undefined;
  const problem = await response.json().catch(() => ({}));
  const kind = String(problem.type ?? "").replace("urn:undersigned:problem:", "");
  return new Problem(kind || "internal", retryAfter);
}

/**
 * @param {string} petition
 * @param {string} path below the petition's
 * @param {object} [body] posted as JSON
 * @returns {Promise<Uint8Array>}
 */
export async function call(petition, path, body) {
  const common = { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" };
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const request = fetch(`${PREFIX}${petition}${path}`, /** @type {any} */ (body ? { ...common, ...post } : common));
  const response = await request.catch(() => {
    throw new Problem("network");
  });
  if (!response.ok) {
    throw await problemOf(response);
  }
  const bytes = await response.arrayBuffer().catch(() => {
    throw new Problem("network");
  });
  return new Uint8Array(bytes);
}

/**
 * The same, for an answer that is JSON.
 * @param {string} petition
 * @param {string} path
 * @param {object} [body]
 */
export async function callJson(petition, path, body) {
  return JSON.parse(fromUtf8(await call(petition, path, body)) ?? "null");
}
