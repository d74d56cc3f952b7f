// `samebucket/client`: a snapshot that is fetched, kept and followed. What can go wrong leaves the one before in force.
// @ts-check

import { Evaluator, SnapshotError, init } from "samebucket";

import { ClientError, said } from "./client/errors.js";
import { EventStream } from "./client/event-stream.js";
import { fetchSnapshot, hexOf } from "./client/fetching.js";
import { Appointment, followPage } from "./client/schedule.js";
import { settingsOf } from "./client/settings.js";
import { readRecord, recordOf } from "./client/storage.js";
import { pause, within, withRetries } from "./client/timing.js";
import { Events } from "./events.js";

export { ClientError } from "./client/errors.js";
export { cacheStorage, indexedDbStorage, kvStorage, webStorage } from "./client/storage.js";

/** @typedef {import("./index.js").SnapshotInfo} SnapshotInfo */
/** @typedef {import("./client/fetching.js").Labels} Labels */
/** One search for a newer snapshot, whoever asked for it. `number` counts them.
 * @typedef {import("./client/timing.js").Step & { number: number, done: Promise<SnapshotInfo> }} Search */

/** A storage that takes longer to answer is done without, in milliseconds. */
const STORAGE_TIMEOUT = 1_000;
/** By how much a search may be late before it counts as dead: a worker's are cut off where their request ends. */
const GRACE = 1_000;
/** Polls come this much earlier or later, as a share of their interval, so that what started together does not stay together. */
const JITTER = 0.2;

/** Where whoever counts finds what an evaluator hands over. */
const COUNTING = Symbol.for("samebucket.counting");

/** @param {import("./client.js").ClientOptions} options */
export const createClient = (options) => new Client(options);

class Client {
  #settings;
  #events = /** @type {Events<import("./client.js").ClientEvents>} */ (new Events());
  #info = /** @type {SnapshotInfo | undefined} */ (undefined);
  /** What the server said of the snapshot in force. */
  #labels = /** @type {Labels} */ ({});
  /** Whether the snapshot in force came from the server and was checked. What the page brought is trusted as the page is. */
  #checked = false;
  /** When the snapshot in force last was the server's. */
  #checkedAt = 0;
  #stale = false;
  #closed = false;

  /** Whether the module is ready and what there is without the network was tried. */
  #started = false;
  /** What is to be in force first, until it was tried. */
  #bootstrap;
  #search = /** @type {Search | undefined} */ (undefined);
  #searches = 0;
  /** The search that the snapshot in force is of. */
  #applied = 0;
  /** Whether there was a signal that the search going on may have come too early for. */
  #again = false;
  /** What went wrong last, if it is not over; the server wants to be left alone until this time; uses leave it alone until that. */
  #failure = /** @type {ClientError | undefined} */ (undefined);
  #notBefore = -Infinity;
  #notOnUseBefore = -Infinity;
  #saving = Promise.resolve();
  /** Resolves with the first snapshot in force. */
  #inForce;
  #resolveInForce = () => {};

  #appointment;
  #stream = /** @type {EventStream | undefined} */ (undefined);
  #leavePage = () => {};

  /** @param {import("./client.js").ClientOptions} options */
  constructor(options) {
    const settings = (this.#settings = settingsOf(options));
    const { bootstrap, clock, environment, polling } = settings;
    const evaluator = new Evaluator({ environment, clock });
    this.evaluator = evaluator;
    this.#inForce = new Promise((/** @type {(nothing: void) => void} */ resolve) => (this.#resolveInForce = resolve));
    this.#appointment = new Appointment(settings, () => this.#look());
    const used = polling === false ? this.#using() : evaluator;
    this.evaluate = used.evaluate;
    this.evaluateAll = used.evaluateAll;
    this.explain = used.explain;
    this.bind = used.bind;
    this.#bootstrap = bootstrap;
    this.#loadBootstrap();
    if (polling !== false) this.#begin();
  }

  /** What the evaluator answers is handed on as it is, with what counts it. */
  get [COUNTING]() {
    return /** @type {any} */ (this.evaluator)[COUNTING];
  }

  get info() {
    return this.#info;
  }

  get stale() {
    return this.#stale;
  }

  /**
   * @template {keyof import("./client.js").ClientEvents} Event
   * @param {Event} event
   * @param {(detail: import("./client.js").ClientEvents[Event]) => unknown} listener
   */
  on(event, listener) {
    return this.#events.on(event, listener);
  }

  async ready() {
    while (this.#info === undefined) {
      if (this.#failure !== undefined && this.#settings.clock() < this.#notOnUseBefore) throw this.#failure;
      // The one that goes on may be dead: then the next round begins another.
      const search = this.#searching();
      await Promise.race([this.#inForce, this.#ended(search)]);
    }
  }

  async refresh() {
    for (;;) {
      const info = await this.#ended(this.#searching());
      if (info !== undefined) return info;
    }
  }

  async settled() {
    const { timeout } = this.#settings;
    if (this.#search !== undefined) await this.#ended(this.#search).catch(() => {});
    await within(this.#settings, { deadline: 0 }, timeout, () => this.#saving).catch(() => {});
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#appointment.clear();
    this.#leavePage();
    this.#stream?.close();
    this.#search?.stop?.(closed());
    this.#search = undefined;
    this.#events.clear();
  }

  /** The evaluator's functions, which look for a newer snapshot when this one is too old. They do not wait for it. */
  #using() {
    const { evaluator } = this;
    const use = () => {
      if (!this.#alive() && !this.#isFresh() && this.#settings.clock() >= this.#notOnUseBefore) this.#look();
    };
    return {
      evaluate: /** @type {Evaluator["evaluate"]} */ ((/** @type {[string]} */ ...of) => (use(), evaluator.evaluate(...of))),
      evaluateAll: /** @type {Evaluator["evaluateAll"]} */ ((context) => (use(), evaluator.evaluateAll(context))),
      explain: /** @type {Evaluator["explain"]} */ ((flagKey, context) => (use(), evaluator.explain(flagKey, context))),
      bind: /** @type {Evaluator["bind"]} */ ((context) => (use(), evaluator.bind(context))),
    };
  }

  /** Whether the snapshot was the server's not long ago. A clock that was set back does not know. */
  #isFresh() {
    const age = this.#settings.clock() - this.#checkedAt;
    return this.#info !== undefined && age >= 0 && age < this.#settings.maxAge;
  }

  /** Follows what says that there may be a newer snapshot, and looks for one. */
  #begin() {
    const { fetch, random, request, stream, timers } = this.#settings;
    this.#leavePage = followPage({
      onVisible: () => this.#signalled(0),
      onOnline: () => {
        this.#signalled(0);
        this.#stream?.connect();
      },
    });
    if (stream !== undefined) {
      this.#stream = new EventStream({
        url: stream.url, idle: stream.idle, fetch, random, request, timers,
        // What came while there was no connection is lost.
        onOpen: () => this.#signalled(0),
        onMessage: (message) => {
          if (stream.signals(message)) this.#signalled(stream.spread);
        },
        onError: (error) => this.#events.emit("error", { error }),
      });
      this.#stream.connect();
    }
    this.#look();
  }

  /**
   * There may be a newer snapshot.
   * @param {number} spread looks for it within so many milliseconds, so that not all come at once
   */
  #signalled(spread) {
    const { clock, random } = this.#settings;
    if (this.#closed) return;
    if (this.#alive()) {
      this.#again = true;
      return;
    }
    const wait = Math.max(this.#notBefore - clock(), random() * spread);
    if (wait > 0) this.#appointment.bringForward(wait);
    else this.#look();
  }

  /** Looks for a newer snapshot, and says by events alone what came of it. */
  #look() {
    if (this.#closed) return;
    const wait = this.#notBefore - this.#settings.clock();
    // A timer may be a little early.
    if (wait > 0) this.#appointment.bringForward(wait);
    else this.#searching();
  }

  /** The search that goes on, or a new one. */
  #searching() {
    const going = this.#search;
    if (going !== undefined && this.#alive()) return going;
    this.#expectOpen();
    if (this.#failure !== undefined && this.#settings.clock() < this.#notBefore) throw this.#failure;
    const search = /** @type {Search} */ ({ number: ++this.#searches, deadline: Infinity, stop: undefined });
    this.#search = search;
    search.done = this.#searched(search);
    search.done.catch(() => {});
    return search;
  }

  #alive() {
    return this.#search !== undefined && this.#settings.clock() <= this.#search.deadline + GRACE;
  }

  /**
   * What a search found; `undefined` where it is dead, since then its promise is never kept.
   * @param {Search} search
   */
  async #ended(search) {
    if (this.#settings.polling !== false) return search.done;
    const { clock } = this.#settings;
    while (clock() <= search.deadline + GRACE) {
      const waiting = /** @type {import("./client/timing.js").Step} */ ({ deadline: 0 });
      const left = Math.min(search.deadline + GRACE + 1 - clock(), 2 * GRACE);
      const dead = pause(this.#settings, waiting, left).catch(() => {});
      try {
        const info = await Promise.race([search.done, dead]);
        if (info !== undefined) return info;
      } finally {
        waiting.stop?.(closed());
      }
    }
    return undefined;
  }

  /** @param {Search} search */
  async #searched(search) {
    const { clock, maxAge, maxRetryDelay, polling } = this.#settings;
    try {
      if (!this.#started) await this.#start(search);
      const attempt = () => (this.#expectOpen(), this.#attempt(search));
      const wait = (/** @type {number} */ milliseconds) => (this.#expectOpen(), pause(this.#settings, search, milliseconds));
      const info = await withRetries(this.#settings, attempt, wait);
      this.#failure = undefined;
      this.#notBefore = this.#notOnUseBefore = -Infinity;
      return info;
    } catch (thrown) {
      if (this.#closed) throw closed();
      const error = thrown instanceof ClientError ? thrown : new ClientError("snapshot", said(thrown), { cause: thrown });
      // What came of a search that others did not wait for concerns nobody.
      if (search.number < this.#applied) throw error;
      this.#failure = error;
      this.#notBefore = clock() + (error.retryAfter ?? 0);
      // While the server is away not every use asks for it.
      this.#notOnUseBefore = Math.max(this.#notBefore, polling === false ? clock() + Math.min(maxAge, maxRetryDelay) : 0);
      this.#failed(error);
      throw error;
    } finally {
      if (this.#search === search) this.#search = undefined;
      if (!this.#closed) this.#next();
    }
  }

  #next() {
    const { clock, polling, random } = this.#settings;
    const notBefore = this.#notBefore - clock();
    if (polling !== false) this.#appointment.set(Math.max(polling * (1 + JITTER * (2 * random() - 1)), notBefore));
    if (!this.#again) return;
    this.#again = false;
    this.#signalled(0);
  }

  /** @param {Search} search */
  async #start(search) {
    const { storage, wasm } = this.#settings;
    try {
      await init(wasm);
    } catch (error) {
      throw new ClientError("module", said(error), { cause: error });
    }
    this.#loadBootstrap(true);
    if (this.#info === undefined && storage !== undefined) await this.#restore(storage, search);
    this.#started = true;
  }

  /**
   * What the page brought, at once if the module is ready.
   * @param {boolean} [isReady] whether the module is, for sure
   */
  #loadBootstrap(isReady = false) {
    if (this.#bootstrap === undefined) return;
    const { clock, load } = this.#settings;
    // Whoever makes the client has not had the time to listen.
    const emit = (/** @type {() => void} */ event) => queueMicrotask(event);
    try {
      const info = this.evaluator.loadSnapshot(this.#bootstrap, load);
      this.#checkedAt = clock();
      this.#became(info);
      emit(() => this.#events.emit("ready", { info }));
    } catch (error) {
      if (!isReady && !(error instanceof SnapshotError)) return;
      emit(() => this.#events.emit("error", { error: snapshotError("the snapshot given as `bootstrap`", error) }));
    }
    this.#bootstrap = undefined;
  }

  /**
   * The last good snapshot is in force, if there is one, until the server has answered.
   * @param {import("./client.js").SnapshotStorage} storage
   * @param {Search} search
   */
  async #restore(storage, search) {
    const { clock, load, maxAge, storageKey, verifier } = this.#settings;
    try {
      const record = await within(this.#settings, search, STORAGE_TIMEOUT, async () => storage.get(storageKey));
      if (record == null) return;
      const { about, bytes } = readRecord(record);
      const { checkedAt, digest, ...labels } = about;
      if ((await this.#digestOf(bytes)) !== digest) throw new ClientError("digest", "the snapshot kept in the storage is not as it was written");
      await verifier?.check(bytes, labels.signature);
      if (this.#closed || this.#info !== undefined) return;
      const info = loaded("the snapshot kept in the storage", () => this.evaluator.loadSnapshot(bytes, load));
      this.#labels = labels;
      this.#checked = true;
      this.#checkedAt = checkedAt;
      this.#became(info);
      this.#events.emit("ready", { info });
      const age = clock() - checkedAt;
      if (age < 0 || age >= maxAge) this.#becameStale();
    } catch (error) {
      if (this.#closed) return;
      const isOurs = error instanceof ClientError && error.code !== "timeout";
      this.#events.emit("error", { error: isOurs ? error : new ClientError("storage", `the storage could not be read: ${said(error)}`, { cause: error }) });
    }
  }

  /**
   * Asks the server once.
   * @param {Search} search
   */
  async #attempt(search) {
    const { acceptOlder, clock, load, requireDigest, timeout, verifier } = this.#settings;
    const etag = this.#checked ? this.#labels.etag : undefined;
    const answered = await within(this.#settings, search, timeout, (signal) => fetchSnapshot(this.#settings, etag, signal));
    if (answered === undefined) return this.#confirmed(search, {});
    const { bytes, expectedDigest, labels } = answered;
    const digest = await this.#digestOf(bytes);
    if (expectedDigest !== undefined && expectedDigest !== digest) {
      throw new ClientError("digest", `the snapshot's digest is \`${digest}\`; the server announced \`${expectedDigest}\``);
    }
    if (expectedDigest === undefined && requireDigest) throw new ClientError("digest", "the server announced no digest of the snapshot");
    const isKnown = digest === this.#info?.digest;
    // A browser's cache makes an answer of its own of a 304.
    if (isKnown && this.#checked) return this.#confirmed(search, labels);
    if (!isKnown && !acceptOlder && isOlder(labels, this.#labels)) {
      throw new ClientError("older", `the server gave an older snapshot, of ${labels.lastModified}, after one of ${this.#labels.lastModified}`);
    }
    await verifier?.check(bytes, labels.signature);
    this.#expectNewest(search);
    const before = this.#info;
    const info = isKnown && before !== undefined ? before : loaded("the snapshot", () => this.evaluator.loadSnapshot(bytes, load));
    const wasStale = this.#stale;
    // An answer that does not say when it was modified does not make way for older ones.
    this.#labels = { ...labels, lastModified: labels.lastModified ?? this.#labels.lastModified };
    this.#checked = true;
    this.#stale = false;
    this.#checkedAt = clock();
    this.#applied = search.number;
    this.#became(info);
    this.#save(bytes);
    if (before === undefined || wasStale) this.#events.emit("ready", { info });
    if (before !== undefined && !isKnown && info.changed.length > 0) this.#events.emit("change", { info, changed: info.changed });
    return info;
  }

  #expectOpen() {
    if (this.#closed) throw closed();
  }

  /** A search that took so long that another one has been applied since is of no use any more. @param {Search} search */
  #expectNewest(search) {
    this.#expectOpen();
    if (search.number < this.#applied) throw new ClientError("older", "the answer came after that to a later request");
  }

  /**
   * The snapshot in force is the server's.
   * @param {Search} search
   * @param {Labels} labels
   */
  #confirmed(search, labels) {
    const info = /** @type {SnapshotInfo} */ (this.#info);
    this.#expectNewest(search);
    this.#applied = search.number;
    const known = Object.entries(labels).filter(([name, value]) => value !== undefined && (name !== "lastModified" || !isOlder(labels, this.#labels)));
    this.#labels = { ...this.#labels, ...Object.fromEntries(known) };
    this.#checkedAt = this.#settings.clock();
    if (this.#stale) {
      this.#stale = false;
      this.#events.emit("ready", { info });
    }
    return info;
  }

  /** @param {SnapshotInfo} info */
  #became(info) {
    this.#info = info;
    this.#resolveInForce();
  }

  /** @param {ClientError} error */
  #failed(error) {
    this.#events.emit("error", { error });
    if (this.#info !== undefined && !this.#stale) this.#becameStale();
  }

  #becameStale() {
    this.#stale = true;
    this.#events.emit("stale", { since: this.#checkedAt });
  }

  /** @param {Uint8Array} bytes */
  #save(bytes) {
    const { storage, storageKey } = this.#settings;
    if (storage === undefined) return;
    const about = { ...this.#labels, digest: /** @type {SnapshotInfo} */ (this.#info).digest, checkedAt: this.#checkedAt };
    this.#saving = (async () => void (await storage.set(storageKey, recordOf(about, bytes))))().catch((error) => {
      this.#events.emit("error", { error: new ClientError("storage", `the snapshot could not be kept: ${said(error)}`, { cause: error }) });
    });
  }

  /**
   * The SHA-256, as in `SnapshotInfo`.
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async #digestOf(bytes) {
    if (globalThis.crypto?.subtle !== undefined) return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    // In a page that is not a secure context.
    const evaluator = new Evaluator();
    try {
      return loaded("the snapshot", () => evaluator.loadSnapshot(bytes, this.#settings.load)).digest;
    } finally {
      evaluator.free();
    }
  }
}

// For `using`, where the runtime has it.
if (Symbol.dispose) Object.defineProperty(Client.prototype, Symbol.dispose, { value: Client.prototype.close, writable: true, configurable: true });

const closed = () => new ClientError("closed", "the client was closed");

/**
 * Whether an answer was modified before another one: as far as the server tells.
 * @param {Labels} next
 * @param {Labels} current
 */
const isOlder = (next, current) => Date.parse(next.lastModified ?? "") < Date.parse(current.lastModified ?? "");

/**
 * @param {string} what
 * @param {unknown} error
 */
const snapshotError = (what, error) => new ClientError("snapshot", `${what} was refused: ${said(error)}`, { cause: error });

/**
 * @param {string} what
 * @param {() => SnapshotInfo} load
 */
function loaded(what, load) {
  try {
    return load();
  } catch (error) {
    throw snapshotError(what, error);
  }
}
