// `node --expose-gc retained.mjs`: reloads again and again while it is observed, and prints what of the evaluations and of their tallies is left.

import { setImmediate as turn } from "node:timers/promises";

import { Evaluator } from "../../pkg/node.js";
import { observe } from "../../pkg/observe.js";

const RELOADS = 1_000;
const evaluator = new Evaluator();
const observed = observe(evaluator);
const refs = { evaluations: [], tallies: [] };
for (let load = 0; load < RELOADS; load++) {
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { f: { variants: { on: true, off: false }, default: "on" } } });
  const evaluation = observed.evaluate("f");
  refs.evaluations.push(new WeakRef(evaluation));
  refs.tallies.push(new WeakRef(evaluation[Symbol.for("samebucket.tally")]));
}
for (let round = 0; round < 3; round++) {
  await turn();
  globalThis.gc();
}
const left = Object.fromEntries(Object.entries(refs).map(([name, list]) => [name, list.filter((ref) => ref.deref() !== undefined).length]));
console.log(JSON.stringify({ ...left, counted: observed.metrics().flags.f.evaluations }));
