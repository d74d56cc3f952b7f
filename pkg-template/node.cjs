// Node by `require`: the wasm is read from beside this file, and the module is ready on import.
// @ts-check

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const api = require("./api.cjs");

api.start(() => new WebAssembly.Module(readFileSync(join(__dirname, "samebucket.wasm"))));

const { Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, loadSnapshot, load_snapshot } = api;
const init = async () => {};
module.exports = { Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, init, loadSnapshot, load_snapshot };
