// Stands for a `Client` of `samebucket/client`, and does what it is told.

export class FakeClient {
  #evaluator;
  #listeners = [];
  #waiting = [];
  info = undefined;
  stale = false;
  closed = false;

  constructor(evaluator) {
    this.#evaluator = this.evaluator = evaluator;
    for (const method of ["evaluate", "evaluateAll", "explain", "bind"]) this[method] = evaluator[method].bind(evaluator);
  }

  get listeners() {
    return this.#listeners.length;
  }

  /** Rejects when the search for a snapshot that goes on finds none. */
  async ready() {
    if (this.info === undefined) await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  on(event, listener) {
    const entry = { event, listener };
    this.#listeners.push(entry);
    return () => (this.#listeners = this.#listeners.filter((other) => other !== entry));
  }

  close() {
    this.closed = true;
  }

  /** A snapshot has come, perhaps an old one, from a storage. */
  get(snapshot, isOld = false) {
    const first = this.info === undefined;
    this.info = this.#evaluator.loadSnapshot(snapshot);
    const wasStale = this.stale;
    this.stale = false;
    if (first) {
      this.#emit("ready", { info: this.info });
      if (isOld) this.age();
      for (const { resolve } of this.#waiting.splice(0)) resolve();
    } else {
      if (wasStale) this.#emit("ready", { info: this.info });
      this.#emit("change", { info: this.info, changed: this.info.changed });
    }
  }

  fail(message) {
    const error = new Error(message);
    this.#emit("error", { error });
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  age() {
    this.stale = true;
    this.#emit("stale", { since: 0 });
  }

  #emit(event, detail) {
    for (const { event: other, listener } of [...this.#listeners]) if (other === event) listener(detail);
  }
}
