// @ts-check

import { GrowthBookClient } from "@growthbook/growthbook";

import { SPLIT, VARIANTS } from "../workload.mjs";

/** @import { Condition, Flag } from "../workload.mjs" */

/** @param {Condition} condition */
function operand({ operator, value }) {
  if (operator === "equals") return value;
  return operator === "in" ? { $in: value } : { $gt: value };
}

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const features = flags.map((flag) => {
    if (flag.percentage !== undefined) {
      const rules = [{ force: "blue", coverage: flag.percentage / 100, hashAttribute: "targetingKey" }];
      return [flag.key, { defaultValue: "control", rules }];
    }
    const rules = flag.rules.map(({ id, when, serve }) => {
      const condition = Object.fromEntries(when.map((it) => [it.attribute, operand(it)]));
      return { id, condition, force: serve };
    });
    const weights = Object.values(SPLIT).map((weight) => weight / 100);
    const split = { key: flag.key, variations: VARIANTS, weights, coverage: 1, hashAttribute: "targetingKey", hashVersion: 2 };
    return [flag.key, { defaultValue: "control", rules: [...rules, split] }];
  });
  return JSON.stringify({ features: Object.fromEntries(features) });
}

/** @param {any} user */
export const contextOf = (user) => ({ attributes: user });

/** @param {string} text */
export async function load(text) {
  const client = new GrowthBookClient().initSync({ payload: JSON.parse(text) });
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => client.evalFeature(key, context),
    bind: (/** @type {any} */ context) => {
      const scoped = client.createScopedInstance(context);
      return { evaluate: (/** @type {string} */ key) => scoped.evalFeature(key) };
    },
    close: () => client.destroy(),
  };
}

/** @param {any} result */
export const variantOf = ({ value }) => value;
