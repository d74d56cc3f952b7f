/// <reference lib="esnext.disposable" />

/** The format of a snapshot. */
export type Format = "samebucket/1" | "lift" | "prompt-improver" | "flcm" | "orchestrator" | "ruleiq";

/** What a flag's value can be. Lists and `null` come from backends that have them; `samebucket/1` has neither. */
export type FlagValue = JsonValue;

/** What JSON can hold, read only: evaluations are frozen and handed out again. */
export type JsonValue = null | boolean | string | number | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * Whom a flag is evaluated for: the targeting key stands for the user, or whatever gets one answer, and every other key is
 * an attribute. For a backend's format it may have the backend's own shape instead, such as `{ user_id, attributes }`.
 *
 * Attributes are what JSON can hold. Dates count as their ISO 8601 text; what has no form in JSON (`undefined`, functions,
 * symbols, BigInts, binary data) is left out. Only own properties are read (and, of a plain object, what somebody has
 * defined, not enumerable, on `Object.prototype`; a Proxy of one is asked by `get`), and only those that the flag needs:
 * `evaluate` reads what the flag's first rule needs, and all that the flag reads when that is not enough, which it remembers for the
 * flag's next evaluations; all other ways read all that the flags read. Where a context is taken any object will do, instances of classes too, since interfaces and classes have no index signature.
 */
export interface Context {
  readonly targetingKey?: string | number | null | undefined;
  readonly [attribute: string]: unknown;
}

/** Why a value was served, in OpenFeature's words. */
export type Reason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "ERROR";

/**
 * What went wrong, in OpenFeature's words. `GENERAL`: the clock gave no time, the evaluator was freed, or there was no memory
 * or stack left.
 */
export type ErrorCode = "PROVIDER_NOT_READY" | "FLAG_NOT_FOUND" | "TYPE_MISMATCH" | "INVALID_CONTEXT" | "GENERAL";

/** The answer for one flag and one context. */
export interface Evaluation<T> {
  readonly flagKey: string;
  /**
   * In an error the caller's default value, `undefined` when there is none; for a flag that is not there a backend's
   * format may have a value of its own.
   */
  readonly value: T;
  /** The variant served; `null` where there is none. */
  readonly variant: string | null;
  readonly reason: Reason;
  /** Why, in the words of the snapshot's format; `null` in an error, unless the format has a word for it. */
  readonly backendReason: string | null;
  /** The rule that decided, where it has an id. */
  readonly ruleId: string | null;
  /** Only with the reason `ERROR`. */
  readonly errorCode?: ErrorCode;
  /** Only with the reason `ERROR`: one sentence. */
  readonly errorMessage?: string;
}

/** An evaluation with every step that was tried; the last one decided. No steps in an error. */
export interface Explanation<T> extends Evaluation<T> {
  readonly steps: readonly ExplainedStep[];
}

/** One step that was tried. */
export interface ExplainedStep {
  /** The step's word, such as `killed`, `rule`, `default` or `off`. */
  readonly step: string;
  readonly ruleId: string | null;
  /** Whether the step decided. */
  readonly matched: boolean;
  /** The flag that the step requires, where it is a requirement. */
  readonly requiredFlag?: string;
  /** The text that was hashed for the user, where a bucket was drawn. */
  readonly unit?: string;
  /** Where a rollout was drawn: the unit is in when `bucket` is less than `threshold`. In `samebucket/1`, of 100 000 buckets. */
  readonly bucket?: number;
  readonly threshold?: number;
  /** Where a split was drawn: the first variant whose cumulative weight is above `point`, out of `total`. */
  readonly point?: number;
  readonly total?: number;
}

/** One thing wrong with a snapshot. */
export interface Issue {
  /** A stable word for the kind of issue, such as `unknown_variant`. */
  readonly code: string;
  /** Where: a JSON pointer; empty for the snapshot as a whole. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** The flag that the issue lies in. */
  readonly flag?: string;
}

/** A snapshot that was refused, or circuits that could not be imported. */
export class SnapshotError extends Error {
  private constructor();
  /** The code of the first issue. */
  readonly code: string;
  /** Everything that was found wrong. */
  readonly issues: readonly Issue[];
}

export interface LoadOptions {
  /** Default `"auto"`: found by the snapshot's shape. */
  format?: Format | "auto";
  /** The environment that stands before the evaluator's and the snapshot's own. */
  environment?: string;
  /** Default `"reject"`: the snapshot is refused. `"skip"` leaves out the flags that are invalid or require such a one. */
  onInvalidFlag?: "reject" | "skip";
}

/** What was loaded. */
export interface SnapshotInfo {
  readonly format: Format;
  readonly version: string | null;
  /** The environment in force. */
  readonly environment: string | null;
  /** How many flags can be evaluated. */
  readonly flagCount: number;
  /** The SHA-256 of the snapshot's bytes in lower-case hexadecimal digits; of an object, of its `JSON.stringify`. */
  readonly digest: string;
  /** The flags that differ from the snapshot before, in alphabetical order; all of them for the first one. */
  readonly changed: readonly string[];
  /** Why flags were left out. */
  readonly skipped: readonly Issue[];
  /** What was loaded but can have no effect. */
  readonly warnings: readonly Issue[];
}

/** The state of a flag's circuit: `open` turns the flag off; in `half_open` it is evaluated again, and what comes of that decides. */
export type CircuitState = "closed" | "open" | "half_open";

/** A flag's circuit has changed its state. */
export interface CircuitEvent {
  readonly flag: string;
  /** The state that it has now. */
  readonly state: CircuitState;
  /** When that was noticed, in milliseconds since 1970. */
  readonly at: number;
}

/** A circuit, as one evaluator exports it and another imports it. Times are milliseconds since 1970. */
export interface Circuit {
  readonly state: CircuitState;
  /** When it took that state; of a circuit that has never been open 0. */
  readonly since: number;
  /** How many successes in a row there were since it is half open. */
  readonly successes: number;
  /** What was counted, by its time: at most 256. */
  readonly samples: readonly { readonly at: number; readonly successes: number; readonly errors: number }[];
}

/** T, if it is data as JSON has it: interfaces will do, functions will not. */
export type Data<T> = T extends boolean | string | number | null
  ? T
  : T extends (...args: never) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: undefined extends T[K] ? Data<NonNullable<T[K]>> | null | undefined : Data<T[K]> }
      : never;

/** Nothing for a default value that is data; for any other an argument that nobody can give. */
export type Refused<T> = [T] extends [Data<T>] ? [] : [theDefaultValueIsNoData: never];

/** The type that a flag's values have when the default value has the type T. */
export type Widened<T> = T extends boolean ? boolean : T extends string ? string : T extends number ? number : T extends null ? FlagValue : T;

/**
 * A context that was read once; every flag it is evaluated for shares what was drawn. After a new snapshot the context is
 * read again. The methods are those of an `Evaluator`, without the context.
 */
export interface BoundContext {
  evaluate<T>(flagKey: string, defaultValue: T, ...refused: Refused<T>): Evaluation<Widened<T>>;
  evaluate<T = FlagValue>(flagKey: string, defaultValue?: undefined): Evaluation<T | undefined>;
  evaluate<T>(flagKey: string, defaultValue: T | undefined, ...refused: Refused<T>): Evaluation<Widened<T> | undefined>;
  evaluate<T extends FlagValue>(flagKey: string, defaultValue: T): Evaluation<Widened<T>>;
  evaluateAll(): Record<string, Evaluation<FlagValue | undefined>>;
  explain(flagKey: string): Explanation<FlagValue | undefined>;

  /** Gives back the memory in wasm at once; the garbage collector does as well, in its time. */
  free(): void;

  [Symbol.dispose](): void;
}

/** The snapshot in force, with a clock. Its methods can be taken off: `const { evaluate } = evaluator`. */
export class Evaluator {
  /**
   * @param options.environment stands before the snapshots' own
   * @param options.clock milliseconds since 1970; default `Date.now`. It is asked when an answer depends on the time
   */
  constructor(options?: { environment?: string | undefined; clock?: (() => number) | undefined });

  /**
   * Loads a snapshot, which from now on is in force. The circuits of flags that have the threshold that they had stay as they
   * are, the others are forgotten.
   * @throws {SnapshotError} with everything that is wrong; the snapshot before stays in force
   */
  loadSnapshot(snapshot: string | Uint8Array | object, options?: LoadOptions): SnapshotInfo;

  /**
   * Evaluates one flag. Never throws: what goes wrong is an evaluation with the reason `ERROR`. In `samebucket/1` a default
   * value of another type than the flag's is an error; without one, or with `null`, there is no check. Backends' formats know
   * no types: there the value may be of another.
   */
  evaluate<T>(flagKey: string, context: Context | object | null | undefined, defaultValue: T, ...refused: Refused<T>): Evaluation<Widened<T>>;
  evaluate<T = FlagValue>(flagKey: string, context?: Context | object | null, defaultValue?: undefined): Evaluation<T | undefined>;
  evaluate<T>(flagKey: string, context: Context | object | null | undefined, defaultValue: T | undefined, ...refused: Refused<T>): Evaluation<Widened<T> | undefined>;
  evaluate<T extends FlagValue>(flagKey: string, context: Context | object | null | undefined, defaultValue: T): Evaluation<Widened<T>>;

  /**
   * Evaluates every flag, by key, in one crossing into wasm. Never throws: when the context cannot be read or the clock gives
   * no time, every flag has an evaluation with the reason `ERROR`; without a snapshot there are no flags.
   */
  evaluateAll(context?: Context | object | null): Record<string, Evaluation<FlagValue | undefined>>;

  /** Evaluates one flag and lists every step tried. Never throws. */
  explain(flagKey: string, context?: Context | object | null): Explanation<FlagValue | undefined>;

  /** Reads a context once, to evaluate many flags for it. Never throws: if it cannot be read, the evaluations say so. */
  bind(context?: Context | object | null): BoundContext;

  /** Says which flags' circuits are open, beside those that their errors have opened: a flag of `samebucket/1` then serves its `off`, one of flcm is false; the other formats have no circuits. */
  setOpenCircuits(flagKeys: Iterable<string> & object): void;

  /**
   * Counts a success of what the flag turns on, and says what has become of its circuit: mostly nothing. Only flags with a
   * threshold (`errorThreshold` in `samebucket/1`, `error_threshold` in flcm) have a circuit; for all others nothing is counted.
   * Never throws: where nothing can be counted (no snapshot, a clock that fails) there is no event.
   *
   * A circuit opens when, of what was recorded in the last `window` seconds, there is more than the least number of samples, and
   * errors divided by samples are more than the rate: from the next evaluation on the flag is off. `window` seconds later it is
   * half open, and the flag is evaluated again, whether somebody records or not; the event comes with the first outcome that is
   * recorded then. Five successes in a row close it, one error opens it again.
   */
  recordSuccess(flagKey: string): readonly CircuitEvent[];

  /** Counts an error of what the flag turns on; otherwise as `recordSuccess`. */
  recordError(flagKey: string): readonly CircuitEvent[];

  /** The circuits of all flags for which something was recorded, by flag, as JSON has it. */
  exportCircuits(): Record<string, Circuit>;

  /**
   * Takes over circuits that were exported, each in place of what is known of the same flag's. Flags without a threshold in
   * the snapshot in force are passed over: load the snapshot first.
   * @param exported an object, or its JSON text or bytes
   * @throws {SnapshotError} with everything that is wrong; the circuits stay as they are
   */
  importCircuits(exported: string | Uint8Array | Readonly<Record<string, Circuit>>): void;

  /**
   * Gives back the memory in wasm at once; the garbage collector does as well, in its time. The evaluator cannot be used any
   * more: evaluations say so, `evaluateAll` has none, and to load a snapshot throws.
   */
  free(): void;

  [Symbol.dispose](): void;
}

/** `loadSnapshot` of the evaluator that the free functions share. */
export const loadSnapshot: Evaluator["loadSnapshot"];
/** `evaluate` of the evaluator that the free functions share. */
export const evaluate: Evaluator["evaluate"];
/** `evaluateAll` of the evaluator that the free functions share. */
export const evaluateAll: Evaluator["evaluateAll"];
/** `explain` of the evaluator that the free functions share. */
export const explain: Evaluator["explain"];
/** The same as `loadSnapshot`. */
export const load_snapshot: Evaluator["loadSnapshot"];
/** The same as `evaluateAll`. */
export const evaluate_all: Evaluator["evaluateAll"];

/** What a class of the runtime makes, where there are types for it. */
type Made<Name extends string> = typeof globalThis extends { [name in Name]: { prototype: infer Instance } } ? Instance : never;

/** The compiled module, where there are types for it. */
type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module & object : never;

type WasmBytes = ArrayBuffer | ArrayBufferView;

type WasmSource = Made<"Response"> | WasmBytes | WasmModule;

/** Where the wasm comes from: its address, a response to a request for it, its bytes, or the compiled module. */
export type InitInput = string | Made<"URL"> | Made<"Request"> | WasmSource | PromiseLike<WasmSource>;

/**
 * Resolves when the module is ready. A browser awaits it once, before anything else; elsewhere everything is ready on
 * import, and this resolves at once. A failed attempt can be repeated.
 * @param input default: the file `samebucket.wasm` beside the package's code
 */
export function init(input?: InitInput): Promise<void>;

/** Makes the module ready without waiting, from the compiled module or its bytes. Does nothing when it is already. */
export function initSync(input: WasmBytes | WasmModule): void;
