// @ts-check

import { PollingMode, createConsoleLogger, getClient } from "@configcat/sdk";

/** @import { Condition, Flag } from "../workload.mjs" */

// Of the format's comparators.
const TEXT_IS_ONE_OF = 0;
const TEXT_EQUALS = 28;
const NUMBER_GREATER = 14;
const STRING = 1;

/** @param {Condition} condition */
function condition({ attribute, operator, value }) {
  if (operator === "equals") return { u: { a: attribute, c: TEXT_EQUALS, s: value } };
  return { u: operator === "in" ? { a: attribute, c: TEXT_IS_ONE_OF, l: value } : { a: attribute, c: NUMBER_GREATER, d: value } };
}

const served = (/** @type {string} */ variant) => ({ v: { s: variant }, i: variant });

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const entries = flags.map((flag) => {
    const shares = flag.percentage === undefined ? flag.split : { control: 100 - flag.percentage, blue: flag.percentage };
    const rules = flag.percentage === undefined ? flag.rules : [];
    return [
      flag.key,
      {
        t: STRING,
        r: rules.map(({ when, serve }) => ({ c: when.map(condition), s: served(serve) })),
        p: Object.entries(shares).map(([variant, share]) => ({ p: share, ...served(variant) })),
        ...served("control"),
      },
    ];
  });
  return JSON.stringify({ p: { u: "https://cdn-global.configcat.com", r: 0, s: "c2FsdA==" }, f: Object.fromEntries(entries) });
}

/** @param {any} user */
export function contextOf({ targetingKey, email, beta, ...custom }) {
  return { identifier: targetingKey, email, custom: { beta: String(beta), ...custom } };
}

let clients = 0;

/** @param {string} text */
export async function load(text) {
  clients += 1;
  const client = getClient(`${String(clients).padStart(22, "0")}/${"0".repeat(22)}`, PollingMode.ManualPoll, {
    offline: true,
    cache: { get: () => `${Date.now()}\netag\n${text}`, set: () => {} },
    logger: createConsoleLogger(-1),
  });
  await client.waitForReady();
  const snapshot = client.snapshot();
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => snapshot.getValue(key, "none", context),
    close: () => client.dispose(),
  };
}

/** @param {any} value */
export const variantOf = (value) => value;
