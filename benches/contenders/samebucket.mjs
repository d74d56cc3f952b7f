// This package, as `make build` has put it together.
// @ts-check

import { Evaluator, init } from "samebucket";

await init(); // in Node everything is ready on import

export { contextOf, snapshotOf, variantOf } from "./samebucket-1.mjs";

/** @param {string} text */
export async function load(text) {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(text);
  return {
    evaluate: evaluator.evaluate,
    evaluateAll: evaluator.evaluateAll,
    bind: evaluator.bind,
    close: evaluator.free,
  };
}
