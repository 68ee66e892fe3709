// How each topic's vectors are judged: the facts found, or a refusal.

import assert from "node:assert/strict";

import { parseAttestation, verifyAttestation } from "../../src/web/assets/js/protocol/attestation.js";
import { blind, finish, pssEncode, unblind } from "../../src/web/assets/js/protocol/blind.js";
import { concat, equal, toBase64, toHex, toNumber, utf8 } from "../../src/web/assets/js/protocol/bytes.js";
import { parseCheckpoint, printCheckpoint } from "../../src/web/assets/js/protocol/checkpoint.js";
import { commit, parseDisclosure } from "../../src/web/assets/js/protocol/commitment.js";
import { SCHEMES } from "../../src/web/assets/js/protocol/cosignature.js";
import { ensure } from "../../src/web/assets/js/protocol/error.js";
import { TREES } from "../../src/web/assets/js/protocol/ids.js";
import { parseSignature, parseStrike, parseWithdrawal, uniqueKey } from "../../src/web/assets/js/protocol/leaf.js";
import { manifestBytes, parseManifest, treeKey } from "../../src/web/assets/js/protocol/manifest.js";
import { openEntry, verifyListPage } from "../../src/web/assets/js/protocol/list.js";
import { leafHash, parseHash, verifyConsistency, verifyInclusion } from "../../src/web/assets/js/protocol/merkle.js";
import { parseNote, printNote, verifyNote } from "../../src/web/assets/js/protocol/note.js";
import { parseNoteSigner, printNoteSigner } from "../../src/web/assets/js/protocol/note_signer.js";
import { parsePolicy } from "../../src/web/assets/js/protocol/policy.js";
import { judgeCheckpoint } from "../../src/web/assets/js/protocol/policy_verify.js";
import { openPromise } from "../../src/web/assets/js/protocol/promise.js";
import { verifyReceipt } from "../../src/web/assets/js/protocol/receipt.js";
import { parseReceipt } from "../../src/web/assets/js/protocol/receipt_file.js";
import { beginSigning, finishSigning } from "../../src/web/assets/js/protocol/signer.js";
import { parseStatement, verifyStatement } from "../../src/web/assets/js/protocol/statement.js";
import { parseTally, printTally, tallyTotals } from "../../src/web/assets/js/protocol/tally.js";
import { parseTlogProof, printTlogProof, verifyTlogProof } from "../../src/web/assets/js/protocol/tlog_proof.js";
import { parseTokenKey, tokenContext, tokenInput, verifyToken } from "../../src/web/assets/js/protocol/token.js";
import { parseVerifierKey, printVerifierKey } from "../../src/web/assets/js/protocol/vkey.js";
import { verifyStrike, verifyWithdrawal } from "../../src/web/assets/js/protocol/withdrawal.js";

const named = (key) => `${key.name} ${toHex(key.id)}`;
const hashes = (vector, key) => vector.all(key).map(parseHash);
const hash = (vector, key) => parseHash(vector.get(key));

/** That printing gives back what was parsed. */
function same(printed, vector) {
  assert.ok(equal(utf8(printed), vector.body), "prints differently");
}

async function verifierKeys(vector, field = "vkey") {
  return Promise.all(vector.all(field).map(parseVerifierKey));
}

/** The policy whose lines stand in `policy` fields. */
async function policyOf(vector) {
  return parsePolicy(utf8(`${vector.all("policy").join("\n")}\n`));
}

async function context(vector) {
  const key = await parseTokenKey(vector.hex("token-key"));
  return tokenContext(vector.get("petition"), vector.get("registrar"), vector.get("ledger"), key);
}

function witnessed({ checkpoint, witnesses }) {
  const names = witnesses.map(({ name, time }) => ["witnessed", `${name} ${time ?? "none"}`]);
  return [["origin", checkpoint.origin], ["size", checkpoint.size], ...names];
}

async function verified(vector) {
  const note = parseNote(vector.body);
  same(printNote(note), vector);
  return verifyNote(note, await verifierKeys(vector), SCHEMES);
}

export const CHECKS = {
  async attestation(vector) {
    const attestation = await parseAttestation(vector.body);
    const policy = await policyOf(vector);
    const { manifest, totals, asOf } = await verifyAttestation(attestation, () => policy);
    const { count, ceiling } = totals;
    return [["petition", manifest.id], ["count", count], ["ceiling", ceiling], ["as-of", asOf]];
  },

  /** RFC 9474's vectors: 4096 bits, and any salt. */
  async "blind-rsa"(vector) {
    const [modulus, inverse] = [vector.hex("modulus"), toNumber(vector.hex("inverse"))];
    const em = await pssEncode(vector.hex("message"), vector.hex("salt"), modulus.length);
    // The vectors give the factor's inverse; the inverse of that is the factor.
    const { inverse: factor } = blind(modulus, em, vector.hex("inverse"));
    const bytes = vector.hex("inverse").length;
    const blinded = blind(modulus, em, Uint8Array.from(Buffer.from(factor.toString(16).padStart(2 * bytes, "0"), "hex")));
    assert.equal(toHex(blinded.message), vector.get("blinded"));
    assert.equal(blinded.inverse, inverse);
    return [["signature", toHex(unblind(blinded, vector.hex("blind-signature")))]];
  },

  async challenge(vector) {
    const input = await tokenInput(await context(vector), new Uint8Array(32), new Uint8Array(32));
    const [digest, key] = [toHex(input.slice(34, 66)), toHex(input.slice(66))];
    return [["challenge-digest", digest], ["token-key-id", key]];
  },

  checkpoint(vector) {
    const checkpoint = parseCheckpoint(vector.text());
    same(printCheckpoint(checkpoint), vector);
    const { origin, size, root } = checkpoint;
    return [["origin", origin], ["size", size], ["root", toBase64(root)]];
  },

  async commitment(vector) {
    const fields = parseDisclosure(vector.body);
    const commitment = await commit(vector.get("petition"), vector.hex("salt"), vector.body);
    return [["commitment", toHex(commitment)], ...Object.entries(fields)];
  },

  async consistency(vector) {
    const [oldRoot, root] = [hash(vector, "old-root"), hash(vector, "new-root")];
    const path = hashes(vector, "path");
    await verifyConsistency(vector.number("old"), oldRoot, vector.number("new"), root, path);
    return [];
  },

  async cosignature(vector) {
    const found = await verified(vector);
    parseCheckpoint(parseNote(vector.body).text);
    return found.map(({ key, time }) => ["cosigned", `${named(key)} ${time ?? "none"}`]);
  },

  async inclusion(vector) {
    const path = hashes(vector, "path");
    const [index, size] = [vector.number("index"), vector.number("size")];
    await verifyInclusion(hash(vector, "leaf"), index, size, path, hash(vector, "root"));
    return [];
  },

  async leaf(vector) {
    const bytes = vector.hex("leaf");
    const unique = toHex(uniqueKey(vector.get("tree"), bytes));
    return [["unique", unique], ["leaf-hash", toBase64(await leafHash(bytes))]];
  },

  async manifest(vector) {
    const manifest = await parseManifest(vector.body);
    assert.ok(equal(manifestBytes(manifest), vector.body));
    const keys = await Promise.all(TREES.map((tree) => treeKey(manifest, tree)));
    return [["petition", manifest.id], ...keys.map((key) => ["tree-vkey", printVerifierKey(key)])];
  },

  async note(vector) {
    return (await verified(vector)).map(({ key }) => ["signed-by", named(key)]);
  },

  async policy(vector) {
    const { logs, witnesses, quorum } = await parsePolicy(vector.body);
    return [
      ...logs.map((key) => ["log", key.name]),
      ...witnesses.map(({ name }) => ["witness", name]),
      ["quorum", quorum ? "required" : "none"],
    ];
  },

  async promise(vector) {
    const [key] = await verifierKeys(vector);
    const { petition, leaf, by } = await openPromise(vector.body, key);
    return [["petition", petition], ["leaf-hash", toBase64(leaf)], ["by", by]];
  },

  async quorum(vector) {
    const note = parseNote(vector.body);
    return witnessed(await judgeCheckpoint(await policyOf(vector), note));
  },

  async list(vector) {
    const page = await verifyListPage(vector.body);
    const facts = [["petition", page.manifest.id]];
    const seen = new Set();
    for (const entry of page.entries) {
      const { leaf, fields, address } = await openEntry(page, entry, vector.hex("list-key"));
      ensure(!seen.has(toHex(leaf)), "list-twice", "it is on the list twice");
      seen.add(toHex(leaf));
      facts.push(["leaf-hash", toBase64(leaf)], ...Object.entries(fields), ...(address ? [["address", address]] : []));
    }
    return facts;
  },

  async receipt(vector) {
    const receipt = await parseReceipt(vector.body);
    const policy = await policyOf(vector);
    const { manifest, verified: tally, index, owned } = await verifyReceipt(receipt, () => policy);
    return [["petition", manifest.id], ["index", index], ["as-of", tally.tally.time], ["owned", owned]];
  },

  async signer(vector) {
    const { token } = await parseManifest(vector.body);
    const signing = await beginSigning(vector.hex("secret"), token, utf8(vector.get("disclosure")));
    const leaf = await finishSigning(signing, token, vector.hex("blind-signature"));
    return [
      ["pk", toHex(leaf.pk)],
      ["salt", toHex(signing.salt)],
      ["commitment", toHex(leaf.commitment)],
      ["blinded", toHex(signing.blinded.message)],
      ["authenticator", toHex(leaf.authenticator)],
    ];
  },

  async "signer-key"(vector) {
    const signer = await parseNoteSigner(vector.get("key"));
    assert.equal(printNoteSigner(signer), vector.get("key"));
    return [["vkey", printVerifierKey(signer.vkey)]];
  },

  async statement(vector) {
    const statement = await parseStatement(vector.body);
    const outer = vector.opt("manifest");
    const manifest = statement.manifest ?? (outer && (await parseManifest(utf8(outer))));
    if (manifest) {
      const [keeper] = await verifierKeys(vector, "keeper");
      await verifyStatement(statement, manifest, keeper);
    }
    const { kind, petition } = statement;
    return [["kind", kind], ...(petition ? [["petition", petition]] : [])];
  },

  async strike(vector) {
    const strike = parseStrike(vector.hex("strike"));
    const roll = await leafHash(vector.hex("leaf"));
    await verifyStrike(vector.get("petition"), vector.hex("strike-key"), roll, strike);
    return [["index", strike.index], ["reason-code", strike.reason]];
  },

  tally(vector) {
    const tally = parseTally(vector.text());
    same(printTally(tally), vector);
    const { count, ceiling } = tallyTotals(tally);
    return [["petition", tally.petition], ["count", count], ["ceiling", ceiling]];
  },

  async "tlog-proof"(vector) {
    const proof = await parseTlogProof(vector.text());
    same(printTlogProof(proof), vector);
    const found = await verifyTlogProof(proof, hash(vector, "leaf"), await policyOf(vector));
    const extra = proof.extra ? [["extra", toHex(proof.extra)]] : [];
    return [...witnessed(found), ["index", proof.index], ...extra];
  },

  async token(vector) {
    const own = await context(vector);
    const leaf = parseSignature(vector.hex("leaf"));
    await verifyToken(own, leaf);
    return [["token-input", toHex(await tokenInput(own, leaf.pk, leaf.commitment))]];
  },

  async "token-issuance"(vector) {
    const key = await parseTokenKey(vector.hex("token-key"));
    const input = vector.hex("token-input");
    const em = await pssEncode(input, vector.hex("salt"));
    const blinded = blind(key.modulus, em, concat(new Uint8Array(16), vector.hex("blind")));
    const authenticator = await finish(blinded, key, input, vector.hex("blind-signature"));
    return [["blinded", toHex(blinded.message)], ["authenticator", toHex(authenticator)]];
  },

  async vkey(vector) {
    const key = await parseVerifierKey(vector.get("vkey"));
    assert.equal(printVerifierKey(key), vector.get("vkey"));
    const type = `0x${key.type.toString(16).padStart(2, "0")}`;
    return [["name", key.name], ["id", toHex(key.id)], ["type", type]];
  },

  async withdrawal(vector) {
    const leaf = parseSignature(vector.hex("leaf"));
    const withdrawal = parseWithdrawal(vector.hex("withdrawal"));
    await verifyWithdrawal(vector.get("petition"), leaf, withdrawal);
    return [["index", withdrawal.index]];
  },
};
