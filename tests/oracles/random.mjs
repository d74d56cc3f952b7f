// Reproducible randomness: mulberry32, and what is drawn with it.

export function randomness(seed) {
  let state = seed | 0;

  /** From 0 up to, not including, 1. */
  function fraction() {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit) => Math.floor(fraction() * limit);
  const chance = (probability) => fraction() < probability;
  const pick = (list) => list[below(list.length)];
  const upTo = (most, make) => Array.from({ length: below(most + 1) }, make);

  function shuffled(list) {
    const rest = [...list];
    return list.map(() => rest.splice(below(rest.length), 1)[0]);
  }

  return { fraction, below, chance, pick, upTo, shuffled };
}
