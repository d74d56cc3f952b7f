// A process for one contender and one number of flags. Its parent asks for one case at a time.
// @ts-check

import { calibrated, cases, nanoseconds } from "./measure.mjs";

const [name, size] = process.argv.slice(2);
const contender = await import(`./contenders/${name}.mjs`);
const prepared = await cases(contender, Number(size));
/** @type {Map<string, number>} */
const times = new Map();

const answer = async (/** @type {{ name: string, milliseconds: number }} */ asked) => {
  const measured = prepared[asked.name];
  if (!times.has(asked.name)) {
    times.set(asked.name, await calibrated(measured, asked.milliseconds));
    await nanoseconds(measured, times.get(asked.name) ?? 1);
  }
  return nanoseconds(measured, times.get(asked.name) ?? 1);
};

process.on("message", (/** @type {any} */ asked) => void answer(asked).then((found) => process.send?.({ found })));
process.send?.({ ready: Object.keys(prepared) });
