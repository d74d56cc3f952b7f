// @ts-check
// Random snapshots with every construct of the format, and for each one contexts that hit what it asks for.
// `node tests/random-cases.mjs 100` prints so many cases, a line of JSON each. RANDOM_SEED chooses others.
//
// A case has the snapshot as text, so that whoever loads it loads the same bytes. Numbers that JSON has no form for
// stand in contexts as `{ "$number": "NaN" }`; `reviveNumber` brings them back.

import { pathToFileURL } from "node:url";

/**
 * @typedef {{
 *   snapshot: string,
 *   environment?: string,
 *   now: number,
 *   openCircuits: string[],
 *   asked: { flagKey: string, default?: unknown }[],
 *   contexts: object[],
 * }} Case
 */

/**
 * Tommy Ettinger's mulberry32.
 * @param {number} seed
 */
function mulberry32(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * As JSON with `-0` kept. A `Map` is an object whose keys stay in order, whatever they are.
 * @param {any} value
 * @returns {string}
 */
function json(value) {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return `{"$number":"${value}"}`;
    return Object.is(value, -0) ? "-0" : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(json).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = [...(value instanceof Map ? value : Object.entries(value))].filter(([, part]) => part !== undefined);
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${json(part)}`).join(",")}}`;
}

/**
 * For `JSON.parse`.
 * @param {string} _key
 * @param {any} value
 */
export const reviveNumber = (_key, value) => (typeof value?.$number === "string" ? Number(value.$number) : value);

const NAMES = [
  "a", "b", "c", "new-checkout", "beta", "a.b", "a.b.c", "b.c", ".", "a.", "..", " ", "0", "1", "10", "-1", "flags",
  "value", "split", "rules",
  "variants", "length", "name", "null", "true", "toString", "valueOf", "hasOwnProperty", "constructor", "prototype",
  "__proto__",
  "__proto__.a", "constructor.name", "é", "e\u0301", "ключ", "名前", "😀", "\u{10ffff}", "😀.𝒳", "\u0000", "\"", "\\", "/",
  "~1", "~0~1", "\u2028", "\ufeff",
  "\ufffd", "x".repeat(40), "😀".repeat(20),
];
const USERS = [
  "u-1", "u-2", "u-3", "u-4", "u-5", "u-6", "u-7", "u-8", "u-9", "42", "1e+21", "1e-7", "0", "0.30000000000000004",
  "пользователь", "😀", "__proto__",
  " u-1", "U-1", "a:split",
];
const NUMBERS = [
  0, -0, 0, -0, 1, -1, 2, 42, 0.1, 0.1 + 0.2, 0.3, -0.5, 1 / 3, 123.456, 1e-6, 1e-7, -1e-7, 1.5e-10, 1e20,
  123456789012345680000, 1e21, -1e21,
  1.2345e22, 1e300, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 2 ** 64,
  100000,
];
const STRINGS = [
  "", "a", "A", "ab", "abc", "b", "de", "DE", "pro", "free", "a\u0301", "á", "ß", "İ", "😀", "😀😀", "x😀y", "\u{10ffff}",
  "\u0000", "\n", "true", "null", "1",
  "42", "-0", "1e21", "__proto__", "constructor", "user@example.com", "ab12", "12", "aaaa", "日本語", "\ufeffa",
  "x".repeat(33), "é".repeat(40),
];
// In the order of time.
const INSTANTS = [
  "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "2024-03-01T07:29:59.123455Z",
  "2024-02-29T23:59:59.123456-07:30", "2025-12-31T23:59:59.999+00:00",
  "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "2026-01-01T12:00:00+05:45", "2026-01-15T00:00:00-23:59",
  "2026-03-01T00:00:00.5Z",
  "2026-06-01T06:07:08.123Z", "2027-01-01T00:00:00+14:00", "2038-01-19T03:14:08Z", "9999-12-31T23:59:59.999Z",
];
const ODD_INSTANTS = [
  "2026-01-01", "2026-01-01T00:00:00", "2026-01-01t00:00:00z", "2026-01-01 00:00:00Z", "2026-02-30T00:00:00Z",
  "2026-01-01T24:00:00Z",
  "2026-01-01T00:00:60Z", "2026-01-01T00:00Z", "2025-12-31T23:59:59.9999999999Z", "2026-01-01T00:00:00.Z",
  "2026-01-01T00:00:00+00", "20260101T000000Z",
];
const VERSIONS = [
  "0.0.0", "0.0.1-alpha", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11",
  "1.0.0-rc.1", "1.0.0", "1.0.0+build.7",
  "1.0.0+build.8", "1.0.1", "1.2.3", "1.10.0", "2.0.0-1", "2.0.0--", "18446744073709551615.0.0",
];
const ODD_VERSIONS = ["1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "18446744073709551616.0.0", "1.0.0 ", "1.0.0+", ""];
/** Patterns, each with texts in which it is found or nearly so. @type {[string, string[]][]} */
const PATTERNS = [
  ["^a", ["a", "ab", "ba", "A"]], ["b$", ["b", "ab", "b\n"]], ["^[a-z]+[0-9]*$", ["ab12", "ab", "12"]],
  ["@example\\.(com|org)$", ["user@example.com", "user@example.comx"]],
  ["\\d{2,}", ["12", "ab12", "1", "١٢"]], ["(?i)DE", ["de", "DE", "xdEx"]], ["\\w", ["a", "é", "_", "-"]],
  [".", ["", "\n", "😀"]], ["😀+", ["😀", "x😀y", "x"]], ["", ["", "a"]],
  ["(a|b|ab)*c", ["ababc", "abab"]], ["[^\\x00-\\x7F]", ["é", "e"]], ["^.{1,3}$", ["😀😀😀", "日本語", "abcd"]],
  ["\\bpro\\b", ["pro", "a pro b", "prob"]],
  ["(?s)^.$", ["\n", "a"]], ["[[:alpha:]]", ["a", "1"]],
];
const ATTRIBUTES = [
  "country", "plan", "age", "tags", "app.version", "user.plan.tier", "user.plan", "user", "a.b", "a", "a.b.c", "b.c",
  ".", "a.", "..", "", "0", "1.0", "__proto__",
  "__proto__.a", "constructor", "constructor.name", "toString", "hasOwnProperty", "length", "targetingKey",
  "targetingKey.length", "😀", "😀.𝒳", "ключ", "é", "\u0000", "\ufeff",
].filter((name) => name !== "");
const ENVIRONMENTS = ["production", "staging", "__proto__", "test"];

const EQUALITY = ["equals", "not_equals", "in", "not_in", "contains", "not_contains"];
const OTHERS = [
  "starts_with", "ends_with", "matches", "gt", "gte", "lt", "lte", "before", "after", "semver_equals", "semver_gt",
  "semver_gte", "semver_lt",
  "semver_lte", "exists", "not_exists",
];

/** Makes one case, and remembers which values would be of interest to it. */
class Maker {
  #random;
  /** By attribute, the values that its conditions ask for or nearly so. */
  #asked = /** @type {Map<string, unknown[]>} */ (new Map());
  #units = new Set(["targetingKey"]);
  #segments = /** @type {string[]} */ ([]);

  /** @param {() => number} random */
  constructor(random) {
    this.#random = random;
  }

  // Chance

  /** A whole number from `least` to `most`. @param {number} least @param {number} most */
  #int(least, most) {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  /** @param {number} share */
  #chance(share) {
    return this.#random() < share;
  }

  /** @template T @param {readonly T[]} list @returns {T} */
  #pick(list) {
    return list[this.#int(0, list.length - 1)];
  }

  /**
   * Some of the list, each once, in random order.
   * @template T
   * @param {readonly T[]} list
   * @param {number} least
   * @param {number} most
   * @returns {T[]}
   */
  #some(list, least, most) {
    const rest = [...list];
    const count = Math.min(rest.length, this.#int(least, most));
    return Array.from({ length: count }, () => rest.splice(this.#int(0, rest.length - 1), 1)[0]);
  }

  /** @template T @param {number} share @param {() => T} make @returns {T | undefined} */
  #maybe(share, make) {
    return this.#chance(share) ? make() : undefined;
  }

  /** @template T @param {number} length @param {() => T} make @returns {T[]} */
  #list(length, make) {
    return Array.from({ length }, make);
  }

  // Values

  /** @returns {string | number | boolean | null} */
  #scalar() {
    return this.#pick([
      () => this.#pick(STRINGS), () => this.#pick(STRINGS), () => this.#pick(NUMBERS), () => this.#chance(0.5), () => null,
    ])();
  }

  /** @param {number} [depth] @returns {unknown} */
  #value(depth = 2) {
    if (depth === 0 || this.#chance(0.6)) return this.#scalar();
    if (this.#chance(0.5)) return this.#list(this.#int(0, 3), () => this.#value(depth - 1));
    return this.#object(depth);
  }

  #object(depth = 2) {
    return new Map(this.#some(NAMES, 0, 3).map((name) => [name, this.#value(depth - 1)]));
  }

  #salt() {
    return this.#pick([...STRINGS, ...NAMES]);
  }

  #percentage() {
    return this.#chance(0.3) ? this.#pick([0, 0.001, 12.5, 50, 99.999, 100]) : this.#int(0, 100_000) / 1000;
  }

  /** A value of another type than the one given, but alike to look at. @param {unknown} value */
  #lookalike(value) {
    if (typeof value === "number") return String(value);
    if (typeof value === "string") return this.#pick([[value], Number(value), new Map([["value", value]]), value === "true", null]);
    return this.#pick([String(value), 0, 1, "", []]);
  }

  // Conditions

  /** @param {string} attribute @param {...unknown} values */
  #ask(attribute, ...values) {
    const known = this.#asked.get(attribute) ?? [];
    known.push(...values);
    this.#asked.set(attribute, known);
  }

  /** @param {boolean} inSegment @param {number} [depth] */
  #conditions(inSegment, depth = 2) {
    return this.#list(this.#pick([0, 1, 1, 1, 2, 3]), () => this.#condition(inSegment, depth));
  }

  /** @param {boolean} inSegment @param {number} depth @returns {object} */
  #condition(inSegment, depth) {
    if (depth > 0 && this.#chance(0.25)) {
      return this.#pick([
        () => ({ all: this.#conditions(inSegment, depth - 1) }),
        () => ({ any: this.#conditions(inSegment, depth - 1) }),
        () => ({ not: this.#condition(inSegment, depth - 1) }),
      ])();
    }
    if (!inSegment && this.#segments.length > 0 && this.#chance(0.25)) return { segment: this.#pick(this.#segments) };
    return this.#test();
  }

  #test() {
    const attribute = this.#pick(ATTRIBUTES);
    const operator = this.#pick(this.#chance(0.4) ? EQUALITY : OTHERS);
    const value = this.#operand(attribute, operator);
    return { attribute, operator, value };
  }

  /** What the operator takes; values on both sides of it are noted. @param {string} attribute @param {string} operator */
  #operand(attribute, operator) {
    switch (operator) {
      case "equals":
      case "not_equals": {
        const value = this.#scalar();
        this.#ask(attribute, value, this.#scalar(), this.#lookalike(value), ...(typeof value === "number" ? [-value] : []));
        return value;
      }
      case "in":
      case "not_in": {
        const values = this.#list(this.#pick([0, 1, 2, 3, 20]), () => this.#scalar());
        this.#ask(attribute, ...values.slice(0, 3), this.#scalar(), values, values.length > 0 ? this.#lookalike(values[0]) : null);
        return values;
      }
      case "contains":
      case "not_contains": {
        const value = this.#scalar();
        this.#ask(attribute, [value], [this.#scalar(), value, this.#value()], [this.#lookalike(value)], []);
        this.#ask(attribute, `x${value}😀`, this.#scalar());
        return value;
      }
      case "starts_with":
      case "ends_with": {
        const value = this.#pick(STRINGS);
        const shorter = [...value].slice(1).join("");
        this.#ask(attribute, value, `${value}x`, `😀${value}`, value.toUpperCase(), shorter, [value]);
        return value;
      }
      case "matches": {
        const [pattern, texts] = this.#pick(PATTERNS);
        this.#ask(attribute, ...texts, this.#pick(STRINGS), texts);
        return pattern;
      }
      case "gt":
      case "gte":
      case "lt":
      case "lte": {
        const value = this.#pick(NUMBERS);
        this.#ask(attribute, value, -value, value + 1, value - 1, value * (1 + Number.EPSILON), String(value), NaN, Infinity, -Infinity);
        return value;
      }
      case "before":
      case "after": {
        const at = this.#int(0, INSTANTS.length - 1);
        const near = INSTANTS.slice(Math.max(0, at - 1), at + 2);
        this.#ask(attribute, ...near, this.#pick(ODD_INSTANTS), Date.parse(INSTANTS[at]));
        return INSTANTS[at];
      }
      case "exists":
      case "not_exists":
        this.#ask(attribute, this.#value(), null);
        return undefined;
      default: {
        const at = this.#int(0, VERSIONS.length - 1);
        const near = VERSIONS.slice(Math.max(0, at - 1), at + 2);
        this.#ask(attribute, ...near, this.#pick(VERSIONS), this.#pick(ODD_VERSIONS), 1);
        return VERSIONS[at];
      }
    }
  }

  #segment() {
    return {
      include: this.#maybe(0.5, () => this.#some(USERS, 0, 4)),
      exclude: this.#maybe(0.4, () => this.#some(USERS, 0, 3)),
      when: this.#maybe(0.6, () => this.#conditions(true)),
    };
  }

  // Flags

  /** @param {string[]} names of the variants */
  #serve(names) {
    if (this.#chance(0.65)) return this.#pick(names);
    const weights = this.#some(names, 1, names.length).map((name) => {
      const weight = this.#pick([0, 1, 1, 2, 50, 0.1, 0.2, 1 / 3, 33.3, 1e-7, 1e21, 5e-324]);
      return /** @type {[string, number]} */ ([name, weight]);
    });
    if (weights.every(([, weight]) => weight === 0)) weights[0][1] = 1;
    return { split: new Map(weights), salt: this.#maybe(0.3, () => this.#salt()) };
  }

  #rollout() {
    const salt = this.#maybe(0.25, () => this.#salt());
    if (this.#chance(0.6)) return { percentage: this.#percentage(), salt };
    const at = INSTANTS.filter(() => this.#chance(0.25));
    if (at.length === 0) at.push(this.#pick(INSTANTS));
    return { ramp: at.map((at) => ({ at, percentage: this.#percentage() })), salt };
  }

  #variants() {
    const names = this.#some(NAMES, 0, 3);
    if (this.#chance(0.8)) names.splice(this.#int(0, names.length), 0, "off");
    if (this.#chance(0.7)) names.splice(this.#int(0, names.length), 0, "on");
    if (names.length === 0) names.push("on");
    const make = this.#pick([() => this.#chance(0.5), () => this.#pick(STRINGS), () => this.#pick(NUMBERS), () => this.#object()]);
    return new Map(names.map((name) => [name, /** @type {unknown} */ (make())]));
  }

  /** @param {Map<string, { names: string[], on?: string }>} before flags that can be required */
  #requirements(before) {
    return this.#some([...before], 1, 2).map(([flag, { names, on }]) => {
      return on !== undefined && this.#chance(0.5) ? flag : { flag, variant: this.#pick(names) };
    });
  }

  #schedule() {
    const [from, until] = this.#some([...INSTANTS.keys()], 2, 2).sort((a, b) => a - b);
    return this.#pick([{ from: INSTANTS[from] }, { until: INSTANTS[until] }, { from: INSTANTS[from], until: INSTANTS[until] }, {}]);
  }

  /** @param {string[]} names */
  #environments(names) {
    const of = () => ({ enabled: this.#maybe(0.5, () => this.#chance(0.6)), serve: this.#maybe(0.5, () => this.#serve(names)) });
    return new Map(this.#some(ENVIRONMENTS, 0, 3).map((name) => [name, of()]));
  }

  #bucketing() {
    const by = this.#maybe(0.7, () => this.#pick(ATTRIBUTES));
    if (by !== undefined) this.#units.add(by);
    return { by, salt: this.#maybe(0.5, () => this.#salt()) };
  }

  /** @param {string} id @param {string[]} names */
  #rule(id, names) {
    return {
      id: this.#maybe(0.7, () => id),
      when: this.#maybe(0.85, () => this.#conditions(false)),
      rollout: this.#maybe(0.4, () => this.#rollout()),
      serve: this.#serve(names),
    };
  }

  /** @param {Map<string, { names: string[], on?: string }>} before */
  #flag(before) {
    const variants = this.#variants();
    const names = [...variants.keys()];
    const off = !names.includes("off") || this.#chance(0.2) ? this.#pick(names) : undefined;
    const ownOn = this.#maybe(0.3, () => this.#pick(names));
    const on = ownOn ?? (names.includes("on") ? "on" : undefined);
    const flag = {
      description: this.#maybe(0.1, () => this.#pick(STRINGS)),
      owner: this.#maybe(0.1, () => this.#pick(STRINGS)),
      tags: this.#maybe(0.1, () => this.#some(STRINGS, 0, 3)),
      enabled: this.#maybe(0.15, () => this.#chance(0.5)),
      killed: this.#maybe(0.1, () => this.#chance(0.4)),
      variants,
      off,
      on: ownOn,
      environments: this.#maybe(0.25, () => this.#environments(names)),
      schedule: this.#maybe(0.25, () => this.#schedule()),
      requires: before.size > 0 ? this.#maybe(0.35, () => this.#requirements(before)) : undefined,
      deny: this.#maybe(0.3, () => this.#some(USERS, 0, 4)),
      allow: on === undefined ? undefined : this.#maybe(0.3, () => this.#some(USERS, 0, 4)),
      rules: this.#maybe(0.75, () => this.#some(NAMES, 0, 4).map((id) => this.#rule(id, names))),
      default: this.#maybe(0.7, () => (this.#chance(0.5) ? this.#serve(names) : { rollout: this.#rollout(), serve: this.#serve(names) })),
      bucketing: this.#maybe(0.35, () => this.#bucketing()),
      errorThreshold: this.#maybe(0.1, () => {
        return { rate: this.#random(), windowSeconds: this.#pick([1e-7, 60]), minimumSamples: this.#maybe(0.5, () => 5) };
      }),
    };
    return { flag, names, on };
  }

  // Contexts

  /** Puts the value where the attribute is looked up: at the key as it stands, or along its path. */
  #put(/** @type {Map<string, unknown>} */ context, /** @type {string} */ attribute, /** @type {unknown} */ value) {
    const path = attribute.split(".");
    if (path.length === 1 || this.#chance(0.3)) {
      context.set(attribute, value);
      return;
    }
    let at = context;
    for (const key of path.slice(0, -1)) {
      let inner = at.get(key);
      if (!(inner instanceof Map)) {
        inner = new Map();
        at.set(key, inner);
      }
      at = /** @type {Map<string, unknown>} */ (inner);
    }
    at.set(path[path.length - 1], value);
  }

  #unit() {
    return this.#pick([
      () => this.#pick(USERS), () => `user-${this.#int(0, 999_999)}`, () => `user-${this.#int(0, 999_999)}`, () => this.#pick(NUMBERS),
      () => this.#random() * 10 ** this.#int(-9, 24),
      // Halfway between the two shortest texts.
      () => 2 ** 50 + this.#int(0, 2 ** 49) + 0.25,
      () => this.#pick([NaN, Infinity, -Infinity, "", null, true]), () => this.#pick(STRINGS), () => this.#value(),
    ])();
  }

  #context() {
    const context = /** @type {Map<string, unknown>} */ (new Map());
    for (const [attribute, values] of this.#some([...this.#asked], 0, this.#asked.size)) {
      if (this.#chance(0.85)) this.#put(context, attribute, this.#pick(values));
    }
    for (const name of this.#some(NAMES, 0, 2)) if (!context.has(name)) context.set(name, this.#value());
    for (const unit of this.#units) if (this.#chance(0.85)) this.#put(context, unit, this.#unit());
    if (this.#chance(0.3)) context.set("targetingKey", this.#pick(USERS));
    return context;
  }

  /** @param {number} contexts how many @returns {string} */
  case(contexts) {
    this.#segments = this.#some(NAMES, 0, 3);
    const segments = new Map(this.#segments.map((name) => [name, this.#segment()]));
    const known = new Map();
    const flags = new Map();
    for (const key of this.#some(NAMES, 1, 7)) {
      const { flag, names, on } = this.#flag(known);
      known.set(key, { names, on });
      flags.set(key, flag);
    }
    const snapshot = {
      schema: "samebucket/1",
      version: this.#maybe(0.5, () => this.#pick(STRINGS)),
      environment: this.#maybe(0.5, () => this.#pick(ENVIRONMENTS)),
      segments: segments.size > 0 || this.#chance(0.5) ? segments : undefined,
      // Flags can require those that are written after them.
      flags: new Map(this.#some([...flags], flags.size, flags.size)),
    };
    const at = Date.parse(this.#pick(INSTANTS));
    const unknown = this.#pick(NAMES.filter((name) => !flags.has(name)));
    return json({
      snapshot: json(snapshot),
      environment: this.#maybe(0.3, () => this.#pick(ENVIRONMENTS)),
      now: this.#pick([at, at, at - 1, at + 1, at + 0.5, Math.floor(at + this.#random() * 3e9)]),
      openCircuits: this.#maybe(0.3, () => this.#some([...flags.keys(), unknown], 0, 3)) ?? [],
      asked: [...flags.keys(), unknown].map((flagKey) => ({ flagKey, default: this.#maybe(0.3, () => this.#value()) })),
      contexts: this.#list(contexts, () => this.#context()),
    });
  }
}

/**
 * So many cases, each a line of JSON.
 * @param {number} count
 * @param {{ seed?: number, contexts?: number }} [options] `contexts`: how many for each snapshot
 */
export function* randomCases(count, { seed = Number(process.env.RANDOM_SEED ?? 1), contexts = 10 } = {}) {
  const random = mulberry32(seed);
  for (let made = 0; made < count; made++) yield new Maker(random).case(contexts);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of randomCases(Number(process.argv[2] ?? 1000))) console.log(line);
}
