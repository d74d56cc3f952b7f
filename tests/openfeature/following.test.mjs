// The providers over a client of a real server: with both SDKs in Node, and with the web SDK in Chromium.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import * as server from "@openfeature/server-sdk";
import * as web from "@openfeature/web-sdk";
import { build } from "esbuild";

import { launchChromium } from "../browser.mjs";
import { installPackage } from "../consumer.mjs";
import { EXPECTED, follow } from "./following.mjs";
import { snapshotServer } from "./server.mjs";

const { folder } = installPackage("openfeature-following");
const load = (file) => import(pathToFileURL(join(folder, "node_modules/samebucket", file)).href);
const { createClient } = await load("client.js");

for (const [name, sdk] of Object.entries({ web, server })) {
  test(`in Node, with the ${name} SDK`, async (t) => {
    const { SamebucketProvider } = await load(`openfeature-${name}.js`);
    const { url, close } = await snapshotServer();
    t.after(close);
    assert.deepEqual(await follow({ sdk, SamebucketProvider, createClient, url }), EXPECTED);
  });
}

test("in Chromium", async (t) => {
  const page = `
    import * as sdk from "@openfeature/web-sdk";
    import { createClient } from "samebucket/client";
    import "samebucket/inline";
    import { SamebucketProvider } from "samebucket/openfeature-web";
    import { follow } from ${JSON.stringify(fileURLToPath(new URL("following.mjs", import.meta.url)))};

    window.report = follow({ sdk, SamebucketProvider, createClient, url: location.origin });`;
  writeFileSync(join(folder, "page.js"), page);
  const { outputFiles } = await build({ entryPoints: [join(folder, "page.js")], bundle: true, format: "esm", write: false, logLevel: "warning" });
  const { url, close } = await snapshotServer({
    "/": { type: "text/html", body: '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>' },
    "/page.js": { type: "text/javascript", body: outputFiles[0].text },
  });
  t.after(close);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const opened = await browser.newPage();
  await opened.goto(url);
  await opened.waitForFunction("window.report");
  assert.deepEqual(await opened.evaluate(() => window.report), EXPECTED);
});
