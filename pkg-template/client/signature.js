// Ed25519 signatures over a snapshot's bytes, checked by WebCrypto.
// @ts-check

import { ClientError, said } from "./errors.js";
import { fromBase64 } from "./fetching.js";

/** @typedef {import("../client.js").PublicKey} PublicKey */

/** Of an Ed25519 public key as SPKI (RFC 8410) these come before its 32 bytes. */
const SPKI_PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/** Knows whose signature a snapshot must bear. */
export class Verifier {
  #sources;
  /** @type {CryptoKey[] | undefined} */
  #keys;

  /** @param {PublicKey | readonly PublicKey[]} publicKeys */
  constructor(publicKeys) {
    this.#sources = (Array.isArray(publicKeys) ? publicKeys : [publicKeys]).map(keySource);
    if (this.#sources.length === 0) throw new TypeError("`publicKey` must have at least one key");
  }

  /**
   * Rejects unless one of the keys made this signature, base64, over these bytes.
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @param {string | undefined} signature
   */
  async check(bytes, signature) {
    if (signature === undefined || signature === "") throw new ClientError("signature", "the snapshot is not signed");
    const raw = fromBase64(signature);
    if (raw?.length !== 64) throw new ClientError("signature", "the snapshot's signature is not the base64 of 64 bytes");
    for (const key of await this.#imported()) {
      if (await crypto.subtle.verify("Ed25519", key, raw, bytes)) return;
    }
    throw new ClientError("signature", "the snapshot's signature is not by the key expected, or not over these bytes");
  }

  /** The keys, not a promise of them: one that a request of a worker made may never be kept in another. */
  async #imported() {
    if (this.#keys !== undefined) return this.#keys;
    if (globalThis.crypto?.subtle === undefined) throw new ClientError("signature", "signatures need WebCrypto, which there is in secure contexts only");
    try {
      const keys = this.#sources.map((source) => (source instanceof Uint8Array ? crypto.subtle.importKey("raw", source, "Ed25519", false, ["verify"]) : source));
      return (this.#keys = await Promise.all(keys));
    } catch (error) {
      throw new ClientError("signature", `this runtime does not take the public key: ${said(error)}`, { cause: error });
    }
  }
}

/**
 * @param {PublicKey} key
 * @returns {Uint8Array<ArrayBuffer> | CryptoKey}
 */
function keySource(key) {
  if (Object.prototype.toString.call(key) === "[object CryptoKey]") return /** @type {CryptoKey} */ (key);
  const base64 = typeof key === "string" ? key.replace(/-----[A-Z ]+-----/g, "").replace(/\s/g, "") : undefined;
  const bytes = base64 === undefined ? (key instanceof Uint8Array ? new Uint8Array(key) : undefined) : fromBase64(base64);
  if (bytes?.length === 32) return bytes;
  if (bytes?.length === 44 && SPKI_PREFIX.every((byte, index) => bytes[index] === byte)) return bytes.slice(SPKI_PREFIX.length);
  throw new TypeError("`publicKey` must be an Ed25519 public key: PEM, base64 or bytes, as SPKI or as its 32 bytes, or a CryptoKey");
}
