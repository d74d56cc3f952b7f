// Runs the conformance data against the JavaScript API: in Node, and in a browser, which is why it reads no files.

const DEFAULT_NOW = Date.parse("2026-01-01T00:00:00Z");
const PARTS = ["value", "variant", "reason", "backendReason", "ruleId", "errorCode"];
const FIGURES = ["unit", "bucket", "threshold", "point", "total"];

/**
 * @param {typeof import("../pkg-template/index.js")} api
 * @param {{ name: string, snapshot: object, tests: any[] }[]} suites
 * @returns {{ cases: number, mismatches: string[] }}
 */
export function runConformance(api, suites) {
  let cases = 0;
  const mismatches = [];
  for (const suite of suites) {
    for (const test of suite.tests) {
      cases += 1;
      for (const difference of runCase(api, suite.snapshot, test)) mismatches.push(`${suite.name}: ${test.description}: ${difference}`);
    }
  }
  return { cases, mismatches };
}

function* runCase({ Evaluator }, snapshot, { flagKey, context, default: defaultValue, now, environment, openCircuits, expect }) {
  const evaluator = new Evaluator({ environment, clock: () => (now ? Date.parse(now) : DEFAULT_NOW) });
  evaluator.loadSnapshot(snapshot);
  if (openCircuits) evaluator.setOpenCircuits(openCircuits);
  const evaluation = evaluator.evaluate(flagKey, context, defaultValue);
  yield* differences("", PARTS, expect, evaluation);

  const bound = evaluator.bind(context);
  for (const again of [bound.evaluate(flagKey, defaultValue), bound.evaluate(flagKey, defaultValue)]) {
    yield* differences("bound: ", PARTS, evaluation, again);
  }

  const explanation = evaluator.explain(flagKey, context);
  const figures = Object.fromEntries(FIGURES.map((figure) => [figure, explanation.steps.findLast((step) => figure in step)?.[figure]]));
  yield* differences("explain: ", FIGURES, expect, figures);
  yield* differences("bound explain: ", ["all"], { all: explanation }, { all: bound.explain(flagKey) });
  if (expect.steps) yield* differences("explain: ", ["steps"], expect, { steps: explanation.steps.map(({ step }) => step) });

  // Without a default value, evaluating one flag, all flags, and explaining are the same.
  const plain = evaluator.evaluate(flagKey, context);
  if (plain.errorCode !== "FLAG_NOT_FOUND") {
    for (const all of [evaluator.evaluateAll(context), bound.evaluateAll()]) yield* differences("all: ", PARTS, plain, all[flagKey] ?? {});
    yield* differences("explain: ", PARTS, plain, explanation);
  }
  evaluator.free();
}

function* differences(what, parts, expected, found) {
  for (const part of parts) {
    const [want, have] = [expected[part], found[part]].map(canonical);
    if (want !== have) yield `${what}${part}: expected ${want}, found ${have}`;
  }
}

/** Text that is the same for values that are: keys in order, since in JSON an object's are in none. */
function canonical(value) {
  const sorted = (_, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort()) : part;
  return value === undefined ? "(none)" : JSON.stringify(value, sorted);
}
