// An oracle for the format `flcm`: the backend as it behaves, with JavaScript's own operators for its comparisons.

import { fileURLToPath } from "node:url";

import { answerLines, hash, own } from "./lines.mjs";

const OPERATORS = {
  equals: (attribute, value) => attribute === value,
  not_equals: (attribute, value) => attribute !== value,
  greater_than: (attribute, value) => attribute > value,
  less_than: (attribute, value) => attribute < value,
  ">=": (attribute, value) => attribute >= value,
  "<=": (attribute, value) => attribute <= value,
  contains: (attribute, value) => holds(attribute, value),
  in: (attribute, value) => holds(value, attribute),
};
const SIGNS = { "==": "equals", "!=": "not_equals", ">": "greater_than", "<": "less_than" };

/** A substring, for which `includes` turns the needle into text, or an element, for which it does not. */
function holds(container, needle) {
  return (typeof container === "string" || Array.isArray(container)) && container.includes(needle);
}

export function evaluate(snapshot, _environment, { flagKey, context, openCircuits = [] }) {
  const user = userId(context);
  const attributes = attributesOf(context);
  return decide(flagKey);

  function decide(key) {
    const flag = own(snapshot.flags, key);
    if (flag === undefined) return answer(false, "Flag not found");
    if (openCircuits.includes(key)) return answer(false, "Circuit breaker open");

    for (const dependency of flag.dependencies ?? []) {
      if (!decide(dependency).value) return answer(false, `Dependency ${dependency} not enabled`);
    }
    if (!(flag.conditions ?? []).every(isMet)) return answer(false, "Conditions not met");

    const forced = forcingCohorts(flag.rollout?.cohorts).find(isIn);
    if (forced !== undefined) return answer(true, `In cohort: ${forced}`);

    const byDefault = flag.default ?? false;
    const percentage = flag.rollout?.percentage;
    if (percentage === undefined) return answer(byDefault, "Default value");
    if (typeof user !== "string") return answer(byDefault, "Error during evaluation");

    const rolledOut = hash(user) % 100 < percentage;
    const enabled = rolledOut || byDefault;
    const variants = flag.variants ?? [];
    const variant = enabled && variants.length > 0 ? chosen(variants).name : null;
    return answer(enabled, rolledOut ? `In ${percentage}% rollout` : "Default value", variant);
  }

  function isMet({ attribute, operator, value, negate = false }) {
    return OPERATORS[SIGNS[operator] ?? operator](own(attributes, attribute), value) !== negate;
  }

  function isIn(name) {
    const cohort = own(snapshot.cohorts, name) ?? [];
    const { members = [], rules = [] } = Array.isArray(cohort) ? { members: cohort } : cohort;
    return members.includes(user) || (rules.length > 0 && rules.every(isMet));
  }

  function chosen(variants) {
    const bucket = hash(`${user}_variant`) % variants.reduce((total, { weight }) => total + weight, 0);
    let cumulative = 0;
    return variants.find(({ weight }) => bucket < (cumulative += weight)) ?? variants[0];
  }
}

/** The first that is neither absent nor null, whatever its type. */
function userId(context) {
  return own(context, "targetingKey") ?? own(context, "user_id") ?? own(context, "userId") ?? own(own(context, "user"), "id");
}

/** `attributes` when it is an object; otherwise all that stands beside the user id of either shape. */
function attributesOf(context) {
  const bag = own(context, "attributes");
  if (typeof bag === "object" && bag !== null && !Array.isArray(bag)) return bag;
  return Object.fromEntries(Object.entries(context).filter(([name]) => name !== "targetingKey" && name !== "user_id"));
}

/** The names marked true, from an object of booleans or a list of maps. */
function forcingCohorts(cohorts = {}) {
  const entries = [cohorts].flat().flatMap(Object.entries);
  return entries.filter(([, forces]) => forces).map(([name]) => name);
}

function answer(value, backendReason, variant = null) {
  return { value, variant, backendReason };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) answerLines(evaluate);
