// `node benches/profile-load.mjs [flags]`, after `make build`: prints how the time of one load divides, of the package as it is
// shipped. V8's profiler says in which function the time went; scripts/build.sh keeps what the wasm's functions were called.
// @ts-check

import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

import { snapshotOf } from "./contenders/samebucket-1.mjs";
import { flags } from "./workload.mjs";

const { Evaluator } = await import(new URL("../pkg/node.js", import.meta.url).href);
const size = Number(process.argv[2] ?? 1_000);
const LOADS = Math.max(5, Math.round(200_000 / size));
const text = snapshotOf(flags(size, "rules"));

/** The parts of a load, each with what it is found by: the innermost function whose name says a part counts. */
const PARTS = /** @type {const} */ ([
  ["SHA-256 of the text, for the digest", /sha2::|hash::sha256/],
  ["text into wasm memory, in UTF-8", /#append|encodeInto|encodeUtf8|reserve_text|^encode$|isWellFormed|textOf|toText/],
  ["JSON read", /document::parse::|from_utf8|<samebucket::document::Document>::parse/],
  ["fingerprints of flags, for `changed`", /fingerprint/],
  ["shapes held", /check::Checker|samebucket::shape|condition::(shape|test)$/],
  ["names held to what they name", /Reader>::check_|format::graph|requirements::check/],
  ["conditions compiled", /Reader>::(conditions?|each_condition|test|operand|one_of|attribute|key_in)$/],
  ["flags compiled, beside their conditions", /samebucket::steps|samebucket::flag|format::|plan::builder/],
  ["told to JavaScript, and read there", /#told?$|#tell|wasm::json|to_value|Engine>::tell|snapshot::sorted|prepared/],
  ["engines made and freed", /free|drop|makeReady|Writer|engine_another|engine_new/],
]);
const OTHER = "anything else";

/** The names of the wasm's functions, by number, without the hash that each crate's has. */
const names = new Map(
  [...readFileSync(new URL("../target/wasm-package/functions", import.meta.url), "utf8").matchAll(/^(\d+):(.*)$/gm)].map(([, number, name]) => [
    `wasm-function[${number}]`,
    name.replaceAll(/\[[0-9a-f]{8,}\]/g, ""),
  ]),
);

function load() {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(text);
  evaluator.free();
}

/** Milliseconds a call, of so many. */
function time(/** @type {() => void} */ call, /** @type {number} */ calls) {
  const start = performance.now();
  for (let done = 0; done < calls; done++) call();
  return (performance.now() - start) / calls;
}

async function profiled() {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  time(load, LOADS);
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return profile;
}

/**
 * The share of each part, and of each function by itself.
 * @param {import("node:inspector").Profiler.Profile} profile
 */
function divided({ nodes, samples = [], timeDeltas = [] }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const nameOf = (/** @type {number} */ id) => {
    const name = byId.get(id)?.callFrame.functionName ?? "";
    return names.get(name) ?? name;
  };
  const partOf = (/** @type {number} */ leaf) => {
    for (let id = /** @type {number | undefined} */ (leaf); id !== undefined; id = parents.get(id)) {
      const found = PARTS.find(([, functions]) => functions.test(nameOf(id)));
      if (found) return found[0];
    }
    return OTHER;
  };
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  /** @type {Map<string, number>} */
  const parts = new Map([...PARTS.map(([part]) => part), OTHER].map((part) => [part, 0]));
  /** @type {Map<string, number>} */
  const functions = new Map();
  for (const [index, id] of samples.entries()) {
    const share = timeDeltas[index] / total;
    parts.set(partOf(id), (parts.get(partOf(id)) ?? 0) + share);
    functions.set(nameOf(id), (functions.get(nameOf(id)) ?? 0) + share);
  }
  return { parts, functions };
}

time(load, LOADS / 4);
time(() => JSON.parse(text), LOADS / 4);
const [loading, parsing] = [time(load, LOADS), time(() => JSON.parse(text), LOADS)];
const { parts, functions } = divided(await profiled());
const line = (/** @type {string} */ what, /** @type {number} */ share) =>
  console.log(`${(share * loading).toFixed(2).padStart(8)} ms ${(100 * share).toFixed(1).padStart(5)} %  ${what}`);
console.log(`${size} flags, ${(text.length / 1e6).toFixed(2)} MB: a load takes ${loading.toFixed(2)} ms, ${(loading / parsing).toFixed(2)} times JSON.parse`);
for (const [part, share] of parts) line(part, share);
if (process.argv.includes("--functions")) {
  console.log("the functions that take most");
  for (const [name, share] of [...functions].sort(([, a], [, b]) => b - a).slice(0, 40)) line(name, share);
}
