// The token in a signature leaf: RFC 9578 type 0x0002 with a derived nonce (spec/token.md).

import { bigEndian, concat, equal, fromHex, toBase64Url, utf8 } from "./bytes.js";
import { hash, sha256, subtle } from "./digest.js";
import { ensure } from "./error.js";
import { idBytes } from "./ids.js";

/** Bytes of an RSA-2048 modulus, of an authenticator and of a blinded message. */
export const NK = 256;
const TOKEN_TYPE = Uint8Array.of(0, 2);
/** The only accepted frame of a token key (RFC 9578, section 6.5), around modulus and exponent. */
const DER_PREFIX = /** @type {Uint8Array} */ (
  fromHex(
    "30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108" +
      "300b0609608648016503040202a2030201300382010f003082010a0282010100",
  )
);
const DER_SUFFIX = Uint8Array.of(2, 3, 1, 0, 1);

/**
 * @typedef {object} TokenKey
 * @property {Uint8Array} modulus 256 bytes; the exponent is 65537
 * @property {Uint8Array} id SHA-256 of the DER encoding
 * @property {CryptoKey} verifier
 */

/**
 * @typedef {object} TokenContext what all tokens of a petition have in common
 * @property {string} petition
 * @property {Uint8Array} challengeDigest
 * @property {TokenKey} key
 */

/**
 * Parse the RFC 9578 DER encoding; any other encoding of a key is refused.
 * @param {Uint8Array} der
 * @returns {Promise<TokenKey>}
 */
export async function parseTokenKey(der) {
  const modulus = der.slice(DER_PREFIX.length, DER_PREFIX.length + NK);
  const framed = equal(der, concat(DER_PREFIX, modulus, DER_SUFFIX));
  const plausible = framed && modulus.length === NK && modulus[0] >= 0x80 && modulus[NK - 1] % 2 === 1;
  const message = "not an RFC 9578 token key (2048 bit, RSASSA-PSS SHA-384, salt 48, e = 65537)";
  ensure(plausible, "token-key", message);
  // As JWK, since no browser takes the identifier of RSASSA-PSS in an encoded key.
  const jwk = { kty: "RSA", n: toBase64Url(modulus), e: "AQAB", ext: true };
  const algorithm = { name: "RSA-PSS", hash: "SHA-384" };
  const verifier = await subtle().importKey("jwk", jwk, algorithm, false, ["verify"]);
  return { modulus, id: await sha256(der), verifier };
}

/**
 * RSASSA-PSS (SHA-384, salt 48) over `message`.
 * @param {TokenKey} key
 * @param {Uint8Array} message
 * @param {Uint8Array} authenticator
 */
export async function verifyAuthenticator(key, message, authenticator) {
  const algorithm = { name: "RSA-PSS", saltLength: 48 };
  const fits = authenticator.length === NK;
  const holds = fits && (await subtle().verify(algorithm, key.verifier, authenticator, message));
  const refused = "the authenticator does not verify under the petition's token key";
  ensure(holds, "authenticator", refused);
}

/** A name after its length in 16 bits. */
function prefixed(name) {
  const bytes = utf8(name);
  const fits = bytes.length >= 1 && bytes.length <= 0xffff;
  ensure(fits, "token-name", "an issuer or origin name has 1 to 65535 bytes");
  return concat(bigEndian(bytes.length, 2), bytes);
}

/**
 * The context of a petition whose registrar and ledger have these origins. The challenge is
 * RFC 9577's `TokenChallenge` with the petition id as redemption context.
 * @param {string} petition
 * @param {string} registrar
 * @param {string} ledger
 * @param {TokenKey} key
 * @returns {Promise<TokenContext>}
 */
export async function tokenContext(petition, registrar, ledger, key) {
  const context = concat(Uint8Array.of(32), idBytes(petition));
  const challenge = concat(TOKEN_TYPE, prefixed(registrar), context, prefixed(ledger));
  return { petition, challengeDigest: await sha256(challenge), key };
}

/**
 * What the token signs: `0002 ‖ nonce ‖ challenge_digest ‖ token_key_id`.
 * @param {TokenContext} context
 * @param {Uint8Array} pk
 * @param {Uint8Array} commitment
 */
export async function tokenInput(context, pk, commitment) {
  const nonce = await hash("undersigned/nonce/v1", idBytes(context.petition), pk, commitment);
  return concat(TOKEN_TYPE, nonce, context.challengeDigest, context.key.id);
}

/**
 * Check the token in a signature leaf.
 * @param {TokenContext} context
 * @param {import("./leaf.js").PetitionSignature} leaf
 */
export async function verifyToken(context, { pk, commitment, authenticator }) {
  await verifyAuthenticator(context.key, await tokenInput(context, pk, commitment), authenticator);
}
