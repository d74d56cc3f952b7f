// Whatever a caller may hand over: what comes of it stands in the tables below, and after each entry the same evaluator
// answers a hundred good questions. The answers are computed here, with Node's SHA-256.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";

import { installPackage } from "./consumer.mjs";

const { folder } = installPackage("robust-consumer");
/** @type {typeof import("../pkg-template/index.js")} */
const { Evaluator, SnapshotError } = createRequire(join(folder, "index.cjs"))("samebucket");

const on = { variants: { on: true, off: false } };
const whenThere = (attribute) => ({ when: [{ attribute, operator: "exists" }], serve: "on" });
const snapshot = {
  schema: "samebucket/1",
  flags: {
    there: { ...on, rules: [whenThere("x")] },
    split: { ...on, default: { split: { on: 30, off: 70 } } },
    timed: { ...on, schedule: { from: "2026-01-01T00:00:00Z" }, default: "on" },
    fixed: { ...on, default: "on" },
  },
};
const NOON = Date.parse("2026-06-01T12:00:00Z");
const KEYS = Object.keys(snapshot.flags);

function ready(options = { clock: () => NOON }) {
  const evaluator = new Evaluator(options);
  evaluator.loadSnapshot(snapshot);
  return evaluator;
}

/** Whether the user is among the first 30 of 100, as the format says. */
function isOn(user) {
  const point = Number(createHash("sha256").update(`split:${user}:split`).digest().readBigUInt64BE() % 100_000n) / 100_000;
  return point * 100 < 30;
}

/** A hundred good questions. Returns what was answered wrong. */
function wrongAnswers(evaluator) {
  const wrong = [];
  for (let index = 0; index < 25; index++) {
    const user = `user-${index}`;
    const context = { targetingKey: user, ...(index % 2 && { x: "é".repeat(index) }) };
    const expected = { there: index % 2 === 1, split: isOn(user), timed: true, fixed: true };
    const bound = evaluator.bind(context);
    const ways = {
      evaluate: (key) => evaluator.evaluate(key, context, false), bound: (key) => bound.evaluate(key, false),
      all: (key) => evaluator.evaluateAll(context)[key], "all, bound": (key) => bound.evaluateAll()[key],
      explain: (key) => evaluator.explain(key, context),
    };
    for (const key of KEYS) {
      for (const [way, ask] of Object.entries(ways)) {
        const { value, errorMessage } = ask(key);
        if (value !== expected[key]) wrong.push({ user, key, way, value, errorMessage });
      }
    }
    bound.free();
  }
  return wrong;
}

/** Every way to ask about one flag, by name. */
const waysToAsk = (evaluator, key, context) => ({
  evaluate: () => evaluator.evaluate(key, context, false),
  "bound, evaluate": () => evaluator.bind(context).evaluate(key, false),
  evaluateAll: () => evaluator.evaluateAll(context)[key],
  "bound, evaluateAll": () => evaluator.bind(context).evaluateAll()[key],
  explain: () => evaluator.explain(key, context),
  "bound, explain": () => evaluator.bind(context).explain(key),
});

const OUT = "left out";
const IN = "taken";
const UNREADABLE = "INVALID_CONTEXT";

function throwing(error = new Error("no such luck")) {
  return () => {
    throw error;
  };
}
function nested(depth, inner = 1) {
  let value = inner;
  for (let index = 0; index < depth; index++) value = index % 2 ? [value] : { value };
  return value;
}
function cyclic() {
  const context = { list: [] };
  context.list.push(context);
  context.x = context;
  return context;
}
function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
const trapping = (trap, target = { x: 1 }) => new Proxy(target, { [trap]: throwing() });

class Entity {
  #secret = 1;
  x = "own";
  get derived() {
    return this.#secret;
  }
}
class Endless extends Array {
  *[Symbol.iterator]() {
    for (;;) yield 1;
  }
}
class Itself extends Date {
  toJSON() {
    return this;
  }
}

/** By name: the context, and what becomes of its attribute `x`. */
const contexts = {
  "nothing": () => [undefined, OUT],
  "null": () => [null, OUT],
  "an object without a prototype": () => [Object.assign(Object.create(null), { x: 1 }), IN],
  "an inherited attribute": () => [Object.create({ x: 1 }), OUT],
  "a class instance": () => [new Entity(), IN],
  "a frozen object": () => [Object.freeze({ x: 1 }), IN],
  "a Map": () => [new Map([["x", 1]]), OUT],
  "text": () => ["user-1", UNREADABLE],
  "a number": () => [7, UNREADABLE],
  "a boolean": () => [true, UNREADABLE],
  "a BigInt": () => [7n, UNREADABLE],
  "a symbol": () => [Symbol("s"), UNREADABLE],
  "a function": () => [() => 1, UNREADABLE],
  "a list": () => [[{ x: 1 }], UNREADABLE],
  "a getter that throws": () => [{ get x() { throw new Error("no such luck"); } }, UNREADABLE],
  "a getter that throws nothing": () => [{ get x() { throw undefined; } }, UNREADABLE],
  "a getter that throws what cannot be text": () => [{ get x() { throw { toString: throwing() }; } }, UNREADABLE],
  "a getter that throws an error without a message": () => [{ get x() { throw Object.defineProperty(new Error(), "message", { get: throwing() }); } }, UNREADABLE],
  "a getter that recurses for ever": () => [{ get x() { return this.x; } }, UNREADABLE],
  "a getter that removes what comes after it": () => [{ get targetingKey() { delete this.x; return "u"; }, x: 1 }, null],
  "a setter only": () => [{ set x(value) {} }, OUT],
  "a proxy that passes everything on": () => [new Proxy({ x: 1 }, {}), IN],
  "a proxy whose `get` throws": () => [trapping("get"), UNREADABLE],
  "a proxy whose `getPrototypeOf` throws": () => [trapping("getPrototypeOf"), UNREADABLE],
  "a proxy whose other traps throw": () => [new Proxy({ x: 1 }, { has: throwing(), ownKeys: throwing(), getOwnPropertyDescriptor: throwing() }), IN],
  "a revoked proxy": () => [revoked({}), UNREADABLE],
  "a revoked proxy of a list": () => [revoked([]), UNREADABLE],
  "itself": () => [cyclic(), UNREADABLE],
};

/** By name: a value for the attribute `x`, and what becomes of it. */
const values = {
  "undefined": () => [undefined, OUT],
  "a BigInt": () => [1n, OUT],
  "a symbol": () => [Symbol("s"), OUT],
  "a function": () => [() => 1, OUT],
  "a class": () => [Entity, OUT],
  "null": () => [null, IN],
  "NaN": () => [NaN, IN],
  "infinity": () => [-Infinity, IN],
  "a date": () => [new Date(0), IN],
  "an invalid date": () => [new Date(NaN), OUT],
  "a date that throws": () => [Object.assign(new Date(0), { toJSON: throwing() }), UNREADABLE],
  "a date that becomes itself": () => [new Itself(), OUT],
  "bytes": () => [new Uint8Array(4), OUT],
  "very many bytes": () => [new Uint8Array(100_000_000), OUT],
  "a Map": () => [new Map([[{}, {}]]), IN],
  "a Set": () => [new Set([1n]), IN],
  "a promise": () => [Promise.resolve(1), IN],
  "an error": () => [new Error("no"), IN],
  "boxed text": () => [new String("text"), IN],
  "a WeakRef": () => [new WeakRef({}), IN],
  "a `toJSON` that throws": () => [{ toJSON: throwing() }, IN],
  "a `valueOf` and a `toString` that throw": () => [{ valueOf: throwing(), toString: throwing(), [Symbol.toPrimitive]: throwing() }, IN],
  "an inner getter that throws": () => [{ inner: [{ get x() { throw new Error("no"); } }] }, UNREADABLE],
  "a proxy whose `ownKeys` throws": () => [trapping("ownKeys"), UNREADABLE],
  "a proxy that lists one key for ever": () => [new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: (target, key, self) => self }), UNREADABLE],
  "a proxy of a list whose `get` throws": () => [trapping("get", [1]), UNREADABLE],
  "a proxy of a list that is endless": () => [new Proxy([], { get: (target, key) => (key === "length" ? Infinity : 1) }), UNREADABLE],
  "a proxy of a list whose length is odd": () => [new Proxy([], { get: () => "3.5" }), null],
  "a revoked proxy": () => [revoked({}), UNREADABLE],
  "a list in itself": () => [cyclic().list, UNREADABLE],
  "a list with an endless iterator": () => [Endless.from({ length: 2 }), IN],
  "a list that loses its items as it is read": () => [Object.defineProperty([0, 1, 2], 0, { get() { this.length = 1; return 0; }, enumerable: true }), IN],
  "a list with holes": () => [[, 1, , 2, ,], IN],
  "a list of what has no form": () => [[undefined, () => 1, Symbol("s"), 1n, new Uint8Array(1)], IN],
  "an object of what has no form": () => [{ a: undefined, b: () => 1, c: Symbol("s"), d: 1n, e: new Uint8Array(1), [Symbol("f")]: 1 }, IN],
  "a list of the greatest length": () => [new Array(2 ** 32 - 1), UNREADABLE],
  "a list with one item at its far end": () => [Object.assign([], { 4294967294: 1 }), UNREADABLE],
  "a million items": () => [new Array(1_000_000).fill(1), IN],
  "two million items": () => [new Array(2_000_000).fill(1), UNREADABLE],
  "two million items in small lists": () => [Array.from({ length: 2_000 }, () => new Array(1_000).fill(null)), UNREADABLE],
  "the same list two million times": () => [new Array(2_000).fill(new Array(1_000).fill(null)), UNREADABLE],
  "half a million keys": () => [Object.fromEntries(Array.from({ length: 500_000 }, (_, index) => [index, index])), IN],
  "64 deep": () => [nested(64), IN],
  "65 deep": () => [nested(65), UNREADABLE],
  "100 000 deep": () => [nested(100_000), UNREADABLE],
  "10 MB of ASCII": () => ["x".repeat(10_000_000), IN],
  "10 million characters of three bytes": () => ["✓".repeat(10_000_000), IN],
  "34 MB of text": () => ["x".repeat(34_000_000), UNREADABLE],
  "36 MB of text by characters": () => ["✓".repeat(12_000_000), UNREADABLE],
  "500 MB of text": () => ["x".repeat(500_000_000), UNREADABLE],
  "34 MB of text in parts": () => [new Array(34).fill("x".repeat(1_000_000)), UNREADABLE],
  "a key of 34 MB": () => [{ ["x".repeat(34_000_000)]: 1 }, UNREADABLE],
  "lone surrogates": () => ["\ud800 and \udc00", IN],
  "a lone surrogate at the end of much text": () => [`${"x".repeat(1_000)}\ud83d`, IN],
  "lone surrogates inside": () => [{ "\ud800": ["\udfff"] }, IN],
  "the names of parts of Object": () => [JSON.parse('{ "__proto__": 1, "constructor": 2, "hasOwnProperty": 3, "toJSON": 4 }'), IN],
};

/** What a getter of a context may do to the evaluator that reads it: nothing comes of it. */
const meddling = {
  evaluates: (evaluator) => evaluator.evaluate("there", { x: 1 }, 1).errorCode,
  "evaluates what was never asked for": (evaluator) => evaluator.evaluate("timed", {}, 1).errorCode,
  "evaluates what is not there": (evaluator) => evaluator.evaluate("missing", {}, 1).errorCode,
  "evaluates all": (evaluator) => evaluator.evaluateAll({ x: 2 }).there?.errorCode,
  explains: (evaluator) => evaluator.explain("there", { x: 2 }).errorCode,
  "binds and evaluates": (evaluator) => evaluator.bind({ x: 2 }).evaluate("there", 1).errorCode,
  loads: (evaluator) => refused(() => evaluator.loadSnapshot({ schema: "samebucket/1", flags: {} })),
  "loads what is no snapshot": (evaluator) => refused(() => evaluator.loadSnapshot("{")),
  frees: (evaluator) => refused(() => evaluator.free()),
  "opens a circuit": (evaluator) => refused(() => evaluator.setOpenCircuits(["there"])),
};

function refused(act) {
  try {
    act();
  } catch (error) {
    return error instanceof SnapshotError ? undefined : "GENERAL";
  }
  return undefined;
}

const evaluator = ready();

/** Asks in every way about a flag that reads `x`, and then a hundred good questions. */
function check(name, context, expected) {
  for (const [way, ask] of Object.entries(waysToAsk(evaluator, "there", context))) {
    const evaluation = ask();
    assert.ok(Object.isFrozen(evaluation), `${name}: ${way}`);
    if (expected === null) continue;
    const found = evaluation.errorCode ?? (evaluation.value ? IN : OUT);
    assert.equal(found, expected, `${name}: ${way}: ${evaluation.errorMessage?.slice(0, 200)}`);
    if (expected === UNREADABLE) assert.match(evaluation.errorMessage, /^the context could not be read: /, name);
  }
  assert.deepEqual(wrongAnswers(evaluator), [], `after ${name}`);
}

test("contexts of every kind", () => {
  for (const [name, make] of Object.entries(contexts)) check(name, ...make());
});

test("attributes of every kind", () => {
  for (const [name, make] of Object.entries(values)) {
    const [x, expected] = make();
    check(name, { x }, expected);
  }
});

test("a targeting key of every kind", () => {
  for (const [name, make] of Object.entries(values)) {
    const [targetingKey] = make();
    const { errorCode, reason } = evaluator.evaluate("split", { targetingKey }, false);
    assert.ok(errorCode === undefined ? reason === "SPLIT" : errorCode === UNREADABLE, name);
    assert.deepEqual(wrongAnswers(evaluator), [], `after ${name}`);
  }
});

test("the evaluator cannot be used by a getter of a context that it reads", () => {
  for (const [name, act] of Object.entries(meddling)) {
    let happened;
    check(name, { get x() { happened = act(evaluator); return 1; } }, IN);
    assert.equal(happened, "GENERAL", name);
  }
});

test("a getter may use another evaluator, even if the module's memory moves", () => {
  const flags = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`flag-${index}`, { ...on, description: "x".repeat(10_000) }]));
  const other = new Evaluator();
  const context = {
    targetingKey: "user-1",
    x: { before: "text", get inner() { return other.loadSnapshot({ schema: "samebucket/1", flags }).flagCount; }, after: ["text", 1] },
  };
  check("another evaluator loads", context, IN);
  check("another evaluator evaluates", { get x() { return other.evaluate("flag-1", { x: 1 }).value; } }, IN);
  other.free();
});

test("nothing of one context is left for the next", () => {
  const flags = Object.fromEntries(["a", "b", "c"].map((attribute) => [attribute, { ...on, rules: [whenThere(attribute)] }]));
  const evaluator = new Evaluator();
  evaluator.loadSnapshot({ schema: "samebucket/1", flags });
  const filled = { a: "text", b: [{ deep: 1 }], c: 7 };
  const half = { a: "text", b: [1], get c() { throw new Error("no"); } };
  for (const before of [filled, half]) {
    for (const key of ["a", "b", "c"]) {
      evaluator.evaluateAll(before);
      assert.equal(evaluator.evaluate(key, {}).value, false);
      evaluator.evaluate(key, before);
      assert.deepEqual(Object.values(evaluator.evaluateAll({})).map(({ value }) => value), [false, false, false]);
    }
  }
});

test("flag keys and defaults of every kind", () => {
  const odd = [undefined, null, 5, 1n, Symbol("s"), {}, [], () => 1, revoked({}), { toString: throwing() }, "", "\ud800", "x".repeat(10_000_000), "x".repeat(500_000_000)];
  for (const key of odd) {
    for (const found of [evaluator.evaluate(key, {}, false), evaluator.explain(key), evaluator.bind({}).evaluate(key, false), evaluator.bind({}).explain(key)]) {
      assert.ok(["FLAG_NOT_FOUND", "GENERAL"].includes(found.errorCode));
      assert.ok(found.errorMessage.length < 1_000, "a message that can be logged");
    }
    const { value, errorCode } = evaluator.evaluate("fixed", {}, key);
    if (key == null) assert.equal(value, true);
    else assert.deepEqual([value === key, errorCode], [true, "TYPE_MISMATCH"]);
  }
  assert.deepEqual(wrongAnswers(evaluator), []);
});

test("clocks of every kind", () => {
  const clocks = {
    throws: [throwing(), "GENERAL"], "throws nothing": [() => { throw undefined; }, "GENERAL"], NaN: [() => NaN, "GENERAL"], text: [() => "2026", "GENERAL"],
    nothing: [() => undefined, "GENERAL"], BigInt: [() => 1n, "GENERAL"], "a date": [() => new Date(), "GENERAL"], "what throws as a number": [() => ({ valueOf: throwing() }), "GENERAL"],
    recurses: [function clock() { return clock(); }, "GENERAL"], infinity: [() => Infinity, true], "minus infinity": [() => -Infinity, false], "long ago": [() => -8.64e15, false],
  };
  let clock;
  const evaluator = ready({ clock: () => clock() });
  for (const [name, [bad, expected]] of Object.entries(clocks)) {
    clock = bad;
    for (const [way, ask] of Object.entries(waysToAsk(evaluator, "timed", {}))) {
      const { errorCode, value } = ask();
      assert.equal(errorCode ?? value, expected, `${name}: ${way}`);
    }
    assert.equal(evaluator.evaluate("fixed").value, true, "the time plays no part");
    clock = () => NOON;
    assert.deepEqual(wrongAnswers(evaluator), [], `after a clock that ${name}`);
  }
});

test("a clock may use its evaluator", () => {
  const acts = {
    evaluates: () => evaluator.evaluate("split", { targetingKey: "u" }), "evaluates all": () => calls < 100 && evaluator.evaluateAll({ targetingKey: "u" }),
    "evaluates itself": () => evaluator.evaluate("timed"), binds: () => evaluator.bind({ x: 1 }).evaluate("there"), loads: () => evaluator.loadSnapshot(snapshot),
    "opens circuits": () => evaluator.setOpenCircuits([]),
  };
  let act = () => {};
  let calls = 0;
  const evaluator = ready({ clock: () => { calls += 1; act(); return NOON; } });
  for (const [name, does] of Object.entries(acts)) {
    act = does;
    calls = 0;
    for (const [way, ask] of Object.entries(waysToAsk(evaluator, "timed", { x: 1 }))) assert.equal(ask().value, true, `${name}: ${way}`);
    act = () => {};
    assert.deepEqual(wrongAnswers(evaluator), [], `after a clock that ${name}`);
  }
  act = () => evaluator.free();
  assert.equal(evaluator.evaluate("timed").errorMessage, "this Evaluator was freed");
});

test("whatever is loaded beside a snapshot is refused, and the one before stays in force", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const odd = [
    proxy, cyclic(), { a: 1n }, { toJSON: throwing() }, { get schema() { throw new Error("no"); } }, nested(100_000), "x".repeat(40_000_000), "[".repeat(1_000_000),
    "x".repeat(500_000_000), new Uint8Array(500_000_000), new Date(), new Map(), "\ud800".repeat(1_000),
  ];
  for (const input of odd) {
    assert.throws(() => evaluator.loadSnapshot(input), SnapshotError);
    assert.deepEqual(wrongAnswers(evaluator), []);
  }
  assert.throws(() => evaluator.loadSnapshot("x".repeat(34_000_000)), { code: "too_large", message: "34000000 bytes; a snapshot has at most 33554432" });
  for (const keys of [undefined, null, 5, "a", {}, { [Symbol.iterator]: throwing() }, [{ toString: throwing() }], [Symbol("s").description, 5, "x".repeat(34_000_000)]]) {
    assert.throws(() => evaluator.setOpenCircuits(keys));
    assert.deepEqual(wrongAnswers(evaluator), []);
  }
});

test("dates and bytes of other realms are dates and bytes", () => {
  const evaluator = new Evaluator();
  const rules = [{ when: [{ attribute: "d", operator: "after", value: "2020-01-01T00:00:00Z" }], serve: "on" }];
  const text = JSON.stringify({ schema: "samebucket/1", flags: { f: { variants: { on: true, off: false }, rules } } });
  const foreign = (/** @type {string} */ code) => runInNewContext(code, { text });
  for (const bytes of [foreign("Uint8Array.from(text, (c) => c.charCodeAt(0))"), foreign("Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer")]) {
    assert.equal(evaluator.loadSnapshot(bytes).flagCount, 1);
  }
  for (const d of [new Date("2026-01-01"), foreign('new Date("2026-01-01")'), [foreign('new Date("2026-01-01")')][0]]) {
    assert.equal(evaluator.evaluate("f", { d }, false).value, true);
  }
  assert.equal(evaluator.evaluate("f", { d: { [Symbol.toStringTag]: "Date" } }, false).value, false);
  for (const input of [Promise.resolve(text), new Response(text), new Blob([text])]) {
    assert.throws(() => evaluator.loadSnapshot(input), { name: "SnapshotError", message: /await its text/ });
  }
});

test("an evaluator that was freed says so", () => {
  const evaluator = new Evaluator();
  evaluator.free();
  assert.throws(() => evaluator.loadSnapshot("{}"), /was freed/);
  assert.throws(() => evaluator.setOpenCircuits([]), /was freed/);
  assert.match(evaluator.evaluate("f").errorMessage, /was freed/);
});

test("a stack that ends within an evaluation spoils nothing", () => {
  const bound = evaluator.bind({ targetingKey: "user-1", x: 1 });
  const fresh = () => evaluator.bind({ targetingKey: "user-1", x: [1] });
  const acts = {
    evaluate: () => evaluator.evaluate("split", { targetingKey: "user-1" }), "evaluate with text": () => evaluator.evaluate("there", { x: "é".repeat(100) }),
    "evaluate with a list": () => evaluator.evaluate("there", { x: [1] }), evaluateAll: () => evaluator.evaluateAll({ targetingKey: "user-1", x: [1] }),
    explain: () => evaluator.explain("split", { targetingKey: "user-1" }), "evaluate bound": () => bound.evaluate("split"), "bind": fresh,
    "all bound": () => bound.evaluateAll(), load: () => evaluator.loadSnapshot(snapshot), circuits: () => evaluator.setOpenCircuits([]), missing: () => evaluator.evaluate("missing"),
    "a new evaluator": () => ready().evaluate("split", { targetingKey: "user-1" }),
  };
  for (const [name, act] of Object.entries(acts)) {
    for (const padding of [0, 1, 5]) {
      // Frames of many sizes, so that the stack ends at many places.
      const deeper = new Function("act", "deeper", `let ${Array.from({ length: 1 + padding * 7 }, (_, index) => `a${index} = act`).join(", ")};
        try { act(); } catch {} deeper(act, deeper); return [${Array.from({ length: 1 + padding * 7 }, (_, index) => `a${index}`).join(", ")}];`);
      assert.throws(() => deeper(act, deeper), RangeError);
    }
    assert.deepEqual(wrongAnswers(evaluator), [], `after ${name}`);
  }
  assert.equal(bound.evaluate("split").value, isOn("user-1"));
});

test("what is not freed is freed by the garbage collector", () => {
  const script = fileURLToPath(new URL("memory.mjs", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script, join(folder, "node_modules/samebucket/node.cjs")], { encoding: "utf8" });
  for (const [name, { before, after }] of Object.entries(JSON.parse(output))) {
    // What leaks grows fivefold.
    assert.ok(before > 0 && after < 1.5 * before, `${name}: the module's memory grew from ${before} to ${after} bytes`);
  }
});

test("a key whose text frees the evaluator leaves the others whole", () => {
  const flags = Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`f-${number}`, { variants: { on: `value-${number}`, off: "" }, default: "on" }]));
  const many = { schema: "samebucket/1", flags };
  const wrong = [];
  for (let round = 0; round < 20; round++) {
    const [evaluator, other] = [ready(), new Evaluator()];
    evaluator.evaluate("x".repeat(8_000), {});
    const freeing = () => (evaluator.free(), other.loadSnapshot(many), "A".repeat(8_000));
    const key = round % 2 === 0 ? { toString: freeing } : { length: 64, asked: 0, charCodeAt() { if (this.asked++ === 0) freeing(); return 65; } };
    if (round % 4 < 2) assert.match(evaluator.evaluate(key, {}).errorCode, /GENERAL|FLAG_NOT_FOUND/);
    else evaluator.recordError(key);
    other.loadSnapshot(many);
    for (let number = 0; number < 30; number++) {
      const { value } = other.evaluate(`f-${number}`, {});
      if (value !== `value-${number}`) wrong.push([round, number, value]);
    }
  }
  assert.deepEqual(wrong, []);
});
