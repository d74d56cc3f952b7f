// What a bound context answers again without asking wasm, and when it must not; and when the clock is asked.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { installPackage } from "./consumer.mjs";

const { folder } = installPackage("bound-consumer");
/** @type {typeof import("../pkg-template/index.js")} */
const { Evaluator } = createRequire(join(folder, "index.cjs"))("samebucket");

const on = { variants: { on: true, off: false } };
const NOON = Date.parse("2026-01-01T12:00:00Z");
const DAY = 86_400_000;
const ramp = [{ at: "2026-01-01T00:00:00Z", percentage: 0 }, { at: "2026-01-11T00:00:00Z", percentage: 100 }];
const flags = {
  fixed: { ...on, default: "on" },
  split: { ...on, default: { split: { on: 50, off: 50 } } },
  "with a schedule": { ...on, schedule: { until: "2026-01-01T18:00:00Z" }, default: "on" },
  "with a ramp": { ...on, default: { rollout: { ramp }, serve: "on" } },
  "with a rule's ramp": { ...on, rules: [{ rollout: { ramp }, serve: "on" }] },
  "that requires": { ...on, requires: ["that requires one with a schedule"], default: "on" },
  "that requires one with a schedule": { ...on, requires: ["with a schedule"], default: "on" },
};
const TIMED = ["with a schedule", "with a ramp", "with a rule's ramp", "that requires", "that requires one with a schedule"];

function ready(more = flags) {
  const asked = { now: NOON, times: 0 };
  const evaluator = new Evaluator({ clock: () => ((asked.times += 1), asked.now) });
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: more });
  return { evaluator, asked };
}

test("a bound context answers as an unbound one, again and again, as time goes by", () => {
  const { evaluator, asked } = ready();
  const seen = Object.fromEntries(Object.keys(flags).map((key) => [key, new Set()]));
  for (let user = 0; user < 20; user++) {
    const context = { targetingKey: `user-${user}` };
    const bound = evaluator.bind(context);
    for (let day = -1; day < 12; day++) {
      asked.now = NOON + day * DAY;
      const all = evaluator.evaluateAll(context);
      for (const key of [...Object.keys(flags), ...Object.keys(flags)]) {
        const expected = evaluator.evaluate(key, context);
        for (const found of [bound.evaluate(key), bound.evaluateAll()[key], all[key]]) assert.equal(found, expected, `${key} on day ${day}`);
        seen[key].add(expected.value);
      }
    }
  }
  for (const key of Object.keys(flags)) assert.equal(seen[key].size, key === "fixed" ? 1 : 2, key);
});

test("the clock is asked once for an answer that depends on the time, and not for others", () => {
  const { evaluator, asked } = ready();
  const context = { targetingKey: "u" };
  const bound = evaluator.bind(context);
  const asks = {
    evaluate: (key) => evaluator.evaluate(key, context), bound: (key) => bound.evaluate(key),
    explain: (key) => evaluator.explain(key, context), "bound, explain": (key) => bound.explain(key),
  };
  for (const key of Object.keys(flags)) {
    for (const [way, ask] of Object.entries(asks)) {
      for (const turn of ["first", "second"]) {
        asked.times = 0;
        ask(key);
        assert.equal(asked.times, TIMED.includes(key) ? 1 : 0, `${key}: ${way}, the ${turn} time`);
      }
    }
  }
  asked.times = 0;
  evaluator.evaluateAll(context);
  bound.evaluateAll();
  assert.equal(asked.times, 2);
  const timeless = ready({ fixed: flags.fixed, split: flags.split });
  timeless.evaluator.evaluateAll(context);
  assert.equal(timeless.asked.times, 0);
});

test("what was answered does not outlive the open circuits or the snapshot", () => {
  const { evaluator } = ready();
  const bound = evaluator.bind({ targetingKey: "u" });
  const answer = () => [bound.evaluate("fixed").backendReason, bound.evaluateAll().fixed.backendReason, bound.explain("fixed").backendReason];
  for (const turn of [1, 2]) {
    assert.deepEqual(answer(), ["default", "default", "default"], `closed, ${turn}`);
    evaluator.setOpenCircuits(["fixed"]);
    assert.deepEqual(answer(), ["circuit_open", "circuit_open", "circuit_open"], `open, ${turn}`);
    evaluator.setOpenCircuits([]);
  }
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { ...flags, fixed: { ...on, killed: true } } });
  assert.deepEqual(answer(), ["killed", "killed", "killed"]);
  assert.throws(() => evaluator.loadSnapshot("{"));
  assert.deepEqual(answer(), ["killed", "killed", "killed"]);
  evaluator.loadSnapshot({ schema: "samebucket/1", flags: { other: { ...on } } });
  assert.equal(bound.evaluate("fixed", true).errorCode, "FLAG_NOT_FOUND");
});

test("each caller's default is held to an answer given before", () => {
  const { evaluator } = ready();
  const bound = evaluator.bind({ targetingKey: "u" });
  for (const turn of [1, 2]) {
    assert.equal(bound.evaluate("fixed").value, true);
    assert.equal(bound.evaluate("fixed", false).value, true);
    assert.equal(bound.evaluate("fixed", null).value, true);
    const { value, errorCode } = bound.evaluate("fixed", "text");
    assert.deepEqual([value, errorCode], ["text", "TYPE_MISMATCH"], `turn ${turn}`);
  }
  evaluator.loadSnapshot([{ key: "a", enabled: true, rules: [{ conditions: [] }] }]);
  for (const own of ["mine", 5, undefined, null, "mine"]) assert.equal(bound.evaluate("a", own).value, own);
});

test("bound contexts and evaluators end with `using`, and say so when they are used after", () => {
  const { evaluator } = ready();
  const context = { targetingKey: "u" };
  const bound = evaluator.bind(context);
  bound.evaluate("fixed");
  if (Symbol.dispose) bound[Symbol.dispose]();
  bound.free();
  bound.free();
  for (const found of [bound.evaluate("fixed", false), bound.explain("fixed"), bound.evaluateAll().fixed]) {
    assert.deepEqual([found.errorCode, found.errorMessage], ["GENERAL", "this bound context was freed"]);
  }
  const other = evaluator.bind(context);
  other.evaluate("fixed");
  const { evaluate, evaluateAll, explain, bind, loadSnapshot, setOpenCircuits, free } = evaluator;
  assert.equal(evaluate("fixed", context).value, true, "methods can be taken off");
  assert.equal(evaluateAll(context).fixed.value, true);
  assert.equal(explain("fixed", context).value, true);
  const { evaluate: evaluateBound } = bind(context);
  assert.equal(evaluateBound("fixed", false).value, true);
  setOpenCircuits(["fixed"]);
  assert.equal(loadSnapshot({ schema: "samebucket/1", flags }).flagCount, 7);
  assert.equal(evaluate("fixed").backendReason, "circuit_open");
  free();
  for (const found of [evaluate("fixed", {}, false), other.evaluate("fixed", false), evaluateBound("fixed", false), explain("fixed"), other.explain("fixed")]) {
    assert.deepEqual([found.errorCode, found.errorMessage], ["GENERAL", "this Evaluator was freed"]);
  }
  assert.deepEqual([{ ...evaluator.evaluateAll() }, { ...other.evaluateAll() }], [{}, {}]);
  assert.throws(() => loadSnapshot("{}"), { message: "this Evaluator was freed" });
  assert.equal(bind({}).evaluate("fixed").errorMessage, "this Evaluator was freed");
  free();
  other.free();
});
