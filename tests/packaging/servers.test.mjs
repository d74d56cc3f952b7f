// The packed package where JavaScript runs without a browser: each runtime makes the same evaluations as the native crate.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { edgeRuntime } from "./edge-light.mjs";
import { assertOneWasm, assertSame, available, consumer, reported, run, tool } from "./harness.mjs";

test("Node by import", async () => {
  const folder = await consumer("esm", "node-esm");
  assertSame(reported(await run(process.execPath, ["main.mjs"], folder)));
});

test("Node by require", async () => {
  const folder = await consumer("cjs", "node-cjs");
  assertSame(reported(await run(process.execPath, ["main.cjs"], folder)));
});

test("Deno, without any permission", async (t) => {
  if (!available(t, "Deno", tool("deno"))) return;
  const folder = await consumer("esm", "deno");
  assertSame(reported(await run(tool("deno"), ["run", "--no-prompt", "main.mjs"], folder)));
});

for (const [how, name, file] of [["import", "esm", "main.mjs"], ["require", "cjs", "main.cjs"]]) {
  test(`Bun by ${how}`, async (t) => {
    if (!available(t, "Bun", tool("bun"))) return;
    const folder = await consumer(name, `bun-${name}`);
    assertSame(reported(await run(tool("bun"), ["run", file], folder)));
  });
}

test("workerd", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const folder = await consumer("workerd");
  // As wrangler does: bundled for workerd, with the wasm as a module of its own.
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: folder, entryPoints: ["worker.js"], bundle: true, format: "esm", conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy" },
    outdir: "dist", logLevel: "error",
  });
  const wasm = assertOneWasm(join(folder, "dist"));
  const { Miniflare } = await import("miniflare");
  const worker = new Miniflare({
    rootPath: join(folder, "dist"), compatibilityDate: "2026-01-01",
    modules: [{ type: "ESModule", path: "worker.js" }, { type: "CompiledWasm", path: wasm }].map((module) => ({ ...module, path: join(folder, "dist", module.path) })),
    modulesRoot: join(folder, "dist"),
  });
  t.after(() => worker.dispose());
  assertSame(await (await worker.dispatchFetch("http://localhost/")).json());
});

test("edge-light", async (t) => {
  if (!available(t, "edge-runtime", tool("edge-runtime"))) return;
  const folder = await consumer("edge-light");
  const runtime = await edgeRuntime(folder);
  assert.equal(runtime.evaluate("(module) => module instanceof WebAssembly.Module")(await WebAssembly.compile(readFileSync(join(folder, "dist.wasm")))), false);
  assertSame(await (await runtime.dispatchFetch("http://localhost/")).json());
});
