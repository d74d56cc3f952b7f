// @ts-check
// The same 50 flags and the same 100 users for every runtime: 36 flags of `samebucket/1`, among them one for each operator,
// and up to three of each backend's sample. The answers come from the native crate.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const USERS = 100;
const NOW = Date.parse("2026-11-20T12:00:00Z");
const BACKENDS = ["lift", "prompt-improver", "flcm", "orchestrator", "ruleiq"];

/** By operator: the attribute, and what it is held against. @type {Record<string, [attribute: string, value?: unknown]>} */
const OPERATORS = {
  equals: ["plan", "pro"], not_equals: ["plan", "pro"],
  in: ["country", ["DE", "FR", null]], not_in: ["country", ["DE", "FR", null]],
  contains: ["tags", "beta"], not_contains: ["email", "@example"],
  starts_with: ["country", "D"], ends_with: ["email", ".org"], matches: ["email", "^user[0-9]*[02468]@"],
  gt: ["age", 50], gte: ["age", 50], lt: ["score", 0.3], lte: ["score", 0.30000000000000004],
  before: ["signup", "2026-06-15T00:00:00+02:00"], after: ["signup", "2026-06-15T00:00:00+02:00"],
  semver_equals: ["app.version", "2.10.0"], semver_gt: ["app.version", "2.9.0"], semver_gte: ["app.version", "2.10.0-rc.1"],
  semver_lt: ["app.version", "2.10.0"], semver_lte: ["app.version", "2.10.0"],
  exists: ["country"], not_exists: ["country"],
};

const BOOLEAN = { on: true, off: false };
const COLOURS = { off: "grey", red: "rot", green: "grün", blue: "青い", key: "🔑" };

/** The flags beside the operators' own. @type {Record<string, object>} */
const OTHERS = {
  rollout: { variants: BOOLEAN, default: { rollout: { percentage: 33.333 }, serve: "on" } },
  split: { variants: COLOURS, default: { split: { red: 1, green: 0.1, blue: 0.2, key: 3 } } },
  "split-after-rollout": {
    variants: { off: 0, one: 1, tenth: 0.1, huge: 1e300 },
    rules: [{ id: "half", rollout: { percentage: 50, salt: "other" }, serve: { split: { one: 1, tenth: 1, huge: 1 } } }],
  },
  ramp: {
    variants: BOOLEAN,
    default: { rollout: { ramp: [{ at: "2026-11-01T00:00:00Z", percentage: 0 }, { at: "2026-12-01T00:00:00Z", percentage: 100 }] }, serve: "on" },
  },
  "by-company": { variants: BOOLEAN, bucketing: { by: "company.id", salt: "s" }, default: { rollout: { percentage: 50 }, serve: "on" } },
  "split-by-age": { variants: COLOURS, bucketing: { by: "age" }, default: { split: { red: 1, blue: 1 }, salt: "🧂" } },
  scheduled: { variants: BOOLEAN, schedule: { from: "2026-11-20T12:00:00Z" }, default: "on" },
  expired: { variants: BOOLEAN, schedule: { until: "2026-11-20T11:59:59.999Z" }, default: "on" },
  killed: { variants: BOOLEAN, killed: true, default: "on" },
  "in-staging": { variants: BOOLEAN, environments: { production: { enabled: false } }, default: "on" },
  lists: { variants: BOOLEAN, deny: ["user-3", "10"], allow: ["user-4", "15"], default: { rollout: { percentage: 10 }, serve: "on" } },
  requires: { variants: BOOLEAN, requires: ["rollout", { flag: "split", variant: "key" }], default: "on" },
  segments: { variants: BOOLEAN, rules: [{ id: "insider", when: [{ segment: "insiders" }], serve: "on" }] },
  "any-of-all": {
    variants: { off: { size: 1 }, on: { size: 2, list: [1, "two", null], "": {} } },
    rules: [{
      when: [{ any: [{ all: [{ attribute: "plan", operator: "equals", value: "pro" }, { attribute: "age", operator: "gte", value: 30 }] }, { not: { attribute: "email", operator: "exists" } }] }],
      serve: "on",
    }],
  },
};

const SNAPSHOT = {
  schema: "samebucket/1",
  environment: "production",
  segments: { insiders: { include: ["user-1"], exclude: ["user-2"], when: [{ attribute: "email", operator: "ends_with", value: "@example.com" }] } },
  flags: {
    ...Object.fromEntries(Object.entries(OPERATORS).map(([operator, [attribute, value]]) => (
      [operator, { variants: BOOLEAN, rules: [{ id: operator, when: [{ attribute, operator, value }], serve: "on" }] }]
    ))),
    ...OTHERS,
  },
};

/** @param {number} number */
function user(number) {
  /** @type {<T>(...choices: T[]) => T} */
  const pick = (...choices) => choices[number % choices.length];
  const key = number % 5 === 0 ? number : `user-${number}`;
  const email = pick(`user${number}@example.com`, `user${number}@example.org`, undefined, `user${number}@пример.org`);
  return {
    targetingKey: key, user_id: key, plan: pick("pro", "free", "Pro"), user_type: pick("admin", "member"), env: pick("staging", "production", null),
    country: pick("DE", "FR", "US", null, undefined, 49, "ÖD"), age: pick(number, String(number)), account_age_days: number, email,
    tags: pick(["beta"], [], ["alpha", "beta"], "beta", ["Beta", 1]), score: pick(0.1 + 0.2, 0.3, 0, -0, 1e21), company: pick({ id: number % 3 }, { id: "" }, {}, undefined),
    "app.version": pick("2.10.0", "2.9.9", "2.10.0-rc.1", "2.10.0+build", "10.0.0", "2.10"), tenant: { id: pick("tenant-beta-1", "other"), type: pick("enterprise", "professional", "free") },
    signup: pick("2026-06-14T22:00:00Z", "2026-06-14T21:59:59.999Z", "2026-06-15T00:00:00.001+02:00", "2025-02-30T00:00:00Z"),
  };
}

/** @param {string} backend @returns {{ snapshot: object, keys: string[] }} */
function sample(backend) {
  const snapshot = JSON.parse(readFileSync(new URL(`../oracles/samples/${backend}.json`, import.meta.url), "utf8"));
  const flags = Array.isArray(snapshot.flags) ? snapshot.flags.map((/** @type {any} */ flag) => flag.key ?? flag.name) : Object.keys(snapshot.flags);
  return { snapshot, keys: flags.slice(0, 3) };
}

/**
 * The snapshots and users, with the native crate's answers: each distinct one once, and for each user and flag its number.
 * NATIVE_ANSWERS names the program where it is built already.
 */
export function answeredCases() {
  const contexts = JSON.parse(JSON.stringify(Array.from({ length: USERS }, (_, number) => user(number))));
  const cases = [{ snapshot: SNAPSHOT, keys: Object.keys(SNAPSHOT.flags) }, ...BACKENDS.map(sample)];
  assert.equal(cases.flatMap(({ keys }) => keys).length, 50);
  const lines = cases.map(({ snapshot, keys }) => (
    JSON.stringify({ snapshot: JSON.stringify(snapshot), now: NOW, openCircuits: [], contexts, asked: keys.map((flagKey) => ({ flagKey })) })
  ));
  const natives = natively(lines);
  return { now: NOW, contexts, cases: cases.map((asked, index) => ({ ...asked, ...numbered(natives[index].answers) })) };
}

/** @param {{ evaluations: object[] }[]} answers of each user */
function numbered(answers) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  const byUser = answers.map(({ evaluations }) => evaluations.map((evaluation) => {
    const text = JSON.stringify(evaluation);
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text);
  }));
  return { distinct: [...numbers.keys()].map((text) => JSON.parse(text)), byUser };
}

/** @param {string[]} lines @returns {any[]} */
function natively(lines) {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const built = process.env.NATIVE_ANSWERS;
  const [command, ...rest] = built ? [built] : ["cargo", "run", "--quiet", "--release", "--example", "native_answers"];
  const { status, stdout, stderr, error } = spawnSync(command, rest, {
    cwd: root, input: lines.join("\n"), encoding: "utf8", maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw error ?? new Error(`the native side failed:\n${stderr}`);
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
