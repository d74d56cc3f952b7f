/// <reference lib="esnext.disposable" />

import type { BoundContext, Circuit, CircuitEvent, Evaluation, Evaluator, FlagValue, Reason } from "./index.js";

/** What can be observed: an `Evaluator`, a client, or something else that evaluates as they do. */
export type Flags = Pick<Evaluator, "evaluate" | "evaluateAll" | "explain" | "bind">;

/** A user was given a variant. */
export interface Exposure {
  readonly flagKey: string;
  /** The variant; in formats that name none the value, as text. */
  readonly variant: string;
  readonly value: FlagValue;
  /** The user, as text. */
  readonly targetingKey: string;
  readonly reason: Reason;
  readonly ruleId: string | null;
  /** Milliseconds since 1970: when the synchronous run of code began in which this was evaluated. 0 where the clock gave no time. */
  readonly at: number;
  /** The snapshot's version, where it is known: see `ExposureOptions`. */
  readonly version: string | null;
}

export interface ObserveOptions {
  /** Milliseconds since 1970; default `Date.now`. It is asked once for each synchronous run of code. */
  clock?: (() => number) | undefined;
  /** The label `environment` of the metrics. Default: that of a client's snapshot, else there is no such label. */
  environment?: string | undefined;
  /**
   * What `evaluateAll` is: `"count"` (default) counts an evaluation for every flag, `"expose"` counts them and exposes the user to all of
   * them, `"ignore"` does neither.
   */
  bulk?: "ignore" | "count" | "expose" | undefined;
  /** Hears of every exposure, as `on("exposure", …)` does where exposures are looked for; with this they are. What it throws is reported on the console. */
  onExposure?: ((exposure: Exposure) => unknown) | undefined;
  /** Whether exposures are looked for, and how. Default: where there is `onExposure`. */
  exposures?: boolean | ExposureOptions | undefined;
}

export interface ExposureOptions {
  /**
   * Whether an evaluation gives somebody one of several variants by lot. Default: those with the reason `SPLIT`. Evaluations in
   * error never are asked about.
   */
  assigns?: ((evaluation: Evaluation<any>) => boolean) | undefined;
  /**
   * Who is exposed: text that is not empty, or a number; anything else is nobody. Default: the first of `targetingKey`, `user_id`,
   * `userId` and `user.id` that is there. Flags that have `bucketing.by` want that attribute here.
   */
  unit?: ((context: any, flagKey: string) => unknown) | undefined;
  /** After so many milliseconds the same user, flag and variant is an exposure again; above 0, default a day, `Infinity` for never. */
  window?: number | undefined;
  /**
   * So many users, flags and variants are remembered, from 1, default 50 000: the ones exposed longest ago are forgotten first, and may be
   * exposed again. Experiments count so many users and flags, the first ones.
   */
  limit?: number | undefined;
  /** The snapshot's version. Default: a client's. */
  version?: (() => string | null) | undefined;
}

/** What was counted of one flag. */
export interface FlagMetrics {
  readonly evaluations: number;
  /** Evaluations by variant, of those that have one; in formats that name none by the value, as text. */
  readonly variants: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  /** Evaluations in error, by error code. */
  readonly errors: Readonly<Record<string, number>>;
  /**
   * Milliseconds since 1970: when the synchronous run of code began in which the flag was last evaluated; `null` before that, or where the
   * clock gave no time.
   */
  readonly lastEvaluated: number | null;
}

export interface Metrics {
  /** Milliseconds since 1970: since when is counted. */
  readonly since: number | null;
  readonly evaluations: number;
  /** By flag, of flags that were evaluated. They stay when a snapshot no longer has them. */
  readonly flags: Readonly<Record<string, FlagMetrics>>;
  /** All evaluations of names that were never those of flags, together; and those that failed before their flag was known. */
  readonly unknown: FlagMetrics;
}

/** How many users were exposed to a variant, and how many of these converted afterwards: whole numbers from 0. */
export interface Counts {
  readonly exposed: number;
  readonly converted: number;
}

export interface AnalysisOptions {
  /** The variant that the others are compared with. Default: `control`, else `off`, else `false`, else the first by name. */
  control?: string | undefined;
  /** Above 0 and below 1, default 0.05: below this a p-value is significant, and intervals have the level 1 - alpha. */
  alpha?: number | undefined;
  /** The shares of the variants, as the split has them: numbers from 0. Default: all are equal. */
  weights?: Readonly<Record<string, number>> | undefined;
  /** Below this p-value the sample's ratio is a mismatch: above 0 and below 1, default 0.001. */
  sampleRatioAlpha?: number | undefined;
}

/** From, and to. */
export type Interval = readonly [low: number, high: number];

export interface VariantResult extends Counts {
  readonly variant: string;
  /** Converted of those exposed; `null` when nobody was. */
  readonly rate: number | null;
  /** Wilson's score interval of the rate. */
  readonly interval: Interval | null;
  /** The rate less the control's; `null` for the control itself, and where one of the two has nobody. So are the next three. */
  readonly difference: number | null;
  /** Newcombe's hybrid score interval of the difference (his method 10). */
  readonly differenceInterval: Interval | null;
  /** Two-sided, of the z-test for two proportions with pooled variance. */
  readonly pValue: number | null;
  /** The p-value, adjusted by Holm for all treatments compared. */
  readonly adjustedPValue: number | null;
  /** Whether the adjusted p-value is below `alpha`. */
  readonly significant: boolean;
}

/** Pearson's chi-square test of how many users each variant has, against the shares that they should have. */
export interface SampleRatio {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** 1 where there are not two variants. */
  readonly pValue: number;
  /** The users are not spread as they should be: something is broken, and the other figures mean nothing. */
  readonly mismatch: boolean;
}

export interface Analysis {
  /** The control; `null` when there is no variant. */
  readonly control: string | null;
  readonly alpha: number;
  /** How many users were exposed, to all variants together. */
  readonly sampleSize: number;
  /** By name. */
  readonly variants: readonly VariantResult[];
  readonly sampleRatio: SampleRatio;
  /**
   * The treatment with the highest rate of those that are significantly better than the control; the control when every treatment is
   * significantly worse; `null` otherwise, and at a mismatch of the sample's ratio.
   */
  readonly winner: string | null;
}

export interface ExperimentResults extends Analysis {
  readonly flagKey: string;
  readonly metric: string;
  /** How many users were exposed to more than one variant; they are counted with none. */
  readonly crossovers: number;
  /** `false` once there were more users, variants or metrics than can be remembered: then the first ones were counted. */
  readonly complete: boolean;
}

export interface ObservedEvents {
  exposure: Exposure;
  /**
   * A circuit opened, is half open, or closed, as noticed here: by an outcome that was recorded, or by the first evaluation
   * after it was open for as long as it had to be. What was imported is no event.
   */
  circuit: CircuitEvent;
}

/** What `guard` returns: what `on` or `off` returns, and where `on` returns a promise, one of either. */
export type Guarded<On, Off> = On extends PromiseLike<infer Value> ? Promise<Value | Awaited<Off>> | Off : On | Off;

/** Evaluates as what it observes does: the same answers, the same objects. Evaluating, recording and `track` never throw. */
export interface Observed extends Flags {
  /** What is observed. */
  readonly flags: Flags;

  /** Counted, and an exposure where it assigns. */
  readonly evaluate: Evaluator["evaluate"];
  /** Counted as the option `bulk` says. */
  readonly evaluateAll: Evaluator["evaluateAll"];
  /** Neither counted nor an exposure. */
  readonly explain: Evaluator["explain"];
  /** What it evaluates is counted as if it were evaluated here. */
  readonly bind: (context?: Parameters<Evaluator["bind"]>[0]) => BoundContext;

  /** `recordSuccess` of the evaluator observed, or of the client's; and events. */
  readonly recordSuccess: Evaluator["recordSuccess"];
  /** `recordError` of the evaluator observed, or of the client's; and events. */
  readonly recordError: Evaluator["recordError"];
  /**
   * Evaluates the flag. Where its value is truthy it runs `on` and counts the outcome: what it throws, and a promise that is
   * rejected, is an error, anything else a success. Where the flag is off, and where `on` has failed, it runs `off`, with what `on`
   * failed with; without `off` it returns undefined for a flag that is off, and hands on the failure. What `off` throws is thrown.
   * @param on is handed the evaluation
   * @param off is handed the evaluation, and the error where there was one
   * @throws {TypeError} if `on` or `off` is no function
   */
  readonly guard: {
    <On>(flagKey: string, context: object | null | undefined, on: (evaluation: Evaluation<FlagValue | undefined>) => On): Guarded<On, undefined>;
    <On, Off>(
      flagKey: string,
      context: object | null | undefined,
      on: (evaluation: Evaluation<FlagValue | undefined>) => On,
      off: (evaluation: Evaluation<FlagValue | undefined>, error?: unknown) => Off,
    ): Guarded<On, Off>;
  };
  /** `exportCircuits` of the evaluator observed, or of the client's. */
  readonly exportCircuits: () => Record<string, Circuit>;
  /** `importCircuits` of the evaluator observed, or of the client's. No events: what another has noticed it has told already. */
  readonly importCircuits: Evaluator["importCircuits"];

  /** What was counted, at this moment. */
  metrics(): Metrics;
  /** The same in Prometheus' text format, version 0.0.4. */
  metricsText(): string;

  /**
   * A user did what the metric is about. It counts for every flag that the user has been exposed to before, once for each metric.
   * @returns for how many flags it counts: 0 for users who were not exposed, and where exposures are not looked for
   */
  track(metric: string, context: object | null | undefined): number;

  /**
   * What the experiment with this flag says.
   * @throws {Error} if exposures are not looked for
   * @throws {RangeError} if an option is not in its range
   */
  experimentResults(flagKey: string, metric: string, options?: AnalysisOptions): ExperimentResults;

  /**
   * Calls the listener at each such event; what it throws is reported on the console.
   * @returns takes the listener off again
   */
  on<Event extends keyof ObservedEvents>(event: Event, listener: (detail: ObservedEvents[Event]) => unknown): () => void;
}

/**
 * Observes evaluations: counts them, notes who is exposed to which variant, and says what experiments say.
 * @throws {TypeError} if `flags` evaluates nothing, or an option is of another type
 */
export function observe(flags: Flags, options?: ObserveOptions): Observed;

/**
 * What an experiment says, of counts from anywhere.
 * @param counts by variant
 * @throws {RangeError} if a count or an option is not in its range
 */
export function analyse(counts: Readonly<Record<string, Counts>>, options?: AnalysisOptions): Analysis;

export interface ExposureSenderOptions {
  /** Where exposures go, with scheme and host unless in a page: `POST`, `application/json`, `{ "events": [exposure, …] }`. */
  url: string | { readonly href: string };
  /** Further headers. A beacon cannot have any: with headers a page that is left sends by `fetch` with `keepalive`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** An exposure waits at most so many milliseconds; from 0 to 2 147 483 647, default 5 000. 0: none is sent by a timer, for runtimes where none outlives a request: call `flush`. */
  interval?: number | undefined;
  /** So many exposures go at once, and no more in one body; from 1, default 100. A body has at most 30 000 bytes. */
  batchSize?: number | undefined;
  /** So many wait at most; from 1, default 10 000. The oldest are given up then. */
  queueSize?: number | undefined;
  /** After so many milliseconds a request has failed; from 1 to 2 147 483 647, default 10 000. */
  timeout?: number | undefined;
  /** About so many milliseconds pass after a failure, twice as many after each further one, up to 5 minutes; from 0, default 1 000. */
  retryDelay?: number | undefined;
  /** Default: the runtime's. */
  fetch?: ((url: string, init: any) => Promise<any>) | undefined;
  /** From 0 to below 1, for the jitter of retries; default `Math.random`. */
  random?: (() => number) | undefined;
}

export interface ExposureSender {
  /** Takes an exposure, and sends it with others. Can be handed on: `observe(flags, { onExposure: sender.send })`. */
  readonly send: (exposure: Exposure) => void;
  /** Sends what waits at once. Never rejects: what fails waits for the next attempt. */
  flush(): Promise<void>;
  /** Sends what waits once more, and then nothing. Leaves no timer and no listener. */
  close(): Promise<void>;
  /** How many exposures wait. */
  readonly pending: number;
  /** How many were given up: refused by the server, too many to wait, or come too late. */
  readonly dropped: number;
}

/**
 * Sends exposures in batches; when the page is hidden or left, at once, by `navigator.sendBeacon`. What fails (no network, a time-out, 408,
 * 425, 429, from 500 on) is tried again until the page is gone, `Retry-After` honoured; other answers refuse a batch for good. The same
 * exposure may come twice: where an answer was lost.
 * @throws {TypeError} if an option is of another type or out of its range
 */
export function createExposureSender(options: ExposureSenderOptions): ExposureSender;
