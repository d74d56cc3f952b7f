// The examples of docs/openfeature.md, run as they stand.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { build } from "esbuild";

import { launchChromium } from "../browser.mjs";
import { installPackage } from "../consumer.mjs";
import { startRendering, visit } from "./rendering.mjs";
import { snapshotServer } from "./server.mjs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const snapshot = read("README.md").match(/^```json\n(.*?)^```$/ms)[1];
const blocks = [...read("pkg-template/docs/openfeature.md").matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
/** The examples by the file that their first line names, each with the output that follows it. */
const examples = Object.fromEntries(
  blocks.flatMap(({ language, text }, index) => {
    if (language === "text") return [];
    const output = blocks[index + 1]?.language === "text" ? blocks[index + 1].text : undefined;
    return [[text.match(/^\/\/ ([\w.]+)/)[1], { text, output }]];
  }),
);

describe("docs/openfeature.md", () => {
  let folder, server, browser;
  before(async () => {
    ({ folder } = installPackage("openfeature-docs"));
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    writeFileSync(join(folder, "snapshot.json"), snapshot);
    for (const [file, { text }] of Object.entries(examples)) writeFileSync(join(folder, file), text);
    const { outputFiles } = await build({ entryPoints: [join(folder, "page.js")], bundle: true, format: "esm", write: false, logLevel: "warning" });
    server = await snapshotServer({
      "/": { type: "text/html", body: '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/page.js"></script>' },
      "/page.js": { type: "text/javascript", body: outputFiles[0].text },
      "/samebucket.wasm": { type: "application/wasm", body: readFileSync(join(folder, "node_modules/samebucket/samebucket.wasm")) },
    });
    server.tell({ text: snapshot });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  test("has these examples", () => {
    assert.deepEqual(Object.keys(examples), ["page.js", "server.js", "evaluator.js", "tracking.js", "app.jsx", "server.jsx", "page.jsx"]);
  });

  for (const file of ["server.js", "evaluator.js", "tracking.js"]) {
    test(`${file} prints what it says`, async () => {
      const env = { ...process.env, FLAGS_URL: `${server.url}/flags.json` };
      const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder, env, timeout: 20_000 });
      assert.equal(stdout, examples[file].output);
    });
  }

  test("page.js, which follows the context and the snapshot", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(server.url);
    const says = (text) => page.waitForFunction((text) => document.body.textContent === text, text);
    await says("the new checkout");
    server.tell({ text: snapshot.replace('"on": 50, "off": 50', '"on": 0, "off": 100') });
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await says("the old checkout");
    server.tell({ text: snapshot });
    await page.close();
  });

  test("React renders on the server, and takes the page over without a difference", async (t) => {
    const files = Object.fromEntries(["app.jsx", "server.jsx", "page.jsx"].map((file) => [file, examples[file].text]));
    const app = await startRendering("openfeature-docs-react", files, snapshot);
    t.after(app.stop);
    assert.match(await (await fetch(app.url)).text(), /<main>the new checkout<\/main>/);
    const { page, faults, said } = await visit(browser, app.url, "main");
    assert.deepEqual([await said(), faults], [[["the new checkout"]], []]);
    await page.close();
  });
});
