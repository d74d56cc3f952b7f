/// <reference lib="esnext.disposable" />

import type { Evaluator, Format, InitInput, SnapshotInfo } from "./index.js";

/** Anything that evaluates flags as an `Evaluator` does. */
export type Flags = Pick<Evaluator, "evaluate" | "evaluateAll" | "explain" | "bind">;

/**
 * A client for the snapshot at an address: it is fetched, kept and followed. Fails only for options that cannot be; whatever else
 * goes wrong, then or later, is an event `error`, and the snapshot before stays in force.
 *
 * With polling, which is the default everywhere but at the edge, it starts at once. Without, nothing happens until it is used.
 * At the edge (the export conditions `workerd` and `edge-light`) `polling` must be false or left out, and `stream` left out.
 * @throws {TypeError} for an option that cannot be; it says which, and what was expected
 */
export function createClient(options: ClientOptions): Client;

/** The snapshot in force, followed. Its functions for flags never throw and never wait; they can be taken off: `const { evaluate } = client`. */
export interface Client extends Flags {
  /** As of an `Evaluator`. Without polling it looks for a newer snapshot, in the background, when this one is older than `maxAge`. */
  readonly evaluate: Evaluator["evaluate"];
  /** As `evaluate`. */
  readonly evaluateAll: Evaluator["evaluateAll"];
  /** As `evaluate`. */
  readonly explain: Evaluator["explain"];
  /** As `evaluate`, when it is bound. What is bound follows the snapshot; its own `evaluate` looks for nothing. */
  readonly bind: Evaluator["bind"];

  /** What evaluates. Its circuits may be set; its snapshot is the client's to load. */
  readonly evaluator: Evaluator;

  /** What is known of the snapshot in force; `undefined` before the first. */
  readonly info: SnapshotInfo | undefined;

  /**
   * Whether the snapshot in force may not be the server's any more: the last search for a newer one failed, with all its retries, or the
   * snapshot came from the storage, was the server's longer than `maxAge` ago, and the server has not answered yet.
   */
  readonly stale: boolean;

  /**
   * Resolves when a snapshot is in force, whichever source it came from.
   * @throws {ClientError} when there is none anywhere, and the server did not give one in all its attempts. The client goes on trying; ask again
   */
  ready(): Promise<void>;

  /**
   * Asks the server now, or shares the answer with whoever has asked already.
   * @throws {ClientError} which was an event, too. Nobody is asked while the server wants to be left alone (`Retry-After`): then this is the last error again
   */
  refresh(): Promise<SnapshotInfo>;

  /**
   * Resolves when nothing goes on in the background: no request, no writing to the storage. Never rejects. It is for the `waitUntil` of a
   * runtime that stops what is left over when a request ends.
   */
  settled(): Promise<void>;

  /** Calls the listener at each such event. What it throws is printed, and breaks nothing.
   * @returns takes the listener off */
  on<Event extends keyof ClientEvents>(event: Event, listener: (detail: ClientEvents[Event]) => unknown): () => void;

  /**
   * Ends following: no timer, listener or connection is left, and what was awaited rejects with the code `closed`. The snapshot stays in force, so
   * that what is still going on gets answers; `client.evaluator.free()` gives back its memory at once.
   */
  close(): void;

  /** As `close`. */
  [Symbol.dispose](): void;
}

/** The events of a client, with what listeners are given. */
export interface ClientEvents {
  /** The first snapshot is in force, or the one in force is not stale any more. */
  ready: { readonly info: SnapshotInfo };
  /** Another snapshot is in force in which flags differ: these, in alphabetical order. Not for the first one, and not where no flag differs. */
  change: { readonly info: SnapshotInfo; readonly changed: readonly string[] };
  /** The snapshot in force became stale. `since`: when it last was the server's, in milliseconds since 1970. */
  stale: { readonly since: number };
  /** Something went wrong; the snapshot in force stays. */
  error: { readonly error: ClientError };
}

/**
 * What went wrong:
 *
 * - `network`: the server could not be reached
 * - `timeout`: no whole answer within `timeout`
 * - `http`: another status than success, or one of success without the whole body (204, 205, 206); `status` has it
 * - `content_type`: no JSON; an HTML error page, for one
 * - `truncated`: the body ended before its end
 * - `too_large`: the body has more than 32 MiB
 * - `digest`: the bytes are not those that the server announced, or, with `requireDigest`, it announced none
 * - `signature`: not signed, or not by the key expected, or over other bytes; or WebCrypto or Ed25519 is missing
 * - `snapshot`: refused by the evaluator; `cause` is its `SnapshotError`, with all issues
 * - `older`: modified before the snapshot in force, or the answer to an earlier request
 * - `storage`: the storage could not be read or written, or held something else
 * - `stream`: the stream of events could not be opened, or broke off
 * - `module`: the wasm could not be made ready
 * - `closed`: the client was closed meanwhile; never an event
 */
export type ClientErrorCode =
  | "network" | "timeout" | "http" | "content_type" | "truncated" | "too_large" | "digest" | "signature" | "snapshot" | "older" | "storage" | "stream" | "module"
  | "closed";

/** What went wrong with fetching, keeping or following a snapshot. */
export class ClientError extends Error {
  private constructor();
  readonly code: ClientErrorCode;
  /** The HTTP status, for the code `http` and, where there was an answer, `stream`. */
  readonly status: number | undefined;
  /** In how many milliseconds the server wanted to be asked again (`Retry-After`), an hour at the most. */
  readonly retryAfter: number | undefined;
}

/** Milliseconds, where nothing else is said: up to 2 147 483 647, which is as long as timers can wait. */
export interface ClientOptions {
  /** The snapshot's address. In a page it may be relative to the page. */
  url: string | { readonly href: string };

  /** The time between polls, give or take a fifth. From 1; `false`: no polls, and a search on use instead. Default 60 000; at the edge `false`. */
  polling?: number | false | undefined;
  /**
   * Without polling, how old a snapshot may be before its use starts a search for a newer one; and how old one from the storage may be without
   * being stale. From 0. Default: `polling`, or 60 000.
   */
  maxAge?: number | undefined;
  /** How long one attempt may take, to the last byte, the signature's included. From 1. Default 5 000. */
  timeout?: number | undefined;
  /**
   * How often an attempt is repeated when what failed may pass: no connection, a time-out, half a body, a wrong digest, and the statuses 408, 425, 429 and
   * from 500. A whole number from 0. Default 3.
   */
  retries?: number | undefined;
  /**
   * The longest wait before the first repetition; each later one may take twice as long, up to `maxRetryDelay`. How long it is, is
   * drawn between 0 and that (exponential backoff with full jitter). With `Retry-After` that time comes first. From 0. Default 500.
   */
  retryDelay?: number | undefined;
  /** From 0. Default 10 000. When `Retry-After` is longer there is no repetition: nobody asks until then. */
  maxRetryDelay?: number | undefined;

  /** Server-sent events as a signal to search: their address, or more about them. Polling goes on beside them, as a net. */
  stream?: string | { readonly href: string } | StreamOptions | undefined;

  /**
   * A snapshot to start with: it is in force when `createClient` returns if the module is ready then, else as soon as it is. It is trusted as the code
   * is: no signature is asked for. The storage is not read then.
   */
  bootstrap?: string | Uint8Array | object | undefined;

  /** Where the last good snapshot is kept for a start without network. */
  storage?: SnapshotStorage | undefined;
  /** The key in the storage. Default: `samebucket:` and the address. */
  storageKey?: string | undefined;

  /**
   * The Ed25519 key, or keys, one of which must have signed the snapshot's bytes. Without a signature by one, nothing from the server or the storage is loaded.
   */
  publicKey?: PublicKey | readonly PublicKey[] | undefined;
  /** Where the signature is: 64 bytes, or their base64. Default: the header `x-snapshot-signature`, in base64, of the snapshot's answer. */
  signatureUrl?: string | { readonly href: string } | undefined;
  /**
   * Whether an answer must announce the digest of its bytes, by the header `x-snapshot-digest` (SHA-256 in hexadecimal digits) or by `Repr-Digest`
   * (RFC 9530, `sha-256`), the latter not of a compressed answer or one from another origin. Where one is announced it is checked in any case. Default `false`.
   */
  requireDigest?: boolean | undefined;
  /** Whether a snapshot whose `Last-Modified` is before that of the one in force may replace it. Default `false`. */
  acceptOlder?: boolean | undefined;
  /** Content types to take beside `application/json`, `text/json` and all that end in `+json`; `""` stands for none. Default: no others. */
  contentTypes?: readonly string[] | undefined;
  /** More for `fetch`, for all requests: `headers`, `credentials`, `redirect`, Cloudflare's `cf`. */
  request?: { readonly headers?: Readonly<Record<string, string>> | undefined; readonly [option: string]: unknown } | undefined;

  /** Default `"auto"`: found by the snapshot's shape. */
  format?: Format | "auto" | undefined;
  /** The environment that stands before the snapshots' own. */
  environment?: string | undefined;
  /** Default `"reject"`: a snapshot with an invalid flag is refused. `"skip"` leaves out such flags. */
  onInvalidFlag?: "reject" | "skip" | undefined;
  /** What `init` is given where the module is not ready on import. Default: the package's own file. */
  wasm?: InitInput | undefined;

  /** Default: the runtime's own. */
  fetch?: Fetch | undefined;
  /** The time in milliseconds since 1970, for the evaluator, too. Default `Date.now`. */
  clock?: (() => number) | undefined;
  /** A number from 0, below 1. Default `Math.random`. */
  random?: (() => number) | undefined;
  /** Default: the runtime's own. */
  timers?: Timers | undefined;
}

/** More about a stream of server-sent events. */
export interface StreamOptions {
  /** In a page it may be relative to the page. */
  url: string | { readonly href: string };
  /** Which messages are signals. Default: all. */
  signals?: ((message: StreamMessage) => boolean) | undefined;
  /** The search starts within so many milliseconds of the signal, drawn at random, so that not all clients come at once. From 0. Default 1 000. */
  spread?: number | undefined;
  /** A connection on which nothing came for so long is made anew. From 1. Default 300 000. */
  idle?: number | undefined;
}

/** One server-sent event. */
export interface StreamMessage {
  /** Its type; `message` where it has none. */
  readonly event: string;
  readonly data: string;
  readonly lastEventId: string;
}

/**
 * An Ed25519 public key: its 32 bytes, or its 44 as SPKI; either in base64; PEM; or what `crypto.subtle.importKey` gives.
 */
export type PublicKey = string | Uint8Array | { readonly type: string; readonly algorithm: object; readonly extractable: boolean };

/** Keeps a text by a key. Anything with these two will do, a client for Redis for one. */
export interface SnapshotStorage {
  get(key: string): unknown;
  set(key: string, value: string): unknown;
}

/** What is used of a `Storage`. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** What is used of a Cloudflare KV namespace. */
export interface KvNamespace {
  get(key: string, options?: any): Promise<string | null>;
  put(key: string, value: string, options?: any): Promise<void>;
}

/** What is used of a `Cache`. */
export interface CacheLike {
  match(request: string): Promise<{ text(): Promise<string> } | undefined>;
  put(request: string, response: any): Promise<void>;
}

/**
 * `localStorage`, or another one, which holds some 5 MiB.
 * @param storage default `localStorage`, looked up on use
 */
export function webStorage(storage?: WebStorage): SnapshotStorage;

/** IndexedDB, which holds more. @param database default `samebucket` */
export function indexedDbStorage(database?: string): SnapshotStorage;

/**
 * Cloudflare KV, whose values may have 25 MiB.
 * @param options.cacheTtl for how many seconds a colo may answer a read without asking: from 30; Cloudflare's default is 60
 * @param options.expirationTtl after how many seconds what was kept is gone: from 60. Default: never
 */
export function kvStorage(namespace: KvNamespace, options?: { cacheTtl?: number; expirationTtl?: number }): SnapshotStorage;

/**
 * The Cache API of a browser or a worker.
 * @param cache a cache, or what gives it on use. Default `caches.open("samebucket")`
 */
export function cacheStorage(cache?: CacheLike | (() => CacheLike | PromiseLike<CacheLike>)): SnapshotStorage;

/** What is used of `fetch`. */
export type Fetch = (url: string, init?: any) => Promise<FetchResponse>;

/** What is used of a `Response`. */
export interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly type?: string;
  readonly headers: { get(name: string): string | null };
  readonly body: {
    getReader(): { read(): Promise<{ done: boolean; value?: any }>; cancel(): Promise<void> };
    cancel(): Promise<void>;
  } | null;
}

/** What is used of the runtime's timers. */
export interface Timers {
  /** What it gives is handed to `clearTimeout`; where it has `unref`, that is called for what need not keep a process alive. */
  setTimeout(callback: () => void, milliseconds: number): unknown;
  /** Called with `undefined`, too. */
  clearTimeout(timer: unknown): void;
}
