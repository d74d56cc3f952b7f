// What the steps of the scenarios do, in a world with one of OpenFeature's SDKs and the provider for it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { FakeClient } from "./fake-client.mjs";

const snapshot = (name) => readFileSync(new URL(`${name}.json`, import.meta.url), "utf8");
/** Everything that was set off before now has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const METHODS = { boolean: "getBooleanDetails", string: "getStringDetails", number: "getNumberDetails", object: "getObjectDetails" };

let domains = 0;

/** OpenFeature as an application has it, under a domain of its own. */
export class World {
  domain = `scenario-${(domains += 1)}`;
  context = {};
  events = [];
  tracked = [];

  constructor({ sdk, SamebucketProvider, Evaluator }) {
    this.sdk = sdk;
    this.SamebucketProvider = SamebucketProvider;
    this.evaluator = new Evaluator({ clock: () => Date.parse("2026-11-20T12:00:00Z") });
    this.openFeature = sdk.OpenFeature.getClient(this.domain);
    // A provider that cannot be initialised is logged as well.
    this.openFeature.setLogger({ error() {}, warn() {}, info() {}, debug() {} });
    sdk.OpenFeature.setLogger({ error() {}, warn() {}, info() {}, debug() {} });
    for (const event of Object.values(sdk.ProviderEvents)) {
      this.openFeature.addHandler(event, (details) => {
        // Before a provider is set the SDK's own stands in.
        if (details.providerName === "samebucket") this.events.push({ event, details });
      });
    }
  }

  get inWeb() {
    return "setContext" in this.sdk.OpenFeature && this.SamebucketProvider.prototype.onContextChange !== undefined;
  }

  set(options) {
    this.provider = new this.SamebucketProvider(this.flags, options);
    // What an evaluator has loaded before, its provider has to be told.
    if (this.info) this.provider.loaded(this.info);
    return (this.setting = this.sdk.OpenFeature.setProviderAndWait(this.domain, this.provider).then(() => "set", (error) => error.message));
  }

  /** In a page there is one context; on a server each evaluation has its own. */
  async setContext(context) {
    this.context = context;
    if (this.inWeb) await this.sdk.OpenFeature.setContext(this.domain, context);
  }

  ask(type, flag, defaultValue) {
    const context = this.inWeb ? [] : [this.context];
    return this.openFeature[METHODS[type]](flag, defaultValue, ...context);
  }

  track(metric, details) {
    const context = this.inWeb ? [] : [this.context];
    this.openFeature.track(metric, ...context, details);
  }

  async close() {
    await this.sdk.OpenFeature.clearProviders();
    if (this.inWeb) await this.sdk.OpenFeature.clearContexts();
    this.evaluator.free();
  }
}

export const definitions = [];
const step = (pattern, act) => definitions.push({ pattern, act });

step(/^the snapshot "(.+)" is in force$/, (world, name) => {
  world.flags = world.evaluator;
  world.info = world.evaluator.loadSnapshot(snapshot(name));
});
step(/^no snapshot is in force$/, (world) => {
  world.flags = world.evaluator;
});
step(/^flags that track, with the snapshot "(.+)"$/, (world, name) => {
  world.evaluator.loadSnapshot(snapshot(name));
  const { evaluator } = world;
  world.flags = {
    tracked: world.tracked,
    evaluate: (...asked) => evaluator.evaluate(...asked),
    evaluateAll: (context) => evaluator.evaluateAll(context),
    explain: (...asked) => evaluator.explain(...asked),
    bind: (context) => evaluator.bind(context),
    track(...what) {
      this.tracked.push(what);
    },
  };
});
step(/^a client without a snapshot$/, (world) => {
  world.flags = world.client = new FakeClient(world.evaluator);
});
step(/^a client with the snapshot "(.+)"$/, (world, name) => {
  world.flags = world.client = new FakeClient(world.evaluator);
  world.client.get(snapshot(name));
});

step(/^its provider is set$/, async (world) => {
  world.set();
  await settled();
});
step(/^its provider is set without waiting$/, (world) => {
  world.provider = new world.SamebucketProvider(world.flags);
  world.sdk.OpenFeature.setProvider(world.domain, world.provider);
});
step(/^its provider is set with a function that tracks$/, async (world) => {
  await world.set({ track: (...what) => world.tracked.push(what) });
});
step(/^another provider takes its place$/, async (world) => {
  await world.sdk.OpenFeature.setProviderAndWait(world.domain, new world.SamebucketProvider(world.evaluator));
});

step(/^the context (\{.*\})$/, (world, context) => world.setContext(JSON.parse(context)));
step(/^the context has the date (\S+) as "(.+)"$/, (world, date, name) => world.setContext({ targetingKey: "u-1", [name]: new Date(date) }));
step(/^the context is set to (\{.*\}) without waiting$/, (world, context) => void world.setContext(JSON.parse(context)));

step(/^the provider is set for another part too, with the context (\{.*\})$/, ({ sdk, domain, provider }, context) =>
  sdk.OpenFeature.setProviderAndWait(`${domain}-other`, provider, JSON.parse(context)),
);
step(/^the other part's string flag "(.+)" is (.+)$/, ({ sdk, domain }, flag, value) =>
  assert.equal(sdk.OpenFeature.getClient(`${domain}-other`).getStringValue(flag, "none"), JSON.parse(value)),
);

step(/^the client gets the snapshot "(.+)"$/, (world, name) => (world.client.get(snapshot(name)), settled()));
step(/^the client finds the old snapshot "(.+)"$/, (world, name) => (world.client.get(snapshot(name), true), settled()));
step(/^the client fails with "(.+)"$/, (world, message) => (world.client.fail(message), settled()));
step(/^the client's snapshot becomes stale$/, (world) => (world.client.age(), settled()));
step(/^the client's snapshot is stale$/, (world) => void (world.client.stale = true));
step(/^the evaluator loads the snapshot "(.+)"$/, (world, name) => (world.provider.loaded(world.evaluator.loadSnapshot(snapshot(name))), settled()));

step(/^the (\w+) flag "(.+)" is asked for with the default (.+)$/, async (world, type, flag, defaultValue) => {
  const answer = world.ask(type, flag, JSON.parse(defaultValue));
  world.details = world.inWeb ? answer : await answer;
});
step(/^"(.+)" is tracked with (\{.*\})$/, (world, metric, details) => world.track(metric, JSON.parse(details)));

step(/^the value is (.+)$/, ({ details }, value) => assert.deepEqual(details.value, JSON.parse(value)));
step(/^its member "(.+)" is (.+)$/, ({ details }, member, value) => assert.deepEqual(details.value[member], JSON.parse(value)));
step(/^the details are those of "(.+)"$/, ({ details }, flag) => assert.equal(details.flagKey, flag));
step(/^its (metadata|value) cannot be changed$/, ({ details }, part) => {
  const object = details[part === "value" ? "value" : "flagMetadata"];
  assert.throws(() => (object.added = 1), TypeError);
  for (const member of Object.keys(object)) assert.throws(() => (object[member] = 1), TypeError);
});
step(/^the context still is (\{.*\})$/, ({ context }, expected) => assert.deepEqual(context, JSON.parse(expected)));
step(/^the variant is "(.+)"$/, ({ details }, variant) => assert.equal(details.variant, variant));
step(/^there is no variant$/, ({ details }) => assert.equal("variant" in details, false));
step(/^the reason is (\w+)$/, ({ details }, reason) => assert.equal(details.reason, reason));
step(/^there is no error$/, ({ details }) => assert.deepEqual([details.errorCode, details.errorMessage], [undefined, undefined]));
step(/^the error is (\w+)$/, ({ details }, code) => assert.deepEqual([details.errorCode, details.reason], [code, "ERROR"]));
step(/^the error is (\w+), "(.+)"$/, ({ details }, code, message) => assert.deepEqual([details.errorCode, details.errorMessage], [code, message]));
step(/^the metadata is (\{.*\})$/, ({ details }, metadata) => assert.deepEqual(details.flagMetadata, JSON.parse(metadata)));

step(/^the status is (\w+) at once$/, ({ openFeature }, status) => assert.equal(openFeature.providerStatus, status));
step(/^the status is (\w+)$/, async ({ openFeature }, status) => {
  await settled();
  assert.equal(openFeature.providerStatus, status);
});
step(/^to set the provider fails with "(.+)"$/, async ({ setting }, message) => assert.equal(await setting, message));
step(/^the events are (.+)$/, async ({ events }, names) => {
  await settled();
  assert.deepEqual(events.map(({ event }) => event), names.split(", "));
});
step(/^the flags changed are (.+)$/, ({ events }, flags) => assert.deepEqual(events.at(-1).details.flagsChanged, JSON.parse(`[${flags}]`)));
step(/^the message of the last event is "(.+)"$/, ({ events }, message) => assert.equal(events.at(-1).details.message, message));
step(/^nobody listens to the client$/, ({ client }) => assert.equal(client.listeners, 0));
step(/^the client is not closed$/, ({ client }) => assert.equal(client.closed, false));
step(/^what was tracked is "(.+)" for (\{.*\}) with (\{.*\})$/, ({ tracked }, metric, context, details) =>
  assert.deepEqual(tracked, [[metric, JSON.parse(context), JSON.parse(details)]]),
);
step(/^nothing was tracked$/, ({ tracked }) => assert.deepEqual(tracked, []));
