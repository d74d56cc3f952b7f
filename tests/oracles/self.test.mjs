// The oracles against the published vectors, populations and samples, and the generator against the oracles.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { evaluate as flcm } from "./flcm.mjs";
import { generate } from "./generate.mjs";
import { answers } from "./lines.mjs";
import { evaluate as orchestrator } from "./orchestrator.mjs";
import { CORNERS } from "./patterns.mjs";

const sample = (format) => JSON.parse(readFileSync(new URL(`samples/${format}.json`, import.meta.url), "utf8"));
const users = Array.from({ length: 1000 }, (_, index) => `user-${index}`);
const hundred = Array.from({ length: 100 }, (_, index) => ({ name: `${index}`, key: `${index}`, value: index, weight: 1 }));
const GIVEN_NOTHING = Symbol("no attribute");

/** The bucket is the lowest whole percentage that leaves the user out. */
const bucket = (isIn) => hundred.findLastIndex((_, percentage) => !isIn(percentage));

describe("flcm", () => {
  const one = (flag, context, extra = {}) => flcm({ flags: { flag }, ...extra }, undefined, { flagKey: "flag", context });
  const attributes = (values) => ({ user_id: "user-1", attributes: values });

  test("vectors", () => {
    const rollout = (user) => bucket((percentage) => one({ default: false, rollout: { percentage } }, { user_id: user }).value);
    const variant = (user) => Number(one({ default: false, rollout: { percentage: 100 }, variants: hundred }, { user_id: user }).variant);
    assert.deepEqual(["user-1", "user-2", "alice"].map(rollout), [19, 12, 70]);
    assert.deepEqual(["user-1", "user-2", "alice"].map(variant), [49, 31, 7]);
  });

  test("populations", () => {
    const enabled = (percentage) => users.filter((user) => one({ default: false, rollout: { percentage } }, { targetingKey: user }).value).length;
    assert.deepEqual([10, 25].map(enabled), [93, 237]);
  });

  test("the sample", () => {
    const snapshot = sample("flcm");
    const counts = (flagKey) => count(users.map((user) => flcm(snapshot, undefined, { flagKey, context: { user_id: user, attributes: { account_age_days: 31 } } })));
    assert.deepEqual(counts("v2_mentor_layer"), { "In 10% rollout": 93, "Default value": 907 });
    assert.deepEqual(counts("v2_framework_library"), { "In 25% rollout": 93, "Dependency v2_mentor_layer not enabled": 907 });
    const young = { user_id: "user-1", attributes: { account_age_days: 30 } };
    assert.deepEqual(flcm(snapshot, undefined, { flagKey: "v2_mentor_layer", context: young }), { value: false, variant: null, backendReason: "Conditions not met" });
  });

  test("operators", () => {
    for (const [attribute, operator, value, expected] of [
      ["45", ">", 30, true], [GIVEN_NOTHING, ">", 0, false], [GIVEN_NOTHING, "<=", 0, false], [null, "greater_than", -1, true], ["", "<", 5, true],
      ["\ufffd", ">", "😀", true], ["5", "==", 5, false], [["5"], ">=", 5, true], [true, "equals", 1, false], [[1], "equals", [1], false], [GIVEN_NOTHING, "not_equals", null, true],
      ["a5", "contains", 5, true], [[5], "contains", "5", false], [["5"], "contains", "5", true], [55, "contains", 5, false], [5, "in", ["5"], false],
      ["5", "in", ["5"], true], [5, "in", "45", true], [GIVEN_NOTHING, "in", "undefined", true], [1, "in", 1, false],
    ]) {
      const context = attributes(attribute === GIVEN_NOTHING ? {} : { it: attribute });
      for (const negate of [false, true]) {
        const answer = one({ default: true, conditions: [{ attribute: "it", operator, value, negate }] }, context);
        assert.equal(answer.value, expected !== negate, `${JSON.stringify(attribute)} ${operator} ${JSON.stringify(value)}, negate ${negate}`);
      }
    }
  });

  test("order and reasons", () => {
    const rollout = { percentage: 19, cohorts: [{ off: false }, { on: true }] };
    const cohorts = { off: ["user-1"], on: { members: ["alice"], rules: [{ attribute: "plan", operator: "==", value: "pro" }] }, nobody: { rules: [] } };
    const reason = (flag, context) => Object.values(one(flag, context, { cohorts }));
    assert.deepEqual(reason({ default: false, rollout }, { user_id: "user-1" }), [false, null, "Default value"]);
    assert.deepEqual(reason({ default: true, rollout, variants: hundred }, { user_id: "user-1" }), [true, "49", "Default value"]);
    assert.deepEqual(reason({ default: false, rollout, variants: hundred }, { user_id: "user-2" }), [true, "31", "In 19% rollout"]);
    assert.deepEqual(reason({ default: false, rollout, variants: hundred }, { user_id: "alice" }), [true, null, "In cohort: on"]);
    assert.deepEqual(reason({ default: false, rollout }, { targetingKey: "user-1", plan: "pro" }), [true, null, "In cohort: on"]);
    assert.deepEqual(reason({ default: false, rollout: { cohorts: { nobody: true, unknown: true } } }, { user_id: "alice" }), [false, null, "Default value"]);
    assert.deepEqual(reason({ default: true, rollout, variants: hundred }, { user_id: 5 }), [true, null, "Error during evaluation"]);
    assert.deepEqual(reason({ default: true, variants: hundred }, {}), [true, null, "Default value"]);
    assert.deepEqual(reason({ default: true, dependencies: ["toString"] }, {}), [false, null, "Dependency toString not enabled"]);
    assert.deepEqual(reason({ default: false, rollout: { percentage: 100 }, variants: [{ name: "a", weight: 0 }, { name: "b", weight: 0 }] }, { user_id: "" }), [true, "a", "In 100% rollout"]);
    const open = { flagKey: "b", context: {}, openCircuits: ["a"] };
    assert.equal(flcm({ flags: { a: { default: true }, b: { default: true, dependencies: ["a"] } } }, undefined, open).backendReason, "Dependency a not enabled");
    assert.equal(flcm({ flags: {} }, undefined, { flagKey: "toString", context: {} }).backendReason, "Flag not found");
  });
});

describe("orchestrator", () => {
  const base = { key: "new-orchestrator-v2", defaultValue: false, enabled: true, rules: [] };
  const one = (flag, context, environment) => orchestrator([{ ...base, ...flag }], environment, { flagKey: base.key, context });
  const rolledOut = (percentage, context) => one({ fallthrough: { percentage, value: true } }, context).value;

  test("vectors", () => {
    const buckets = (context) => [bucket((percentage) => rolledOut(percentage, context)), one({ variants: hundred }, context).value];
    assert.deepEqual(buckets({ user: { id: "user-1" } }), [70, 89]);
    assert.deepEqual(buckets({ targetingKey: "user-1", tenant: { id: "acme" } }), [70, 89]);
    assert.deepEqual(buckets({ user: { id: "" }, tenant: { id: 0 } }), [47, 58]);
    assert.deepEqual(buckets({ user: { id: "\ud800" } }), buckets({ user: { id: "\ufffd" } }));
  });

  test("populations", () => {
    assert.equal(users.filter((id) => rolledOut(10, { user: { id } })).length, 105);
  });

  test("the sample", () => {
    const snapshot = sample("orchestrator");
    const ask = (flagKey, context) => orchestrator(snapshot, "production", { flagKey, context });
    const counts = (flagKey, tenant) => count(users.map((id) => ask(flagKey, { environment: "production", tenant, user: { id, email: "", role: "" } })));
    assert.deepEqual(counts("new-orchestrator-v2"), { FALLTHROUGH: 105, DEFAULT: 895 });
    assert.deepEqual(counts("new-orchestrator-v2", { id: "tenant-beta-2" }), { TARGETING_MATCH: 1000 });
    assert.deepEqual(counts("self-evolution-enabled", { id: "t1", type: "enterprise", slug: "acme" }), { TARGETING_MATCH: 1000 });
    assert.deepEqual(counts("button-color-exp"), { VARIANT: 1000 });
    assert.equal(ask("parallel-agents-limit", { tenant: { type: "professional" } }).value, 10);
    assert.equal(ask("parallel-agents-limit", {}).value, 4);
    assert.equal(ask("model-provider", { tenant: { settings: { preferredProvider: "openai" } } }).value, "openai");
  });

  test("operators", () => {
    for (const [attribute, operator, value, expected] of [
      [[1], "equals", [1], false], [GIVEN_NOTHING, "contains", "defin", true], [null, "contains", "null", true], [[1, [2]], "contains", "1,2", true], [{}, "contains", "t O", true],
      ["a", "not_contains", "b", true], [5, "in", ["5"], false], [5, "in", "456", true], [GIVEN_NOTHING, "not_in", ["a"], true], ["12abc", "gt", 1, false], ["1_0", "lt", 11, false],
      [null, "gte", 0, true], [" ", "lte", 0, true], [["5"], "gte", 5, true], [" 5 ", "gt", 4, true], ["0x10", "gte", 16, true], ["0b11", "lte", 3, true], ["1e3", "gt", 999, true],
      [true, "gte", 1, true], [{}, "gt", 0, false], [GIVEN_NOTHING, "lt", 1, false], ["a\u2028b", "regex", "a.b", false], ["\ufeff", "regex", "\\s", true], ["\u0085", "regex", "\\s", false],
      ["uu", "regex", "\\u{2}", true], [GIVEN_NOTHING, "regex", "^undefined$", true], ["1.10.0", "semver_gt", "1.9.0", true], ["1.0.0-rc.1", "semver_lt", "1.0.0", true],
      ["1.0.0-alpha.beta", "semver_gt", "1.0.0-alpha.1", true], ["1.0.0+a", "semver_gt", "1.0.0", false], ["1.0", "semver_lt", "2.0.0", false], ["1.0.0", "semver_gt", "v0.1.0", false],
    ]) {
      const flag = { defaultValue: false, rules: [{ id: "rule", conditions: [{ attribute: "attributes.it", operator, value }], value: true }] };
      const context = { attributes: attribute === GIVEN_NOTHING ? {} : { it: attribute } };
      assert.equal(one(flag, context).value, expected, `${JSON.stringify(attribute)} ${operator} ${JSON.stringify(value)}`);
    }
  });

  test("semver precedence is that of the specification", () => {
    const ascending = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"];
    const holds = (operator, left, right) => one({ rules: [{ conditions: [{ attribute: "it", operator, value: right }], value: true }] }, { it: left }).value;
    for (const [i, left] of ascending.entries()) {
      for (const [j, right] of ascending.entries()) {
        assert.deepEqual([holds("semver_gt", left, right), holds("semver_lt", left, right)], [i > j, i < j], `${left} ${right}`);
      }
    }
  });

  test("paths", () => {
    const context = JSON.parse('{"user":{"email":"a😀"},"attributes":{"list":["x",["y"]],"__proto__":{"own":1}},"":2}');
    for (const [attribute, value] of [
      ["user.email.length", 3], ["user.email.0", "a"], ["attributes.list.1.0", "y"], ["attributes.list.length", 2], ["attributes.__proto__.own", 1], ["", 2], ["attributes.list.00", undefined],
      ["attributes.constructor", undefined], ["toString", undefined], ["attributes.list.map", undefined], ["user.email.length.toFixed", undefined], ["no.such.path", undefined],
    ]) {
      assert.equal(one({ rules: [{ conditions: [{ attribute, operator: "equals", value }], value: true }] }, context).value, true, attribute);
    }
  });

  test("order and reasons", () => {
    const always = [{ id: "always", conditions: [], value: 1 }];
    const variants = [{ key: "first", value: 2, weight: 1 }, { key: "second", value: 3, weight: 1 }];
    const reason = (flag, environment = "test") => Object.values(one(flag, { user: { id: "user-1" } }, environment));
    assert.deepEqual(reason({ killSwitch: true, rules: always }), [false, null, "KILL_SWITCH"]);
    assert.deepEqual(reason({ rules: always, environments: { test: { enabled: false, value: 5 } } }), [false, null, "ENVIRONMENT_OVERRIDE"]);
    assert.deepEqual(reason({ enabled: false, environments: { test: { enabled: true, value: null } } }), [null, null, "ENVIRONMENT_OVERRIDE"]);
    assert.deepEqual(reason({ enabled: false, environments: { test: { enabled: true } } }), [false, null, "DISABLED"]);
    assert.deepEqual(reason({ rules: always, environments: { other: { enabled: false } } }), [1, null, "TARGETING_MATCH"]);
    assert.deepEqual(reason({ rules: [{ ...always[0], percentage: 70 }], variants }), [2, "first", "VARIANT"]);
    assert.deepEqual(reason({ fallthrough: { value: 4 } }), [4, null, "FALLTHROUGH"]);
    assert.deepEqual(reason({ fallthrough: { percentage: 70, value: 4 } }), [false, null, "DEFAULT"]);
    assert.deepEqual(reason({ fallthrough: { percentage: 70.5, value: 4 } }), [4, null, "FALLTHROUGH"]);
    const valueless = { flags: [{ ...base, rules: [{ conditions: [] }] }] };
    assert.deepEqual(orchestrator(valueless, undefined, { flagKey: base.key, context: {}, default: "mine" }), { value: "mine", variant: null, backendReason: "TARGETING_MATCH" });
    assert.deepEqual(orchestrator(valueless, undefined, { flagKey: "no", context: {}, default: "mine" }), { value: "mine", variant: null, backendReason: null });
  });
});

describe("generate", () => {
  const oracles = { flcm, orchestrator };
  const kinds = {
    flcm: ["Flag not found", "Circuit breaker open", "Dependency", "Conditions not met", "In cohort", "In rollout", "Default value", "Error during evaluation"],
    orchestrator: ["KILL_SWITCH", "ENVIRONMENT_OVERRIDE", "DISABLED", "TARGETING_MATCH", "VARIANT", "FALLTHROUGH", "DEFAULT", "null"],
  };

  for (const [format, evaluate] of Object.entries(oracles)) {
    test(`${format}: every reason is reached`, () => {
      const given = Array.from(generate(format, 20_000, 1), (line) => answers(evaluate, JSON.parse(line))).flat();
      assert.equal(given.length, 20_000);
      const reached = count(given.map((answer) => ({ backendReason: kind(String(answer.backendReason)) })));
      assert.deepEqual(Object.keys(reached).sort(), kinds[format].toSorted());
      for (const [reason, times] of Object.entries(reached)) assert.ok(times >= 50, `${reason}: ${times}`);
    });

    test(`${format}: a seed always gives the same lines`, () => {
      const lines = (seed) => [...generate(format, 50, seed)];
      assert.deepEqual(lines(7), lines(7));
      assert.notDeepEqual(lines(7), lines(8));
    });
  }

  test("every corner of the pattern syntax parses", () => {
    for (const [source, ...texts] of CORNERS) {
      assert.ok(new RegExp(source) && texts.length > 0, source);
    }
  });

  function kind(reason) {
    return reason.replace(/^Dependency .* not enabled$/s, "Dependency").replace(/^In cohort: .*$/s, "In cohort").replace(/^In .*% rollout$/, "In rollout");
  }
});

function count(given) {
  const counts = {};
  for (const { backendReason } of given) counts[backendReason] = (counts[backendReason] ?? 0) + 1;
  return counts;
}
