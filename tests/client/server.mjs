// A server of snapshots that misbehaves on command. Each session, the first part of the path, has a state of its own:
//
// - GET /<session>/flags.json answers as the next of `next` says, then as `always`, by default `good`
// - GET /<session>/flags.sig gives the signature's bytes, GET /<session>/events is a stream of server-sent events
// - POST /<session>/command takes `{ version?, next?, always?, headers?, emit?, raw?, drop?, signature? }`; GET /<session>/log gives what was asked for and answered

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const hex = (bytes) => createHash("sha256").update(bytes).digest("hex");
const base64 = (bytes) => createHash("sha256").update(bytes).digest("base64");

/** The flag `version` serves the version's number, `even` changes with every second version, `steady` never. */
export const snapshotOf = (version) => {
  const flag = (value) => ({ variants: { on: value }, off: "on" });
  return JSON.stringify({
    schema: "samebucket/1", version: String(version), flags: { even: flag(Math.floor(version / 2)), steady: flag("steady"), version: flag(version) },
  });
};

/** A version's time of modification: one a minute. */
const modified = (version) => new Date(Date.UTC(2026, 0, 1, 0, version)).toUTCString();

const good = (session, version = session.version) => {
  const body = Buffer.from(session.body ?? snapshotOf(version));
  return { body, headers: { "content-type": "application/json", etag: `"${hex(body).slice(0, 16)}"`, "last-modified": modified(version), ...session.headers } };
};

/** By name, what the server can do: `(session, request, response, argument)`. */
const BEHAVIOURS = {
  good(session, request, response) {
    const { body, headers } = good(session);
    if (request.headers["if-none-match"] === headers.etag) return response.writeHead(304, { etag: headers.etag }).end();
    response.writeHead(200, { ...headers, "content-length": body.length }).end(body);
  },
  /** Never a 304. */
  always200(session, request, response) {
    const { body, headers } = good(session);
    response.writeHead(200, headers).end(body);
  },
  bare(session, request, response) {
    response.writeHead(200, { "content-type": "application/json" }).end(good(session).body);
  },
  slow(session, request, response, milliseconds) {
    setTimeout(() => BEHAVIOURS.good(session, request, response), milliseconds).unref();
  },
  /** The head and half of the body at once, the rest later. */
  slowBody(session, request, response, milliseconds) {
    const { body, headers } = good(session);
    response.writeHead(200, { ...headers, "content-length": body.length }).write(body.subarray(0, body.length / 2));
    setTimeout(() => response.end(body.subarray(body.length / 2)), milliseconds).unref();
  },
  status(session, request, response, [status, headers = {}]) {
    response.writeHead(status, { "content-type": "text/html", ...headers }).end("<h1>no</h1>");
  },
  truncatedLength(session, request, response) {
    const { body, headers } = good(session);
    response.writeHead(200, { ...headers, "content-length": body.length }).write(body.subarray(0, body.length / 2), () => response.destroy());
  },
  truncatedChunks(session, request, response) {
    const { body, headers } = good(session);
    response.writeHead(200, headers).write(body.subarray(0, body.length / 2), () => response.destroy());
  },
  /** As HTTP/1.0 does it: nothing but the end of the connection says where the body ends. */
  truncatedSilently(session, request, response) {
    const { body } = good(session);
    response.socket.end(`HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${body.subarray(0, body.length / 2)}`);
  },
  html(session, request, response) {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<!doctype html><title>Sign in</title>");
  },
  htmlAsJson(session, request, response) {
    response.writeHead(200, { "content-type": "application/json" }).end("<!doctype html><title>Bad gateway</title>");
  },
  type(session, request, response, type) {
    response.writeHead(200, type === "" ? {} : { "content-type": type }).end(good(session).body);
  },
  invalid(session, request, response) {
    response.writeHead(200, { "content-type": "application/json" }).end('{"schema":"samebucket/1","flags":{"a":{"variants":{},"off":"on"}}}');
  },
  emptyList(session, request, response) {
    response.writeHead(200, { "content-type": "application/json" }).end("[]");
  },
  empty(session, request, response) {
    response.writeHead(200, { "content-type": "application/json" }).end();
  },
  wrongDigest(session, request, response) {
    const { body, headers } = good(session);
    response.writeHead(200, { ...headers, "x-snapshot-digest": hex("other") }).end(body);
  },
  wrongReprDigest(session, request, response) {
    const { body, headers } = good(session);
    response.writeHead(200, { ...headers, "repr-digest": `sha-256=:${base64("other")}:` }).end(body);
  },
  rightDigests(session, request, response) {
    const { body, headers } = good(session);
    response.writeHead(200, { ...headers, "x-snapshot-digest": hex(body), "repr-digest": `sha-512=:AAAA:, sha-256=:${base64(body)}:` }).end(body);
  },
  /** The digest of `Repr-Digest` is that of the compressed bytes. */
  zipped(session, request, response) {
    const { body, headers } = good(session);
    const zipped = gzipSync(body);
    response.writeHead(200, { ...headers, "content-encoding": "gzip", "content-length": zipped.length, "repr-digest": `sha-256=:${base64(zipped)}:`, "x-snapshot-digest": hex(body) }).end(zipped);
  },
  /** A version from before the first, as a cache far from the origin may have it. */
  old(session, request, response) {
    const { body, headers } = good(session, 0);
    response.writeHead(200, headers).end(body);
  },
  redirect(session, request, response, [status, to]) {
    response.writeHead(status, { location: to }).end();
  },
  notModified(session, request, response) {
    response.writeHead(304).end();
  },
  reset(session, request, response) {
    response.socket.destroy();
  },
  endless(session, request, response) {
    response.writeHead(200, { "content-type": "application/json" });
    const chunk = Buffer.alloc(2 ** 20, 32);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", more);
    more();
  },
};

/** @param {{ crossOrigin?: boolean, serve?: (request: any, response: any) => boolean }} [options] */
export async function startServer({ crossOrigin = false, serve = () => false } = {}) {
  const sessions = new Map();
  const sessionOf = (name) => {
    if (!sessions.has(name)) sessions.set(name, { version: 1, headers: {}, next: [], always: "good", log: [], streams: new Set(), connected: 0 });
    return sessions.get(name);
  };

  const server = createServer((request, response) => {
    const [, name, ...rest] = new URL(request.url, "http://localhost").pathname.split("/");
    const path = rest.join("/");
    if (crossOrigin) response.setHeader("access-control-allow-origin", "*");
    if (crossOrigin && request.method === "OPTIONS") {
      sessionOf(name).log.push({ path, did: "preflight" });
      return response.writeHead(403).end();
    }
    const session = sessionOf(name);
    if (path === "flags.json" || path === "elsewhere.json") {
      const behaviour = path === "elsewhere.json" ? "good" : (session.next.shift() ?? session.always);
      const [did, argument] = Array.isArray(behaviour) ? behaviour : [behaviour];
      session.log.push({ path, did, version: session.version, at: Date.now(), ifNoneMatch: request.headers["if-none-match"] ?? null, sent: request.headers["x-sent"] ?? null });
      return BEHAVIOURS[did](session, request, response, argument);
    }
    if (path === "flags.sig") return session.signature ? response.end(Buffer.from(session.signature, "base64")) : response.writeHead(404).end();
    if (path === "page.html") return response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>");
    if (path === "events") {
      session.log.push({ path, did: "events", lastEventId: request.headers["last-event-id"] ?? null });
      const status = session.streamStatus ?? 200;
      if (status !== 200) return response.writeHead(status).end();
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" }).write(": connected\n\n");
      session.connected += 1;
      session.streams.add(response);
      return response.on("close", () => session.streams.delete(response));
    }
    if (path === "log") return response.end(JSON.stringify({ log: session.log, streams: session.streams.size, connected: session.connected }));
    if (path === "command") {
      let text = "";
      request.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => {
        const { emit, raw, drop, forget, ...state } = JSON.parse(text);
        Object.assign(session, state);
        if (forget) session.log = [];
        for (const stream of session.streams) {
          if (emit !== undefined) stream.write(`event: put\nid: ${session.version}\ndata: ${emit}\n\n`);
          if (raw !== undefined) stream.write(raw);
          if (drop) stream.write("event: put\nid: 999\ndata: hal", () => stream.destroy());
        }
        response.end("{}");
      });
      return;
    }
    if (!serve(request, response)) response.writeHead(404, { "content-type": "text/html" }).end("<h1>not found</h1>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    session: sessionOf,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Speaks to a session, from wherever `fetch` is. */
export const remote = (origin, name) => ({
  url: `${origin}/${name}/flags.json`,
  events: `${origin}/${name}/events`,
  sig: `${origin}/${name}/flags.sig`,
});
