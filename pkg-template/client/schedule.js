// When to look for a newer snapshot: one timer, and what a page says of itself.
// @ts-check

import { clearBackground, inBackground } from "./timing.js";

/** One appointment at a time. */
export class Appointment {
  #timers;
  #clock;
  #call;
  #timer = /** @type {unknown} */ (undefined);
  #due = Infinity;

  /**
   * @param {{ timers: import("../client.js").Timers, clock: () => number }} runtime
   * @param {() => void} call
   */
  constructor({ timers, clock }, call) {
    this.#timers = timers;
    this.#clock = clock;
    this.#call = call;
  }

  /** In so many milliseconds, in place of any other. @param {number} wait */
  set(wait) {
    this.clear();
    this.#due = this.#clock() + wait;
    this.#timer = this.#timers.setTimeout(() => {
      this.#timer = undefined;
      this.#due = Infinity;
      this.#call();
    }, wait);
    inBackground(this.#timer);
  }

  /** In so many milliseconds at the latest. @param {number} wait */
  bringForward(wait) {
    if (this.#clock() + wait < this.#due) this.set(wait);
  }

  clear() {
    clearBackground(this.#timers, this.#timer);
    this.#timer = undefined;
    this.#due = Infinity;
  }
}

/**
 * Calls when the page becomes visible and when it is online again; elsewhere nothing ever calls.
 * @param {{ onVisible: () => void, onOnline: () => void }} calls
 * @returns {() => void} ends it
 */
export function followPage({ onVisible, onOnline }) {
  const { document } = globalThis;
  const changed = () => {
    if (document.visibilityState === "visible") onVisible();
  };
  document?.addEventListener("visibilitychange", changed);
  globalThis.addEventListener?.("online", onOnline);
  return () => {
    document?.removeEventListener("visibilitychange", changed);
    globalThis.removeEventListener?.("online", onOnline);
  };
}
