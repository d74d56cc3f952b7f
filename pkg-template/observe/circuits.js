// Circuit breakers: counts outcomes, runs what a flag turns on, and says when a circuit opens, half opens and closes.
// @ts-check

/** @typedef {import("../index.js").CircuitEvent} CircuitEvent */
/** @typedef {import("../index.js").Evaluation<any>} Evaluation */

export class Circuits {
  #evaluator;
  #emit;
  /** The flags whose circuit is open, as far as anybody has noticed. @type {Set<string>} */
  #open = new Set();
  /** The flags whose circuit was seen half open by an evaluation, before any outcome was recorded. @type {Set<string>} */
  #seenHalfOpen = new Set();
  /** Whether evaluations are to be looked at: any circuit is open. Asked after every evaluation. */
  watching = false;

  /**
   * @param {() => import("../index.js").Evaluator} evaluator who has the circuits
   * @param {(event: CircuitEvent) => void} emit
   */
  constructor(evaluator, emit) {
    this.#evaluator = evaluator;
    this.#emit = emit;
  }

  /** @param {string} flagKey */
  recordSuccess(flagKey) {
    return this.#notice(this.#evaluator()?.recordSuccess?.(flagKey));
  }

  /** @param {string} flagKey */
  recordError(flagKey) {
    return this.#notice(this.#evaluator()?.recordError?.(flagKey));
  }

  /**
   * Runs `on` where the flag is on, and `off` where it is not or `on` fails.
   * @param {Evaluation} evaluation
   * @param {(evaluation: Evaluation) => any} on
   * @param {((evaluation: Evaluation, error?: unknown) => any) | undefined} off
   */
  guard(evaluation, on, off) {
    const { flagKey, value } = evaluation;
    if (!value) return off?.(evaluation);
    const succeeded = (/** @type {any} */ result) => {
      this.recordSuccess(flagKey);
      return result;
    };
    const failed = (/** @type {unknown} */ error) => {
      this.recordError(flagKey);
      if (off === undefined) throw error;
      return off(evaluation, error);
    };
    let result;
    let later;
    try {
      result = on(evaluation);
      later = typeof result?.then === "function";
    } catch (error) {
      return failed(error);
    }
    return later ? Promise.resolve(result).then(succeeded, failed) : succeeded(result);
  }

  /**
   * An evaluation may be the first to see that a circuit is half open: then the flag is no longer off.
   * @param {Evaluation} evaluation
   */
  look({ flagKey, reason }) {
    if (!this.#open.has(flagKey) || reason === "DISABLED" || reason === "ERROR") return;
    this.#setOpen(flagKey, false);
    const circuit = this.#halfOpen(flagKey);
    if (circuit === undefined) return;
    this.#seenHalfOpen.add(flagKey);
    this.#emit({ flag: flagKey, state: circuit.state, at: circuit.since });
  }

  /**
   * @param {string} flagKey
   * @param {boolean} isOpen
   */
  #setOpen(flagKey, isOpen) {
    if (isOpen) this.#open.add(flagKey);
    else this.#open.delete(flagKey);
    this.watching = this.#open.size > 0;
  }

  /**
   * Never throws, as an evaluation.
   * @param {string} flagKey
   */
  #halfOpen(flagKey) {
    try {
      const { [flagKey]: circuit } = this.export();
      return circuit?.state === "half_open" ? circuit : undefined;
    } catch {
      return undefined;
    }
  }

  export() {
    return this.#evaluator().exportCircuits();
  }

  /**
   * What another has noticed is no event here.
   * @param {Parameters<import("../index.js").Evaluator["importCircuits"]>[0]} exported
   */
  import(exported) {
    this.#evaluator().importCircuits(exported);
    const circuits = Object.entries(this.export());
    this.#open.clear();
    this.watching = false;
    for (const [flag, { state }] of circuits) this.#setOpen(flag, state === "open");
    this.#seenHalfOpen.clear();
  }

  /** @param {readonly CircuitEvent[]} [events] */
  #notice(events = []) {
    return events.filter((event) => {
      const { flag, state } = event;
      const seen = this.#seenHalfOpen.delete(flag) && state === "half_open";
      this.#setOpen(flag, state === "open");
      if (!seen) this.#emit(event);
      return !seen;
    });
  }
}
