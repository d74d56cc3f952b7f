// A server of snapshots that does what it is told: `POST /command` with a status, a text of HTML or a snapshot's name.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

/** @param {Record<string, { type: string, body: string | Buffer }>} [files] what else there is, by path */
export async function snapshotServer(files = {}) {
  let told = { status: 500 };
  let asked = 0;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (pathname === "/command") {
      const parts = [];
      for await (const part of request) parts.push(part);
      told = JSON.parse(Buffer.concat(parts));
      response.writeHead(204).end();
    } else if (pathname === "/flags.json") {
      asked += 1;
      if (told.status) return response.writeHead(told.status).end();
      if (told.html) return response.writeHead(200, { "content-type": "text/html" }).end(told.html);
      const body = told.text ?? readFileSync(new URL(`${told.snapshot}.json`, import.meta.url));
      const etag = `"${createHash("sha256").update(body).digest("hex")}"`;
      if (request.headers["if-none-match"] === etag) return response.writeHead(304, { etag }).end();
      response.writeHead(200, { "content-type": "application/json", etag, "cache-control": "no-cache" }).end(body);
    } else if (files[pathname]) {
      response.writeHead(200, { "content-type": files[pathname].type }).end(files[pathname].body);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    tell: (what) => void (told = what),
    get asked() {
      return asked;
    },
    close: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}
