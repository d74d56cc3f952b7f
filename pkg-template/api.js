// The JavaScript API over the wasm module. The entries beside this file differ only in how they get the wasm.
// @ts-check

import { ContextError, Writer, prepared } from "./context.js";
import { engineAt, failures, settle } from "./engine.js";
import { NotReadyError, completed, deepFreeze, failure, keyText, mismatch, outcome } from "./evaluation.js";
import { moduleMemory } from "./module.js";
import { SnapshotError, toText } from "./snapshot.js";

export { is, isReady, start, startAsync } from "./module.js";
export { SnapshotError } from "./snapshot.js";

/** @typedef {import("./index.js").Evaluation<any>} Evaluation */
/** @typedef {import("./context.js").Attribute} Attribute */
/** @typedef {import("./engine.js").Engine} Engine */
/** @typedef {import("./evaluation.js").Outcome} Outcome */
/** A flag, as it is asked for: `timed` if its answer depends on the time.
 * @typedef {{ number: number, timed: boolean, reads: Attribute[], first: number, lacked: number }} Flag */
/** An engine, and the stamp of the attributes that are written into it. @typedef {{ engine: Engine, stamp: number }} Written */
/** What is known of the snapshot in force; flags and outcomes are there once they were asked for.
 * @typedef {{
 *   typed: boolean,
 *   attributes: Attribute[],
 *   flags: Map<string, Flag>,
 *   outcomes: Outcome[],
 *   all: { keys: string[], timed: boolean } | undefined,
 * }} Plan */

/** What the engine answers when an outcome depends on attributes that are not written yet. */
const LACKING = -2;
/** So many times a flag is evaluated with all that it reads at once. */
const PATIENCE = 15;

const NOT_READY = "samebucket was used before it was ready: `await init()` first";
const NO_SNAPSHOT = "no snapshot has been loaded";

/** Where whoever counts finds what an evaluator hands over, and in the answer of `evaluateAll` the numbers of its outcomes. */
const COUNTING = Symbol.for("samebucket.counting");

const decoder = new TextDecoder();

export class Evaluator {
  #environment;
  #clock;
  #freed = false;
  #openCircuits = /** @type {string[]} */ ([]);
  #engine = /** @type {Engine | undefined} */ (undefined);
  #writer = /** @type {Writer | undefined} */ (undefined);
  #plan = /** @type {Plan | undefined} */ (undefined);
  /** For whoever counts: the outcomes in force, the one that was served last, the numbers of those that were last served all at once,
   * and how many runs of code there were in which somebody counted. */
  #counting = {
    outcomes: /** @type {Outcome[]} */ ([]),
    last: /** @type {Outcome | undefined} */ (undefined),
    all: /** @type {number[]} */ ([]),
    runs: 0,
  };
  /** The time, for the evaluation that goes on. */
  #now = 0;

  /** @param {{ environment?: string, clock?: () => number }} [options] */
  constructor({ environment, clock = Date.now } = {}) {
    checkEnvironment(environment);
    if (typeof clock !== "function") throw new TypeError("`clock` must be a function");
    this.#environment = environment;
    this.#clock = clock;
    // So that methods can be taken off: `const { evaluate } = evaluator`.
    // The first is the constructor.
    for (const name of Object.getOwnPropertyNames(Evaluator.prototype).slice(1)) {
      hidden(this, name, /** @type {any} */ (this)[name].bind(this));
    }
  }

  /**
   * @param {string | Uint8Array | object} snapshot
   * @param {{ format?: string, environment?: string, onInvalidFlag?: "reject" | "skip" }} [options]
   */
  loadSnapshot(snapshot, options) {
    const { format = "auto", environment = this.#environment, onInvalidFlag = "reject" } = options ?? {};
    if (onInvalidFlag !== "reject" && onInvalidFlag !== "skip") {
      throw new TypeError(`\`onInvalidFlag\` must be "reject" or "skip"`);
    }
    checkEnvironment(environment);
    const { info, typed, outcomes, attributes } = this.#load(
      [format === "auto" ? null : String(format), environment ?? null, onInvalidFlag === "skip"],
      snapshot,
    );
    this.#ready().reserveSlots(attributes.length);
    this.#plan = { typed, attributes: attributes.map(prepared), flags: new Map(), outcomes: new Array(outcomes), all: undefined };
    this.#counting.outcomes = this.#plan.outcomes;
    this.#counting.all = [];
    return info;
  }

  /** Of the prototype, where nobody who freezes an evaluator comes by. */
  get [COUNTING]() {
    return this.#counting;
  }

  /** @param {string} flagKey */
  recordSuccess(flagKey) {
    return this.#record(flagKey, false);
  }

  /** @param {string} flagKey */
  recordError(flagKey) {
    return this.#record(flagKey, true);
  }

  exportCircuits() {
    this.#askClock();
    return this.#told((engine) => engine.export(this.#now));
  }

  /** @param {string | Uint8Array | object} exported */
  importCircuits(exported) {
    this.#load(null, exported);
    this.#circuitsChanged();
  }

  /** @param {Iterable<string>} flagKeys */
  setOpenCircuits(flagKeys) {
    if (this.#freed) throw new Error("this Evaluator was freed");
    if (typeof flagKeys === "string") throw new TypeError("`flagKeys` must be a list");
    const keys = [...flagKeys].map(String);
    if (this.#writer !== undefined) {
      const writer = this.#ready();
      writer.engine.set_open_circuits(writer.value(keys));
    }
    this.#openCircuits = keys;
    this.#circuitsChanged();
  }

  /**
   * @param {string} flagKey
   * @param {object | null} [context]
   * @param {any} [defaultValue]
   * @returns {any}
   */
  evaluate(flagKey, context, defaultValue) {
    try {
      const flag = this.#ask(flagKey);
      if (flag === undefined) return this.#served(this.#unknown(flagKey), defaultValue);
      return this.#served(this.#outcome(this.#decideFor(context, flag)), defaultValue);
    } catch (error) {
      return failure(flagKey, defaultValue, error);
    }
  }

  /** @param {object | null} [context] */
  evaluateAll(context) {
    return this.#all((plan) => this.#encode(context, plan.attributes));
  }

  /**
   * @param {string} flagKey
   * @param {object | null} [context]
   */
  explain(flagKey, context) {
    return this.#explained(flagKey, (flag) => this.#encode(context, flag.reads));
  }

  /** @param {object | null} [context] */
  bind(context) {
    /** @type {Written | undefined} */
    let bound;
    let freed = false;
    /** What was bound for: another snapshot reads other attributes, and another writer has its reason. */
    let plan = /** @type {Plan | undefined} */ (undefined);
    let writer = /** @type {Writer | undefined} */ (undefined);
    let circuits = this.#openCircuits;
    /** What will be answered again, as long as neither the snapshot nor the circuits change. */
    const answers = /** @type {Map<string, Outcome>} */ (new Map());

    const forget = () => {
      release(bound?.engine);
      bound = undefined;
      answers.clear();
    };
    const written = () => {
      if (freed) throw new Error("this bound context was freed");
      if (bound === undefined || plan !== this.#plan || writer !== this.#ready()) {
        forget();
        plan = this.#loaded();
        writer = this.#ready();
        this.#encode(context, plan.attributes);
        bound = writer.bind();
      }
      if (circuits !== this.#openCircuits) answers.clear();
      circuits = this.#openCircuits;
      return bound;
    };
    try {
      if (this.#plan !== undefined) written();
    } catch {
      // The evaluations say what is wrong with the context.
    }
    return disposable({
      /**
       * @param {string} flagKey
       * @param {any} [defaultValue]
       * @returns {any}
       */
      evaluate: (flagKey, defaultValue) => {
        try {
          if (plan === this.#plan && circuits === this.#openCircuits) {
            const known = answers.get(flagKey);
            if (known !== undefined) return this.#served(known, defaultValue);
          }
          const flag = this.#ask(flagKey);
          if (flag === undefined) return this.#served(this.#unknown(flagKey), defaultValue);
          const outcome = this.#outcome(this.#decide(written(), flag.number));
          if (!flag.timed) answers.set(flagKey, outcome);
          return this.#served(outcome, defaultValue);
        } catch (error) {
          return failure(flagKey, defaultValue, error);
        }
      },
      evaluateAll: () => this.#all(written),
      /** @param {string} flagKey */
      explain: (flagKey) => this.#explained(flagKey, written),
      free: () => {
        forget();
        freed = true;
      },
    });
  }

  free() {
    this.#writer?.start();
    this.#freed = true;
    this.#plan = undefined;
    release(this.#writer?.engine);
    release(this.#engine);
    this.#writer = this.#engine = undefined;
  }

  /**
   * Hands over JSON, which with options is a snapshot.
   * @param {unknown} options
   * @param {unknown} json
   */
  #load(options, json) {
    const text = toText(json);
    const writer = this.#ready();
    const start = writer.value(options);
    const end = writer.snapshot(text);
    writer.textTaken();
    const told = this.#told((engine) => engine.load(start, end));
    if (told.error) throw new SnapshotError(told.error);
    return told;
  }

  /**
   * @param {string} flagKey
   * @param {boolean} isError
   * @returns {import("./index.js").CircuitEvent[]}
   */
  #record(flagKey, isError) {
    try {
      const key = String(flagKey); // as in #unknown
      this.#askClock();
      const bytes = this.#ready().text(key);
      const events = this.#told((engine) => engine.record(bytes, isError, this.#now));
      if (events) {
        this.#circuitsChanged();
        return events;
      }
    } catch {
      // Whoever counts has done its work already, and is not to fail for that.
    }
    return [];
  }

  /** Bound contexts forget, and flags are asked for again: whether they are timed may have changed. */
  #circuitsChanged() {
    this.#openCircuits = [...this.#openCircuits];
    const plan = this.#plan;
    plan?.flags.clear();
    if (plan) plan.all = undefined;
  }

  /** The writer. It is made on first use, so that an Evaluator can be made before the module is ready. */
  #ready() {
    settle();
    const writer = this.#writer;
    return writer === undefined || writer.born !== failures ? this.#makeReady() : writer;
  }

  #makeReady() {
    if (this.#freed) throw new Error("this Evaluator was freed");
    const memory = moduleMemory();
    if (memory === undefined) throw new NotReadyError(NOT_READY);
    const engine = this.#engine ?? engineAt();
    const writer = new Writer(memory, failures, engineAt(engine.another()));
    writer.reserveSlots(this.#plan?.attributes.length ?? 0);
    writer.engine.set_open_circuits(writer.value(this.#openCircuits));
    // Only now: any of these calls may fail, and is to be made again.
    this.#engine = engine;
    this.#writer = writer;
    return writer;
  }

  #loaded() {
    if (this.#plan !== undefined) return this.#plan;
    this.#ready();
    throw new NotReadyError(NO_SNAPSHOT);
  }

  /** The flag that an evaluation is for, with the time in `#now` if it needs that; none if it is not there. */
  #ask(/** @type {string} */ flagKey) {
    const flag = this.#flag(flagKey);
    if (flag === undefined || !flag.timed) return flag;
    this.#askClock();
    return this.#flag(flagKey); // a clock may do whatever it likes, load a snapshot for one
  }

  #askClock() {
    const now = this.#clock();
    if (typeof now !== "number" || Number.isNaN(now)) throw new TypeError("the clock gave no number");
    this.#now = now;
  }

  /** @param {string} flagKey */
  #flag(flagKey) {
    const known = (this.#plan ?? this.#loaded()).flags.get(flagKey);
    return known === undefined && typeof flagKey === "string" ? this.#find(flagKey) : known;
  }

  // In functions of their own: what a closure needs is kept anew at every call of the function around it.
  /** @param {string} flagKey */
  #find(flagKey) {
    const { flags, attributes } = this.#loaded();
    const bytes = this.#ready().text(flagKey);
    const flag = this.#told((engine) => engine.find(bytes));
    if (flag === undefined) return undefined;
    flag.reads = flag.reads.map((/** @type {number} */ number) => attributes[number]);
    flag.lacked = 0;
    flags.set(flagKey, flag);
    return /** @type {Flag} */ (flag);
  }

  /**
   * @param {unknown} context
   * @param {Attribute[]} attributes
   */
  #encode(context, attributes) {
    const writer = this.#ready();
    writer.attributes(context, attributes);
    return writer;
  }

  // What is rare stands in functions of its own: those that every evaluation calls are small enough for compilers to put them into one.
  /**
   * What the first rule reads goes first: often it is all that is needed.
   * @param {unknown} context
   * @param {Flag} flag
   * @returns {number}
   */
  #decideFor(context, flag) {
    const writer = this.#ready();
    if (flag.lacked > 0) return this.#decideAtOnce(writer, context, flag);
    writer.attributes(context, flag.reads, 0, flag.first);
    const outcome = this.#decide(writer, flag.number);
    return outcome === LACKING ? this.#decideFurther(writer, context, flag) : outcome;
  }

  /**
   * A flag that just lacked the rest has all that it reads at once for some time.
   * @param {Writer} writer
   * @param {unknown} context
   * @param {Flag} flag
   */
  #decideAtOnce(writer, context, flag) {
    flag.lacked--;
    try {
      writer.attributes(context, flag.reads);
    } catch (error) {
      if (!(error instanceof ContextError)) throw error;
      // What cannot be read may not be needed.
      flag.lacked = 0;
      return this.#decideFor(context, flag);
    }
    return this.#decide(writer, flag.number);
  }

  /**
   * @param {Writer} writer
   * @param {unknown} context
   * @param {Flag} flag
   */
  #decideFurther(writer, context, flag) {
    flag.lacked = PATIENCE;
    writer.attributes(context, flag.reads, flag.first);
    return this.#decide(writer, flag.number);
  }

  /**
   * @param {Written} written
   * @param {number} flag
   */
  #decide({ engine, stamp }, flag) {
    return engine.evaluate(flag, this.#now, stamp);
  }

  /**
   * @param {number} number
   * @returns {Outcome}
   */
  #outcome(number) {
    const { outcomes } = this.#plan ?? this.#loaded();
    return outcomes[number] ?? (outcomes[number] = this.#newOutcome(number));
  }

  /** @param {number} number */
  #newOutcome(number) {
    return outcome(this.#told((engine) => engine.outcome(number)));
  }

  /**
   * What is answered for a flag that is not there.
   * @param {string} flagKey
   */
  #unknown(flagKey) {
    const key = keyText(flagKey); // which runs code of the caller's, that may free this
    const bytes = this.#ready().text(key);
    return outcome(this.#told((engine) => engine.unknown(bytes)));
  }

  /**
   * The evaluation for a caller with this default.
   * @param {Outcome} outcome
   * @param {any} defaultValue
   */
  #served(outcome, defaultValue) {
    this.#counting.last = outcome;
    return defaultValue === undefined ? outcome.evaluation : this.#servedFor(outcome, defaultValue);
  }

  /**
   * @param {Outcome} outcome
   * @param {any} defaultValue
   */
  #servedFor({ evaluation, yields }, defaultValue) {
    // The default is the caller's own, and is not to be frozen.
    if (yields) return Object.freeze({ ...evaluation, value: defaultValue });
    const found = typeof evaluation.value;
    if (defaultValue === null || typeof defaultValue === found || !this.#plan?.typed) return evaluation;
    return mismatch(evaluation.flagKey, found, defaultValue);
  }

  /**
   * Calls the engine, and gives a copy of the bytes that it told: none at the address 0.
   * @param {(engine: Engine) => number} call
   */
  #tell(call) {
    const { engine, memory } = this.#ready();
    const start = call(engine) >>> 0; // wasm's addresses have a sign
    const length = start === 0 ? 0 : new DataView(memory.buffer).getUint32(start, true);
    return memory.buffer.slice(start + 4, start + 4 + length);
  }

  /**
   * As `#tell`, of JSON.
   * @param {(engine: Engine) => number} call
   * @returns {any}
   */
  #told(call) {
    const bytes = this.#tell(call);
    return bytes.byteLength === 0 ? undefined : JSON.parse(decoder.decode(bytes));
  }

  /** @param {(plan: Plan) => Written} encode */
  #all(encode) {
    /** @type {Record<string, Evaluation>} */
    const all = Object.create(null); // a flag may be named `__proto__`
    /** @type {string[]} */
    let keys = [];
    try {
      let flags = this.#everyFlag();
      keys = flags.keys;
      if (flags.timed) {
        this.#askClock();
        flags = this.#everyFlag(); // as in #ask
        keys = flags.keys;
      }
      const { engine, stamp } = encode(this.#loaded());
      const numbers = new DataView(this.#tell(() => engine.evaluate_all(this.#now, stamp)));
      const counted = [];
      for (let at = 0; at < numbers.byteLength; at += 4) {
        const number = numbers.getUint32(at, true);
        const { evaluation } = this.#outcome(number);
        all[evaluation.flagKey] = evaluation;
        counted.push(number);
      }
      hidden(all, COUNTING, counted);
      this.#counting.all = counted;
    } catch (error) {
      for (const key of keys) all[key] = failure(key, undefined, error);
    }
    return all;
  }

  #everyFlag() {
    return (this.#loaded().all ??= this.#told((engine) => engine.flags()));
  }

  /**
   * @param {string} flagKey
   * @param {(flag: Flag) => Written} encode
   */
  #explained(flagKey, encode) {
    const steps = /** @type {any[]} */ ([]);
    try {
      const flag = this.#ask(flagKey);
      if (flag === undefined) return deepFreeze({ ...this.#unknown(flagKey).evaluation, steps });
      const { engine, stamp } = encode(flag);
      return completed(this.#told(() => engine.explain(flag.number, this.#now, stamp)));
    } catch (error) {
      return deepFreeze({ ...failure(flagKey, undefined, error), steps });
    }
  }
}

disposable(Evaluator.prototype);

/**
 * For `using`, where the runtime has it.
 * @template {{ free(): void }} T
 * @param {T} target
 */
function disposable(target) {
  return Symbol.dispose ? hidden(target, Symbol.dispose, target.free) : target;
}

/**
 * Gives the target a property that nothing lists.
 * @template T
 * @param {T} target
 * @param {string | symbol} name
 * @param {unknown} value
 */
function hidden(target, name, value) {
  return Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

/**
 * Gives back memory, unless a call that failed on its way still has it.
 * @param {{ free(): void } | undefined} held
 */
function release(held) {
  try {
    held?.free();
  } catch {
    // That little is lost.
  }
}

/** @param {unknown} environment */
function checkEnvironment(environment) {
  if (environment !== undefined && typeof environment !== "string") throw new TypeError("`environment` must be a string");
}

/** The functions of one evaluator. */
export const { loadSnapshot, evaluate, evaluateAll, explain } = new Evaluator();
export { loadSnapshot as load_snapshot, evaluateAll as evaluate_all };
