// A folder into which the packed package is installed, as a user has it.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Packs pkg/ and installs the tarball.
 * @param {string} name of the folder under tests/output/
 */
export function installPackage(name) {
  const folder = here(`output/${name}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const options = { cwd: folder, encoding: /** @type {const} */ ("utf8") };
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", here("../pkg")], { ...options, stdio: ["ignore", "pipe", "pipe"] }));
  writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "private": true }\n');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--offline", `./${packed.filename}`], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  return { folder, files: packed.files.map((/** @type {{ path: string }} */ file) => file.path) };
}

/** The conformance data. */
export function conformanceSuites() {
  const read = (/** @type {string} */ file) => JSON.parse(readFileSync(here(`conformance/${file}`), "utf8"));
  return read("index.json").map(read);
}
