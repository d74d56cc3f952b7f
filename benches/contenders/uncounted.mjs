// This package, asked by somebody who reads the answer: what counting is compared with.
// @ts-check

import { Evaluator, init } from "samebucket";

await init(); // in Node everything is ready on import

export { contextOf, snapshotOf, variantOf } from "./samebucket-1.mjs";

/** What was read last. */
export let read;

/**
 * @param {string} text
 * @param {unknown} _kind
 * @param {(evaluator: Evaluator) => Pick<Evaluator, "evaluate" | "evaluateAll" | "bind">} [observe]
 */
export async function load(text, _kind, observe = (evaluator) => evaluator) {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(text);
  const { evaluate, evaluateAll, bind } = observe(evaluator);
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => reading(evaluate(key, context)),
    evaluateAll,
    bind(/** @type {any} */ context) {
      const bound = bind(context);
      return { evaluate: (/** @type {string} */ key) => reading(bound.evaluate(key)) };
    },
    close: evaluator.free,
  };
}

function reading(/** @type {any} */ evaluation) {
  read = evaluation.value;
  return evaluation;
}
