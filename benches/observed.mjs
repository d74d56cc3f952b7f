// What counting costs: `node benches/observed.mjs [flags]` prints how long an evaluation takes that is counted, and one that is not,
// in turns, in pairs of processes. Wants `pkg/` built, and `benches/node_modules/samebucket` to lead there, as `make bench` leaves it.
// @ts-check

import { inTurns, worker } from "./rounds.mjs";
import { median, ratio } from "./summary.mjs";

const CASES = { missed: "missed, then split", hit: "first rule hit", bound: "bound context", all: "evaluateAll, per flag" };
const EFFORT = { rounds: 15, batch: 20, warmUp: 200 };
/** What a process compiles how is luck to some extent. */
const PAIRS = 4;

const size = Number(process.argv[2] ?? 1_000);
/** @type {Record<string, { uncounted: number[], counted: number[] }>} */
const found = Object.fromEntries(Object.keys(CASES).map((name) => [name, { uncounted: [], counted: [] }]));
for (let pair = 0; pair < PAIRS; pair++) {
  const both = await Promise.all(["uncounted", "counted"].map((name) => worker(name, size)));
  for (const [name, { uncounted, counted }] of Object.entries(found)) {
    const figures = await inTurns(both, name, EFFORT);
    uncounted.push(...figures.uncounted);
    counted.push(...figures.counted);
  }
  both.forEach((process) => process.stop());
}

console.log(`${`${size} flags`.padEnd(24)}${["plain", "counted", "ratio", "least", "most"].map((title) => title.padStart(10)).join("")}`);
for (const [name, title] of Object.entries(CASES)) {
  const { uncounted, counted } = found[name];
  const { median: middle, least, most } = ratio(counted, uncounted);
  const nanoseconds = [uncounted, counted].map((figures) => `${median(figures).toFixed(1)} ns`);
  console.log(`${title.padEnd(24)}${[...nanoseconds, ...[middle, least, most].map((value) => value.toFixed(3))].map((cell) => cell.padStart(10)).join("")}`);
}
