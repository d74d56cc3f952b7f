// What one would write by hand in JavaScript for the same snapshots: the rules compiled into closures when they are loaded,
// and SHA-256 in JavaScript. It knows as much of `samebucket/1` as the workload has, and checks nothing.
// @ts-check

import { Affix, sha256Modulo } from "./sha256.mjs";

export { contextOf, snapshotOf, variantOf } from "./samebucket-1.mjs";

const NOBODY = Object.freeze({});
const MODULUS = 100_000;
const NOTHING = new Affix("");
const OF_SPLIT = new Affix(":split");

/** @typedef {(context: any) => any} Decide */

class Flags {
  /** @type {Map<string, Decide>} */
  #flags = new Map();

  /** @param {string} text */
  constructor(text) {
    const { flags } = JSON.parse(text);
    for (const key of Object.keys(flags)) this.#flags.set(key, flag(key, flags[key]));
  }

  /**
   * @param {string} key
   * @param {any} [context]
   */
  evaluate(key, context = NOBODY) {
    const decide = this.#flags.get(key);
    return decide === undefined ? missing(key) : decide(context);
  }

  /** @param {any} [context] */
  evaluateAll(context = NOBODY) {
    /** @type {Record<string, any>} */
    const all = {};
    for (const [key, decide] of this.#flags) all[key] = decide(context);
    return all;
  }
}

/** @param {string} flagKey */
const missing = (flagKey) =>
  Object.freeze({ flagKey, value: undefined, variant: null, reason: "ERROR", backendReason: null, ruleId: null, errorCode: "FLAG_NOT_FOUND" });

/**
 * @param {string} key
 * @param {any} flag
 * @returns {Decide}
 */
function flag(key, { variants, off = "off", rules = [], default: otherwise }) {
  const outcome = (/** @type {string} */ variant, /** @type {any} */ rest) =>
    Object.freeze({ flagKey: key, value: variants[variant], variant, ruleId: null, ...rest });
  const last = serving(key, otherwise, off, outcome, outcome(off, { reason: "DEFAULT", backendReason: "off" }));
  /** @type {Holds[]} */
  const conditions = rules.map((/** @type {any} */ { when }) => every(when.map(condition)));
  const outcomes = rules.map((/** @type {any} */ { id, serve }) => outcome(serve, { reason: "TARGETING_MATCH", backendReason: "rule", ruleId: id }));
  if (conditions.length === 0) return last;
  return (context) => {
    for (let index = 0; index < conditions.length; index++) if (conditions[index](context)) return outcomes[index];
    return last(context);
  };
}

/**
 * What a flag's default serves: to a percentage, or by a split.
 * @param {string} key
 * @param {any} serve
 * @param {string} off
 * @param {(variant: string, rest: any) => any} outcome
 * @param {any} out what those get whom the percentage leaves out
 * @returns {Decide}
 */
function serving(key, { rollout, serve, split }, off, outcome, out) {
  const salt = new Affix(`${key}:`);
  const drawn = (/** @type {string} */ variant) => outcome(variant, { reason: "SPLIT", backendReason: "default" });
  if (rollout) {
    const threshold = Math.round(rollout.percentage * 1000);
    const on = drawn(serve);
    return ({ targetingKey }) => (hasUnit(targetingKey) && sha256Modulo(salt, `${targetingKey}`, NOTHING, MODULUS) < threshold ? on : out);
  }
  const weights = /** @type {number[]} */ (Object.values(split));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const bounds = weights.map((weight) => (sum += weight));
  const shares = Object.keys(split).map(drawn);
  const nobody = drawn(off);
  return ({ targetingKey }) => {
    if (!hasUnit(targetingKey)) return nobody;
    const point = (sha256Modulo(salt, `${targetingKey}`, OF_SPLIT, MODULUS) / MODULUS) * total;
    for (let index = 0; index < bounds.length; index++) if (point < bounds[index]) return shares[index];
    return shares[shares.length - 1];
  };
}

/** @param {unknown} key */
const hasUnit = (key) => (typeof key === "string" && key !== "") || typeof key === "number";

/** @typedef {(context: any) => boolean} Holds */

/**
 * @param {any} condition
 * @returns {Holds}
 */
function condition({ attribute, operator, value }) {
  switch (operator) {
    case "equals":
      return (context) => context[attribute] === value;
    case "in": {
      const values = new Set(value);
      return (context) => values.has(context[attribute]);
    }
    case "gt":
      return (context) => {
        const found = context[attribute];
        return typeof found === "number" && found > value;
      };
    default:
      throw new Error(`the baseline has no operator \`${operator}\``);
  }
}

/**
 * @param {Holds[]} all
 * @returns {Holds}
 */
function every(all) {
  const [first, second] = all;
  switch (all.length) {
    case 0:
      return () => true;
    case 1:
      return first;
    case 2:
      return (context) => first(context) && second(context);
    default:
      return (context) => all.every((holds) => holds(context));
  }
}

/** @param {string} text */
export async function load(text) {
  const flags = new Flags(text);
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => flags.evaluate(key, context),
    evaluateAll: (/** @type {any} */ context) => flags.evaluateAll(context),
  };
}
