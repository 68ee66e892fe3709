// The page that checks a delivery pack by itself. Its words are in the page, hidden; this
// shows those that are true, and fills in what the pack says.

import { parseAttestation, verifyAttestation } from "./protocol/attestation.js";
import { toHex, utf8 } from "./protocol/bytes.js";
import { sha256 } from "./protocol/digest.js";
import { ProtocolError, ensure } from "./protocol/error.js";
import { pinnedPolicy } from "./protocol/manifest.js";

const STEPS = ["read", "manifest", "organiser", "journal", "numbers"];
const lang = document.documentElement.lang;

const element = (id) => document.getElementById(id);
const show = (id) => (element(id).hidden = false);
const number = (value) => value.toLocaleString(lang);

/** A paragraph for each text. */
function fill(id, texts) {
  element(id).replaceChildren(
    ...texts.map((text) => {
      const part = document.createElement("p");
      part.dir = "auto";
      part.textContent = text;
      return part;
    }),
  );
}

/** Mark a step, in words and not by colour alone. */
function mark(step, outcome) {
  const row = element(`step-${step}`);
  row.classList.add(outcome === "held" ? "done" : outcome);
  for (const word of row.querySelectorAll("[data-outcome]")) {
    word.hidden = word.dataset.outcome !== outcome;
  }
}

/** What the pack proves. */
function tell({ manifest, totals, asOf }, digest) {
  const { terms } = manifest;
  const here = (texts) => texts.find((text) => text.lang === document.body.dataset.petition) ?? texts[0];
  element("count").textContent = number(totals.count);
  if (totals.strikes > 0n) {
    const range = element("range");
    const between = range.dataset.text.replace("{$count}", number(totals.count));
    range.textContent = between.replace("{$ceiling}", number(totals.ceiling));
    range.hidden = false;
  }
  element("moment").textContent = `${new Date(Number(asOf) * 1000).toISOString().replace("T", " ").slice(0, 16)} UTC`;
  fill("organiser", [terms.organiser.name]);
  fill("recipients", terms.recipients);
  element("id").textContent = manifest.id;
  element("digest").textContent = digest;
  element("title").textContent = here(terms.title).text;
  fill("letter", here(terms.letter).text.split("\n").filter((line) => line.trim() !== ""));
  show("facts");
}

async function check() {
  const held = [];
  const passed = (step) => {
    held.push(step);
    mark(step, "held");
  };
  try {
    const pack = JSON.parse(element("pack").textContent);
    ensure(pack.format === "undersigned/pack/v1", "pack-format", "the pack is of another format");
    const bytes = utf8(pack.attestation);
    const attestation = await parseAttestation(bytes);
    passed("read");
    const other = "the petition's text beside the attestation is another than the one in it";
    ensure(attestation.manifest.text === pack.manifest, "pack-manifest", other);
    const verified = await verifyAttestation(attestation, pinnedPolicy, passed);
    tell(verified, toHex(await sha256(bytes)));
    show("good");
  } catch (error) {
    if (error instanceof ProtocolError && error.code === "webcrypto") {
      show("unable");
    } else {
      mark(STEPS.find((step) => !held.includes(step)) ?? "numbers", "failed");
      element("reason").textContent = error.message;
      show("bad");
    }
  } finally {
    element("working").hidden = true;
    document.body.dataset.checked = "true";
  }
}

check();
