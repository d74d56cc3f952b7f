// A server that takes exposures, and answers as it is told.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../pkg/", import.meta.url));
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

/**
 * @param {((request: number) => { status?: number, headers?: object, hang?: boolean, destroy?: boolean } | void)} [answer] to each `POST /exposures`, counted from 0
 * @param {Record<string, string>} [pages] by path; `/pkg/` is the package
 */
export async function collector(answer = () => {}, pages = {}) {
  /** What was taken, request by request. */
  const requests = [];
  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      if (pages[request.url] !== undefined) return response.writeHead(200, { "content-type": "text/html" }).end(pages[request.url]);
      try {
        const file = await readFile(join(PACKAGE, request.url.replace(/^\/pkg\//, "")));
        return response.writeHead(200, { "content-type": TYPES[extname(request.url)] }).end(file);
      } catch {
        return response.writeHead(404).end();
      }
    }
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // cut off
    }
    const { status = 204, headers = {}, hang, destroy } = answer(requests.length) ?? {};
    const body = Buffer.concat(chunks);
    requests.push({ at: performance.now(), status, type: request.headers["content-type"], authorization: request.headers.authorization, size: body.length, ...JSON.parse(body.toString()) });
    server.emit("taken");
    if (destroy) return request.socket.destroy();
    if (!hang) response.writeHead(status, headers).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    /** The events of the requests that were taken. */
    events: () => requests.filter(({ status }) => status < 300).flatMap(({ events }) => events),
    async until(done) {
      const deadline = AbortSignal.timeout(10_000);
      while (!done()) await once(server, "taken", { signal: deadline });
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
