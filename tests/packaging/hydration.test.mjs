// The README's example of rendering on the server, run as it stands: React finds the page's first render the same as the server's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { BROWSERS, visit } from "./browsers.mjs";
import { assertOneWasm, available, consumer, run, tool } from "./harness.mjs";
import { examples, snapshot } from "./readme.mjs";

const BUNDLE = ["--bundle", "--format=esm", "--jsx=automatic", "--log-level=warning", "--define:process.env.NODE_ENV=\"development\""];

/** Starts the example; the server's page, and what becomes of it in a browser. */
async function rendered(t, name, changed = (page) => page) {
  const folder = await consumer("hydration", name);
  writeFileSync(join(folder, "snapshot.json"), snapshot);
  const { "page.jsx": page, ...others } = examples("jsx");
  for (const [file, text] of Object.entries(others)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, "page.jsx"), changed(page) + readFileSync(join(folder, "observe.js"), "utf8"));
  await run(tool("esbuild"), ["page.jsx", ...BUNDLE, "--outfile=page.js"], folder);
  await run(tool("esbuild"), ["server.jsx", ...BUNDLE, "--platform=node", "--packages=external", "--outfile=server.mjs"], folder);
  const server = spawn(process.execPath, ["server.mjs"], { cwd: folder, env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    server.kill();
    await once(server, "exit");
  });
  const [output] = await once(server.stdout, "data");
  const url = String(output).trim();
  return { folder, html: await (await fetch(url)).text(), visited: await visit(url) };
}

test("the README's example hydrates without a difference", async (t) => {
  if (!available(t, "Chromium", BROWSERS.chrome.executablePath) || !available(t, "esbuild", tool("esbuild"))) return;
  const { folder, html, visited } = await rendered(t, "hydration");
  assert.match(html, /<main>the new checkout<\/main>/);
  assert.deepEqual([visited.failure, ...visited.faults], [undefined]);
  assert.equal(visited.report, "the new checkout");
  assert.match(assertOneWasm(folder, (file) => file === "page.js"), /base64/);
});

test("a page that evaluates otherwise is seen to differ", async (t) => {
  if (!available(t, "Chromium", BROWSERS.chrome.executablePath) || !available(t, "esbuild", tool("esbuild"))) return;
  const { visited } = await rendered(t, "hydration-differing", (page) => page.replace("evaluator.bind(context)", "evaluator.bind({})"));
  assert.match(visited.faults.join(), /[Hh]ydrat/);
});
