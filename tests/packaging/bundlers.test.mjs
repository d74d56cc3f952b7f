// The packed package through the bundlers: each result holds one wasm, runs, and makes the same evaluations as the native crate.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { BROWSERS, pageReport, visit } from "./browsers.mjs";
import { assertOneWasm, assertSame, available, consumer, reported, run, tool } from "./harness.mjs";

const chromium = (t) => available(t, "Chromium", BROWSERS.chrome.executablePath);

/** The page ran, with one request for one wasm. */
function assertVisited({ report, failure, faults, wasms }) {
  assert.deepEqual([failure, ...faults], [undefined]);
  assertSame(report);
  assert.equal(wasms.length, 1, wasms.join());
}

test("Vite", async (t) => {
  if (!available(t, "Vite", tool("vite")) || !chromium(t)) return;
  const folder = await consumer("vite");
  await run(tool("vite"), ["build", "--logLevel", "warn"], folder);
  assertOneWasm(join(folder, "dist"));
  assertVisited(await pageReport(join(folder, "dist")));
});

test("Vite's development server", async (t) => {
  if (!available(t, "Vite", tool("vite")) || !chromium(t)) return;
  const folder = await consumer("vite", "vite-dev");
  const { createServer } = await import("vite");
  const server = await createServer({ root: folder, server: { host: "127.0.0.1", port: 0 }, logLevel: "warn" });
  t.after(() => server.close());
  await server.listen();
  assertVisited(await visit(`http://127.0.0.1:${server.httpServer.address().port}/`));
});

test("webpack 5", async (t) => {
  if (!available(t, "webpack", tool("webpack")) || !chromium(t)) return;
  const folder = await consumer("webpack");
  await run(process.execPath, ["build.mjs"], folder);
  assertOneWasm(join(folder, "dist"));
  assertVisited(await pageReport(folder));
});

test("Rollup", async (t) => {
  if (!available(t, "Rollup", tool("rollup")) || !chromium(t)) return;
  const folder = await consumer("rollup");
  await run(tool("rollup"), ["--config", "--silent"], folder);
  assertOneWasm(join(folder, "dist"));
  assertVisited(await pageReport(folder));
});

test("esbuild with slim", async (t) => {
  if (!available(t, "esbuild", tool("esbuild")) || !chromium(t)) return;
  const folder = await consumer("esbuild-slim");
  await run(tool("esbuild"), ["main.js", "--bundle", "--format=esm", "--loader:.wasm=file", "--public-path=dist", "--outdir=dist", "--log-level=warning"], folder);
  assertOneWasm(join(folder, "dist"));
  assertVisited(await pageReport(folder));
});

for (const [platform, condition] of [["node", "node"], ["browser", "browser"], ["neutral", "no condition"]]) {
  test(`esbuild with inline: one file, run in Node, built for ${condition}`, async (t) => {
    if (!available(t, "esbuild", tool("esbuild"))) return;
    const folder = await consumer("esbuild-inline", `esbuild-inline-${platform}`);
    await run(tool("esbuild"), ["main.js", "--bundle", "--format=esm", `--platform=${platform}`, "--outfile=dist/main.mjs", "--log-level=warning"], folder);
    assertOneWasm(join(folder, "dist"));
    assertSame(reported(await run(process.execPath, ["dist/main.mjs"], folder)));
  });
}
