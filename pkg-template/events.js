// A typed emitter of events. What goes wrong in a listener is the listener's own affair: it breaks neither the emitter nor the process.
// @ts-check

/**
 * The details of each event, by the event's name.
 * @template {object} Details
 */
export class Events {
  #listeners = /** @type {Map<keyof Details, Set<{ call: (detail: any) => unknown }>>} */ (new Map());

  /**
   * Calls the listener at each such event from now on. A listener that is added twice is called twice.
   * @template {keyof Details} Event
   * @param {Event} event
   * @param {(detail: Details[Event]) => unknown} listener
   * @returns {() => void} takes this listener off again
   */
  on(event, listener) {
    if (typeof listener !== "function") throw new TypeError("`listener` must be a function");
    const entry = { call: listener };
    const entries = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, entries.add(entry));
    return () => void entries.delete(entry);
  }

  /**
   * Calls the listeners in the order in which they came. Those that are added meanwhile are not called, nor those taken off.
   * @template {keyof Details} Event
   * @param {Event} event
   * @param {Details[Event]} detail
   */
  emit(event, detail) {
    const entries = this.#listeners.get(event);
    if (entries === undefined) return;
    for (const entry of [...entries]) {
      if (!entries.has(entry)) continue;
      try {
        const result = /** @type {any} */ (entry.call(detail));
        // A rejection that nobody handles ends a process of Node.
        if (typeof result?.then === "function") result.then(undefined, (/** @type {unknown} */ error) => report(event, error));
      } catch (error) {
        report(event, error);
      }
    }
  }

  /** Takes all listeners off. */
  clear() {
    for (const entries of this.#listeners.values()) entries.clear();
    this.#listeners.clear();
  }
}

/**
 * Not by `reportError`: it ends a process of Deno, and Node has none.
 * @param {PropertyKey} event
 * @param {unknown} error
 */
const report = (event, error) => console.error(`samebucket: a listener of \`${String(event)}\` failed:`, error);
