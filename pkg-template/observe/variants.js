// What a variant is called, in formats too that have values only.
// @ts-check

/** Values that take more characters have no name. */
const LONGEST = 100;

/**
 * The variant served. Where a format names none it is the value, if that is short: `true`, `12` or `blue`. None in an error.
 * @param {import("../index.js").Evaluation<any>} evaluation
 * @returns {string | null}
 */
export function variantOf({ variant, value, reason }) {
  if (variant !== null || reason === "ERROR") return variant;
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  return typeof value === "string" && value.length <= LONGEST ? value : null;
}
