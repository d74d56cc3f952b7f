// An oracle for the format `orchestrator`: the backend as it behaves, with JavaScript's own comparisons and patterns.

import { fileURLToPath } from "node:url";

import { answerLines, hash, own } from "./lines.mjs";

const OPERATORS = {
  equals: (attribute, value) => attribute === value,
  not_equals: (attribute, value) => attribute !== value,
  contains: (attribute, value) => String(attribute).includes(String(value)),
  not_contains: (attribute, value) => !String(attribute).includes(String(value)),
  in: (attribute, list) => list.includes(attribute),
  not_in: (attribute, list) => !list.includes(attribute),
  gt: (attribute, value) => Number(attribute) > Number(value),
  lt: (attribute, value) => Number(attribute) < Number(value),
  gte: (attribute, value) => Number(attribute) >= Number(value),
  lte: (attribute, value) => Number(attribute) <= Number(value),
  regex: (attribute, value) => new RegExp(String(value)).test(String(attribute)),
  semver_gt: (attribute, value) => precedence(attribute, value) > 0,
  semver_lt: (attribute, value) => precedence(attribute, value) < 0,
};

export function evaluate(snapshot, environment, { flagKey, context, default: byCaller }) {
  const flags = Array.isArray(snapshot) ? snapshot : snapshot.flags;
  const flag = flags.find(({ key }) => key === flagKey);
  if (flag === undefined) return answer(byCaller, null);
  const { value, backendReason, variant } = decide(flag, environment, context);
  return answer(value === undefined ? byCaller : value, backendReason, variant);
}

function decide(flag, environment, context) {
  const { key, defaultValue, fallthrough, rules = [], variants = [] } = flag;
  if (flag.killSwitch) return answer(defaultValue, "KILL_SWITCH");

  const override = own(flag.environments, environment);
  if (override && !override.enabled) return answer(defaultValue, "ENVIRONMENT_OVERRIDE");
  if (override && override.value !== undefined) return answer(override.value, "ENVIRONMENT_OVERRIDE");
  if (!flag.enabled) return answer(defaultValue, "DISABLED");

  const id = hashedId(context);
  const isIn = (percentage) => percentage === undefined || hash(`${key}:${id}`) % 100 < percentage;

  const rule = rules.find(({ conditions, percentage }) => conditions.every((condition) => isMet(condition, context)) && isIn(percentage));
  if (rule) return answer(rule.value, "TARGETING_MATCH");

  if (variants.length > 0) {
    const bucket = hash(`${key}:${id}:variant`) % 100;
    let cumulative = 0;
    const variant = variants.find(({ weight }) => bucket < (cumulative += weight)) ?? variants[0];
    return answer(variant.value, "VARIANT", variant.key);
  }
  if (fallthrough && isIn(fallthrough.percentage)) return answer(fallthrough.value, "FALLTHROUGH");
  return answer(defaultValue, "DEFAULT");
}

/** The backend takes the first id that is truthy; the other names of the user stand before its own. */
function hashedId(context) {
  const { targetingKey, user_id, userId, user, tenant } = context;
  return targetingKey || user_id || userId || own(user, "id") || own(tenant, "id") || "anonymous";
}

function isMet({ attribute, operator, value }, context) {
  return OPERATORS[operator](attribute.split(".").reduce(own, context), value);
}

/** Above 0 when `a` is the later version, below 0 when the earlier; NaN when one of them is no version. */
function precedence(a, b) {
  const [left, right] = [version(a), version(b)];
  if (left === null || right === null) return NaN;
  for (const [index, number] of left.core.entries()) {
    if (number !== right.core[index]) return number > right.core[index] ? 1 : -1;
  }
  if (left.pre.length === 0 || right.pre.length === 0) return right.pre.length - left.pre.length;
  for (const [index, identifier] of left.pre.entries()) {
    const other = right.pre[index];
    if (other === undefined) return 1;
    if (identifier === other) continue;
    if (typeof identifier !== typeof other) return typeof identifier === "string" ? 1 : -1;
    return identifier > other ? 1 : -1;
  }
  return left.pre.length - right.pre.length;
}

function version(text) {
  const number = "(0|[1-9][0-9]*)";
  const dotted = (identifier) => `(${identifier}(?:\\.${identifier})*)`;
  const build = dotted("[0-9A-Za-z-]+");
  const preRelease = dotted("(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)");
  const syntax = new RegExp(`^${number}\\.${number}\\.${number}(?:-${preRelease})?(?:\\+${build})?$`);
  const parts = typeof text === "string" ? syntax.exec(text) : null;
  if (parts === null) return null;
  const [, major, minor, patch, pre] = parts;
  return {
    core: [major, minor, patch].map(BigInt),
    pre: pre === undefined ? [] : pre.split(".").map((identifier) => (/^[0-9]+$/.test(identifier) ? BigInt(identifier) : identifier)),
  };
}

function answer(value, backendReason, variant = null) {
  return { value, variant, backendReason };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) answerLines(evaluate);
