// The wasm module: one instance, whichever entry brings it.
// @ts-check

import * as glue from "./glue.js";

/** What the wasm imports it calls only to say that it was called in a way in which the code here never calls it. */
const misused = () => {
  throw new Error("samebucket's wasm was misused");
};
const imports = { "./glue_bg.js": new Proxy({}, { get: (_, /** @type {string} */ name) => (name.startsWith("__wb") ? misused : undefined) }) };

/** @type {WebAssembly.Memory | undefined} */
let memory;

/** @type {WebAssembly.Global} */
let stack;
let emptyStack = 0;

/** Whether a call into wasm goes on. Wasm calls nobody back: true after a call, it has failed on its way. */
let inside = false;

/** As arguments these take so much of the stack, eight bytes each, as calls into wasm will hardly need. */
const ROOM = new Array(2_048).fill(0);
/** Words are found without taking memory. @type {Record<string, number[]>} */
const ROOMS = { engine_load: new Array(16_384).fill(0), engine_word: [] };
const useStack = () => {};

/** How many calls have failed on their way, for want of stack or memory. What they were given cannot be used again. */
export let failures = 0;

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
  const wasm = /** @type {any} */ (exports);
  if (wasm.engine_evaluate === undefined) throw new Error("the wasm given is not samebucket's");
  const guarded = { ...wasm };
  for (const [name, value] of Object.entries(wasm)) if (typeof value === "function") guarded[name] = guard(value, ROOMS[name] ?? ROOM);
  // Written out, because this is to be quick. It takes no memory as a rule.
  guarded.engine_evaluate = (/** @type {number} */ engine, /** @type {number} */ flag, /** @type {number} */ now, /** @type {number} */ stamp) => {
    settle();
    inside = true;
    const outcome = wasm.engine_evaluate(engine, flag, now, stamp);
    inside = false;
    return outcome;
  };
  /** @type {any} */ (glue).__wbg_set_wasm(guarded);
  stack = wasm.__stack_pointer;
  emptyStack = stack.value;
  memory = wasm.memory;
}

/**
 * A call that is not made unless the stack has room for it: the memory's own lists are not to be left half done.
 * @param {(...numbers: number[]) => number} call
 * @param {number[]} room
 */
const guard = (call, room) => (/** @type {number[]} */ ...numbers) => {
  settle();
  /** @type {(...room: number[]) => void} */ (useStack)(...room);
  inside = true;
  const result = call(...numbers);
  inside = false;
  return result;
};

/** Sets the module's stack to rights after a call that failed on its way. */
export function settle() {
  if (!inside) return;
  stack.value = emptyStack;
  inside = false;
  failures += 1;
}
