// Makes the files below src/web/assets/js/vendor/ from the packages of the registry, each
// tree-shaken into one module without imports. Nothing of the libraries is changed.
//
//   node vendor.mjs          writes them
//   node vendor.mjs --check  fails if they are not what the packages give

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VENDOR = fileURLToPath(new URL("../../src/web/assets/js/vendor/", import.meta.url));
const ESBUILD = "esbuild@0.28.2";
const MODULES = [
  {
    file: "ed25519.js",
    packages: ["@noble/ed25519@3.2.0"],
    entry: 'export { Point, getPublicKeyAsync, signAsync } from "@noble/ed25519";',
  },
  {
    file: "ml_dsa_44.js",
    packages: ["@noble/post-quantum@0.7.1", "@noble/hashes@2.4.0", "@noble/curves@2.4.0", "@noble/ciphers@2.4.0"],
    entry: 'export { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";',
  },
];

function run(folder, command, args, input) {
  const options = { cwd: folder, input, stdio: ["pipe", "pipe", "inherit"], maxBuffer: 1 << 24 };
  return execFileSync(command, args, options).toString();
}

/** The list of exports on one line, so that a simple bundler can read it. */
function oneLine(code) {
  return code.replace(/export \{\s*([\w\s,]+?)\s*\};/, (_, names) => `export { ${names.split(/,\s*/).join(", ")} };`);
}

function build(folder, { packages, entry }) {
  const options = ["--bundle", "--format=esm", "--charset=utf8", "--target=es2022", "--legal-comments=none"];
  const code = run(folder, "npx", ["--no-install", "esbuild", ...options], entry);
  const [name] = packages[0].split(/(?<=.)@/);
  const licence = readFileSync(join(folder, "node_modules", name, "LICENSE"), "utf8").trim();
  const header = `/*!\n${packages.join(", ")}\nHow this file is made: README.md beside it.\n\n${licence}\n*/\n`;
  return header + oneLine(code);
}

const check = process.argv.includes("--check");
const folder = mkdtempSync(join(tmpdir(), "vendor-"));
try {
  writeFileSync(join(folder, "package.json"), '{"private":true}\n');
  const packages = MODULES.flatMap((module) => module.packages);
  run(folder, "npm", ["install", "--silent", "--no-audit", "--no-fund", ...packages, ESBUILD]);
  for (const module of MODULES) {
    const [path, code] = [join(VENDOR, module.file), build(folder, module)];
    if (!check) {
      writeFileSync(path, code);
    } else if (readFileSync(path, "utf8") !== code) {
      throw new Error(`${module.file} is not what its packages give`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
