// The options of a client, checked and completed.
// @ts-check

import { address, called, milliseconds } from "../options.js";
import { Verifier } from "./signature.js";
import { globalTimers } from "./timing.js";

/** @typedef {import("../client.js").ClientOptions} ClientOptions */
/** @typedef {ReturnType<typeof settingsOf>} Settings */

/** @param {ClientOptions} options */
export function settingsOf(options) {
  if (typeof options !== "object" || options === null) throw new TypeError("`createClient` takes an object with a `url`");
  const { publicKey, storage, stream } = options;
  // Who names signatures wants them checked.
  if (options.signatureUrl !== undefined && publicKey === undefined) throw new TypeError("`signatureUrl` needs a `publicKey` to check signatures with");
  const url = address("url", options.url);
  const polling = options.polling === false ? options.polling : milliseconds("polling", options.polling ?? 60_000, 1);
  const maxAge = milliseconds("maxAge", options.maxAge ?? (polling === false ? 60_000 : polling), 0);
  if (storage !== undefined && (typeof storage?.get !== "function" || typeof storage.set !== "function")) throw new TypeError("`storage` must have `get` and `set`");
  return {
    url,
    signatureUrl: options.signatureUrl === undefined ? undefined : address("signatureUrl", options.signatureUrl),
    polling,
    maxAge,
    timeout: milliseconds("timeout", options.timeout ?? 5_000, 1),
    retries: whole("retries", options.retries ?? 3),
    retryDelay: milliseconds("retryDelay", options.retryDelay ?? 500, 0),
    maxRetryDelay: milliseconds("maxRetryDelay", options.maxRetryDelay ?? 10_000, 0),
    stream: stream === undefined ? undefined : streamOf(stream),
    bootstrap: options.bootstrap,
    storage,
    storageKey: options.storageKey ?? `samebucket:${url}`,
    verifier: publicKey === undefined ? undefined : new Verifier(publicKey),
    requireDigest: options.requireDigest ?? false,
    acceptOlder: options.acceptOlder ?? false,
    contentTypes: typesOf(options.contentTypes ?? []),
    request: requestOf(options.request ?? {}),
    load: { format: options.format ?? "auto", onInvalidFlag: reactionTo(options.onInvalidFlag ?? "reject") },
    environment: options.environment,
    wasm: options.wasm,
    fetch: called("fetch", options.fetch ?? defaultFetch),
    clock: called("clock", options.clock ?? Date.now),
    random: called("random", options.random ?? Math.random),
    timers: options.timers ?? globalTimers,
  };
}

/** Looked up on use, so that what is put in its place later is used. @type {import("../client.js").Fetch} */
const defaultFetch = (url, init) => fetch(url, init);

/** @param {NonNullable<ClientOptions["contentTypes"]>} types */
function typesOf(types) {
  if (Array.isArray(types) && types.every((type) => typeof type === "string")) return types.map((type) => type.toLowerCase());
  throw new TypeError("`contentTypes` must be a list of texts");
}

/** @param {NonNullable<ClientOptions["request"]>} request */
function requestOf(request) {
  if (typeof request !== "object") throw new TypeError("`request` must be an object");
  return request;
}

/** @param {NonNullable<ClientOptions["onInvalidFlag"]>} reaction */
function reactionTo(reaction) {
  if (reaction === "reject" || reaction === "skip") return reaction;
  throw new TypeError(`\`onInvalidFlag\` must be "reject" or "skip"`);
}

/** @param {NonNullable<ClientOptions["stream"]>} stream */
function streamOf(stream) {
  if (typeof stream !== "string" && (typeof stream !== "object" || stream === null)) throw new TypeError("`stream` must be an address, or an object with a `url`");
  const { url, signals = () => true, spread = 1_000, idle = 300_000 } = typeof stream === "string" || "href" in stream ? { url: stream } : stream;
  return {
    url: address("stream.url", url),
    signals: called("stream.signals", signals),
    spread: milliseconds("stream.spread", spread, 0),
    idle: milliseconds("stream.idle", idle, 1),
  };
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function whole(name, value) {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new TypeError(`\`${name}\` must be a whole number from 0; it is \`${String(value)}\``);
}
