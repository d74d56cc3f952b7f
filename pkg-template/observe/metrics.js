// Counts evaluations by flag, variant and reason. An evaluation that is handed out again and again has a number, by which it is
// counted without a look-up.
// @ts-check

import { variantOf } from "./variants.js";

/** The number of an evaluation that is made once and handed out again: whole, small, and only its snapshot's. */
const OUTCOME = Symbol.for("samebucket.outcome");
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

export class Metrics {
  #clock;
  /** Counts the synchronous runs of code: the time is asked once for everything that is evaluated before the next microtask. */
  #run = 1;
  #running = false;
  #at = /** @type {number | null} */ (null);
  #endRun = () => {
    this.#running = false;
    this.#run++;
  };
  // By the number of an outcome: whose number it is now, what was counted of it since, when, and where that belongs. Lists side by
  // side, since what is counted lies close together in them.
  #owners = /** @type {(Evaluation | undefined)[]} */ ([]);
  #counts = /** @type {number[]} */ ([]);
  #runs = /** @type {number[]} */ ([]);
  #times = /** @type {(number | null)[]} */ ([]);
  #cells = /** @type {(Cell | undefined)[]} */ ([]);
  #size = 0;
  /** By flag, and then by reason, error and variant. */
  #flags = /** @type {Map<string, Map<string, Cell>>} */ (new Map([[UNKNOWN, new Map()]]));
  since;

  /** @param {() => number} clock */
  constructor(clock) {
    this.#clock = clock;
    this.since = this.now();
  }

  /** When this synchronous run of code began; `null` when the clock gave no time. */
  now() {
    if (!this.#running) this.#begin();
    return this.#at;
  }

  /** @param {any} evaluation */
  count(evaluation) {
    const outcome = evaluation[OUTCOME];
    if (outcome !== undefined && this.#owners[outcome] === evaluation && this.#runs[outcome] === this.#run) this.#counts[outcome]++;
    else this.#countAnew(evaluation, outcome);
  }

  /**
   * @param {Evaluation} evaluation
   * @param {number | undefined} outcome
   */
  #countAnew(evaluation, outcome) {
    const at = this.now();
    if (outcome === undefined) {
      const cell = this.#cellOf(evaluation);
      cell.count++;
      cell.last = later(cell.last, at);
      return;
    }
    if (this.#owners[outcome] !== evaluation) this.#take(evaluation, outcome);
    this.#counts[outcome]++;
    this.#runs[outcome] = this.#run;
    this.#times[outcome] = at;
  }

  /**
   * Another snapshot, or another evaluator, has this number for another outcome.
   * @param {Evaluation} evaluation
   * @param {number} outcome
   */
  #take(evaluation, outcome) {
    while (this.#owners.length <= outcome) {
      this.#owners.push(undefined);
      this.#counts.push(0);
      this.#runs.push(0);
      this.#times.push(null);
      this.#cells.push(undefined);
    }
    this.#gather(outcome);
    this.#owners[outcome] = evaluation;
    this.#cells[outcome] = this.#cellOf(evaluation);
  }

  /**
   * Brings what was counted of an outcome to where it belongs.
   * @param {number} outcome
   */
  #gather(outcome) {
    const cell = this.#cells[outcome];
    if (cell === undefined) return;
    cell.count += this.#counts[outcome];
    cell.last = later(cell.last, this.#times[outcome]);
    this.#counts[outcome] = 0;
  }

  #begin() {
    this.#running = true;
    this.#at = this.#time();
    Promise.resolve().then(this.#endRun);
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
   * The cells belong to this counter and not to a snapshot: an outcome that is dropped leaves its counts here.
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
    const known = cells?.get(key);
    if (known !== undefined) return known;
    if (this.#size >= MOST_CELLS && flag !== UNKNOWN) return this.#cell(UNKNOWN, "", reason, errorCode);
    const cell = { count: 0, last: null, variant, reason, errorCode };
    if (cells === undefined) this.#flags.set(flag, new Map([[key, cell]]));
    else cells.set(key, cell);
    this.#size++;
    return cell;
  }

  /** What was counted, by flag; under `UNKNOWN` what is of no flag that is known. */
  gathered() {
    this.#owners.forEach((_, outcome) => this.#gather(outcome));
    return this.#flags;
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
    const view = viewOf(cells.values());
    evaluations += view.evaluations;
    if (flag === UNKNOWN) unknown = view;
    else flags[flag] = view;
  }
  return { since: metrics.since, evaluations, flags, unknown };
}

/** @param {Iterable<Cell>} cells of one flag */
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
