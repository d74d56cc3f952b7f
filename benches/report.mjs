// Writes what target/bench/results.json says: the tables into the README and benches/results.md, and the plot. The goals are
// printed as well. `--quick` prints them, and writes nothing.
// @ts-check

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { BASELINE, FIELD, OURS } from "./field.mjs";
import { plot } from "./plot.mjs";
import { goals, median, ratio, short } from "./summary.mjs";

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const results = JSON.parse(readFileSync(here("../target/bench/results.json"), "utf8"));
const { node, chromium, cold, memory, native, machine, versions, effort, absent } = results;

const CASES = {
  percentage: "percentage alone",
  hit: "first rule hit",
  missed: "rules missed, then split",
  sameUser: "the same, one user",
  bound: "bound context, one user",
  all: "all flags, for each",
  load: "load",
};
const entries = FIELD.filter(({ name }) => name in node[1_000].missed);

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
const table = (head, rows) => [head, head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** @typedef {Record<string, Record<string, number[]>>} Figures */

/** Median ratios, and the time of one case.
 * @param {Figures} figures
 * @param {boolean} spread */
function ratios(figures, spread) {
  const shown = Object.keys(CASES).filter((name) => name in figures);
  const rows = entries
    .filter(({ name }) => name in figures.missed)
    .map(({ name, label }) => {
      const cells = shown.map((what) => {
        const { median: middle, least, most } = ratio(figures[what][name], figures[what][BASELINE]);
        if (name === BASELINE) return "1";
        return spread ? `${short(middle)} (${short(least)}–${short(most)})` : short(middle);
      });
      return [name === OURS ? `**${label}**` : label, ...cells, `${median(figures.missed[name]).toFixed(0)} ns`];
    });
  const columns = shown.map((name) => /** @type {any} */ (CASES)[name]);
  return table(["", ...columns, "rules missed, then split"], rows);
}

const reached = goals(results);
const goalsTable = table(["goal", "asked for", "found", ""], reached.map(({ what, goal, found, reached: is }) => [what, goal, found, is ? "reached" : "**missed**"]));

const widths = [Math.max(...reached.map(({ what }) => what.length)), Math.max(...reached.map(({ goal }) => goal.length))];
for (const { what, goal, found, reached: is } of reached) {
  console.log(`    ${is ? "reached" : "missed "}  ${what.padEnd(widths[0])}  ${goal.padEnd(widths[1])}  ${found}`);
}
for (const [name, reason] of Object.entries(absent)) console.log(`    left out: ${name}: ${reason}`);
if (results.quick) process.exit();

const where = `${results.date}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, Chromium ${machine.chromium}`;
const left = Object.entries(absent).map(([name, reason]) => `${FIELD.find((entry) => entry.name === name)?.label} is left out: ${reason}.`);

const readme = `1 000 flags, each with three rules of two conditions (equality, membership in a list of 20, greater than) before a split over three
variants; 1 000 users with 8 attributes. Time as a ratio to that of hand-written JavaScript (closures compiled when the flags are loaded, SHA-256 in JavaScript) in the same round;
below 1 is quicker. One process each, in turns, medians of ${effort.rounds} rounds.

${ratios(node[1_000], false)}

![Time of each evaluator, as a ratio to hand-written JavaScript's](benches/speed.svg)

${where}. [benches/results.md](benches/results.md) has 100 and 10 000 flags, Chromium, cold start, memory and the crate natively, the spread of all, and
what each evaluator does differently. \`make bench\` measures anew.${left.length > 0 ? `\n\n${left.join("\n")}` : ""}`;

const START = "<!-- `make bench` writes what follows -->";
const END = "<!-- as far as here -->";
const path = here("../README.md");
const before = readFileSync(path, "utf8");
const [start, end] = [before.indexOf(START), before.indexOf(END)];
if (start < 0 || end < start) throw new Error(`README.md lacks \`${START}\` or \`${END}\``);
writeFileSync(path, `${before.slice(0, start)}${START}\n${readme}\n${before.slice(end)}`);

const others = entries.map(({ name, label }) => {
  const start = cold[name];
  const { heap, wasm, live, resident } = memory[name];
  const above = median(start.map((/** @type {number} */ figure, /** @type {number} */ round) => figure - cold.node[round]));
  const bytes = [heap + wasm, heap, wasm, live, resident].map((value) => Math.round(value).toString());
  return [label, `${median(start).toFixed(0)} ms`, `${above.toFixed(0)} ms`, ...bytes];
});
const perSecond = (/** @type {string} */ name) => `${short(1e3 / native[name].nanoseconds)} million a second`;
const span = (/** @type {string} */ name) => `${native[name].nanoseconds.toFixed(0)} (${native[name].least.toFixed(0)}–${native[name].most.toFixed(0)})`;

writeFileSync(
  here("results.md"),
  `# How quick it is

What \`make bench\` has found: ${where}. Ratios are to the hand-written JavaScript in the same round, medians with the least and the most;
absolute times hold for this machine only.

## Goals

${goalsTable}

${Object.entries(node)
  .map(([size, figures]) => `## ${Number(size).toLocaleString("en").replace(",", " ")} flags, Node\n\n${ratios(/** @type {Figures} */ (figures), true)}`)
  .join("\n\n")}

## 1 000 flags, Chromium

${ratios(chromium, true)}

## Loading, cold start, memory

${table(
  ["", "load 1 000 flags", "load 10 000 flags", "to `JSON.parse` alone"],
  entries.map(({ name, label }) => {
    const [thousand, more] = [node[1_000], node[10_000]];
    const times = [thousand, more].map(({ load }) => `${(median(load[name]) / 1e6).toFixed(1)} ms`);
    return [label, ...times, short(ratio(more.load[name], more.parse[BASELINE]).median)];
  }),
)}

Cold start: from the start of a Node process to its first answer with 1 000 flags, and what that is above a process that only prints. Memory: what stays for
each flag after 10 000 were loaded, in bytes: on JavaScript's heap, in wasm memory as far as it has grown, which includes the room that loading takes on its way, of that what is in use (measured by
loading 1 000 again and again), and in the process as far as it is resident.

${table(["", "cold start", "above Node's own", "memory", "heap", "wasm", "wasm in use", "resident"], others)}

## The crate natively, one core

${table(
  ["1 000 flags", "ns", ""],
  [
    [CASES.percentage, span("percentage"), perSecond("percentage")],
    [CASES.hit, span("hit"), perSecond("hit")],
    [CASES.missed, span("missed"), perSecond("missed")],
    ["load", span("load"), `${(native.load.nanoseconds / 1e6).toFixed(1)} ms`],
  ],
)}

## What is compared

${entries.map(({ name, label, package: from, note }) => `- **${label}**${from ? ` (\`${from}\` ${versions[name]})` : ""}: ${note}.`).join("\n")}
${left.map((line) => `- ${line}`).join("\n")}`.trimEnd() + "\n",
);

const panels = /** @type {const} */ (["hit", "missed", "bound"]).map((name) => ({ title: CASES[name], figures: node[1_000][name] }));
writeFileSync(here("speed.svg"), plot(panels, entries));
