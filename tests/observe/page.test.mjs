// Exposures of a page in Chromium that is hidden or left: all of them arrive.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launchChromium } from "../browser.mjs";
import { collector } from "./collector.mjs";

const USERS = 200;

/** A page that exposes users as it is told; `window.ready` when it can be. */
const PAGE = `<!doctype html><title>page</title>
<script type="importmap">{ "imports": { "samebucket": "/pkg/browser.js", "samebucket/observe": "/pkg/observe.js" } }</script>
<script type="module">
  import { Evaluator, init } from "samebucket";
  import { createExposureSender, observe } from "samebucket/observe";
  await init();
  const evaluator = new Evaluator();
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { f: { variants: { a: "a", b: "b" }, off: "a", default: { split: { a: 1, b: 1 } } } } });
  window.begin = (options) => {
    const sender = window.sender = createExposureSender({ url: "/exposures", interval: 60_000, ...options });
    const observed = observe(evaluator, { onExposure: sender.send });
    window.expose = (from, to) => { for (let user = from; user < to; user++) observed.evaluate("f", { targetingKey: "user-" + user }); };
  };
  window.ready = true;
</script>`;

let browser, context, server, page;
before(async () => {
  browser = await launchChromium();
  context = await browser.newContext();
});
after(() => browser.close());

/** Opens the page at a new server. */
async function open(t, options = {}, answer = undefined) {
  server = await collector(answer, { "/": PAGE, "/elsewhere": "<!doctype html>elsewhere" });
  page = await context.newPage();
  t.after(async () => {
    await page.close();
    server.close();
  });
  await page.goto(`${server.url}/`);
  await page.waitForFunction("window.ready");
  await page.evaluate((given) => window.begin(given), options);
}
const names = (from, to) => Array.from({ length: to - from }, (_, index) => `user-${from + index}`);
const arrived = () => server.events().map(({ targetingKey }) => targetingKey).sort();

for (const [how, options] of [["by beacons", { batchSize: 1_000 }], ["by fetch with keepalive, where there are headers", { batchSize: 1_000, headers: { authorization: "Bearer x" } }]]) {
  test(`a page that is left for another sends what waits, ${how}`, async (t) => {
    await open(t, options);
    await page.evaluate(([users]) => window.expose(0, users), [USERS]);
    assert.equal(server.requests.length, 0);
    await page.goto(`${server.url}/elsewhere`);
    await server.until(() => arrived().length >= USERS);
    assert.deepEqual(arrived(), names(0, USERS).sort());
    assert.ok(server.requests.every(({ size, authorization }) => size <= 30_000 && authorization === options.headers?.authorization));
  });
}

test("a page that is closed sends what waits", async (t) => {
  await open(t, { batchSize: 1_000 });
  await page.evaluate(([users]) => window.expose(0, users), [USERS]);
  await page.close();
  await server.until(() => arrived().length >= USERS);
  assert.deepEqual(arrived(), names(0, USERS).sort());
});

test("left while a request is on its way: that one arrives as well, and none twice", async (t) => {
  await open(t, { batchSize: 100 });
  await page.evaluate(() => {
    window.expose(0, 100); // a full batch, which goes
    window.expose(100, 150); // waits
    location.href = "/elsewhere";
  });
  await server.until(() => arrived().length >= 150);
  assert.deepEqual(arrived(), names(0, 150).sort());
});

test("more than a browser sends at once for a page that is only hidden: all the same", async (t) => {
  await open(t, { batchSize: 100_000 });
  const count = 2_000;
  await page.evaluate(([users]) => {
    // Of 120 bytes each, three times what beacons may have in flight.
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
    window.expose(0, users);
    document.dispatchEvent(new Event("visibilitychange"));
  }, [count]);
  await server.until(() => arrived().length >= count);
  assert.deepEqual(arrived(), names(0, count).sort());
});

test("what failed while the network was away goes when it is back", async (t) => {
  await open(t, { batchSize: 10, retryDelay: 3_600_000 });
  await context.setOffline(true);
  await page.evaluate(() => window.expose(0, 10));
  await page.waitForFunction("window.sender.pending === 10");
  await context.setOffline(false);
  await server.until(() => arrived().length >= 10);
  assert.deepEqual(arrived(), names(0, 10).sort());
});

test("`close` leaves no listener: a page that is left afterwards sends nothing", async (t) => {
  await open(t);
  const listeners = await page.evaluate(async () => {
    const added = [];
    for (const target of [window, document]) {
      const { addEventListener, removeEventListener } = target;
      target.addEventListener = (...args) => (added.push(args[0]), addEventListener.apply(target, args));
      target.removeEventListener = (...args) => (added.splice(added.indexOf(args[0]), 1), removeEventListener.apply(target, args));
    }
    window.begin({});
    window.expose(0, 5);
    const before = added.toSorted();
    await window.sender.close();
    return { before, after: added };
  });
  assert.deepEqual(listeners, { before: ["online", "pagehide", "visibilitychange"], after: [] });
  assert.equal(arrived().length, 5);
});
