// The plot of the README: for each contender a dot at its median ratio to the baseline and a line from the least to the
// most, on a logarithmic axis. Its colours stand on white and on black.
// @ts-check

import { BASELINE, OURS } from "./field.mjs";
import { ratio, short } from "./summary.mjs";

const GREY = "#747c86";
const BLUE = "#3b82f6";
const LINE = "#84909c55";
const ROW = 24;
const LABELS = 178;
const PANEL = 220;
const GAP = 44;
const TOP = 48;

const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ said, /** @type {string} */ more = "") =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${said.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</text>`;

/**
 * @param {{ title: string, figures: Record<string, number[]> }[]} panels
 * @param {{ name: string, label: string }[]} entries from top to bottom
 */
export function plot(panels, entries) {
  const height = TOP + ROW * entries.length + 56;
  const width = LABELS + panels.length * (PANEL + GAP);
  const parts = entries.map(({ name, label }, row) =>
    text(LABELS - 14, TOP + ROW * (row + 0.5) + 4, label, `text-anchor="end"${name === OURS ? ` fill="${BLUE}" font-weight="bold"` : ""}`),
  );
  for (const [index, { title, figures }] of panels.entries()) {
    const left = LABELS + index * (PANEL + GAP);
    const found = new Map(entries.filter(({ name }) => name in figures).map(({ name }) => [name, ratio(figures[name], figures[BASELINE])]));
    const logs = [...found.values()].flatMap(({ least, most }) => [Math.log10(least), Math.log10(most)]);
    const [from, to] = [Math.floor(Math.min(...logs, 0)), Math.ceil(Math.max(...logs, 0.5))];
    const x = (/** @type {number} */ value) => left + (PANEL * (Math.log10(value) - from)) / (to - from);
    parts.push(text(left + PANEL / 2, 20, title, 'text-anchor="middle" font-weight="bold"'));
    for (let power = from; power <= to; power++) {
      const at = x(10 ** power).toFixed(1);
      const stroke = power === 0 ? GREY : LINE;
      parts.push(`<line x1="${at}" x2="${at}" y1="${TOP - 10}" y2="${height - 48}" stroke="${stroke}"/>`);
      parts.push(text(x(10 ** power), height - 30, String(10 ** power), 'text-anchor="middle"'));
    }
    for (const [row, { name }] of entries.entries()) {
      const of = found.get(name);
      if (of === undefined) continue;
      const y = TOP + ROW * (row + 0.5);
      const colour = name === OURS ? BLUE : GREY;
      const [start, end] = [x(of.least).toFixed(1), x(of.most).toFixed(1)];
      parts.push(`<line x1="${start}" x2="${end}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>`);
      parts.push(`<circle cx="${x(of.median).toFixed(1)}" cy="${y}" r="4.5" fill="${colour}"><title>${short(of.median)}</title></circle>`);
      const beyond = x(of.most) > left + PANEL - 40;
      parts.push(text(beyond ? x(of.least) - 9 : x(of.most) + 9, y + 4, short(of.median), `text-anchor="${beyond ? "end" : "start"}"`));
    }
  }
  parts.push(text(LABELS, height - 8, "time as a ratio to hand-written JavaScript's, on a logarithmic scale: median, least and most"));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${GREY}">
<title>Time of each evaluator, as a ratio to the hand-written JavaScript's</title>
${parts.join("\n")}
</svg>
`;
}
