// Stands for a `Client` of `samebucket/client`, and does what it is told.

export class FakeClient {
  #evaluator;
  #listeners = [];
  #arrived = Promise.withResolvers?.() ?? deferred();
  info = undefined;
  stale = false;
  closed = false;

  constructor(evaluator) {
    this.#evaluator = evaluator;
    for (const method of ["evaluate", "evaluateAll", "explain", "bind"]) this[method] = evaluator[method].bind(evaluator);
  }

  get listeners() {
    return this.#listeners.length;
  }

  ready() {
    return this.#arrived.promise;
  }

  on(event, listener) {
    const entry = { event, listener };
    this.#listeners.push(entry);
    return () => (this.#listeners = this.#listeners.filter((other) => other !== entry));
  }

  close() {
    this.closed = true;
  }

  /** A snapshot has come. */
  get(snapshot) {
    const first = this.info === undefined;
    this.info = this.#evaluator.loadSnapshot(snapshot);
    this.stale = false;
    if (first) {
      this.#emit("ready", { info: this.info });
      this.#arrived.resolve();
    } else {
      this.#emit("change", { info: this.info, changed: this.info.changed });
    }
  }

  fail(message) {
    this.#emit("error", { error: new Error(message) });
  }

  age() {
    this.stale = true;
    this.#emit("stale", { since: 0 });
  }

  #emit(event, detail) {
    for (const { event: other, listener } of [...this.#listeners]) if (other === event) listener(detail);
  }
}

function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
