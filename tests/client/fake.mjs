// A world for a client in which time passes only when told so: a clock, timers, and a server that is a function.

/** Waits for what goes on beside the timers: WebCrypto works in other threads. */
export async function until(holds, what = "what was waited for") {
  for (let turns = 0; !holds(); turns++) {
    if (turns > 2_000) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Everything that is under way without a timer has had the time to happen. */
export async function quiet() {
  for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
}

export function fakeWorld({ random = () => 0.5, start = Date.UTC(2026, 0, 1) } = {}) {
  let now = start;
  let number = 0;
  const timers = new Map();
  const world = {
    clock: () => now,
    random,
    timers: {
      setTimeout(call, wait) {
        const timer = { number: number++, at: now + wait, wait, call, isUnref: false, unref: () => void (timer.isUnref = true) };
        timers.set(timer.number, timer);
        return timer;
      },
      clearTimeout: (timer) => void timers.delete(timer?.number),
    },
    /** The waits of the timers that are set, in the order in which they will end. */
    waits: () => [...timers.values()].sort((a, b) => a.at - b.at).map(({ wait }) => wait),
    pending: () => [...timers.values()],
    /** Lets time pass. Each timer is called at its time. */
    async pass(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers.values()].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.number - b.number);
        if (next === undefined) break;
        now = Math.max(now, next.at);
        timers.delete(next.number);
        next.call();
        await quiet();
      }
      now = end;
    },
    /** As a clock that somebody sets, or as a runtime that is frozen: no timer is called. */
    set: (time) => void (now = time),
    forgetTimers: () => timers.clear(),
    requests: [],
    /** What answers the next request: `(request) => Response`. */
    answer: () => json({}),
    fetch: (url, init) => {
      const request = { url, at: now, headers: Object.fromEntries(init.headers), signal: init.signal, init };
      world.requests.push(request);
      return new Promise((resolve, reject) => {
        init.signal.addEventListener("abort", () => reject(init.signal.reason));
        Promise.resolve().then(() => world.answer(request)).then(resolve, reject);
      });
    },
  };
  return world;
}

/** A snapshot whose flag `version` serves this value. */
export const snapshot = (value) => JSON.stringify({ schema: "samebucket/1", version: String(value), flags: { version: { variants: { on: value }, off: "on" } } });

export const json = (headers, value = 1, status = 200) => new Response(snapshot(value), { status, headers: { "content-type": "application/json", ...headers } });
