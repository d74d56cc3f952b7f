// This package, observed: every evaluation is counted.
// @ts-check

import { observe } from "samebucket/observe";

import * as uncounted from "./uncounted.mjs";

export const { contextOf, snapshotOf, variantOf } = uncounted;

/**
 * @param {string} text
 * @param {unknown} kind
 */
export const load = (text, kind) => uncounted.load(text, kind, observe);
