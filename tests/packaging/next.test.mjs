// The packed package in one Next.js application: on the server, in an edge route, and in the browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { BROWSERS, visit } from "./browsers.mjs";
import { assertOneWasm, assertSame, available, consumer, run, tool, wasmsIn } from "./harness.mjs";

describe("Next.js", () => {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  let folder, server, url;

  before(async () => {
    if (!existsSync(tool("next"))) return; // each test says so
    folder = await consumer("next");
    await run(tool("next"), ["build"], folder, env);
    server = spawn(process.execPath, [tool("next"), "start", "--port", "0", "--hostname", "127.0.0.1"], { cwd: folder, env });
    let output = "";
    for await (const text of server.stdout) {
      output += text;
      url = output.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (url && /Ready/.test(output)) break;
    }
    assert.ok(url, output);
  });

  after(async () => {
    if (server === undefined || server.exitCode !== null) return;
    server.kill();
    await once(server, "exit");
  });

  for (const [title, path] of [["the server, with serverExternalPackages", "/check"], ["an edge route", "/edge"]]) {
    test(title, async (t) => {
      if (!available(t, "Next.js", tool("next"))) return;
      assertSame(await (await fetch(url + path)).json());
    });
  }

  test("a page", async (t) => {
    if (!available(t, "Next.js", tool("next")) || !available(t, "Chromium", BROWSERS.chrome.executablePath)) return;
    const { report, failure, faults, wasms } = await visit(`${url}/`);
    assert.deepEqual([failure, ...faults], [undefined]);
    assertSame(report);
    assert.equal(wasms.length, 1);
  });

  test("the server takes the wasm from the package; the edge and the page have one each", async (t) => {
    if (!available(t, "Next.js", tool("next"))) return;
    assertOneWasm(join(folder, ".next/static"));
    assertOneWasm(join(folder, ".next/server/edge"));
    assert.equal(wasmsIn(join(folder, ".next/server")).length, 1);
  });
});
