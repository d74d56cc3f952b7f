// Node by `import`: the same instance as by `require`, so that the free functions share one snapshot in a process.
// @ts-check

import api from "./node.cjs";

export const {
  Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, init, initSync, loadSnapshot, load_snapshot,
} = api;
