// Snapshots on their way into the engine: as text, or as its bytes.
// @ts-check

import { MOST_BYTES, describe } from "./context.js";
import { is } from "./module.js";

export class SnapshotError extends Error {
  /** @param {{ code: string, message: string, issues: any[] }} error */
  constructor({ code, message, issues }) {
    super(message);
    this.name = "SnapshotError";
    this.code = code;
    this.issues = issues;
  }
}

/**
 * The snapshot as text, or its bytes in UTF-8.
 * @param {unknown} snapshot
 */
export function toText(snapshot) {
  let text;
  try {
    text = textOf(snapshot);
    // A UTF-16 unit takes three bytes at most: of so long a text the bytes are to be counted.
    if (typeof text === "string" && 3 * text.length > MOST_BYTES) text = new TextEncoder().encode(text);
  } catch (error) {
    throw refusal("invalid_json", `the snapshot has no form in JSON: ${describe(error)}`);
  }
  // So much is not to go into the module's memory, which would never give it back.
  if (typeof text !== "string" && text.length > MOST_BYTES) throw refusal("too_large", `${text.length} bytes; a snapshot has at most ${MOST_BYTES}`);
  return text;
}

/** @param {unknown} snapshot */
function textOf(snapshot) {
  if (ArrayBuffer.isView(snapshot)) return new Uint8Array(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
  if (is(snapshot, "ArrayBuffer", "SharedArrayBuffer")) return new Uint8Array(/** @type {ArrayBuffer} */ (snapshot));
  if (is(snapshot, "Response", "Promise", "Blob")) throw new TypeError("expected a string, bytes or an object: await its text first");
  const text = typeof snapshot === "object" && snapshot !== null ? JSON.stringify(snapshot) : snapshot;
  if (typeof text !== "string") throw new TypeError("expected a string, bytes or an object");
  if (/** @type {any} */ (text).isWellFormed?.()) return text;
  // UTF-8 has no lone surrogates: as escapes they reach the loader, which refuses them.
  return text.replace(/\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

/**
 * @param {string} code
 * @param {string} message
 */
const refusal = (code, message) => new SnapshotError({ code, message, issues: [{ code, path: "", message }] });
