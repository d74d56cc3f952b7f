// The last good snapshot, kept for a start without network: how it is written down, and where.
// @ts-check

import { ClientError } from "./errors.js";

/** @typedef {import("../client.js").SnapshotStorage} SnapshotStorage */
/** What is known of a snapshot; `checkedAt`: when it last was the server's, in milliseconds since 1970.
 * @typedef {import("./fetching.js").Labels & { digest: string, checkedAt: number }} About */

/**
 * A line of JSON about the snapshot, then the snapshot as it came: so that neither is escaped.
 * @param {About} about
 * @param {Uint8Array} bytes which are UTF-8: else they would not have loaded
 */
export const recordOf = (about, bytes) => `${JSON.stringify(about)}\n${new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)}`;

/**
 * @param {unknown} record
 * @returns {{ about: About, bytes: Uint8Array<ArrayBuffer> }}
 */
export function readRecord(record) {
  try {
    if (typeof record !== "string") throw new TypeError("not a text");
    const end = record.indexOf("\n");
    const { checkedAt, digest, etag, lastModified, signature } = JSON.parse(record.slice(0, end));
    if (typeof checkedAt !== "number" || typeof digest !== "string") throw new TypeError("not a record");
    const text = (/** @type {unknown} */ value) => (typeof value === "string" ? value : undefined);
    const about = { checkedAt, digest, etag: text(etag), lastModified: text(lastModified), signature: text(signature) };
    return { about, bytes: new TextEncoder().encode(record.slice(end + 1)) };
  } catch (error) {
    throw new ClientError("storage", "what the storage holds is not a snapshot that was kept there", { cause: error });
  }
}

/**
 * `localStorage`, or another Storage. It is looked up on use, since looking alone throws where a page may not have it.
 * @param {import("../client.js").WebStorage} [storage]
 * @returns {SnapshotStorage}
 */
export const webStorage = (storage) => ({
  get: (key) => (storage ?? localStorage).getItem(key),
  set: (key, value) => (storage ?? localStorage).setItem(key, value),
});

/**
 * @param {import("../client.js").KvNamespace} namespace
 * @param {{ cacheTtl?: number, expirationTtl?: number }} [options]
 * @returns {SnapshotStorage}
 */
export const kvStorage = (namespace, { cacheTtl, expirationTtl } = {}) => ({
  get: (key) => namespace.get(key, cacheTtl === undefined ? {} : { cacheTtl }),
  set: (key, value) => namespace.put(key, value, expirationTtl === undefined ? {} : { expirationTtl }),
});

/**
 * @param {import("../client.js").CacheLike | (() => import("../client.js").CacheLike | PromiseLike<import("../client.js").CacheLike>)} [cache]
 * @returns {SnapshotStorage}
 */
export function cacheStorage(cache = () => caches.open("samebucket")) {
  const opened = async () => (typeof cache === "function" ? cache() : cache);
  // The Cache API knows answers to requests alone. Nobody answers under this domain (RFC 2606).
  const address = (/** @type {string} */ key) => `https://samebucket.invalid/${encodeURIComponent(key)}`;
  return {
    get: async (key) => (await (await opened()).match(address(key)))?.text(),
    set: async (key, value) => {
      const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "max-age=31536000" };
      await (await opened()).put(address(key), new Response(value, { headers }));
    },
  };
}

const STORE = "snapshots";

/**
 * A connection for each use, so that none stays open.
 * @param {string} [database]
 * @returns {SnapshotStorage}
 */
export function indexedDbStorage(database = "samebucket") {
  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest} use
   */
  const used = async (mode, use) => {
    const opening = indexedDB.open(database, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const connection = await done(opening);
    try {
      const transaction = connection.transaction(STORE, mode);
      const result = await done(use(transaction.objectStore(STORE)));
      if (mode === "readwrite") await committed(transaction);
      return result;
    } finally {
      connection.close();
    }
  };
  return {
    get: (key) => used("readonly", (store) => store.get(key)),
    set: (key, value) => used("readwrite", (store) => store.put(value, key)),
  };
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
