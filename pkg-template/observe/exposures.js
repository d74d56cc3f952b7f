// Who was exposed to which variant: once per user, flag and variant, within a bounded memory.
// @ts-check

import { variantOf } from "./variants.js";

/** @typedef {import("../index.js").Evaluation<any>} Evaluation */
/** @typedef {import("../observe.js").Exposure} Exposure */
/**
 * @typedef {{
 *   now: () => number | null,
 *   version: () => string | null,
 *   assigns: (evaluation: Evaluation) => boolean,
 *   unit: (context: any, flagKey: string) => unknown,
 *   window: number,
 *   limit: number,
 * }} Settings
 */

export class Exposures {
  #settings;
  /** When each user, flag and variant was exposed last; those whose turn is longest ago come first. */
  #shown = /** @type {Map<string, number>} */ (new Map());

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  /**
   * The exposure that an evaluation is; none if it assigns nothing, to nobody, or not for the first time. Never throws.
   * @param {Evaluation} evaluation
   * @param {any} context
   * @returns {Exposure | undefined}
   */
  of(evaluation, context) {
    const { assigns, now, version, window, limit } = this.#settings;
    const { flagKey, value, reason, ruleId } = evaluation;
    if (reason === "ERROR") return undefined;
    const variant = variantOf(evaluation);
    if (variant === null || !quietly(() => assigns(evaluation))) return undefined;
    const targetingKey = this.unit(context, flagKey);
    if (targetingKey === undefined) return undefined;
    const key = keyOf(flagKey, variant, targetingKey);
    const at = now() ?? 0;
    const last = this.#shown.get(key);
    if (last !== undefined && at - last < window) return undefined;
    this.#shown.delete(key);
    this.#shown.set(key, at);
    if (this.#shown.size > limit) this.#shown.delete(/** @type {string} */ (this.#shown.keys().next().value));
    return Object.freeze({ flagKey, variant, value, targetingKey, reason, ruleId, at, version: quietly(version) ?? null });
  }

  /**
   * The user, as text; nobody where there is no text that is not empty and no number.
   * @param {any} context
   * @param {string} flagKey
   * @returns {string | undefined}
   */
  unit(context, flagKey) {
    const unit = quietly(() => this.#settings.unit(context, flagKey));
    if (typeof unit === "number" && Number.isFinite(unit)) return String(unit);
    return typeof unit === "string" && unit !== "" ? unit : undefined;
  }
}

/**
 * One text for two or three, and another for any others.
 * @param {string} first
 * @param {string} second
 */
export const keyOf = (first, second, third = "") => `${first.length} ${second.length} ${first}${second}${third}`;

/** The user's id where samebucket looks for it: the first of these that is there and not null. */
export const userOf = (/** @type {any} */ context) => context?.targetingKey ?? context?.user_id ?? context?.userId ?? context?.user?.id;

/**
 * What a function gives; nothing if it throws.
 * @template T
 * @param {() => T} give
 */
function quietly(give) {
  try {
    return give();
  } catch {
    return undefined;
  }
}
