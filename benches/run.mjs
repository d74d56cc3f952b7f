// Runs everything, and writes what was found to target/bench/results.json. `--quick` does with less of all.
// @ts-check

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

import { IN_BROWSER, inChromium } from "./browser.mjs";
import * as samebucket from "./contenders/samebucket-1.mjs";
import { BASELINE, FIELD } from "./field.mjs";
import { inTurns, worker } from "./rounds.mjs";
import { flags, users } from "./workload.mjs";

const quick = process.argv.includes("--quick");
const SIZES = quick ? [1_000] : [100, 1_000, 10_000];
const EFFORT = quick ? { rounds: 3, batch: 10, warmUp: 60 } : { rounds: 7, batch: 25, warmUp: 200 };
/** Loads are long, and the long ones are few. */
const LOADS = quick ? { rounds: 3, batch: 10, warmUp: 0 } : { rounds: 7, batch: 40, warmUp: 300 };
const LONG_LOADS = { rounds: 3, batch: 1, warmUp: 0 };
const EVALUATING = ["percentage", "hit", "missed", "sameUser", "bound", "all"];
const COLD_STARTS = quick ? 3 : 5;

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here("../target/bench/");
mkdirSync(folder, { recursive: true });
const say = (/** @type {string} */ text) => console.log(`    ${text}, at ${(performance.now() / 1000).toFixed(0)} s`);

/** @typedef {Record<string, Record<string, number[]>>} Figures by case and contender, a figure for each round */

/** Why a contender is not among the figures. @type {Record<string, string>} */
const absent = {};

/** The names of those that take part. */
const names = () => FIELD.map(({ name }) => name).filter((name) => !(name in absent));

async function evaluating() {
  /** @type {Record<number, Figures>} */
  const found = {};
  for (const size of SIZES) {
    say(`${size} flags in Node`);
    const contenders = (await Promise.all(names().map((name) => worker(name, size).catch((error) => void (absent[name] = error.message))))).filter((it) => it !== undefined);
    found[size] = {};
    for (const name of EVALUATING) found[size][name] = await inTurns(contenders, name, EFFORT);
    if (size > 100) {
      // The baseline reads the same text alone.
      const parsing = contenders.filter(({ name }) => name === BASELINE);
      const effort = size > 1_000 ? LONG_LOADS : LOADS;
      found[size].parse = await inTurns(parsing, "parse", effort);
      found[size].load = await inTurns(contenders, "load", effort);
    }
    for (const contender of contenders) contender.stop();
  }
  return found;
}

async function inBrowser() {
  say("1000 flags in Chromium");
  const { version, contenders, close } = await inChromium(IN_BROWSER.filter((name) => !(name in absent)), 1_000);
  /** @type {Figures} */
  const found = {};
  for (const name of [...EVALUATING, "load"]) found[name] = await inTurns(contenders, name, name === "load" ? LOADS : EFFORT);
  await close();
  return { version, found };
}

/** Milliseconds from the start of a process to its first answer; `node`: of one that only prints. */
async function coldStarts() {
  say("cold starts");
  const user = users("missed")[0];
  const [{ key }] = flags(1, "rules");
  const scripts = [["node", ["-e", "process.stdout.write('answer')"]]];
  for (const name of names()) {
    const contender = await import(`./contenders/${name}.mjs`);
    const file = `${folder}${name}.json`;
    writeFileSync(file, contender.snapshotOf(flags(1_000, "rules")));
    scripts.push([name, [here("cold.mjs"), name, file, key, JSON.stringify(user)]]);
  }
  /** @type {Record<string, number[]>} */
  const found = Object.fromEntries(scripts.map(([name]) => [name, []]));
  for (let round = -1; round < COLD_STARTS; round++) {
    for (const [name, args] of /** @type {[string, string[]][]} */ (scripts)) {
      const figure = await toAnswer(args);
      if (round >= 0) found[name].push(figure);
    }
  }
  return found;
}

/**
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function toAnswer(args) {
  const start = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => {
      if ((said += text).includes("answer")) resolve(performance.now() - start);
    });
    child.on("exit", () => reject(new Error(`no answer from ${args.join(" ")}: ${said}`)));
  });
}

/** Bytes for each flag after loading 10 000; those in use in wasm after loading 1 000 again and again. */
function memory() {
  say("memory");
  const bytes = (/** @type {string} */ name, /** @type {number} */ size) => {
    const printed = execFileSync(process.execPath, ["--expose-gc", here("memory.mjs"), name, String(size)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return JSON.parse(printed.trim().split("\n").at(-1) ?? "");
  };
  const size = quick ? 1_000 : 10_000;
  return Object.fromEntries(
    names().map((name) => {
      const { heap, wasm, resident } = bytes(name, size);
      return [name, { heap: heap / size, wasm: wasm / size, resident: resident / size, live: wasm === 0 ? 0 : bytes(name, 1_000).live }];
    }),
  );
}

/** Criterion's medians, in nanoseconds. */
function native() {
  say("the crate natively");
  for (const kind of /** @type {const} */ (["rules", "percentage"])) writeFileSync(`${folder}${kind}.json`, samebucket.snapshotOf(flags(1_000, kind)));
  for (const kind of /** @type {const} */ (["hit", "missed"])) writeFileSync(`${folder}${kind}.json`, JSON.stringify(users(kind)));
  const env = { ...process.env, BENCH_FILES: folder, CRITERION_HOME: `${folder}criterion` };
  execFileSync("cargo", ["bench", "--quiet", "--bench", "native", "--", "--noplot"], { cwd: here(".."), env, stdio: ["ignore", "ignore", "pipe"] });
  const found = ["percentage", "hit", "missed", "load"].map((name) => {
    const path = `${folder}criterion/native${name === "load" ? "_" : "/"}${name}/new/estimates.json`;
    const { median } = JSON.parse(readFileSync(path, "utf8"));
    return [name, { nanoseconds: median.point_estimate, least: median.confidence_interval.lower_bound, most: median.confidence_interval.upper_bound }];
  });
  return Object.fromEntries(found);
}

function version(/** @type {string | undefined} */ name) {
  if (name === undefined) return undefined;
  return JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), "utf8")).version;
}

const node = await evaluating();
const chromium = await inBrowser();
const results = {
  quick,
  date: new Date().toISOString().slice(0, 10),
  machine: { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.version, chromium: chromium.version },
  versions: Object.fromEntries(FIELD.map((entry) => [entry.name, version(entry.package)])),
  effort: EFFORT,
  node,
  chromium: chromium.found,
  cold: await coldStarts(),
  memory: memory(),
  native: native(),
  absent,
};
writeFileSync(`${folder}results.json`, `${JSON.stringify(results, undefined, 1)}\n`);
