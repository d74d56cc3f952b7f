// Server-sent events, as the HTML standard has them, by `fetch`: Node 20 has no EventSource, and this one can be given headers.
// @ts-check

import { ClientError, said } from "./errors.js";
import { drop } from "./fetching.js";
import { backoff, clearBackground, inBackground } from "./timing.js";

/** @typedef {import("../client.js").StreamMessage} Message */

/** A line, and an event, that goes on for longer is no event of a server that means well. */
const MOST_CHARACTERS = 2 ** 16;
/** Between attempts to connect, in milliseconds. */
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 60_000;

/** Makes messages of the text of a stream. */
export class Parser {
  #line = "";
  #endedInReturn = false;
  #type = "";
  #data = /** @type {string[]} */ ([]);
  #size = 0;
  #id = "";
  /** The id that the next connection names: of an event that was whole. */
  lastId;
  /** How many milliseconds the server wants to pass before the next connection, if it said so. */
  retry = /** @type {number | undefined} */ (undefined);

  /** @param {string} lastId of the connection before */
  constructor(lastId) {
    this.lastId = this.#id = lastId;
  }

  /**
   * @param {string} text the next part, cut off anywhere
   * @returns {Message[]} what is complete by now
   */
  push(text) {
    if (this.#endedInReturn && text.startsWith("\n")) text = text.slice(1);
    if (text !== "") this.#endedInReturn = text.endsWith("\r");
    const lines = (this.#line + text).split(/\r\n|\r|\n/);
    this.#line = lines.pop() ?? "";
    const messages = lines.flatMap((line) => this.#take(line) ?? []);
    if (this.#line.length + this.#size > MOST_CHARACTERS) throw new ClientError("stream", `an event has more than ${MOST_CHARACTERS} characters`);
    return messages;
  }

  /** @param {string} line */
  #take(line) {
    if (line === "") return this.#dispatched();
    const [, field, value = ""] = /** @type {RegExpMatchArray} */ (line.match(/^([^:]*)(?:: ?(.*))?$/s));
    if (field === "event") this.#type = value;
    if (field === "id" && !value.includes("\0")) this.#id = value;
    if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length;
    }
    return undefined;
  }

  #dispatched() {
    this.lastId = this.#id;
    const message = { event: this.#type || "message", data: this.#data.join("\n"), lastEventId: this.lastId };
    const isOne = this.#data.length > 0;
    this.#type = "";
    this.#data = [];
    this.#size = 0;
    return isOne ? message : undefined;
  }
}

/** Stays connected, whatever happens, until it is closed or the server says that there will be nothing more. */
export class EventStream {
  #settings;
  #lastId = "";
  #failures = 0;
  #retry = FIRST_DELAY;
  #controller = /** @type {AbortController | undefined} */ (undefined);
  #timer = /** @type {unknown} */ (undefined);

  /**
   * @param {{
   *   url: string, idle: number, fetch: import("../client.js").Fetch, request: Record<string, unknown>,
   *   timers: import("../client.js").Timers, random: () => number, onOpen: () => void, onMessage: (message: Message) => void, onError: (error: ClientError) => void,
   * }} settings
   */
  constructor(settings) {
    this.#settings = settings;
  }

  /** Connects now; a connection that there is gives way. */
  connect() {
    this.close();
    const controller = new AbortController();
    this.#controller = controller;
    void this.#follow(controller);
  }

  close() {
    this.#controller?.abort();
    this.#controller = undefined;
    clearBackground(this.#settings.timers, this.#timer);
    this.#timer = undefined;
  }

  /** @param {AbortController} controller */
  async #follow(controller) {
    const { onError, random, timers } = this.#settings;
    let goesOn = true;
    try {
      goesOn = await this.#read(controller);
    } catch (error) {
      if (this.#controller !== controller) return;
      this.#failures += 1;
      onError(error instanceof ClientError ? error : new ClientError("stream", `the stream of events broke off: ${said(error)}`, { cause: error }));
    }
    if (this.#controller !== controller) return;
    this.close();
    if (!goesOn) return;
    // A server that lets all go at once is not to have all back at once.
    const wait = backoff(this.#failures, { random, retryDelay: this.#retry, maxRetryDelay: LONGEST_DELAY });
    this.#timer = timers.setTimeout(() => {
      this.#timer = undefined;
      this.connect();
    }, wait);
    inBackground(this.#timer);
  }

  /**
   * Reads until the stream ends.
   * @param {AbortController} controller
   * @returns {Promise<boolean>} whether another one is to be expected
   */
  async #read(controller) {
    const { fetch, idle, onMessage, onOpen, request, timers, url } = this.#settings;
    const alive = () => this.#controller === controller;
    /** @type {unknown} */
    let timer;
    const watch = () => {
      clearBackground(timers, timer);
      timer = timers.setTimeout(() => controller.abort(new ClientError("stream", `the stream of events was silent for ${idle} ms`)), idle);
      inBackground(timer);
    };
    try {
      watch();
      const headers = new Headers(/** @type {any} */ (request["headers"] ?? {}));
      headers.set("accept", "text/event-stream");
      if (this.#lastId !== "") headers.set("last-event-id", this.#lastId);
      // A browser's cache would keep the stream as it grows.
      const answer = await fetch(url, { ...(globalThis.location === undefined ? {} : { cache: "no-store" }), ...request, headers, signal: controller.signal });
      if (!alive()) {
        drop(answer);
        return false;
      }
      if (answer.status === 204) return false;
      const type = answer.headers.get("content-type") ?? "";
      if (!answer.ok || !/^text\/event-stream\s*(;|$)/i.test(type) || !answer.body) {
        drop(answer);
        throw new ClientError("stream", `the stream of events answered with status ${answer.status} and the content type \`${type}\``, { status: answer.status });
      }
      onOpen();
      const parser = new Parser(this.#lastId);
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (!alive() || done) return true;
        watch();
        this.#failures = 0;
        for (const message of parser.push(decoder.decode(value, { stream: true }))) onMessage(message);
        this.#lastId = parser.lastId;
        this.#retry = Math.min(parser.retry ?? this.#retry, LONGEST_DELAY);
      }
    } finally {
      clearBackground(timers, timer);
      // What is left of an answer that is of no use any more.
      controller.abort();
    }
  }
}
