// What counting costs: `node benches/observed.mjs [flags] [apart]` asks an evaluator and what observes it in turns, in one process and
// then in others, and prints what an evaluation takes that is counted, and one that is not; and how long counting takes by itself.
// `apart` asks the two in processes of their own. Wants `pkg/` built, and `benches/node_modules/samebucket` to lead there, as
// `make bench` leaves it.
// @ts-check

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { Evaluator, init } from "samebucket";
import { observe } from "samebucket/observe";

import { COUNTING, Metrics } from "../pkg/observe/metrics.js";
import { snapshotOf } from "./contenders/samebucket-1.mjs";
import { calibrated, nanoseconds } from "./measure.mjs";
import { median } from "./summary.mjs";
import { flags, users } from "./workload.mjs";

/** @typedef {import("./measure.mjs").Case} Case */
/** @typedef {"plain" | "counted"} Who */
/** Nanoseconds, by case. @typedef {Record<string, Record<Who, number>>} Found */

const CASES = {
  missed: "missed, then split",
  hit: "first rule hit",
  all: "evaluateAll, per flag",
  bound: "bound context",
  twenty: "missed, 20 in a run",
  one: "missed, 1 in a run",
};
/** How many evaluations each synchronous run of code makes; elsewhere as many as are measured at once. @type {Record<string, number>} */
const RUNS = { twenty: 20, one: 1 };
const EFFORT = { batch: 20, warmUp: 200 };
const ROUNDS = 24;
/** How a process is compiled, and where its data come to lie, is luck to some extent. Who comes first changes, too. */
const PROCESSES = 16;

const size = Number(process.argv[2] ?? 1_000);
if (process.send === undefined) await compare();
else process.send(await measured(/** @type {Who[]} */ (process.argv.slice(3))));

async function compare() {
  /** @type {Found[]} */
  const all = [];
  for (let number = 0; number < PROCESSES; number++) {
    const order = number % 2 === 0 ? ["plain", "counted"] : ["counted", "plain"];
    all.push(process.argv[3] === "apart" ? merged([await asked(order.slice(0, 1)), await asked(order.slice(1))]) : await asked(order));
  }
  const row = (/** @type {string[]} */ [title, ...cells]) => console.log(title.padEnd(24) + cells.map((cell) => cell.padStart(11)).join(""));
  row([`${size} flags`, "plain", "counted", "more", "ratio", "   quartiles of the ratio"]);
  for (const [name, title] of Object.entries(CASES)) {
    const found = all.map((figures) => figures[name]);
    const nanoseconds = [found.map(({ plain }) => plain), found.map(({ counted }) => counted), found.map(({ plain, counted }) => counted - plain)];
    const ratios = found.map(({ plain, counted }) => counted / plain).toSorted((a, b) => a - b);
    const quartiles = [ratios[PROCESSES >> 2], ratios[PROCESSES - 1 - (PROCESSES >> 2)]].map((value) => value.toFixed(3)).join(" to ");
    row([title, ...nanoseconds.map((figures) => `${median(figures).toFixed(1)} ns`), median(ratios).toFixed(3), `   ${quartiles}`]);
  }
  const { again, first, run, clock } = await countingAlone();
  console.log(`by itself, in any order: ${again} ns, ${first} ns where it is the first time in a run of code; ${run} ns for such a run, ${clock} of them for the clock`);
}

/**
 * What a process of its own finds.
 * @param {string[]} order
 * @returns {Promise<Found>}
 */
async function asked(order) {
  const child = fork(fileURLToPath(import.meta.url), [String(size), ...order], { execArgv: ["--expose-gc"] });
  const ended = once(child, "exit").then(() => Promise.reject(new Error("it ended without a figure")));
  const [found] = await Promise.race([once(child, "message"), ended]);
  ended.catch(() => {}); // it may
  child.disconnect();
  return found;
}

function merged(/** @type {Found[]} */ [one, other]) {
  return Object.fromEntries(Object.keys(CASES).map((name) => [name, { ...one[name], ...other[name] }]));
}

/** An evaluator with the workload's flags. */
async function loaded() {
  await init();
  const evaluator = new Evaluator();
  evaluator.loadSnapshot(snapshotOf(flags(size, "rules")));
  return evaluator;
}

/**
 * Throws unless all was counted that was asked of whoever counts.
 * @param {Who[]} order
 * @returns {Promise<Found>}
 */
async function measured(order) {
  const evaluator = await loaded();
  const observed = observe(evaluator);
  const asked = { plain: evaluator, counted: observed };
  let evaluations = 0;
  /** @type {Found} */
  const found = {};
  for (const name of Object.keys(CASES)) {
    const both = /** @type {{ who: Who, what: Case, times: number, figures: number[] }[]} */ ([]);
    for (const who of order) {
      const what = await caseOf(name, who, asked[who]);
      const { batch, of = 1 } = what;
      if (who === "counted") what.batch = (times) => ((evaluations += times * of), batch(times));
      both.push({ who, what, times: await calibrated(what, EFFORT), figures: [] });
    }
    const times = Math.max(...both.map(({ times }) => times));
    // What is kept lies where it would after a while.
    globalThis.gc?.();
    globalThis.gc?.();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { what, figures } of both) figures.push(await nanoseconds(what, times));
    }
    found[name] = /** @type {Record<Who, number>} */ (Object.fromEntries(both.map(({ who, figures }) => [who, median(figures)])));
  }
  const counted = observed.metrics().evaluations;
  if (counted !== evaluations) throw new Error(`${counted} of ${evaluations} evaluations were counted`);
  return found;
}

/**
 * @param {string} name
 * @param {string} who
 * @param {Pick<Evaluator, "evaluate" | "evaluateAll" | "bind">} asked
 * @returns {Promise<Case>}
 */
async function caseOf(name, who, { evaluate, evaluateAll, bind }) {
  const { asking } = /** @type {typeof import("./asking.mjs")} */ (await import(`./asking.mjs?${who}-${name}`));
  const keys = flags(size, "rules").map(({ key }) => key);
  const contexts = users(name === "hit" ? "hit" : "missed");
  if (name === "all") return { batch: asking((_, context) => /** @type {any} */ (evaluateAll(context)), [""], contexts), of: size };
  if (name in RUNS) return { batch: inRuns(asking(evaluate, keys, contexts), RUNS[name]), of: RUNS[name] };
  return { batch: name === "bound" ? asking(bind(contexts[0]).evaluate, keys, [undefined]) : asking(evaluate, keys, contexts) };
}

/**
 * So many runs of code, each of which asks so often.
 * @param {import("./measure.mjs").Batch} ask
 * @param {number} often
 * @returns {import("./measure.mjs").Batch}
 */
function inRuns(ask, often) {
  return async (times) => {
    for (let time = 0; time < times; time++) {
      ask(often);
      await null;
    }
  };
}

/** How long counting takes, without evaluating: what was counted in this synchronous run of code before, what was not, and the run. */
async function countingAlone() {
  const evaluator = await loaded();
  const keys = flags(size, "rules").map(({ key }) => key);
  for (const context of users("missed").slice(0, 60)) for (const key of keys) evaluator.evaluate(key, context);
  const counting = /** @type {any} */ (evaluator)[COUNTING];
  const outcomes = /** @type {{ evaluation: any }[]} */ (counting.outcomes.filter(Boolean));
  const shuffled = outcomes.map((_, place) => outcomes[(place * 7_919) % outcomes.length]);
  const metrics = new Metrics(Date.now, counting);
  const count = (/** @type {{ evaluation: any }} */ outcome) => {
    counting.last = outcome;
    metrics.count(outcome.evaluation);
  };
  const took = async (/** @type {number} */ times, /** @type {() => void | Promise<void>} */ what) => {
    /** @type {number[]} */
    const found = [];
    for (let round = 0; round < 9; round++) found.push(await nanoseconds({ batch: what, of: times }, 1));
    return median(found);
  };
  const passes = Math.ceil(500_000 / shuffled.length);
  const all = passes * shuffled.length;
  const turns = await took(100_000, () => inRuns(() => {}, 1)(100_000));
  const runs = await took(100_000, () => inRuns(() => count(shuffled[0]), 1)(100_000));
  const again = await took(all, () => {
    for (let pass = 0; pass < passes; pass++) shuffled.forEach(count);
  });
  const first = await took(all, () => inRuns(() => shuffled.forEach(count), 1)(passes));
  let now = 0; // so that nobody can leave the clock out
  const clock = await took(100_000, () => {
    for (let time = 0; time < 100_000; time++) now += Date.now();
  });
  if (now === 0) throw new Error("the clock stands still");
  return { again: again.toFixed(1), first: first.toFixed(1), run: (runs - turns).toFixed(0), clock: clock.toFixed(0) };
}
