// @ts-check
// Holds the patterns of `orchestrator` to JavaScript's RegExp: random ones, whole and broken, are refused alike and found in the
// same texts, beyond U+FFFF as well. PATTERNS_SEED and PATTERNS_TIMES choose others, and more.

import assert from "node:assert/strict";
import { test } from "node:test";

import { randomness } from "./oracles/random.mjs";
import { Evaluator } from "../pkg/node.js";

const SEED = Number(process.env.PATTERNS_SEED ?? 1);
const BATCHES = 60 * Number(process.env.PATTERNS_TIMES ?? 1);
const BATCH = 500;
const TEXTS = 10;

/** What a pattern is made of. Modifiers of groups are left out, and a name that two groups may have: what JavaScript takes there depends on its year. */
const PIECES = [
  ..."aabbAcé-_ 9#&~^^$$..||((()))[]]{}*+?\\\n", "😀", "\u2028", "\ufeff", "(?:", "(?:", "(?<NAME>", "(?<\\u0061NAME>", "(?=", "(?!", "(?<=", "(?<!", "(?", "(?<",
  "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{0}", "{,2}", "{2,1}", "{ 1 }", "{1", "{1}?", "{1,99999999999}", "[^", "[^]", "[a-c", "[\\d-", "a-\\w]", "[😀-", "[\\ud800-\\udfff]", "--", "&&", "[:alpha:]",
  "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\t", "\\n", "\\v", "\\f", "\\r", "\\0", "\\1", "\\2", "\\8", "\\10", "\\012", "\\377", "\\400", "\\k", "\\k<a>", "\\cJ", "\\c", "\\c1",
  "\\x41", "\\x4", "\\u0041", "\\u00", "\\u{2}", "\\ud83d", "\\ude00", "\\é", "\\-", "\\/", "\\]", "\\a", "\\z", "\\A", "\\p{L}",
];
const CHARACTERS = [..."aabbAJc19_-é \n\r\u2028\u0085\ufeff\u0001\b\\]{}[(&:8<k>,2😀😁\uffff\u0000"];

const { chance, pick, upTo } = randomness(SEED);

function pattern() {
  let names = 0;
  const source = upTo(8, () => pick(PIECES)).join("").replaceAll("NAME", () => `n${(names += 1)}`);
  const open = source.split("(").length - source.split(")").length;
  return chance(0.5) && open > 0 ? source + ")".repeat(open) : source;
}

/** @param {string} source */
function compiled(source) {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

/** How many groups capture. @param {string} source */
const groups = (source) => (new RegExp(`${source}|`).exec("")?.length ?? 1) - 1;

test(`${BATCHES * BATCH} patterns with seed ${SEED}`, () => {
  const counts = { accepted: 0, refused: 0, refusedForTime: 0, found: 0, notFound: 0 };
  /** @type {unknown[]} */
  const mismatches = [];
  const evaluator = new Evaluator();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const sources = Array.from({ length: BATCH }, pattern);
    const flags = sources.map((value, index) => ({
      key: `f${index}`, enabled: true, rules: [{ id: "r", conditions: [{ attribute: "a", operator: "regex", value }], value: true }],
    }));
    const { skipped } = evaluator.loadSnapshot({ flags }, { format: "orchestrator", onInvalidFlag: "skip" });
    const refused = new Map(skipped.map(({ flag, message }) => [flag, message]));
    sources.forEach((source, index) => {
      const regExp = compiled(source);
      const message = refused.get(`f${index}`);
      if (message?.endsWith(" cannot be matched in linear time")) {
        counts.refusedForTime += 1;
        // Without a group there is nothing to refer to.
        if (message.includes("backreference") && regExp && groups(source) === 0) mismatches.push({ source, message });
      } else if (!regExp || message) {
        counts.refused += 1;
        if (regExp || !message) mismatches.push({ source, message });
      } else {
        counts.accepted += 1;
        for (let text = 0; text < TEXTS; text += 1) {
          const a = upTo(7, () => pick(CHARACTERS)).join("");
          const found = evaluator.evaluate(`f${index}`, { a }).value === true;
          counts[found ? "found" : "notFound"] += 1;
          if (found !== regExp.test(a)) mismatches.push({ source, text: a, found });
        }
      }
    });
  }
  evaluator.free();
  assert.deepEqual(mismatches.slice(0, 50), [], `${mismatches.length} of ${JSON.stringify(counts)} differ`);
  for (const [what, count] of Object.entries(counts)) assert.ok(count > BATCHES * 20, `${what}: ${count} of ${JSON.stringify(counts)}`);
  console.log(JSON.stringify(counts));
});
