// @ts-check

import { FliptClient } from "@flipt-io/flipt-client-js";

/** @import { Condition, Flag } from "../workload.mjs" */

const OPERATORS = { equals: "eq", in: "isoneof", gt: "gt" };

/** @param {Condition} condition */
const constraint = ({ attribute, operator, value }) => ({
  type: operator === "gt" ? "NUMBER_CONSTRAINT_COMPARISON_TYPE" : "STRING_CONSTRAINT_COMPARISON_TYPE",
  property: attribute,
  operator: OPERATORS[operator],
  value: typeof value === "object" ? JSON.stringify(value) : String(value),
});

/**
 * @param {string} id
 * @param {Condition[]} when
 * @param {Record<string, number>} shares
 */
function rule(id, when, shares) {
  const segment = { key: id, matchType: "ALL_SEGMENT_MATCH_TYPE", constraints: when.map(constraint) };
  const distributions = Object.entries(shares).map(([variant, rollout]) => ({
    ruleId: id, rollout, variantKey: variant, variantAttachment: "",
  }));
  return { id, segments: [segment], rank: 0, segmentOperator: "OR_SEGMENT_OPERATOR", distributions };
}

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const entries = flags.map((flag) => {
    const rules =
      flag.percentage === undefined
        ? [...flag.rules.map(({ id, when, serve }) => rule(id, when, { [serve]: 100 })), rule("everybody", [], flag.split)]
        : [rule("everybody", [], { blue: flag.percentage, control: 100 - flag.percentage })];
    const ranked = rules.map((it, index) => ({ ...it, rank: index + 1 }));
    return { key: flag.key, name: flag.key, description: "", enabled: true, type: "VARIANT_FLAG_TYPE", rules: ranked, rollouts: [] };
  });
  return JSON.stringify({ namespace: { key: "default", name: "default" }, flags: entries });
}

/** @param {any} user */
export function contextOf({ targetingKey, ...attributes }) {
  const context = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
  return { entityId: targetingKey, context };
}

/** @param {string} text */
export async function load(text) {
  const client = await FliptClient.init({
    updateInterval: 0,
    fetcher: async () => /** @type {any} */ (new Response(text)),
  });
  return {
    evaluate: (/** @type {string} */ flagKey, /** @type {any} */ context) => client.evaluateVariant({ flagKey, ...context }),
    close: () => client.close(),
  };
}

/** @param {any} response */
export const variantOf = ({ variantKey }) => variantKey;
