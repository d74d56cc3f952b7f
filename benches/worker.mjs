// A process for one contender and one number of flags. Its parent asks for a case at a time, again and again.
// @ts-check

import { calibrated, cases, nanoseconds } from "./measure.mjs";

const [name, size] = process.argv.slice(2);
const prepared = await cases(await import(`./contenders/${name}.mjs`), Number(size));
/** @type {Map<string, number>} */
const times = new Map();

const measured = async (/** @type {{ name: string, batch: number, warmUp: number }} */ asked) => {
  const wanted = prepared[asked.name];
  const known = times.get(asked.name) ?? (await calibrated(wanted, asked));
  times.set(asked.name, known);
  return nanoseconds(wanted, known);
};

process.on("message", (/** @type {any} */ asked) => void measured(asked).then((found) => process.send?.({ found })));
process.send?.({ ready: true });
