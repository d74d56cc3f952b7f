// What every contender evaluates, before it is put into the format of each.
// @ts-check

/**
 * One condition of a rule; `any` holds when the attribute is one of the values.
 * @typedef {{ attribute: string, operator: "equals", value: string }
 *   | { attribute: string, operator: "in", value: string[] }
 *   | { attribute: string, operator: "gt", value: number }} Condition
 */
/** A flag. With rules, the first whose conditions hold serves its variant; else the users are split, in percent. Without, a
 * percentage of the users has `blue`, the others `control`.
 * @typedef {{ key: string, rules: { id: string, when: Condition[], serve: string }[], split: Record<string, number>, percentage?: undefined }
 *   | { key: string, percentage: number }} Flag */
/** @typedef {"percentage" | "rules"} Kind */
/** @typedef {Record<string, string | number | boolean> & { targetingKey: string }} User */

export const USERS = 1000;
export const SIZES = [100, 1_000, 10_000];
/** Every contender's split serves these, as strings. */
export const VARIANTS = ["control", "blue", "green"];
export const SPLIT = { control: 50, blue: 30, green: 20 };
export const PERCENTAGE = 50;
const LISTED = 20;

/** Tommy Ettinger's mulberry32, as numbers below `limit`. */
function random(/** @type {number} */ seed) {
  return (/** @type {number} */ limit) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

const country = (/** @type {number} */ number) => `country-${number}`;
const city = (/** @type {number} */ number) => `city-${number}`;
/** So many of the names, those below `always` among them. */
const listOf = (/** @type {(number: number) => string} */ name, /** @type {number} */ always, /** @type {number} */ others) =>
  Array.from({ length: LISTED }, (_, index) => name(index < always ? index : always + ((others + 3 * index) % 40)));

/**
 * @param {number} count
 * @param {Kind} kind
 * @returns {Flag[]}
 */
export function flags(count, kind) {
  const next = random(count);
  return Array.from({ length: count }, (_, index) => {
    const key = `checkout-experiment-${index}`;
    return kind === "percentage" ? { key, percentage: PERCENTAGE } : { key, rules: rules(next), split: SPLIT };
  });
}

/** @param {(limit: number) => number} next */
const rules = (next) => [
  rule("enterprise", "blue", [
    { attribute: "plan", operator: "equals", value: "enterprise" },
    { attribute: "country", operator: "in", value: listOf(country, 10, next(40)) },
  ]),
  rule("regulars", "green", [
    { attribute: "city", operator: "in", value: listOf(city, 10, next(40)) },
    { attribute: "logins", operator: "gt", value: 1_000 + next(1_000) },
  ]),
  rule("buyers", "control", [
    { attribute: "platform", operator: "equals", value: "ios" },
    { attribute: "spend", operator: "gt", value: 500.5 + next(500) },
  ]),
];

/**
 * @param {string} id
 * @param {string} serve
 * @param {Condition[]} when
 */
const rule = (id, serve, when) => ({ id, when, serve });

/**
 * Users who hit the first rule of every flag, or who miss all three: half of those fail at the first condition of a rule,
 * half at the second.
 * @param {"hit" | "missed"} kind
 * @returns {User[]}
 */
export function users(kind) {
  const next = random(kind.length);
  const hit = kind === "hit";
  return Array.from({ length: USERS }, (_, index) => ({
    targetingKey: `user-${100_000 + index * 7}`,
    plan: hit || next(2) ? "enterprise" : "team",
    country: country(hit ? next(10) : 100 + next(40)),
    city: city(next(2) ? next(10) : 100 + next(40)),
    platform: next(2) ? "ios" : "android",
    logins: next(1_000),
    spend: next(50_000) / 100,
    beta: next(2) === 1,
    email: `user-${index}@example.com`,
  }));
}
