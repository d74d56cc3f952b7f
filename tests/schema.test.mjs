// @ts-check
// Holds the JSON Schema to the loader: what one of them refuses, the other must refuse too, but for checks that a
// schema cannot express. SCHEMA_SEED and SCHEMA_MUTANTS choose other random mutants, and how many.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Evaluator, SnapshotError } from "../pkg/node.js";

const SEED = Number(process.env.SCHEMA_SEED ?? 1);
const MUTANTS = Number(process.env.SCHEMA_MUTANTS ?? 20_000);

/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

const validate = new Ajv2020({ strict: true }).compile(read("../pkg-template/samebucket-1.schema.json"));

// Snapshots with every construct of the format.

const BOOLEAN = { on: true, off: false };

/** @param {object} flag @param {any} variants */
const withFlag = (flag, variants = BOOLEAN) => ({ schema: "samebucket/1", flags: { a: { variants, ...flag } } });

/** @param {object[]} when */
const withConditions = (...when) => withFlag({ rules: [{ when, serve: "on" }] });

/** @type {[string, any][]} */
const COMPARISONS = [
  ["equals", "de"], ["equals", 1.5], ["equals", true], ["equals", null], ["not_equals", ""],
  ["in", ["a", 1, false, null]], ["not_in", []],
  ["contains", "x"], ["not_contains", null], ["starts_with", "a"], ["ends_with", ""],
  ["matches", "^(a|b)[0-9]+\\.$"],
  ["gt", -1], ["gte", 0], ["lt", 1e21], ["lte", 0.1],
  ["before", "2026-01-15T00:00:00Z"], ["after", "2024-02-29T23:59:59.123456-07:30"],
  ["semver_equals", "1.2.3"], ["semver_gt", "0.0.0-alpha.1+build.007"], ["semver_gte", "10.20.30"],
  ["semver_lt", "1.0.0--"], ["semver_lte", "18446744073709551615.0.0-rc.99999999999999999999"],
];
const CONDITIONS = [
  ...COMPARISONS.map(([operator, value]) => ({ attribute: "user.plan", operator, value })),
  { attribute: "a", operator: "exists" },
  { attribute: "b", operator: "not_exists" },
];

const RICH = {
  schema: "samebucket/1",
  version: "7",
  environment: "production",
  segments: {
    staff: { include: ["u-1", "u-2"], exclude: ["u-2"] },
    nobody: {},
    wide: { when: [{ any: [{ not: { all: CONDITIONS.slice(0, 2) } }, { any: [] }, ...CONDITIONS.slice(-3)] }, { all: [] }] },
  },
  flags: {
    base: { variants: BOOLEAN, default: "on" },
    colour: {
      variants: { red: "#f00", blue: "#00f" },
      off: "red",
      on: "blue",
      requires: ["base", { flag: "limit", variant: "high" }],
      deny: ["u-1", "😀"],
      allow: ["u-3"],
      default: { split: { red: 1, blue: 0.5 }, salt: "" },
      description: "The colour.",
      owner: "web",
      tags: ["a", "a", ""],
    },
    limit: {
      variants: { off: 0, low: 10, high: 1e3 },
      enabled: true,
      killed: false,
      environments: { staging: { enabled: false, serve: "low" }, "": {}, load: { serve: { split: { low: 1, high: 0 } } } },
      schedule: { from: "2026-01-01T00:00:00Z", until: "2026-12-31T23:59:59.5+14:00" },
      rules: [
        { id: "1", when: [{ segment: "staff" }, { not: { any: [{ segment: "wide" }] } }], serve: "high" },
        { id: "2", rollout: { percentage: 12.345 }, serve: { split: { off: 0, low: 2 } } },
        { when: [], rollout: { percentage: 100, salt: "s" }, serve: "low" },
      ],
      default: {
        rollout: { ramp: [{ at: "2026-01-01T00:00:00Z", percentage: 0 }, { at: "2026-02-01T00:00:00Z", percentage: 99.999 }], salt: "r" },
        serve: "high",
      },
      bucketing: { by: "tenant.id", salt: "" },
      errorThreshold: { rate: 0.05, windowSeconds: 60, minimumSamples: 20 },
    },
    layout: {
      variants: { off: {}, on: { columns: 2, nested: [null, { deep: true }] } },
      schedule: {},
      bucketing: {},
      errorThreshold: { rate: 1, windowSeconds: 0.5 },
      requires: [],
      rules: [],
      default: { rollout: { percentage: 0 }, serve: { split: { on: 1 } } },
    },
    ["__proto__"]: { variants: { ["__proto__"]: true, off: false }, on: "__proto__" },
  },
};

const SEEDS = [
  RICH,
  withConditions(...CONDITIONS),
  { schema: "samebucket/1", flags: {} },
  read("../www-example/snapshot.json"),
  ...readdirSync(new URL("conformance", import.meta.url)).filter((name) => name.endsWith(".json"))
    .map((name) => read(`conformance/${name}`).snapshot).filter(Boolean),
];

// What the schema may let through: each code with its reason and a snapshot that only the loader refuses.

/** @param {number} count @param {(index: number) => [string, any]} entry */
const object = (count, entry) => Object.fromEntries(Array.from({ length: count }, (_, index) => entry(index)));

/** @param {string} pattern */
const matching = (pattern) => ({ attribute: "a", operator: "matches", value: pattern });

/** @param {any} value @param {number} depth */
const nested = (value, depth) => {
  for (let level = 0; level < depth; level++) value = { in: value };
  return value;
};

/** @type {Record<string, { reason: string, snapshots: any[] }>} */
const BEYOND = {
  unknown_variant: {
    reason: "a schema cannot compare a string with the keys of another object",
    snapshots: [
      withFlag({ off: "x" }),
      withFlag({ on: "x" }),
      withFlag({ default: "x" }),
      withFlag({ rules: [{ serve: { split: { on: 1, x: 1 } } }] }),
      withFlag({ environments: { test: { serve: "x" } } }),
      withFlag({ allow: ["u-1"] }, { yes: true, off: false }),
      { schema: "samebucket/1", flags: { a: { variants: BOOLEAN, requires: [{ flag: "b", variant: "x" }] }, b: { variants: BOOLEAN } } },
    ],
  },
  unknown_flag: {
    reason: "a schema cannot compare a string with the keys of another object",
    snapshots: [withFlag({ requires: ["x"] }), withFlag({ requires: [{ flag: "x", variant: "on" }] })],
  },
  unknown_segment: {
    reason: "a schema cannot compare a string with the keys of another object",
    snapshots: [withConditions({ not: { segment: "x" } })],
  },
  requirement_cycle: {
    reason: "a schema cannot follow references between values",
    snapshots: [
      withFlag({ requires: ["a"] }),
      { schema: "samebucket/1", flags: { a: { variants: BOOLEAN, requires: ["b"] }, b: { variants: BOOLEAN, requires: ["a"] } } },
    ],
  },
  requirement_too_deep: {
    reason: "a schema cannot follow references between values",
    snapshots: [{
      schema: "samebucket/1",
      flags: object(66, (index) => [`f${index}`, { variants: BOOLEAN, requires: index ? [`f${index - 1}`] : [] }]),
    }],
  },
  invalid_instant: {
    reason: "how many days a month has hangs on the year",
    snapshots: [
      withFlag({ schedule: { from: "2026-02-29T00:00:00Z" } }),
      withFlag({ schedule: { until: "2026-04-31T00:00:00Z" } }),
      withFlag({ default: { rollout: { ramp: [{ at: "1900-02-29T00:00:00Z", percentage: 1 }] }, serve: "on" } }),
      withConditions({ attribute: "a", operator: "before", value: "2026-02-30T00:00:00Z" }),
    ],
  },
  invalid_schedule: {
    reason: "a schema cannot compare two values",
    snapshots: [withFlag({ schedule: { from: "2026-01-02T00:00:00Z", until: "2026-01-01T00:00:00Z" } })],
  },
  ramp_order: {
    reason: "a schema cannot compare two values",
    snapshots: [withFlag({
      default: {
        rollout: { ramp: [{ at: "2026-01-02T00:00:00Z", percentage: 1 }, { at: "2026-01-01T00:00:00Z", percentage: 2 }] },
        serve: "on",
      },
    })],
  },
  invalid_pattern: {
    reason: "whether a pattern compiles is for its compiler to say",
    snapshots: ["(", "(?=x)", "\\1"].map((pattern) => withConditions(matching(pattern))),
  },
  pattern_too_long: {
    reason: "a schema counts characters, not bytes, and does not write repetitions out",
    snapshots: ["é".repeat(2049), "(a{1000}){1000}"].map((pattern) => withConditions(matching(pattern))),
  },
  invalid_version: {
    reason: "the digits of 64 bits are no regular pattern worth reading",
    snapshots: [withConditions({ attribute: "a", operator: "semver_gt", value: "1.18446744073709551616.0" })],
  },
  percentage_too_fine: {
    reason: "`multipleOf` 0.001 fails for most doubles",
    snapshots: [
      withFlag({ default: { rollout: { percentage: 0.0005 }, serve: "on" } }),
      withFlag({ default: { rollout: { ramp: [{ at: "2026-01-01T00:00:00Z", percentage: 33.3333 }] }, serve: "on" } }),
    ],
  },
  split_without_weight: {
    reason: "a schema cannot add",
    snapshots: [withFlag({ default: { split: { on: 1.7e308, off: 1.7e308 } } })],
  },
  duplicate_rule: {
    reason: "`uniqueItems` compares whole items, not their ids",
    snapshots: [withFlag({ rules: [{ id: "r", serve: "on" }, { id: "r", serve: "off" }] })],
  },
  too_deep: {
    reason: "a schema cannot count levels",
    snapshots: [
      withFlag({}, { on: nested({}, 100), off: {} }),
      withConditions(JSON.parse(`${'{"not":'.repeat(100)}{"any":[]}${"}".repeat(100)}`)),
    ],
  },
  too_many_patterns: {
    reason: "a schema cannot count over the whole document",
    snapshots: [withConditions(...Array.from({ length: 4097 }, (_, index) => matching(`^${index}$`)))],
  },
  too_large: {
    reason: "a schema does not see the document's bytes",
    snapshots: [withFlag({ description: "x".repeat(2 ** 25) })],
  },
};

// Values on either side of what the format allows.

const STRINGS = [
  "", " ", "x", "on", "off", "é", "😀", "\0", "\n", "true", "1", "toString", "samebucket/1", "samebucket/2", "constructor", "__proto__",
  // Instants.
  "2026-01-15T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999999999Z",
  "2026-01-15T00:00:00-00:00", "2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
  "2026-04-31T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z", "2026-00-15T00:00:00Z", "2026-13-15T00:00:00Z",
  "2026-01-15T24:00:00Z", "2026-01-15T23:60:00Z", "2026-01-15T23:59:60Z", "2026-01-15T00:00:00+24:00", "2026-01-15T00:00:00+00:60",
  "2026-01-15t00:00:00Z", "2026-01-15T00:00:00z", "2026-01-15 00:00:00Z", "2026-01-15T00:00:00", "2026-01-15T00:00Z", "2026-01-15",
  "2026-01-15T00:00:00.Z", "2026-01-15T00:00:00,5Z", "2026-01-15T00:00:00+0100", "2026-01-15T00:00:00+01", "2026-1-15T00:00:00Z",
  "+2026-01-15T00:00:00Z", "-2026-01-15T00:00:00Z", "12026-01-15T00:00:00Z", "26-01-15T00:00:00Z", " 2026-01-15T00:00:00Z",
  "2026-01-15T00:00:00Z ", "2026-01-15T00:00:00Z\n", "２026-01-15T00:00:00Z", "2026-01-15T00:00:00.٣Z",
  "2026-01-15T00:00:00−01:00", `2026-01-15T00:00:00.${"1".repeat(400)}Z`, "2026-01-15T00:00:00Z+00:00", "2026-1é-15T00:00:00Z",
  // Versions.
  "1.0.0", "0.0.0", "1.0", "1", "1.0.0.0", "v1.0.0", "=1.0.0", "01.0.0", "1.00.0", "1.0.00", "-1.0.0", "1.0.0-", "1.0.0+", "1.0.0-+b",
  "1.0.0-a", "1.0.0-0", "1.0.0-00", "1.0.0-01", "1.0.0-0a", "1.0.0-a.", "1.0.0-.a", "1.0.0-a..b", "1.0.0-a.01", "1.0.0--", "1.0.0---1",
  "1.0.0-a_b", "1.0.0-é", "1.0.0+01", "1.0.0+a.b", "1.0.0+a..b", "1.0.0+a+b", "1.0.0-a+b-c", "1.0.0 ", " 1.0.0", "1.0.0\n", "1..0", "1.x.0",
  "1.0.*", "18446744073709551615.0.0", "18446744073709551616.0.0", "0.0.99999999999999999999", "1.0.0-18446744073709551616",
  `1.0.0-${"a.".repeat(200)}a`, "１.0.0",
  // Patterns.
  "(", "[a-", "a{2,1}", "(?=x)", "(?<n>a)", "(?P<n>a)", "\\1", "\\p{L}", "(?i)a", "*", "a**", "\\", "(a{1000}){1000}", "[[:alpha:]]", "(?u)a",
  "a".repeat(4096), "a".repeat(4097), "é".repeat(2048), "é".repeat(2049), "😀".repeat(4096),
  // Words of the format.
  "exists", "not_exists", "equals", "in", "matches", "gt", "before", "semver_gt", "starts_with", "Equals", "semver_not_equals",
];
const NUMBERS = [
  0, -0, 1, -1, 0.5, 2, 10, 99.999, 99.9999, 100, 100.001, 101, -0.001, 0.001, 0.0005, 0.1 + 0.2, 33.333, 4.35, 1e-9, 5e-324, 1.5,
  2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53, 2 ** 63, 2 ** 64, 1e21, 1e300, 1.7e308, -1.7e308,
];
const OTHERS = [
  null, true, false, [], {}, [[]], [{}], [null], [""], ["on"], [0], [true], { "": true }, { x: 1 }, { on: true }, { split: {} },
  { split: { on: 0 } }, { split: { on: 0, off: 0 } }, { split: { on: 5e-324 } }, { split: { "": 1 } }, { percentage: 5 }, { ramp: [] },
  { percentage: 5, ramp: [{ at: "2026-01-15T00:00:00Z", percentage: 5 }] }, { segment: "staff" }, { all: [] }, { any: [], all: [] },
  { not: {} }, { not: [] }, { rollout: { percentage: 5 } }, { serve: "on" }, { rollout: { percentage: 5 }, serve: { split: { on: 1 } } },
];
const EDGES = [...STRINGS, ...NUMBERS, ...OTHERS];

// A mutant is changed in some places of one seed.

let state = Math.imul(SEED, 0x9e3779b1) ^ 0x5bd1e995 || 1;

/** A whole number from 0, less than `limit`, by xorshift. @param {number} limit */
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

/** @template T @param {readonly T[]} items @returns {T} */
const pick = (items) => items[random(items.length)];

/** @param {any} value */
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** @template T @param {T} value @returns {T} */
const copy = (value) => JSON.parse(JSON.stringify(value));

/** Sets a key of its own, even `__proto__`. @param {any} holder @param {string | number} key @param {any} value */
const put = (holder, key, value) =>
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });

/** @typedef {{ holder: any, key: string | number, value: any }} Place */

/** Every value in a list or an object, at any depth, each before those in it. @param {any} holder @param {Place[]} found */
function places(holder, found = []) {
  for (const key of Object.keys(holder)) {
    found.push({ holder, key: Array.isArray(holder) ? Number(key) : key, value: holder[key] });
    if (holder[key] !== null && typeof holder[key] === "object") places(holder[key], found);
  }
  return found;
}

/** The seeds' values that are not long, by the key that holds them. @type {Map<string, any[]>} */
const elsewhere = new Map();
for (const { key, value } of places(copy(SEEDS))) {
  if (typeof key === "string" && JSON.stringify(value).length < 1000) {
    elsewhere.set(key, [...(elsewhere.get(key) ?? []).slice(-50), value]);
  }
}
const KEYS = ["", "x", "$schema", "Enabled", "operator ", ...elsewhere.keys()];

/** @param {string | number} key */
const valueFor = (key) => copy(pick(elsewhere.get(String(key)) ?? EDGES));

/** @param {Place} place */
function remove({ holder, key }) {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

/** @type {Record<string, (place: Place) => void>} */
const MUTATIONS = {
  remove,
  rename(place) {
    const key = pick(KEYS);
    remove(place);
    put(place.holder, Array.isArray(place.holder) ? 0 : key, place.value);
  },
  add({ holder, value }) {
    const target = isObject(value) ? value : holder;
    const key = pick(KEYS);
    if (Array.isArray(target)) target.push(copy(pick([...target, pick(EDGES)])));
    else put(target, key, valueFor(key));
  },
  edge: ({ holder, key }) => put(holder, key, copy(pick(EDGES))),
  sameType({ holder, key, value }) {
    const same = EDGES.filter((edge) => typeof edge === typeof value && Array.isArray(edge) === Array.isArray(value));
    put(holder, key, copy(pick(same)));
  },
  sameKey: ({ holder, key }) => put(holder, key, valueFor(key)),
  otherKey: ({ holder, key }) => put(holder, key, valueFor(pick(KEYS))),
  duplicate({ holder, key, value }) {
    if (Array.isArray(holder)) holder.splice(Number(key), 0, copy(value));
    else put(holder, pick(KEYS), copy(value));
  },
  swap({ holder, key, value }) {
    const other = pick(Object.keys(holder));
    put(holder, key, holder[other]);
    put(holder, other, value);
  },
  distort({ holder, key, value }) {
    if (typeof value === "number") return put(holder, key, pick([-value, value + 1, value - 1, value / 1000, value * 1000, value + 1e-6]));
    if (typeof value === "boolean") return put(holder, key, !value);
    if (typeof value !== "string") return put(holder, key, Array.isArray(value) ? value.slice(1) : {});
    const characters = [...value, ""];
    const at = random(characters.length);
    const character = pick([..."aZ0159 .:+-_\0\n", "é", "😀"]);
    const distorted = pick([
      characters.slice(0, at), characters.slice(at), characters.with(at, character),
      characters.toSpliced(at, 0, character), characters.toSpliced(at, 1), [value.toUpperCase()], [value.toLowerCase()],
    ]);
    put(holder, key, distorted.join(""));
  },
  wrap: ({ holder, key, value }) => put(holder, key, pick([[value], [value, copy(value)], put({}, pick(KEYS), value)])),
  unwrap: ({ holder, key, value }) => {
    const inner = value === null || typeof value !== "object" ? [] : Object.values(value);
    put(holder, key, inner.length > 0 ? pick(inner) : null);
  },
};

/** @returns {{ what: string, snapshot: any }} */
function mutant() {
  const root = { snapshot: copy(pick(SEEDS)) };
  const what = [];
  for (let count = pick([1, 1, 1, 2, 3]); count > 0; count--) {
    const place = pick(places(root));
    const name = pick(Object.keys(MUTATIONS));
    what.push(`${name} at ${place.key}`);
    MUTATIONS[name](place);
    if (!("snapshot" in root)) return { what: what.join(", "), snapshot: null };
  }
  return { what: what.join(", "), snapshot: root.snapshot };
}

// The comparison.

/** The codes of the loader's issues; none when it accepts. @param {string} text @returns {string[]} */
function issueCodes(text) {
  const evaluator = new Evaluator();
  try {
    evaluator.loadSnapshot(text, { format: "samebucket/1" });
    return [];
  } catch (/** @type {any} */ error) {
    if (!(error instanceof SnapshotError)) return [`not a SnapshotError: ${error}`];
    return [...new Set(error.issues.map((/** @type {{ code: string }} */ issue) => issue.code))];
  } finally {
    evaluator.free();
  }
}

/** Counts on which the two agree and lists the others. */
class Comparison {
  agreed = { accepted: 0, refused: 0 };
  /** @type {Record<string, number>} */
  beyond = {};
  /** @type {Record<string, number>} */
  kinds = {};
  /** @type {string[]} */
  shown = [];

  /** @param {any} snapshot @param {string} what */
  add(snapshot, what) {
    const text = JSON.stringify(snapshot);
    const codes = issueCodes(text);
    if (validate(JSON.parse(text))) {
      const unexplained = codes.filter((code) => !Object.hasOwn(BEYOND, code));
      if (unexplained.length > 0) return this.#mismatch(`only the loader refuses: ${unexplained}`, what, text);
      if (codes.length === 0) this.agreed.accepted++;
      for (const code of codes) this.beyond[code] = (this.beyond[code] ?? 0) + 1;
    } else if (codes.length > 0 && !codes.some((code) => code.startsWith("not a"))) {
      this.agreed.refused++;
    } else {
      const error = validate.errors?.[0];
      this.#mismatch(codes[0] ?? `only the schema refuses: ${error?.schemaPath}`, `${what}: ${error?.instancePath} ${error?.message}`, text);
    }
  }

  /** @param {string} kind @param {string} what @param {string} text */
  #mismatch(kind, what, text) {
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    if (this.shown.length < 20) this.shown.push(`${kind}\n  ${what}\n  ${text}`);
  }

  /** @param {import("node:test").TestContext} context */
  finish(context) {
    context.diagnostic(JSON.stringify({ ...this.agreed, ...this.beyond }));
    const count = Object.values(this.kinds).reduce((sum, each) => sum + each, 0);
    assert.equal(count, 0, `${count} mismatches: ${JSON.stringify(this.kinds, null, 2)}\n\n${this.shown.join("\n\n")}`);
  }
}

test("the seeds are accepted by both", () => {
  for (const [index, seed] of SEEDS.entries()) {
    assert.deepEqual(issueCodes(JSON.stringify(seed)), [], `seed ${index}`);
    assert.ok(validate(seed), `seed ${index}: ${JSON.stringify(validate.errors)}`);
  }
});

for (const [code, { reason, snapshots }] of Object.entries(BEYOND)) {
  test(`only the loader knows ${code}: ${reason}`, () => {
    for (const snapshot of snapshots) {
      const start = JSON.stringify(snapshot).slice(0, 300);
      assert.ok(validate(snapshot), `${start}: ${JSON.stringify(validate.errors)}`);
      assert.deepEqual(issueCodes(JSON.stringify(snapshot)), [code], start);
    }
  });
}

/**
 * Per code a snapshot around one value, and the edge values that only the loader refuses.
 * @type {[string, (value: any) => any, any[]][]}
 */
const VALUES = [
  [
    "invalid_instant",
    (instant) => withFlag({ schedule: { from: instant } }),
    ["2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z"],
  ],
  [
    "invalid_version",
    (version) => withConditions({ attribute: "a", operator: "semver_gt", value: version }),
    ["18446744073709551616.0.0", "0.0.99999999999999999999"],
  ],
  [
    "percentage_too_fine",
    (percentage) => withFlag({ default: { rollout: { percentage }, serve: "on" } }),
    [99.9999, 0.0005, 0.1 + 0.2, 1e-9, 5e-324],
  ],
];

for (const [code, around, expected] of VALUES) {
  test(`${code} for no other value`, () => {
    const found = EDGES.filter((edge) => validate(around(edge)) && issueCodes(JSON.stringify(around(edge))).length > 0);
    assert.deepEqual(found, expected);
  });
}

test("the schema refuses what it can, though the loader has one of those codes for it", () => {
  const refused = [
    withFlag({}, { on: true }),
    withFlag({ default: { split: {} } }),
    withFlag({ default: { split: { on: 0, off: 0 } } }),
    withFlag({ default: { split: { "": 1 } } }),
    withFlag({ default: "" }),
    withFlag({ requires: [""] }),
    withConditions({ segment: "" }),
    withConditions(matching("a".repeat(4097))),
  ];
  for (const snapshot of refused) {
    const start = JSON.stringify(snapshot).slice(0, 300);
    assert.ok(!validate(snapshot), start);
    assert.notDeepEqual(issueCodes(JSON.stringify(snapshot)), [], start);
  }
});

test("both count the flags", () => {
  for (const [count, codes] of /** @type {[number, string[]][]} */ ([[100_000, []], [100_001, ["too_many_flags"]]])) {
    const snapshot = { schema: "samebucket/1", flags: object(count, (index) => [`f${index}`, { variants: { off: 0 } }]) };
    assert.equal(validate(snapshot), codes.length === 0);
    assert.deepEqual(issueCodes(JSON.stringify(snapshot)), codes);
  }
});

test("every edge value in every place, and every key renamed or joined by another", (context) => {
  const comparison = new Comparison();
  for (const seed of SEEDS.slice(0, 2)) {
    const root = { snapshot: copy(seed) };
    for (const { holder, key, value } of places(root)) {
      for (const edge of EDGES) {
        put(holder, key, edge);
        comparison.add(root.snapshot, `${JSON.stringify(edge).slice(0, 60)} at ${key}`);
      }
      put(holder, key, value);
      if (isObject(value)) {
        put(value, "x", null);
        comparison.add(root.snapshot, `another key in ${key}`);
        delete value.x;
      }
      if (holder === root || Array.isArray(holder)) continue;
      for (const name of ["", "x", "toString"].filter((name) => !Object.hasOwn(holder, name))) {
        delete holder[key];
        put(holder, name, value);
        comparison.add(root.snapshot, `${key} renamed to "${name}"`);
        delete holder[name];
        put(holder, key, value);
      }
    }
  }
  comparison.finish(context);
});

test(`${MUTANTS} random mutants of seed ${SEED}`, (context) => {
  const comparison = new Comparison();
  for (let count = 0; count < MUTANTS; count++) {
    const { what, snapshot } = mutant();
    comparison.add(snapshot, what);
  }
  comparison.finish(context);
  const { accepted, refused } = comparison.agreed;
  assert.ok(accepted >= 1000, `${accepted} accepted`);
  assert.ok(refused >= 1000, `${refused} refused`);
});
