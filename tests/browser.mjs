// Chromium, and a folder served to it.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

/** Serves files of a folder, and beside them texts by path. */
export async function serveFolder(folder, texts = {}, headers = {}) {
  const server = createServer(async ({ url }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    try {
      const body = texts[path] ?? (await readFile(join(folder, path, path.endsWith("/") ? "index.html" : "")));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/html", ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export function launchChromium() {
  const executablePath = [process.env.CHROME, "/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("Chromium is missing: `scripts/setup.sh browser` installs it, or CHROME names one");
  const quiet = ["gpu", "quic", "background-networking", "component-update", "sync", "dev-shm-usage"].map((what) => `--disable-${what}`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--no-first-run", ...quiet] });
}

/** A page that runs a module, in which `samebucket` is the package that is installed under the folder served. */
export const pageWith = (module) => `<!doctype html>
<script type="importmap">{ "imports": { "samebucket": "/node_modules/samebucket/browser.js" } }</script>
<body><script type="module">${module}</script>`;
