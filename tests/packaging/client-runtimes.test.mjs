// The packed client where tests/client/ does not run it: the same scenarios, against the same server that misbehaves.

import assert from "node:assert/strict";
import { createReadStream, existsSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { scenarios } from "../client/scenarios.mjs";
import { startServer } from "../client/server.mjs";
import { BROWSERS, visit } from "./browsers.mjs";
import { edgeRuntime } from "./edge-light.mjs";
import { available, consumer, reported, run, tool } from "./harness.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

async function arrange(name) {
  const folder = await consumer("client", name);
  await copyFile(fileURLToPath(new URL("../client/scenarios.mjs", import.meta.url)), join(folder, "scenarios.mjs"));
  const serve = ({ url }, response) => {
    const file = join(folder, new URL(url, "http://localhost").pathname);
    if (!(extname(file) in TYPES) || !existsSync(file)) return false;
    createReadStream(file).pipe(response.writeHead(200, { "content-type": TYPES[extname(file)] }));
    return true;
  };
  const server = await startServer({ serve });
  after(() => server.close());
  return { folder, origin: server.origin };
}

const nothingWrong = Object.fromEntries(Object.keys(scenarios).map((name) => [name, []]));

test("the client in Deno, with leave to speak to its server alone", async (t) => {
  if (!available(t, "Deno", tool("deno"))) return;
  const { folder, origin } = await arrange("client-deno");
  // That it ends shows that nothing is left over.
  assert.deepEqual(reported(await run(tool("deno"), ["run", "--no-prompt", `--allow-net=${new URL(origin).host}`, "main.mjs", origin], folder)), nothingWrong);
});

test("the client in Bun", async (t) => {
  if (!available(t, "Bun", tool("bun"))) return;
  const { folder, origin } = await arrange("client-bun");
  assert.deepEqual(reported(await run(tool("bun"), ["run", "main.mjs", origin], folder)), nothingWrong);
});

test("the client in Firefox", async (t) => {
  if (!available(t, BROWSERS.firefox.title, BROWSERS.firefox.executablePath)) return;
  const { origin } = await arrange("client-firefox");
  const { report, failure, faults } = await visit(`${origin}/page.html`, "firefox");
  assert.deepEqual({ report, failure, faults }, { report: nothingWrong, failure: undefined, faults: [] });
});

test("the client in edge-light, which looks when it is used", async (t) => {
  if (!available(t, "edge-runtime", tool("edge-runtime"))) return;
  const { folder, origin } = await arrange("client-edge-light");
  await writeFile(join(folder, "worker.js"), `
    import { createClient } from "samebucket/client";
    const client = createClient({ url: "${origin}/edge/flags.json", maxAge: 200 });
    addEventListener("fetch", (event) => event.respondWith((async () => {
      await client.ready();
      const { value } = client.evaluate("version", {}, -1);
      event.waitUntil(client.settled());
      return Response.json({ value, stale: client.stale });
    })()));
  `);
  const runtime = await edgeRuntime(folder);
  const answer = async () => (await runtime.dispatchFetch("http://localhost/")).json();
  const ask = async (path, options) => (await fetch(`${origin}/edge/${path}`, options)).text();
  await ask("command", { method: "POST", body: JSON.stringify({ version: 1 }) });
  const started = Date.now();
  for (let time = 0; time < 50; time++) assert.deepEqual(await answer(), { value: 1, stale: false });
  const requests = JSON.parse(await ask("log")).log.length;
  assert.ok(requests <= 2 + (Date.now() - started) / 200, `${requests} requests in ${Date.now() - started} ms`);
  await ask("command", { method: "POST", body: JSON.stringify({ version: 2 }) });
  const deadline = Date.now() + 10_000;
  while ((await answer()).value !== 2) {
    assert.ok(Date.now() < deadline, "the change was never seen");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
