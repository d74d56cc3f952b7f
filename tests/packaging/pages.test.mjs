// The packed package in browsers, without a bundler: a page, a web worker, a service worker, and content security policies.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BROWSERS, pageReport } from "./browsers.mjs";
import { assertSame, available, consumer } from "./harness.mjs";

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

for (const [browser, { title, executablePath }] of Object.entries(BROWSERS)) {
  for (const kind of ["page", "web-worker", "service-worker"]) {
    test(`${kind} in ${title}`, async (t) => {
      if (!available(t, title, executablePath)) return;
      const { report, failure, faults } = await pageReport(await consumer(kind, `${kind}-${browser}`), { browser });
      assert.deepEqual([failure, ...faults], [undefined]);
      assertSame(report);
    });
  }

  for (const entry of ["init", "inline"]) {
    test(`a policy with 'wasm-unsafe-eval' in ${title}: ${entry}`, async (t) => {
      if (!available(t, title, executablePath)) return;
      const folder = await consumer("policy", `policy-${browser}`);
      const { report, failure, faults } = await pageReport(folder, { browser, path: `/${entry}.html`, headers: { "content-security-policy": POLICY } });
      assert.deepEqual([failure, ...faults], [undefined]);
      assertSame(report);
    });

    test(`a policy without it in ${title}: ${entry} says what is missing`, async (t) => {
      if (!available(t, title, executablePath)) return;
      const folder = await consumer("policy", `policy-${browser}`);
      const { report, failure } = await pageReport(folder, { browser, path: `/${entry}.html`, headers: { "content-security-policy": "script-src 'self'" } });
      assert.equal(report, undefined);
      assert.equal(failure, "samebucket could not start its wasm: the page's content security policy lacks 'wasm-unsafe-eval' in `script-src`");
    });
  }
}
