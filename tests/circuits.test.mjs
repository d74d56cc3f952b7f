// The circuit breaker through the npm package: the table of cases in every way to ask, rollback, sharing, and what must not happen.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { installPackage } from "./consumer.mjs";

const { folder } = installPackage("circuits-consumer");
const { Evaluator, SnapshotError } = createRequire(join(folder, "index.cjs"))("samebucket");
const read = (path) => JSON.parse(readFileSync(new URL(`circuits/${path}`, import.meta.url), "utf8"));

const NAMES = {
  "samebucket/1": { rate: "rate", window: "windowSeconds", samples: "minimumSamples" },
  flcm: { rate: "rate", window: "window", samples: "min_samples" },
};
const FORMATS = Object.keys(NAMES);
const OPEN = { "samebucket/1": "circuit_open", flcm: "Circuit breaker open" };
const STRICT = { rate: 0, window: 10, samples: 0 };

/** A flag that is on, `held` to a threshold, one that requires it, and one that is `free`. */
function snapshotOf(format, threshold) {
  const named = Object.fromEntries(Object.entries(threshold).map(([key, value]) => [NAMES[format][key], value]));
  if (format === "flcm") {
    return { flags: { held: { default: true, error_threshold: named }, above: { default: true, dependencies: ["held"] }, free: { default: true } }, cohorts: {} };
  }
  const on = { variants: { on: true, off: false }, default: "on" };
  return { schema: "samebucket/1", flags: { held: { ...on, errorThreshold: named }, above: { ...on, requires: ["held"] }, free: on } };
}

/** An evaluator with the hands of its clock, and how often that was asked. */
function ready(format, threshold = STRICT) {
  const clock = { now: 0, asked: 0 };
  const evaluator = new Evaluator({ clock: () => (clock.asked++, clock.now) });
  evaluator.loadSnapshot(snapshotOf(format, threshold));
  return { evaluator, clock };
}

test("the table of cases, asked in every way", () => {
  const wrong = [];
  let steps = 0;
  for (const format of FORMATS) {
    for (const { name, format: only = format, threshold, steps: script } of read("cases.json")) {
      if (only !== format) continue;
      const { evaluator, clock } = ready(format, threshold);
      const bound = evaluator.bind({ targetingKey: "u" });
      for (const [number, { at, successes = 0, errors = 0, states = [], on = true }] of script.entries()) {
        clock.now = Math.round(at * 1000);
        const events = [];
        for (let count = 0; count < successes; count++) events.push(...evaluator.recordSuccess("held"));
        for (let count = 0; count < errors; count++) events.push(...evaluator.recordError("held"));
        const expected = [states.map((state) => ({ flag: "held", state, at: clock.now })), ...Array(10).fill(on), true];
        const found = [
          events,
          ...["held", "above"].flatMap((key) => [
            evaluator.evaluate(key).value, evaluator.explain(key).value, evaluator.evaluateAll()[key].value, bound.evaluate(key).value, bound.evaluateAll()[key].value,
          ]),
          evaluator.evaluate("free").value,
        ];
        steps++;
        if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ format, name, number, found, expected });
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(steps > 100, `only ${steps} steps`);
});

for (const format of FORMATS) {
  test(`${format}: the evaluation after the error that breaches is off, in every way to ask`, () => {
    const { evaluator } = ready(format, { rate: 0.5, window: 60 });
    const bound = evaluator.bind({ targetingKey: "u" });
    const ask = {
      evaluate: () => evaluator.evaluate("held", {}, true), all: () => evaluator.evaluateAll().held, explain: () => evaluator.explain("held"),
      bound: () => bound.evaluate("held", true), "bound, all": () => bound.evaluateAll().held, "bound, explain": () => bound.explain("held"),
    };
    for (const [way, evaluation] of Object.entries(ask)) assert.equal(evaluation().value, true, way);
    for (let count = 0; count < 10; count++) assert.deepEqual(evaluator.recordError("held"), []);
    for (const [way, evaluation] of Object.entries(ask)) assert.equal(evaluation().value, true, way);
    assert.equal(evaluator.recordError("held").length, 1);
    for (const [way, evaluation] of Object.entries(ask)) {
      const { value, backendReason, reason } = evaluation();
      assert.deepEqual([value, backendReason, reason], [false, OPEN[format], "DISABLED"], way);
    }
  });

  test(`${format}: the clock is asked for flags that an open circuit concerns, and while it is open`, () => {
    const { evaluator, clock } = ready(format);
    const bound = evaluator.bind({});
    const asked = (ask) => {
      const before = clock.asked;
      ask();
      return clock.asked - before;
    };
    const times = () => [
      ...["held", "above", "free"].flatMap((key) => [asked(() => evaluator.evaluate(key)), asked(() => bound.evaluate(key)), asked(() => evaluator.explain(key))]),
      asked(() => evaluator.evaluateAll()), asked(() => bound.evaluateAll()),
    ];
    const [none, open] = [Array(11).fill(0), [1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1]];
    assert.deepEqual(times(), none);
    evaluator.recordError("held");
    assert.deepEqual(times(), open);
    clock.now = 10_000;
    for (let count = 0; count < 5; count++) evaluator.recordSuccess("held");
    assert.deepEqual(times(), none);
    evaluator.recordError("held");
    evaluator.loadSnapshot(snapshotOf(format, { ...STRICT, window: 11 }));
    assert.deepEqual(times(), none);
  });

  test(`${format}: half open by the clock alone, with the callers' own circuits beside`, () => {
    const { evaluator, clock } = ready(format);
    const bound = evaluator.bind({});
    const on = () => [evaluator.evaluate("held").value, bound.evaluate("held").value, bound.evaluate("above").value, bound.evaluateAll().above.value];
    evaluator.recordError("held");
    clock.now = 9_999;
    assert.deepEqual(on(), [false, false, false, false]);
    clock.now = 10_000;
    assert.deepEqual(on(), [true, true, true, true]);
    evaluator.setOpenCircuits(["held"]);
    assert.deepEqual(on(), [false, false, false, false]);
    clock.now = 5_000;
    evaluator.setOpenCircuits([]);
    assert.deepEqual(on(), [false, false, false, false]);
  });

  test(`${format}: what was asked for while the caller's own was open depends on the time again`, () => {
    const { evaluator, clock } = ready(format);
    const bound = evaluator.bind({});
    const on = () => [evaluator.evaluate("held").value, bound.evaluate("held").value, evaluator.evaluateAll().above.value, evaluator.explain("held").value];
    evaluator.setOpenCircuits(["held"]);
    evaluator.recordError("held");
    assert.deepEqual(on(), [false, false, false, false]);
    evaluator.setOpenCircuits([]);
    clock.now = 10_000;
    assert.deepEqual(on(), [true, true, true, true]);
  });

  test(`${format}: two evaluators share their circuits`, () => {
    const threshold = { rate: 0.5, window: 10, samples: 2 };
    const [one, other] = [ready(format, threshold), ready(format, threshold)];
    const bound = other.evaluator.bind({});
    assert.equal(bound.evaluate("held").value, true);
    one.evaluator.recordError("held");
    one.evaluator.recordError("held");
    other.evaluator.importCircuits(one.evaluator.exportCircuits());
    assert.deepEqual(other.evaluator.exportCircuits(), { held: { state: "closed", since: 0, successes: 0, samples: [{ at: 0, successes: 0, errors: 2 }] } });
    assert.deepEqual(other.evaluator.recordError("held"), [{ flag: "held", state: "open", at: 0 }]);
    assert.equal(bound.evaluate("held").value, false);
    const boundBefore = one.evaluator.bind({});
    assert.equal(boundBefore.evaluate("held").value, true);
    one.evaluator.importCircuits(JSON.stringify(other.evaluator.exportCircuits()));
    assert.equal(boundBefore.evaluate("held").value, false);
    one.clock.now = other.clock.now = 10_000;
    assert.equal(one.evaluator.exportCircuits().held.state, "half_open");
    for (let count = 0; count < 4; count++) one.evaluator.recordSuccess("held");
    other.evaluator.importCircuits(new TextEncoder().encode(JSON.stringify(one.evaluator.exportCircuits())));
    assert.deepEqual(other.evaluator.recordSuccess("held"), [{ flag: "held", state: "closed", at: 10_000 }]);
  });
}

test("what cannot be imported says why, and leaves everything as it was", () => {
  const { evaluator } = ready("samebucket/1");
  evaluator.recordError("held");
  const before = evaluator.exportCircuits();
  for (const { text, code, path, message } of read("imports.json")) {
    assert.throws(() => evaluator.importCircuits(text), (/** @type {any} */ error) => {
      const [issue] = error.issues;
      assert.ok(error instanceof SnapshotError);
      assert.deepEqual([error.code, issue.code, issue.path], [code, code, path], text);
      if (message !== "") assert.equal(issue.message, message);
      return true;
    });
    assert.deepEqual(evaluator.exportCircuits(), before);
    assert.equal(evaluator.evaluate("held").value, false);
  }
  const cycle = {};
  cycle.held = cycle;
  for (const odd of [undefined, null, 5, Symbol("s"), cycle, { toJSON() { throw new Error("no"); } }, "x".repeat(40_000_000)]) {
    assert.throws(() => evaluator.importCircuits(/** @type {any} */ (odd)), SnapshotError);
    assert.deepEqual(evaluator.exportCircuits(), before);
  }
  evaluator.importCircuits({ unheard: before.held, free: before.held });
  assert.deepEqual(evaluator.exportCircuits(), before);
});

test("recording never throws, and counts nothing where nothing can be counted", () => {
  const { evaluator } = ready("samebucket/1");
  const odd = [undefined, null, 5, "free", "missing", "", "\ud800", Symbol("s"), {}, [], { toString() { throw new Error("no"); } }, "x".repeat(1 << 20)];
  for (const key of odd) {
    assert.deepEqual(evaluator.recordError(/** @type {any} */ (key)), []);
    assert.deepEqual(evaluator.recordSuccess(/** @type {any} */ (key)), []);
  }
  assert.deepEqual(evaluator.exportCircuits(), {});
  const broken = new Evaluator({ clock: () => { throw new Error("no clock"); } });
  broken.loadSnapshot(snapshotOf("samebucket/1", STRICT));
  assert.deepEqual(broken.recordError("held"), []);
  assert.throws(() => broken.exportCircuits(), /no clock/);
  for (const now of [Number.NaN, Infinity, -Infinity]) {
    const timeless = new Evaluator({ clock: () => now });
    timeless.loadSnapshot(snapshotOf("samebucket/1", STRICT));
    assert.deepEqual(timeless.recordError("held"), []);
  }
  const empty = new Evaluator();
  assert.deepEqual(empty.recordError("held"), []);
  assert.deepEqual(empty.exportCircuits(), {});
  empty.free();
  assert.deepEqual(empty.recordError("held"), []);
  assert.throws(() => empty.importCircuits({}), /was freed/);
});

test("methods can be taken off, those of a subclass too", () => {
  const { evaluator } = ready("flcm");
  const { recordError, recordSuccess, exportCircuits, importCircuits, evaluate } = evaluator;
  assert.equal(recordError("held").length, 1);
  assert.equal(evaluate("held").value, false);
  importCircuits(exportCircuits());
  assert.deepEqual(recordSuccess("held"), []);
  class Loud extends Evaluator {
    evaluate() {
      return "loud";
    }
  }
  const loud = new Loud();
  const { evaluate: taken } = loud;
  assert.equal(taken(), "loud");
  assert.equal(loud.constructor, Loud);
});

test("a flag named `__proto__` has a circuit as any other", () => {
  const evaluator = new Evaluator({ clock: () => 0 });
  evaluator.loadSnapshot('{ "flags": { "__proto__": { "default": true, "error_threshold": { "rate": 0, "min_samples": 0 } } }, "cohorts": {} }');
  assert.equal(evaluator.recordError("__proto__").length, 1);
  assert.equal(evaluator.evaluate("__proto__").value, false);
  const other = new Evaluator({ clock: () => 0 });
  other.loadSnapshot('{ "flags": { "__proto__": { "default": true, "error_threshold": { "rate": 0, "min_samples": 0 } } }, "cohorts": {} }');
  other.importCircuits(evaluator.exportCircuits());
  assert.equal(other.evaluate("__proto__").value, false);
});

test("a million records are kept as a few hundred runs at most", () => {
  const { evaluator, clock } = ready("samebucket/1", { rate: 0.9, window: 300, samples: 10 });
  const most = [];
  for (let count = 0; count < 1_000_000; count++) {
    clock.now = count / 4;
    (count % 2 === 0 ? evaluator.recordError : evaluator.recordSuccess)("held");
    if (count % 99_991 === 0) most.push(evaluator.exportCircuits().held.samples.length);
  }
  assert.ok(Math.max(...most) <= 256, `${most}`);
});
