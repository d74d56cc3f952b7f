// @ts-check

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { init } from "@launchdarkly/node-server-sdk";
import { FileDataSourceFactory } from "@launchdarkly/node-server-sdk/integrations";

import { SPLIT, VARIANTS } from "../workload.mjs";

/** @import { Condition, Flag } from "../workload.mjs" */

const OPERATORS = { equals: "in", in: "in", gt: "greaterThan" };

/** @param {Condition} condition */
const clause = ({ attribute, operator, value }) => ({ contextKind: "user", attribute, op: OPERATORS[operator], values: [value].flat(), negate: false });

/** @param {Flag[]} flags */
export function snapshotOf(flags) {
  const entries = flags.map((flag) => {
    const shares = flag.percentage === undefined ? SPLIT : { control: 100 - flag.percentage, blue: flag.percentage };
    const variations = Object.entries(shares).map(([name, share]) => ({ variation: VARIANTS.indexOf(name), weight: 1000 * share }));
    const rules = flag.percentage === undefined ? flag.rules : [];
    return [
      flag.key,
      {
        key: flag.key,
        version: 1,
        on: true,
        variations: VARIANTS,
        offVariation: 0,
        salt: flag.key,
        targets: [],
        prerequisites: [],
        rules: rules.map(({ id, when, serve }) => ({ id, clauses: when.map(clause), variation: VARIANTS.indexOf(serve), trackEvents: false })),
        fallthrough: { rollout: { contextKind: "user", variations } },
      },
    ];
  });
  return JSON.stringify({ flags: Object.fromEntries(entries), segments: {} });
}

/** @param {any} user */
export function contextOf({ targetingKey, ...attributes }) {
  return { kind: "user", key: targetingKey, ...attributes };
}

/**
 * It reads its flags from a file.
 * @param {string} text
 */
export function stored(text) {
  const folder = mkdtempSync(join(tmpdir(), "samebucket-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "flags.json");
  writeFileSync(file, text);
  return file;
}

/** @param {string} file */
export async function load(file) {
  const quiet = () => {};
  const client = init("sdk-key", {
    updateProcessor: new FileDataSourceFactory({ paths: [file] }).getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: { error: console.error, warn: quiet, info: quiet, debug: quiet },
  });
  await client.waitForInitialization({ timeout: 60 });
  return {
    evaluate: (/** @type {string} */ key, /** @type {any} */ context) => client.variation(key, context, "none"),
    evaluateAll: (/** @type {any} */ context) => client.allFlagsState(context),
    close: () => client.close(),
  };
}

/** @param {any} value */
export const variantOf = (value) => value;
