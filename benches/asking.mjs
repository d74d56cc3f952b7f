// Asks for one flag after the other, and reads each answer. Whoever compares two imports this twice, under two names, so that
// each is compiled for what it asks alone.
// @ts-check

/**
 * @param {(key: string, context: any) => { value: unknown }} evaluate
 * @param {string[]} keys
 * @param {any[]} contexts
 * @returns {import("./measure.mjs").Batch}
 */
export function asking(evaluate, keys, contexts) {
  let key = 0;
  let context = 0;
  return (times) => {
    for (let done = 0; done < times; done++) {
      read = evaluate(keys[key], contexts[context]).value;
      if (++key === keys.length) {
        key = 0;
        context++; // other pairs in the next turn
      }
      if (++context >= contexts.length) context = 0;
    }
  };
}

/** What was read last, so that nobody can leave the reading out. */
export let read = /** @type {unknown} */ (undefined);
