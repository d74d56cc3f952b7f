// Counts evaluations by flag, variant and reason. An evaluation that the evaluator hands out again and again has a tally, in
// which its cell is found without a look-up.
// @ts-check

import { variantOf } from "./variants.js";

/** Where an evaluation holds what is its counters' own. */
const TALLY = Symbol.for("samebucket.tally");
/** So many combinations of flag, variant and reason are told apart; what comes later counts as unknown. */
const MOST_CELLS = 250_000;
/** So many evaluations of one cell have their counts with them before these are gathered. */
const MOST_TALLIES = 64;
/** These errors are of a flag that is there; the others may have any name that somebody asked for. */
const OF_KNOWN_FLAGS = ["TYPE_MISMATCH", "INVALID_CONTEXT"];
/** Where flags are counted that are not known by name; one of this name, which few formats let through, is counted along. */
export const UNKNOWN = "";

/** @typedef {import("../index.js").Evaluation<any>} Evaluation */
/** @typedef {import("../observe.js").FlagMetrics} FlagMetrics */
/** A synchronous run of code, and when it began: `null` when the clock gave no time. @typedef {{ at: number | null }} Run */
/** What an evaluation was counted since its counts were last gathered. @typedef {{ run: Run | undefined, count: number, cell: Cell | undefined }} Tally */
/** What was counted of a flag, a variant, a reason and an error, and the tallies that have more.
 * @typedef {{ owner: Metrics, last: number | null, count: number, variant: string, reason: string, errorCode: string, tallies: Tally[] }} Cell */

export class Metrics {
  #clock;
  /** The time is asked once for everything that is evaluated before the next microtask. Between two runs `null`, which no tally has. */
  #run = /** @type {Run | null} */ (null);
  #endRun = () => void (this.#run = null);
  #size = 0;
  /** By flag, and then by reason, error and variant. */
  flags = /** @type {Map<string, Map<string, Cell>>} */ (new Map([[UNKNOWN, new Map()]]));
  since;

  /** @param {() => number} clock */
  constructor(clock) {
    this.#clock = clock;
    this.since = this.now();
  }

  /** When this synchronous run of code began. */
  now() {
    return (this.#run ??= this.#begin()).at;
  }

  /** @param {any} evaluation */
  count(evaluation) {
    const tally = evaluation[TALLY];
    // What has been counted in this run is this counter's: another one has runs of its own.
    if (tally !== undefined && tally.run === this.#run) tally.count++;
    else this.#countAnew(evaluation, tally);
  }

  /**
   * @param {Evaluation} evaluation
   * @param {Tally | undefined} tally
   */
  #countAnew(evaluation, tally) {
    const run = (this.#run ??= this.#begin());
    if (tally === undefined) {
      const cell = this.#cellOf(evaluation);
      cell.count++;
      cell.last = later(cell.last, run.at);
      return;
    }
    if (tally.cell?.owner !== this) this.#take(tally, this.#cellOf(evaluation));
    tally.run = run;
    tally.count++;
  }

  /**
   * Makes a tally this counter's. What another had in it goes to that one.
   * @param {Tally} tally
   * @param {Cell} cell
   */
  #take(tally, cell) {
    if (tally.cell !== undefined) gather(tally.cell);
    // Tallies of snapshots that are gone do not heap up.
    if (cell.tallies.length === MOST_TALLIES) gather(cell);
    tally.count = 0;
    tally.cell = cell;
    cell.tallies.push(tally);
  }

  #begin() {
    Promise.resolve().then(this.#endRun);
    return { at: this.#time() };
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
    const known = errorCode === "" || OF_KNOWN_FLAGS.includes(errorCode) || this.flags.has(flagKey);
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
    const cells = this.flags.get(flag);
    const known = cells?.get(key);
    if (known !== undefined) return known;
    if (this.#size >= MOST_CELLS && flag !== UNKNOWN) return this.#cell(UNKNOWN, "", reason, errorCode);
    const cell = { owner: this, last: null, count: 0, variant, reason, errorCode, tallies: [] };
    if (cells === undefined) this.flags.set(flag, new Map([[key, cell]]));
    else cells.set(key, cell);
    this.#size++;
    return cell;
  }

  /** What was counted, by flag; under `UNKNOWN` what is of no flag that is known. */
  gathered() {
    for (const cells of this.flags.values()) cells.forEach(gather);
    return this.flags;
  }
}

/**
 * Takes the counts out of a cell's tallies, and leaves these to whoever counts them next.
 * @param {Cell} cell
 */
function gather(cell) {
  for (const tally of cell.tallies) {
    cell.count += tally.count;
    cell.last = later(cell.last, tally.run?.at ?? null);
    tally.run = tally.cell = undefined;
    tally.count = 0;
  }
  cell.tallies.length = 0;
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
