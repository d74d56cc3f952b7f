// Counts evaluations by flag, variant and reason. An evaluation that is handed out again and again has a number, by which it is
// counted without a look-up.
// @ts-check

import { variantOf } from "./variants.js";

/** The number of an evaluation that is made once and handed out again. Those of a snapshot follow each other. */
const OUTCOME = Symbol.for("samebucket.outcome");
/** So many numbers have a place in the table, a power of two. */
const MOST_PLACES = 1 << 18;
const FIRST_PLACES = 1 << 10;
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
  /** For each number from `#first` on: how often it was counted in its last run, and which run that was. Side by side, so as to be near. */
  #table = new Int32Array(2 * FIRST_PLACES);
  #first = 0;
  /** Where numbers are counted in the end. */
  #cells = /** @type {Map<number, Cell>} */ (new Map());
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
    const number = evaluation[OUTCOME];
    const place = 2 * (number - this.#first);
    const table = this.#table;
    if (number !== undefined && place >= 0 && place < table.length && table[place + 1] === this.#run) table[place]++;
    else this.#countAnew(evaluation, number);
  }

  /**
   * For the first time in this run, or without a place.
   * @param {Evaluation} evaluation
   * @param {number | undefined} number
   */
  #countAnew(evaluation, number) {
    const at = this.now();
    const cell = (number === undefined ? undefined : this.#cells.get(number)) ?? this.#cellOf(evaluation);
    cell.last = later(cell.last, at);
    const place = number === undefined ? -1 : this.#placeOf(number);
    if (number === undefined || place < 0) {
      cell.count++;
      return;
    }
    this.#cells.set(number, cell);
    cell.count += this.#table[place];
    this.#table[place] = 1;
    this.#table[place + 1] = this.#run;
  }

  /**
   * A number's place in the table, for which that grows, or moves on; below 0 when it has moved on.
   * @param {number} number
   */
  #placeOf(number) {
    if (number - this.#first >= MOST_PLACES) {
      this.gathered();
      // The numbers before are likely to be of the same snapshot.
      this.#first = number - MOST_PLACES / 2;
    }
    const place = 2 * (number - this.#first);
    if (place >= this.#table.length) {
      let length = this.#table.length;
      while (length <= place) length *= 2;
      const table = new Int32Array(length);
      table.set(this.#table);
      this.#table = table;
    }
    return place;
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
    for (const [number, cell] of this.#cells) {
      const place = 2 * (number - this.#first);
      cell.count += this.#table[place];
      this.#table[place] = this.#table[place + 1] = 0;
    }
    // Numbers of snapshots that are gone do not heap up.
    this.#cells.clear();
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
