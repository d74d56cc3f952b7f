// Random snapshots and contexts for the oracles, as lines of JSON: node generate.mjs <flcm|orchestrator> <cases> <seed>
//
// The snapshots are valid; the contexts are in the backend's own shape, in OpenFeature's, and in mixtures of both.
// A default value is of the flag's own type, so that the answers do not depend on a check of types.

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

import { own } from "./lines.mjs";
import { patterns } from "./patterns.mjs";
import { randomness } from "./random.mjs";

const CASES_PER_SNAPSHOT = 20;

/** A number in a spelling that JSON.stringify would not choose. */
class Spelled {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return String(Number(this.text));
  }
  toJSON() {
    return `\u0001${this.text}\u0001`;
  }
}

/** One line of JSON without characters that some readers take for the end of a line. */
function toLine(value) {
  return JSON.stringify(value)
    .replace(/"\\u0001([0-9.Ee+-]+)\\u0001"/g, "$1")
    .replace(/[\u0085\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const STRINGS = [
  "", " ", "0", "5", " 5 ", "5.0", "45", "0x10", "0b11", "0o17", "0X1f", "1e3", "1E3", "1e-7", "12abc", "1_0", "NaN", "Infinity", "-Infinity", "infinity", "+5", "-5",
  "-0x10", ".5", "5.", ".", "1e1000", "1n", "0x", "\ufeff5", "\u00a05", "\u00855", "\u20285\n", "\u180e5", "\u0665", "true", "null", "undefined", "[object Object]", "a", "A",
  "b", "abc", "ABC", "z", "é", "e\u0301", "ß", "\ufffd", "😀", "😀x", "\ufffd😀", "\u{10ffff}", "\ue000", "\ud7ff", "10", "9", "1,2", "1,,2", ",", "1e+21", "pro", "enterprise",
];
const NUMBERS = [0, 1, 2, 3, 5, 9, 10, 16, 30, 45, 1000, -1, -5, 0.1, 0.1 + 0.2, 12.5, 1e21, 1e-7, 1e300, 5e-324, 123456789012345680000, 9007199254740992, 1.7976931348623157e308, 2 ** 53 + 2];
const OTHERS = [
  null, true, false, [], [null], ["5"], [5], [[5]], [1, 2], [2], [10], ["a", "b"], [["a"], "b"], [true], [{}], [1e21, 1e-7], ["😀"], [null, [null, "x"]], ["0x10"], [""],
  {}, { a: 1 }, { a: { b: [1] } }, { constructor: "x" },
];
const RESULTS = [...STRINGS, ...NUMBERS, ...OTHERS];
const OPERANDS = [...RESULTS, ...OTHERS, ...["-0", "-0.0", "5.0", "1E3", "0.1e1", "1e21", "100000000000000000000"].map((text) => new Spelled(text))];
const ODD_IDS = [null, 5, 0, 12.5, 1e21, 1e-7, true, false, [], ["u"], [1, [2]], {}, new Spelled("5.0"), new Spelled("-0")];
const PERCENTAGES = [0, 100, 50, 25, 10, 1, 99, 12.5, 0.5, 99.5, 33.3, 66.66666666666667, 1e-7, 5e-324, 0.1 + 0.2, 99.99999999999999, new Spelled("10.0"), new Spelled("-0")];
const PROTOTYPE_NAMES = ["constructor", "toString", "__proto__", "hasOwnProperty"];

export function* generate(format, cases, seed) {
  const random = randomness(seed);
  const line = FORMATS[format](random);
  for (let left = cases; left > 0; left -= CASES_PER_SNAPSHOT) {
    yield toLine(line(Math.min(left, CASES_PER_SNAPSHOT)));
  }
}

const FORMATS = { flcm, orchestrator };

/** What the two formats draw alike. */
function common(random) {
  const { fraction, below, chance, pick, upTo } = random;
  const optional = (probability, make) => (chance(probability) ? make() : {});
  const users = ["alice", "anonymous", "usér-✓", "😀", "\ufffd", " ", "", ...usersInBucketZero()];
  const user = () => pick([() => `user-${below(1000)}`, () => `user-${below(1000)}`, () => pick(users)])();
  const percentage = () => pick([() => pick(PERCENTAGES), () => below(101), () => fraction() * 100])();
  const operand = () => pick(OPERANDS);
  const list = () => upTo(4, operand);

  function weights(count) {
    const even = Math.floor(100 / count);
    const form = below(6);
    return Array.from({ length: count }, (_, index) => {
      if (form === 0) return index === 0 ? 100 - even * (count - 1) : even;
      if (form === 1) return 0;
      if (form === 2) return below(40);
      if (form === 3) return fraction() * 50;
      if (form === 4) return pick([0, 0.1, 0.2, 12.5, 33.333, 1e-7, 1 / 3]);
      return pick([1, 2, 3, 7, 1000, new Spelled("5.0")]);
    });
  }

  /** An attribute that the operator may well accept. */
  function near(operator, value) {
    const text = String(value);
    switch (operator) {
      case "contains":
      case "not_contains":
        return pick([() => text, () => `<${text}>`, () => [...text].slice(1).join(""), () => [operand(), value], () => [text], operand])();
      case "in":
      case "not_in":
        if (Array.isArray(value) && value.length > 0) return pick([() => pick(value), () => String(pick(value)), operand])();
        return pick([() => [...text].slice(below(text.length + 1)).join(""), () => value, operand])();
      case "equals":
      case "==":
      case "not_equals":
      case "!=":
        return pick([value, value, value, text, Number(text) || 0]);
      default:
        return pick([() => value, () => text, () => Number(text) + below(3) - 1 || 0, () => String(Number(text) + 1), () => [value ?? 0], () => pick(NUMBERS), () => pick(STRINGS), operand])();
    }
  }

  return { ...random, optional, user, percentage, operand, list, weights, near };
}

/** For a percentage of which only bucket 0 has a share. */
function usersInBucketZero() {
  const candidates = Array.from({ length: 1000 }, (_, index) => `user-${index}`);
  return candidates.filter((user) => createHash("md5").update(user).digest().readUInt32BE() % 100 === 0).slice(0, 4);
}

// flcm

const FLCM_OPERATORS = ["equals", "==", "not_equals", "!=", "greater_than", ">", "less_than", "<", ">=", "<=", "contains", "in"];
const FLCM_ATTRIBUTES = ["age", "plan", "tags", "score", "länd", "", "user.id", "userId", "user_id", "targetingKey", "attributes", ...PROTOTYPE_NAMES];
const COHORTS = ["beta_testers", "internal_users", "power users", "nöbody", "constructor"];

function flcm(random) {
  const { below, chance, pick, upTo, shuffled, optional, user, percentage, operand, list, weights, near } = common(random);

  function condition() {
    const operator = pick(FLCM_OPERATORS);
    const value = () => ({ value: operator === "in" ? pick([list, list, () => pick(STRINGS), operand])() : operand() });
    return { attribute: pick(FLCM_ATTRIBUTES), operator, ...optional(0.95, value), ...optional(0.3, () => ({ negate: chance(0.7) })) };
  }

  function conditions() {
    return Array.from({ length: chance(0.3) ? 2 : 1 }, condition);
  }

  function cohort() {
    const members = upTo(6, user);
    if (chance(0.4)) return members;
    return { ...optional(0.7, () => ({ members })), ...optional(0.7, () => ({ rules: chance(0.15) ? [] : conditions() })) };
  }

  function rollout() {
    const marked = () => shuffled([...COHORTS, "unknown", "toString"]).slice(0, 1 + below(3)).map((name) => [name, chance(0.7)]);
    const cohorts = () => {
      const entries = marked();
      if (chance(0.5)) return { cohorts: Object.fromEntries(entries) };
      if (chance(0.2)) entries.push([entries[0][0], !entries[0][1]]);
      return { cohorts: entries.map((entry) => Object.fromEntries([entry])) };
    };
    return { ...optional(0.8, () => ({ percentage: percentage() })), ...optional(0.5, cohorts) };
  }

  function variants() {
    const sizes = weights(1 + below(4));
    return sizes.map((weight, index) => ({ name: `v${index}`, weight, ...optional(0.4, () => ({ payload: operand() })) }));
  }

  function flag(dependencies) {
    return {
      ...optional(0.3, () => ({ description: "described" })),
      ...optional(0.95, () => ({ default: chance(0.4) })),
      ...optional(0.8, () => ({ rollout: rollout() })),
      ...optional(0.35, () => ({ conditions: chance(0.1) ? [] : conditions() })),
      ...optional(0.35, () => ({ dependencies: upTo(2, () => (chance(0.08) ? pick(["unknown", "valueOf"]) : pick(dependencies))).filter(Boolean) })),
      ...optional(0.6, () => ({ variants: chance(0.1) ? [] : variants() })),
      ...optional(0.2, () => ({ error_threshold: { rate: 0.05, window: 300, ...optional(0.3, () => ({ min_samples: 20 })) } })),
    };
  }

  /** Every flag depends only on those before it, in a file that has them in any order. */
  function snapshot() {
    const keys = shuffled(["checkout", "search_v2", "Ünïcode 😀", "a:b", "v2_mentor_layer", ...PROTOTYPE_NAMES.slice(0, 2)]).slice(0, 3 + below(4));
    const flags = keys.map((key, index) => [key, flag(keys.slice(0, index))]);
    const cohorts = shuffled(COHORTS).slice(0, 1 + below(COHORTS.length)).map((name) => [name, cohort()]);
    return { flags: Object.fromEntries(shuffled(flags)), ...optional(0.95, () => ({ cohorts: Object.fromEntries(cohorts) })) };
  }

  function attributes({ flags, cohorts }, flagKey) {
    const flag = own(flags, flagKey) ?? {};
    const asked = [flag, ...(flag.dependencies ?? []).map((key) => own(flags, key) ?? {})].flatMap((asking) => asking.conditions ?? []);
    asked.push(...Object.values(cohorts ?? {}).flatMap((cohort) => cohort.rules ?? []));
    const entries = upTo(3, () => [pick(FLCM_ATTRIBUTES), operand()]);
    for (const { attribute, operator, value } of shuffled(asked)) {
      if (chance(0.6)) entries.push([attribute, near(operator, value)]);
    }
    return Object.fromEntries(entries);
  }

  function context(bag) {
    const id = chance(0.06) ? {} : { id: chance(0.06) ? pick(ODD_IDS) : user() };
    const named = (name) => ("id" in id ? { [name]: id.id } : {});
    const stray = optional(0.1, () => ({ plan: "pro", age: 45 }));
    const ownShape = (identity) => ({ ...stray, ...identity, attributes: bag });
    return pick([
      () => ownShape(named("user_id")),
      () => ownShape(named("user_id")),
      () => ownShape(pick([named("userId"), { user: id }, named("targetingKey")])),
      () => ownShape(pick([{ ...named("targetingKey"), user_id: "alice" }, { targetingKey: null, ...named("user_id") }, { user_id: null, user: id }, { user: pick([null, "alice", []]) }])),
      () => ({ ...named("user_id"), ...optional(0.5, () => ({ attributes: pick([null, [], "bag"]) })) }),
      () => ({ ...bag, ...named("targetingKey") }),
      () => ({ ...bag, ...named("targetingKey") }),
      () => ({ ...bag, ...named("targetingKey"), ...optional(0.5, () => ({ userId: "alice", user_id: user() })) }),
      () => ({ ...bag, ...pick([named("user_id"), named("userId"), { user: id }, { targetingKey: "", user_id: user() }]) }),
    ])();
  }

  return function line(count) {
    const made = snapshot();
    const keys = Object.keys(made.flags);
    const cases = Array.from({ length: count }, () => {
      const flagKey = chance(0.95) ? pick(keys) : pick(["missing", "valueOf", "__proto__"]);
      const openCircuits = () => ({ openCircuits: upTo(2, () => pick([...keys, "unknown"])) });
      return { flagKey, context: context(attributes(made, flagKey)), now: now(below), ...optional(0.1, openCircuits), ...optional(0.5, () => ({ default: chance(0.5) })) };
    });
    return { snapshot: made, cases };
  };
}

// orchestrator

const ORCHESTRATOR_OPERATORS = ["equals", "not_equals", "contains", "not_contains", "in", "not_in", "gt", "lt", "gte", "lte", "regex", "regex", "regex", "semver_gt", "semver_lt"];
/** Only patterns look at these, which hold what patterns.mjs chose; see there about characters beyond U+FFFF. */
const TEXT_PATHS = ["text", "attributes.text", "user.email"];
const ASTRAL_PATH = "attributes.emoji";
const PATHS = [
  "tenant.id", "tenant.type", "tenant.slug", "tenant.settings.theme", "user.id", "user.role", "user.role.length", "user.role.0", "user.nick.length", "user.nick.0", "user",
  "environment", "targetingKey", "plan", "list", "list.1", "list.length", "settings.theme.name", "attributes", "attributes.plan", "attributes.plan.length", "attributes.plan.0",
  "attributes.plan.1", "attributes.plan.length.toFixed", "attributes.list", "attributes.list.0", "attributes.list.0.0", "attributes.list.length", "attributes.list.00",
  "attributes.list.-1", "attributes.list.1e0", "attributes.list.map", "attributes.obj.k", "attributes.obj..k", "attributes.", "", ".", "attributes.missing.deeper",
  ...PROTOTYPE_NAMES, ...PROTOTYPE_NAMES.map((name) => `attributes.${name}`), "attributes.constructor.name", "attributes.__proto__.constructor", "user.role.constructor",
];
const VERSIONS = [
  "1.2.3", "1.2.4", "1.9.9", "1.10.0", "2.0.0-alpha", "2.0.0-alpha.1", "2.0.0-alpha.beta", "2.0.0-beta", "2.0.0-beta.2", "2.0.0-beta.11", "2.0.0-rc.1", "2.0.0", "2.0.0+build.1",
  "2.0.0+build.2", "2.0.0-rc.1+b", "1.0.0-0", "1.0.0--", "1.0.0-a-b", "1.0.0-A", "1.0.0-0a", "1.0.0-1", "1.0.0-10", "1.0.0-9", "1.2.3+001", "9007199254740993.0.0", "9007199254740992.0.0",
  "18446744073709551615.0.0", "1.0.0-9007199254740993", "1.0.0-9007199254740992", "1.0.0-99999999999999999999999", "1.0.0-100000000000000000000000", "0.0.0", "1.0.0",
];
const NO_VERSIONS = ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "v1.2.3", " 1.2.3", "1.2.3 ", "1.2.3\n", "1.2.3-", "1.2.3+", "1.2.3-a..b", "1.2.3-01", "1.2.3-é", "\uff11.0.0", "1.2.3+a+b", "-1.0.0", "1.2.3-a_b", 1, 1.2, null, ["1.2.3"]];
const ENVIRONMENTS = ["production", "staging", "test", "constructor"];

function orchestrator(random) {
  const { below, chance, pick, upTo, shuffled, optional, user, percentage, operand, list, weights, near } = common(random);
  const pattern = patterns(random);
  const version = () => (chance(0.85) ? pick(VERSIONS) : pick(NO_VERSIONS));
  /** How to draw texts for a condition with a pattern. */
  const textsOf = new WeakMap();

  function condition() {
    const operator = pick(ORCHESTRATOR_OPERATORS);
    if (operator === "regex") return textCondition();
    const value = () => {
      if (operator === "in" || operator === "not_in") return { value: chance(0.7) ? list() : pick(STRINGS) };
      if (operator.startsWith("semver")) return { value: version() };
      return { value: operand() };
    };
    const needed = operator === "in" || operator === "not_in";
    return { attribute: pick(PATHS), operator, ...optional(needed ? 1 : 0.95, value) };
  }

  function textCondition() {
    const attribute = pick(TEXT_PATHS);
    if (chance(0.08)) return { attribute, operator: "regex", ...pick([{}, { value: null }, { value: 1e21 }, { value: ["a", "b"] }, { value: {} }, { value: true }, { value: [] }]) };
    const { source, text } = pattern();
    const astral = /[\ud800-\udfff]|\\ude/.test(source);
    const made = { attribute: astral ? ASTRAL_PATH : attribute, operator: "regex", value: source };
    textsOf.set(made, text);
    return made;
  }

  function flag(key) {
    const type = pick(["boolean", "string", "number", "json"]);
    const loose = chance(0.25);
    const results = {
      boolean: () => chance(0.5),
      string: () => pick(STRINGS),
      number: () => pick(NUMBERS),
      json: () => pick([{}, { limit: 5 }, { nested: { list: [1, null, "😀"] }, on: true }, { "": null }]),
    };
    const result = loose ? () => pick(RESULTS) : results[type];
    const valued = (probability = 0.95) => optional(probability, () => ({ value: result() }));
    const share = (probability) => optional(probability, () => ({ percentage: percentage() }));

    const rule = (_, index) => ({
      id: `rule-${index}`,
      ...optional(0.2, () => ({ description: "described" })),
      conditions: upTo(2, condition),
      ...share(0.4),
      ...valued(),
    });
    const variants = () => {
      const sizes = weights(1 + below(4));
      return sizes.map((weight, index) => ({ key: `v${index}`, name: `Variant ${index}`, ...valued(), weight }));
    };
    const environments = () => shuffled(ENVIRONMENTS).slice(0, 1 + below(3)).map((name) => [name, { enabled: chance(0.7), ...optional(0.4, () => ({ value: loose && chance(0.3) ? null : result() })) }]);

    const made = {
      key,
      name: `Flag ${key}`,
      description: "described",
      type,
      ...optional(0.95, () => ({ defaultValue: result() })),
      enabled: chance(0.88),
      rules: upTo(3, () => null).map(rule),
      ...optional(0.6, () => ({ fallthrough: { ...share(0.6), ...valued() } })),
      ...optional(0.4, () => ({ variants: chance(0.2) ? [] : variants() })),
      tags: ["tag"],
      owner: "team",
      ...optional(0.6, () => ({ killSwitch: chance(0.12) })),
      ...optional(0.35, () => ({ environments: Object.fromEntries(environments()) })),
      ...optional(0.5, () => ({ createdAt: "2026-01-01T00:00:00.000Z", updatedAt: "2026-02-01T00:00:00.000Z" })),
    };
    // The default of a flag whose values are of any type would be a matter of types.
    return { made, defaults: loose ? null : results[type] };
  }

  function context({ rules = [] } = {}) {
    const tree = new Map();
    const id = () => (chance(0.1) ? pick(ODD_IDS) : user());
    pick([ownShape, ownShape, flat, flat, mixed])();
    for (const asked of shuffled(rules.flatMap(({ conditions }) => conditions))) {
      // An object with a `toString` of its own could not be turned into text.
      if (chance(0.75) && asked.attribute !== "attributes.toString") place(asked.attribute.split("."), attributeFor(asked));
    }
    return toObject(tree);

    function ownShape() {
      if (chance(0.7)) put(["tenant"], new Map([["id", chance(0.1) ? pick(ODD_IDS) : `tenant-${below(5)}`], ["type", pick(["enterprise", "pro", ""])], ["slug", "acme"]]));
      if (chance(0.85)) put(["user"], new Map([...(chance(0.93) ? [["id", id()]] : []), ["email", "a@example.com"], ["role", pick(["admin", "", "😀x"])]]));
      if (chance(0.05)) put([pick(["user", "tenant"])], pick([null, "text", 5, [], ["x"]]));
      put(["environment"], pick(ENVIRONMENTS));
      if (chance(0.8)) put(["attributes"], new Map(upTo(3, () => [pick(["plan", "list", "obj", "", "__proto__", "constructor"]), operand()])));
    }
    function flat() {
      if (chance(0.92)) put(["targetingKey"], id());
      for (const name of upTo(3, () => pick(["plan", "list", "settings", "environment", "__proto__"]))) put([name], operand());
    }
    function mixed() {
      pick([ownShape, flat])();
      put([pick(["targetingKey", "user_id", "userId"])], id());
      if (chance(0.3)) put(["targetingKey"], pick([null, "", 0]));
    }

    function put(path, value) {
      let at = tree;
      for (const name of path.slice(0, -1)) {
        if (!(at.get(name) instanceof Map)) at.set(name, new Map());
        at = at.get(name);
      }
      at.set(path.at(-1), value);
    }

    /** What a path ends in decides what it must lead through. */
    function place(path, value) {
      const parent = path.slice(0, -1);
      const last = path.at(-1);
      if (parent.length === 0) put(path, value);
      else if (last === "length") put(parent, pick(["", "a", "ab", "é😀", [], [1], [1, null], ["a", "b", "c"], "5".repeat(10)]));
      else if (last === "0") put(parent, pick([[value], [value, 1], [[value]], typeof value === "string" && value !== "" ? value : "5x", "😀x"]));
      else if (["1", "00", "-1", "1e0", "map"].includes(last)) put(parent, pick([[null, value], [value], "ab"]));
      else put(path, value);
    }
  }

  function attributeFor(condition) {
    const { operator, value } = condition;
    if (operator === "regex") {
      const text = textsOf.get(condition);
      const other = () => pick([null, true, 5, 1e21, ["a", "b"], [], {}, "a,b", "undefined", "e", "1e+211"]);
      return text && chance(0.9) ? text() : other();
    }
    if (operator.startsWith("semver")) return chance(0.3) ? value ?? null : version();
    return near(operator, value) ?? null;
  }

  return function line(count) {
    const keys = shuffled(["new-orchestrator-v2", "checkout", "limits.max", "Ünïcode 😀", "a:b", "constructor"]).slice(0, 2 + below(4));
    const flags = keys.map(flag);
    const list = flags.map(({ made }) => made);
    const cases = Array.from({ length: count }, () => {
      const { made, defaults } = chance(0.97) ? pick(flags) : { made: { key: pick(["missing", "toString", "__proto__"]) }, defaults: () => pick(RESULTS) };
      const withDefault = defaults ? optional(0.6, () => ({ default: defaults() })) : {};
      return { flagKey: made.key, context: context(made), now: now(below), ...optional(0.02, () => ({ openCircuits: [made.key] })), ...withDefault };
    });
    return { snapshot: chance(0.5) ? list : { flags: list }, ...optional(0.85, () => ({ environment: pick([...ENVIRONMENTS, "other", "__proto__"]) })), cases };
  };
}

/** Maps to objects; unlike an assignment, this makes `__proto__` a property like any other. */
function toObject(value) {
  return value instanceof Map ? Object.fromEntries(Array.from(value, ([name, inner]) => [name, toObject(inner)])) : value;
}

function now(below) {
  return 1767225600000 + below(1_000_000_000);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [format, cases, seed] = process.argv.slice(2);
  if (!(format in FORMATS) || !(Number(cases) > 0) || !Number.isInteger(Number(seed))) {
    console.error("usage: node generate.mjs <flcm|orchestrator> <cases> <seed>");
    process.exit(2);
  }
  for (const line of generate(format, Number(cases), Number(seed))) process.stdout.write(`${line}\n`);
}
