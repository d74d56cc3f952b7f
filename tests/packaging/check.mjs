// What every runtime runs: evaluates the flags for the users and compares with the native answers. It is put into each consumer
// with those answers beside it, and imports nothing else, so that it runs anywhere.

import expected from "./expected.mjs";

const PARTS = ["flagKey", "value", "variant", "reason", "backendReason", "ruleId", "errorCode", "errorMessage"];

/**
 * @param {typeof import("../../pkg-template/index.js")} samebucket the module, ready
 * @returns {{ evaluations: number, mismatches: string[] }}
 */
export function check({ Evaluator, evaluate, loadSnapshot }) {
  let evaluations = 0;
  const mismatches = [];
  const compare = (what, native, found) => {
    for (const part of PARTS) {
      const [want, have] = [native, found].map((evaluation) => canonical(evaluation?.[part]));
      if (want !== have) mismatches.push(`${what}: ${part}: natively ${want}, here ${have}`);
    }
  };
  for (const { snapshot, keys, distinct, byUser } of expected.cases) {
    const evaluator = new Evaluator({ clock: () => expected.now });
    const { format } = evaluator.loadSnapshot(snapshot);
    byUser.forEach((answers, user) => {
      const context = expected.contexts[user];
      const bound = evaluator.bind(context);
      const all = evaluator.evaluateAll(context);
      answers.forEach((answer, index) => {
        evaluations += 1;
        const where = `${format}: user ${user}: ${keys[index]}`;
        compare(where, distinct[answer], evaluator.evaluate(keys[index], context));
        compare(`${where}, bound`, distinct[answer], bound.evaluate(keys[index]));
        compare(`${where}, in all`, distinct[answer], all[keys[index]]);
      });
    });
    evaluator.free();
  }
  loadSnapshot({ schema: "samebucket/1", flags: { shared: { variants: { on: true, off: false }, default: "on" } } });
  if (evaluate("shared", {}, false).value !== true) mismatches.push("the shared evaluator does not have the snapshot it was given");
  return { evaluations, mismatches };
}

/** Text that is the same for values that are: an object's keys in order. */
function canonical(value) {
  const sorted = (_, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort()) : part;
  return value === undefined ? "(none)" : JSON.stringify(value, sorted);
}
