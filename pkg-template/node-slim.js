// `samebucket/slim` by `import` in Node: the same instance as by `require`.
// @ts-check

import api from "./slim.cjs";

export const {
  Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, init, initSync, loadSnapshot, load_snapshot,
} = api;
