// One request for a snapshot, and what its answer must be like before anybody looks into it.
// @ts-check

import { ClientError, said } from "./errors.js";

/** @typedef {import("../client.js").Fetch} Fetch */
/** @typedef {import("../client.js").FetchResponse} Answer */
/** What the server said of a snapshot: all of it is kept with the snapshot.
 * @typedef {{ etag?: string | undefined, lastModified?: string | undefined, signature?: string | undefined }} Labels */
/** @typedef {{ bytes: Uint8Array<ArrayBuffer>, labels: Labels, expectedDigest: string | undefined }} Fetched */
/** @typedef {{ fetch: Fetch, url: string, signatureUrl: string | undefined, request: Record<string, unknown>, contentTypes: readonly string[], clock: () => number }} Source */

/** As the evaluator's own limit. */
const MOST_BYTES = 32 * 2 ** 20;
const MOST_SIGNATURE_BYTES = 4_096;
/** However long a server wants to be left alone, it is asked again after this many milliseconds. */
const LONGEST_RETRY_AFTER = 3_600_000;

/** No content, and a part of it that nobody has asked for. */
const WITHOUT_WHOLE_BODY = [204, 205, 206];

/** Whether there is a cache between this code and the network that answers for the server: a browser's. */
const hasHttpCache = () => globalThis.location !== undefined;

/**
 * Asks for the snapshot: `undefined` when it is still the one with this etag.
 * @param {Source} source
 * @param {string | undefined} etag
 * @param {AbortSignal} signal
 * @returns {Promise<Fetched | undefined>}
 */
export async function fetchSnapshot(source, etag, signal) {
  // To another origin this header would cost a request more, which asks whether it may be sent: there the browser's cache knows the etag.
  const conditional = etag !== undefined && !isForeign(source.url);
  const answer = await ask(source, source.url, signal, { accept: "application/json", ...(conditional ? { "if-none-match": etag } : {}) });
  if (answer.status === 304 && conditional) return undefined;
  expectOk(answer, source);
  const type = answer.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!/^(application|text)\/([^/]+\+)?json$/.test(type) && !source.contentTypes.includes(type)) {
    drop(answer);
    throw new ClientError("content_type", `the snapshot's content type is ${type === "" ? "missing" : `\`${type}\``}; \`application/json\` was expected`);
  }
  const bytes = await bodyOf(answer, MOST_BYTES);
  const header = (/** @type {string} */ name) => answer.headers.get(name) ?? undefined;
  const signature = source.signatureUrl === undefined ? header("x-snapshot-signature") : await fetchSignature(source, source.signatureUrl, signal);
  return {
    bytes,
    labels: { etag: header("etag"), lastModified: header("last-modified"), signature },
    expectedDigest: digestExpected(answer),
  };
}

/**
 * The signature as base64, as which it is kept: the file has it so, or as its 64 bytes.
 * @param {Source} source
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function fetchSignature(source, url, signal) {
  const answer = await ask(source, url, signal, {});
  expectOk(answer, source);
  const bytes = await bodyOf(answer, MOST_SIGNATURE_BYTES);
  return bytes.length === 64 ? btoa(String.fromCharCode(...bytes)) : new TextDecoder().decode(bytes).trim();
}

/**
 * @param {Source} source
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {Record<string, string>} headers
 */
async function ask({ fetch, request }, url, signal, headers) {
  const all = new Headers(headers);
  try {
    new Headers(/** @type {any} */ (request["headers"] ?? {})).forEach((value, name) => all.set(name, value));
  } catch (error) {
    throw new ClientError("network", `\`request.headers\` cannot be sent: ${said(error)}`, { cause: error });
  }
  try {
    // Runtimes without such a cache refuse the word.
    const answer = await fetch(url, { ...(hasHttpCache() ? { cache: "no-cache" } : {}), ...request, headers: all, signal });
    if (typeof answer?.headers?.get !== "function") throw new TypeError("`fetch` gave no response");
    return answer;
  } catch (error) {
    throw error instanceof ClientError ? error : new ClientError("network", `the server could not be reached: ${why(error)}`, { cause: error });
  }
}

/** Node says only `fetch failed`, and why in the cause. @param {any} error */
const why = (error) => (error?.cause?.message || error?.cause?.code ? `${said(error)} (${error.cause.message || error.cause.code})` : said(error));

/**
 * @param {Answer} answer
 * @param {Source} source
 */
function expectOk(answer, { clock }) {
  if (answer.ok && !WITHOUT_WHOLE_BODY.includes(answer.status)) return;
  drop(answer);
  const retryAfter = retryAfterOf(answer, clock());
  throw new ClientError("http", `the server answered with status ${answer.status}`, { status: answer.status, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

/**
 * `Retry-After` in milliseconds from now. A date is counted from the server's own, which the clock here may not share.
 * @param {Answer} answer
 * @param {number} now
 */
function retryAfterOf(answer, now) {
  const value = answer.headers.get("retry-after")?.trim();
  if (!value) return undefined;
  const date = Date.parse(answer.headers.get("date") ?? "");
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - (Number.isNaN(date) ? now : date);
  return Number.isNaN(milliseconds) ? undefined : Math.min(Math.max(milliseconds, 0), LONGEST_RETRY_AFTER);
}

/**
 * The whole body, or an error where it is not whole.
 * @param {Answer} answer
 * @param {number} most bytes
 */
async function bodyOf(answer, most) {
  const length = lengthOf(answer);
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  try {
    const reader = answer.body?.getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      size += part.value.length;
      if (size > most) {
        void reader?.cancel().catch(() => {});
        throw new ClientError("too_large", `the body has more than ${most} bytes`);
      }
      parts.push(part.value);
    }
  } catch (error) {
    throw error instanceof ClientError ? error : new ClientError("truncated", `the body ended before its end: ${why(error)}`, { cause: error });
  }
  if (length !== undefined && size !== length) throw new ClientError("truncated", `the body has ${size} bytes; the server announced ${length}`);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** How many bytes the body must have; unknown where it was, or may have been, compressed. @param {Answer} answer */
function lengthOf(answer) {
  const length = answer.headers.get("content-length");
  return length === null || mayBeEncoded(answer) ? undefined : Number(length);
}

/**
 * The SHA-256 that the server gives, in hexadecimal digits: `x-snapshot-digest` is of the snapshot's bytes; `Repr-Digest` (RFC 9530)
 * is of the bytes on their way, which are not seen here when they were compressed.
 * @param {Answer} answer
 */
function digestExpected(answer) {
  const own = answer.headers.get("x-snapshot-digest");
  if (own !== null) return own.trim().toLowerCase();
  const [, base64] = (mayBeEncoded(answer) ? null : answer.headers.get("repr-digest"))?.match(/(?:^|,)\s*sha-256=:([^:]*):/i) ?? [];
  return base64 === undefined ? undefined : hexOf(fromBase64(base64) ?? new Uint8Array());
}

/** An answer from another origin shows this header only where it is told to. @param {Answer} answer */
const mayBeEncoded = (answer) => answer.type === "cors" || (answer.headers.get("content-encoding") ?? "identity") !== "identity";

/** Nobody will read it, and its connection is to be free again. @param {Answer} answer */
export const drop = (answer) => void answer.body?.cancel().catch(() => {});

/** @param {string} url */
function isForeign(url) {
  const { location } = globalThis;
  return location !== undefined && new URL(url).origin !== location.origin;
}

/** @param {Uint8Array} bytes */
export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Also in the alphabet for addresses; `undefined` for what is no base64. @param {string} text */
export function fromBase64(text) {
  try {
    return Uint8Array.from(atob(text.trim().replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
