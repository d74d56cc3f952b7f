// Counts, for each flag, the users who were exposed to each variant, and those of them who converted afterwards.
// @ts-check

import { keyOf } from "./exposures.js";

/** So many variants of flags, and so many metrics, are told apart; others are not counted. */
const MOST_ARMS = 10_000;
const MOST_METRICS = 1_000;

/** What a user was exposed to, and the metrics since: `variant` is `null` once there was more than one.
 * @typedef {{ variant: string | null, metrics: Set<string> }} Assignment */
/** The users of a variant. @typedef {{ exposed: number, converted: Map<string, number> }} Arm */
/** @typedef {{ arms: Map<string, Arm>, crossovers: number }} Experiment */

export class Experiments {
  #limit;
  /** By flag and user. Nobody is forgotten, since who comes again would be counted again: late users are left out instead. */
  #assignments = /** @type {Map<string, Assignment>} */ (new Map());
  #experiments = /** @type {Map<string, Experiment>} */ (new Map());
  #arms = 0;
  #metrics = /** @type {Set<string>} */ (new Set());
  #complete = true;

  /** @param {number} limit how many users of flags are counted */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @param {import("../observe.js").Exposure} exposure */
  expose({ flagKey, variant, targetingKey }) {
    const key = keyOf(flagKey, targetingKey);
    const assignment = this.#assignments.get(key);
    if (assignment === undefined) this.#enrol(key, flagKey, variant);
    else if (assignment.variant !== null && assignment.variant !== variant) this.#cross(flagKey, assignment, assignment.variant);
  }

  /**
   * Counts a conversion for every flag that this user has been exposed to, once.
   * @param {string} metric
   * @param {(flagKey: string) => string | undefined} unitOf
   * @returns {number} for how many flags it counts
   */
  convert(metric, unitOf) {
    let flags = 0;
    for (const [flagKey, { arms }] of this.#experiments) {
      const unit = unitOf(flagKey);
      const assignment = unit === undefined ? undefined : this.#assignments.get(keyOf(flagKey, unit));
      const arm = arms.get(assignment?.variant ?? "");
      if (assignment === undefined || arm === undefined || assignment.metrics.has(metric) || !this.#admits(metric)) continue;
      assignment.metrics.add(metric);
      arm.converted.set(metric, (arm.converted.get(metric) ?? 0) + 1);
      flags++;
    }
    return flags;
  }

  /**
   * @param {string} flagKey
   * @param {string} metric
   */
  counts(flagKey, metric) {
    const counts = /** @type {Record<string, { exposed: number, converted: number }>} */ (Object.create(null));
    const { arms = new Map(), crossovers = 0 } = this.#experiments.get(flagKey) ?? {};
    for (const [variant, { exposed, converted }] of arms) counts[variant] = { exposed, converted: converted.get(metric) ?? 0 };
    return { counts, crossovers, complete: this.#complete };
  }

  /**
   * @param {string} key of the assignment
   * @param {string} flagKey
   * @param {string} variant
   */
  #enrol(key, flagKey, variant) {
    const experiment = this.#experiments.get(flagKey) ?? { arms: new Map(), crossovers: 0 };
    const known = experiment.arms.get(variant);
    if (this.#assignments.size >= this.#limit || (known === undefined && this.#arms >= MOST_ARMS)) {
      this.#complete = false;
      return;
    }
    if (known === undefined) this.#arms++;
    this.#experiments.set(flagKey, experiment);
    experiment.arms.set(variant, { exposed: (known?.exposed ?? 0) + 1, converted: known?.converted ?? new Map() });
    this.#assignments.set(key, { variant, metrics: new Set() });
  }

  /**
   * A user who has seen two variants tells neither from the other.
   * @param {string} flagKey
   * @param {Assignment} assignment
   * @param {string} variant that the user was counted with
   */
  #cross(flagKey, assignment, variant) {
    const experiment = this.#experiments.get(flagKey);
    const arm = experiment?.arms.get(variant);
    if (experiment === undefined || arm === undefined) return;
    arm.exposed--;
    for (const metric of assignment.metrics) arm.converted.set(metric, (arm.converted.get(metric) ?? 0) - 1);
    assignment.variant = null;
    assignment.metrics.clear();
    experiment.crossovers++;
  }

  /** @param {string} metric */
  #admits(metric) {
    if (this.#metrics.has(metric)) return true;
    if (this.#metrics.size >= MOST_METRICS) this.#complete = false;
    else this.#metrics.add(metric);
    return this.#metrics.has(metric);
  }
}
