// This package, observed: every evaluation is counted.
// @ts-check

import { Evaluator, init } from "samebucket";
import { observe } from "samebucket/observe";

await init(); // in Node everything is ready on import

export { contextOf, snapshotOf, variantOf } from "./samebucket-1.mjs";

/** @param {string} text */
export async function load(text) {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(text);
  const { evaluate, evaluateAll, bind } = observe(evaluator);
  return { evaluate, evaluateAll, bind, close: evaluator.free };
}
