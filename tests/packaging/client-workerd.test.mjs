// The client in workerd: with Cloudflare KV and the Cache API, one fetch per `maxAge`, and nobody who waits for ever.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { examples, snapshot } from "../client/examples.mjs";
import { snapshotOf, startServer } from "../client/server.mjs";
import { installPackage } from "../consumer.mjs";
import { available, tool } from "./harness.mjs";

const WORKER = `
import { cacheStorage, createClient, kvStorage } from "samebucket/client";

let client;
const events = [];
const storages = { kv: (env) => kvStorage(env.KV), cache: () => cacheStorage(() => caches.default), named: () => cacheStorage() };

export default {
  async fetch(request, env, ctx) {
    if (client === undefined) {
      client = createClient({ ...env.OPTIONS, storage: storages[env.STORAGE]?.(env) });
      for (const event of ["ready", "change", "stale", "error"]) client.on(event, ({ error }) => events.push(event + (error ? " " + error.code : "")));
    }
    const failed = await client.ready().then(() => undefined, ({ code }) => code);
    const { value } = client.evaluate("version", { targetingKey: "u-1" }, -1);
    if (!request.url.endsWith("forget")) ctx.waitUntil(client.settled());
    return Response.json({ value, stale: client.stale, failed, events });
  },
};`;

/** With a client at module scope, where nothing may be waited for. */
const WORKER_AT_ONCE = `
import { createClient } from "samebucket/client";

const client = createClient({ url: "http://flags.invalid/", bootstrap: ${JSON.stringify(snapshotOf(7))}, retries: 0 });

export default { fetch: () => Response.json({ value: client.evaluate("version").value, stale: client.stale }) };`;

const { folder } = installPackage("client-workerd");
const server = await startServer();
const disk = mkdtempSync(join(tmpdir(), "samebucket-"));
after(async () => {
  await server.close();
  rmSync(disk, { recursive: true, force: true });
});

async function bundled(name, code) {
  const { build } = await import("esbuild");
  const outdir = join(folder, "dist", name);
  writeFileSync(join(folder, `${name}.js`), code);
  const { metafile } = await build({
    absWorkingDir: folder, entryPoints: [`${name}.js`], bundle: true, format: "esm", conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy" }, outdir,
    metafile: true, logLevel: "error",
  });
  const wasm = Object.keys(metafile.outputs).find((file) => file.endsWith(".wasm"));
  return { modulesRoot: outdir, modules: [{ type: "ESModule", path: join(outdir, `${name}.js`) }, { type: "CompiledWasm", path: join(folder, wasm) }] };
}

/** A worker, which is started with these options: as if it was deployed. */
async function deploy(t, bindings, { name = "worker", code = WORKER } = {}) {
  const { Miniflare } = await import("miniflare");
  const worker = new Miniflare({
    ...(await bundled(name, code)), compatibilityDate: "2026-01-01", bindings, kvNamespaces: ["KV"], kvPersist: join(disk, "kv"), cachePersist: join(disk, "cache"),
  });
  let isOver = false;
  const stop = async () => {
    if (!isOver) await worker.dispose();
    isOver = true;
  };
  t.after(stop);
  return { worker, stop, ask: async (path = "") => (await worker.dispatchFetch(`http://localhost/${path}`)).json(), fetch: () => worker.dispatchFetch("http://localhost/"), url: await worker.ready };
}

const address = (name) => `${server.origin}/${name}/flags.json`;

for (const [storage, what] of [["kv", "KV"], ["cache", "the default cache"], ["named", "a named cache"], ["none", "no storage"]]) {
  test(`workerd with ${what}: 1 000 requests, one fetch per maxAge, a change seen without a redeploy, a start without a server`, async (t) => {
    if (!available(t, "miniflare", tool("miniflare"))) return;
    const session = server.session(storage);

    const patient = await deploy(t, { OPTIONS: { url: address(storage) }, STORAGE: storage });
    const answers = [];
    for (let request = 0; request < 100; request++) answers.push(...(await Promise.all(Array.from({ length: 10 }, () => patient.ask()))));
    assert.equal(answers.length, 1_000);
    assert.deepEqual(new Set(answers.map(({ value, stale }) => `${value} ${stale}`)), new Set(["1 false"]));
    assert.equal(session.log.length, 1, "one fetch, since all was within the 60 s of maxAge");
    await patient.stop();

    const maxAge = 500;
    session.log.length = 0;
    const eager = await deploy(t, { OPTIONS: { url: address(storage), maxAge }, STORAGE: storage });
    const seen = [];
    const started = Date.now();
    let changed;
    let requests = 0;
    for (; requests < 1_000 || seen.at(-1) !== 2; requests += 10) {
      if (requests === 500) {
        session.version = 2;
        changed = Date.now();
      }
      const values = (await Promise.all(Array.from({ length: 10 }, () => eager.ask()))).map(({ value }) => value);
      if (changed !== undefined && seen.at(-1) !== 2 && values.at(-1) === 2) t.diagnostic(`${what}: a change was seen after ${Date.now() - changed} ms, with a maxAge of ${maxAge} ms`);
      seen.push(values.at(-1));
      assert.ok(Date.now() - started < 20_000, "the change was not seen");
    }
    const times = session.log.map(({ at }) => at);
    const between = times.slice(1).map((at, index) => at - times[index]);
    t.diagnostic(`${what}: ${requests} requests in ${Date.now() - started} ms, ${times.length} fetches, at least ${Math.min(...between)} ms apart`);
    assert.ok(between.length > 0 && between.every((milliseconds) => milliseconds >= maxAge - 1), `${between}`);
    assert.deepEqual([seen[0], seen.at(-1)], [1, 2]);
    assert.deepEqual(seen.toSorted(), seen, "never back");
    await eager.stop();

    if (storage === "none") return;
    session.always = "reset";
    const cut = await deploy(t, { OPTIONS: { url: address(storage), maxAge: 1, retries: 0 }, STORAGE: storage });
    const { value, stale, events } = await cut.ask();
    assert.deepEqual([value, stale, events], [2, true, ["ready", "stale"]]);
    let last;
    for (let request = 0; request < 100 && !last?.events.includes("error network"); request++) last = await cut.ask();
    assert.deepEqual([last.value, last.stale, last.events.slice(0, 3)], [2, true, ["ready", "stale", "error network"]]);
  });
}

test("workerd: a request that does not wait for what it began costs the others some time, no more", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const session = server.session("forgetful");
  const { ask } = await deploy(t, { OPTIONS: { url: address("forgetful"), maxAge: 100, timeout: 300, retries: 0 } });
  assert.equal((await ask()).value, 1);
  session.version = 2;
  session.next = [["slow", 250]];
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal((await ask("forget")).value, 1);
  const started = Date.now();
  let value = 1;
  while (value !== 2) {
    ({ value } = await ask());
    assert.ok(Date.now() - started < 15_000, "the change was not seen");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.diagnostic(`seen ${Date.now() - started} ms after the request that was left alone`);
});

test("workerd: whoever waits for the first snapshot is not held up by a request that was given up", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const session = server.session("given-up");
  session.next = [["slow", 60_000]];
  const { ask, url } = await deploy(t, { OPTIONS: { url: address("given-up"), timeout: 1_000, retries: 0, maxRetryDelay: 0 } });
  const first = new AbortController();
  const given = fetch(url, { signal: first.signal }).catch(() => "given up");
  while (session.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const second = ask();
  first.abort();
  assert.equal(await given, "given up");
  const { value, failed } = await second;
  // Either the first request's time-out reached it, or it asked itself.
  assert.ok(value === 1 || failed === "timeout", `${value} ${failed}`);
  assert.equal((await ask()).value, 1);
});

test("workerd: a client at module scope starts from its bootstrap", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const { ask } = await deploy(t, {}, { name: "at-once", code: WORKER_AT_ONCE });
  assert.equal((await ask()).value, 7);
});

test("workerd: a signature is checked", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const signature = (text) => sign(null, Buffer.from(text), privateKey).toString("base64");
  server.session("signed").headers = { "x-snapshot-signature": signature(snapshotOf(1)) };
  server.session("unsigned").headers = { "x-snapshot-signature": signature(snapshotOf(2)) };
  const found = [];
  for (const name of ["signed", "unsigned"]) {
    const { ask, stop } = await deploy(t, { OPTIONS: { url: address(name), publicKey: publicKey.export({ format: "pem", type: "spki" }), retries: 0 } });
    const { value, failed } = await ask();
    found.push(failed ?? value);
    await stop();
  }
  assert.deepEqual(found, [1, "signature"]);
});

test("workerd: what cannot work there is said when the client is made", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const code = `
    import { createClient } from "samebucket/client";
    const said = (options) => { try { createClient({ url: "http://flags.invalid/", ...options }); return "nothing"; } catch (error) { return error.message; } };
    export default { fetch: () => Response.json([said({ polling: 1000 }), said({ stream: "http://flags.invalid/events" }), said({ polling: false })]) };`;
  const { ask } = await deploy(t, {}, { name: "refused", code });
  assert.deepEqual(await ask(), [
    "`polling` must be left out or false here: no timer outlives a request", "`stream` must be left out here: no connection outlives a request", "nothing",
  ]);
});

test("workerd: the example of docs/client.md, and KV that the snapshot is published into", async (t) => {
  if (!available(t, "miniflare", tool("miniflare"))) return;
  const example = examples().js["worker.js"];
  const session = server.session("example");
  session.body = snapshot;
  const { fetch, stop } = await deploy(t, { FLAGS_URL: address("example") }, { name: "example", code: example });
  assert.equal(await (await fetch()).text(), "the new checkout");
  await stop();
  const ofKv = readFileSync(new URL("../../pkg-template/docs/client.md", import.meta.url), "utf8").match(/`(fetch: async \(\) => .*)`/)[1];
  const code = example.replace("storage: kvStorage(env.KV)", ofKv);
  assert.notEqual(code, example);
  const published = await deploy(t, { FLAGS_URL: "https://flags.invalid/" }, { name: "published", code });
  await (await published.worker.getKVNamespace("KV")).put("flags", snapshot);
  assert.equal(await (await published.fetch()).text(), "the new checkout");
});
