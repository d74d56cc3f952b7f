// This package, as `make build` has put it together.
// @ts-check

import { Evaluator } from "samebucket";

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
