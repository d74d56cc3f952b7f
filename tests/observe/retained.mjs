// `node --expose-gc retained.mjs`: reloads again and again while it is observed, and prints how many of the evaluations are left.

import { setImmediate as turn } from "node:timers/promises";

import { Evaluator } from "../../pkg/node.js";
import { observe } from "../../pkg/observe.js";

const RELOADS = 1_000;
const evaluator = new Evaluator();
const observed = observe(evaluator);
const refs = [];
for (let load = 0; load < RELOADS; load++) {
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { f: { variants: { on: true, off: false }, default: "on" } } });
  refs.push(new WeakRef(observed.evaluate("f")));
}
for (let round = 0; round < 3; round++) {
  await turn();
  globalThis.gc();
}
console.log(JSON.stringify({ left: refs.filter((ref) => ref.deref() !== undefined).length, counted: observed.metrics().flags.f.evaluations }));
