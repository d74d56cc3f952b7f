// However a flag is asked for, the answer is the same: with its first rule's attributes alone, with all at once, bound,
// among all flags, and explained.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { installPackage } from "./consumer.mjs";

const { folder } = installPackage("ways-consumer");
/** @type {typeof import("../pkg-template/index.js")} */
const { Evaluator } = createRequire(join(folder, "index.cjs"))("samebucket");

const on = { variants: { on: true, off: false } };
const equals = (attribute, value) => ({ attribute, operator: "equals", value });
const rule = (id, ...when) => ({ id, when, serve: "on" });

function loaded(flags, segments = {}) {
  const evaluator = new Evaluator({ clock: () => 0 });
  evaluator.loadSnapshot({ schema: "samebucket/1", segments, flags });
  return evaluator;
}

const flags = {
  steps: { ...on, rules: [rule("first", equals("plan", "pro")), rule("second", equals("country", "CH"), equals("beta", true)), rule("third", { attribute: "logins", operator: "gt", value: 10 })], default: { split: { on: 50, off: 50 } } },
  needs: { ...on, requires: ["steps"], rules: [rule("only", { attribute: "email", operator: "ends_with", value: "@example.com" })], default: "off" },
  member: { ...on, rules: [rule("only", { segment: "staff" }), rule("then", { attribute: "country", operator: "in", value: ["CH", "DE", 7, null, true] })], default: { rollout: { percentage: 50 }, serve: "on" } },
  denied: { ...on, deny: ["user-1", "user-2"], rules: [{ ...rule("some", equals("plan", "pro")), rollout: { percentage: 30 } }], default: "off" },
  noRules: { ...on, default: "on" },
};
const segments = { staff: { include: ["user-3"], when: [{ attribute: "email", operator: "contains", value: "staff" }] } };

/** Every combination of some values, absence among them. */
function* contexts() {
  const choices = {
    targetingKey: [undefined, "user-1", "user-3", "user-12"], plan: [undefined, "pro", "free", null, 1], country: ["CH", "FR", 7, null],
    beta: [true, undefined], logins: [11, "11", undefined], email: ["a@example.com", "staff@x", undefined],
  };
  const names = Object.keys(choices);
  const total = names.reduce((count, name) => count * choices[name].length, 1);
  for (let number = 0; number < total; number++) {
    let rest = number;
    const context = {};
    for (const name of names) {
      const value = choices[name][rest % choices[name].length];
      rest = Math.floor(rest / choices[name].length);
      if (value !== undefined) context[name] = value;
    }
    yield context;
  }
}

test("every way to ask gives the same answer", () => {
  const evaluator = loaded(flags, segments);
  const wrong = [];
  let asked = 0;
  const reasons = new Set();
  for (const context of contexts()) {
    const bound = evaluator.bind(context);
    const all = evaluator.evaluateAll(context);
    const boundAll = bound.evaluateAll();
    for (const key of Object.keys(flags)) {
      const { steps, ...explained } = evaluator.explain(key, context);
      reasons.add(`${key} ${explained.reason} ${explained.ruleId}`);
      // Another evaluator knows nothing of how the flag went before.
      const fresh = asked % 97 === 0 ? loaded(flags, segments).evaluate(key, context) : explained;
      const answers = { once: evaluator.evaluate(key, context), again: evaluator.evaluate(key, { ...context }), bound: bound.evaluate(key), all: all[key], boundAll: boundAll[key], fresh };
      for (const [way, answer] of Object.entries(answers)) {
        asked += 1;
        try {
          assert.deepEqual(answer, explained);
        } catch {
          wrong.push({ way, key, context, answer, explained });
        }
      }
    }
    bound.free();
  }
  assert.deepEqual(wrong, []);
  // Every rule and every end was come to.
  assert.deepEqual([...reasons].sort(), [
    "denied DEFAULT null", "denied SPLIT some", "denied TARGETING_MATCH null", "member SPLIT null", "member DEFAULT null", "member TARGETING_MATCH only", "member TARGETING_MATCH then",
    "needs DEFAULT null", "needs DISABLED null", "needs TARGETING_MATCH only", "noRules STATIC null", "steps SPLIT null", "steps TARGETING_MATCH first", "steps TARGETING_MATCH second", "steps TARGETING_MATCH third",
  ].sort());
});

test("what was written long ago is never taken for what is written now", () => {
  const evaluator = loaded({
    two: { ...on, rules: [rule("a", equals("a", 1)), rule("b", equals("b", 1))], default: "off" },
    none: { ...on, default: "on" },
  });
  // Once with the first rule's attributes first, then with all at once, until the former is tried again.
  for (let times = 0; times < 16; times++) assert.equal(evaluator.evaluate("two", { a: 0, b: 1 }).value, true);
  // Stamps have three bytes; these are as many evaluations as there are stamps, and few more and few less.
  const few = 20;
  for (let times = 0; times < 2 ** 24 - few; times++) evaluator.evaluate("none", undefined);
  const wrong = [];
  for (let times = 0; times < 2 * few; times++) {
    if (evaluator.evaluate("two", { a: times % 2 }).value !== (times % 2 === 1)) wrong.push(times);
    evaluator.evaluate("none", undefined);
  }
  assert.deepEqual(wrong, []);
});

test("more texts than are remembered", () => {
  const words = Array.from({ length: 5_000 }, (_, index) => `word-${index}`);
  const evaluator = loaded({ listed: { ...on, rules: [rule("listed", { attribute: "x", operator: "in", value: words.filter((_, index) => index % 3 === 0) })], default: "off" } });
  const wrong = [];
  for (let round = 0; round < 3; round++) {
    for (const [index, x] of words.entries()) if (evaluator.evaluate("listed", { x }).value !== (index % 3 === 0)) wrong.push(x);
  }
  for (const x of ["", "word-", "word-00", "\ud800", "é".repeat(40), "word-3".repeat(20)]) if (evaluator.evaluate("listed", { x }).value) wrong.push(x);
  assert.deepEqual(wrong, []);
});

test("another snapshot has other words", () => {
  const evaluator = new Evaluator();
  const wrong = [];
  for (const value of ["a", "b", "c", "a", "d"]) {
    evaluator.loadSnapshot({ schema: "samebucket/1", flags: { flag: { ...on, rules: [rule("r", equals("x", value))], default: "off" } } });
    for (const x of ["a", "b", "c", "d"]) if (evaluator.evaluate("flag", { x }).value !== (x === value)) wrong.push([value, x]);
  }
  assert.deepEqual(wrong, []);
});

test("attributes that every object has are nobody's", () => {
  const names = ["constructor", "toString", "hasOwnProperty", "__proto__", "polluted"];
  const evaluator = loaded(Object.fromEntries(names.map((name) => [`flag-${name}`, { ...on, rules: [rule("r", { attribute: name, operator: "exists" })], default: "off" }])));
  const answers = () => names.map((name) => evaluator.evaluate(`flag-${name}`, { targetingKey: "u" }).value);
  assert.deepEqual(answers(), names.map(() => false));
  const prototype = /** @type {any} */ (Object.prototype);
  prototype.polluted = "yes";
  try {
    assert.deepEqual(answers(), names.map(() => false));
    assert.equal(evaluator.evaluate("flag-polluted", { polluted: 1 }).value, true);
  } finally {
    delete prototype.polluted;
  }
  assert.equal(evaluator.evaluate("flag-toString", JSON.parse('{"toString":1}')).value, true);
  assert.equal(evaluator.evaluate("flag-__proto__", JSON.parse('{"__proto__":1}')).value, true);
});

test("what cannot be read and is not needed makes no error, whatever was evaluated before", () => {
  const evaluator = loaded({ two: { ...on, rules: [rule("a", equals("plan", "pro")), rule("b", equals("meta", 1))], default: "off" } });
  const unreadable = { plan: "pro", get meta() { throw new Error("no"); } };
  const needed = { plan: "free", get meta() { throw new Error("no"); } };
  const answers = [];
  for (let times = 0; times < 40; times++) {
    answers.push(evaluator.evaluate("two", unreadable).ruleId, evaluator.evaluate("two", needed).errorCode, evaluator.evaluate("two", { plan: "free", meta: times % 2 }).value);
  }
  const expected = Array.from({ length: 40 }, (_, times) => ["a", "INVALID_CONTEXT", times % 2 === 1]).flat();
  assert.deepEqual(answers, expected);
});

test("open circuits outlive a first use that fails for want of stack", () => {
  // A process of its own: how deep a call may lie depends on what was compiled before.
  const script = `
    const { Evaluator } = require("samebucket");
    const snapshot = JSON.stringify({ schema: "samebucket/1", flags: { f: { variants: { on: true, off: false }, enabled: true, default: "on" } } });
    const lost = [];
    for (let depth = 0; depth < 600; depth++) {
      const evaluator = new Evaluator();
      evaluator.setOpenCircuits(["f"]);
      let back = 0;
      const down = () => { let a = 1, b = 2; try { down(); } catch (error) { if (back++ === depth) { try { evaluator.evaluate("f"); } catch {} } throw error; } };
      try { down(); } catch {}
      evaluator.loadSnapshot(snapshot);
      if (evaluator.evaluate("f").backendReason !== "circuit_open") lost.push(depth);
    }
    console.log(JSON.stringify(lost));`;
  assert.deepEqual(JSON.parse(execFileSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" })), []);
});
