// The example's page in a browser, against what the package says in Node; and the server it comes from.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, mkdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { delimiter, join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { Evaluator } from "../pkg/node.js";
import { serve } from "../scripts/serve.mjs";

const NOW = "2026-11-20T12:00:00Z";
const output = fileURLToPath(new URL("output/", import.meta.url));
const snapshotText = readFileSync(new URL("../www-example/snapshot.json", import.meta.url), "utf8");
const snapshot = JSON.parse(snapshotText);
const flagKeys = Object.keys(snapshot.flags);

/** The browser: `CHROME`, or chromium where Debian has it, or on the PATH. */
function findChrome() {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "chromium"));
  return [process.env.CHROME, "/usr/bin/chromium", ...onPath].find((file) => {
    try {
      accessSync(file);
      return true;
    } catch {
      return false;
    }
  });
}

/** An evaluator in Node with the page's snapshot and time. */
function node({ environment = "production", now = NOW } = {}) {
  const evaluator = new Evaluator({ environment, clock: () => Date.parse(now) });
  evaluator.loadSnapshot(snapshotText);
  return evaluator;
}

const number = (n, digits = 0) => n.toLocaleString("en", { maximumFractionDigits: digits });

describe("the page", () => {
  let browser, server, page, faults;

  before(async () => {
    mkdirSync(output, { recursive: true });
    server = await serve(0);
    browser = await chromium.launch({
      executablePath: findChrome(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
      ],
    });
  });

  after(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
    page.setDefaultTimeout(10_000);
    faults = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("requestfailed", (failed) => faults.push(`failed: ${failed.url()}`));
    page.on("response", (response) => response.status() >= 400 && faults.push(`${response.status()}: ${response.url()}`));
    page.on("request", (sent) => sent.url().startsWith(server.url) || sent.url().startsWith("data:") || faults.push(`elsewhere: ${sent.url()}`));
  });

  afterEach(async () => {
    await page.close();
    assert.deepEqual(faults, []);
  });

  const open = async (query = `?now=${NOW}`) => {
    await page.goto(server.url + query);
    await page.waitForSelector("#main:not([hidden]), #failure:not([hidden])");
    assert.equal(await page.isVisible("#failure"), false, await page.textContent("#failure"));
  };
  const type = async (user) => {
    const { targetingKey, ...attributes } = user;
    await page.fill("#key", targetingKey ?? "");
    await page.fill("#attributes", JSON.stringify(attributes));
  };
  /** The user that the form describes. */
  const typed = async () => {
    const targetingKey = await page.inputValue("#key");
    return { ...JSON.parse(await page.inputValue("#attributes")), ...(targetingKey && { targetingKey }) };
  };
  /** What the table shows, by flag key. */
  const shown = () =>
    page.$$eval("tr.flag", (rows) =>
      Object.fromEntries(
        rows.map((row) => {
          const text = (selector) => row.querySelector(selector).textContent;
          return [
            row.dataset.flag,
            {
              value: text(".value code"),
              variant: text(".variant code"),
              reason: text(".reason"),
              backendReason: text(".backend-reason"),
              ruleId: text(".rule-id"),
            },
          ];
        }),
      ),
    );
  const expected = (evaluator, user) =>
    Object.fromEntries(
      flagKeys.map((flagKey) => {
        const { value, variant, reason, backendReason, ruleId } = evaluator.evaluate(flagKey, user);
        return [flagKey, { value: JSON.stringify(value), variant, reason, backendReason, ruleId: ruleId ?? "" }];
      }),
    );
  /** Opens a flag's steps, checks them against Node's, and returns Node's. */
  const checkSteps = async (flagKey, user, evaluator = node()) => {
    const { steps } = evaluator.explain(flagKey, user);
    const seen = await page.$$eval(`[id="explain-${flagKey}"] .steps > li`, (items) =>
      items.map((item) => {
        const text = (selector) => item.querySelector(selector)?.textContent;
        return {
          step: item.dataset.step,
          matched: item.dataset.matched === "true",
          bucket: text(".bucket"),
          threshold: text(".threshold"),
          point: text(".point"),
          total: text(".total"),
        };
      }),
    );
    assert.deepEqual(
      seen,
      steps.map((step) => ({
        step: step.step,
        matched: step.matched,
        bucket: step.bucket === undefined ? undefined : number(step.bucket),
        threshold: step.threshold === undefined ? undefined : number(step.threshold),
        point: step.point === undefined ? undefined : number(step.point, 5),
        total: step.total === undefined ? undefined : number(step.total, 5),
      })),
    );
    return steps;
  };
  const row = (flagKey) => page.locator(`tr.flag[data-flag="${flagKey}"]`);
  const left = (flagKey) => page.$eval(`[id="explain-${flagKey}"] .bar i`, (mark) => parseFloat(mark.style.left));

  test("shows every flag as Node evaluates it, for each example user", async () => {
    await open();
    const presets = page.locator("#presets button");
    assert.equal(await presets.count(), 4);
    const answers = new Set();
    for (let index = 0; index < 4; index += 1) {
      await presets.nth(index).click();
      assert.equal(await presets.nth(index).getAttribute("aria-pressed"), "true");
      const seen = await shown();
      assert.deepEqual(Object.keys(seen), flagKeys);
      assert.deepEqual(seen, expected(node(), await typed()));
      answers.add(JSON.stringify(seen));
    }
    assert.equal(answers.size, 4);
  });

  test("shows what it has loaded", async () => {
    await open();
    const facts = await page.$$eval("#about dd", (all) => Object.fromEntries(all.map((dd) => [dd.dataset.fact, dd.textContent])));
    const info = new Evaluator().loadSnapshot(snapshotText);
    assert.match(facts.evaluateAll, /^[\d,]+ µs$/);
    delete facts.evaluateAll;
    assert.deepEqual(facts, {
      format: "samebucket/1",
      version: snapshot.version,
      environment: "production",
      digest: info.digest.slice(0, 12),
      flags: String(flagKeys.length),
    });
  });

  test("follows the user as one types", async () => {
    await open();
    const earlier = await shown();
    const user = { targetingKey: "u-31337", email: "kim@shop.example", country: "FR", plan: "plus", app: { version: "3.9.0" } };
    await type(user);
    const seen = await shown();
    assert.notDeepEqual(seen, earlier);
    assert.deepEqual(seen, expected(node(), user));
    assert.match(await page.textContent("#changes"), /^\d+ flags? changed$/);

    await page.fill("#key", "");
    await page.locator("#key").pressSequentially("u-9001");
    assert.equal((await shown())["new-checkout"].backendReason, "denied");
    assert.deepEqual(await shown(), expected(node(), { ...user, targetingKey: "u-9001" }));
  });

  test("evaluates a guest, who has no targeting key and no attributes", async () => {
    await open();
    await type({});
    assert.deepEqual(await shown(), expected(node(), {}));
    await page.fill("#attributes", "");
    assert.deepEqual(await shown(), expected(node(), {}));
  });

  test("follows the environment and the time", async () => {
    await open();
    await page.selectOption("#environment", "staging");
    assert.deepEqual(await shown(), expected(node({ environment: "staging" }), await typed()));
    assert.equal((await shown())["debug-toolbar"].backendReason, "environment");
    assert.equal(await page.textContent('[data-fact="environment"]'), "staging");

    await page.selectOption("#environment", "production");
    await page.fill("#time", "2026-12-05T00:00:00");
    assert.deepEqual(await shown(), expected(node({ now: "2026-12-05T00:00:00Z" }), await typed()));
    assert.equal((await shown())["winter-theme"].backendReason, "default");

    await open("?now=2026-07-15T00:00:00Z");
    assert.deepEqual(await shown(), expected(node({ now: "2026-07-15T00:00:00Z" }), await typed()));
    await open("");
    assert.deepEqual(await shown(), expected(node(), await typed()));
  });

  test("explains a rollout on a click", async () => {
    await open();
    const user = await typed();
    const detail = page.locator("#explain-image-cdn");
    assert.equal(await detail.isVisible(), false);
    await row("image-cdn").locator("td").first().click();
    assert.equal(await detail.isVisible(), true);
    assert.equal(await row("image-cdn").locator("button").getAttribute("aria-expanded"), "true");
    const drawn = (await checkSteps("image-cdn", user)).find((step) => step.bucket !== undefined);
    assert.equal(drawn.threshold, 66_750);
    assert.ok(Math.abs((await left("image-cdn")) - drawn.bucket / 1000) < 0.001);
    const filled = await page.$eval("#explain-image-cdn .bar .in", (part) => parseFloat(part.style.width));
    assert.ok(Math.abs(filled - 66.75) < 0.001);

    // It stays open and follows the user, and closes again.
    await page.fill("#key", "u-20414");
    const other = (await checkSteps("image-cdn", { ...user, targetingKey: "u-20414" })).find((step) => step.bucket !== undefined);
    assert.notEqual(other.bucket, drawn.bucket);
    await row("image-cdn").locator("td").first().click();
    assert.equal(await detail.isVisible(), false);
  });

  test("explains a split on Enter", async () => {
    await open();
    await row("search-ranking").locator("button").focus();
    await page.keyboard.press("Enter");
    const drawn = (await checkSteps("search-ranking", await typed())).find((step) => step.point !== undefined);
    assert.equal(drawn.total, 100);
    assert.ok(Math.abs((await left("search-ranking")) - drawn.point) < 0.001);
    assert.deepEqual(await page.$$eval("#explain-search-ranking .bar .variant", (parts) => parts.map((part) => part.textContent)), ["classic", "hybrid", "neural"]);
    await page.keyboard.press("Enter");
    assert.equal(await page.isVisible("#explain-search-ranking"), false);
  });

  test("explains every flag as Node does", async () => {
    await open();
    for (const flagKey of flagKeys) await row(flagKey).locator("button").click();
    const presets = page.locator("#presets button");
    for (let index = 0; index < 4; index += 1) {
      await presets.nth(index).click();
      const user = await typed();
      for (const flagKey of flagKeys) {
        const steps = await checkSteps(flagKey, user);
        assert.equal(steps.at(-1).matched, true);
      }
    }
  });

  test("keeps the last answers while the attributes are no JSON object", async () => {
    await open();
    const earlier = await shown();
    for (const bad of ['{"country": ', "[1]", "null", '"text"', "{country: 1}"]) {
      await page.fill("#attributes", bad);
      assert.match(await page.textContent("#problem"), /still those from before/);
      assert.equal(await page.getAttribute("#attributes", "aria-invalid"), "true");
      assert.deepEqual(await shown(), earlier);
    }
    await page.fill("#attributes", '{"country": "FR"}');
    assert.equal(await page.textContent("#problem"), "");
    assert.equal(await page.getAttribute("#attributes", "aria-invalid"), "false");
    assert.notDeepEqual(await shown(), earlier);
  });

  test("says what is wrong with a snapshot, and with a time", async () => {
    const broken = structuredClone(snapshot);
    broken.flags["new-checkout"].default.serve = "maybe";
    let issues;
    try {
      new Evaluator().loadSnapshot(broken);
    } catch (error) {
      issues = error.issues;
    }
    await page.route("**/snapshot.json", (route) => route.fulfill({ json: broken }));
    await page.goto(server.url);
    await page.waitForSelector("#failure:not([hidden])");
    const failure = await page.textContent("#failure");
    for (const issue of issues) assert.ok(failure.includes(`${issue.path}: ${issue.message}`), failure);
    assert.ok(failure.includes("/flags/new-checkout/default/serve"), failure);

    await page.goto(`${server.url}?now=soon`);
    await page.waitForSelector("#failure:not([hidden])");
    assert.match(await page.textContent("#failure"), /now=soon/);
  });

  test("fits a telephone, and is dark for those who like it", async () => {
    await open();
    await row("new-checkout").locator("button").click();
    await row("search-ranking").locator("button").click();
    await page.mouse.move(0, 0);
    await page.waitForTimeout(100);
    await page.screenshot({ path: join(output, "page.png"), fullPage: true });
    const light = await page.$eval("body", (body) => getComputedStyle(body).backgroundColor);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.screenshot({ path: join(output, "page-dark.png"), fullPage: true });
    assert.notEqual(await page.$eval("body", (body) => getComputedStyle(body).backgroundColor), light);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.screenshot({ path: join(output, "page-small.png"), fullPage: true });
    const { scroll, client } = await page.$eval("html", (html) => ({ scroll: html.scrollWidth, client: html.clientWidth }));
    assert.ok(scroll <= client, `${scroll} wide on a screen of ${client}`);
  });
});

describe("serve.mjs", () => {
  let server;

  before(async () => {
    server = await serve(0);
  });

  after(() => server.close());

  /** A request whose path is sent as it is written: `fetch` would tidy the dots away. */
  const ask = (path, method = "GET") =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const sent = request({ hostname, port, path, method }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
      });
      sent.on("error", reject);
      sent.end();
    });

  test("serves the example and the package with their types", async () => {
    const types = {
      "/": "text/html; charset=utf-8",
      "/index.html?now=x": "text/html; charset=utf-8",
      "/page.js": "text/javascript; charset=utf-8",
      "/style.css": "text/css; charset=utf-8",
      "/snapshot.json": "application/json; charset=utf-8",
      "/pkg/browser.js": "text/javascript; charset=utf-8",
      "/pkg/samebucket.wasm": "application/wasm",
    };
    for (const [path, type] of Object.entries(types)) {
      const got = await ask(path);
      assert.equal(got.status, 200, path);
      assert.equal(got.headers["content-type"], type);
      assert.equal(got.headers["cache-control"], "no-cache");
      assert.equal(Number(got.headers["content-length"]), got.body.length);
    }
    assert.equal((await ask("/snapshot.json")).body.toString(), snapshotText);
  });

  test("answers HEAD without a body", async () => {
    const { body } = await ask("/snapshot.json");
    const head = await ask("/snapshot.json", "HEAD");
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers["content-length"]), body.length);
    assert.equal(head.body.length, 0);
    const missing = await ask("/missing", "HEAD");
    assert.equal(missing.status, 404);
    assert.equal(missing.body.length, 0);
  });

  test("refuses what it does not have", async () => {
    for (const path of ["/missing.js", "/pkg", "/pkg/", "/pkg/missing", "/index.html/", "/%", "/%ff"]) {
      assert.equal((await ask(path)).status, 404, path);
    }
    const posted = await ask("/", "POST");
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.allow, "GET, HEAD");
  });

  test("never leaves its two folders", async () => {
    const ways = [
      "/../tests/page.test.mjs",
      "/%2e%2e/tests/page.test.mjs",
      "/..%2ftests%2fpage.test.mjs",
      "/%2e%2e%2ftests/page.test.mjs",
      "/..%5ctests%5cpage.test.mjs",
      "/pkg/../tests/page.test.mjs",
      "/pkg/%2e%2e/tests/page.test.mjs",
      "/pkg/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
      "/pkg/../www-example-other/index.html",
      "/%252e%252e/tests/page.test.mjs",
      "//etc/passwd",
      "/%2fetc/passwd",
      "/index.html%00",
      "/index.html%00.js",
      "/pkg/%00",
      "http://127.0.0.1/../tests/page.test.mjs",
    ];
    for (const way of ways) assert.equal((await ask(way)).status, 404, way);
  });

  test("listens on this machine only", () => {
    assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test("runs as a command, and says where it is", async () => {
    const script = fileURLToPath(new URL("../scripts/serve.mjs", import.meta.url));
    const run = (...args) => spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const running = run("0");
    const exit = once(running, "exit");
    try {
      const [line] = await once(running.stdout, "data");
      assert.match(line.toString(), /^http:\/\/127\.0\.0\.1:\d+\/\n$/);
      assert.equal((await fetch(line.toString().trim())).status, 200);
      const [taken] = await once(run(new URL(line.toString()).port), "exit");
      assert.equal(taken, 1);
    } finally {
      running.kill();
    }
    await exit;
    const [wrong] = await once(run("many"), "exit");
    assert.equal(wrong, 2);
  });
});
