// Measures one contender, in Node and in a browser: what it does is a batch of so many operations, timed as a whole.
// @ts-check

import { SPLIT, VARIANTS, flags, users } from "./workload.mjs";

/** @import { Kind } from "./workload.mjs" */
/**
 * @typedef {{
 *   evaluate(key: string, context: any): any,
 *   evaluateAll?(context: any): any,
 *   bind?(context: any): { evaluate(key: string): any },
 *   close?(): void,
 * }} Loaded
 */
/**
 * What a module of contenders/ exports. `evaluate` may give a promise; without `evaluateAll` and `bind` flags are asked for
 * one by one. `stored` keeps the
 * snapshot where `load` takes it from, if that is not its text.
 * @typedef {{
 *   snapshotOf(flags: import("./workload.mjs").Flag[]): string,
 *   contextOf(user: any): any,
 *   variantOf(answer: any): string,
 *   stored?(snapshot: string): string,
 *   load(snapshot: string, kind: Kind): Promise<Loaded>,
 * }} Contender
 */
/** @typedef {(operations: number) => void | Promise<void>} Batch */
/** A batch, and how many of what is counted one operation is. @typedef {{ batch: Batch, of?: number }} Case */

/** What was answered last, so that nobody can leave the asking out. */
let last;

/**
 * @param {Contender} contender
 * @param {number} size how many flags
 * @returns {Promise<Record<string, Case>>}
 */
export async function cases(contender, size) {
  const { stored = (/** @type {string} */ text) => text } = contender;
  const text = contender.snapshotOf(flags(size, "rules"));
  const rules = stored(text);
  const percentage = await contender.load(stored(contender.snapshotOf(flags(size, "percentage"))), "percentage");
  const loaded = await contender.load(rules, "rules");
  const keys = flags(size, "percentage").map(({ key }) => key);
  const [hit, missed] = /** @type {const} */ (["hit", "missed"]).map((kind) => users(kind).map(contender.contextOf));
  await verify(contender, loaded, keys, hit, { control: 0, blue: 100, green: 0 });
  await verify(contender, loaded, keys, missed, SPLIT);
  await verify(contender, percentage, keys, missed, { control: 50, blue: 50, green: 0 });

  const [one] = missed;
  const bound = loaded.bind?.(one) ?? { evaluate: (/** @type {string} */ key) => loaded.evaluate(key, one) };
  const all = loaded.evaluateAll ?? oneByOne(loaded, keys);
  return {
    percentage: { batch: asking(percentage.evaluate, keys, missed) },
    hit: { batch: asking(loaded.evaluate, keys, hit) },
    missed: { batch: asking(loaded.evaluate, keys, missed) },
    sameUser: { batch: asking(loaded.evaluate, keys, [one]) },
    bound: { batch: asking(bound.evaluate, keys, [undefined]) },
    all: { batch: asking((_, context) => all(context), [""], missed), of: size },
    load: { batch: loading(contender, rules) },
    parse: { batch: async (times) => { for (let done = 0; done < times; done++) last = JSON.parse(text); } },
  };
}

/**
 * Asks for one flag after the other, each time for the next user.
 * @param {(key: string, context: any) => any} evaluate
 * @param {string[]} keys
 * @param {any[]} contexts
 * @returns {Batch}
 */
function asking(evaluate, keys, contexts) {
  let key = 0;
  let user = 0;
  const next = () => {
    if (++key === keys.length) {
      key = 0;
      user++; // other pairs in the next turn
    }
    if (++user >= contexts.length) user = 0;
  };
  if (evaluate(keys[0], contexts[0]) instanceof Promise) {
    return async (times) => {
      for (let done = 0; done < times; done++, next()) last = await evaluate(keys[key], contexts[user]);
    };
  }
  return (times) => {
    for (let done = 0; done < times; done++, next()) last = evaluate(keys[key], contexts[user]);
  };
}

/**
 * @param {Loaded} loaded
 * @param {string[]} keys
 */
function oneByOne({ evaluate }, keys) {
  const collect = (/** @type {any[]} */ answers) => Object.fromEntries(answers.map((answer, index) => [keys[index], answer]));
  return (/** @type {any} */ context) => {
    const answers = keys.map((key) => evaluate(key, context));
    return answers[0] instanceof Promise ? Promise.all(answers).then(collect) : collect(answers);
  };
}

/**
 * @param {Contender} contender
 * @param {string} snapshot
 * @returns {Batch}
 */
function loading(contender, snapshot) {
  return async (times) => {
    for (let done = 0; done < times; done++) {
      const loaded = await contender.load(snapshot, "rules");
      loaded.close?.();
    }
  };
}

/**
 * Throws unless the users get the variants in shares as they are written.
 * @param {Contender} contender
 * @param {Loaded} loaded
 * @param {string[]} keys
 * @param {any[]} contexts
 * @param {Record<string, number>} expected in percent
 */
async function verify(contender, loaded, keys, contexts, expected) {
  const shares = Object.fromEntries(VARIANTS.map((variant) => [variant, 0]));
  for (const [index, context] of contexts.entries()) {
    const key = keys[(37 * index) % keys.length];
    shares[contender.variantOf(await loaded.evaluate(key, context))] += 100 / contexts.length;
  }
  // Five standard deviations of a half of 1 000 users, and exactly where nothing is drawn.
  const right = VARIANTS.every((variant) => Math.abs(shares[variant] - expected[variant]) <= (expected[variant] % 100 === 0 ? 1e-6 : 8));
  if (!right) throw new Error(`it served ${JSON.stringify(shares)} percent, not ${JSON.stringify(expected)}`);
}

/**
 * How many operations take about so long, found by doing them for at least `warmUp`.
 * @param {Case} measured
 * @param {{ batch: number, warmUp: number }} milliseconds
 */
export async function calibrated({ batch }, milliseconds) {
  let times = 1;
  let warm = 0;
  for (;;) {
    const took = await timed(batch, times);
    warm += took;
    if (took < milliseconds.batch / 2) times *= 2;
    else if (warm >= milliseconds.warmUp) return Math.max(1, Math.round((times * milliseconds.batch) / took));
  }
}

/**
 * Nanoseconds for each operation.
 * @param {Case} measured
 * @param {number} times
 */
export const nanoseconds = async ({ batch, of = 1 }, times) => ((await timed(batch, times)) * 1e6) / (times * of);

/**
 * @param {Batch} batch
 * @param {number} times
 */
async function timed(batch, times) {
  const start = performance.now();
  await batch(times);
  return performance.now() - start;
}

/** So that `last` is read somewhere. */
export const lastAnswer = () => last;
