// What experiments say, against what scipy and statsmodels say: expected.py printed it. Every mismatch is reported.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { analyse } from "../../pkg-template/observe/analysis.js";
import { chiSquareAbove, newcombe, normalBeyond, normalBeyondInverse, wilson } from "../../pkg-template/observe/statistics.js";

const expected = JSON.parse(readFileSync(new URL("expected.json", import.meta.url), "utf8"));

/** Relative to what is expected; differences of rates cancel, so that they are held to what a double has. */
const TOLERANCE = 1e-10;
const CANCELLED = 1e-15;

/** Collects what differs, and fails with all of it. */
function comparison() {
  const mismatches = [];
  return {
    same(what, found, wanted, absolute = 0) {
      const near = typeof found === "number" && Math.abs(found - wanted) <= Math.max(absolute, TOLERANCE * Math.abs(wanted));
      if (!near && found !== wanted) mismatches.push(`${what}: ${found}, expected ${wanted}`);
    },
    done: () => assert.deepEqual(mismatches, []),
  };
}

test("tails of the normal and of the chi-square distribution, down to 1e-300", () => {
  const { same, done } = comparison();
  const { tails } = expected;
  for (const [z, p] of tails.normalBeyond) same(`beyond ${z}`, normalBeyond(z), p);
  for (const [p, z] of tails.normalBeyondInverse) same(`inverse of ${p}`, normalBeyondInverse(p), z);
  for (const [x, degrees, p] of tails.chiSquareAbove) same(`chi-square with ${degrees} above ${x}`, chiSquareAbove(x, degrees), p);
  assert.ok(Math.min(...tails.normalBeyond.map(([, p]) => p)) < 1e-300 && tails.chiSquareAbove.length > 100);
  done();
});

test("Wilson's and Newcombe's intervals, and the z-test", () => {
  const { same, done } = comparison();
  assert.ok(expected.pairs.length > 400);
  for (const { alpha, control, treatment, wilson: rateInterval, newcombe: interval, pValue } of expected.pairs) {
    const of = JSON.stringify({ alpha, control, treatment });
    const result = analyse({ control, treatment }, { alpha });
    const [first, second] = result.variants;
    rateInterval.forEach((bound, index) => same(`wilson ${index} of ${of}`, first.interval[index], bound, CANCELLED));
    interval.forEach((bound, index) => same(`newcombe ${index} of ${of}`, second.differenceInterval[index], bound, CANCELLED));
    // The difference of two rates that are nearly equal has few digits, in both.
    same(`p-value of ${of}`, second.pValue, pValue);
    same(`rate of ${of}`, first.rate, control.converted / control.exposed);
    same(`difference of ${of}`, second.difference, treatment.converted / treatment.exposed - control.converted / control.exposed);
    assert.equal(second.adjustedPValue, second.pValue);
  }
  done();
});

test("Holm's p-values and the sample's ratio", () => {
  const { same, done } = comparison();
  let decided = 0;
  for (const [index, { counts, weights, pValues, adjusted, significant, sampleRatio }] of expected.experiments.entries()) {
    const result = analyse(counts, { weights: weights ?? undefined });
    for (const { variant, pValue, adjustedPValue, significant: found } of result.variants.filter(({ variant }) => variant !== "control")) {
      same(`${index}: p of ${variant}`, pValue, pValues[variant]);
      same(`${index}: adjusted p of ${variant}`, adjustedPValue, adjusted[variant]);
      same(`${index}: significance of ${variant}`, found, significant[variant]);
      decided += found ? 1 : 0;
    }
    for (const name of ["statistic", "degreesOfFreedom", "pValue"]) same(`${index}: ${name}`, result.sampleRatio[name], sampleRatio[name]);
    same(`${index}: mismatch`, result.sampleRatio.mismatch, sampleRatio.pValue < 0.001);
  }
  assert.ok(decided > 20);
  done();
});

const arm = (exposed, converted) => ({ exposed, converted });

test("the winner: only when significant, and never at a mismatch of the sample's ratio", () => {
  const winner = (counts, options) => analyse(counts, options).winner;
  assert.equal(winner({ control: arm(1_000, 100), blue: arm(1_000, 150) }), "blue");
  assert.equal(winner({ control: arm(1_000, 100), blue: arm(1_000, 110) }), null);
  // p is 0.00072 here: not below a smaller alpha.
  assert.equal(winner({ control: arm(1_000, 100), blue: arm(1_000, 150) }, { alpha: 0.0005 }), null);
  assert.equal(winner({ control: arm(1_000, 150), blue: arm(1_000, 100) }), "control");
  assert.equal(winner({ control: arm(1_000, 150), blue: arm(1_000, 100), green: arm(1_000, 149) }), null);
  assert.equal(winner({ control: arm(1_000, 100), blue: arm(1_000, 150), green: arm(1_000, 170) }), "green");
  // Of 20 treatments one is alone significant, and after Holm's correction no more.
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`t${index}`, arm(1_000, index === 7 ? 128 : 100)]));
  assert.equal(winner({ control: arm(1_000, 100), t7: arm(1_000, 128) }), "t7");
  assert.equal(winner({ control: arm(1_000, 100), ...many }), null);
  const skewed = { control: arm(1_000, 100), blue: arm(2_000, 300) };
  assert.deepEqual([analyse(skewed).sampleRatio.mismatch, winner(skewed)], [true, null]);
  assert.deepEqual([analyse(skewed, { weights: { control: 1, blue: 2 } }).sampleRatio.mismatch, winner(skewed, { weights: { control: 1, blue: 2 } })], [false, "blue"]);
});

test("the control: as named, else control, off, false or the first by name", () => {
  const control = (names, options) => analyse(Object.fromEntries(names.map((name) => [name, arm(10, 1)])), options).control;
  assert.equal(control(["blue", "control", "off"]), "control");
  assert.equal(control(["a", "on", "off", "false"]), "off");
  assert.equal(control(["true", "false"]), "false");
  assert.equal(control(["b", "a"]), "a");
  assert.equal(control(["b", "a"], { control: "b" }), "b");
  assert.equal(control([]), null);
  const { variants } = analyse({ blue: arm(10, 1) }, { control: "red" });
  assert.deepEqual(variants.map(({ variant, exposed, rate, difference }) => [variant, exposed, rate, difference]), [["blue", 10, 0.1, null], ["red", 0, null, null]]);
});

test("edges: nobody, one variant, everybody or nobody converted, as many as there can be", () => {
  assert.deepEqual(analyse({}), {
    control: null, alpha: 0.05, sampleSize: 0, variants: [], winner: null, sampleRatio: { statistic: 0, degreesOfFreedom: 0, pValue: 1, mismatch: false },
  });
  const nobody = analyse({ control: arm(0, 0), blue: arm(0, 0) });
  const nothing = { rate: null, interval: null, difference: null, differenceInterval: null, pValue: null, adjustedPValue: null, significant: false };
  assert.deepEqual(nobody.variants, [{ variant: "blue", ...arm(0, 0), ...nothing }, { variant: "control", ...arm(0, 0), ...nothing }]);
  assert.deepEqual(nobody.sampleRatio, { statistic: 0, degreesOfFreedom: 1, pValue: 1, mismatch: false });
  const one = analyse({ blue: arm(100, 10) });
  assert.deepEqual([one.control, one.winner, one.variants[0].difference, one.sampleRatio.pValue], ["blue", null, null, 1]);
  for (const [converted, bound] of [[0, 0], [100, 1]]) {
    const { variants } = analyse({ control: arm(100, converted), blue: arm(100, converted) });
    assert.deepEqual(variants.map(({ pValue }) => pValue), [1, null]);
    for (const { interval } of variants) assert.equal(interval[converted === 0 ? 0 : 1], bound);
  }
  const parted = analyse({ control: arm(50, 0), blue: arm(50, 50) });
  assert.equal(parted.winner, "blue");
  const most = Number.MAX_SAFE_INTEGER;
  const huge = analyse({ control: arm(most, most / 2 - 0.5), blue: arm(most, most / 2 + 5e8 - 0.5) });
  assert.ok(huge.variants.every(({ interval }) => interval[0] < 0.5 + 1e-6 && interval[1] > 0.5 - 1e-6 && interval[1] - interval[0] < 1e-7));
  // A variant that nobody should have.
  assert.deepEqual(analyse({ control: arm(10, 1), blue: arm(1, 0) }, { weights: { control: 1 } }).sampleRatio.mismatch, true);
  assert.deepEqual(analyse({ control: arm(10, 1) }, { weights: { control: 1, blue: 0 } }).sampleRatio, { statistic: 0, degreesOfFreedom: 0, pValue: 1, mismatch: false });
  // Whole names: none of these is a member of every object.
  assert.deepEqual(analyse(JSON.parse('{ "__proto__": { "exposed": 3, "converted": 1 } }'), { weights: JSON.parse('{ "__proto__": 1 }') }).variants[0].exposed, 3);
  assert.equal(analyse({ constructor: arm(5, 1) }, { control: "toString" }).sampleSize, 5);
});

test("what is out of range is refused, in words", () => {
  const message = (call) => {
    try {
      call();
      return "no error";
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  };
  const two = { control: arm(10, 1), blue: arm(10, 2) };
  assert.deepEqual(
    [
      () => analyse({ a: arm(1.5, 0) }), () => analyse({ a: arm(-1, 0) }), () => analyse({ a: arm(3, NaN) }), () => analyse({ a: arm(3, 4) }), () => analyse(two, { alpha: 0 }),
      () => analyse(two, { alpha: 1 }), () => analyse(two, { sampleRatioAlpha: NaN }), () => analyse(two, { weights: { control: -1 } }), () => analyse(two, { weights: {} }),
    ].map(message),
    [
      "RangeError: `exposed` of `a` must be a whole number from 0", "RangeError: `exposed` of `a` must be a whole number from 0", "RangeError: `converted` of `a` must be a whole number from 0",
      "RangeError: `converted` of `a` must be at most `exposed`", "RangeError: `alpha` must be a number above 0 and below 1", "RangeError: `alpha` must be a number above 0 and below 1",
      "RangeError: `sampleRatioAlpha` must be a number above 0 and below 1", "RangeError: the weight of `control` must be a number from 0", "RangeError: `weights` must have a sum above 0",
    ],
  );
});

test("an interval of any level holds the rate", () => {
  for (const alpha of [0.9, 0.5, 1e-3, 1e-300]) {
    const z = normalBeyondInverse(alpha);
    const [low, high] = wilson(arm(1_000, 300), z);
    assert.ok(low < 0.3 && high > 0.3 && low > 0 && high < 1, String(alpha));
    const [from, to] = newcombe(arm(1_000, 300), arm(500, 200), z);
    assert.ok(from < 0.1 && to > 0.1, String(alpha));
  }
});
