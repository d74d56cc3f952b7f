// Who takes part.
// @ts-check

/** `note`: what is to be known of its figures. @typedef {{ name: string, label: string, package?: string, note: string }} Entry */

export const OURS = "samebucket";
export const BASELINE = "baseline";

/** @type {Entry[]} */
export const FIELD = [
  { name: OURS, label: "samebucket", package: "samebucket", note: "SHA-256, in wasm; answers an evaluation with its reason" },
  {
    name: BASELINE,
    label: "hand-written JavaScript",
    note: "SHA-256, in JavaScript; closures compiled at load, `Set` for membership, nothing checked; the same answers as samebucket, compared for every user and flag",
  },
  { name: "flagd", label: "flagd", package: "@openfeature/flagd-core", note: "murmur3; answers an evaluation with its reason" },
  { name: "growthbook", label: "GrowthBook", package: "@growthbook/growthbook", note: "FNV-1a; answers an evaluation with its reason; bound: `createScopedInstance`; all flags: one by one" },
  { name: "configcat", label: "ConfigCat", package: "@configcat/sdk", note: "SHA-1; answers a value, from `snapshot()`; has no booleans in contexts, so `beta` is text; all flags: one by one, quicker than its `getAllValuesAsync`" },
  { name: "launchdarkly", label: "LaunchDarkly", package: "@launchdarkly/node-server-sdk", note: "SHA-1; answers a promise of a value; flags from a file, which loading reads; all flags: `allFlagsState`" },
  { name: "eppo", label: "Eppo", package: "@eppo/js-client-sdk-common", note: "MD5; answers a value; equality is membership in a list of one; all flags: one by one" },
  { name: "unleash", label: "Unleash", package: "unleash-client", note: "murmur3; answers a variant, for percentages alone a boolean; equality is membership in a list of one; flags from its bootstrap; all flags: one by one" },
  { name: "flipt", label: "Flipt", package: "@flipt-io/flipt-client-js", note: "CRC-32, in wasm; answers a variant; contexts hold text only, so numbers and `beta` are text; all flags: one by one, quicker than its `evaluateBatch`" },
];
