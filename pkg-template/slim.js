// `samebucket/slim`: the caller brings the wasm, by `await init(…)` or `initSync(…)`. Every other entry is this one and a
// way to get the wasm.
// @ts-check

import { is, isReady, start, startAsync } from "./api.js";

export { Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, loadSnapshot, load_snapshot } from "./api.js";

/** @param {import("./index.js").InitInput} [input] */
export async function init(input) {
  if (isReady()) return;
  if (input == null) throw new TypeError("`samebucket/slim` has no wasm of its own: give `init` its module, bytes, response or address");
  try {
    await startAsync(input);
  } catch (error) {
    throw explained(error);
  }
}

/** @param {WebAssembly.Module | BufferSource} input */
export function initSync(input) {
  try {
    start(() => (is(input, "WebAssembly.Module") ? /** @type {WebAssembly.Module} */ (input) : new WebAssembly.Module(/** @type {BufferSource} */ (input))));
  } catch (error) {
    throw explained(error);
  }
}

/**
 * What is missing, where that can be told.
 * @param {unknown} error
 */
function explained(error) {
  if (typeof WebAssembly === "undefined") return new Error("samebucket needs WebAssembly, which this runtime does not have", { cause: error });
  if (error instanceof WebAssembly.LinkError) return new Error("samebucket's code and the wasm given are of different versions", { cause: error });
  const said = String(/** @type {any} */ (error)?.message);
  if (said.includes("samebucket")) return error;
  const policy = /Content Security Policy|\bCSP\b/i.test(said);
  const why = policy ? "the page's content security policy lacks 'wasm-unsafe-eval' in `script-src`" : said;
  return new Error(`samebucket could not start its wasm: ${why}`, { cause: error });
}
