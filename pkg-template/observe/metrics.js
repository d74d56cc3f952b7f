// Counts evaluations by flag, variant and reason. An evaluation that is made once and handed out again and again has a tally, which
// evaluating touches, too.
// @ts-check

import { variantOf } from "./variants.js";

/** Where evaluators, and what hands on what they answer, have their tallies, and the answer of `evaluateAll` the numbers of its own. */
export const COUNTING = Symbol.for("samebucket.counting");
/** So many combinations of flag, variant and reason are told apart; what comes later counts as unknown. */
const MOST_CELLS = 250_000;
/** These errors are of a flag that is there; the others may have any name that somebody asked for. */
const OF_KNOWN_FLAGS = ["TYPE_MISMATCH", "INVALID_CONTEXT"];
/** Where flags are counted that are not known by name; one of this name, which few formats let through, is counted along. */
export const UNKNOWN = "";

/** @typedef {import("../index.js").Evaluation<any>} Evaluation */
/** @typedef {import("../observe.js").FlagMetrics} FlagMetrics */
/** What was counted of a flag, a variant, a reason and an error.
 * @typedef {{ count: number, last: number | null, variant: string, reason: string, errorCode: string }} Cell */
/** Milliseconds since the metrics began, which are small numbers for long; `null` when the clock gave no time.
 * @typedef {number | null} Elapsed */
/** How often an evaluation was counted since its cell was told, in which run that was last, and when; and by whom.
 * @typedef {{ evaluation: Evaluation, run: number, count: number, at: Elapsed, owner?: Metrics }} Tally */

/**
 * What an evaluator, or what hands on what it answers, puts down for whoever counts; nothing where a proxy has no part in its private fields.
 * @param {any} flags
 */
export function countingOf(flags) {
  try {
    return flags[COUNTING];
  } catch {
    return undefined;
  }
}

const NO_RUN = 0;
/** The run of a tally that nobody has. */
const NO_OWNER = -1;
/** Numbers up to here are quick to compare. */
const MOST_RUNS = 2 ** 30 - 1;
/** @type {Map<string, Cell>} */
const NO_CELLS = new Map();

const resolved = Promise.resolve();

export class Metrics {
  #clock;
  /** The tallies, that of the last evaluation, the numbers of those of the last `evaluateAll`, and of runs: each has its own among all
   * who count there, though this module is loaded twice. */
  #counting;
  /** The number of the synchronous run of code that goes on, from its first evaluation. The time is asked once for all of it. */
  #run = NO_RUN;
  #at = /** @type {Elapsed} */ (null);
  #endRun = () => {
    this.#run = NO_RUN;
  };
  /** Those that have what is not in the cells yet, unless another has taken them; and the snapshot's list that they are of. */
  #counted = /** @type {Set<Tally>} */ (new Set());
  #outcomes = /** @type {Tally[]} */ ([]);
  #size = 0;
  /** By flag, and then by reason, error and variant. */
  #flags = /** @type {Map<string, Map<string, Cell>>} */ (new Map([[UNKNOWN, new Map()]]));
  since;

  /**
   * @param {() => number} clock
   * @param {{ outcomes: Tally[], last: Tally | undefined, all: number[], runs: number }} [counting] none where evaluations are not sure to be those of an evaluator
   */
  constructor(clock, counting = { outcomes: [], last: undefined, all: [], runs: 0 }) {
    this.#clock = clock;
    this.#counting = counting;
    this.since = this.#time();
  }

  /** When this run of code first evaluated; `null` when the clock gave no time. */
  now() {
    return this.#absolute(this.#elapsed());
  }

  /** @param {any} evaluation */
  count(evaluation) {
    const tally = this.#counting.last;
    if (tally !== undefined && tally.evaluation === evaluation && tally.run === this.#run) tally.count++;
    else this.#countAnew(evaluation, tally);
  }

  /** @param {any} all the evaluations of all flags, by flag */
  countAll(all) {
    const { outcomes, all: numbers } = this.#counting;
    if (all[COUNTING] !== numbers) {
      for (const flagKey in all) this.count(all[flagKey]);
      return;
    }
    for (const number of numbers) {
      const tally = outcomes[number];
      if (tally.run === this.#run) tally.count++;
      else this.#countAnew(tally.evaluation, tally);
    }
  }

  /**
   * For the first time in this run, or without a tally.
   * @param {Evaluation} evaluation
   * @param {Tally | undefined} tally
   */
  #countAnew(evaluation, tally) {
    const at = this.#elapsed();
    if (tally?.evaluation !== evaluation || evaluation.errorCode !== undefined) {
      this.#add(this.#cellOf(evaluation), 1, at);
      return;
    }
    if (tally.owner !== this) this.#take(tally);
    tally.at = later(tally.at, at);
    tally.run = this.#run;
    tally.count++;
  }

  /** @param {Tally} tally */
  #take(tally) {
    tally.owner?.settle(tally);
    if (this.#outcomes !== this.#counting.outcomes) {
      // Evaluations of a snapshot that is gone are not to be kept.
      this.#settleAll();
      this.#outcomes = this.#counting.outcomes;
    }
    this.#counted.add(tally);
    tally.owner = this;
    tally.count = 0;
    tally.at = null;
    // The flag is known from now on. Cells beside what evaluating touches would make that slower, and come later.
    const { flagKey } = tally.evaluation;
    if (this.#size < MOST_CELLS && !this.#flags.has(flagKey)) this.#flags.set(flagKey, NO_CELLS);
  }

  /**
   * Puts into a cell what a tally has, unless another has taken it. It is nobody's then.
   * @param {Tally} tally
   */
  settle(tally) {
    if (tally.owner !== this) return;
    this.#add(this.#cellOf(tally.evaluation), tally.count, tally.at);
    tally.run = NO_OWNER;
    tally.owner = undefined;
  }

  #elapsed() {
    if (this.#run === NO_RUN) this.#begin();
    return this.#at;
  }

  #begin() {
    // It ends even if the stack does here; and the clock may evaluate.
    resolved.then(this.#endRun);
    this.#at = null;
    this.#run = this.#counting.runs = (this.#counting.runs % MOST_RUNS) + 1;
    const now = this.#time();
    this.#at = now === null ? null : now - (this.since ?? 0);
  }

  /** @param {Elapsed} at */
  #absolute(at) {
    return at === null ? null : at + (this.since ?? 0);
  }

  #time() {
    try {
      const now = this.#clock();
      return Number.isFinite(now) ? now : null;
    } catch {
      return null;
    }
  }

  /**
   * @param {Cell} cell
   * @param {number} count
   * @param {Elapsed} at
   */
  #add(cell, count, at) {
    cell.count += count;
    cell.last = later(cell.last, this.#absolute(at));
  }

  /**
   * The cells belong to this counter and not to a snapshot: an evaluation that is let go of leaves its counts here.
   * @param {Evaluation} evaluation
   */
  #cellOf(evaluation) {
    const { flagKey, reason, errorCode = "" } = evaluation;
    const known = errorCode === "" || OF_KNOWN_FLAGS.includes(errorCode) || this.#flags.has(flagKey);
    if (!known || flagKey === UNKNOWN) return this.#cell(UNKNOWN, "", reason, errorCode);
    return this.#cell(flagKey, variantOf(evaluation) ?? "", reason, errorCode);
  }

  /**
   * @param {string} flag
   * @param {string} variant
   * @param {string} reason
   * @param {string} errorCode
   * @returns {Cell}
   */
  #cell(flag, variant, reason, errorCode) {
    const key = `${reason} ${errorCode} ${variant}`;
    const cells = this.#flags.get(flag);
    const found = cells?.get(key);
    if (found !== undefined) return found;
    if (this.#size >= MOST_CELLS && flag !== UNKNOWN) return this.#cell(UNKNOWN, "", reason, errorCode);
    const cell = { count: 0, last: null, variant, reason, errorCode };
    if (cells === undefined || cells === NO_CELLS) this.#flags.set(flag, new Map([[key, cell]]));
    else cells.set(key, cell);
    this.#size++;
    return cell;
  }

  #settleAll() {
    for (const tally of this.#counted) this.settle(tally);
    this.#counted.clear();
  }

  /**
   * What was counted, by flag, errors last; under `UNKNOWN` what is of no flag that is known.
   * @returns {[flagKey: string, cells: Cell[]][]}
   */
  gathered() {
    this.#settleAll();
    const isError = (/** @type {Cell} */ { errorCode }) => Number(errorCode !== "");
    const counted = [...this.#flags].filter(([, cells]) => cells.size > 0);
    return counted.map(([flagKey, cells]) => [flagKey, [...cells.values()].sort((one, other) => isError(one) - isError(other))]);
  }
}

/**
 * What was counted, as an object.
 * @param {Metrics} metrics
 */
export function metricsView(metrics) {
  const flags = /** @type {Record<string, FlagMetrics>} */ (Object.create(null)); // a flag may be named `__proto__`
  let evaluations = 0;
  let unknown = viewOf([]);
  for (const [flag, cells] of metrics.gathered()) {
    const view = viewOf(cells);
    evaluations += view.evaluations;
    if (flag === UNKNOWN) unknown = view;
    else flags[flag] = view;
  }
  return { since: metrics.since, evaluations, flags, unknown };
}

/** @param {Cell[]} cells of one flag */
function viewOf(cells) {
  const view = {
    evaluations: 0,
    variants: /** @type {Record<string, number>} */ (Object.create(null)),
    reasons: /** @type {Record<string, number>} */ (Object.create(null)),
    errors: /** @type {Record<string, number>} */ (Object.create(null)),
    lastEvaluated: /** @type {number | null} */ (null),
  };
  for (const { count, last, variant, reason, errorCode } of cells) {
    view.evaluations += count;
    view.reasons[reason] = (view.reasons[reason] ?? 0) + count;
    if (variant !== "") view.variants[variant] = (view.variants[variant] ?? 0) + count;
    if (errorCode !== "") view.errors[errorCode] = (view.errors[errorCode] ?? 0) + count;
    view.lastEvaluated = later(view.lastEvaluated, last);
  }
  return view;
}

/**
 * The later of two times, of which either may not be known.
 * @param {number | null} one
 * @param {number | null} other
 */
export const later = (one, other) => (one === null || (other !== null && other > one) ? other : one);
