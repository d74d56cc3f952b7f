// Sends exposures to a backend in batches, so that none is lost when a page is left or the network is away for some time.
// @ts-check

/** What a browser lets a page send while it is left: 64 KiB in all. Two bodies of this size fit, one that is on its way and one more. */
const MOST_BYTES = 30_000;
const MOST_RETRY_DELAY = 300_000;
const START = '{"events":[';
const END = "]}";

const encoder = new TextEncoder();

/** An exposure as JSON, and how many bytes that has. @typedef {{ text: string, bytes: number }} Item */

/** @param {import("../observe.js").ExposureSenderOptions} options */
export const createExposureSender = (options) => new ExposureSender(options);

class ExposureSender {
  #settings;
  #queue = /** @type {Item[]} */ ([]);
  #bytes = 0;
  #dropped = 0;
  #failures = 0;
  #closed = false;
  #timer = /** @type {any} */ (undefined);
  #sending = /** @type {Promise<void> | undefined} */ (undefined);
  #leavePage = () => {};

  /** @param {import("../observe.js").ExposureSenderOptions} options */
  constructor(options) {
    const { url, headers, interval = 5_000, batchSize = 100, queueSize = 10_000, timeout = 10_000, retryDelay = 1_000 } = options ?? {};
    if (typeof url !== "string" && !(url instanceof URL)) throw new TypeError("`url` must be an address");
    for (const [name, value, least] of /** @type {const} */ ([["interval", interval, 0], ["batchSize", batchSize, 1], ["queueSize", queueSize, 1], ["timeout", timeout, 1], ["retryDelay", retryDelay, 0]])) {
      if (!(typeof value === "number" && value >= least)) throw new TypeError(`\`${name}\` must be a number from ${least}`);
    }
    const { fetch = globalThis.fetch, random = Math.random } = options;
    this.#settings = { url: String(url), headers, interval, batchSize, queueSize, timeout, retryDelay, random, fetch: fetch.bind(globalThis) };
    // So that it can be given as it is: `observe(flags, { onExposure: sender.send })`.
    this.send = this.send.bind(this);
    this.#followPage();
  }

  /** How many exposures wait. */
  get pending() {
    return this.#queue.length;
  }

  /** How many exposures were given up. */
  get dropped() {
    return this.#dropped;
  }

  /** @param {unknown} event */
  send(event) {
    const item = itemOf(event);
    if (this.#closed || item === undefined) {
      this.#dropped++;
      return;
    }
    this.#queue.push(item);
    this.#bytes += item.bytes;
    if (this.#queue.length > this.#settings.queueSize) {
      this.#taken(1);
      this.#dropped++;
    }
    const full = this.#queue.length >= this.#settings.batchSize || this.#bytes >= MOST_BYTES;
    // After a failure only the time of the next attempt counts.
    if (full && this.#failures === 0) void this.flush();
    else this.#wait(this.#settings.interval);
  }

  /** Sends what waits; resolves when it is sent, or has failed and waits for its next turn. Never rejects. */
  flush() {
    this.#rest();
    return (this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#queue.length > 0) this.#wait(this.#failures > 0 ? this.#delay : this.#settings.interval);
    }));
  }

  /** Sends what waits, once more, and then nothing. Leaves no timer and no listener. */
  async close() {
    if (this.#closed) return this.#sending;
    this.#leavePage();
    // One that goes on may have begun before the last ones came.
    await this.#sending;
    const last = this.flush();
    this.#closed = true;
    await last;
    this.#rest();
    this.#dropped += this.#queue.length;
    this.#taken(this.#queue.length);
  }

  #delay = 0;

  async #sendAll() {
    while (this.#queue.length > 0) {
      const count = this.#fitting();
      const body = bodyOf(this.#queue.slice(0, count));
      const sent = this.#queue.slice(0, count);
      this.#taken(count);
      const { retry, after } = await this.#post(body);
      if (retry) {
        this.#queue.unshift(...sent);
        this.#bytes += sent.reduce((bytes, item) => bytes + item.bytes, 0);
        this.#delay = after ?? this.#backoff();
        this.#failures++;
        return;
      }
      this.#failures = 0;
    }
  }
}
