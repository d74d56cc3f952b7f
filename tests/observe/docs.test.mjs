// Every example of docs/metrics.md and docs/experiments.md, run as it stands.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { installPackage } from "../consumer.mjs";
import { collector } from "./collector.mjs";

const execute = promisify(execFile);
const { folder } = installPackage("observe-docs-consumer");
const read = (page) => readFileSync(new URL(`../../pkg-template/docs/${page}.md`, import.meta.url), "utf8");

/** The examples of a page by their file, each with the output that the page says it has. */
const examples = Object.fromEntries(
  ["metrics", "experiments"].flatMap((page) => [...read(page).matchAll(/^```js\n(\/\/ ([\w.]+)\n.*?)^```\n(?:\n```text\n(.*?)^```)?/gms)].map(([, code, file, output]) => [file, { code, output }])),
);
for (const [file, { code }] of Object.entries(examples)) writeFileSync(join(folder, file), code);

test("there is a test for each example", () => {
  const all = ["metrics", "experiments"].flatMap((page) => read(page).match(/^```\w+$/gm)).filter((fence) => fence !== "```text");
  assert.equal(all.length, 5);
  assert.deepEqual(Object.keys(examples).sort(), ["analyse.mjs", "count.mjs", "experiment.mjs", "send.mjs", "serve.mjs"]);
});

for (const file of ["count.mjs", "experiment.mjs", "analyse.mjs"]) {
  test(`${file} prints what the page says`, async () => {
    const { stdout } = await execute(process.execPath, [file], { cwd: folder, timeout: 20_000 });
    assert.equal(stdout, examples[file].output);
  });
}

test("send.mjs sends its exposure", async (t) => {
  const server = await collector();
  t.after(() => server.close());
  const env = { ...process.env, EXPOSURES_URL: `${server.url}/exposures` };
  const { stdout } = await execute(process.execPath, ["send.mjs"], { cwd: folder, env, timeout: 20_000 });
  assert.equal(stdout, examples["send.mjs"].output);
  assert.deepEqual(server.events().map(({ flagKey, targetingKey }) => [flagKey, targetingKey]), [["button", "u-1"]]);
});

test("serve.mjs serves its metrics", async (t) => {
  const child = spawn(process.execPath, ["serve.mjs"], { cwd: folder, env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  const [printed] = await once(child.stdout, "data");
  const url = String(printed).trim();
  assert.equal(await (await fetch(url)).text(), "dark");
  const response = await fetch(`${url}metrics`);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(await response.text(), /^feature_flag_evaluations_total\{flag_key="dark",variant="on",reason="STATIC"\} 1$/m);
});
