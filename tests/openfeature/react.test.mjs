// The example in React: rendered by the server, taken over in Chromium, followed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { launchChromium } from "../browser.mjs";
import { startRendering, visit } from "./rendering.mjs";

const read = (path) => readFileSync(new URL(`../../www-example/${path}`, import.meta.url), "utf8");
const { scripts } = JSON.parse(read("react/package.json"));
const files = Object.fromEntries(["app.jsx", "server.jsx", "page.jsx"].map((file) => [file, read(`react/${file}`)]));
const shop = read("snapshot.json");

// The server's user is in the allow list of `new-checkout`, and with bucket 75 790 beyond the 75 % of `recommendations` who get 8.
const PLUS = ["Free shipping from 25 €.", "Checkout on one page.", "4 recommendations."];
const FREE = ["Free shipping from 49.9 €.", ...PLUS.slice(1)];
const DEFAULTS = ["Free shipping from 49.9 €.", "Checkout in four steps.", "0 recommendations."];

let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser?.close());

for (const mode of ["development", "production"]) {
  describe(`built for ${mode}`, () => {
    let app;
    before(async () => {
      app = await startRendering(`openfeature-react-${mode}`, files, shop, { mode, scripts });
    });
    after(() => app?.stop());

    test("the server's page has the flags' values, not the defaults", async () => {
      const html = await (await fetch(app.url)).text();
      for (const line of PLUS) assert.ok(html.replaceAll("<!-- -->", "").includes(`>${line}</p>`), `${line} is not in ${html.slice(0, 500)}`);
    });

    test("the first rendering in the browser is the server's: nothing flickers, and React finds no difference", async () => {
      const { page, faults, said } = await visit(browser, app.url, "p");
      assert.deepEqual([await said(), faults], [[PLUS], []]);
      await page.close();
    });

    test("another context, and another snapshot, render anew", async () => {
      const { page, faults, said, saying } = await visit(browser, app.url, "p");
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

describe("a page that begins otherwise is seen to differ", () => {
  for (const [title, from, to, texts] of [
    ["for another user", "user);", '{ ...user, plan: "free" });', FREE],
    // Nor does the example's server have a wasm to give out.
    ["before the provider is ready", 'import "samebucket/inline";', "", DEFAULTS],
  ]) {
    test(title, async (t) => {
      assert.ok(files["page.jsx"].includes(from));
      const app = await startRendering("openfeature-react-differing", { ...files, "page.jsx": files["page.jsx"].replace(from, to) }, shop, { scripts });
      t.after(app.stop);
      const { faults, said, page } = await visit(browser, app.url, "p", { asks: texts !== DEFAULTS });
      assert.match(faults.join("\n"), /[Hh]ydrat/);
      assert.deepEqual((await said()).slice(0, 2), [PLUS, texts]);
      await page.close();
    });
  }
});
