// The packed package in test runners, in Node's environment and in a browser's that jsdom plays, set up as the README says.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { available, consumer, run, tool } from "./harness.mjs";
import { examples } from "./readme.mjs";

const configurations = {
  "node, without configuration": { "jest.config.json": "{}" },
  "jsdom, as the README says": { "jest.config.json": examples("json").json, ...examples("cjs") },
};

for (const [index, [title, files]] of Object.entries(configurations).entries()) {
  test(`Jest in ${title}`, async (t) => {
    if (!available(t, "Jest", tool("jest")) || !available(t, "esbuild", tool("esbuild"))) return;
    const folder = await consumer("jest", `jest-${index}`);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    // Jest runs CommonJS.
    await run(tool("esbuild"), ["check.mjs", "--bundle", "--format=cjs", "--outfile=check.cjs", "--log-level=warning"], folder);
    await run(tool("jest"), ["--ci"], folder);
  });
}

for (const environment of ["node", "jsdom"]) {
  test(`Vitest in ${environment}, without configuration`, async (t) => {
    if (!available(t, "Vitest", tool("vitest"))) return;
    await run(tool("vitest"), ["run", "--environment", environment], await consumer("vitest", `vitest-${environment}`));
  });
}
