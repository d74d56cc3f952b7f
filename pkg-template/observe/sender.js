// Sends exposures to a backend in batches, so that none is lost when a page is left or the network is away for some time.
// @ts-check

import { address, called, milliseconds } from "../options.js";
import { MOST_BYTES, Queue } from "./queue.js";

/** @typedef {import("./queue.js").Batch} Batch */
/** @typedef {import("../observe.js").ExposureSenderOptions} ExposureSenderOptions */

const TYPE = "application/json";
const MOST_DELAY = 300_000;
/** Answers after which the same may succeed another time; so may it after those from 500 on. */
const FOR_NOW = [408, 425, 429];

/** @param {ExposureSenderOptions} options */
export const createExposureSender = (options) => new ExposureSender(options);

class ExposureSender {
  #settings;
  #queue;
  /** Attempts that have failed since the last success. */
  #failures = 0;
  /** What the server asked for, in milliseconds. */
  #retryAfter = /** @type {number | undefined} */ (undefined);
  #closed = false;
  #timer = /** @type {any} */ (undefined);
  #sending = /** @type {Promise<void> | undefined} */ (undefined);
  #unfollow = () => {};

  /** @param {ExposureSenderOptions} options */
  constructor(options) {
    const settings = (this.#settings = settingsOf(options));
    this.#queue = new Queue(settings.queueSize);
    // So that it can be handed on: `observe(flags, { onExposure: sender.send })`.
    this.send = this.send.bind(this);
    if (typeof document === "object") this.#followPage();
  }

  /** How many exposures wait. */
  get pending() {
    return this.#queue.length;
  }

  /** How many exposures were given up. */
  get dropped() {
    return this.#queue.dropped;
  }

  /** @param {unknown} exposure */
  send(exposure) {
    if (this.#closed) {
      this.#queue.dropped++;
      return;
    }
    this.#queue.push(exposure);
    const full = this.#queue.length >= this.#settings.batchSize || this.#queue.bytes >= MOST_BYTES;
    if (full && this.#failures === 0) void this.flush();
    else this.#wait();
  }

  /**
   * Sends what waits. Never rejects: what fails waits for the next attempt.
   * @returns {Promise<void>}
   */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#sending ??= this.#sendAll().then(() => {
      this.#sending = undefined;
      if (this.#queue.length > 0) this.#wait();
    }));
  }

  /** Sends what waits once more, and then nothing. Leaves no timer and no listener. */
  async close() {
    this.#closed = true;
    this.#unfollow();
    // What goes on may have failed, or begun before the last exposure came.
    await this.#sending;
    await this.flush();
    this.#queue.clear();
  }

  /** For the next attempt: what was given last decides when. */
  #wait() {
    const { interval, retryDelay, random } = this.#settings;
    if (interval === 0 || this.#closed || this.#timer !== undefined || this.#sending !== undefined) return;
    const backoff = Math.min(MOST_DELAY, retryDelay * 2 ** (this.#failures - 1)) * (0.5 + random() / 2);
    this.#timer = setTimeout(() => void this.flush(), this.#failures === 0 ? interval : (this.#retryAfter ?? backoff));
    this.#timer.unref?.(); // keeps no process of Node alive
  }

  async #sendAll() {
    while (this.#queue.length > 0) if (!(await this.#deliver(this.#queue.take(this.#settings.batchSize)))) return;
  }

  /**
   * Whether a batch is done with: sent, or refused for good.
   * @param {Batch} batch
   */
  async #deliver(batch) {
    const answer = await this.#post(batch);
    const later = answer === undefined || answer.status >= 500 || FOR_NOW.includes(answer.status);
    this.#failures = later ? this.#failures + 1 : 0;
    this.#retryAfter = later ? answer?.retryAfter : undefined;
    if (later) this.#queue.putBack(batch);
    else if (!answer.ok) this.#queue.dropped += batch.items.length;
    return !later;
  }

  /**
   * The answer; none where the server was not reached in time.
   * @param {Batch} batch
   */
  async #post({ body, bytes }) {
    const { url, headers, timeout, fetch } = this.#settings;
    const controller = new AbortController();
    let timer;
    // No `fetch` is relied on to heed its signal.
    const overdue = new Promise((/** @type {(nothing: undefined) => void} */ resolve) => (timer = setTimeout(resolve, timeout)));
    try {
      // A page may be left while this is on its way. What other code sends can leave no room for that: not when it is tried again.
      const keepalive = bytes <= MOST_BYTES && this.#failures === 0;
      const init = { method: "POST", headers: { "content-type": TYPE, ...headers }, body, keepalive, signal: controller.signal };
      return await Promise.race([answerTo(fetch(url, init)), overdue]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
      controller.abort();
    }
  }

  /** A page that is hidden may never come back, and nothing of it runs after that. */
  #followPage() {
    const hidden = () => document.visibilityState === "hidden" && this.#leave();
    const left = () => this.#leave();
    const online = () => this.#queue.length > 0 && void this.flush();
    document.addEventListener("visibilitychange", hidden);
    addEventListener("pagehide", left);
    addEventListener("online", online);
    this.#unfollow = () => {
      document.removeEventListener("visibilitychange", hidden);
      removeEventListener("pagehide", left);
      removeEventListener("online", online);
    };
  }

  #leave() {
    const { url, headers } = this.#settings;
    while (this.#queue.length > 0) {
      const batch = this.#queue.take(this.#settings.batchSize);
      // A beacon has no headers.
      if (headers !== undefined) void this.#deliver(batch);
      else if (!navigator.sendBeacon(url, new Blob([batch.body], { type: TYPE }))) {
        this.#queue.putBack(batch);
        break;
      }
    }
    // There is no room for more now; a page that is only hidden has the time.
    if (this.#queue.length > 0) void this.flush();
  }
}

/**
 * What is wanted of an answer.
 * @param {Promise<Response>} answered
 */
async function answerTo(answered) {
  const response = await answered;
  const answer = { ok: response.ok, status: response.status, retryAfter: retryAfterOf(response) };
  void discard(response);
  return answer;
}

/**
 * Nobody wants the body: what goes wrong with it is no failure.
 * @param {Response} response
 */
async function discard({ body }) {
  try {
    await body?.cancel?.();
  } catch {
    // Then it ends by itself.
  }
}

/**
 * @param {ExposureSenderOptions} options
 */
function settingsOf(options) {
  const { url, headers, interval = 5_000, batchSize = 100, queueSize = 10_000, timeout = 10_000, retryDelay = 1_000 } = options ?? {};
  for (const [name, value] of Object.entries({ batchSize, queueSize })) {
    if (!(typeof value === "number" && value >= 1)) throw new TypeError(`\`${name}\` must be a number from 1`);
  }
  return {
    url: address("url", url),
    headers,
    interval: milliseconds("interval", interval, 0),
    batchSize,
    queueSize,
    timeout: milliseconds("timeout", timeout, 1),
    retryDelay: milliseconds("retryDelay", retryDelay, 0),
    random: called("random", options.random ?? Math.random),
    // Browsers want it called as their own.
    fetch: called("fetch", options.fetch ?? globalThis.fetch).bind(globalThis),
  };
}

/**
 * In milliseconds; none where the answer has no such header.
 * @param {Response} response
 */
function retryAfterOf({ headers }) {
  const text = headers?.get("retry-after") ?? undefined;
  if (text === undefined) return undefined;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.min(Math.max(milliseconds, 0), MOST_DELAY);
}
