// What both oracles share: a line of cases in, a line of answers out, and the hash.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Answers every line of standard input. The lines end at "\n" alone: strings may hold U+2028. */
export function answerLines(evaluate) {
  for (const line of readFileSync(0, "utf8").split("\n")) {
    if (line !== "") console.log(JSON.stringify(answers(evaluate, JSON.parse(line))));
  }
}

export function answers(evaluate, { snapshot, environment, cases }) {
  return cases.map((input) => evaluate(snapshot, environment, input));
}

/** The first 8 hex digits of the MD5 digest, as a number. */
export function hash(text) {
  return parseInt(createHash("md5").update(text, "utf8").digest("hex").slice(0, 8), 16);
}

/**
 * An own property: what stands on a prototype is not data. Half of a surrogate pair reads as U+FFFD, which it becomes
 * wherever text is UTF-8: a documented difference.
 */
export function own(container, key) {
  const value = container !== null && container !== undefined && Object.hasOwn(container, key) ? container[key] : undefined;
  return typeof container === "string" && typeof value === "string" ? value.replace(/\p{Surrogate}/u, "\ufffd") : value;
}
