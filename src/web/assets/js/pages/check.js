// Checks a receipt, an attestation or a delivery pack, here and nowhere else. All that is
// needed was loaded with the page, so it works without a network from then on.

import { byId, make, number, page, say, sayOr, show, time } from "../lib/page.js";
import { parseAttestation, verifyAttestation } from "../protocol/attestation.js";
import { fromUtf8 } from "../protocol/bytes.js";
import { ProtocolError, refuse } from "../protocol/error.js";
import { parseJson } from "../protocol/json.js";
import { pinnedPolicy } from "../protocol/manifest.js";
import { PACK_FORMAT, parsePack, verifyPack } from "../protocol/pack.js";
import { parsePolicy } from "../protocol/policy.js";
import { verifyReceipt } from "../protocol/receipt.js";
import { parseReceipt } from "../protocol/receipt_file.js";

const FILE_MAX = 2_000_000;
/** The steps of each kind of file, in their order. */
const STEPS = {
  receipt: ["manifest", "token", "proof", "promise", "secret"],
  attestation: ["manifest", "organiser", "journal", "numbers"],
  pack: ["pack", "manifest", "organiser", "journal", "numbers"],
};

/** The reader's own policy, if one was given. */
let policy;
/** The last file, to be checked again under another policy. */
let last;

function title({ title: titles }) {
  return (titles.find((text) => text.lang.split("-")[0] === page.lang) ?? titles[0]).text;
}

const policyFor = (manifest) => policy ?? pinnedPolicy(manifest);

async function checkReceipt(bytes, passed) {
  const { manifest, verified, index, owned } = await verifyReceipt(await parseReceipt(bytes), policyFor, passed);
  const as_of = verified.tally.time;
  const facts = [
    ["petition", title(manifest.terms)],
    ["id", manifest.id],
    ["as-of", time(as_of)],
    ["index", number(index + 1n)],
  ];
  const { witnesses } = verified.witnessed;
  return { says: say(owned ? "check-owned" : "check-shared", { time: time(as_of) }), facts, witnesses };
}

function counted({ manifest, totals, asOf, ledger }) {
  const facts = [
    ["petition", title(manifest.terms)],
    ["id", manifest.id],
    ["organiser", manifest.terms.organiser.name],
    ["count", number(totals.count)],
    ["ceiling", number(totals.ceiling)],
    ["as-of", time(asOf)],
  ];
  const says = say("check-counted", { count: number(totals.count), time: time(asOf) });
  return { says, facts, witnesses: ledger.witnessed.witnesses };
}

async function checkAttestation(bytes, passed) {
  return counted(await verifyAttestation(await parseAttestation(bytes), policyFor, passed));
}

async function checkPack(bytes, passed) {
  return counted(await verifyPack(await parsePack(bytes), policyFor, passed));
}

const CHECKS = { receipt: checkReceipt, attestation: checkAttestation, pack: checkPack };

function kindOf(bytes) {
  const text = fromUtf8(bytes) ?? "";
  if (text.startsWith("undersigned/attestation/")) {
    return "attestation";
  }
  if (!text.trimStart().startsWith("{")) {
    return refuse("check-kind", "this file is no receipt, attestation or delivery pack");
  }
  return parseJson(bytes).get("format") === PACK_FORMAT ? "pack" : "receipt";
}

function stepList(kind, held, failed) {
  const list = make("ol", "", { class: "steps" });
  const shown = failed ? held : STEPS[kind].filter((step) => held.includes(step));
  for (const step of shown) {
    list.append(make("li", say(`step-${step}`), { class: "done" }));
  }
  if (failed) {
    list.append(make("li", say("step-failed"), { class: "error" }));
  }
  return list;
}

function factList(facts) {
  const list = make("dl", "", { class: "facts" });
  for (const [name, value] of facts) {
    list.append(make("dt", say(`fact-${name}`)), make("dd", value, { dir: "auto" }));
  }
  return list;
}

function trust(witnesses) {
  if (!policy) {
    return make("p", say("check-own-keys"), { class: "notice warn", id: "own-keys" });
  }
  const names = [...new Set(witnesses.map(({ name }) => name))];
  return make("p", names.length > 0 ? say("check-policy-witnesses", { names: names.join(", ") }) : say("check-policy-held"));
}

function valid(kind, held, { says, facts, witnesses }) {
  byId("result").dataset.valid = "yes";
  byId("result").replaceChildren(
    make("h2", say("check-valid")),
    make("p", says, { class: "lead" }),
    factList(facts),
    make("h3", say("check-steps")),
    stepList(kind, held),
    trust(witnesses),
    make("p", say(`check-not-${kind === "receipt" ? "receipt" : "count"}`)),
  );
}

function invalid(kind, held, error) {
  const unproven = error.code === "receipt-unproven";
  byId("result").dataset.valid = unproven ? "not-yet" : "no";
  byId("result").dataset.code = error.code;
  byId("result").replaceChildren(
    make("h2", say(unproven ? "check-not-yet" : "check-invalid")),
    make("p", sayOr(`reason-${error.code}`, "reason-other"), { class: "lead" }),
    make("p", error.message, { lang: "en", dir: "ltr", class: "reason" }),
    ...(kind ? [make("h3", say("check-steps")), stepList(kind, held, true)] : []),
  );
}

async function check(bytes) {
  last = bytes;
  const held = [];
  let kind;
  delete byId("result").dataset.code;
  try {
    kind = kindOf(bytes);
    valid(kind, held, await CHECKS[kind](bytes, (step) => held.push(step)));
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      throw error;
    }
    invalid(kind, held, error);
  }
}

async function read(file) {
  if (file.size > FILE_MAX) {
    invalid(undefined, [], new ProtocolError("too-long", `a file here has at most ${FILE_MAX} bytes`));
    return undefined;
  }
  return new Uint8Array(await file.arrayBuffer());
}

async function checkFile(file) {
  const bytes = file && (await read(file));
  if (bytes) {
    await check(bytes);
  }
}

async function takePolicy(file) {
  policy = undefined;
  let state = "";
  try {
    policy = file && (await parsePolicy(new Uint8Array(await file.arrayBuffer())));
    state = policy ? say("check-policy-taken", { logs: number(BigInt(policy.logs.length)), witnesses: number(BigInt(policy.witnesses.length)) }) : "";
  } catch (error) {
    if (!(error instanceof ProtocolError)) {
      throw error;
    }
    state = `${say("check-policy-refused")} ${error.message}`;
  }
  byId("policy-state").textContent = state;
  if (last) {
    await check(last);
  }
}

byId("file").addEventListener("change", (event) => checkFile(event.target.files[0]));
byId("policy").addEventListener("change", (event) => takePolicy(event.target.files[0]));
byId("drop").addEventListener("dragover", (event) => event.preventDefault());
byId("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  checkFile(event.dataTransfer.files[0]);
});
byId("ready").textContent = say("check-ready");
byId("ready").dataset.ready = "yes";
show(byId("ready"));
