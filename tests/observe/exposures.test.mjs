// Who is exposed, who converts, and what an experiment says of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { Evaluator } from "../../pkg/node.js";
import { observe } from "../../pkg/observe.js";

const variants = { control: "c", blue: "b" };
const experiment = { variants, off: "control", default: { split: { control: 50, blue: 50 } } };
const FLAGS = {
  experiment,
  other: experiment,
  "by rule": { variants, off: "control", rules: [{ id: "r", serve: "blue" }] },
  "in a rule": { variants, off: "control", rules: [{ id: "half", serve: { split: { control: 1, blue: 1 } } }] },
};

function ready(options = {}, flags = FLAGS) {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot({ schema: "samebucket/1", flags });
  const seen = [];
  const observed = observe(evaluator, { clock: () => 1_000, onExposure: (exposure) => void seen.push(exposure), ...options });
  return { evaluator, observed, seen };
}
const user = (number) => ({ targetingKey: `user-${number}` });

test("an exposure once per user, flag and variant, of evaluations that split", () => {
  const { observed, seen } = ready({ exposures: { version: () => "v7" } });
  const { value, variant } = observed.evaluate("in a rule", user(1), "c");
  for (let time = 0; time < 5; time++) {
    observed.evaluate("in a rule", user(1), "c");
    observed.bind(user(1)).evaluate("in a rule");
  }
  assert.deepEqual(seen, [{ flagKey: "in a rule", variant, value, targetingKey: "user-1", reason: "SPLIT", ruleId: "half", at: 1_000, version: "v7" }]);
  assert.ok(Object.isFrozen(seen[0]));
  observed.evaluate("by rule", user(1), "c"); // no split
  observed.evaluate("experiment", user(1), 5); // an error
  observed.evaluate("missing", user(1), "c");
  observed.evaluate("experiment", {}, "c"); // nobody
  observed.evaluate("experiment", { targetingKey: "" }, "c");
  observed.explain("experiment", user(1));
  observed.evaluateAll(user(1));
  assert.equal(seen.length, 1);
  observed.bind(user(2)).evaluate("experiment");
  observed.evaluate("other", user(2));
  observed.evaluate("experiment", { targetingKey: 7 });
  assert.deepEqual(seen.slice(1).map(({ flagKey, targetingKey }) => [flagKey, targetingKey]), [["experiment", "user-2"], ["other", "user-2"], ["experiment", "7"]]);
});

test("another variant of the same flag is another exposure", () => {
  const { evaluator, observed, seen } = ready();
  observed.evaluate("experiment", user(1));
  const [{ variant }] = seen;
  const another = variant === "blue" ? "control" : "blue";
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { experiment: { ...experiment, default: { split: { [another]: 1 } } } } });
  observed.evaluate("experiment", user(1));
  observed.evaluate("experiment", user(1));
  assert.deepEqual(seen.map((exposure) => exposure.variant), [variant, another]);
});

test("`evaluateAll` exposes only where it is asked to", () => {
  for (const [bulk, count] of [["ignore", 0], ["count", 0], ["expose", 6]]) {
    const { observed, seen } = ready({ bulk });
    observed.evaluateAll(user(1));
    observed.bind(user(2)).evaluateAll();
    observed.evaluateAll(user(2));
    assert.equal(seen.length, count, bulk);
  }
});

test("who, and what assigns, can be said", () => {
  const { observed, seen } = ready({ exposures: { assigns: ({ reason }) => reason !== "ERROR", unit: ({ tenant }, flagKey) => `${flagKey}/${tenant.id}` } });
  observed.evaluate("by rule", { tenant: { id: "t-1" } });
  observed.evaluate("by rule", {}); // throws, and is nobody
  assert.deepEqual(seen.map(({ targetingKey, reason }) => [targetingKey, reason]), [["by rule/t-1", "TARGETING_MATCH"]]);
  const places = ready({ exposures: { assigns: () => true } });
  for (const context of [{ user_id: "a", userId: "b" }, { userId: "c" }, { user: { id: 4 } }, { targetingKey: null, user_id: "d" }]) places.observed.evaluate("by rule", context);
  assert.deepEqual(places.seen.map(({ targetingKey }) => targetingKey), ["a", "c", "4", "d"]);
});

test("after the window it is an exposure again, but not another user", async () => {
  let now = 0;
  const { observed, seen } = ready({ clock: () => now, exposures: { window: 100 } });
  for (now of [0, 50, 99, 100, 150, 199, 200]) {
    await turn();
    observed.evaluate("experiment", user(1));
  }
  assert.deepEqual(seen.map(({ at }) => at), [0, 100, 200]);
  assert.equal(observed.experimentResults("experiment", "m").sampleSize, 1);
});

test("memory is bounded: those exposed longest ago are forgotten, and experiments count the first", () => {
  const { observed, seen } = ready({ exposures: { limit: 100, window: Infinity } });
  for (let number = 0; number < 1_000; number++) observed.evaluate("experiment", user(number));
  assert.equal(seen.length, 1_000);
  observed.evaluate("experiment", user(950)); // remembered
  assert.equal(seen.length, 1_000);
  observed.evaluate("experiment", user(1)); // forgotten
  assert.equal(seen.length, 1_001);
  const { sampleSize, complete } = observed.experimentResults("experiment", "m");
  assert.deepEqual([sampleSize, complete], [100, false]);
  assert.deepEqual([observed.track("m", user(99)), observed.track("m", user(100))], [1, 0]);
});

test("conversions: of users exposed before, once each", () => {
  const { observed } = ready();
  assert.equal(observed.track("purchase", user(1)), 0); // not exposed yet
  observed.evaluate("experiment", user(1));
  observed.evaluate("other", user(1));
  observed.evaluate("experiment", user(2));
  assert.deepEqual([1, 1, 2, 3].map((number) => observed.track("purchase", user(number))), [2, 0, 1, 0]);
  assert.equal(observed.track("signup", user(1)), 2);
  assert.deepEqual([{}, null, undefined, { get targetingKey() { throw new Error("no"); } }].map((context) => observed.track("purchase", context)), [0, 0, 0, 0]);
  const converted = (flag, metric) => observed.experimentResults(flag, metric).variants.reduce((sum, variant) => sum + variant.converted, 0);
  assert.deepEqual([converted("experiment", "purchase"), converted("other", "purchase"), converted("experiment", "signup"), converted("experiment", "unheard of")], [2, 1, 1, 0]);
});

test("metrics that somebody makes up do not heap up", () => {
  const { observed } = ready();
  observed.evaluate("experiment", user(1));
  const counted = Array.from({ length: 3_000 }, (_, index) => observed.track(`metric-${index}`, user(1))).filter((count) => count > 0).length;
  assert.equal(counted, 1_000);
  assert.equal(observed.experimentResults("experiment", "metric-1").complete, false);
});

test("who saw two variants is counted with none", () => {
  const { evaluator, observed } = ready();
  for (let number = 0; number < 10; number++) {
    observed.evaluate("experiment", user(number));
    observed.track("purchase", user(number));
  }
  assert.equal(observed.experimentResults("experiment", "purchase").sampleSize, 10);
  const blue = observed.experimentResults("experiment", "purchase").variants.find(({ variant }) => variant === "blue").exposed;
  assert.ok(blue > 0 && blue < 10);
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { experiment: { ...experiment, default: { split: { blue: 1 } } } } });
  for (let time = 0; time < 3; time++) for (let number = 0; number < 10; number++) observed.evaluate("experiment", user(number));
  const { crossovers, sampleSize, variants: found } = observed.experimentResults("experiment", "purchase");
  assert.deepEqual([crossovers, sampleSize], [10 - blue, blue]);
  assert.deepEqual(found.map(({ variant, exposed, converted }) => [variant, exposed, converted]), [["blue", blue, blue], ["control", 0, 0]]);
  for (let number = 0; number < 10; number++) observed.track("later", user(number));
  assert.equal(observed.experimentResults("experiment", "later").variants[0].converted, blue);
});

test("an experiment from the first user to the winner", () => {
  const { observed } = ready();
  for (let number = 0; number < 4_000; number++) {
    const { variant } = observed.evaluate("experiment", user(number), "c");
    // Of every ten users one converts with the control, two with blue.
    if (number % 10 < (variant === "blue" ? 2 : 1)) observed.track("purchase", user(number));
  }
  const results = observed.experimentResults("experiment", "purchase", { control: "control" });
  const { flagKey, metric, control, sampleSize, crossovers, complete, winner, sampleRatio } = results;
  assert.deepEqual([flagKey, metric, control, sampleSize, crossovers, complete, winner], ["experiment", "purchase", "control", 4_000, 0, true, "blue"]);
  assert.equal(sampleRatio.mismatch, false);
  assert.equal(observed.experimentResults("experiment", "purchase", { weights: { control: 90, blue: 10 } }).winner, null);
  assert.equal(observed.experimentResults("unheard of", "purchase").sampleSize, 0);
});

test("a format whose variants have no names", () => {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot({ flags: { gradual: { flag_name: "gradual", enabled: true, strategy: "percentage", rollout_percentage: 0.5 } } });
  const observed = observe(evaluator, { exposures: true });
  for (let number = 0; number < 1_000; number++) observed.evaluate("gradual", { user_id: `user-${number}` });
  const { control, variants: found } = observed.experimentResults("gradual", "m");
  assert.deepEqual([control, found.map(({ variant }) => variant)], ["false", ["false", "true"]]);
});

test("without exposures there are no experiments, which results say and conversions do not", () => {
  const observed = observe(new Evaluator());
  assert.equal(observed.track("purchase", user(1)), 0);
  assert.throws(() => observed.experimentResults("a", "b"), { message: "exposures are not observed: give `observe` the option `onExposure` or `exposures`" });
});

test("a listener that fails breaks nothing, and is taken off again", (t) => {
  const { observed, seen } = ready();
  const said = t.mock.method(console, "error", () => {});
  const off = observed.on("exposure", () => { throw new Error("no"); });
  observed.evaluate("experiment", user(1));
  off();
  observed.evaluate("experiment", user(2));
  assert.deepEqual([seen.length, said.mock.callCount()], [2, 1]);
});

test("of a client the version and the environment are taken", () => {
  const { evaluator } = ready();
  const { evaluate, evaluateAll, explain, bind } = evaluator;
  const seen = [];
  const client = { evaluate, evaluateAll, explain, bind, info: { version: "2026-11-28.1", environment: "staging" } };
  const observed = observe(client, { onExposure: (exposure) => seen.push(exposure) });
  observed.evaluate("experiment", user(1));
  client.info = { version: "2026-11-28.2", environment: "staging" };
  observed.evaluate("experiment", user(2));
  assert.deepEqual(seen.map(({ version }) => version), ["2026-11-28.1", "2026-11-28.2"]);
  assert.match(observed.metricsText(), /environment="staging"/);
});
