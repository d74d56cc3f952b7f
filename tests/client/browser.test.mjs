// The client in Chromium: the same scenarios as in Node, and what only a page has.

import assert from "node:assert/strict";
import { createReadStream, existsSync } from "node:fs";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launchChromium } from "../browser.mjs";
import { installed, report, thousand } from "./package.mjs";
import { scenarios } from "./scenarios.mjs";
import { startServer } from "./server.mjs";

const { root } = await installed("client-browser");
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html>
<script type="importmap">{ "imports": { "samebucket": "/package/browser.js", "samebucket/client": "/package/client.js" } }</script>
<body><script type="module">
  import { init } from "samebucket";
  import * as api from "samebucket/client";
  Object.assign(window, { api, init });
</script>`;

/** The page, the package and the scenarios. */
function serve({ url }, response) {
  if (thousand({ url }, response)) return true;
  const { pathname } = new URL(url, "http://localhost");
  if (pathname === "/page") return response.writeHead(200, { "content-type": "text/html" }).end(PAGE), true;
  const file = /^\/(scenarios|figures)\.mjs$/.test(pathname) ? fileURLToPath(new URL(`.${pathname}`, import.meta.url)) : join(root, pathname.replace("/package/", ""));
  if (!existsSync(file) || extname(file) === "") return false;
  createReadStream(file).pipe(response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }));
  return true;
}

const server = await startServer({ serve });
const foreign = await startServer({ crossOrigin: true });
const browser = await launchChromium();
after(async () => {
  await browser.close();
  await Promise.all([server.close(), foreign.close()]);
});

let sessions = 0;
async function open(context = browser) {
  const page = await context.newPage();
  await page.goto(`${server.origin}/page`);
  await page.waitForFunction("window.api");
  return { page, origin: server.origin, name: `s${sessions++}` };
}

for (const name of Object.keys(scenarios)) {
  test(`Chromium: ${name}`, async () => {
    const { page, ...at } = await open();
    const wrong = await page.evaluate(async ([name, at]) => (await import("/scenarios.mjs")).scenarios[name]({ ...api, ...at }), [name, at]);
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

test("Chromium: figures", async (t) => {
  const { page, ...at } = await open();
  report(t, "Chromium", await page.evaluate(async (at) => (await import("/figures.mjs")).figures({ ...api, ...at }), at));
  await page.close();
});

test("Chromium: a page looks when it becomes visible and when it comes online, and leaves no listener", async () => {
  const context = await browser.newContext();
  const { page, origin, name } = await open(context);
  const session = server.session(name);
  const version = () => page.evaluate(() => client.evaluate("version").value);
  const listeners = async () => {
    const found = [];
    const inspector = await context.newCDPSession(page);
    for (const expression of ["window", "document"]) {
      const { result } = await inspector.send("Runtime.evaluate", { expression });
      found.push(...(await inspector.send("DOMDebugger.getEventListeners", { objectId: result.objectId })).listeners.map(({ type }) => type));
    }
    return found.sort();
  };
  const playwrights = await listeners();
  await page.evaluate(async (url) => {
    window.client = api.createClient({ url, polling: 3_600_000 });
    await client.ready();
  }, `${origin}/${name}/flags.json`);
  assert.deepEqual(await listeners(), [...playwrights, "online", "visibilitychange"].sort());
  assert.equal(await version(), 1);

  session.version = 2;
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForFunction(() => client.evaluate("version").value === 2);

  await context.setOffline(true);
  session.version = 3;
  assert.equal(await page.evaluate(() => client.refresh().catch(({ code }) => code)), "network");
  assert.deepEqual(await page.evaluate(() => [client.stale, client.evaluate("version").value]), [true, 2]);
  await context.setOffline(false);
  await page.waitForFunction(() => client.evaluate("version").value === 3 && !client.stale);

  await page.evaluate(() => client.close());
  assert.deepEqual(await listeners(), playwrights);
  await context.close();
});

test("Chromium: a hidden page that becomes hidden does not look", async () => {
  const { page, origin, name } = await open();
  await page.evaluate(async (url) => {
    window.client = api.createClient({ url, polling: 3_600_000 });
    await client.ready();
    Object.defineProperty(document, "visibilityState", { value: "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }, `${origin}/${name}/flags.json`);
  assert.equal(server.session(name).log.length, 1);
  await page.close();
});

test("Chromium: from another origin there is no preflight; the browser's cache turns a 304 into a 200, which costs no reload", async () => {
  const { page, name } = await open();
  const found = await page.evaluate(async (url) => {
    const client = api.createClient({ url, polling: 3_600_000, retries: 0 });
    const events = [];
    for (const event of ["ready", "change", "stale", "error"]) client.on(event, ({ error }) => events.push(event + (error?.message ?? "")));
    await client.ready();
    let loads = 0;
    const load = client.evaluator.loadSnapshot;
    client.evaluator.loadSnapshot = (...given) => (loads++, load(...given));
    await client.refresh();
    await client.refresh();
    return { loads, events };
  }, `${foreign.origin}/${name}/flags.json`);
  assert.deepEqual(found, { loads: 0, events: ["ready"] });
  const { log } = foreign.session(name);
  assert.deepEqual(log.map(({ did }) => did), ["good", "good", "good"], "no preflight");
  assert.deepEqual(log.map(({ ifNoneMatch }) => ifNoneMatch !== null), [false, true, true], "the browser's cache asks whether its copy is the newest");
  // Compressed from another origin: neither the length nor `Repr-Digest` is of the bytes that are seen.
  Object.assign(foreign.session(name), { version: 2, next: ["zipped"], headers: { "access-control-expose-headers": "*" } });
  assert.equal(await page.evaluate(async (url) => {
    const client = api.createClient({ url, retries: 0 });
    await client.ready();
    client.close();
    return client.evaluate("version").value;
  }, `${foreign.origin}/${name}/flags.json`), 2);
  await page.close();
});

for (const [name, make] of [
  ["localStorage", "api.webStorage()"], ["sessionStorage", "api.webStorage(sessionStorage)"], ["IndexedDB", "api.indexedDbStorage()"], ["the Cache API", "api.cacheStorage()"],
  ["a Cache given", 'api.cacheStorage(await caches.open("mine"))'],
]) {
  test(`Chromium: the last good snapshot in ${name} serves a start without a server`, async () => {
    const { page, origin, name: session } = await open();
    const state = server.session(session);
    const run = (maxAge) => page.evaluate(async ([url, make, maxAge]) => {
      const storage = await eval(`(async () => ${make})()`);
      const client = api.createClient({ url, storage, retries: 0, polling: 3_600_000, maxAge, clock: () => Date.now() + (window.later ?? 0) });
      const events = [];
      for (const event of ["ready", "change", "stale", "error"]) client.on(event, ({ error }) => events.push(event + (error ? ` ${error.code}` : "")));
      await client.ready();
      const first = [client.evaluate("version").value, client.stale];
      await client.refresh().catch(() => {});
      await client.settled();
      client.close();
      return { first, then: [client.evaluate("version").value, client.stale], events };
    }, [`${origin}/${session}/flags.json`, make, maxAge]);
    state.version = 4;
    assert.deepEqual(await run(1_000), { first: [4, false], then: [4, false], events: ["ready"] });
    state.always = "reset";
    await page.evaluate(() => (window.later = 2_000));
    assert.deepEqual(await run(1_000), { first: [4, true], then: [4, true], events: ["ready", "stale", "error network"] });
    assert.deepEqual(await run(60_000), { first: [4, false], then: [4, true], events: ["ready", "error network", "stale"] });
    // And with a server it is asked whether there is a newer one, by the etag that was kept.
    state.always = "good";
    state.log.length = 0;
    assert.deepEqual(await run(1_000), { first: [4, true], then: [4, false], events: ["ready", "stale", "ready"] });
    assert.equal(state.log[0].ifNoneMatch !== null, true);
    state.version = 5;
    assert.deepEqual((await run(1_000)).then, [5, false]);
    await page.close();
  });
}

test("Chromium: a storage that may not be used, is full or is damaged is said, and done without", async () => {
  const { page, origin, name } = await open();
  const found = await page.evaluate(async (url) => {
    const refusing = { getItem: () => { throw new DOMException("no", "SecurityError"); }, setItem: () => { throw new DOMException("full", "QuotaExceededError"); } };
    const started = async (storage) => {
      const client = api.createClient({ url, retries: 0, storage, timeout: 500 });
      const events = [];
      client.on("error", ({ error }) => events.push(error.code));
      await client.ready();
      await client.refresh();
      await client.settled();
      client.close();
      return [client.evaluate("version").value, client.stale, events];
    };
    const key = `samebucket:${url}`;
    const refused = await started(api.webStorage(refusing));
    const good = await started(api.webStorage());
    const kept = localStorage.getItem(key);
    localStorage.setItem(key, kept.replace('"steady"', '"spoilt"'));
    const spoilt = await started(api.webStorage());
    localStorage.setItem(key, "[1]");
    const other = await started(api.webStorage());
    const silent = await started({ get: () => new Promise(() => {}), set: () => new Promise(() => {}) });
    return { refused, good, spoilt, other, silent };
  }, `${origin}/${name}/flags.json`);
  assert.deepEqual(found, {
    refused: [1, false, ["storage", "storage"]], good: [1, false, []], spoilt: [1, false, ["digest"]], other: [1, false, ["storage"]], silent: [1, false, ["storage"]],
  });
  await page.close();
});

test("Chromium: a bootstrap is in force at once when the module is ready, else as soon as it is", async () => {
  const { page, origin, name } = await open();
  server.session(name).version = 3;
  const found = await page.evaluate(async (url) => {
    const flags = (value) => ({ schema: "samebucket/1", flags: { version: { variants: { on: value }, off: "on" } } });
    const started = async (bootstrap) => {
      const client = api.createClient({ url, bootstrap, retries: 0 });
      const events = [];
      for (const event of ["ready", "change", "stale", "error"]) client.on(event, ({ error }) => events.push(event + (error ? ` ${error.code}` : "")));
      const atOnce = client.evaluate("version", {}, -1).value;
      await client.ready();
      const first = client.evaluate("version").value;
      await client.refresh();
      client.close();
      return [atOnce, first, client.evaluate("version").value, events];
    };
    const before = await started(flags(2));
    await init();
    const after = await started(JSON.stringify(flags(2)));
    const bytes = await started(new TextEncoder().encode(JSON.stringify(flags(2))));
    const bad = await started('{"schema":"samebucket/1"');
    const served = await started(await (await fetch(url)).text());
    return { before, after, bytes, bad, served };
  }, `${origin}/${name}/flags.json`);
  assert.deepEqual(found, {
    before: [-1, 2, 3, ["ready", "change"]], after: [2, 2, 3, ["ready", "change"]], bytes: [2, 2, 3, ["ready", "change"]], bad: [-1, 3, 3, ["error snapshot", "ready"]],
    served: [3, 3, 3, ["ready"]],
  });
  await page.close();
});

test("Chromium: a wasm that cannot be had is an error, which passes", async () => {
  const { page, origin, name } = await open();
  const blocked = "**/samebucket.wasm";
  await page.route(blocked, (route) => route.abort());
  const run = (url) => page.evaluate(async (url) => {
    window.client ??= api.createClient({ url, retries: 0 });
    const ready = await client.ready().then(() => "ready", ({ code }) => code);
    return [ready, client.evaluate("version", {}, -1).value];
  }, url);
  assert.deepEqual(await run(`${origin}/${name}/flags.json`), ["module", -1]);
  await page.unroute(blocked);
  assert.deepEqual(await run(), ["ready", 1]);
  await page.close();
});
