// Runs the recorded answers of the five backends' formats against the JavaScript API: in Node, and in a browser, which is
// why it reads no files.

export const FORMATS = ["lift", "prompt-improver", "flcm", "orchestrator", "ruleiq"];
const PARTS = ["value", "variant", "backendReason"];

/**
 * @param {typeof import("../pkg-template/index.js")} api
 * @param {{ format: any, cases: any[] }[]} suites
 * @returns {{ evaluations: number, mismatches: string[] }}
 */
export function runBackends(api, suites) {
  let evaluations = 0;
  const mismatches = [];
  for (const { format, cases } of suites) {
    for (const recorded of cases) {
      evaluations += recorded.users * Object.keys(recorded.answers).length;
      for (const difference of runCase(api, format, recorded)) mismatches.push(`${format}: ${recorded.name}: ${difference}`);
    }
  }
  return { evaluations, mismatches };
}

function* runCase({ Evaluator }, format, recorded) {
  const { snapshot, now, environment, openCircuits = [], answers, counts = {}, draw } = recorded;
  const evaluator = new Evaluator({ environment, clock: () => now });
  yield* difference("format found", format, formatFound(evaluator, snapshot));
  const { flagCount } = evaluator.loadSnapshot(snapshot, { format });
  evaluator.setOpenCircuits(openCircuits);

  const enabled = Object.fromEntries(Object.keys(counts).map((flag) => [flag, 0]));
  for (const [user, context] of contextsOf(recorded).entries()) {
    const who = `user ${user} ${JSON.stringify(context)}`;
    const all = evaluator.evaluateAll(context);
    yield* difference(`${who}: flags in all`, flagCount, Object.keys(all).length);
    for (const [flag, { distinct, byUser }] of Object.entries(answers)) {
      const evaluation = evaluator.evaluate(flag, context);
      if (flag in enabled && evaluation.value === true) enabled[flag] += 1;
      const found = answer(evaluation);
      yield* difference(`${who}: ${flag}`, answer(distinct[parseInt(byUser[user], 36)]), found);
      if (evaluation.errorCode !== "FLAG_NOT_FOUND") yield* difference(`${who}: ${flag} in all`, found, answer(all[flag] ?? {}));
      if (draw) yield* difference(`${who}: ${flag}: draw`, draw, drawn(evaluator.explain(flag, context), draw));
    }
  }
  yield* difference("users enabled", counts, enabled);
  evaluator.free();
}

/** The context of each user: a template, with the user's number for `#` and at least three digits of it for `###`. */
export function contextsOf({ users, contexts }) {
  const templates = contexts.map((context) => JSON.stringify(context));
  const context = (user) => templates[user % templates.length].replaceAll(/#+/g, ({ length }) => String(user).padStart(length, "0"));
  return Array.from({ length: users }, (_, user) => JSON.parse(context(user)));
}

/** The format by the snapshot's shape, or why there is none. */
function formatFound(evaluator, snapshot) {
  try {
    return evaluator.loadSnapshot(snapshot, { format: "auto" }).format;
  } catch (error) {
    return error.message;
  }
}

/** The figures named, each of the last step that has it. */
function drawn({ steps }, figures) {
  return Object.fromEntries(Object.keys(figures).map((figure) => [figure, steps.findLast((step) => figure in step)?.[figure]]));
}

const answer = (evaluation) => Object.fromEntries(PARTS.map((part) => [part, evaluation[part]]));

function* difference(what, expected, found) {
  const [want, have] = [expected, found].map((value) => JSON.stringify(value));
  if (want !== have) yield `${what}: expected ${want}, found ${have}`;
}
