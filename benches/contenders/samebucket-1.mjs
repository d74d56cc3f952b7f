// The workload in the format `samebucket/1`.
// @ts-check

/** @import { Flag } from "../workload.mjs" */

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const entries = flags.map((flag) => {
    const names = flag.percentage === undefined ? Object.keys(flag.split) : ["control", "blue"];
    const variants = Object.fromEntries(names.map((name) => [name, name]));
    const rest =
      flag.percentage === undefined
        ? { rules: flag.rules, default: { split: flag.split } }
        : { default: { rollout: { percentage: flag.percentage }, serve: "blue" } };
    return [flag.key, { variants, off: "control", ...rest }];
  });
  return JSON.stringify({ schema: "samebucket/1", flags: Object.fromEntries(entries) });
}

/** @param {any} user */
export const contextOf = (user) => user;

/** @param {any} evaluation */
export const variantOf = (evaluation) => evaluation.variant;
