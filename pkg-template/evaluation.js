// Evaluations as they are answered: what the engine told, completed and frozen, and what stands in for it where something failed.
// @ts-check

import { ContextError, describe } from "./context.js";

/** @typedef {import("./index.js").Evaluation<any>} Evaluation */
/** An evaluation, and whether the caller's default stands before its value. The rest is for whoever counts: what evaluating touches
 * anyway is quick to count with. @typedef {{ evaluation: Evaluation, yields: boolean, run: number, count: number, at: any, owner: any }} Outcome */

/** Nothing can be evaluated yet. */
export class NotReadyError extends Error {}

/**
 * @param {[evaluation: any, yields: boolean]} told
 * @returns {Outcome}
 */
export const outcome = ([evaluation, yields]) => ({ evaluation: completed(evaluation), yields, run: -1, count: 0, at: null, owner: undefined });

/**
 * An evaluation as it was told, which is without `value` where only the caller's default stands.
 * @param {any} told
 */
export const completed = ({ flagKey, value, ...rest }) => deepFreeze({ flagKey, value, ...rest });

/**
 * @param {unknown} flagKey
 * @param {any} value the caller's default
 * @param {unknown} error
 */
export function failure(flagKey, value, error) {
  const code = error instanceof ContextError ? "INVALID_CONTEXT" : error instanceof NotReadyError ? "PROVIDER_NOT_READY" : "GENERAL";
  return failed(keyText(flagKey), value, code, describe(error));
}

/**
 * @param {string} flagKey
 * @param {string} found
 * @param {any} value the caller's default
 */
export function mismatch(flagKey, found, value) {
  const type = typeof value;
  const named = ["boolean", "string", "number", "object"].includes(type) ? type : "neither boolean, string, number nor object";
  return failed(flagKey, value, "TYPE_MISMATCH", `the flag \`${flagKey}\` is of type ${found}, the default value of type ${named}`);
}

/**
 * @param {string} flagKey
 * @param {any} value
 * @param {import("./index.js").ErrorCode} errorCode
 * @param {string} errorMessage
 */
const failed = (flagKey, value, errorCode, errorMessage) =>
  Object.freeze({ flagKey, value, variant: null, reason: "ERROR", backendReason: null, ruleId: null, errorCode, errorMessage });

/** @param {any} value */
export function deepFreeze(value) {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

/** @param {unknown} flagKey */
export function keyText(flagKey) {
  try {
    return String(flagKey);
  } catch {
    return "";
  }
}
