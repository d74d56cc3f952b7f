// The statistics of experiments: two proportions, several of them against one, and counts against shares.
// @ts-check

/** Of √π. */
const LOG_ROOT_PI = Math.log(Math.PI) / 2;
const MOST_TERMS = 100_000;

/**
 * The probability that a chi-square variable with so many degrees of freedom is above `x`: the regularised upper incomplete
 * gamma function Q(degrees / 2, x / 2). By its series below the mean and by its continued fraction above, evaluated by the modified
 * method of Lentz: Press et al., Numerical Recipes, third edition, section 6.2.
 * @param {number} x from 0
 * @param {number} degrees a whole number from 1
 */
export function chiSquareAbove(x, degrees) {
  const a = degrees / 2;
  const half = x / 2;
  if (half === 0) return 1;
  if (half === Infinity) return 0;
  const factor = Math.exp(a * Math.log(half) - half - logGammaOfHalf(degrees));
  return half < a + 1 ? 1 - factor * series(a, half) : factor * fraction(a, half);
}

/**
 * The probability that a standard normal variable is as far from 0 as `z`, or further: its square is chi-square.
 * @param {number} z
 */
export const normalBeyond = (z) => chiSquareAbove(z * z, 1);

/**
 * The `z` that a standard normal variable is beyond, on either side, with this probability. By formula 26.2.23 of Abramowitz and
 * Stegun, Handbook of Mathematical Functions, off by less than 0.00045, and two of Halley's steps.
 * @param {number} probability above 0 and below 1
 */
export function normalBeyondInverse(probability) {
  const t = Math.sqrt(-2 * Math.log(probability / 2));
  let z = Math.max(0, t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (let step = 0; step < 2; step++) {
    const density = Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2);
    const error = (normalBeyond(z) - probability) / density;
    z += error / (1 - (z * error) / 2);
  }
  return z;
}

/** Converted of those exposed. @typedef {{ exposed: number, converted: number }} Counts */
/** From, and to. @typedef {[number, number]} Interval */

/**
 * The score interval of a proportion: Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
 * American Statistical Association 22 (1927).
 * @param {Counts} counts exposed from 1
 * @param {number} z
 * @returns {Interval}
 */
export function wilson({ exposed, converted }, z) {
  const middle = converted + (z * z) / 2;
  const half = z * Math.sqrt((converted * ((exposed - converted) / exposed)) + (z * z) / 4);
  const all = exposed + z * z;
  return [converted === 0 ? 0 : (middle - half) / all, converted === exposed ? 1 : (middle + half) / all];
}

/**
 * The interval of the difference of two proportions, of which the first is taken off the second: method 10 of Newcombe, Interval
 * estimation for the difference between independent proportions, Statistics in Medicine 17 (1998).
 * @param {Counts} first
 * @param {Counts} second
 * @param {number} z
 * @returns {Interval}
 */
export function newcombe(first, second, z) {
  const [p, q] = [rate(first), rate(second)];
  const [from, to] = wilson(first, z);
  const [low, high] = wilson(second, z);
  return [q - p - Math.hypot(q - low, to - p), q - p + Math.hypot(high - q, p - from)];
}

/**
 * The two-sided p-value of the z-test for two proportions, with the variance of both pooled; 1 where everybody converted, or nobody.
 * @param {Counts} first
 * @param {Counts} second
 */
export function zTest(first, second) {
  const exposed = first.exposed + second.exposed;
  const converted = first.converted + second.converted;
  const variance = (converted / exposed) * ((exposed - converted) / exposed) * (1 / first.exposed + 1 / second.exposed);
  return variance === 0 ? 1 : normalBeyond((rate(second) - rate(first)) / Math.sqrt(variance));
}

export const rate = (/** @type {Counts} */ { exposed, converted }) => converted / exposed;

/**
 * P-values adjusted for each other: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6
 * (1979).
 * @param {number[]} pValues
 */
export function holm(pValues) {
  const adjusted = [...pValues];
  let least = 0;
  [...pValues.keys()]
    .sort((one, other) => pValues[one] - pValues[other])
    .forEach((index, rank) => (adjusted[index] = least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[index]))));
  return adjusted;
}

/**
 * Pearson's chi-square of counts against the shares that were expected of their sum.
 * @param {number[]} observed
 * @param {number[]} shares
 */
export function chiSquare(observed, shares) {
  const count = observed.reduce(sum, 0);
  const whole = shares.reduce(sum, 0);
  const terms = observed.map((found, index) => {
    const expected = count * (shares[index] / whole);
    return expected === 0 && found === 0 ? 0 : (found - expected) ** 2 / expected;
  });
  const degreesOfFreedom = Math.max(0, shares.filter((share, index) => share > 0 || observed[index] > 0).length - 1);
  const statistic = terms.reduce(sum, 0);
  return { statistic, degreesOfFreedom, pValue: degreesOfFreedom > 0 ? chiSquareAbove(statistic, degreesOfFreedom) : 1 };
}

const sum = (/** @type {number} */ one, /** @type {number} */ other) => one + other;

/**
 * @param {number} a
 * @param {number} x
 */
function series(a, x) {
  let term = 1 / a;
  let total = term;
  for (let n = 1; n < MOST_TERMS && term > total * Number.EPSILON; n++) total += term *= x / (a + n);
  return total;
}

/**
 * @param {number} a
 * @param {number} x
 */
function fraction(a, x) {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < Number.EPSILON) break;
  }
  return value;
}

/** The logarithm of Γ(count / 2). */
function logGammaOfHalf(/** @type {number} */ count) {
  let log = count % 2 === 0 ? 0 : LOG_ROOT_PI;
  for (let twice = count - 2; twice > 0; twice -= 2) log += Math.log(twice / 2);
  return log;
}
