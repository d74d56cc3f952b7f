// What can go wrong with following a snapshot.
// @ts-check

/** @typedef {import("../client.js").ClientErrorCode} Code */

export class ClientError extends Error {
  /**
   * @param {Code} code
   * @param {string} message
   * @param {{ cause?: unknown, status?: number, retryAfter?: number }} [details] `retryAfter`: in how many milliseconds the server wants to be asked again
   */
  constructor(code, message, { cause, status, retryAfter } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ClientError";
    this.code = code;
    /** @type {number | undefined} */
    this.status = status;
    /** @type {number | undefined} */
    this.retryAfter = retryAfter;
  }
}

/** Whether the same request may well succeed a little later. @param {unknown} error */
export function isPassing(error) {
  if (!(error instanceof ClientError)) return false;
  if (error.code !== "http") return ["network", "timeout", "truncated", "digest"].includes(error.code);
  const status = error.status ?? 0;
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** What an error says, whatever was thrown. @param {unknown} error */
export const said = (error) => (error instanceof Error ? error.message : String(error));
