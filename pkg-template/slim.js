// `samebucket/slim`: the caller brings the wasm, by `await init(…)` or `initSync(…)`. Every other entry is this one and a
// way to get the wasm.
// @ts-check

import { isReady, start } from "./api.js";

export { Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, loadSnapshot, load_snapshot } from "./api.js";

/** @type {Promise<void> | undefined} */
let starting;

/** @param {import("./index.js").InitInput} [input] */
export async function init(input) {
  if (isReady()) return;
  // A failure is forgotten, so that it can be tried again.
  starting ??= compile(input).then(initSync).finally(() => (starting = undefined));
  await starting;
}

/** @param {WebAssembly.Module | BufferSource} input */
export function initSync(input) {
  try {
    start(() => checked(isModule(input) ? ownModule(input) : new WebAssembly.Module(/** @type {BufferSource} */ (input))));
  } catch (error) {
    throw explained(error);
  }
}

/** @param {import("./index.js").InitInput} [input] */
async function compile(input) {
  const source = await input;
  if (source == null) throw new TypeError("`samebucket/slim` has no wasm of its own: give `init` its module, bytes, response or address");
  if (isModule(source)) return /** @type {WebAssembly.Module} */ (source);
  try {
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return await WebAssembly.compile(/** @type {BufferSource} */ (source));
    const response = source instanceof Response ? source : await fetch(/** @type {string | URL | Request} */ (source));
    if (!response.ok) throw new Error(`samebucket could not fetch its wasm: ${response.status} for ${response.url}`);
    // A server that does not know the type `application/wasm` still serves the bytes.
    return response.headers.get("content-type")?.startsWith("application/wasm")
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    throw explained(error);
  }
}

/**
 * Unlike `instanceof`, this knows a module of another realm.
 * @param {unknown} input
 */
const isModule = (input) => Object.prototype.toString.call(input) === "[object WebAssembly.Module]";

/**
 * Edge runtimes compile the module in a realm of their own. The glue asks for this realm's prototype.
 * @param {WebAssembly.Module} module
 */
const ownModule = (module) => (module instanceof WebAssembly.Module ? module : Object.setPrototypeOf(module, WebAssembly.Module.prototype));

/**
 * Another module may start all the same, and would stay in the glue.
 * @param {WebAssembly.Module} module
 */
function checked(module) {
  if (WebAssembly.Module.exports(module).some(({ name }) => name === "__wbindgen_start")) return module;
  throw new Error("the wasm given is not samebucket's");
}

/**
 * What is missing, where that can be told.
 * @param {unknown} error
 */
function explained(error) {
  if (typeof WebAssembly === "undefined") return new Error("samebucket needs WebAssembly, which this runtime does not have", { cause: error });
  if (error instanceof WebAssembly.LinkError) return new Error("samebucket's code and the wasm given are of different versions", { cause: error });
  if (!/Content Security Policy|\bCSP\b/i.test(String(error))) return error;
  return new Error("samebucket could not compile its wasm: the page's content security policy lacks 'wasm-unsafe-eval' in `script-src`", { cause: error });
}
