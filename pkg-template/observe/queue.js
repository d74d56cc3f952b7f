// Events that wait to be sent, in the order in which they came, within a bounded memory.
// @ts-check

/** What browsers let a page send while it is left is 64 KiB: room for a body that is on its way, and for one more. */
export const MOST_BYTES = 30_000;
const START = '{"events":[';
const END = "]}";

const encoder = new TextEncoder();

/** An event as JSON, and how many bytes that has. @typedef {{ text: string, bytes: number }} Item */
/** Some of them, and what is sent of them. @typedef {{ items: Item[], bytes: number, body: string }} Batch */

export class Queue {
  #most;
  #items = /** @type {Item[]} */ ([]);
  bytes = 0;
  dropped = 0;

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
  }

  get length() {
    return this.#items.length;
  }

  /** @param {unknown} event */
  push(event) {
    const text = jsonOf(event);
    if (text === undefined) {
      this.dropped++;
      return;
    }
    const bytes = encoder.encode(text).length + 1; // and a comma
    this.#items.push({ text, bytes });
    this.bytes += bytes;
    this.#keepWithin(this.#most);
  }

  /**
   * The first ones, so many at most, as many as fit into a body; a longer one goes alone.
   * @param {number} most
   * @returns {Batch}
   */
  take(most) {
    let bytes = START.length + END.length;
    let count = 0;
    for (const item of this.#items) {
      if (count > 0 && (count >= most || bytes + item.bytes > MOST_BYTES)) break;
      bytes += item.bytes;
      count++;
    }
    const items = this.#remove(count);
    return { items, bytes, body: START + items.map(({ text }) => text).join() + END };
  }

  /** @param {Batch} batch */
  putBack({ items }) {
    this.#items.unshift(...items);
    for (const { bytes } of items) this.bytes += bytes;
    this.#keepWithin(this.#most);
  }

  /** Gives up what waits. */
  clear() {
    this.#keepWithin(0);
  }

  /**
   * Gives up the oldest ones.
   * @param {number} most
   */
  #keepWithin(most) {
    if (this.#items.length > most) this.dropped += this.#remove(this.#items.length - most).length;
  }

  /** @param {number} count */
  #remove(count) {
    const items = this.#items.splice(0, count);
    for (const { bytes } of items) this.bytes -= bytes;
    return items;
  }
}

/**
 * @param {unknown} event
 * @returns {string | undefined}
 */
function jsonOf(event) {
  try {
    return JSON.stringify(event);
  } catch {
    return undefined;
  }
}
