// One process for each contender, asked in turns: A B C A B C …, so that whatever else the machine does meets all alike.
// @ts-check

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** @typedef {{ batch: number, warmUp: number, rounds: number }} Effort */
/** Who can be asked for a figure. @typedef {{ name: string, ask(what: object): Promise<number>, stop(): void }} Asked */

/**
 * A contender with so many flags, in a process of its own. Throws with what the process said when it cannot take part.
 * @param {string} name
 * @param {number} size
 * @returns {Promise<Asked>}
 */
export async function worker(name, size) {
  const child = fork(fileURLToPath(new URL("worker.mjs", import.meta.url)), [name, String(size)], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (said = (said + text).slice(-4000)));
  const ended = once(child, "exit").then(() => {
    throw new Error(`${name} ended: ${/^\w*Error: .*$/m.exec(said)?.[0] ?? said}`);
  });
  ended.catch(() => {});
  const reply = async () => /** @type {any} */ ((await Promise.race([once(child, "message"), ended]))[0]);
  await reply();
  return {
    name,
    async ask(what) {
      child.send(what);
      return (await reply()).found;
    },
    stop: () => void child.kill(),
  };
}

/**
 * The figures of each contender, round by round.
 * @param {Asked[]} contenders
 * @param {string} name of the case
 * @param {Effort} effort
 * @returns {Promise<Record<string, number[]>>}
 */
export async function inTurns(contenders, name, { rounds, batch, warmUp }) {
  const found = Object.fromEntries(contenders.map((contender) => [contender.name, /** @type {number[]} */ ([])]));
  // Warm-up is a round that is not counted.
  for (let round = -1; round < rounds; round++) {
    for (const contender of contenders) {
      const figure = await contender.ask({ name, batch, warmUp });
      if (round >= 0) found[contender.name].push(figure);
    }
  }
  return found;
}
