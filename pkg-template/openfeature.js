// What both OpenFeature providers are: flags that are followed, and evaluations in OpenFeature's words.
// @ts-check

import { createClient } from "samebucket/client";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./client.js").ClientOptions} ClientOptions */
/** @typedef {import("./client.js").Flags} Flags */
/** @typedef {import("./index.js").SnapshotInfo} SnapshotInfo */
/** @typedef {import("./index.js").ErrorCode} ErrorCode */

/** The SDKs' events; both name them alike. */
const READY = "PROVIDER_READY";
const ERROR = "PROVIDER_ERROR";
const STALE = "PROVIDER_STALE";
const CHANGED = "PROVIDER_CONFIGURATION_CHANGED";

export class FlagsProvider {
  metadata = Object.freeze({ name: "samebucket" });
  flags;
  events;
  /** What tells of other snapshots; without it, `loaded` does. */
  #client;
  /** The client that the provider has made for itself, and closes. */
  #own = /** @type {Client | undefined} */ (undefined);
  #ownClosed = false;
  #track;
  #info = /** @type {SnapshotInfo | undefined} */ (undefined);
  /** The trouble that the SDK was told of last, until it is over. */
  #trouble = /** @type {typeof ERROR | typeof STALE | undefined} */ (undefined);
  /** Takes the listeners off; none when there are none. */
  #unfollow = /** @type {(() => void) | undefined} */ (undefined);
  /** Whether `initialize` is on its way: the SDK itself says what comes of it. */
  #initializing = false;

  /**
   * @param {Flags | ClientOptions} flags
   * @param {import("./openfeature.js").ProviderOptions} options
   * @param {any} events the SDK's emitter
   */
  constructor(flags, { client, track }, events) {
    this.flags = isFlags(flags) ? flags : (this.#own = createClient(flags));
    this.events = events;
    this.#client = client ?? clientOf(this.flags);
    this.#track = track ?? /** @type {any} */ (this.flags).track?.bind(this.flags);
    this.#follow();
  }

  /**
   * None when there is nothing to wait for: the SDK then has the provider ready at once, and a page's first render its answers.
   * @returns {(() => Promise<void>) | undefined}
   */
  get initialize() {
    return this.#unfollow && this.#isReady() ? undefined : this.#initialize;
  }

  async onClose() {
    const unfollow = this.#unfollow;
    this.#unfollow = undefined;
    unfollow?.();
    this.#own?.close();
    this.#ownClosed = this.#own !== undefined;
  }

  /**
   * @param {string} metric
   * @param {object} context
   * @param {object} [details]
   */
  track(metric, context, details) {
    this.#track?.(metric, context, details);
  }

  /** @param {SnapshotInfo} info */
  loaded(info) {
    this.#info = info;
    this.#changed(info.changed);
  }

  /**
   * Never throws.
   * @template T
   * @param {string} flagKey
   * @param {"boolean" | "string" | "number" | "object"} type
   * @param {T} defaultValue
   * @param {object} context
   * @returns {import("./openfeature.js").Resolution<T>}
   */
  resolve(flagKey, type, defaultValue, context) {
    try {
      const evaluation = this.flags.evaluate(flagKey, context, /** @type {any} */ (defaultValue));
      const flagMetadata = metadataOf(evaluation, (this.#client?.info ?? this.#info)?.version);
      const { value, variant, reason, errorCode, errorMessage = "" } = evaluation;
      if (errorCode !== undefined) return failed(defaultValue, errorCode, errorMessage, flagMetadata);
      // The backends' formats know no types: only the value itself tells.
      if (typeof value !== type || (value === null && defaultValue !== null)) {
        const found = value === null ? "null" : `of type ${typeof value}`;
        return failed(defaultValue, "TYPE_MISMATCH", `the value of the flag \`${flagKey}\` is ${found}, not of type ${type}`, flagMetadata);
      }
      return { value, ...(variant === null ? {} : { variant }), reason, flagMetadata };
    } catch (error) {
      return failed(defaultValue, "GENERAL", messageOf(error), {});
    }
  }

  #isReady() {
    // Flags that tell nothing are asked.
    return this.#client ? this.#client.info !== undefined : this.flags.explain("").errorCode !== "PROVIDER_NOT_READY";
  }

  async #initialize() {
    if (this.#ownClosed) throw new Error("the provider was closed, and with it its own client; make another one");
    this.#follow();
    this.#initializing = true;
    try {
      await this.#waitForFlags();
      // The SDK says READY one step from here; STALE is to come after that.
      Promise.resolve().then(() => {}).then(() => this.#staleOrNot());
    } catch (error) {
      this.#trouble = ERROR;
      throw error;
    } finally {
      this.#initializing = false;
    }
  }

  async #waitForFlags() {
    if (this.#client) await this.#client.ready();
    else if (!this.#isReady()) throw Object.assign(new Error("no snapshot has been loaded"), { code: "PROVIDER_NOT_READY" });
  }

  #follow() {
    if (this.#unfollow) return;
    const client = this.#client;
    const { flags } = this;
    const listening = /** @type {(() => void)[]} */ ([]);
    if (flags !== client && observes(flags)) listening.push(flags.on("circuit", () => this.#circuitChanged()));
    if (client) listening.push(
      client.on("ready", () => this.#recovered()),
      client.on("change", ({ changed }) => this.#changed(changed)),
      client.on("stale", () => this.#staleOrNot()),
      client.on("error", ({ error }) => {
        // As long as there is a snapshot there are answers; how old they are, `stale` says.
        if (!this.#initializing && !this.#isReady()) this.#troubled(ERROR, { message: messageOf(error) });
      }),
    );
    this.#unfollow = () => listening.forEach((stop) => stop());
    if (client?.stale) Promise.resolve().then(() => this.#staleOrNot());
  }

  /** @param {readonly string[]} flags */
  #changed(flags) {
    this.#recovered();
    this.events.emit(CHANGED, { flagsChanged: [...flags] });
  }

  /** The flag is another, and those that require it. */
  #circuitChanged() {
    // Not at once: an evaluation may be what has noticed it, in the middle of a page's rendering.
    Promise.resolve().then(() => {
      if (this.#unfollow) this.events.emit(CHANGED, {});
    });
  }

  #staleOrNot() {
    if (this.#client?.stale && this.#unfollow && !this.#initializing && this.#isReady()) this.#troubled(STALE);
  }

  /**
   * @param {typeof ERROR | typeof STALE} event
   * @param {{ message?: string }} [details]
   */
  #troubled(event, details = {}) {
    this.#trouble = event;
    this.events.emit(event, details);
  }

  #recovered() {
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.events.emit(READY, {});
  }
}

/**
 * @param {Flags | ClientOptions} flags
 * @returns {flags is Flags}
 */
const isFlags = (flags) => typeof /** @type {any} */ (flags)?.evaluate === "function";

/**
 * @param {Flags} flags
 * @returns {flags is Client}
 */
const isClient = (flags) => typeof /** @type {any} */ (flags).ready === "function";

/**
 * @param {Flags} flags
 * @returns {flags is import("./observe.js").Observed}
 */
const observes = (flags) => /** @type {any} */ (flags)[Symbol.for("samebucket.observed")] === true;

/**
 * The client that the flags are, or that is behind what observes them.
 * @param {Flags} flags
 * @returns {Client | undefined}
 */
function clientOf(flags) {
  if (isClient(flags)) return flags;
  return observes(flags) ? clientOf(flags.flags) : undefined;
}

/**
 * What OpenFeature's metadata can hold, which is no `null`.
 * @param {import("./index.js").Evaluation<unknown>} evaluation
 * @param {string | null | undefined} version
 */
function metadataOf({ ruleId, backendReason }, version) {
  const metadata = /** @type {Record<string, string>} */ ({});
  if (version != null) metadata.version = version;
  if (ruleId != null) metadata.ruleId = ruleId;
  if (backendReason != null) metadata.backendReason = backendReason;
  return metadata;
}

/**
 * @template T
 * @param {T} value the caller's default
 * @param {ErrorCode} errorCode
 * @param {string} errorMessage
 * @param {Record<string, string>} flagMetadata
 * @returns {import("./openfeature.js").Resolution<T>}
 */
const failed = (value, errorCode, errorMessage, flagMetadata) => ({ value, reason: "ERROR", errorCode, errorMessage, flagMetadata });

/** @param {unknown} error */
function messageOf(error) {
  try {
    return String(/** @type {any} */ (error)?.message ?? error);
  } catch {
    return "something that has no message was thrown";
  }
}
