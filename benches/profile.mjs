// `make profile`: prints how the time of what is measured divides, of the package as it is shipped. V8's profiler says in which
// function the time went; scripts/build.sh keeps what the wasm's functions were called.
// `node benches/profile.mjs [load|all|missed|hit|percentage …] [--flags=1000] [--functions]`, after `make build`.
// @ts-check

import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

import { snapshotOf } from "./contenders/samebucket-1.mjs";
import { flags, users } from "./workload.mjs";

const { Evaluator } = await import(new URL("../pkg/node.js", import.meta.url).href);
const size = Number(process.argv.find((given) => given.startsWith("--flags="))?.slice(8) ?? 1_000);
const MILLISECONDS = 3_000;

/** A part of the time, and what the functions are called whose time, with that of what they call, it is. @typedef {[what: string, functions: RegExp]} Part */

/** @type {Part[]} */
const LOADING = [
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
];

/** @type {Part[]} */
const EVALUATING = [
  ["SHA-256 of one block", /sha2::/],
  ["the block put together, the digest taken", /samebucket::hash::|evaluate::bucket::/],
  ["rules tried, in wasm", /evaluate::|samebucket::plan::|snapshot::Snapshot/],
  ["the call into wasm", /engine_|wasm::Engine|#decide$|js-to-wasm|^guarded/],
  ["attributes read and written, their words found", /^attributes$|#attribute|#characters|#findWord|#slot|#encode|lookUp|isPlain|isObject/],
  ["the flag found, its outcome handed out", /#flag|#find$|#ask|#outcome|#served|#all$|evaluateAll/],
  ["the glue around", /^evaluate$|#decide(For|AtOnce|Further)|#ready|settle|bound/],
  ["garbage collected", /garbage collector/],
];
const OTHER = "anything else";

/** The names of the wasm's functions, by number, without the hash that each crate's has. */
const names = new Map(
  [...readFileSync(new URL("../target/wasm-package/functions", import.meta.url), "utf8").matchAll(/^(\d+):(.*)$/gm)].map(([, number, name]) => [
    `wasm-function[${number}]`,
    name.replaceAll(/\[[0-9a-f]{8,}\]/g, ""),
  ]),
);

/** What is measured: a call, and how many evaluations it is. @type {Record<string, { parts: Part[], of: number, call: () => void }>} */
const CASES = {
  load: { parts: LOADING, of: 0, call: loading(snapshotOf(flags(size, "rules"))) },
  all: { parts: EVALUATING, of: size, call: calling(users("missed"), "rules", true) },
  missed: { parts: EVALUATING, of: 1, call: calling(users("missed"), "rules") },
  hit: { parts: EVALUATING, of: 1, call: calling(users("hit"), "rules") },
  percentage: { parts: EVALUATING, of: 1, call: calling(users("missed"), "percentage") },
};

/** @param {string} text */
function loading(text) {
  return () => {
    const evaluator = new Evaluator();
    evaluator.loadSnapshot(text);
    evaluator.free();
  };
}

/**
 * Asks for one flag after the other, each time for the next user; or for all of them.
 * @param {any[]} contexts
 * @param {import("./workload.mjs").Kind} kind
 * @param {boolean} [all]
 */
function calling(contexts, kind, all = false) {
  const { loadSnapshot, evaluate, evaluateAll } = new Evaluator();
  loadSnapshot(snapshotOf(flags(size, kind)));
  const keys = flags(size, kind).map(({ key }) => key);
  let [key, user] = [0, 0];
  return () => {
    if (++user === contexts.length) user = 0;
    if (all) return evaluateAll(contexts[user]);
    if (++key === keys.length) {
      key = 0;
      user = (user + 1) % contexts.length;
    }
    return evaluate(keys[key], contexts[user]);
  };
}

/** What was answered last, so that nobody can leave the asking out. @type {unknown} */
let last;

/** Milliseconds a call, of so many. */
function time(/** @type {() => void} */ call, /** @type {number} */ calls) {
  const start = performance.now();
  for (let done = 0; done < calls; done++) last = call();
  return (performance.now() - start) / calls;
}

/** @param {() => void} call */
async function profiled(call, /** @type {number} */ calls) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  time(call, calls);
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return profile;
}

/**
 * The share of each part, and of each function by itself.
 * @param {import("node:inspector").Profiler.Profile} profile
 * @param {Part[]} wanted
 */
function divided({ nodes, samples = [], timeDeltas = [] }, wanted) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const nameOf = (/** @type {number} */ id) => {
    const name = byId.get(id)?.callFrame.functionName ?? "";
    return names.get(name) ?? name;
  };
  const partOf = (/** @type {number} */ leaf) => {
    for (let id = /** @type {number | undefined} */ (leaf); id !== undefined; id = parents.get(id)) {
      const found = wanted.find(([, functions]) => functions.test(nameOf(id)));
      if (found) return found[0];
    }
    return OTHER;
  };
  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  /** @type {Map<string, number>} */
  const parts = new Map([...wanted.map(([part]) => part), OTHER].map((part) => [part, 0]));
  /** @type {Map<string, number>} */
  const functions = new Map();
  for (const [index, id] of samples.entries()) {
    const share = timeDeltas[index] / total;
    parts.set(partOf(id), (parts.get(partOf(id)) ?? 0) + share);
    functions.set(nameOf(id), (functions.get(nameOf(id)) ?? 0) + share);
  }
  return { parts, functions };
}

for (const name of Object.keys(CASES).filter((name) => process.argv.includes(name))) {
  const { parts: wanted, of, call } = CASES[name];
  const calls = Math.ceil(MILLISECONDS / time(call, of === 1 ? 200_000 : 50));
  const taken = time(call, calls);
  const { parts, functions } = divided(await profiled(call, calls), wanted);
  const [unit, whole] = of === 0 ? ["ms", taken] : ["ns", (1e6 * taken) / of];
  const line = (/** @type {string} */ what, /** @type {number} */ share) =>
    console.log(`${(share * whole).toFixed(of === 0 ? 2 : 0).padStart(8)} ${unit} ${(100 * share).toFixed(1).padStart(5)} %  ${what}`);
  console.log(`${name}: ${size} flags, ${whole.toFixed(of === 0 ? 2 : 0)} ${unit} ${of === 0 ? "a load" : "an evaluation"}`);
  for (const [part, share] of parts) if (share > 0) line(part, share);
  if (process.argv.includes("--functions")) {
    console.log("  the functions that take most");
    for (const [name, share] of [...functions].sort(([, a], [, b]) => b - a).slice(0, 40)) line(name, share);
  }
}
if (last === null) throw new Error("nothing was asked");
