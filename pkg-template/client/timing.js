// Time: how long something may take, how long to wait, and how often to try again.
// @ts-check

import { ClientError, isPassing } from "./errors.js";

/** @typedef {import("../client.js").Timers} Timers */
/** What goes on at the moment, so that it can be stopped and is known to be dead when its time is over: `deadline` in milliseconds since 1970.
 * @typedef {{ deadline: number, stop?: ((error: ClientError) => void) | undefined }} Step */

/** Called as they are: as methods of an object browsers refuse them. @type {Timers} */
export const globalTimers = {
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(/** @type {any} */ (timer)),
};

/** Lets a process of Node end while this timer waits. @param {unknown} timer */
export const inBackground = (timer) => void (/** @type {any} */ (timer)?.unref?.());

/**
 * Clears a timer that is in the background. Node keeps what it has for the length of one until its time has come, unless it is not in the background.
 * @param {Timers} timers
 * @param {unknown} timer
 */
export function clearBackground(timers, timer) {
  /** @type {any} */ (timer)?.ref?.();
  timers.clearTimeout(timer);
}

/**
 * Does work that can be stopped, in so many milliseconds at most; the signal tells it when to stop.
 * @template T
 * @param {{ timers: Timers, clock: () => number }} runtime
 * @param {Step} step
 * @param {number} milliseconds
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function within({ timers, clock }, step, milliseconds, work) {
  const controller = new AbortController();
  const stopped = new Promise((_, reject) => {
    step.stop = (error) => {
      controller.abort(error);
      reject(error);
    };
  });
  stopped.catch(() => {});
  step.deadline = clock() + milliseconds;
  const { stop } = step;
  const timer = timers.setTimeout(() => stop?.(new ClientError("timeout", `no whole answer within ${milliseconds} ms`)), milliseconds);
  try {
    return await /** @type {Promise<T>} */ (Promise.race([work(controller.signal), stopped]));
  } finally {
    timers.clearTimeout(timer);
    if (step.stop === stop) step.stop = undefined;
  }
}

/**
 * Waits; rejects when stopped.
 * @param {{ timers: Timers, clock: () => number }} runtime
 * @param {Step} step
 * @param {number} milliseconds
 * @returns {Promise<void>}
 */
export function pause({ timers, clock }, step, milliseconds) {
  return new Promise((resolve, reject) => {
    step.deadline = clock() + milliseconds;
    const timer = timers.setTimeout(() => {
      step.stop = undefined;
      resolve();
    }, milliseconds);
    step.stop = (error) => {
      timers.clearTimeout(timer);
      step.stop = undefined;
      reject(error);
    };
  });
}

/**
 * How long to wait before the attempt after this one, counted from 0: exponential backoff with full jitter, as Marc Brooker
 * describes it in "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 * @param {number} attempt
 * @param {{ random: () => number, retryDelay: number, maxRetryDelay: number }} settings
 */
export const backoff = (attempt, { random, retryDelay, maxRetryDelay }) => random() * Math.min(maxRetryDelay, retryDelay * 2 ** attempt);

/**
 * Tries again what may pass. Where the server says when to come back nobody asks before, and where that is too far off to wait for, not at all.
 * @template T
 * @param {{ random: () => number, retries: number, retryDelay: number, maxRetryDelay: number }} settings
 * @param {() => Promise<T>} attempt
 * @param {(milliseconds: number) => Promise<void>} wait
 * @returns {Promise<T>}
 */
export async function withRetries(settings, attempt, wait) {
  for (let done = 0; ; done++) {
    try {
      return await attempt();
    } catch (error) {
      if (done >= settings.retries || !isPassing(error)) throw error;
      const { retryAfter } = /** @type {ClientError} */ (error);
      if (retryAfter !== undefined && retryAfter > settings.maxRetryDelay) throw error;
      await wait((retryAfter ?? 0) + backoff(retryAfter === undefined ? done : 0, settings));
    }
  }
}
