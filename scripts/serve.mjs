// @ts-check
// A small static server for the example: `node scripts/serve.mjs [port]` (8080; 0 takes any free port).
// It gives out www-example/ at `/` and pkg/ at `/pkg/`, to this machine only.

import { createReadStream, realpathSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url));
const HOST = "127.0.0.1";

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

/**
 * The file that a request's path names, if there is one and it is inside the folder served.
 * @param {string} target the request's target as it came, so that nothing has tidied away its dots
 */
async function find(target) {
  try {
    let path = decodeURIComponent(target.replace(/[?#].*/s, ""));
    if (path.endsWith("/")) path += "index.html";
    const inPackage = path.startsWith("/pkg/");
    const folder = await realpath(join(project, inPackage ? "pkg" : "www-example"));
    // Links are followed before the check, so none can lead out of the folder.
    const file = await realpath(join(folder, inPackage ? path.slice("/pkg".length) : path));
    if (!file.startsWith(folder + sep)) return null;
    const about = await stat(file);
    return about.isFile() ? { file, size: about.size } : null;
  } catch {
    return null; // not there, not decodable, or with a NUL: the caller need not know which
  }
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function answer(request, response) {
  response.setHeader("cache-control", "no-cache");
  response.setHeader("x-content-type-options", "nosniff");
  /** @param {number} status @param {string} text */
  const refuse = (status, text) => {
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "content-length": text.length });
    response.end(request.method === "HEAD" ? undefined : text);
  };

  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return refuse(405, "only GET and HEAD\n");
  }
  const found = await find(request.url ?? "/");
  if (!found) return refuse(404, "not found\n");
  response.writeHead(200, {
    "content-type": TYPES[extname(found.file)] ?? "application/octet-stream",
    "content-length": found.size,
  });
  if (request.method === "HEAD") return response.end();
  // A visitor who leaves early is no error, and neither is a file that changes while it is read.
  await pipeline(createReadStream(found.file), response).catch(() => response.destroy());
}

/**
 * Serves until `close` is called.
 * @param {number} [port]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export function serve(port = 8080) {
  const server = createServer(answer);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      const address = /** @type {import("node:net").AddressInfo} */ (server.address());
      resolve({
        url: `http://${HOST}:${address.port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const port = process.argv[2] ?? "8080";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    console.error("usage: node scripts/serve.mjs [port from 0 to 65535]");
    process.exit(2);
  }
  try {
    console.log((await serve(Number(port))).url);
  } catch (error) {
    console.error(`cannot listen on port ${port}: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
