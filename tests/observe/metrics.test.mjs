// What is counted of evaluations, and that evaluating stays what it is.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

import { conformanceSuites, installPackage } from "../consumer.mjs";

const { folder } = installPackage("observe-metrics-consumer");
const require = createRequire(join(folder, "index.cjs"));
/** @type {typeof import("../../pkg-template/index.js")} */
const { Evaluator } = require("samebucket");
/** @type {typeof import("../../pkg-template/observe.js")} */
const { observe } = require("samebucket/observe");

const COUNTING = Symbol.for("samebucket.counting");

const split = { variants: { on: true, off: false }, default: { split: { on: 50, off: 50 } } };
const SNAPSHOT = {
  schema: "samebucket/1",
  flags: {
    split,
    colour: { variants: { red: "red", blue: "blue" }, off: "red", rules: [{ when: [{ attribute: "plan", operator: "equals", value: "pro" }], serve: "blue" }] },
    fixed: { variants: { on: true, off: false }, default: "on" },
  },
};

function loaded(snapshot = SNAPSHOT) {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(snapshot);
  return evaluator;
}

/** Without prototypes, which `deepEqual` would compare. */
const plain = (value) => JSON.parse(JSON.stringify(value));

test("evaluations, variants, reasons, errors and the last evaluation, by flag", async () => {
  let now = 1_000;
  const observed = observe(loaded(), { clock: () => now });
  for (let user = 0; user < 100; user++) observed.evaluate("split", { targetingKey: `user-${user}` }, false);
  await turn();
  now = 2_000;
  observed.evaluate("colour", { plan: "pro" }, "red");
  observed.evaluate("colour", {}, "red");
  observed.evaluate("colour", {}, 7);
  observed.evaluate("colour", { get plan() { throw new Error("no"); } }, "red");
  await turn();
  now = 3_000;
  observed.evaluate("missing", {}, 1);
  const on = Array.from({ length: 100 }, (_, user) => loaded().evaluate("split", { targetingKey: `user-${user}` }).value).filter(Boolean).length;
  assert.ok(on > 30 && on < 70);
  assert.deepEqual(plain(observed.metrics()), {
    since: 1_000,
    evaluations: 105,
    flags: {
      split: { evaluations: 100, variants: { on, off: 100 - on }, reasons: { SPLIT: 100 }, errors: {}, lastEvaluated: 1_000 },
      colour: {
        evaluations: 4, variants: { blue: 1, red: 1 }, reasons: { TARGETING_MATCH: 1, DEFAULT: 1, ERROR: 2 }, errors: { TYPE_MISMATCH: 1, INVALID_CONTEXT: 1 }, lastEvaluated: 2_000,
      },
    },
    unknown: { evaluations: 1, variants: {}, reasons: { ERROR: 1 }, errors: { FLAG_NOT_FOUND: 1 }, lastEvaluated: 3_000 },
  });
});

test("all ways to evaluate count, explanations do not, and `bulk` says what `evaluateAll` is", () => {
  for (const [bulk, times] of [[undefined, 2], ["count", 2], ["expose", 2], ["ignore", 0]]) {
    const observed = observe(loaded(), { bulk });
    const { evaluate, evaluateAll, explain, bind } = observed; // taken off
    const context = { targetingKey: "u" };
    evaluate("fixed", context, false);
    const bound = bind(context);
    bound.evaluate("fixed", false);
    bound.evaluate("fixed");
    evaluateAll(context);
    bound.evaluateAll();
    explain("fixed", context);
    bound.explain("fixed");
    assert.equal(observed.metrics().flags.fixed.evaluations, 3 + times, bulk);
    assert.equal(observed.metrics().flags.colour?.evaluations ?? 0, times, bulk);
    bound.free();
    assert.equal(bound.evaluate("fixed", false).errorCode, "GENERAL");
    assert.equal(observed.metrics().flags.fixed.errors.GENERAL, 1);
  }
});

test("evaluations are those of the evaluator, object by object, for every conformance case", () => {
  let cases = 0;
  for (const suite of conformanceSuites()) {
    if (suite.snapshot === undefined) continue;
    const evaluator = new Evaluator({ clock: () => Date.parse("2026-01-01T00:00:00Z") });
    evaluator.loadSnapshot(JSON.stringify(suite.snapshot));
    const observed = observe(evaluator, { exposures: true, bulk: "expose" });
    for (const { flagKey, context, default: fallback } of suite.cases ?? suite.tests ?? []) {
      const [found, wanted] = [observed, evaluator].map((flags) => flags.evaluate(flagKey, context, fallback));
      assert.deepEqual(found, wanted);
      // Those that are made once are handed on, and not copied.
      if (wanted === evaluator.evaluate(flagKey, context, fallback)) assert.equal(found, wanted);
      assert.deepEqual(observed.explain(flagKey, context), evaluator.explain(flagKey, context));
      assert.deepEqual(observed.bind(context).evaluateAll(), evaluator.evaluateAll(context));
      cases++;
    }
  }
  assert.ok(cases > 500, String(cases));
});

test("it never throws, whatever it is given", () => {
  const observed = observe(new Evaluator(), { clock: () => { throw new Error("no time"); }, onExposure: () => {} });
  const hostile = new Proxy({}, { get() { throw new Error("no"); }, getOwnPropertyDescriptor() { throw new Error("no"); } });
  const ask = () => {
    for (const key of [undefined, null, 1, Symbol("s"), {}, { toString() { throw new Error("no"); } }, "split"]) {
      for (const context of [undefined, null, 3, hostile]) {
        observed.evaluate(key, context, 1);
        observed.bind(context).evaluate(key, 1);
        observed.explain(key, context);
        observed.track(key, context);
      }
    }
    observed.evaluateAll(hostile);
  };
  ask();
  assert.deepEqual(plain(observed.metrics().unknown), { evaluations: 56, variants: {}, reasons: { ERROR: 56 }, errors: { PROVIDER_NOT_READY: 56 }, lastEvaluated: null });
  const evaluator = loaded();
  const other = observe(evaluator, { onExposure: () => {}, bulk: "expose" });
  for (const context of [hostile, null, 3]) {
    assert.equal(typeof other.evaluate("split", context, false).value, "boolean");
    other.evaluateAll(context);
  }
});

test("two that observe one evaluator count each for itself, whoever comes first", async () => {
  const evaluator = loaded();
  // The second by another copy of the module.
  const { observe: observeToo } = await import(pathToFileURL(join(folder, "node_modules/samebucket/observe.js")).href);
  assert.notEqual(observeToo, observe);
  const [one, other] = [observe(evaluator, { clock: () => 1 }), observeToo(evaluator, { clock: () => 2 })];
  const context = { targetingKey: "u" };
  for (let round = 0; round < 10; round++) {
    one.evaluate("fixed", context);
    other.evaluate("fixed", context);
    other.evaluate("fixed", context);
    if (round % 3 === 0) await turn();
    if (round === 5) assert.equal(one.metrics().flags.fixed.evaluations, 6);
  }
  assert.deepEqual([one, other].map((observed) => observed.metrics().flags.fixed.evaluations), [10, 20]);
  assert.deepEqual([one, other].map((observed) => observed.metrics().flags.fixed.lastEvaluated), [1, 2]);
  // What is observed can be observed.
  const outer = observe(one);
  outer.evaluate("fixed", context);
  assert.deepEqual([one, outer].map((observed) => observed.metrics().flags.fixed.evaluations), [11, 1]);
});

test("counts go on after a reload, also for flags that are gone", () => {
  const evaluator = loaded();
  const observed = observe(evaluator);
  for (let load = 0; load < 200; load++) {
    observed.evaluate("fixed", {});
    observed.evaluate("fixed", {}, 7);
    evaluator.loadSnapshot({ ...SNAPSHOT, version: String(load) });
    if (load === 70) assert.equal(observed.metrics().flags.fixed.evaluations, 142);
  }
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { split } });
  observed.evaluate("fixed", {});
  const { evaluations, errors } = observed.metrics().flags.fixed;
  assert.deepEqual([evaluations, plain(errors)], [401, { TYPE_MISMATCH: 200, FLAG_NOT_FOUND: 1 }]);
});

test("an error of a flag that was evaluated before is that flag's", () => {
  const observed = observe(loaded());
  const bound = observed.bind({});
  bound.evaluate("fixed");
  bound.free();
  bound.evaluate("fixed");
  assert.deepEqual(plain(observed.metrics().flags.fixed.reasons), { STATIC: 1, ERROR: 1 });
});

test("whatever evaluates can be observed, all flags at once as well", () => {
  const evaluation = { flagKey: "own", value: true, variant: "on", reason: "STATIC", backendReason: null, ruleId: null };
  const observed = observe({ evaluate: () => ({ ...evaluation }), evaluateAll: () => ({ own: { ...evaluation }, other: { ...evaluation, flagKey: "other" } }) });
  observed.evaluateAll();
  observed.evaluate("own");
  assert.deepEqual(Object.entries(observed.metrics().flags).map(([key, { evaluations }]) => [key, evaluations]), [["own", 2], ["other", 1]]);
});

test("evaluations of snapshots that are gone are let go of", () => {
  const script = fileURLToPath(new URL("retained.mjs", import.meta.url));
  const { left, counted } = JSON.parse(execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" }));
  assert.equal(counted, 1_000);
  assert.ok(left <= 2, `${left} evaluations are left`);
});

test("whoever freezes whatever can be reached stops no counter", () => {
  const freeze = (value) => {
    if (Object.isFrozen(value) && value !== evaluation) return;
    Object.freeze(value);
    for (const key of Reflect.ownKeys(value)) if (typeof value[key] === "object" && value[key] !== null) freeze(value[key]);
  };
  const evaluator = loaded();
  const observed = observe(evaluator);
  const evaluation = evaluator.evaluate("fixed", {});
  freeze(evaluation);
  freeze(evaluator.evaluateAll({}));
  freeze(evaluator);
  observed.evaluate("fixed", {});
  observed.evaluate("fixed", {});
  freeze(observed.evaluateAll({}));
  assert.equal(observed.metrics().flags.fixed.evaluations, 3);
  // Not even one that looks at no mark of its own goes round in circles.
  const walk = (value) => Reflect.ownKeys(value).forEach((key) => typeof value[key] === "object" && value[key] !== null && walk(value[key]));
  walk(evaluation);
});

test("evaluations that somebody has changed count as what they are", () => {
  const evaluator = loaded();
  const { evaluate, explain, bind } = evaluator;
  const observed = observe({
    evaluate, explain, bind,
    evaluateAll(context) {
      const all = evaluator.evaluateAll(context);
      delete all.split;
      return Object.assign(all, { own: { ...all.fixed, flagKey: "own" } });
    },
  });
  observed.evaluateAll({});
  observed.evaluate("fixed", {});
  assert.deepEqual(Object.entries(observed.metrics().flags).map(([key, { evaluations }]) => [key, evaluations]), [["colour", 1], ["fixed", 2], ["own", 1]]);
});

test("who evaluates something else on the way is counted right", () => {
  /** Evaluates others, and answers all flags at once with what it answered before. */
  class Own extends Evaluator {
    before;
    evaluate(flagKey, context, defaultValue) {
      const evaluation = super.evaluate(flagKey, context, defaultValue);
      super.evaluate("colour", {});
      return evaluation;
    }
    evaluateAll(context) {
      return (this.before ??= super.evaluateAll(context));
    }
  }
  const evaluator = new Own();
  evaluator.loadSnapshot(SNAPSHOT);
  const observed = observe(evaluator);
  for (let time = 0; time < 2; time++) observed.evaluateAll({});
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { split } });
  observed.evaluateAll({});
  evaluator.loadSnapshot(SNAPSHOT);
  for (let time = 0; time < 3; time++) observed.evaluate("fixed", {});
  const plan = () => (observed.evaluate("split", { targetingKey: "u" }), evaluator.evaluate("fixed", {}), "pro");
  for (let time = 0; time < 4; time++) observed.evaluate("colour", { get plan() { return plan(); } }, "red");
  assert.deepEqual(plain(observed.metrics().flags.colour.variants), { red: 3, blue: 4 });
  assert.deepEqual([observed.metrics().flags.fixed.evaluations, observed.metrics().flags.split.evaluations], [6, 7]);
});

test("an evaluation holds nothing for its counters", () => {
  const { evaluate } = observe(loaded());
  const evaluation = evaluate("fixed", {});
  assert.deepEqual(Reflect.ownKeys(evaluation), ["flagKey", "value", "variant", "reason", "backendReason", "ruleId"]);
  assert.ok(Object.isFrozen(evaluation));
  assert.equal(evaluate("fixed", {}), evaluation);
});

test("counts are right however many evaluations there are", async () => {
  const tallies = Array.from({ length: 140_000 }, (_, number) => {
    const evaluation = { flagKey: `f-${number % 7}`, value: true, variant: "on", reason: "STATIC", backendReason: null, ruleId: null };
    return { evaluation, yields: false, run: -1, count: 0, at: null, owner: undefined };
  });
  let next = 0;
  const counting = { outcomes: tallies, last: undefined, all: [], runs: 0 };
  const evaluate = () => (counting.last = tallies[next++ % tallies.length]).evaluation;
  const observed = observe({ evaluate, [COUNTING]: counting });
  for (let round = 0; round < 3; round++) {
    for (let time = 0; time < tallies.length; time++) observed.evaluate("any");
    if (round === 1) await turn();
  }
  assert.equal(observed.metrics().evaluations, 420_000);
  assert.deepEqual(plain(Object.values(observed.metrics().flags).map(({ variants }) => variants.on)), new Array(7).fill(60_000));
});

test("the time is that of the run of code, asked once", async () => {
  const asked = { times: 0 };
  const observed = observe(loaded(), { clock: () => 10 * ++asked.times });
  await turn();
  for (let time = 0; time < 5; time++) observed.evaluate("fixed", {});
  assert.deepEqual([asked.times, observed.metrics().flags.fixed.lastEvaluated], [2, 20]);
  await turn();
  observed.evaluate("split", {});
  observed.evaluate("missing", {});
  assert.deepEqual([asked.times, observed.metrics().flags.fixed.lastEvaluated, observed.metrics().flags.split.lastEvaluated], [3, 20, 30]);
  await turn();
  observed.evaluate("fixed", {});
  assert.equal(observed.metrics().flags.fixed.lastEvaluated, 40);
});

test("the time goes on after the stack has ended where it was to be asked", () => {
  const script = fileURLToPath(new URL("stack-end.mjs", import.meta.url));
  assert.equal(execFileSync(process.execPath, [script], { encoding: "utf8" }), "30000\n");
});

test("the last evaluation stays known when the clock fails or is set back", async () => {
  const times = [0, 1_000, NaN, 700];
  const observed = observe(loaded(), { clock: () => times.shift() });
  for (let run = 0; run < 3; run++) {
    observed.evaluate("fixed", {});
    await turn();
  }
  const { evaluations, lastEvaluated } = observed.metrics().flags.fixed;
  assert.deepEqual([evaluations, lastEvaluated, times.length], [3, 1_000, 0]);
});

test("a proxy of what evaluates can be observed", () => {
  const evaluator = loaded();
  for (const proxy of [new Proxy(evaluator, {}), Object.create(evaluator), observe(new Proxy(evaluator, {}))]) {
    const observed = observe(proxy);
    observed.evaluate("fixed", {});
    observed.evaluateAll({});
    observed.bind({}).evaluate("fixed");
    assert.equal(observed.metrics().flags.fixed.evaluations, 3);
  }
});

test("names that nobody knows do not heap up", () => {
  for (const evaluator of [loaded(), new Evaluator()]) {
    const observed = observe(evaluator, { exposures: true });
    const bound = observed.bind({});
    for (let name = 0; name < 20_000; name++) {
      observed.evaluate(`hostile-${name}`, { targetingKey: `u-${name}` }, name);
      bound.evaluate(`hostile-${name}`);
    }
    const { flags, unknown } = observed.metrics();
    assert.deepEqual([Object.keys(flags), unknown.evaluations], [[], 40_000]);
    assert.ok(observed.metricsText().length < 1_000);
  }
});

test("formats without variants are told apart by their values", () => {
  const snapshot = { flags: { gradual: { flag_name: "gradual", enabled: true, strategy: "percentage", rollout_percentage: 0.5 } } };
  const observed = observe(loaded(snapshot));
  for (let user = 0; user < 1_000; user++) observed.evaluate("gradual", { user_id: `user-${user}` });
  const { variants, reasons } = observed.metrics().flags.gradual;
  assert.equal(variants.true + variants.false, 1_000);
  assert.ok(variants.true > 400 && variants.false > 400);
  assert.deepEqual(plain(reasons), { SPLIT: 1_000 });
});

test("options of another type are refused, in words", () => {
  const refused = (options, message) => assert.throws(() => observe(loaded(), options), { name: "TypeError", message });
  refused({ clock: 5 }, "`clock` must be a function");
  refused({ environment: 5 }, "`environment` must be a string");
  for (const flags of [undefined, null, {}, "x"]) assert.throws(() => observe(flags), { name: "TypeError", message: /^`flags` must be what evaluates: / });
  refused({ bulk: "all" }, '`bulk` must be "ignore", "count" or "expose"');
  refused({ onExposure: "x" }, "`listener` must be a function");
  refused({ exposures: { unit: "id" } }, "`unit` must be a function");
  refused({ exposures: { window: 0 } }, "`window` must be a number of milliseconds above 0");
  refused({ exposures: { limit: 0 } }, "`limit` must be a number from 1");
});
