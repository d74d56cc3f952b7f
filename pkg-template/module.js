// The wasm module: one instance, whichever entry brings it.
// @ts-check

import { link } from "./engine.js";

/** What the wasm imports it calls only to say that it was called in a way in which the code here never calls it. */
const misused = () => {
  throw new Error("samebucket's wasm was misused");
};
const imports = { "./glue_bg.js": new Proxy({}, { get: (_, /** @type {string} */ name) => (name.startsWith("__wb") ? misused : undefined) }) };

/** @type {WebAssembly.Memory | undefined} */
let memory;

let starting = Promise.resolve();

export const isReady = () => memory !== undefined;

/** The memory; none before the module is ready. */
export const moduleMemory = () => memory;

/**
 * Makes the module ready, where wasm may be instantiated at once; does nothing when it is already.
 * @param {() => WebAssembly.Module} getModule
 */
export function start(getModule) {
  if (!isReady()) use(new WebAssembly.Instance(getModule(), imports));
}

/**
 * Makes the module ready. There is one attempt at a time: a call that waited for another needs none, or, where that one
 * failed, has a source of its own.
 * @param {import("./index.js").InitInput} source an address, a response, bytes, a module, or a promise of one
 * @returns {Promise<void>}
 */
export function startAsync(source) {
  const input = Promise.resolve(source);
  // It may fail before it is awaited.
  input.catch(() => {});
  starting = starting.catch(() => {}).then(async () => {
    if (!isReady()) use(await instantiate(input));
  });
  return starting;
}

/**
 * @param {Promise<unknown>} source
 * @returns {Promise<WebAssembly.Instance>}
 */
async function instantiate(source) {
  /** @type {any} */
  let input = await source;
  if (is(input, "String", "URL", "Request")) input = await fetch(input);
  if (is(input, "Response")) {
    if (!input.ok) throw new Error(`samebucket could not fetch its wasm: ${input.status} for ${input.url}`);
    // A server that does not know the type `application/wasm` still serves the bytes.
    if (input.headers.get("content-type")?.startsWith("application/wasm")) {
      return (await WebAssembly.instantiateStreaming(input, imports)).instance;
    }
    input = await input.arrayBuffer();
  }
  const result = /** @type {any} */ (await WebAssembly.instantiate(input, imports));
  return result.instance ?? result; // of bytes there is a module beside the instance
}

/**
 * By name and not by `instanceof`: another realm has classes of its own, and some runtimes lack one or the other.
 * @param {unknown} input
 * @param {string[]} names
 */
export const is = (input, ...names) => names.includes(Object.prototype.toString.call(input).slice(8, -1));

/** @param {WebAssembly.Instance} instance */
function use({ exports }) {
  if (isReady()) return;
  link(exports);
  memory = /** @type {WebAssembly.Memory} */ (exports.memory);
}
