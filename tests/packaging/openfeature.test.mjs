// The provider for servers in workerd, whose SDK is for Node: the worker has Node's compatibility on.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { snapshotServer } from "../openfeature/server.mjs";
import { available, assertOneWasm, consumer, tool } from "./harness.mjs";

test("OpenFeature's server SDK in workerd", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const folder = await consumer("openfeature-workerd");
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: folder, entryPoints: ["worker.js"], bundle: true, format: "esm", conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy" },
    external: ["node:*"], alias: { async_hooks: "node:async_hooks", events: "node:events" }, outdir: "dist", logLevel: "error",
  });
  const wasm = assertOneWasm(join(folder, "dist"));
  const server = await snapshotServer();
  t.after(server.close);
  server.tell({ snapshot: "shop" });
  const { Miniflare } = await import("miniflare");
  const worker = new Miniflare({
    rootPath: join(folder, "dist"), compatibilityDate: "2026-01-01", compatibilityFlags: ["nodejs_compat"], bindings: { FLAGS_URL: `${server.url}/flags.json` },
    modules: [{ type: "ESModule", path: "worker.js" }, { type: "CompiledWasm", path: wasm }].map((module) => ({ ...module, path: join(folder, "dist", module.path) })),
    modulesRoot: join(folder, "dist"),
  });
  t.after(() => worker.dispose());
  const ask = async (plan) => (await worker.dispatchFetch(`http://localhost/?plan=${plan}`)).json();
  const answers = [];
  for (const plan of ["member", "guest", "member"]) {
    const { value, variant, reason, flagMetadata } = await ask(plan);
    answers.push([value, variant, reason, flagMetadata.version]);
  }
  const [member, guest] = [["express", "new", "TARGETING_MATCH", "2026-11-20.1"], ["classic", "off", "DEFAULT", "2026-11-20.1"]];
  assert.deepEqual(answers, [member, guest, member]);
  assert.equal(server.asked, 1);
});
