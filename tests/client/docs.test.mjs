// Every example of docs/client.md, run as it stands. The worker is run with workerd, among the packaging tests.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { launchChromium } from "../browser.mjs";
import { examples, snapshot } from "./examples.mjs";
import { installed } from "./package.mjs";

const { folder, root } = await installed("client-docs");
const { js, sh } = examples();
let flags = snapshot;
const streams = new Set();
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const page = (file) => `<!doctype html><script type="importmap">{ "imports": { "samebucket": "/package/browser.js", "samebucket/client": "/package/client.js" } }</script>
<body><script type="application/json" id="flags">${snapshot.replaceAll("<", "\\u003c")}</script><script type="module" src="/${file}"></script>`;
const server = createServer(({ url }, response) => {
  const send = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
  if (url === "/flags.json") return send("application/json", flags);
  if (url === "/flags.json.sig") return send("application/octet-stream", readFileSync(join(folder, "flags.json.sig")));
  if (url === "/events") return streams.add(response.writeHead(200, { "content-type": "text/event-stream" })), response.write(": here\n\n");
  if (js[url.slice(1)]) return send("text/javascript", js[url.slice(1)]);
  if (url.endsWith(".html")) return send("text/html", page(url.slice(1).replace(".html", ".js")));
  const file = join(root, url.replace("/package/", ""));
  return existsSync(file) ? send(TYPES[extname(file)] ?? "text/plain", readFileSync(file)) : response.writeHead(404).end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
after(() => {
  server.closeAllConnections();
  server.close();
});

const env = { ...process.env, FLAGS_URL: `${origin}/flags.json`, EVENTS_URL: `${origin}/events` };
const options = { cwd: folder, encoding: "utf8", env, timeout: 20_000 };
const execute = promisify(execFile);
async function run(name) {
  writeFileSync(join(folder, name), js[name]);
  return (await execute(process.execPath, [name], options)).stdout;
}

test("docs/client.md: every example has a test", () => {
  assert.deepEqual(Object.keys(js).sort(), ["first-render.js", "page.js", "server.mjs", "sign.mjs", "stream.mjs", "verified.mjs", "worker.js"]);
  assert.equal(sh.length, 1);
});

test("docs/client.md: Node", async () => {
  assert.equal(await run("server.mjs"), "true\n");
});

test("docs/client.md: server-sent events", async () => {
  const running = run("stream.mjs");
  while (streams.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const everywhere = JSON.parse(snapshot);
  everywhere.flags["new-checkout"].rules = [];
  everywhere.flags["new-checkout"].default = "on";
  flags = JSON.stringify(everywhere);
  for (const stream of streams) stream.write("data: changed\n\n");
  assert.equal(await running, "true\n");
  flags = snapshot;
});

test("docs/client.md: signatures by openssl and by Node", async () => {
  writeFileSync(join(folder, "flags.json"), snapshot);
  await execute("bash", ["-e", "-c", sh[0]], options);
  assert.equal(await run("verified.mjs"), "1\n");
  const byOpenssl = readFileSync(join(folder, "flags.json.sig"));
  writeFileSync(join(folder, "flags.json.sig"), Buffer.alloc(64));
  await assert.rejects(run("verified.mjs"), /signature/);
  await run("sign.mjs");
  assert.ok(byOpenssl.equals(readFileSync(join(folder, "flags.json.sig"))), "Ed25519 signs without chance");
  assert.equal(await run("verified.mjs"), "1\n");
});

test("docs/client.md: browsers", async () => {
  const browser = await launchChromium();
  try {
    for (const name of ["page", "first-render"]) {
      const tab = await browser.newPage();
      await tab.goto(`${origin}/${name}.html`);
      await tab.waitForFunction("document.body.textContent === 'the new checkout'", undefined, { timeout: 10_000 });
      await tab.close();
    }
  } finally {
    await browser.close();
  }
});

test("docs/client.md has the defaults of the code and every option of the types", () => {
  const read = (path) => readFileSync(new URL(`../../pkg-template/${path}`, import.meta.url), "utf8");
  const table = read("docs/client.md").split("## Options")[1];
  const declared = read("client.d.ts").split("export interface ClientOptions {")[1].split("\n}")[0];
  const names = [...declared.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name);
  assert.ok(names.length > 20);
  assert.deepEqual(names.filter((name) => !table.includes(`\`${name}\``)), []);
  const settings = read("client/settings.js");
  for (const [name, value] of Object.entries({ polling: "60_000", timeout: "5_000", retries: "3", retryDelay: "500", maxRetryDelay: "10_000" })) {
    assert.ok(settings.includes(`options.${name} ?? ${value}`), name);
    assert.ok(table.includes(value.replace("_", " ")), name);
  }
});
