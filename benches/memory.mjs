// `node --expose-gc memory.mjs <contender> <flags>`: prints the bytes that loading so many flags leaves behind, on
// JavaScript's heap and in wasm memories. Those never shrink, and so have room for what loading takes on its way: of them it
// also prints what another thousand flags takes in the long run, which is what stays in use.
// @ts-check

import { flags } from "./workload.mjs";

/** @type {WebAssembly.Memory[]} */
const memories = [];
const { Instance, instantiate } = WebAssembly;
const noted = (/** @type {WebAssembly.Instance} */ instance) => {
  memories.push(...Object.values(instance.exports).filter((it) => it instanceof WebAssembly.Memory));
  return instance;
};
WebAssembly.Instance = new Proxy(Instance, { construct: (made, given) => noted(Reflect.construct(made, given)) });
WebAssembly.instantiate = /** @type {any} */ (
  async (/** @type {[any, any]} */ ...given) => {
    const made = /** @type {any} */ (await instantiate(...given));
    noted(made.instance ?? made);
    return made;
  }
);

const [name, size] = process.argv.slice(2);
const contender = await import(`./contenders/${name}.mjs`);
const { stored = (/** @type {string} */ text) => text } = contender;
const loaded = async (/** @type {number} */ count) => contender.load(stored(contender.snapshotOf(flags(count, "rules"))), "rules");

const wasmBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

async function used() {
  for (let times = 0; times < 4; times++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    /** @type {any} */ (globalThis).gc();
  }
  return { heap: process.memoryUsage().heapUsed, wasm: wasmBytes(), resident: process.memoryUsage.rss() };
}

// Making the snapshot takes memory of its own, which the process keeps.
contender.snapshotOf(flags(Number(size), "rules"));
const first = await loaded(100);
const before = await used();
const kept = [first, await loaded(Number(size))];
const after = await used();
if (kept.length !== 2) throw new Error("both are to be alive");
/** @type {unknown[]} */
const more = [];
async function loadMore(/** @type {number} */ times) {
  for (let time = 0; time < times; time++) more.push(await loaded(1_000));
  return wasmBytes();
}
// So many that the room is used up, and then some.
const [ROOM, SOME] = memories.length === 0 ? [0, 0] : [60, 60];
const full = await loadMore(ROOM);
const live = SOME === 0 ? 0 : ((await loadMore(SOME)) - full) / (1_000 * SOME);
if (more.length !== ROOM + SOME) throw new Error("all are to be alive");
const grown = (/** @type {keyof typeof before} */ part) => after[part] - before[part];
console.log(JSON.stringify({ heap: grown("heap"), wasm: grown("wasm"), live, resident: grown("resident") }));
process.exit();
