// `node --expose-gc memory.mjs <entry>`: makes things by the thousand, lets go of them in several ways, and prints how many
// bytes the module's memory had after the first thousands and after many more.

import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";

/** @type {WebAssembly.Memory} */
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    memory = this.exports.memory;
  }
};
const { Evaluator } = createRequire(import.meta.url)(process.argv[2]);

const rule = { when: [{ attribute: "x", operator: "contains", value: "y" }], serve: "on" };
const errorThreshold = { rate: 0.6, windowSeconds: 300 };
const flags = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`flag-${index}`, { variants: { on: true, off: false }, rules: [rule], errorThreshold }]));
const snapshot = JSON.stringify({ schema: "samebucket/1", flags });
const context = { targetingKey: "u", x: Array.from({ length: 50 }, (_, index) => `item ${index}`) };

function loaded() {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(snapshot);
  return evaluator;
}
const one = loaded();
let now = 0;
const counting = new Evaluator({ clock: () => now });
counting.loadSnapshot(snapshot);

/** By name, what is done again and again. */
const deeds = {
  "evaluators let go of": () => void loaded().evaluate("flag-1", context),
  "evaluators freed": () => {
    const evaluator = loaded();
    evaluator.evaluate("flag-1", context);
    evaluator.free();
  },
  "bound contexts let go of": () => void one.bind(context).evaluateAll(),
  "bound contexts freed": () => {
    const bound = one.bind(context);
    bound.evaluate("flag-1");
    bound.free();
  },
  "bound contexts of evaluators let go of": () => void loaded().bind(context).evaluate("flag-1"),
  "bound contexts of evaluators freed": () => {
    const evaluator = loaded();
    const bound = evaluator.bind(context);
    evaluator.free();
    bound.evaluate("flag-1");
  },
  "snapshots loaded one after the other": () => void one.loadSnapshot(snapshot),
  "contexts that could not be read": () => void one.evaluate("flag-1", { get x() { throw new Error("no"); } }),
  "all flags": () => void one.evaluateAll(context),
  "explanations": () => void one.explain("flag-1", context),
  "a million outcomes": () => {
    for (let count = 0; count < 125; count++, now += 0.3) {
      counting.recordError("flag-1");
      counting.recordSuccess("flag-1");
    }
    counting.importCircuits(counting.exportCircuits());
  },
  "flags that are not there": () => void one.evaluate("missing", context),
};

/** @param {() => void} deed */
async function many(deed, times) {
  for (let done = 0; done < times; done++) {
    deed();
    if (done % 250 === 249) {
      // Finalizers run between tasks.
      /** @type {any} */ (globalThis).gc();
      await setTimeout(1);
    }
  }
  return memory.buffer.byteLength;
}

const found = {};
for (const [name, deed] of Object.entries(deeds)) found[name] = { before: await many(deed, 1_000), after: await many(deed, 4_000) };
console.log(JSON.stringify(found));
