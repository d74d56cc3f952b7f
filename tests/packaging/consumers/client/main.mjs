// Runs every scenario against the server that is named, or that the page is of, and reports what is wrong, by scenario.

import * as api from "samebucket/client";
import { scenarios } from "./scenarios.mjs";

const [origin] = globalThis.Deno?.args ?? globalThis.process?.argv.slice(2) ?? [location.origin];
const report = {};
for (const [name, run] of Object.entries(scenarios)) {
  report[name] = await run({ ...api, origin, name: `s${Object.keys(report).length}` }).catch((error) => [String(error.stack ?? error)]);
}
console.log(JSON.stringify(report));
globalThis.report = report;
