// `node stack-end.mjs`: evaluates where the stack ends, and prints what the time of the last evaluation is after that.

import { setImmediate as turn } from "node:timers/promises";

import { Evaluator } from "../../pkg/node.js";
import { observe } from "../../pkg/observe.js";

let now = 1_000;
const evaluator = new Evaluator();
evaluator.loadSnapshot({ schema: "samebucket/1", flags: { f: { variants: { on: true, off: false }, default: "on" } } });
const observed = observe(evaluator, { clock: () => now });
const bound = observed.bind({});
bound.evaluate("f");
await turn();
// A recursion that runs out of stack, and evaluates as soon as there is room again: once that ends on the way to the clock.
let done = false;
const deep = () => {
  try {
    deep();
  } catch {
    // That is what is wanted.
  }
  if (done) return;
  try {
    bound.evaluate("f");
    done = true;
  } catch {
    // There is more room further up.
  }
};
now = 2_000;
deep();
await turn();
now = 30_000;
bound.evaluate("f");
console.log(observed.metrics().flags.f.lastEvaluated);
