// What can go wrong, with a code that stays the same. Messages are for people who look
// into a file; pages choose their words by the code.

/** A refusal: malformed bytes, or a check that does not hold. */
export class ProtocolError extends Error {
  /**
   * @param {string} code stable, in lower case with hyphens
   * @param {string} message what is wrong, in English
   * @param {Record<string, unknown>} [data] values that a page may show
   */
  constructor(code, message, data = {}) {
    super(message);
    this.name = "ProtocolError";
    this.code = code;
    this.data = data;
    /** Where it happened, from the outside in. @type {string[]} */
    this.within = [];
  }
}

/**
 * Refuse.
 * @param {string} code
 * @param {string} message
 * @param {Record<string, unknown>} [data]
 * @returns {never}
 */
export function refuse(code, message, data) {
  throw new ProtocolError(code, message, data);
}

/**
 * Refuse unless `holds`.
 * @param {unknown} holds
 * @param {string} code
 * @param {string} message
 * @param {Record<string, unknown>} [data]
 */
export function ensure(holds, code, message, data) {
  if (!holds) {
    refuse(code, message, data);
  }
}

/**
 * Run a check that may refuse, and say where it was.
 * @template T
 * @param {string} where
 * @param {() => T | Promise<T>} check
 * @returns {Promise<T>}
 */
export async function within(where, check) {
  try {
    return await check();
  } catch (error) {
    throw error instanceof ProtocolError ? located(where, error) : error;
  }
}

function located(where, error) {
  const outer = new ProtocolError(error.code, `${where}: ${error.message}`, error.data);
  outer.within = [where, ...error.within];
  return outer;
}
