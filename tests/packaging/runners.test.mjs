// The packed package in test runners, in Node's environment and in a browser's that jsdom plays.

import { join } from "node:path";
import { test } from "node:test";

import { available, consumer, run, tool } from "./harness.mjs";

for (const config of ["jest", "jsdom"]) {
  test(`Jest with ${config}.config.json`, async (t) => {
    if (!available(t, "Jest", tool("jest"))) return;
    const folder = await consumer("jest", `jest-${config}`);
    // Jest runs CommonJS.
    await run(tool("esbuild"), ["check.mjs", "--bundle", "--format=cjs", `--outfile=${join(folder, "check.cjs")}`, "--log-level=warning"], folder);
    await run(tool("jest"), ["--config", `${config}.config.json`], folder, { CI: "true" });
  });
}

for (const environment of ["node", "jsdom"]) {
  test(`Vitest in ${environment}, without configuration`, async (t) => {
    if (!available(t, "Vitest", tool("vitest"))) return;
    await run(tool("vitest"), ["run", "--environment", environment], await consumer("vitest", `vitest-${environment}`));
  });
}
