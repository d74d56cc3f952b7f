// SHA-256 in JavaScript, of which only the first eight bytes are asked for.
// @ts-check

const K = new Int32Array(64);
const START = new Int32Array(8);
{
  const fraction = (/** @type {number} */ root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  let found = 0;
  for (let candidate = 2; found < 64; candidate++) {
    let divisor = 2;
    while (candidate % divisor !== 0) divisor++;
    if (divisor < candidate) continue;
    if (found < 8) START[found] = fraction(Math.sqrt(candidate));
    K[found++] = fraction(Math.cbrt(candidate));
  }
}

const encoder = new TextEncoder();
const SHORT = 55; // what one block has room for beside its padding

/** The state, and the words of the block at hand: made once. */
const H = new Int32Array(8);
const W = new Int32Array(64);

/** What stands before or after the text, which stays the same from hash to hash: its bytes, and how they begin a block. */
export class Affix {
  block = new Int32Array(16);

  /** @param {string} text */
  constructor(text) {
    this.bytes = encoder.encode(text);
    if (this.bytes.length <= SHORT) this.bytes.forEach((byte, at) => (this.block[at >> 2] |= byte << (24 - 8 * (at & 3))));
  }
}

/**
 * The first eight bytes of SHA-256(prefix text suffix), big-endian, modulo a modulus below 2^20.
 * @param {Affix} prefix
 * @param {string} text
 * @param {Affix} suffix
 * @param {number} modulus
 */
export function sha256Modulo(prefix, text, suffix, modulus) {
  for (let index = 0; index < 8; index++) H[index] = START[index];
  if (!short(prefix, text, suffix.bytes)) long(prefix.bytes, encoder.encode(text), suffix.bytes);
  return (((H[0] >>> 0) % modulus) * (2 ** 32 % modulus) + (H[1] >>> 0)) % modulus;
}

/**
 * One block, when everything fits into it and the text is ASCII, whose characters are its bytes; else false.
 * @param {Affix} prefix
 * @param {string} text
 * @param {Uint8Array} suffix
 */
function short({ block, bytes }, text, suffix) {
  if (bytes.length + text.length + suffix.length > SHORT) return false;
  for (let index = 0; index < 16; index++) W[index] = block[index];
  let at = bytes.length;
  for (let index = 0; index < text.length; index++, at++) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return false;
    W[at >> 2] |= unit << (24 - 8 * (at & 3));
  }
  for (let index = 0; index < suffix.length; index++, at++) W[at >> 2] |= suffix[index] << (24 - 8 * (at & 3));
  W[at >> 2] |= 0x80 << (24 - 8 * (at & 3));
  W[15] = 8 * at;
  compress();
  return true;
}

/**
 * @param {Uint8Array} prefix
 * @param {Uint8Array} text
 * @param {Uint8Array} suffix
 */
function long(prefix, text, suffix) {
  const length = prefix.length + text.length + suffix.length;
  const padded = new DataView(new ArrayBuffer((length + 9 + 63) & ~63));
  const bytes = new Uint8Array(padded.buffer);
  bytes.set(prefix);
  bytes.set(text, prefix.length);
  bytes.set(suffix, prefix.length + text.length);
  bytes[length] = 0x80;
  padded.setUint32(padded.byteLength - 4, 8 * length);
  for (let offset = 0; offset < bytes.length; offset += 64) {
    for (let index = 0; index < 16; index++) W[index] = padded.getInt32(offset + 4 * index);
    compress();
  }
}

/** Takes the block that the first 16 words are into the state. */
function compress() {
  for (let index = 16; index < 64; index++) {
    const x = W[index - 15];
    const y = W[index - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[index] = (W[index - 16] + s0 + W[index - 7] + s1) | 0;
  }
  let a = H[0];
  let b = H[1];
  let c = H[2];
  let d = H[3];
  let e = H[4];
  let f = H[5];
  let g = H[6];
  let h = H[7];
  for (let index = 0; index < 64; index++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + S1 + (g ^ (e & (f ^ g))) + K[index] + W[index]) | 0;
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (S0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  H[0] = (H[0] + a) | 0;
  H[1] = (H[1] + b) | 0;
  H[2] = (H[2] + c) | 0;
  H[3] = (H[3] + d) | 0;
  H[4] = (H[4] + e) | 0;
  H[5] = (H[5] + f) | 0;
  H[6] = (H[6] + g) | 0;
  H[7] = (H[7] + h) | 0;
}
