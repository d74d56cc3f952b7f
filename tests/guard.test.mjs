// `guard` and the events of circuits in `samebucket/observe`, and the examples of docs/circuit-breaker.md.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { installPackage } from "./consumer.mjs";

const { folder } = installPackage("guard-consumer");
const require = createRequire(join(folder, "index.cjs"));
const { Evaluator } = require("samebucket");
const { observe } = require("samebucket/observe");

const on = { variants: { on: true, off: false }, default: "on" };
const snapshot = {
  schema: "samebucket/1",
  flags: {
    held: { ...on, errorThreshold: { rate: 0, windowSeconds: 10, minimumSamples: 0 } },
    off: { ...on, default: "off" }, free: on, text: { variants: { on: "blue", off: "" }, default: "on" }, empty: { variants: { on: "blue", off: "" }, default: "off" },
  },
};

function ready() {
  const clock = { now: 0 };
  const evaluator = new Evaluator({ clock: () => clock.now });
  evaluator.loadSnapshot(snapshot);
  const flags = observe(evaluator);
  const events = /** @type {any[]} */ ([]);
  flags.on("circuit", (event) => events.push(event));
  const samples = () => evaluator.exportCircuits().held?.samples ?? [];
  return { clock, evaluator, flags, events, samples };
}
const wrong = new Error("wrong");
const fail = () => { throw wrong; };

test("a flag that is on runs `on`, and one that is off runs `off`", () => {
  const { flags, samples } = ready();
  const seen = [];
  const ask = (key, off = /** @type {any} */ ((evaluation, error) => (seen.push([evaluation.flagKey, evaluation.value, error]), "off"))) =>
    flags.guard(key, { targetingKey: "u" }, ({ flagKey, value }) => (seen.push([flagKey, value]), "on"), off);
  assert.deepEqual(["held", "free", "text", "off", "empty", "missing"].map((key) => ask(key)), ["on", "on", "on", "off", "off", "off"]);
  assert.deepEqual(seen, [["held", true], ["free", true], ["text", "blue"], ["off", false, undefined], ["empty", "", undefined], ["missing", undefined, undefined]]);
  assert.equal(flags.guard("off", {}, () => "on"), undefined);
  assert.deepEqual(samples(), [{ at: 0, successes: 1, errors: 0 }]);
  assert.equal(flags.metrics().flags.held.evaluations, 1);
});

test("what fails is counted, and falls back to `off`", async () => {
  for (const later of [false, true]) {
    const { flags, events } = ready();
    const broken = later ? async () => fail() : fail;
    const result = flags.guard("held", {}, broken, (evaluation, error) => [evaluation.value, error]);
    assert.equal(result instanceof Promise, later);
    assert.deepEqual(await result, [true, wrong]);
    assert.deepEqual(events, [{ flag: "held", state: "open", at: 0 }]);
    assert.equal(flags.guard("held", {}, () => assert.fail("the circuit is open"), () => "off"), "off");
  }
});

test("what fails without `off` is thrown, and what `off` throws", async () => {
  const { flags, events } = ready();
  assert.throws(() => flags.guard("held", {}, fail), wrong);
  assert.equal(events.length, 1);
  assert.throws(() => flags.guard("off", {}, () => "on", fail), wrong);
  await assert.rejects(flags.guard("free", {}, async () => fail()), wrong);
  const other = new Error("other");
  assert.throws(() => flags.guard("free", {}, fail, () => { throw other; }), other);
  await assert.rejects(/** @type {any} */ (flags.guard("free", {}, async () => fail(), () => { throw other; })), other);
});

test("what is given at once is given at once, and what promises resolve to is a success", async () => {
  const { flags, samples } = ready();
  assert.equal(flags.guard("held", {}, () => 5), 5);
  assert.equal(flags.guard("held", {}, () => undefined), undefined);
  const promise = flags.guard("held", {}, async () => 6, () => 7);
  assert.equal(samples()[0].successes, 2);
  assert.equal(await promise, 6);
  assert.equal(samples()[0].successes, 3);
  const thenable = { then: (/** @type {any} */ resolve) => resolve(8) };
  assert.equal(await flags.guard("held", {}, () => thenable), 8);
  assert.equal(samples()[0].successes, 4);
  const trap = { get then() { throw wrong; } };
  assert.equal(flags.guard("held", {}, () => trap, () => "off"), "off");
});

test("what is no function is refused before anything is evaluated", () => {
  const { flags } = ready();
  for (const bad of [undefined, null, 5, "f"]) assert.throws(() => flags.guard("held", {}, /** @type {any} */ (bad), () => 1), /`on` must be a function/);
  for (const bad of [null, 5, "f"]) assert.throws(() => flags.guard("held", {}, () => 1, /** @type {any} */ (bad)), /`off` must be a function/);
  assert.equal(flags.metrics().evaluations, 0);
});

test("events come once: opened, half open by the first evaluation, closed", () => {
  const { clock, flags, events } = ready();
  const bound = flags.bind({ targetingKey: "u" });
  flags.recordError("held");
  clock.now = 9_999;
  bound.evaluate("held");
  assert.deepEqual(events.splice(0), [{ flag: "held", state: "open", at: 0 }]);
  clock.now = 12_000;
  assert.equal(bound.evaluate("held").value, true);
  flags.evaluate("held");
  assert.deepEqual(events.splice(0), [{ flag: "held", state: "half_open", at: 12_000 }]);
  assert.deepEqual(flags.recordSuccess("held"), []);
  for (let count = 0; count < 3; count++) flags.guard("held", {}, () => 1);
  assert.deepEqual(flags.recordSuccess("held"), [{ flag: "held", state: "closed", at: 12_000 }]);
  assert.deepEqual(events.splice(0), [{ flag: "held", state: "closed", at: 12_000 }]);
  flags.recordError("held");
  clock.now = 30_000;
  flags.recordError("held");
  assert.deepEqual(events.splice(0).map(({ state }) => state), ["open", "half_open", "open"]);
  clock.now = 50_000;
  flags.evaluateAll();
  assert.deepEqual(events.splice(0).map(({ state }) => state), ["half_open"]);
});

test("what was imported is no event, but what comes of it is", () => {
  const [one, other] = [ready(), ready()];
  one.flags.recordError("held");
  other.flags.importCircuits(one.flags.exportCircuits());
  assert.deepEqual(other.events, []);
  assert.equal(other.flags.evaluate("held").backendReason, "circuit_open");
  other.clock.now = 10_000;
  other.flags.evaluate("held");
  assert.deepEqual(other.events, [{ flag: "held", state: "half_open", at: 10_000 }]);
  assert.throws(() => other.flags.importCircuits("{"));
});

test("a client's evaluator has the circuits, and what has none counts nothing", () => {
  const { evaluator } = ready();
  const client = { evaluate: evaluator.evaluate, evaluateAll: evaluator.evaluateAll, explain: evaluator.explain, bind: evaluator.bind, evaluator };
  const events = [];
  const flags = observe(observe(client));
  flags.on("circuit", (event) => events.push(event.state));
  flags.guard("held", {}, fail, () => "off");
  assert.deepEqual(events, ["open"]);
  const { evaluator: _, ...bare } = client;
  evaluator.importCircuits({ held: { state: "closed", since: 0, successes: 0, samples: [] } });
  assert.deepEqual(observe(bare).recordError("held"), []);
  assert.equal(observe(bare).guard("held", {}, () => "on"), "on");
});

test("a listener that fails breaks nothing", (t) => {
  const { flags } = ready();
  const told = t.mock.method(console, "error", () => {});
  flags.on("circuit", fail);
  assert.equal(flags.guard("held", {}, fail, () => "off"), "off");
  assert.equal(told.mock.callCount(), 1);
});

const page = readFileSync(new URL("../pkg-template/docs/circuit-breaker.md", import.meta.url), "utf8");
const blocks = (/** @type {string} */ language) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);
test("docs/circuit-breaker.md: the examples print what they say", () => {
  const [examples, outputs] = [blocks("js"), blocks("text")];
  assert.deepEqual([examples.length, outputs.length], [2, 2]);
  for (const [number, example] of examples.entries()) {
    writeFileSync(join(folder, "example.mjs"), example);
    assert.equal(execFileSync("node", ["example.mjs"], { cwd: folder, encoding: "utf8" }), outputs[number]);
  }
});
