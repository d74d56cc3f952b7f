// The packed npm package, installed as a user installs it: what is in it, the conformance data and the backends' answers by
// `import` and by `require`, and whatever a caller may throw at it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { FORMATS, runBackends } from "./backends.mjs";
import { runConformance } from "./conformance.mjs";
import { conformanceSuites, installPackage } from "./consumer.mjs";

const { folder, files } = installPackage("consumer");
const require = createRequire(join(folder, "index.cjs"));
/** @type {typeof import("../pkg-template/index.js")} */
const byRequire = require("samebucket");
const byImport = await import(pathToFileURL(join(folder, "node_modules/samebucket/node.js")).href);
const { Evaluator, SnapshotError } = byRequire;

const flag = (more = {}) => ({ variants: { on: true, off: false }, ...more });
const snapshotOf = (flags, more = {}) => ({ schema: "samebucket/1", flags, ...more });
const loaded = (flags, options) => {
  const evaluator = new Evaluator(options);
  evaluator.loadSnapshot(snapshotOf(flags));
  return evaluator;
};

test("the package holds one wasm, its entries, its types, the schema, the docs and the licences, and no more", () => {
  const expected = [
    "LICENSE-APACHE", "LICENSE-MIT", "README.md", "api.js", "browser.js", "edge-light.js", "index.d.cts", "index.d.ts",
    "inline.cjs", "inline.d.cts", "inline.d.ts", "inline.js", "node-inline.js", "node-slim.js", "node.cjs", "node.js", "package.json",
    "samebucket-1.schema.json", "samebucket.wasm", "samebucket.wasm.d.ts", "slim.cjs", "slim.d.cts", "slim.d.ts", "slim.js",
    "wasm-bytes.cjs", "wasm-bytes.js", "workerd.js",
    // client
    "client-edge.js", "client.cjs", "client.d.cts", "client.d.ts", "client.js", "client/errors.js", "client/event-stream.js", "client/fetching.js",
    "client/schedule.js", "client/settings.js", "client/signature.js", "client/storage.js", "client/timing.js", "docs/client.md", "events.js", "options.js",
    // openfeature-web, openfeature-server
    "docs/openfeature.md", "openfeature-server.cjs", "openfeature-server.d.cts", "openfeature-server.d.ts", "openfeature-server.js",
    "openfeature-web.cjs", "openfeature-web.d.cts", "openfeature-web.d.ts", "openfeature-web.js", "openfeature.d.cts", "openfeature.d.ts", "openfeature.js",
    // observe
    "docs/circuit-breaker.md", "docs/experiments.md", "docs/metrics.md", "observe.cjs", "observe.d.cts", "observe.d.ts", "observe.js", "observe/analysis.js", "observe/circuits.js",
    "observe/experiments.js", "observe/exposures.js", "observe/metrics.js", "observe/prometheus.js", "observe/queue.js", "observe/sender.js",
    "observe/statistics.js", "observe/variants.js",
  ];
  assert.deepEqual(files.toSorted(), expected.toSorted());
});

test("every path that package.json names is there", () => {
  const manifest = JSON.parse(readFileSync(join(folder, "node_modules/samebucket/package.json"), "utf8"));
  const named = JSON.stringify([manifest.exports, manifest.main, manifest.module, manifest.types, manifest.sideEffects]).match(/\.\/[^"]+(?="(?!:))/g);
  const missing = named.filter((path) => !files.includes(path.slice(2)));
  assert.deepEqual(missing, []);
  assert.equal(require("samebucket/samebucket-1.schema.json").type, "object");
  assert.match(require.resolve("samebucket/samebucket.wasm"), /samebucket\.wasm$/);
});

for (const [how, api] of [["import", byImport], ["require", byRequire]]) {
  test(`conformance by ${how}`, () => {
    const { cases, mismatches } = runConformance(api, conformanceSuites());
    assert.ok(cases >= 150, `only ${cases} cases`);
    assert.deepEqual(mismatches, []);
  });

  test(`conformance of the backends' formats by ${how}`, () => {
    const suites = FORMATS.map((format) => JSON.parse(readFileSync(new URL(`backends/${format}.json`, import.meta.url), "utf8")));
    const { evaluations, mismatches } = runBackends(api, suites);
    assert.ok(evaluations >= 77_000, `only ${evaluations} evaluations`);
    assert.deepEqual(mismatches, []);
  });
}

test("import and require share one instance, and so one snapshot", () => {
  byImport.loadSnapshot(snapshotOf({ shared: flag({ default: "on" }) }));
  assert.equal(byRequire.evaluate("shared").value, true);
  assert.equal(byImport.SnapshotError, SnapshotError);
  assert.equal(byImport.load_snapshot, byRequire.loadSnapshot);
  assert.equal(byImport.evaluate_all, byRequire.evaluateAll);
});

test("init resolves in Node", async () => {
  assert.equal(await byRequire.init(), undefined);
});

test("a snapshot loads from text, bytes, a buffer or an object, with the digest of its bytes", () => {
  const snapshot = snapshotOf({ a: flag({ description: "é ✓ 😀" }) }, { version: "7", environment: "test" });
  const text = JSON.stringify(snapshot);
  const bytes = Buffer.from(text);
  const within = new Uint8Array(bytes.length + 8).fill(32, 0, 8);
  within.set(bytes, 8);
  const digest = createHash("sha256").update(bytes).digest("hex");
  const expected = {
    format: "samebucket/1", version: "7", environment: "test", flagCount: 1, digest, changed: ["a"], skipped: [], warnings: [],
  };
  for (const input of [text, bytes, new Uint8Array(bytes), new Uint8Array(bytes).buffer, within.subarray(8), snapshot]) {
    assert.deepEqual(new Evaluator().loadSnapshot(input), expected);
  }
});

test("a snapshot's text may be of any characters, however many bytes they take", () => {
  const evaluator = new Evaluator();
  for (const character of ["a", "é", "✓", "😀"]) {
    for (const count of [1, 2_000, 400_000]) {
      // On both sides of what takes one byte each, and once so long that its bytes are counted.
      const text = JSON.stringify(snapshotOf({ a: flag({ default: "on" }), [`z${character.repeat(count)}`]: flag() }, { version: `${character}1` }));
      const { digest, version, changed } = evaluator.loadSnapshot(text);
      assert.equal(digest, createHash("sha256").update(text).digest("hex"), `${character} ${count} times`);
      assert.equal(version, `${character}1`);
      assert.ok(changed.includes(`z${character.repeat(count)}`));
    }
  }
  const long = JSON.stringify(snapshotOf({ a: flag({ description: "✓".repeat(5_000_000) }) }));
  assert.equal(evaluator.loadSnapshot(long).digest, createHash("sha256").update(long).digest("hex"));
});

test("what is no snapshot throws SnapshotError, and the snapshot before stays in force", () => {
  const evaluator = loaded({ a: flag({ default: "on" }) });
  const cyclic = {};
  cyclic.self = cyclic;
  const inputs = [
    undefined, null, 1, true, 1n, Symbol("s"), () => 1, "", "{", "null", "[[]]", "{}", "\ud800", '"\udc00"', '{"schema":"samebucket/1","flags":{"\ud800":{}}}',
    new Uint8Array(), new Uint8Array([0xff, 0xfe]), cyclic, { a: 1n }, { toJSON: () => undefined }, [1], new Map(),
    { get schema() { throw new Error("no"); } }, snapshotOf({ a: 1 }), snapshotOf([]), snapshotOf({ b: flag({ default: "none" }) }),
  ];
  for (const input of inputs) {
    assert.throws(() => evaluator.loadSnapshot(input), (error) => {
      assert.ok(error instanceof SnapshotError && error instanceof Error, `${String(error)}`);
      assert.equal(error.name, "SnapshotError");
      assert.ok(error.issues.length > 0 && error.issues.every(({ code, path, message }) => code && typeof path === "string" && message));
      assert.equal(error.code, error.issues[0].code);
      assert.ok(error.message.includes(error.issues[0].message));
      return true;
    });
    assert.equal(evaluator.evaluate("a").value, true);
  }
  assert.throws(() => evaluator.loadSnapshot("{}", { format: "toml" }), ({ name, code, issues }) =>
    name === "SnapshotError" && code === "unknown_format" && issues.length === 1 && issues[0].code === code);
  assert.throws(() => evaluator.loadSnapshot("{}", { onInvalidFlag: "ignore" }), TypeError);
  assert.throws(() => evaluator.loadSnapshot("{}", { environment: 1 }), TypeError);
  assert.throws(() => new Evaluator({ environment: {} }), TypeError);
  assert.throws(() => new Evaluator({ clock: 5 }), TypeError);
});

test("skip leaves invalid flags out and names them", () => {
  const evaluator = new Evaluator();
  const info = evaluator.loadSnapshot(snapshotOf({ good: flag({ default: "on" }), bad: flag({ default: "none" }), needs: flag({ requires: ["bad"] }) }), {
    onInvalidFlag: "skip",
  });
  assert.equal(info.flagCount, 1);
  assert.deepEqual(info.skipped.map((issue) => [issue.flag, issue.code]), [["bad", "unknown_variant"], ["needs", "unknown_flag"]]);
  assert.equal(evaluator.evaluate("good").value, true);
  assert.equal(evaluator.evaluate("bad").errorCode, "FLAG_NOT_FOUND");
});

test("changed names the flags that differ", () => {
  const evaluator = loaded({ a: flag(), b: flag(), c: flag() });
  assert.deepEqual(evaluator.loadSnapshot(snapshotOf({ a: flag(), b: flag({ default: "on" }), d: flag() })).changed, ["b", "c", "d"]);
  assert.deepEqual(evaluator.loadSnapshot(snapshotOf({ a: flag(), b: flag({ default: "on" }), d: flag() })).changed, []);
});

test("errors carry OpenFeature's codes and the caller's default", () => {
  const evaluator = new Evaluator();
  const failed = (flagKey, value, errorCode, errorMessage) =>
    ({ flagKey, value, variant: null, reason: "ERROR", backendReason: null, ruleId: null, errorCode, errorMessage });
  assert.deepEqual(evaluator.evaluate("a", {}, 5), failed("a", 5, "PROVIDER_NOT_READY", "no snapshot has been loaded"));
  assert.deepEqual(evaluator.explain("a"), { ...failed("a", undefined, "PROVIDER_NOT_READY", "no snapshot has been loaded"), steps: [] });
  assert.deepEqual({ ...evaluator.evaluateAll() }, {});
  evaluator.loadSnapshot(snapshotOf({ a: flag({ default: "on" }) }));
  assert.deepEqual(evaluator.evaluate("b", {}, "x"), failed("b", "x", "FLAG_NOT_FOUND", "the snapshot has no flag `b`"));
  assert.deepEqual(evaluator.evaluate("b"), failed("b", undefined, "FLAG_NOT_FOUND", "the snapshot has no flag `b`"));
  assert.deepEqual(
    evaluator.evaluate("a", {}, "x"),
    failed("a", "x", "TYPE_MISMATCH", "the flag `a` is of type boolean, the default value of type string"),
  );
  for (const odd of [1n, Symbol("s"), () => 1, [], {}, 0, ""]) {
    const evaluation = evaluator.evaluate("a", {}, odd);
    assert.equal(evaluation.errorCode, "TYPE_MISMATCH");
    assert.equal(evaluation.value, odd);
  }
  for (const none of [undefined, null]) assert.equal(evaluator.evaluate("a", {}, none).value, true);
  for (const context of [1, "u", true, Symbol("s"), 1n, () => 1, [], ["u"]]) {
    for (const evaluation of [evaluator.evaluate("a", context, false), evaluator.bind(context).evaluate("a", false)]) {
      assert.deepEqual(evaluation, failed("a", false, "INVALID_CONTEXT", "the context could not be read: it is not an object"));
    }
    const all = { a: failed("a", undefined, "INVALID_CONTEXT", "the context could not be read: it is not an object") };
    for (const found of [evaluator.evaluateAll(context), evaluator.bind(context).evaluateAll()]) assert.deepEqual({ ...found }, all);
  }
});

test("evaluate never throws, whatever the arguments, and the evaluator lives on", () => {
  const reads = (attribute) => ({ attribute, operator: "exists" });
  const evaluator = loaded({
    a: flag({ rules: [{ when: [reads("x")], serve: "on" }], default: { rollout: { percentage: 50 }, serve: "on" } }),
  });
  const cyclic = { targetingKey: "u" };
  cyclic.x = cyclic;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const nobody = Object.create(null);
  const contexts = [
    cyclic, proxy, nobody, { get x() { throw new Error("no"); } }, { get x() { throw undefined; } }, { x: 1n }, { x: Symbol("s") }, { x: () => 1 },
    { x: new Date(NaN) }, { x: new Date(0) }, { x: "\ud800" }, { x: "y".repeat(10_000_000) }, { x: NaN }, { x: [cyclic] }, { x: new Proxy([], {}) },
    { targetingKey: {} }, { targetingKey: "\udfff" }, new (class { #private = 1; x = 2; })(), new Map([["x", 1]]), { x: new Array(5) },
    new Proxy({}, { getOwnPropertyDescriptor() { throw new Error("no"); } }),
    { get x() { return evaluator.evaluate("a", { x: 1 }).value; } }, { get x() { evaluator.loadSnapshot(snapshotOf({})); return 1; } },
    { get x() { evaluator.free(); return 1; } }, { toString() { throw new Error("no"); } },
  ];
  const keys = ["a", "", "constructor", "__proto__", "\ud800", undefined, null, 5, Symbol("s"), { toString() { throw new Error("no"); } }, "a".repeat(1_000_000)];
  for (const context of contexts) {
    for (const key of keys) {
      for (const target of [evaluator, evaluator.bind(context)]) {
        const evaluation = target === evaluator ? target.evaluate(key, context, false) : target.evaluate(key, false);
        assert.ok(Object.isFrozen(evaluation));
        assert.equal(typeof evaluation.value, "boolean");
        assert.ok(evaluation.reason !== "ERROR" || evaluation.errorCode, JSON.stringify(evaluation));
        target.evaluateAll(context);
        target.explain(key, context);
      }
    }
    assert.equal(evaluator.evaluate("a", { x: 1 }).value, true, "the evaluator lives on");
    assert.equal(evaluator.evaluate("a", {}).value, false, "nothing is left of the context before");
  }
});

test("what a context holds beside JSON", () => {
  const is = (value) => ({ when: [{ attribute: "x", operator: "equals", value }], serve: "on" });
  const list = { when: [{ attribute: "x", operator: "contains", value: null }], serve: "on" };
  const evaluator = loaded({ date: flag({ rules: [is("1970-01-01T00:00:00.000Z")] }), hole: flag({ rules: [list] }), there: flag({ rules: [{ when: [{ attribute: "x", operator: "exists" }], serve: "on" }] }) });
  assert.equal(evaluator.evaluate("date", { x: new Date(0) }).value, true);
  for (const item of [undefined, () => 1, Symbol("s"), 1n, null]) assert.equal(evaluator.evaluate("hole", { x: [item] }).value, true);
  for (const x of [undefined, () => 1, Symbol("s"), 1n, new Date(NaN)]) assert.equal(evaluator.evaluate("there", { x }).value, false);
  for (const x of [null, NaN, "", [], {}, 0, false]) assert.equal(evaluator.evaluate("there", { x }).value, true);
  assert.equal(evaluator.evaluate("there", Object.create({ x: 1 })).value, false, "own properties only");
  const { errorCode, errorMessage } = evaluator.evaluate("there", { get x() { throw new Error("no such luck"); } });
  assert.deepEqual([errorCode, errorMessage], ["INVALID_CONTEXT", "the context could not be read: no such luck"]);
});

test("a clock that throws, gives no number, or loads a snapshot", () => {
  const bad = { throws: () => { throw new Error("stopped"); }, text: () => "now", nothing: () => undefined, nan: () => NaN };
  const timed = flag({ schedule: { from: "1970-01-01T00:00:00Z" }, default: "on" });
  for (const [name, clock] of Object.entries(bad)) {
    const evaluator = loaded({ a: timed, b: flag({ requires: ["a"], default: "on" }), c: flag({ default: "on" }) }, { clock });
    for (const found of [evaluator, evaluator.bind({})]) {
      for (const key of ["a", "b"]) {
        assert.equal(found === evaluator ? evaluator.evaluate(key, {}, false).errorCode : found.evaluate(key, false).errorCode, "GENERAL", name);
        assert.equal(found.explain(key).errorCode, "GENERAL", name);
      }
      assert.deepEqual(Object.values(found.evaluateAll()).map(({ errorCode }) => errorCode), ["GENERAL", "GENERAL", "GENERAL"], name);
    }
    assert.equal(evaluator.evaluate("c").value, true, "the time plays no part");
  }
  const evaluator = new Evaluator({ clock: () => { evaluator.loadSnapshot(snapshotOf({ z: flag({ default: "on" }), a: timed, b: flag() })); return 0; } });
  evaluator.loadSnapshot(snapshotOf({ a: timed }));
  assert.deepEqual([evaluator.evaluate("a").flagKey, evaluator.evaluate("a").value, Object.keys(evaluator.evaluateAll())], ["a", true, ["z", "a", "b"]]);
});

test("schedules follow the clock", () => {
  let now = 0;
  const evaluator = loaded({ a: flag({ schedule: { from: "2026-01-01T00:00:00Z" }, default: "on" }) }, { clock: () => now });
  assert.equal(evaluator.evaluate("a").backendReason, "not_started");
  now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(evaluator.evaluate("a").value, true);
  assert.equal(new Evaluator().loadSnapshot(snapshotOf({ a: flag() })).flagCount, 1, "the default clock is Date.now");
});

test("a default stays the caller's own, whatever it is", () => {
  const evaluator = loaded({ a: flag({ default: "on" }) });
  const cyclic = { list: [] };
  cyclic.self = cyclic;
  for (const own of [cyclic, { bytes: new Uint8Array(2) }, new Uint8Array(2), { get x() { throw new Error("no"); } }]) {
    for (const [key, code] of [["a", "TYPE_MISMATCH"], ["b", "FLAG_NOT_FOUND"]]) {
      const evaluation = evaluator.evaluate(key, {}, own);
      assert.deepEqual([evaluation.errorCode, evaluation.value === own, Object.isFrozen(own)], [code, true, false]);
    }
  }
  cyclic.list.push(1);
  assert.throws(() => evaluator.setOpenCircuits("a"), TypeError);
});

test("backends' formats know no types: a default of another type plays no part", () => {
  const evaluator = new Evaluator();
  evaluator.loadSnapshot({ flags: { a: { state: "enabled", variants: { off: "text" } } } }, { format: "prompt-improver" });
  assert.deepEqual([evaluator.evaluate("a", {}, false).value, evaluator.evaluate("a", {}, false).errorCode], ["text", undefined]);
  assert.deepEqual([evaluator.evaluate("b", {}, 7).value, evaluator.evaluate("b").value, evaluator.evaluate("b").variant], [7, false, "default"]);
  evaluator.loadSnapshot([{ key: "a", enabled: true, rules: [{ conditions: [] }] }]);
  assert.deepEqual([evaluator.evaluate("a", {}, "mine").value, evaluator.evaluate("a").value], ["mine", undefined]);
});

test("evaluations are frozen all through and handed out again", () => {
  const evaluator = loaded({ a: { variants: { off: { deep: { er: [1] } } } } });
  const evaluation = evaluator.evaluate("a");
  assert.ok(Object.isFrozen(evaluation.value.deep.er));
  assert.equal(evaluator.evaluate("a", { targetingKey: "u" }), evaluation);
  assert.equal(evaluator.evaluateAll().a, evaluation);
});

test("flags and values named like parts of Object are just names", () => {
  const value = JSON.parse('{ "__proto__": { "x": 1 }, "constructor": 2 }');
  const text = JSON.stringify(snapshotOf({ constructor: flag({ default: "on" }) })).replace('"constructor"', '"__proto__"');
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(text);
  assert.equal(evaluator.evaluate("__proto__").value, true);
  assert.deepEqual(Object.keys(evaluator.evaluateAll()), ["__proto__"]);
  assert.equal(evaluator.evaluate("constructor").errorCode, "FLAG_NOT_FOUND");
  evaluator.loadSnapshot(snapshotOf({ a: { variants: { off: value } } }));
  assert.deepEqual(Object.keys(evaluator.evaluate("a").value), ["__proto__", "constructor"]);
  assert.equal(evaluator.evaluateAll().constructor, undefined);
});

test("a bound context is read once, and again after a new snapshot", () => {
  const evaluator = loaded({ a: flag({ rules: [{ when: [{ attribute: "x", operator: "equals", value: 1 }], serve: "on" }] }) });
  const context = { x: 1 };
  const bound = evaluator.bind(context);
  context.x = 2;
  assert.equal(bound.evaluate("a").value, true);
  assert.equal(bound.explain("a").value, true);
  assert.equal(bound.evaluateAll().a.value, true);
  evaluator.loadSnapshot(snapshotOf({ a: flag({ rules: [{ when: [{ attribute: "x", operator: "equals", value: 2 }], serve: "on" }] }) }));
  assert.equal(bound.evaluate("a").value, true);
  const early = new Evaluator();
  const boundEarly = early.bind({ x: 1 });
  assert.equal(boundEarly.evaluate("a", false).errorCode, "PROVIDER_NOT_READY");
  early.loadSnapshot(snapshotOf({ a: flag({ default: "on" }) }));
  assert.equal(boundEarly.evaluate("a").value, true);
});

test("open circuits", () => {
  const evaluator = new Evaluator();
  evaluator.setOpenCircuits(new Set(["a"]));
  evaluator.loadSnapshot(snapshotOf({ a: flag({ default: "on" }), b: flag({ default: "on" }) }));
  assert.equal(evaluator.evaluate("a").backendReason, "circuit_open");
  assert.equal(evaluator.evaluate("b").value, true);
  evaluator.setOpenCircuits([]);
  assert.equal(evaluator.evaluate("a").value, true);
});

test("a freed evaluator says so, and others live on", () => {
  const [first, second] = [loaded({ a: flag({ default: "on" }) }), loaded({ a: flag({ default: "on" }) })];
  const bound = first.bind({});
  first.free();
  first.free();
  assert.deepEqual([first.evaluate("a", {}, false).errorCode, first.evaluate("a").errorMessage], ["GENERAL", "this Evaluator was freed"]);
  assert.equal(bound.evaluate("a", false).errorMessage, "this Evaluator was freed");
  assert.throws(() => first.loadSnapshot("{}"), { message: "this Evaluator was freed" });
  assert.equal(second.evaluate("a").value, true);
  if (Symbol.dispose) {
    second[Symbol.dispose]();
    assert.equal(second.evaluate("a").errorMessage, "this Evaluator was freed");
  }
});

test("contexts of many sizes leave nothing behind in each other", () => {
  const evaluator = loaded({
    a: flag({ rules: [{ when: [{ attribute: "x", operator: "ends_with", value: "!" }], serve: "on" }] }),
  });
  for (let size = 1; size < 1 << 22; size *= 3) {
    assert.equal(evaluator.evaluate("a", { x: `${"é".repeat(size)}!` }).value, true);
    assert.equal(evaluator.evaluate("a", { x: "e".repeat(size) }).value, false);
    assert.equal(evaluator.evaluate("a", {}).value, false);
  }
});
