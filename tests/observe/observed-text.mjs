// A text of metrics with everything that is hard in it. `node observed-text.mjs` prints it; pkg/ must be built.

import { pathToFileURL } from "node:url";

import { Evaluator } from "../../pkg/node.js";
import { observe } from "../../pkg/observe.js";

const KEYS = ["plain", 'with "quotes"', "back\\slash", "a\nline", "\\n", "ünïcode 🎉", "{a=\"b\"} 1", "__proto__", "trailing\\"];

export function observedText() {
  const flags = Object.fromEntries(KEYS.map((key) => [key, { variants: { 'on "1"\\\n': true, off: false }, default: 'on "1"\\\n' }]));
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(JSON.stringify({ schema: "samebucket/1", flags }));
  const observed = observe(evaluator, { clock: () => 1_795_869_296_250, environment: 'prod "eu"' });
  KEYS.forEach((key, index) => {
    for (let time = 0; time <= index; time++) observed.evaluate(key, {});
  });
  for (const fallback of ["text", 7]) observed.evaluate("plain", {}, fallback);
  observed.evaluate("nobody knows", {}, 1);
  return observed.metricsText();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(observedText());
