// `node --expose-gc soak.mjs <the package's folder> <the server's address>`: evaluates, reloads and fails for a long time, and prints
// how many bytes of JavaScript's heap and of wasm memory were in use after each of its rounds.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** @type {WebAssembly.Memory} */
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    memory = this.exports.memory;
  }
};
const [, , root, address] = process.argv;
createRequire(import.meta.url)(join(root, "node.cjs"));
const { createClient } = await import(pathToFileURL(join(root, "client.js")).href);

const ROUNDS = 20;
const counts = { evaluations: 0, reloads: 0, failures: 0, changes: 0 };
const kept = new Map();
const client = createClient({
  url: `${address}/flags.json`, polling: 3_600_000, retries: 0, stream: `${address}/events`,
  storage: { get: (key) => kept.get(key), set: (key, value) => void kept.set(key, value) },
});
client.on("change", () => (counts.changes += 1));
await client.ready();
await client.refresh().catch(() => {});

const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  for (let reload = 0; reload < 110; reload++) {
    // The server fails every eleventh time.
    const outcome = await client.refresh().then(() => "reloads", () => "failures");
    counts[outcome] += 1;
    for (let number = 0; number < 91 + (reload % 11 === 10 ? -1 : 0); number++) {
      const context = { targetingKey: `user-${counts.evaluations}`, plan: number % 2 ? "enterprise" : "team", country: `country-${number % 50}`, logins: number, spend: number / 3 };
      const evaluation = number % 30 === 0 ? client.bind(context).evaluate("checkout-experiment-7", "x") : client.evaluate(`checkout-experiment-${number}`, context, "x");
      if (evaluation.errorCode) throw new Error(evaluation.errorMessage);
      counts.evaluations += 1;
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let times = 0; times < 3; times++) {
    /** @type {any} */ (globalThis).gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  rounds.push({ heap: process.memoryUsage().heapUsed, wasm: memory.buffer.byteLength });
}
client.close();
console.log(JSON.stringify({ counts, rounds }));
