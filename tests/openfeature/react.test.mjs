// The example in React: rendered by the server, taken over in Chromium, followed.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { launchChromium } from "../browser.mjs";
import { installPackage } from "../consumer.mjs";

const example = fileURLToPath(new URL("../../www-example/react", import.meta.url));
const shop = readFileSync(new URL("../../www-example/snapshot.json", import.meta.url), "utf8");
// The server's user is in the allow list of `new-checkout`, and with bucket 75 790 beyond the 75 % of `recommendations` who get 8.
const PLUS = ["Free shipping from 25 €.", "Checkout on one page.", "4 recommendations."];
const FREE = ["Free shipping from 49.9 €.", "Checkout on one page.", "4 recommendations."];

/** Builds the example with the packed package, and starts it. */
async function start(name, { mode = "development", changed = (page) => page } = {}) {
  const { folder } = installPackage(name);
  for (const file of ["app.jsx", "server.jsx", "page.jsx"]) cpSync(join(example, file), join(folder, file));
  writeFileSync(join(folder, "page.jsx"), changed(readFileSync(join(folder, "page.jsx"), "utf8")));
  const { scripts } = JSON.parse(readFileSync(join(example, "package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", scripts: inMode(scripts, mode) }));
  execFileSync("npm", ["run", "build"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const snapshot = join(folder, "snapshot.json");
  writeFileSync(snapshot, shop);
  const server = spawn(process.execPath, ["built/server.js"], {
    cwd: folder, env: { ...process.env, PORT: "0", SNAPSHOT: snapshot, NODE_ENV: mode }, stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await once(server.stdout, "data");
  return {
    url: String(output).trim(),
    publish: (text) => writeFileSync(snapshot, text),
    stop: async () => {
      server.kill();
      await once(server, "exit");
    },
  };
}

/** React says more of a page that it finds to differ when it is built for development. */
const inMode = (scripts, mode) => Object.fromEntries(Object.entries(scripts).map(([name, script]) => [name, script.replace("production", mode)]));

/** Opens the page and notes all that it ever says, from the first byte on, and every complaint. */
async function open(browser, url) {
  const page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  const faults = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  await page.addInitScript(() => {
    window.said = [];
    const note = () => {
      const texts = [...document.querySelectorAll("#root p")].map((line) => line.textContent);
      if (texts.length === 3 && JSON.stringify(texts) !== JSON.stringify(window.said.at(-1))) window.said.push(texts);
    };
    new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await page.goto(url);
  // React marks the elements that it has taken over.
  const taken = () => Object.keys(document.querySelector("#root > main") ?? {}).some((key) => key.startsWith("__reactFiber"));
  await page.waitForFunction(taken);
  // And what an effect or a first answer of the server would change has been changed.
  await page.waitForLoadState("networkidle");
  return { page, faults, said: () => page.evaluate(() => window.said), saying: (texts) => page.waitForFunction(saysAtLast, texts) };
}

const saysAtLast = (texts) => JSON.stringify(window.said.at(-1)) === JSON.stringify(texts);

for (const mode of ["development", "production"]) {
  describe(`built for ${mode}`, () => {
    let app, browser;
    before(async () => {
      app = await start(`openfeature-react-${mode}`, { mode });
      browser = await launchChromium();
    });
    after(async () => {
      await browser?.close();
      await app?.stop();
    });

    test("the server's page has the flags' values, not the defaults", async () => {
      const html = (await (await fetch(app.url)).text()).replaceAll("<!-- -->", "");
      for (const line of PLUS) assert.ok(html.includes(`>${line}</p>`), `${line} is not in ${html.slice(0, 1_000)}`);
    });

    test("the first rendering in the browser is the server's: nothing flickers, and React finds no difference", async () => {
      const { page, faults, said } = await open(browser, app.url);
      assert.deepEqual([await said(), faults], [[PLUS], []]);
      await page.close();
    });

    test("another context, and another snapshot, render anew", async () => {
      const { page, faults, said, saying } = await open(browser, app.url);
      await page.click("button");
      await saying(FREE);
      await page.click("button");
      await saying(PLUS);

      const next = JSON.parse(shop);
      next.flags["free-shipping-from"].variants.plus = 19;
      app.publish(JSON.stringify(next));
      const cheaper = ["Free shipping from 19 €.", ...PLUS.slice(1)];
      // The client asks again when a page comes online; the next poll would come as well.
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await saying(cheaper);

      assert.deepEqual([await said(), faults], [[PLUS, FREE, PLUS, cheaper], []]);
      app.publish(shop);
      await page.close();
    });
  });
}

describe("what these tests would see", () => {
  const differing = [
    ["a page for another user", "user);", "{ ...user, plan: \"free\" });"],
    ["a provider that is not ready yet", 'import "samebucket/inline";', 'import "samebucket";'],
  ];
  for (const [title, from, to] of differing) {
    test(title, async (t) => {
      const changed = (page) => {
        assert.ok(page.includes(from));
        return page.replace(from, to);
      };
      const app = await start("openfeature-react-differing", { changed });
      t.after(app.stop);
      const browser = await launchChromium();
      t.after(() => browser.close());
      const { faults, said } = await open(browser, app.url);
      assert.match(faults.join("\n"), /[Hh]ydrat/);
      assert.deepEqual((await said()).slice(0, 2), [PLUS, title.includes("ready") ? ["Free shipping from 49.9 €.", "Checkout in four steps.", "0 recommendations."] : FREE]);
    });
  }
});
