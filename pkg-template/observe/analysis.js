// What an experiment says: each variant's rate, how the treatments differ from the control, and whether that can be trusted.
// @ts-check

import { chiSquare, holm, newcombe, normalBeyondInverse, rate, wilson, zTest } from "./statistics.js";

/** @typedef {import("../observe.js").AnalysisOptions} AnalysisOptions */
/** @typedef {import("../observe.js").Analysis} Analysis */
/** @typedef {import("./statistics.js").Counts} Counts */

/** The variants that are taken for the control, where nothing else is said: the first of these that is there. */
const CONTROLS = ["control", "off", "false"];

/**
 * @param {Record<string, Counts>} counts by variant
 * @param {AnalysisOptions} [options]
 * @returns {Analysis}
 */
export function analyse(counts, { control, alpha = 0.05, weights, sampleRatioAlpha = 0.001 } = {}) {
  checkProbability("alpha", alpha);
  checkProbability("sampleRatioAlpha", sampleRatioAlpha);
  const arms = armsOf(counts, [control ?? [], Object.keys(weights ?? {})].flat());
  const controlName = control ?? CONTROLS.find((name) => arms.has(name)) ?? [...arms.keys()][0] ?? null;
  const z = normalBeyondInverse(alpha);

  const base = controlName === null ? undefined : arms.get(controlName);
  const variants = [...arms].map(([variant, arm]) => {
    const rated = arm.exposed > 0;
    const compared = rated && arm !== base && base !== undefined && base.exposed > 0;
    return {
      variant,
      ...arm,
      rate: rated ? rate(arm) : null,
      interval: rated ? wilson(arm, z) : null,
      difference: compared ? rate(arm) - rate(base) : null,
      differenceInterval: compared ? newcombe(base, arm, z) : null,
      pValue: compared ? zTest(base, arm) : null,
      adjustedPValue: /** @type {number | null} */ (null),
      significant: false,
    };
  });
  const tested = variants.filter(({ pValue }) => pValue !== null);
  holm(tested.map(({ pValue }) => pValue ?? 1)).forEach((adjusted, index) => {
    tested[index].adjustedPValue = adjusted;
    tested[index].significant = adjusted < alpha;
  });
  const sampleRatio = sampleRatioOf(arms, weights, sampleRatioAlpha);
  return {
    control: controlName,
    alpha,
    sampleSize: variants.reduce((size, { exposed }) => size + exposed, 0),
    variants,
    sampleRatio,
    winner: sampleRatio.mismatch ? null : winnerOf(variants, tested, controlName),
  };
}

/**
 * The best treatment of those that are better than the control; the control where every treatment is worse.
 * @param {Analysis["variants"]} variants
 * @param {Analysis["variants"]} tested
 * @param {string | null} control
 */
function winnerOf(variants, tested, control) {
  const better = tested.filter(({ significant, difference }) => significant && (difference ?? 0) > 0);
  if (better.length > 0) return better.reduce((best, next) => ((next.rate ?? 0) > (best.rate ?? 0) ? next : best)).variant;
  const worse = tested.filter(({ significant }) => significant);
  return worse.length > 0 && worse.length === variants.length - 1 ? control : null;
}

/**
 * @param {Map<string, Counts>} arms
 * @param {Record<string, number> | undefined} weights
 * @param {number} alpha
 */
function sampleRatioOf(arms, weights, alpha) {
  const shares = [...arms.keys()].map((variant) => (weights === undefined ? 1 : weightOf(weights, variant)));
  if (weights !== undefined && !shares.some((share) => share > 0)) throw new RangeError("`weights` must have a sum above 0");
  const { statistic, degreesOfFreedom, pValue } = chiSquare([...arms.values()].map(({ exposed }) => exposed), shares);
  return { statistic, degreesOfFreedom, pValue, mismatch: pValue < alpha };
}

/**
 * @param {Record<string, number>} weights
 * @param {string} variant
 */
function weightOf(weights, variant) {
  const weight = Object.hasOwn(weights, variant) ? weights[variant] : 0;
  if (!Number.isFinite(weight) || weight < 0) throw new RangeError(`the weight of \`${variant}\` must be a number from 0`);
  return weight;
}

/**
 * The counts by variant, in the order of their names; none where a variant that is spoken of has none.
 * @param {Record<string, Counts>} counts
 * @param {string[]} spokenOf
 */
function armsOf(counts, spokenOf) {
  const names = [...new Set([...Object.keys(counts), ...spokenOf])].sort();
  return new Map(names.map((name) => [name, checkedCounts(name, Object.hasOwn(counts, name) ? counts[name] : { exposed: 0, converted: 0 })]));
}

/**
 * @param {string} variant
 * @param {Counts} counts
 */
function checkedCounts(variant, { exposed, converted }) {
  for (const [name, count] of Object.entries({ exposed, converted })) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`\`${name}\` of \`${variant}\` must be a whole number from 0`);
  }
  if (converted > exposed) throw new RangeError(`\`converted\` of \`${variant}\` must be at most \`exposed\``);
  return { exposed, converted };
}

/**
 * @param {string} name
 * @param {number} probability
 */
function checkProbability(name, probability) {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`\`${name}\` must be a number above 0 and below 1`);
}
