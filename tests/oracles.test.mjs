// The five backends' formats against evaluators that are not ours: each backend's answers, computed in its own language by
// tests/oracles/, against the native crate and the packed npm package. `ORACLE_SEED` and `ORACLE_CASES` choose the cases.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { installPackage } from "./consumer.mjs";

const SEED = process.env.ORACLE_SEED ?? "1";
const CASES = process.env.ORACLE_CASES ?? "20000";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { folder } = installPackage("oracle-consumer");
/** @type {typeof import("../pkg-template/index.js")} */
const { Evaluator } = createRequire(join(folder, "index.cjs"))("samebucket");
const native = process.env.ORACLE_ANSWERS ?? here("../target/release/examples/oracle_answers");

/** For each format its oracle, and every reason that its cases must reach; `*` stands for a name or a number. */
const FORMATS = {
  lift: {
    language: "python3",
    reasons: ["default_enabled", "disabled", "disabled_for_users", "enabled_for_users", "all", "none", "percentage", "users", "conditional"],
  },
  "prompt-improver": {
    language: "python3",
    reasons: ["FLAG_NOT_FOUND", "FLAG_DISABLED", "TARGETING_MATCH", "ROLLOUT_MATCH", "DEFAULT"],
  },
  flcm: {
    language: "node",
    reasons: [
      "Flag not found", "Circuit breaker open", "Dependency * not enabled", "Conditions not met", "In cohort: *", "In *% rollout",
      "Default value", "Error during evaluation",
    ],
  },
  orchestrator: {
    language: "node",
    reasons: ["null", "KILL_SWITCH", "ENVIRONMENT_OVERRIDE", "DISABLED", "TARGETING_MATCH", "VARIANT", "FALLTHROUGH", "DEFAULT"],
  },
  ruleiq: {
    language: "python3",
    reasons: ["not_found", "environment", "expired", "not_started", "blacklist", "whitelist", "disabled", "enabled", "percentage"],
  },
};

for (const [format, { language, reasons }] of Object.entries(FORMATS)) {
  test(`${format}: ${CASES} cases with seed ${SEED}`, async () => {
    const script = (name) => here(`oracles/${name}.${language === "node" ? "mjs" : "py"}`);
    const input = await run(language, [script("generate"), format, CASES, SEED]);
    const [oracle, rust] = await Promise.all([
      run(language, [script(language === "node" ? format : format.replace("-", "_"))], input).then(lines),
      run(native, [format], input).then(lines),
    ]);
    const reached = new Map(reasons.map((reason) => [reason, 0]));
    const mismatches = [];
    let cases = 0;
    lines(input).forEach(({ snapshot, environment, cases: batch }, line) => {
      const answers = inJavaScript(format, snapshot, environment, batch);
      batch.forEach((input, index) => {
        cases += 1;
        const [expected, ...found] = [oracle, rust].map((all) => all[line][index]).concat([answers[index]]).map(canonical);
        const kind = kindOf(oracle[line][index].backendReason);
        reached.set(kind, (reached.get(kind) ?? 0) + 1);
        if (found.some((answer) => answer !== expected)) mismatches.push({ expected, native: found[0], wasm: found[1], environment, input, snapshot });
      });
    });
    console.log(`${format}: ${cases} cases, seed ${SEED}: ${[...reached].map(([reason, count]) => `${reason} ${count}`).join(", ")}`);
    for (const mismatch of mismatches) console.log(`MISMATCH ${format}: ${JSON.stringify(mismatch)}`);
    assert.equal(mismatches.length, 0, `${mismatches.length} of ${cases} cases differ; each is printed above`);
    assert.ok(cases >= Number(CASES), `only ${cases} cases`);
    assert.deepEqual([...reached.keys()], reasons, "a reason that is not listed");
    assert.deepEqual([...reached].filter(([, count]) => count === 0), [], "a reason that no case reached");
  });
}

function inJavaScript(format, snapshot, environment, cases) {
  let now = 0;
  const evaluator = new Evaluator({ environment, clock: () => now });
  evaluator.loadSnapshot(snapshot, { format });
  assert.equal(formatOf(snapshot, environment) ?? format, format, JSON.stringify(snapshot));
  const answers = cases.map((input) => {
    now = input.now;
    evaluator.setOpenCircuits(input.openCircuits ?? []);
    const { value, variant, backendReason } = evaluator.evaluate(input.flagKey, input.context, input.default);
    const answer = value === undefined ? { variant, backendReason } : { value, variant, backendReason };
    const bound = evaluator.bind(input.context);
    for (const again of [bound.evaluate(input.flagKey, input.default), bound.evaluate(input.flagKey, input.default)]) {
      assert.deepEqual([again.value, again.variant, again.backendReason], [value, variant, backendReason], "bound");
    }
    const all = evaluator.evaluateAll(input.context)[input.flagKey];
    if (all) assert.deepEqual([all.variant, all.backendReason], [variant, backendReason], "all flags at once");
    return answer;
  });
  evaluator.free();
  return answers;
}

/** The format that a snapshot is found to be of; none if it could be several. */
function formatOf(snapshot, environment) {
  try {
    return new Evaluator({ environment }).loadSnapshot(snapshot).format;
  } catch (error) {
    assert.equal(error.code, "ambiguous_format");
    return undefined;
  }
}

/** A reason without the names and numbers in it. */
const kindOf = (reason) =>
  String(reason).replace(/^(Dependency ).*( not enabled)$/s, "$1*$2").replace(/^(In cohort: ).*$/s, "$1*").replace(/^(In ).*(% rollout)$/, "$1*$2");

/** Text that is the same for answers that are: keys in order, and numbers as doubles, whose zero has no sign in JSON. */
function canonical(answer) {
  const sorted = (_, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort()) : part;
  return JSON.stringify(answer, sorted);
}

const lines = (text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line));

function run(command, args, input = "") {
  const running = promisify(execFile)(command, args, { maxBuffer: 1 << 30 });
  running.child.stdin.end(input);
  return running.then(({ stdout }) => stdout);
}
