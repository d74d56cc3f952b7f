// A long life in one process of Node: neither JavaScript's heap nor wasm memory grows.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { snapshotOf } from "../../benches/contenders/samebucket-1.mjs";
import { flags } from "../../benches/workload.mjs";
import { installed } from "./package.mjs";

/** How much may be in use more at the end than after the first half, in bytes: what a leak of 60 bytes a reload would take. */
const HEAP_GROWTH = 60_000;
/** Without the optimising compilers, whose code lies in the heap, too, and grows by half a megabyte meanwhile. */
const FLAGS = ["--expose-gc", "--no-opt", "--no-sparkplug"];

test("200 000 evaluations, 2 000 reloads and 200 failed fetches leave memory as it was", async (t) => {
  const { root } = await installed("client-soak");
  const text = snapshotOf(flags(100, "rules"));
  let requests = 0;
  const server = createServer(({ url }, response) => {
    if (url === "/events") return response.writeHead(200, { "content-type": "text/event-stream" }).write(": here\n\n");
    requests += 1;
    if (requests % 11 === 0) return response.writeHead(503).end("no");
    response.writeHead(200, { "content-type": "application/json", etag: `"${requests}"` }).end(text.replace('"control":50', `"control":${requests}`));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const soak = fileURLToPath(new URL("soak.mjs", import.meta.url));
  const run = promisify(execFile)(process.execPath, [...FLAGS, soak, root, `http://127.0.0.1:${server.address().port}`], { encoding: "utf8", timeout: 120_000 });
  const { stdout } = await run.finally(() => {
    server.closeAllConnections();
    server.close();
  });
  const { counts, rounds } = JSON.parse(stdout);
  t.diagnostic(JSON.stringify(counts));
  const kilobytes = (bytes) => `${Math.round(bytes / 1000)} kB`;
  for (const round of [0, 3, 9, 14, 19]) t.diagnostic(`after round ${round + 1} of 20: heap ${kilobytes(rounds[round].heap)}, wasm ${kilobytes(rounds[round].wasm)}`);
  assert.deepEqual({ ...counts, changes: undefined }, { evaluations: 200_000, reloads: 2_000, failures: 200, changes: undefined });
  assert.ok(counts.changes >= 1_990, `${counts.changes} changes`);
  const [warm, last] = [rounds[9], rounds.at(-1)];
  assert.equal(last.wasm, warm.wasm, "wasm memory");
  assert.ok(last.heap - warm.heap < HEAP_GROWTH, `the heap grew by ${last.heap - warm.heap} bytes`);
});
