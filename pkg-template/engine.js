// Calls into the wasm. What wasm-bindgen's glue does for numbers is here done with a guard around each call.
// @ts-check

/** An engine in wasm; what makes another one gives its address.
 * @typedef {Omit<import("./glue.js").Engine, "another" | "bind" | typeof Symbol.dispose> & { another(): number, bind(bytes: number): number }} Engine */

/** What the wasm exports, guarded. @type {Record<string, (...numbers: number[]) => number>} */
const calls = {};

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

const forgotten = globalThis.FinalizationRegistry && new FinalizationRegistry((/** @type {number} */ address) => calls.__wbg_engine_free(address, 1));

/** An engine at its address in the module's memory. */
class Held {
  /** @param {number} address */
  constructor(address) {
    this.address = address;
    forgotten?.register(this, address, this);
  }

  free() {
    const { address } = this;
    this.address = 0;
    forgotten?.unregister(this);
    calls.__wbg_engine_free(address, 0);
  }
}

/** Takes charge of an engine. */
export const engineAt = (address = calls.engine_new()) => /** @type {Engine} */ (/** @type {unknown} */ (new Held(address)));

/** Gives engines the functions of the wasm. @param {any} wasm what it exports */
export function link(wasm) {
  if (wasm.engine_evaluate === undefined) throw new Error("the wasm given is not samebucket's");
  const methods = /** @type {any} */ (Held.prototype);
  for (const [name, value] of Object.entries(wasm)) {
    if (typeof value !== "function") continue;
    const call = (calls[name] = guard(value, ROOMS[name] ?? ROOM));
    if (!name.startsWith("engine_")) continue;
    methods[name.slice(7)] = function (/** @type {number[]} */ ...numbers) {
      return call(this.address, ...numbers);
    };
  }
  // Written out, because this is to be quick. It takes no memory as a rule.
  methods.evaluate = function (/** @type {number} */ flag, /** @type {number} */ now, /** @type {number} */ stamp) {
    settle();
    inside = true;
    const outcome = wasm.engine_evaluate(this.address, flag, now, stamp);
    inside = false;
    return outcome;
  };
  stack = wasm.__stack_pointer;
  emptyStack = stack.value;
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
