// What the figures say: ratios to the baseline in the same round, and the goals.
// @ts-check

import { BASELINE, FIELD, OURS } from "./field.mjs";

/** @param {number[]} figures */
export function median(figures) {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The ratio of two contenders, round by round: its median, and the least and the most of it.
 * @param {number[]} figures
 * @param {number[]} to
 */
export function ratio(figures, to) {
  const ratios = figures.map((figure, round) => figure / to[round]);
  return { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

/** Two digits that count. */
export function short(/** @type {number} */ value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3);
}

/**
 * Rows of what is to be reached, with 1 000 flags: what was asked for and what was found.
 * @param {any} results
 */
export function goals({ node, chromium, memory, native }) {
  const figures = node[1_000];
  const most = node[10_000] ?? figures;
  const peers = FIELD.map(({ name }) => name).filter((name) => name !== OURS && name !== BASELINE && name in figures.missed);
  /** @type {{ what: string, goal: string, found: string, reached: boolean }[]} */
  const rows = [];
  const add = (/** @type {string} */ what, /** @type {number} */ found, /** @type {number} */ goal, unit = "") =>
    rows.push({ what, goal: `at most ${goal}${unit}`, found: `${short(found)}${unit}`, reached: found <= goal });
  for (const [name, what, toBaseline, toPeer] of /** @type {[string, string, number, number][]} */ ([
    ["missed", "rules missed, then split, varying users", 0.7, 0.2],
    ["hit", "first rule hit", 1, 0.3],
    ["bound", "bound context, same user again", 0.15, 0.03],
    ["all", "`evaluateAll`, for each flag", 0.5, 0.1],
    ["load", "load 1 000 flags", 1, 1],
  ])) {
    add(`${what}: to the baseline`, ratio(figures[name][OURS], figures[name][BASELINE]).median, toBaseline);
    const [fastest] = peers.toSorted((a, b) => median(figures[name][a]) - median(figures[name][b]));
    const label = FIELD.find((entry) => entry.name === fastest)?.label;
    if (fastest) add(`${what}: to the fastest peer, ${label}`, ratio(figures[name][OURS], figures[name][fastest]).median, toPeer);
  }
  for (const [name, what, goal] of /** @type {[string, string, number][]} */ ([
    ["missed", "rules missed, then split, varying users", 0.7],
    ["hit", "first rule hit", 1],
    ["bound", "bound context, same user again", 0.15],
    ["all", "`evaluateAll`, for each flag", 0.5],
    ["load", "load 1 000 flags", 1],
  ])) add(`${what}: to the baseline, in Chromium`, ratio(chromium[name][OURS], chromium[name][BASELINE]).median, goal);
  add(`load ${most === figures ? "1 000" : "10 000"} flags: to \`JSON.parse\``, ratio(most.load[OURS], most.parse[BASELINE]).median, 3);
  add("loading 1 000 flags, which is one block, in the slowest round", Math.max(...figures.load[OURS]) / 1e6, 16, " ms");
  add("memory in use after load, for each flag", (Math.max(0, memory[OURS].heap) + memory[OURS].live) / 1024, 1, " kB");
  const perSecond = 1e3 / native.missed.nanoseconds;
  const ofWasm = native.missed.nanoseconds / median(figures.missed[OURS]);
  rows.push({
    what: "the crate natively, rules missed, then split, on one core",
    goal: "at least 3 million a second, or 0.2 of the time in wasm",
    found: `${short(perSecond)} million, ${short(ofWasm)}`,
    reached: perSecond >= 3 || ofWasm <= 0.2,
  });
  return rows;
}
