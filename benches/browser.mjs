// The same cases in headless Chromium: a page for each contender, asked in turns.
// @ts-check

import { fileURLToPath } from "node:url";

import { launchChromium, serveFolder } from "../tests/browser.mjs";

/** @typedef {import("./rounds.mjs").Asked} Asked */

export const IN_BROWSER = ["samebucket", "baseline", "growthbook"];

const imports = {
  samebucket: "/pkg/browser.js",
  "@growthbook/growthbook": "/benches/node_modules/@growthbook/growthbook/dist/bundles/esm.min.js",
};

const page = (/** @type {string} */ name, /** @type {number} */ size) => `<!doctype html>
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">
  import { calibrated, cases, nanoseconds } from "/benches/measure.mjs";
  const prepared = await cases(await import("/benches/contenders/${name}.mjs"), ${size});
  const times = {};
  globalThis.ask = async (asked) => {
    times[asked.name] ??= await calibrated(prepared[asked.name], asked);
    return nanoseconds(prepared[asked.name], times[asked.name]);
  };
</script>`;

/**
 * Pages for these contenders, and the browser's version.
 * @param {string[]} names
 * @param {number} size
 */
export async function inChromium(names, size) {
  const pages = Object.fromEntries(names.map((name) => [`/${name}.html`, page(name, size)]));
  // Isolated pages have the finer clock.
  const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const server = await serveFolder(fileURLToPath(new URL("..", import.meta.url)), pages, isolated);
  const browser = await launchChromium();
  const contenders = names.map(async (name) => {
    // A context of its own is a process of its own.
    const opened = await (await browser.newContext()).newPage();
    /** @type {string[]} */
    const errors = [];
    opened.on("pageerror", (error) => errors.push(error.message));
    await opened.goto(`${server.url}/${name}.html`);
    await opened.waitForFunction("globalThis.ask", undefined, { timeout: 60_000 }).catch(() => {
      throw new Error(`${name} in Chromium: ${errors.join("; ") || "not ready"}`);
    });
    return { name, ask: (/** @type {object} */ what) => opened.evaluate(`ask(${JSON.stringify(what)})`), stop: () => void opened.close() };
  });
  return {
    version: browser.version(),
    contenders: /** @type {Asked[]} */ (await Promise.all(contenders)),
    async close() {
      await browser.close();
      server.close();
    },
  };
}
