// Renders the page, and gives out the snapshot that the page starts with and then follows: `PORT=… SNAPSHOT=… node built/server.js`.

import { OpenFeature, OpenFeatureProvider } from "@openfeature/react-sdk";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { renderToString } from "react-dom/server";
import { Evaluator } from "samebucket";
import { SamebucketProvider } from "samebucket/openfeature-web";
import { App } from "./app.jsx";

const { PORT = "3000", SNAPSHOT = "../snapshot.json" } = process.env;

let now = 0;
const evaluator = new Evaluator({ clock: () => now });
let snapshot = "";
readSnapshot();
// It has a snapshot, so it is ready at once.
OpenFeature.setProvider(new SamebucketProvider(evaluator));

/** The file may change at any time. */
function readSnapshot() {
  const text = readFileSync(SNAPSHOT, "utf8");
  if (text !== snapshot) evaluator.loadSnapshot(text);
  snapshot = text;
}

/** Whoever signed in; the example has one user. */
const userOf = () => ({ targetingKey: "u-2077", plan: "plus", country: "DE", consent: { personalisation: true } });

function renderPage(user) {
  now = Date.now();
  // The web SDK has one context for all. It takes effect at once, and nothing comes between it and a rendering that waits for nothing.
  OpenFeature.setContext(user);
  const html = renderToString(
    <OpenFeatureProvider>
      <App />
    </OpenFeatureProvider>,
  );
  const start = JSON.stringify({ snapshot, user, now }).replaceAll("<", "\\u003c");
  return `<!doctype html>
    <meta charset="utf-8" /><title>A shop</title><link rel="icon" href="data:," />
    <div id="root">${html}</div>
    <script type="application/json" id="start">${start}</script>
    <script type="module" src="/page.js"></script>`;
}

const server = createServer((request, response) => {
  readSnapshot();
  if (request.url === "/") {
    response.setHeader("content-type", "text/html; charset=utf-8").end(renderPage(userOf(request)));
  } else if (request.url === "/page.js") {
    response.setHeader("content-type", "text/javascript").end(readFileSync(new URL("page.js", import.meta.url)));
  } else if (request.url === "/flags.json") {
    const etag = `"${createHash("sha256").update(snapshot).digest("hex")}"`;
    response.setHeader("etag", etag).setHeader("cache-control", "no-cache").setHeader("content-type", "application/json");
    if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
    else response.end(snapshot);
  } else {
    response.writeHead(404).end();
  }
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
