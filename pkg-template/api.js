// The JavaScript API over the wasm module. The entries beside this file differ only in how they get the wasm.
// @ts-check

import * as glue from "./glue.js";
import { Writer } from "./context.js";

const { Engine } = glue;

/** @typedef {import("./index.js").Evaluation<any>} Evaluation */
/** @typedef {{ number: number, reads: Uint32Array }} Flag */

/** @type {WebAssembly.Memory | undefined} */
let memory;

/** @type {Promise<void> | undefined} */
let starting;

/** What the wasm imports: the generated glue, under the name that it gives itself. */
const imports = { "./glue_bg.js": /** @type {any} */ (glue) };

export const isReady = () => memory !== undefined;

/**
 * Makes the module ready, where wasm may be instantiated at once; does nothing when it is already.
 * @param {() => WebAssembly.Module} getModule
 */
export function start(getModule) {
  if (!isReady()) use(new WebAssembly.Instance(getModule(), imports));
}

/**
 * Makes the module ready. Calls at the same time share one attempt, and one that failed leaves nothing behind.
 * @param {import("./index.js").InitInput} source any realm's: an address, a response, bytes, a module, or a promise of one
 * @returns {Promise<void>}
 */
export function startAsync(source) {
  if (isReady()) return Promise.resolve();
  starting ??= instantiate(source).then(use).finally(() => {
    starting = undefined;
  });
  return starting;
}

/** @param {WebAssembly.Instance} instance */
function use({ exports }) {
  if (isReady()) return;
  /** @type {any} */ (glue).__wbg_set_wasm(exports);
  /** @type {any} */ (exports).__wbindgen_start();
  memory = /** @type {WebAssembly.Memory} */ (exports.memory);
}

/**
 * @param {import("./index.js").InitInput} source
 * @returns {Promise<WebAssembly.Instance>}
 */
async function instantiate(source) {
  /** @type {any} */
  let input = await source;
  // By name and not by `instanceof`: another realm has classes of its own, and some runtimes lack one or the other.
  const is = (/** @type {string[]} */ ...names) => names.includes(Object.prototype.toString.call(input).slice(8, -1));
  if (is("String", "URL", "Request")) input = await fetch(input);
  if (is("Response")) {
    if (!input.ok) throw new Error(`samebucket could not fetch its wasm: ${input.status} for ${input.url}`);
    // A server that does not know the type `application/wasm` still serves the bytes.
    if (input.headers.get("content-type")?.startsWith("application/wasm")) {
      return (await WebAssembly.instantiateStreaming(input, imports)).instance;
    }
    input = await input.arrayBuffer();
  }
  const result = /** @type {any} */ (await WebAssembly.instantiate(input, imports));
  return result.instance ?? result; // of bytes there is a module beside the instance
}

const NOT_READY = "samebucket was used before it was ready: `await init()` first";
/** What the engine gives for a flag that is not there. */
const NO_FLAG = -1;

const FREED = "this Evaluator was freed";

const KINDS = { boolean: 1, string: 2, number: 3, object: 4 };

/** @param {unknown} value the default value */
const kindOf = (value) => (value == null ? 0 : (KINDS[/** @type {keyof typeof KINDS} */ (typeof value)] ?? 5));

export class SnapshotError extends Error {
  /** @param {{ code: string, message: string, issues: any[] }} error */
  constructor({ code, message, issues }) {
    super(message);
    this.name = "SnapshotError";
    this.code = code;
    this.issues = issues;
  }
}

export class Evaluator {
  #engine = /** @type {glue.Engine | undefined} */ (undefined);
  #environment;
  #clock;
  #freed = false;
  #openCircuits = /** @type {string[]} */ ([]);
  /** Counts the snapshots, so that what was made for an earlier one is not used. */
  #generation = 0;
  /** What the glue has learnt of the snapshot: filled as flags are asked for. */
  #flags = /** @type {Map<string, Flag>} */ (new Map());
  #attributes = /** @type {import("./context.js").Attribute[]} */ ([]);
  #outcomes = /** @type {any[]} */ ([]);
  /** Those of the outcomes before whose value the caller's default stands. */
  #yielding = new WeakSet();
  #writer = /** @type {Writer | undefined} */ (undefined);

  /** @param {{ environment?: string, clock?: () => number }} [options] */
  constructor({ environment, clock = Date.now } = {}) {
    checkEnvironment(environment);
    if (typeof clock !== "function") throw new TypeError("`clock` must be a function");
    this.#environment = environment;
    this.#clock = clock;
  }

  /** The engine is made on first use, so that an Evaluator can be made before the module is ready. */
  #ready() {
    if (this.#freed) throw new Error(FREED);
    if (memory === undefined) throw new Error(NOT_READY);
    if (this.#engine === undefined) {
      const engine = new Engine(this.#environment);
      engine.set_open_circuits(this.#openCircuits);
      this.#engine = engine;
      this.#writer = new Writer(memory, (bytes) => engine.scratch(bytes));
    }
    return this.#engine;
  }

  /**
   * @param {string | Uint8Array | object} snapshot
   * @param {{ format?: string, environment?: string, onInvalidFlag?: "reject" | "skip" }} [options]
   */
  loadSnapshot(snapshot, options) {
    const { format = "auto", environment, onInvalidFlag = "reject" } = options ?? {};
    if (onInvalidFlag !== "reject" && onInvalidFlag !== "skip") {
      throw new TypeError(`\`onInvalidFlag\` must be "reject" or "skip"`);
    }
    checkEnvironment(environment);
    const bytes = toBytes(snapshot);
    const engine = this.#ready();
    if (this.#writer?.writing) throw new Error("a getter of a context cannot load a snapshot");
    let info;
    try {
      info = engine.load(bytes, format === "auto" ? undefined : String(format), environment, onInvalidFlag === "skip");
    } catch (error) {
      throw error instanceof Error ? error : new SnapshotError(/** @type {any} */ (error));
    }
    this.#generation += 1;
    this.#flags = new Map();
    this.#outcomes = [];
    this.#attributes = Array.from({ length: engine.attribute_count() }, (_, number) => engine.attribute(number));
    return info;
  }

  /** @param {string[]} flagKeys */
  setOpenCircuits(flagKeys) {
    if (typeof flagKeys === "string") throw new TypeError("`flagKeys` must be a list");
    this.#openCircuits = [...flagKeys].map(String);
    this.#engine?.set_open_circuits(this.#openCircuits);
  }

  /**
   * @param {string} flagKey
   * @param {object | null} [context]
   * @param {any} [defaultValue]
   * @returns {any}
   */
  evaluate(flagKey, context, defaultValue) {
    return this.#evaluated(flagKey, defaultValue, (engine, flag, kind, now) =>
      engine.evaluate(flag.number, kind, now, this.#write(context, flag.reads)));
  }

  /** @param {object | null} [context] */
  evaluateAll(context) {
    return this.#all((engine, now) => engine.evaluate_all(now, this.#write(context)));
  }

  /**
   * @param {string} flagKey
   * @param {object | null} [context]
   */
  explain(flagKey, context) {
    return this.#explained(flagKey, (engine, now) => engine.explain(keyText(flagKey), now, this.#write(context)));
  }

  /** @param {object | null} [context] */
  bind(context) {
    let generation = -1;
    /** @type {import("./glue.js").BoundAttributes | undefined} */
    let attributes;
    // A new snapshot reads other attributes: then the context is read again.
    const bound = (/** @type {glue.Engine} */ engine) => {
      if (attributes === undefined || generation !== this.#generation) {
        const bytes = this.#write(context);
        attributes?.free();
        attributes = engine.bind(bytes);
        generation = this.#generation;
      }
      return attributes;
    };
    try {
      if (this.#engine?.ready()) bound(this.#engine);
    } catch {
      // The evaluations say what is wrong with the context.
    }
    return {
      /**
       * @param {string} flagKey
       * @param {any} [defaultValue]
       * @returns {any}
       */
      evaluate: (flagKey, defaultValue) =>
        this.#evaluated(flagKey, defaultValue, (engine, flag, kind, now) =>
          engine.evaluate_bound(bound(engine), flag.number, kind, now)),
      evaluateAll: () => this.#all((engine, now) => engine.evaluate_all_bound(bound(engine), now)),
      explain: (/** @type {string} */ flagKey) =>
        this.#explained(flagKey, (engine, now) => engine.explain_bound(bound(engine), keyText(flagKey), now)),
    };
  }

  free() {
    if (this.#writer?.writing) throw new Error("a getter of a context cannot free the evaluator");
    this.#engine?.free();
    this.#engine = undefined;
    this.#freed = true;
  }

  /** To be asked before anything else is looked up: a clock may do whatever it likes, load a snapshot for one. */
  #now() {
    this.#ready();
    const now = this.#clock();
    if (typeof now !== "number" || Number.isNaN(now)) throw new TypeError("the clock gave no number");
    return now;
  }

  /**
   * Runs an evaluation, and puts into words whatever goes wrong on the way: evaluating never throws.
   * @param {string} flagKey
   * @param {any} defaultValue
   * @param {(engine: glue.Engine, now: number) => any} evaluate
   * @param {object} [more] what an evaluation that failed has beside
   */
  #guarded(flagKey, defaultValue, evaluate, more) {
    try {
      const now = this.#now();
      const engine = this.#ready();
      if (engine.ready()) return evaluate(engine, now);
      return failure(flagKey, defaultValue, "PROVIDER_NOT_READY", "no snapshot has been loaded", more);
    } catch (error) {
      return failure(flagKey, defaultValue, codeOf(error), describe(error), more);
    }
  }

  /**
   * @param {string} flagKey
   * @param {any} defaultValue
   * @param {(engine: glue.Engine, flag: Flag, kind: number, now: number) => number} evaluate gives an outcome
   */
  #evaluated(flagKey, defaultValue, evaluate) {
    return this.#guarded(flagKey, defaultValue, (engine, now) => {
      const flag = this.#flag(engine, flagKey);
      const kind = kindOf(defaultValue);
      const outcome = flag === undefined ? NO_FLAG : evaluate(engine, flag, kind, now);
      if (outcome < 0) {
        // The default is the caller's own, and is not to be frozen.
        const failed = deepFreeze(engine.failure(keyText(flagKey), kind, outcome));
        const yields = outcome !== NO_FLAG || engine.yields(NO_FLAG);
        return yields ? withDefault(failed, defaultValue) : failed;
      }
      const evaluation = this.#outcome(engine, outcome);
      return defaultValue !== undefined && this.#yielding.has(evaluation) ? withDefault(evaluation, defaultValue) : withDefault(evaluation);
    });
  }

  /**
   * @param {string} flagKey
   * @param {(engine: glue.Engine, now: number) => any} explain
   */
  #explained(flagKey, explain) {
    const steps = Object.freeze(/** @type {any[]} */ ([]));
    return this.#guarded(flagKey, undefined, (engine, now) => deepFreeze(withDefault(explain(engine, now))), { steps });
  }

  /** @param {(engine: glue.Engine, now: number) => Uint32Array} evaluate */
  #all(evaluate) {
    /** @type {Record<string, Evaluation>} */
    const all = Object.create(null); // a flag may be named `__proto__`
    try {
      const now = this.#now();
      const engine = this.#ready();
      for (const outcome of evaluate(engine, now)) {
        const evaluation = this.#outcome(engine, outcome);
        all[evaluation.flagKey] = withDefault(evaluation);
      }
    } catch {
      // Nothing can be said of any flag; `evaluate` says why.
    }
    return all;
  }

  /**
   * @param {glue.Engine} engine
   * @param {string} flagKey
   */
  #flag(engine, flagKey) {
    const known = this.#flags.get(flagKey);
    if (known !== undefined || typeof flagKey !== "string") return known;
    const number = engine.find(flagKey);
    if (number < 0) return undefined;
    const flag = { number, reads: engine.reads(number) };
    this.#flags.set(flagKey, flag);
    return flag;
  }

  /**
   * Writes the attributes into the scratch and returns how many bytes they take.
   * @param {unknown} context
   * @param {Uint32Array} [reads] the attributes to write; all without it
   */
  #write(context, reads) {
    try {
      if (context != null && (typeof context !== "object" || Array.isArray(context))) throw new TypeError("it is not an object");
      return /** @type {Writer} */ (this.#writer).write(/** @type {any} */ (context ?? {}), this.#attributes, reads);
    } catch (error) {
      throw new ContextError(`the context could not be read: ${describe(error)}`);
    }
  }

  /**
   * @param {glue.Engine} engine
   * @param {number} outcome
   */
  #outcome(engine, outcome) {
    const known = this.#outcomes[outcome];
    if (known !== undefined) return known;
    const evaluation = deepFreeze(engine.outcome(outcome));
    if (engine.yields(outcome)) this.#yielding.add(evaluation);
    this.#outcomes[outcome] = evaluation;
    return evaluation;
  }
}

if (Symbol.dispose) {
  Object.defineProperty(Evaluator.prototype, Symbol.dispose, { value: Evaluator.prototype.free, writable: true, configurable: true });
}

class ContextError extends Error {}

/** @param {unknown} error */
function codeOf(error) {
  if (error instanceof ContextError) return "INVALID_CONTEXT";
  return isReady() ? "GENERAL" : "PROVIDER_NOT_READY";
}

/** @param {unknown} error whatever was thrown */
function describe(error) {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "an error that cannot be put into words";
  }
}

/** @param {unknown} flagKey */
function keyText(flagKey) {
  try {
    return String(flagKey);
  } catch {
    return "";
  }
}

/**
 * The evaluation with the caller's default as its value. Without a default it keeps a value of its own.
 * @param {Evaluation} evaluation
 * @param {any} [value]
 */
function withDefault(evaluation, value) {
  if ("value" in evaluation && value === undefined) return evaluation;
  const { flagKey, value: _, ...rest } = /** @type {any} */ (evaluation);
  return Object.freeze({ flagKey, value, ...rest });
}

/**
 * @param {unknown} flagKey
 * @param {any} value
 * @param {string} errorCode
 * @param {string} errorMessage
 * @param {object} [more]
 */
function failure(flagKey, value, errorCode, errorMessage, more) {
  return Object.freeze({
    flagKey: keyText(flagKey), value, variant: null, reason: "ERROR", backendReason: null, ruleId: null, errorCode, errorMessage, ...more,
  });
}

/** @param {any} value */
function deepFreeze(value) {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

/** @param {unknown} environment */
function checkEnvironment(environment) {
  if (environment !== undefined && typeof environment !== "string") throw new TypeError("`environment` must be a string");
}

/**
 * The snapshot's bytes in UTF-8.
 * @param {unknown} snapshot
 */
function toBytes(snapshot) {
  if (snapshot instanceof ArrayBuffer) return new Uint8Array(snapshot);
  if (ArrayBuffer.isView(snapshot)) return new Uint8Array(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  const text = typeof snapshot === "string" ? snapshot : stringify(snapshot);
  if (/** @type {any} */ (text).isWellFormed?.()) return new TextEncoder().encode(text);
  // UTF-8 has no lone surrogates: as escapes they reach the loader, which refuses them.
  return new TextEncoder().encode(text.replace(/\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`));
}

/** @param {unknown} snapshot */
function stringify(snapshot) {
  let reason = "expected a string, bytes or an object";
  try {
    const text = typeof snapshot === "object" && snapshot !== null ? JSON.stringify(snapshot) : undefined;
    if (text !== undefined) return text;
  } catch (error) {
    reason = describe(error);
  }
  const message = `the snapshot has no form in JSON: ${reason}`;
  throw new SnapshotError({ code: "invalid_json", message, issues: [{ code: "invalid_json", path: "", message }] });
}

const shared = new Evaluator();

/** @type {Evaluator["loadSnapshot"]} */
export const loadSnapshot = (snapshot, options) => shared.loadSnapshot(snapshot, options);
/** @type {Evaluator["evaluate"]} */
export const evaluate = (flagKey, context, defaultValue) => shared.evaluate(flagKey, context, defaultValue);
/** @type {Evaluator["evaluateAll"]} */
export const evaluateAll = (context) => shared.evaluateAll(context);
/** @type {Evaluator["explain"]} */
export const explain = (flagKey, context) => shared.explain(flagKey, context);

export { loadSnapshot as load_snapshot, evaluateAll as evaluate_all };
