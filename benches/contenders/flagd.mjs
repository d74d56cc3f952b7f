// @ts-check

import { FlagdCore } from "@openfeature/flagd-core";

import { VARIANTS } from "../workload.mjs";

/** @import { Condition, Flag } from "../workload.mjs" */

const OPERATORS = { equals: "==", in: "in", gt: ">" };

/** @param {Condition} condition */
const test = ({ attribute, operator, value }) => ({ [OPERATORS[operator]]: [{ var: attribute }, value] });

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const variants = Object.fromEntries(VARIANTS.map((variant) => [variant, variant]));
  const entries = flags.map((flag) => {
    const targeting =
      flag.percentage === undefined
        ? { if: [...flag.rules.flatMap(({ when, serve }) => [{ and: when.map(test) }, serve]), { fractional: Object.entries(flag.split) }] }
        : { fractional: [["blue", flag.percentage], ["control", 100 - flag.percentage]] };
    return [flag.key, { state: "ENABLED", variants, defaultVariant: "control", targeting }];
  });
  return JSON.stringify({ flags: Object.fromEntries(entries) });
}

/** @param {any} user */
export const contextOf = (user) => user;

/** @param {string} text */
export async function load(text) {
  const core = new FlagdCore();
  core.setConfigurations(text);
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => core.resolveStringEvaluation(key, "control", context),
    evaluateAll: (/** @type {any} */ context) => core.resolveAll(context),
  };
}

/** @param {any} resolution */
export const variantOf = ({ variant }) => variant;
