// @ts-check

import { EppoClient, MemoryOnlyConfigurationStore } from "@eppo/js-client-sdk-common";

import { VARIANTS } from "../workload.mjs";

/** @import { Condition, Flag } from "../workload.mjs" */

const SHARDS = 10_000;

/** @param {Condition} condition */
const condition = ({ attribute, operator, value }) =>
  operator === "gt" ? { attribute, operator: "GT", value } : { attribute, operator: "ONE_OF", value: [value].flat() };

/**
 * @param {string} salt
 * @param {Record<string, number>} shares
 */
function splits(salt, shares) {
  let start = 0;
  return Object.entries(shares).map(([variationKey, share]) => {
    const end = start + (share * SHARDS) / 100;
    const range = { start, end };
    start = end;
    return { variationKey, shards: [{ salt, ranges: [range] }] };
  });
}

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const variations = Object.fromEntries(VARIANTS.map((key) => [key, { key, value: key }]));
  const entries = flags.map((flag) => {
    const rules = flag.percentage === undefined ? flag.rules : [];
    const shares = flag.percentage === undefined ? flag.split : { control: 100 - flag.percentage, blue: flag.percentage };
    const allocations = rules.map(({ id, when, serve }) => ({
      key: id,
      rules: [{ conditions: when.map(condition) }],
      splits: [{ variationKey: serve, shards: [] }],
      doLog: false,
    }));
    const last = { key: "split", splits: splits(`${flag.key}-split`, shares), doLog: false };
    return [flag.key, { key: flag.key, enabled: true, variationType: "STRING", variations, allocations: [...allocations, last], totalShards: SHARDS }];
  });
  return JSON.stringify({ flags: Object.fromEntries(entries) });
}

/** @param {any} user */
export function contextOf({ targetingKey, ...attributes }) {
  return { targetingKey, attributes };
}

/** @param {string} text */
export async function load(text) {
  const store = new MemoryOnlyConfigurationStore();
  await store.setEntries(JSON.parse(text).flags);
  const client = new EppoClient({ flagConfigurationStore: /** @type {any} */ (store) });
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => client.getStringAssignment(key, context.targetingKey, context.attributes, "none"),
  };
}

/** @param {any} value */
export const variantOf = (value) => value;
