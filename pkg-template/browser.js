// Browsers and their bundlers: the wasm lies beside this file and is fetched once, by `await init()`.
// @ts-check

import { isReady, start } from "./api.js";

export { Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, loadSnapshot, load_snapshot } from "./api.js";

/** @type {Promise<void> | undefined} */
let starting;

/** @param {import("./index.js").InitInput} [input] */
export function init(input) {
  if (isReady()) return Promise.resolve();
  starting ??= compile(input ?? new URL("./samebucket.wasm", import.meta.url)).then(
    (module) => start(() => module),
    (error) => {
      starting = undefined; // so that it can be tried again
      throw error;
    },
  );
  return starting;
}

/** @param {import("./index.js").InitInput} input */
async function compile(input) {
  const source = await input;
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(/** @type {BufferSource} */ (source));
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) throw new Error(`samebucket could not fetch its wasm: ${response.status} for ${response.url}`);
  // A server that does not know the type `application/wasm` still serves the bytes.
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
