// Compares every evaluation of the hand-written baseline with the package's before anything is timed, and prints each
// that differs. `node check.mjs <flags> <users>`
// @ts-check

import * as baseline from "./contenders/baseline.mjs";
import * as samebucket from "./contenders/samebucket.mjs";
import { flags, users } from "./workload.mjs";

const [size, most] = process.argv.slice(2).map(Number);
const PARTS = ["flagKey", "value", "variant", "reason", "backendReason", "ruleId"];

/** Both hand out the same objects again and again: what was found equal. */
const equal = new Map();
function same(/** @type {any} */ found, /** @type {any} */ expected) {
  if (found === expected || equal.get(found)?.has(expected)) return true;
  if (found === undefined || PARTS.some((part) => found[part] !== expected[part])) return false;
  equal.set(found, (equal.get(found) ?? new Set()).add(expected));
  return true;
}

/** @type {string[]} */
const mismatches = [];
let compared = 0;
for (const [kind, who] of /** @type {const} */ ([["rules", "missed"], ["rules", "hit"], ["percentage", "missed"]])) {
  const text = samebucket.snapshotOf(flags(size, kind));
  const [ours, theirs] = [await samebucket.load(text), await baseline.load(text)];
  const keys = flags(size, kind).map(({ key }) => key);
  for (const [index, user] of users(who).slice(0, most).entries()) {
    const [expected, found] = [ours.evaluateAll(user), theirs.evaluateAll(user)];
    for (const key of keys) {
      compared += 1;
      const one = index % 10 === 0;
      const others = one ? [found[key], ours.evaluate(key, user), theirs.evaluate(key, user)] : [found[key]];
      for (const other of others) if (!same(other, expected[key])) {
        mismatches.push(`${kind} ${who} ${key} ${user.targetingKey}: ${JSON.stringify(other)}, not ${JSON.stringify(expected[key])}`);
      }
    }
  }
  ours.close();
}
for (const mismatch of mismatches) console.error(mismatch);
console.log(`    ${compared} evaluations of ${size} flags compared, ${mismatches.length} differ`);
if (mismatches.length > 0 || compared === 0) process.exit(1);
