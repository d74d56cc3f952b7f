// What counting costs: `node benches/observed.mjs [flags]` prints how long an evaluation takes that is counted, and one that is not,
// in turns, in pairs of processes; and how long counting takes by itself. Wants `pkg/` built, and `benches/node_modules/samebucket` to
// lead there, as `make bench` leaves it.
// @ts-check

import { Evaluator, init } from "samebucket";

import { Metrics, OUTCOMES } from "../pkg/observe/metrics.js";
import { contextOf, snapshotOf } from "./contenders/samebucket-1.mjs";
import { inTurns, worker } from "./rounds.mjs";
import { median } from "./summary.mjs";
import { flags, users } from "./workload.mjs";

const CASES = { missed: "missed, then split", hit: "first rule hit", bound: "bound context", all: "evaluateAll, per flag" };
const EFFORT = { rounds: 8, batch: 20, warmUp: 200 };
/** What a process compiles how, and where its data come to lie, is luck to some extent. */
const PAIRS = 16;

const size = Number(process.argv[2] ?? 1_000);
/** @type {Record<string, { uncounted: number[], counted: number[] }>} */
const found = Object.fromEntries(Object.keys(CASES).map((name) => [name, { uncounted: [], counted: [] }]));
for (let pair = 0; pair < PAIRS; pair++) {
  const both = await Promise.all(["uncounted", "counted"].map((name) => worker(name, size, ["--expose-gc"])));
  for (const [name, { uncounted, counted }] of Object.entries(found)) {
    const figures = await inTurns(both, name, EFFORT);
    uncounted.push(median(figures.uncounted));
    counted.push(median(figures.counted));
  }
  both.forEach((process) => process.stop());
}

console.log(`${`${size} flags`.padEnd(24)}${["plain", "counted", "more", "ratio", "quartiles of the ratio"].map((title) => title.padStart(10)).join("")}`);
for (const [name, title] of Object.entries(CASES)) {
  const { uncounted, counted } = found[name];
  const [plain, more] = [median(uncounted), median(counted.map((figure, pair) => figure - uncounted[pair]))];
  const ratios = counted.map((figure, pair) => figure / uncounted[pair]).toSorted((a, b) => a - b);
  const quartiles = [ratios[PAIRS >> 2], ratios[PAIRS - 1 - (PAIRS >> 2)]].map((value) => value.toFixed(3)).join(" to ");
  const nanoseconds = [plain, median(counted), more].map((figure) => `${figure.toFixed(1)} ns`);
  console.log(`${title.padEnd(24)}${[...nanoseconds, median(ratios).toFixed(3), quartiles].map((cell) => cell.padStart(10)).join("  ")}`);
}
const { again, first, run } = await countingAlone();
console.log(`by itself, in any order: ${again} ns, ${first} ns where it is the first time in a run of code; ${run} ns for such a run`);

/** How long counting takes, without evaluating: what was counted in this synchronous run of code before, what was not, and the run. */
async function countingAlone() {
  await init();
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(snapshotOf(flags(size, "rules")));
  const contexts = users("missed").slice(0, 60).map(contextOf);
  const evaluations = [...new Set(flags(size, "rules").flatMap(({ key }) => contexts.map((context) => evaluator.evaluate(key, context))))];
  const shuffled = evaluations.map((_, place) => evaluations[(place * 7_919) % evaluations.length]);
  const metrics = new Metrics(Date.now, /** @type {any} */ (evaluator)[OUTCOMES]);
  const count = (/** @type {number} */ times) => {
    for (let time = 0; time < times; time++) for (const evaluation of shuffled) metrics.count(evaluation);
  };
  const inRuns = async (/** @type {number} */ times, /** @type {() => void} */ each) => {
    for (let time = 0; time < times; time++) {
      each();
      await null;
    }
  };
  const nanoseconds = async (/** @type {number} */ times, /** @type {() => void | Promise<void>} */ what) => {
    /** @type {number[]} */
    const found = [];
    for (let round = 0; round < 9; round++) {
      const start = performance.now();
      await what();
      found.push(((performance.now() - start) * 1e6) / times);
    }
    return median(found);
  };
  const passes = Math.ceil(500_000 / shuffled.length);
  const turns = await nanoseconds(100_000, () => inRuns(100_000, () => {}));
  const runs = await nanoseconds(100_000, () => inRuns(100_000, () => metrics.count(shuffled[0])));
  return {
    again: (await nanoseconds(passes * shuffled.length, () => count(passes))).toFixed(1),
    first: (await nanoseconds(passes * shuffled.length, () => inRuns(passes, () => count(1)))).toFixed(1),
    run: (runs - turns).toFixed(0),
  };
}
