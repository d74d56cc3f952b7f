// @ts-check
// Random snapshots and contexts, evaluated natively and, in every way that the package has, through wasm: the answers
// must be the same. RANDOM_SEED and RANDOM_PAIRS choose other pairs of snapshot and context, and how many.
// NATIVE_ANSWERS names the native program where it is built already.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect, isDeepStrictEqual } from "node:util";
import { Evaluator } from "../pkg/node.js";
import { randomCases, reviveNumber } from "./random-cases.mjs";

const PAIRS = Number(process.env.RANDOM_PAIRS ?? 12_000);
const CONTEXTS = 10;
/** As many cases go to the native program at once. */
const BATCH = 500;
const REASONS = [
  "killed", "disabled", "circuit_open", "environment", "not_started", "expired", "requirement", "denied", "allowed", "rule",
  "default", "off",
];
const PARTS = ["flagKey", "value", "variant", "reason", "backendReason", "ruleId", "errorCode", "errorMessage", "steps"];
const INFO = ["format", "version", "environment", "flagCount", "digest", "skipped", "warnings"];

/**
 * What the native side answers to each case.
 * @param {string[]} lines
 * @returns {any[]}
 */
function natively(lines) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = process.env.NATIVE_ANSWERS;
  const [command, ...rest] = built ? [built] : ["cargo", "run", "--quiet", "--release", "--example", "native_answers"];
  const { status, stdout, stderr, error } = spawnSync(command, rest, {
    cwd: built ? undefined : root, input: lines.join("\n"), encoding: "utf8", maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw error ?? new Error(`the native side failed:\n${stderr}`);
  const answers = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  assert.equal(answers.length, lines.length, "the native side answered other than line by line");
  return answers;
}

test("native and wasm answer alike", (t) => {
  let now = 0;
  // One evaluator for all cases: what it keeps of one snapshot must not come up in the next.
  const evaluator = new Evaluator({ clock: () => now });
  /** @type {Record<string, number>} */
  const reasons = Object.fromEntries(REASONS.map((reason) => [reason, 0]));
  /** @type {Record<string, number>} */
  const mismatches = {};
  const counts = { snapshots: 0, pairs: 0, answers: 0, rollouts: 0, splits: 0, unknownFlags: 0, typeMismatches: 0 };
  let shown = 0;

  /**
   * Compares the answers for one flag.
   * @param {[way: string, native: any, wasm: any][]} answers
   * @param {object} where
   */
  const compare = (answers, where) => {
    counts.answers += answers.length;
    const differs = answers.flatMap(([way, native, wasm]) => {
      const parts = PARTS.filter((part) => !isDeepStrictEqual(native?.[part], wasm?.[part]));
      if (parts.length > 0) mismatches[way] = (mismatches[way] ?? 0) + 1;
      return parts.map((part) => ({ way, part, native: native?.[part], wasm: wasm?.[part] }));
    });
    if (differs.length === 0 || shown++ >= 10) return;
    t.diagnostic(`mismatch: ${inspect({ ...where, differs }, { depth: null, maxStringLength: null })}`);
  };

  /** @param {import("./random-cases.mjs").Case} asked @param {any} native */
  const runCase = ({ snapshot, environment, openCircuits, asked, contexts, ...inputs }, native) => {
    now = inputs.now;
    const info = /** @type {any} */ (evaluator.loadSnapshot(snapshot, { environment }));
    for (const part of INFO) assert.deepEqual(info[part], native.info[part], `${part} of ${snapshot}`);
    evaluator.setOpenCircuits(openCircuits);
    counts.snapshots += 1;
    const { flags } = JSON.parse(snapshot);
    contexts.forEach((context, index) => {
      counts.pairs += 1;
      const { evaluations, explanations, all } = native.answers[index];
      const byKey = new Map(all.map((/** @type {any} */ evaluation) => [evaluation.flagKey, evaluation]));
      const bound = evaluator.bind(context);
      // What a bound context draws for one flag it keeps for the next, so now all flags go first and now each one.
      const early = index % 2 === 0 ? bound.evaluateAll() : undefined;
      const each = asked.map(({ flagKey, default: value }) => bound.evaluate(flagKey, /** @type {any} */ (value)));
      const allBound = early ?? bound.evaluateAll();
      const allFree = evaluator.evaluateAll(context);
      for (const found of [allFree, allBound]) assert.deepEqual(new Set(Object.keys(found)), new Set(byKey.keys()));

      asked.forEach(({ flagKey, default: value }, place) => {
        const [evaluation, explanation] = [evaluations[place], explanations[place]];
        compare([
          ["evaluate", evaluation, evaluator.evaluate(flagKey, context, /** @type {any} */ (value))],
          ["evaluate, bound", evaluation, each[place]],
          ["evaluateAll", byKey.get(flagKey), allFree[flagKey]],
          ["evaluateAll, bound", byKey.get(flagKey), allBound[flagKey]],
          ["explain", explanation, evaluator.explain(flagKey, context)],
          ["explain, bound", explanation, bound.explain(flagKey)],
        ], { snapshot, environment, now, openCircuits, context, flagKey, default: value });
        const { targetingKey } = /** @type {any} */ (context);
        if (typeof targetingKey === "number" && flags[flagKey]?.bucketing?.by === undefined) {
          // JavaScript knows best how it prints a number.
          for (const { unit } of explanation.steps) assert.equal(unit ?? String(targetingKey), String(targetingKey));
        }
        counts.unknownFlags += Number(evaluation.errorCode === "FLAG_NOT_FOUND");
        counts.typeMismatches += Number(evaluation.errorCode === "TYPE_MISMATCH");
        counts.rollouts += Number(explanation.steps.some((/** @type {any} */ step) => "bucket" in step));
        counts.splits += Number(explanation.steps.some((/** @type {any} */ step) => "point" in step));
      });
      for (const { backendReason } of all) reasons[backendReason] += 1;
    });
  };

  const lines = [...randomCases(Math.ceil(PAIRS / CONTEXTS), { contexts: CONTEXTS })];
  for (let start = 0; start < lines.length; start += BATCH) {
    const batch = lines.slice(start, start + BATCH);
    const native = natively(batch);
    batch.forEach((line, index) => runCase(JSON.parse(line, reviveNumber), native[index]));
  }

  const list = (/** @type {object} */ numbers) => Object.entries(numbers).map(([name, number]) => `${name} ${number}`).join(", ");
  t.diagnostic(list(counts));
  t.diagnostic(list(reasons));
  assert.deepEqual(mismatches, {}, "answers differ");
  for (const [reason, count] of Object.entries(reasons)) assert.ok(count >= 20, `${reason} was reached only ${count} times`);
});
