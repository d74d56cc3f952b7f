// @ts-check

import { once } from "node:events";

import { InMemStorageProvider, Unleash } from "unleash-client";

/** @import { Condition, Flag } from "../workload.mjs" */

const OPERATORS = { equals: "IN", in: "IN", gt: "NUM_GT" };

/** @param {Condition} condition */
const constraint = ({ attribute, operator, value }) => ({
  contextName: attribute,
  operator: OPERATORS[operator],
  ...(operator === "gt" ? { value: String(value) } : { values: [value].flat() }),
});

/**
 * @param {string} groupId
 * @param {Condition[]} when
 * @param {Record<string, number>} shares
 */
const strategy = (groupId, when, shares, rollout = 100) => ({
  name: "flexibleRollout",
  parameters: { rollout: String(rollout), stickiness: "userId", groupId },
  constraints: when.map(constraint),
  variants: Object.entries(shares).map(([name, share]) => ({ name, weight: 10 * share, weightType: "fix", stickiness: "userId" })),
});

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const features = flags.map((flag) => {
    const strategies =
      flag.percentage === undefined
        ? [...flag.rules.map(({ when, serve }) => strategy(flag.key, when, { [serve]: 100 })), strategy(flag.key, [], flag.split)]
        : [strategy(flag.key, [], {}, flag.percentage)];
    return { name: flag.key, enabled: true, strategies };
  });
  return JSON.stringify({ version: 2, features });
}

/** @param {any} user */
export function contextOf({ targetingKey, ...properties }) {
  return { userId: targetingKey, properties };
}

/**
 * @param {string} text
 * @param {"percentage" | "rules"} kind
 */
export async function load(text, kind) {
  const unleash = new Unleash({
    appName: "bench",
    url: "http://127.0.0.1:1/",
    refreshInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: JSON.parse(text).features },
  });
  const ready = once(unleash, "ready");
  await unleash.start();
  await ready;
  const asked = /** @type {const} */ ({ percentage: "isEnabled", rules: "getVariant" })[kind];
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => unleash[asked](key, context),
    close: () => unleash.destroy(),
  };
}

/** @param {any} answer */
export const variantOf = (answer) => (typeof answer === "boolean" ? (answer ? "blue" : "control") : answer.name);
