// Records what the oracles answer: `node tests/oracles/record.mjs` rewrites tests/backends/, of which the conformance tests
// of the five formats are made; `--check` only compares. The same each time.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { FORMATS, contextsOf } from "../backends.mjs";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const ORACLES = {
  lift: ["python3", "lift.py"],
  "prompt-improver": ["python3", "prompt_improver.py"],
  flcm: ["node", "flcm.mjs"],
  orchestrator: ["node", "orchestrator.mjs"],
  ruleiq: ["python3", "ruleiq.py"],
};
const UNKNOWN = "unheard_of";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const sample = (format) => JSON.parse(readFileSync(here(`samples/${format}.json`), "utf8"));

/** A sample, for users who reach its rules by either shape of context, and for some that it names. */
const sampled = (name, format, contexts, more = {}) => ({ name, snapshot: sample(format), ...more, users: 1000, contexts });

/** How many of the users the format's document enables, by flag. */
const population = (snapshot, userId, users, counts) => ({
  name: "population", snapshot, users, contexts: [{ user_id: userId }, { targetingKey: userId }], counts,
});

/** A published bucket: at that share its user is still out, just above it the user is in. What else is drawn depends on it. */
function vector(snapshotAt, flag, context, bucket, { at = bucket, drawnOut, drawnIn } = {}) {
  const recorded = (side, share, enabled, drawn) => ({
    name: `bucket ${bucket} of ${flag} for ${JSON.stringify(context)}: ${side}`,
    snapshot: snapshotAt(flag, share), users: 1, contexts: [context], counts: { [flag]: enabled }, draw: { bucket, ...drawn },
  });
  return [recorded("out", at, 0, drawnOut), recorded("in", at * (1 + 1e-12), 1, drawnIn)];
}

/** Three variants, of which the middle one is served at one point only. */
const around = (point, variant) => [variant("below", point), variant("at", 1), variant("above", 99 - point)];

const CASES = {
  lift() {
    const snapshot = (flag, share) => ({ flags: { [flag]: { flag_name: flag, strategy: "percentage", rollout_percentage: share } } });
    return [
      sampled("sample", "lift", [
        { user_id: "user-#" }, { targetingKey: "user-#", env: "staging" }, { user_id: "user-#", env: "production" }, { userId: "user-#", env: ["staging"] },
        { user: { id: "user-#" } }, { user_id: "vip-user-123" }, { targetingKey: "banned-user-789", env: "staging" }, { user_id: "tester-456", plan: "pro" },
        { user_id: "", env: "staging" }, {},
      ]),
      population(snapshot("gradual_rollout", 0.5), "user-#", 1000, { gradual_rollout: 484 }),
      ...vector(snapshot, "new_dashboard", { user_id: "user-1" }, 0.92),
      ...vector(snapshot, "new_dashboard", { targetingKey: "user-2" }, 0.54),
      ...vector(snapshot, "error_recovery", { user_id: "user-123" }, 0.63),
      ...vector(snapshot, "new_dashboard", { targetingKey: "usér-✓" }, 0.5),
    ];
  },

  "prompt-improver"() {
    const snapshot = (flag, percentage) => ({ flags: { [flag]: { state: "rollout", rollout: { strategy: "percentage", percentage } } } });
    const fraction = (flag, context, bucket) => vector(snapshot, flag, context, bucket, { at: bucket * 100 });
    return [
      sampled("sample", "prompt-improver", [
        { user_id: "user-#" }, { targetingKey: "user-#" }, { user_id: "user-#", user_type: "admin" }, { targetingKey: "user-#", user_type: "developer" },
        { user_id: "user-#", user_type: "developer", environment: "staging", custom_attributes: { beta_user: true } }, { targetingKey: "user-#", beta_user: true },
        { userId: "user-#", beta_user: "True" }, { user_id: "admin001" }, { targetingKey: "tester001", user_type: "admin" }, { user_type: "guest" },
      ]),
      population(snapshot("phase1_config_externalization", 25), "user_###", 100, { phase1_config_externalization: 26 }),
      ...fraction("new_dashboard", { user_id: "user-1" }, 0.12812971067614853),
      ...fraction("phase1_config_externalization", { targetingKey: "user123" }, 0.45675728702917695),
    ];
  },

  flcm() {
    const rollout = (percentage) => ({ default: false, rollout: { percentage } });
    const contexts = [
      { user_id: "user-#", attributes: { account_age_days: 31 } }, { targetingKey: "user-#", account_age_days: 365.25 },
      { user_id: "user-#", attributes: { account_age_days: 30 } }, { targetingKey: "user-#", account_age_days: "45" }, { user_id: "user-#" },
      { userId: "user-#", account_age_days: 31 }, { user: { id: "user-#" }, attributes: { account_age_days: true } }, { attributes: { account_age_days: 31 } },
    ];
    const both = (context, bucket, point) => {
      const snapshot = (flag, percentage) => ({ flags: { [flag]: { ...rollout(percentage), variants: around(point, (name, weight) => ({ name, weight })) } } });
      return vector(snapshot, "any", context, bucket, { drawnIn: { point, total: 100 } });
    };
    return [
      sampled("sample", "flcm", contexts),
      sampled("sample, with an open circuit", "flcm", contexts, { openCircuits: ["v2_mentor_layer"] }),
      population({ flags: { tenth: rollout(10), quarter: rollout(25) } }, "user-#", 1000, { tenth: 93, quarter: 237 }),
      ...both({ user_id: "user-1" }, 19, 49),
      ...both({ targetingKey: "user-2" }, 12, 31),
      ...both({ user_id: "alice" }, 70, 7),
    ];
  },

  orchestrator() {
    const key = "new-orchestrator-v2";
    const flag = (more) => ({ flags: [{ key, type: "boolean", defaultValue: false, enabled: true, ...more }] });
    const both = (context, bucket, point) => {
      const snapshot = (_, percentage) => flag({
        rules: [{ id: "rollout", conditions: [], percentage, value: true }],
        variants: around(point, (key, weight) => ({ key, value: false, weight })),
      });
      return vector(snapshot, key, context, bucket, { drawnOut: { point, total: 100 } });
    };
    return [
      sampled("sample", "orchestrator", [
        { user: { id: "user-#" }, tenant: { id: "tenant-#", type: "enterprise" } }, { targetingKey: "user-#", tenant: { type: "professional" } },
        { user: { id: "user-#", role: "admin" }, tenant: { id: "tenant-beta-1", type: "starter", slug: "beta" }, environment: "staging", attributes: { a: 1 } },
        { targetingKey: "user-#", tenant: { id: "tenant-beta-2" }, plan: "pro" }, { tenant: { id: "tenant-#", settings: { preferredProvider: "openai" } } },
        { user: { id: "user-#" }, tenant: { settings: { preferredProvider: "anthropic" } } }, { user_id: "user-#", tenant: { type: ["enterprise"] } },
        { targetingKey: "user-#" }, { userId: "user-#", type: "enterprise" }, {},
      ]),
      population(flag({ fallthrough: { percentage: 10, value: true } }), "user-#", 1000, { [key]: 105 }),
      ...both({ user: { id: "user-1" } }, 70, 89),
      ...both({}, 47, 58),
    ];
  },

  ruleiq() {
    const contexts = [
      { user_id: "user-#" }, { targetingKey: "user-#" }, { user_id: "user-#", environment: "staging" }, { targetingKey: "user-#", environment: "development" },
      { userId: "user-#", environment: "production" }, { user_id: "user123" }, { targetingKey: "problematic_user_789" }, { user_id: "beta_user_1", environment: "staging" },
      { user: { id: "user-#" }, environment: "test" }, { environment: "staging" },
    ];
    const snapshot = (hash) => (flag, percentage) => ({ hash, flags: { [flag]: { enabled: true, percentage } } });
    return [
      sampled("sample", "ruleiq", contexts),
      sampled("sample, within its dates, in staging", "ruleiq", contexts, { now: Date.parse("2025-02-01T00:00:00Z"), environment: "staging" }),
      sampled("sample, before its dates, in development", "ruleiq", contexts, { now: Date.parse("2025-01-14T23:59:59.999Z"), environment: "development" }),
      ...vector(snapshot("md5"), "new_dashboard", { user_id: "user-1" }, 75),
      ...vector(snapshot("md5"), "new_dashboard", { targetingKey: "user-2" }, 10),
      ...vector(snapshot("sha256"), "new_dashboard", { user_id: "user-1" }, 92),
      ...vector(snapshot("sha256"), "new_dashboard", { targetingKey: "user-2" }, 54),
    ];
  },
};

/** The cases of a format, with the answers of its oracle. */
function recorded(format) {
  const cases = CASES[format]().map(({ name, snapshot, now = NOW, ...more }) => ({ name, snapshot, now, ...more }));
  const batches = cases.map((recorded) => {
    const flags = flagsOf(recorded);
    const { snapshot, environment, openCircuits, now } = recorded;
    const asked = contextsOf(recorded).flatMap((context) => flags.map((flagKey) => ({ flagKey, context, now, openCircuits })));
    return JSON.stringify({ snapshot, environment, cases: asked });
  });
  const [program, script] = ORACLES[format];
  const output = execFileSync(program, [here(script)], { input: `${batches.join("\n")}\n`, encoding: "utf8", maxBuffer: 1 << 28 });
  output.trimEnd().split("\n").forEach((line, index) => {
    const [recorded, answers] = [cases[index], JSON.parse(line)];
    const flags = flagsOf(recorded);
    recorded.answers = Object.fromEntries(flags.map((flag, place) => [flag, compact(answers.filter((_, at) => at % flags.length === place))]));
    for (const [flag, published] of Object.entries(recorded.counts ?? {})) {
      const { distinct, byUser } = recorded.answers[flag];
      const enabled = [...byUser].filter((digit) => distinct[parseInt(digit, 36)].value === true).length;
      assert.equal(enabled, published, `${format}: ${recorded.name}: the oracle enables ${flag} for ${enabled} users`);
    }
  });
  return cases;
}

/** All flags of the snapshot, and one that it has not. */
function flagsOf({ snapshot: { flags }, users }) {
  const known = Array.isArray(flags) ? flags.map(({ key, name }) => key ?? name) : Object.keys(flags);
  return users === 1 ? known : [...known, UNKNOWN];
}

/** Each answer once, and for each user a digit that says which. */
function compact(answers) {
  const texts = answers.map((answer) => JSON.stringify(answer));
  const distinct = [...new Set(texts)];
  assert.ok(distinct.length <= 36, "more answers than digits");
  return { distinct: distinct.map((text) => JSON.parse(text)), byUser: texts.map((text) => distinct.indexOf(text).toString(36)).join("") };
}

/** Contexts and answers one to a line. */
function fileOf(format, cases) {
  const json = JSON.stringify;
  const part = ([name, value]) => {
    if (name === "contexts") return `"contexts": [\n      ${value.map((context) => json(context)).join(",\n      ")}\n    ]`;
    if (name === "answers") return `"answers": {\n      ${Object.entries(value).map(([flag, answer]) => `${json(flag)}: ${json(answer)}`).join(",\n      ")}\n    }`;
    return `${json(name)}: ${json(value)}`;
  };
  const texts = cases.map((recorded) => `{\n    ${Object.entries(recorded).map(part).join(",\n    ")}\n  }`);
  return `{ "format": ${json(format)}, "cases": [${texts.join(", ")}] }\n`;
}

const stale = FORMATS.filter((format) => {
  const file = here(`../backends/${format}.json`);
  const text = fileOf(format, recorded(format));
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  return readFileSync(file, "utf8") !== text;
});
if (stale.length > 0) {
  console.error(`not what the oracles answer: ${stale.map((format) => `tests/backends/${format}.json`).join(", ")}; run \`node tests/oracles/record.mjs\``);
  process.exitCode = 1;
}
