// The packed npm package in Chromium: the conformance data, the backends' answers, and what comes before the module is ready.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";

import { FORMATS } from "./backends.mjs";
import { launchChromium, pageWith, serveFolder } from "./browser.mjs";
import { conformanceSuites, installPackage } from "./consumer.mjs";

const { folder } = installPackage("browser-consumer");
const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const server = await serveFolder(folder, {
  "/conformance.mjs": read("conformance.mjs"),
  "/backends.mjs": read("backends.mjs"),
  "/backends.json": `[${FORMATS.map((format) => read(`backends/${format}.json`))}]`,
  "/suites.json": JSON.stringify(conformanceSuites()),
  "/index.html": pageWith('import * as samebucket from "samebucket"; window.samebucket = samebucket;'),
  "/broken.wasm": "no wasm",
});
const browser = await launchChromium();
after(async () => {
  await browser.close();
  server.close();
});

async function open() {
  const page = await browser.newPage();
  page.requests = [];
  page.on("request", (request) => page.requests.push(new URL(request.url()).pathname));
  await page.goto(`${server.url}/index.html`);
  await page.waitForFunction("window.samebucket");
  return page;
}

test("conformance in Chromium", async () => {
  const page = await open();
  const { cases, mismatches } = await page.evaluate(async () => {
    const { runConformance } = await import("/conformance.mjs");
    await samebucket.init();
    return runConformance(samebucket, await (await fetch("/suites.json")).json());
  });
  assert.ok(cases >= 150, `only ${cases} cases`);
  assert.deepEqual(mismatches, []);
  assert.equal(page.requests.filter((path) => path.endsWith(".wasm")).length, 1, "one wasm, fetched once");
});

test("conformance of the backends' formats in Chromium", async () => {
  const page = await open();
  const { evaluations, mismatches } = await page.evaluate(async () => {
    const { runBackends } = await import("/backends.mjs");
    await samebucket.init();
    return runBackends(samebucket, await (await fetch("/backends.json")).json());
  });
  assert.ok(evaluations >= 77_000, `only ${evaluations} evaluations`);
  assert.deepEqual(mismatches, []);
});

test("before init every function says so, and an Evaluator made before works after", async () => {
  const page = await open();
  const found = await page.evaluate(async () => {
    const { Evaluator, evaluate, evaluateAll, explain, init, loadSnapshot } = samebucket;
    const evaluator = new Evaluator();
    evaluator.setOpenCircuits(["b"]);
    const bound = evaluator.bind({});
    let thrown;
    try {
      loadSnapshot("{}");
    } catch (error) {
      thrown = error.message;
    }
    const before = { thrown, evaluation: evaluate("a", {}, 1), all: Object.keys(evaluateAll()), steps: explain("a").steps, bound: bound.evaluate("a").errorCode };
    await init();
    const variants = { on: true, off: false };
    evaluator.loadSnapshot({ schema: "samebucket/1", flags: { a: { variants, default: "on" }, b: { variants, default: "on" } } });
    return { before, after: [evaluator.evaluate("a").value, bound.evaluate("a").value, evaluator.evaluate("b").backendReason] };
  });
  const message = "samebucket was used before it was ready: `await init()` first";
  assert.equal(found.before.thrown, message);
  assert.deepEqual([found.before.evaluation.errorCode, found.before.evaluation.errorMessage, found.before.evaluation.value], ["PROVIDER_NOT_READY", message, 1]);
  assert.deepEqual([found.before.all, found.before.steps, found.before.bound], [[], [], "PROVIDER_NOT_READY"]);
  assert.deepEqual(found.after, [true, true, "circuit_open"]);
});

test("a failed init can be tried again, and init takes every kind of input", async () => {
  const page = await open();
  const failures = await page.evaluate(async () => {
    const failures = [];
    for (const input of ["/missing.wasm", "/broken.wasm", new Uint8Array([1, 2, 3]), fetch("/missing.wasm"), Promise.reject(new Error("offline"))]) {
      failures.push(await samebucket.init(input).then(() => "resolved", (error) => error.message));
    }
    await Promise.all([samebucket.init(), samebucket.init()]);
    return failures;
  });
  assert.equal(failures.includes("resolved"), false, failures.join("\n"));
  assert.match(failures[0], /samebucket could not fetch its wasm: 404 for .*\/missing\.wasm/);
  assert.equal(failures[4], "samebucket could not start its wasm: offline");

  const wasm = '"/node_modules/samebucket/samebucket.wasm"';
  const inputs = [
    wasm, `new URL(${wasm}, location)`, `new Request(${wasm})`, `await fetch(${wasm})`, `fetch(${wasm})`, `await (await fetch(${wasm})).arrayBuffer()`,
    `new Uint8Array(await (await fetch(${wasm})).arrayBuffer())`, `await WebAssembly.compileStreaming(fetch(${wasm}))`,
  ];
  for (const input of inputs) {
    const fresh = await open();
    const ready = await fresh.evaluate(`(async () => { await samebucket.init(${input}); return samebucket.evaluate("a").errorMessage; })()`);
    assert.equal(ready, "no snapshot has been loaded", input);
    await fresh.close();
  }
});
