// `samebucket/observe`: evaluates as what it observes does, and counts, says who was exposed to what, and what experiments say.
// @ts-check

import { Events } from "./events.js";
import { analyse } from "./observe/analysis.js";
import { Circuits } from "./observe/circuits.js";
import { Experiments } from "./observe/experiments.js";
import { Exposures, userOf } from "./observe/exposures.js";
import { COUNTING, Metrics, countingOf, metricsView } from "./observe/metrics.js";
import { metricsText } from "./observe/prometheus.js";

export { analyse } from "./observe/analysis.js";
export { createExposureSender } from "./observe/sender.js";

/** @typedef {import("./observe.js").Flags} Flags */
/** @typedef {import("./observe.js").ObserveOptions} ObserveOptions */

const DAY = 86_400_000;

/**
 * @param {Flags} flags
 * @param {ObserveOptions} [options]
 */
export const observe = (flags, options) => new Observed(flags, options);

class Observed {
  #metrics;
  #experiments = /** @type {Experiments | undefined} */ (undefined);
  #exposures = /** @type {Exposures | undefined} */ (undefined);
  #events = /** @type {Events<import("./observe.js").ObservedEvents>} */ (new Events());
  #environment;

  /**
   * @param {any} flags
   * @param {ObserveOptions} [options]
   */
  constructor(flags, options = {}) {
    const { clock = Date.now, bulk = "count", environment, onExposure, exposures = onExposure !== undefined } = options;
    if (typeof flags?.evaluate !== "function") throw new TypeError("`flags` must be what evaluates: an `Evaluator`, a client, or what observes one");
    if (environment !== undefined && typeof environment !== "string") throw new TypeError("`environment` must be a string");
    checkFunction("clock", clock);
    if (!["ignore", "count", "expose"].includes(bulk)) throw new TypeError('`bulk` must be "ignore", "count" or "expose"');
    this.flags = flags;
    const metrics = (this.#metrics = new Metrics(clock, countingOf(flags)));
    this.#environment = () => environment ?? flags.info?.environment ?? null;
    if (onExposure !== undefined) this.on("exposure", onExposure);
    if (exposures !== false) this.#observeExposures(exposures === true ? {} : exposures, () => flags.info?.version ?? null);
    const expose = this.#exposures && this.#expose.bind(this);
    const circuits = new Circuits(() => flags.evaluator ?? flags, (event) => this.#events.emit("circuit", event));

    /** @param {any} evaluation */
    const seen = (evaluation, /** @type {any} */ context) => {
      metrics.count(evaluation);
      if (circuits.watching) circuits.look(evaluation);
      if (expose !== undefined) expose(evaluation, context);
    };
    /** @param {Record<string, any>} all */
    const bulkSeen = (all, /** @type {any} */ context) => {
      if (bulk === "ignore") return all;
      metrics.countAll(all);
      const exposed = bulk === "expose" ? expose : undefined;
      if (!circuits.watching && exposed === undefined) return all;
      for (const key in all) {
        if (circuits.watching) circuits.look(all[key]);
        exposed?.(all[key], context);
      }
      return all;
    };

    // Made here, so that they can be taken off: `const { evaluate } = observed`.
    this.evaluate = (/** @type {string} */ flagKey, /** @type {any} */ context, /** @type {any} */ defaultValue) => {
      const evaluation = flags.evaluate(flagKey, context, defaultValue);
      seen(evaluation, context);
      return evaluation;
    };
    this.evaluateAll = (/** @type {any} */ context) => bulkSeen(flags.evaluateAll(context), context);
    this.explain = (/** @type {string} */ flagKey, /** @type {any} */ context) => flags.explain(flagKey, context);
    this.bind = (/** @type {any} */ context) => {
      const bound = flags.bind(context);
      return {
        evaluate: (/** @type {string} */ flagKey, /** @type {any} */ defaultValue) => {
          const evaluation = bound.evaluate(flagKey, defaultValue);
          seen(evaluation, context);
          return evaluation;
        },
        evaluateAll: () => bulkSeen(bound.evaluateAll(), context),
        explain: bound.explain,
        free: bound.free,
        ...(Symbol.dispose && { [Symbol.dispose]: bound.free }),
      };
    };
    this.recordSuccess = (/** @type {string} */ flagKey) => circuits.recordSuccess(flagKey);
    this.recordError = (/** @type {string} */ flagKey) => circuits.recordError(flagKey);
    this.guard = (/** @type {string} */ flagKey, /** @type {any} */ context, /** @type {any} */ on, /** @type {any} */ off) => {
      checkFunction("on", on);
      if (off !== undefined) checkFunction("off", off);
      return circuits.guard(this.evaluate(flagKey, context, undefined), on, off);
    };
    this.exportCircuits = () => circuits.export();
    this.importCircuits = (/** @type {any} */ exported) => circuits.import(exported);
  }

  get [COUNTING]() {
    return countingOf(this.flags);
  }

  /** What a provider knows it by. */
  get [Symbol.for("samebucket.observed")]() {
    return true;
  }

  /** What was counted, as a plain object. */
  metrics() {
    return metricsView(this.#metrics);
  }

  /** What was counted, in Prometheus' text format. */
  metricsText() {
    return metricsText(this.#metrics, this.#environment());
  }

  /**
   * @param {string} metric
   * @param {any} context
   * @returns {number}
   */
  track(metric, context) {
    const exposures = this.#exposures;
    if (exposures === undefined || this.#experiments === undefined || typeof metric !== "string") return 0;
    return this.#experiments.convert(metric, (flagKey) => exposures.unit(context, flagKey));
  }

  /**
   * @param {string} flagKey
   * @param {string} metric
   * @param {import("./observe.js").AnalysisOptions} [options]
   */
  experimentResults(flagKey, metric, options) {
    if (this.#experiments === undefined) throw new Error("exposures are not observed: give `observe` the option `onExposure` or `exposures`");
    const { counts, crossovers, complete } = this.#experiments.counts(flagKey, metric);
    return { flagKey, metric, ...analyse(counts, options), crossovers, complete };
  }

  /**
   * @template {keyof import("./observe.js").ObservedEvents} Event
   * @param {Event} event
   * @param {(detail: import("./observe.js").ObservedEvents[Event]) => unknown} listener
   */
  on(event, listener) {
    return this.#events.on(event, listener);
  }

  /**
   * @param {import("./observe.js").ExposureOptions} options
   * @param {() => string | null} snapshotVersion
   */
  #observeExposures(options, snapshotVersion) {
    const { assigns = isSplit, unit = userOf, window = DAY, limit = 50_000, version = snapshotVersion } = options;
    Object.entries({ assigns, unit, version }).forEach(([name, value]) => checkFunction(name, value));
    if (!(typeof window === "number" && window > 0)) throw new TypeError("`window` must be a number of milliseconds above 0");
    if (!(typeof limit === "number" && limit >= 1)) throw new TypeError("`limit` must be a number from 1");
    this.#exposures = new Exposures({ assigns, unit, window, limit, version, now: () => this.#metrics.now() });
    this.#experiments = new Experiments(limit);
  }

  /**
   * @param {any} evaluation
   * @param {any} context
   */
  #expose(evaluation, context) {
    const exposure = this.#exposures?.of(evaluation, context);
    if (exposure === undefined) return;
    this.#experiments?.expose(exposure);
    this.#events.emit("exposure", exposure);
  }
}

/** @param {import("./index.js").Evaluation<any>} evaluation */
const isSplit = ({ reason }) => reason === "SPLIT";

/**
 * @param {string} name
 * @param {unknown} value
 */
function checkFunction(name, value) {
  if (typeof value !== "function") throw new TypeError(`\`${name}\` must be a function`);
}
