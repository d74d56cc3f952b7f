// What the scenarios cannot say: the providers asked directly, by `import` and by `require`, with flags and contexts that misbehave.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { installPackage } from "../consumer.mjs";
import { FakeClient } from "./fake-client.mjs";

const { folder } = installPackage("openfeature-provider");
const require = createRequire(join(folder, "index.js"));
const { Evaluator } = require("samebucket");
const { observe } = require("samebucket/observe");
const shop = readFileSync(new URL("shop.json", import.meta.url), "utf8");
const shopEvaluator = () => {
  const evaluator = new Evaluator();
  return { evaluator, info: evaluator.loadSnapshot(shop) };
};

const throwing = (what) => {
  throw what;
};
const nameless = {
  get message() {
    throw new Error("no message");
  },
};

for (const runsOn of ["client", "server"]) {
  const name = runsOn === "client" ? "web" : "server";
  const ways = { import: await import(pathToFileURL(join(folder, `node_modules/samebucket/openfeature-${name}.js`)).href), require: require(`samebucket/openfeature-${name}`) };
  for (const [way, { SamebucketProvider, ...others }] of Object.entries(ways)) {
    describe(`openfeature-${name} by ${way}`, () => {
      test("exports the provider alone, which says what it is and has no hooks", () => {
        const { evaluator } = shopEvaluator();
        const provider = new SamebucketProvider(evaluator);
        assert.deepEqual(Object.keys(others).filter((key) => !["default", "module.exports"].includes(key)), []);
        assert.deepEqual([provider.metadata, provider.runsOn, provider.hooks], [{ name: "samebucket" }, runsOn, undefined]);
        assert.equal(provider.flags, evaluator);
      });

      test("resolves each type, in OpenFeature's form", async () => {
        const { evaluator, info } = shopEvaluator();
        const provider = new SamebucketProvider(evaluator);
        const context = { targetingKey: "u-1", plan: "member" };
        const found = async () => [
          await provider.resolveBooleanEvaluation("gift-wrap", false, context), await provider.resolveStringEvaluation("checkout", "none", context),
          await provider.resolveNumberEvaluation("discount", 0, context), await provider.resolveObjectEvaluation("layout", {}, context),
        ];
        const layout = { columns: 3, title: "Shop", wide: false, margins: [8, 16] };
        const expected = (version) => [
          { value: true, variant: "on", reason: "STATIC", flagMetadata: { ...version, backendReason: "default" } },
          { value: "express", variant: "new", reason: "TARGETING_MATCH", flagMetadata: { ...version, ruleId: "members", backendReason: "rule" } },
          { value: 0.25, variant: "sale", reason: "STATIC", flagMetadata: { ...version, backendReason: "default" } },
          { value: layout, variant: "grid", reason: "STATIC", flagMetadata: { ...version, backendReason: "default" } },
        ];
        assert.deepEqual(await found(), expected({}));
        provider.loaded(info);
        assert.deepEqual(await found(), expected({ version: "2026-11-20.1" }));
      });

      test("answers at once on pages, by a promise on servers", () => {
        const provider = new SamebucketProvider(shopEvaluator().evaluator);
        const types = ["Boolean", "String", "Number", "Object"].map((type) => provider[`resolve${type}Evaluation`]("no-such-flag", undefined, {}) instanceof Promise);
        assert.deepEqual(types, Array(4).fill(runsOn === "server"));
      });

      test("never throws: whatever the flags throw is an error with the default", async () => {
        for (const [thrown, message] of [[new Error("broken"), "broken"], ["text", "text"], [undefined, "undefined"], [nameless, "something that has no message was thrown"]]) {
          const flags = { evaluate: () => throwing(thrown), evaluateAll: () => ({}), explain: () => ({}), bind: () => ({}) };
          const found = await new SamebucketProvider(flags).resolveNumberEvaluation("a", 5, {});
          assert.deepEqual(found, { value: 5, reason: "ERROR", errorCode: "GENERAL", errorMessage: message, flagMetadata: {} });
        }
      });

      test("never throws: a context that cannot be read is an error", async () => {
        const context = {
          get plan() {
            throw new Error("no plan");
          },
        };
        const provider = new SamebucketProvider(shopEvaluator().evaluator);
        const { value, errorCode } = await provider.resolveStringEvaluation("checkout", "none", context);
        assert.deepEqual([value, errorCode], ["none", "INVALID_CONTEXT"]);
      });

      test("a flag that a backend answers though it is not there is an error to OpenFeature", async () => {
        const evaluator = new Evaluator();
        evaluator.loadSnapshot({ flags: {}, default_enabled: true });
        const found = await new SamebucketProvider(evaluator).resolveBooleanEvaluation("none", false, {});
        assert.deepEqual(found, {
          value: false, reason: "ERROR", errorCode: "FLAG_NOT_FOUND", errorMessage: "the snapshot has no flag `none`", flagMetadata: { backendReason: "default_enabled" },
        });
      });

      test("waits for a client without a snapshot alone", async () => {
        const client = new FakeClient(new Evaluator());
        const provider = new SamebucketProvider(client);
        const waiting = provider.initialize();
        client.get(shop);
        assert.equal(await waiting, undefined);
        assert.equal(provider.initialize, undefined);
      });

      test("what observes a client has the client named, for its snapshots", async () => {
        const client = new FakeClient(new Evaluator());
        const { evaluate, evaluateAll, explain, bind } = client;
        const provider = new SamebucketProvider({ evaluate, evaluateAll, explain, bind }, { client });
        const changes = [];
        provider.events.addHandler("PROVIDER_CONFIGURATION_CHANGED", ({ flagsChanged }) => void changes.push(flagsChanged));
        client.get(shop);
        assert.equal((await provider.resolveBooleanEvaluation("gift-wrap", false, {})).flagMetadata.version, "2026-11-20.1");
        client.get({ schema: "samebucket/1", flags: { "gift-wrap": JSON.parse(shop).flags["gift-wrap"] } });
        assert.deepEqual(changes, [Object.keys(JSON.parse(shop).flags).filter((key) => key !== "gift-wrap").sort()]);
      });

      test("what `observe` makes of a client is followed as the client is, and tells of circuits", async () => {
        const client = new FakeClient(new Evaluator({ clock: () => now }));
        let now = 0;
        const observed = observe(observe(client));
        const provider = new SamebucketProvider(observed);
        const told = [];
        provider.events.addHandler("PROVIDER_CONFIGURATION_CHANGED", ({ flagsChanged }) => void told.push(flagsChanged));
        const flag = { variants: { on: true, off: false }, default: "on", off: "off", errorThreshold: { rate: 0.5, windowSeconds: 60, minimumSamples: 2 } };
        client.get({ schema: "samebucket/1", version: "7", flags: { fragile: flag } });
        const answer = async () => (await provider.resolveBooleanEvaluation("fragile", false, {})).value;
        assert.equal((await provider.resolveBooleanEvaluation("fragile", false, {})).flagMetadata.version, "7");
        for (let time = 0; time < 3; time++) observed.recordError("fragile");
        assert.deepEqual(told, []); // not in the middle of what has noticed it
        await turn();
        assert.deepEqual([told, await answer()], [[undefined], false]); // flags that require it have changed, too
        now += 3_600_000;
        assert.equal(await answer(), true); // the first evaluation notices that it is half open
        await turn();
        assert.deepEqual(told, [undefined, undefined]);
        await provider.onClose();
        for (let time = 0; time < 3; time++) observed.recordError("fragile");
        await turn();
        assert.deepEqual([told.length, client.listeners], [2, 0]);
      });

      test("flags of one's own are not taken for what observes", async () => {
        const { evaluator } = shopEvaluator();
        const client = new FakeClient(evaluator);
        client.get(shop);
        const { evaluate, evaluateAll, explain, bind } = evaluator;
        const own = { evaluate, evaluateAll, explain, bind, flags: client, on: () => throwing(new Error("no")) };
        for (const flags of [own, Object.assign({ ...own }, { on: () => undefined }), ((cyclic) => (cyclic.flags = cyclic))({ ...own })]) {
          const provider = new SamebucketProvider(flags, { client });
          assert.equal(client.listeners, 4);
          await provider.onClose();
          assert.equal(client.listeners, 0);
        }
      });

      test("set again after it was closed, it follows again", async () => {
        const client = new FakeClient(new Evaluator());
        client.get(shop);
        const provider = new SamebucketProvider(client);
        assert.equal(client.listeners, 4);
        await provider.onClose();
        assert.equal(client.listeners, 0);
        await provider.initialize();
        assert.equal(client.listeners, 4);
      });

      test("closed with a client of its own, it cannot be set again", async () => {
        const answer = async () => new Response(shop, { headers: { "content-type": "application/json" } });
        const provider = new SamebucketProvider({ url: "http://127.0.0.1/flags.json", fetch: answer });
        await provider.initialize();
        assert.equal(provider.initialize, undefined);
        await provider.onClose();
        await assert.rejects(provider.initialize(), /^Error: the provider was closed, and with it its own client; make another one$/);
      });

      test("what evaluates nothing is refused", () => {
        assert.throws(() => new SamebucketProvider(), /^TypeError: `createClient` takes an object with a `url`$/);
        assert.throws(() => new SamebucketProvider({}), TypeError);
      });

      if (runsOn === "client") {
        test("another context takes no promise", () => {
          assert.equal(new SamebucketProvider(shopEvaluator().evaluator).onContextChange({}, { targetingKey: "u-1" }), undefined);
        });
      }
    });
  }
}

test("the SDKs are optional, and the core is asked for by the package's name", () => {
  const manifest = JSON.parse(readFileSync(join(folder, "node_modules/samebucket/package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  assert.deepEqual(manifest.peerDependencies, { "@openfeature/server-sdk": "^1.23.0", "@openfeature/web-sdk": "^1.10.0" });
  for (const name of Object.keys(manifest.peerDependencies)) assert.equal(manifest.peerDependenciesMeta[name].optional, true);
  for (const file of ["openfeature-web.cjs", "openfeature-server.cjs"]) {
    const required = [...readFileSync(join(folder, "node_modules/samebucket", file), "utf8").matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name).sort();
    assert.deepEqual(required, [`@openfeature/${file.slice(12, -4)}-sdk`, "samebucket/client"]);
  }
});
