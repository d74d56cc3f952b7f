// Packs the package and installs it into copies of consumers/, each a project as a user has one; runs what they are run by.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { answeredCases } from "./cases.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const execute = promisify(execFile);
const once = (make) => {
  let made;
  return () => (made ??= make());
};

const EVALUATIONS = 5_000;

const expected = once(() => `export default ${JSON.stringify(answeredCases())};\n`);

/** The packed package: each test file packs its own, since they run at the same time. */
export const tarball = once(async () => {
  const folder = here(`output/packed-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { stdout } = await run("npm", ["pack", "--json", here("../../pkg")], folder);
  return join(folder, JSON.parse(stdout)[0].filename);
});

/** A copy of a consumer with the package installed from its tarball, and the check with its answers beside it. */
export async function consumer(name, as = name) {
  const folder = here(`output/${as}`);
  rmSync(folder, { recursive: true, force: true });
  cpSync(here(`consumers/${name}`), folder, { recursive: true });
  cpSync(here("check.mjs"), join(folder, "check.mjs"));
  writeFileSync(join(folder, "expected.mjs"), expected());
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: `consumer-${as}`, private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--offline", await tarball()], folder);
  return folder;
}

/** Runs a program in a folder; what it printed is in the error when it fails. */
export async function run(command, args, cwd, env = {}) {
  try {
    return await execute(command, args, { cwd, env: { ...process.env, ...env }, encoding: "utf8", timeout: 180_000, maxBuffer: 2 ** 28 });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")} failed:\n${error.stdout ?? ""}\n${error.stderr ?? error}`);
  }
}

/** A program from npm, by its name. */
export const tool = (name) => here(`node_modules/.bin/${name}`);

/** The first of these programs that is there: paths, or names to look for on the PATH. */
export function program(...names) {
  const places = names.filter(Boolean).flatMap((name) => (name.includes("/") ? [name] : process.env.PATH.split(delimiter).map((folder) => join(folder, name))));
  return places.find(existsSync);
}

/** Whether what a test needs is there. If not the test is skipped, aloud, and in CI it fails. */
export function available(t, what, path) {
  if (path !== undefined && existsSync(path)) return true;
  const message = `${what} is missing: \`scripts/setup.sh packaging\` installs it`;
  assert.ok(!process.env.CI, message);
  console.error(`\n!!! SKIPPED: ${t.name}: ${message}\n`);
  t.skip(message);
  return false;
}

/** What a consumer reports: every evaluation was made, and each is the native one. */
export function assertSame({ evaluations, mismatches }) {
  assert.ok(mismatches.length === 0, `${mismatches.length} mismatches:\n${mismatches.join("\n")}`);
  assert.equal(evaluations, EVALUATIONS);
}

/** The report that a program prints as its last line. */
export const reported = ({ stdout }) => JSON.parse(stdout.trim().split("\n").at(-1));

/** The wasms in a folder: as files, or in base64 in the code. */
export function wasmsIn(folder) {
  const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => /\.(wasm|[cm]?js)$/.test(file));
  const magic = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1]).toString("base64");
  return files.flatMap((file) => {
    if (file.endsWith(".wasm")) return [file];
    return Array(readFileSync(join(folder, file), "latin1").split(magic).length - 1).fill(`${file}, in base64`);
  });
}

/** A bundled result holds one wasm. */
export function assertOneWasm(folder, of = () => true) {
  const wasms = wasmsIn(folder).filter((file) => of(file.split(",")[0]));
  assert.equal(wasms.length, 1, `expected one wasm, found ${wasms.join(" and ") || "none"}`);
  return wasms[0];
}
