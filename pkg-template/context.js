// Writes the attributes of a context into the wasm module's memory, in the form that src/wasm.rs describes.
// @ts-check

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const STRING = 4;
const LIST = 5;
const OBJECT = 6;

/** A snapshot cannot reach deeper; a context that is its own part would never end. */
const MOST_DEEP = 64;

/**
 * Where an attribute may lie in a context, as the snapshot's format says. `skips`: 0 nothing, 1 null, 2 what is false.
 * @typedef {{
 *   routes: { unless: string | null, path: string[], skips: number }[],
 *   intoLists: boolean,
 *   root: { except: string[], overlay: string } | null,
 * }} Attribute
 */

const encoder = new TextEncoder();

export class Writer {
  /** Whether a context is being read, which runs its getters. */
  writing = false;
  #memory;
  #reserve;
  #start = 0;
  #capacity = 0;
  #at = 0;
  #bytes = new Uint8Array();
  #view = new DataView(new ArrayBuffer(0));

  /**
   * @param {WebAssembly.Memory} memory
   * @param {(bytes: number) => number} reserve gives the address of room for so many bytes, keeping what is there
   */
  constructor(memory, reserve) {
    this.#memory = memory;
    this.#reserve = reserve;
  }

  /**
   * Writes attributes of the context, and returns the number of bytes.
   * @param {Record<string, unknown>} context
   * @param {Attribute[]} attributes those that the snapshot reads
   * @param {Uint32Array} [reads] the numbers of those to write; all without it
   */
  write(context, attributes, reads) {
    if (this.writing) throw new Error("one of its getters evaluates a flag");
    this.writing = true;
    try {
      return this.#write(context, attributes, reads);
    } finally {
      this.writing = false;
    }
  }

  /**
   * @param {Record<string, unknown>} context
   * @param {Attribute[]} attributes
   * @param {Uint32Array} [reads]
   */
  #write(context, attributes, reads) {
    this.#at = 0;
    const count = reads?.length ?? attributes.length;
    for (let index = 0; index < count; index++) {
      const number = reads?.[index] ?? index;
      const value = lookUp(context, attributes[number]);
      if (value === undefined) continue;
      const before = this.#at;
      this.#u32(number);
      if (!this.#value(value, 1)) this.#at = before;
    }
    return this.#at;
  }

  /**
   * Writes a value; false if it has no form in JSON, and then what was written does not count.
   * @param {unknown} value
   * @param {number} depth
   * @returns {boolean}
   */
  #value(value, depth) {
    switch (typeof value) {
      case "string":
        this.#u8(STRING);
        this.#string(value);
        return true;
      case "number":
        this.#room(9);
        this.#view.setUint8(this.#at, NUMBER);
        this.#view.setFloat64(this.#at + 1, value, true);
        this.#at += 9;
        return true;
      case "boolean":
        this.#u8(value ? TRUE : FALSE);
        return true;
      case "object":
        if (value === null) {
          this.#u8(NULL);
          return true;
        }
        if (depth > MOST_DEEP) throw new RangeError(`lists and objects lie more than ${MOST_DEEP} deep`);
        if (Array.isArray(value)) return this.#list(value, depth + 1);
        // As in JSON; an invalid date has no text.
        if (value instanceof Date) return this.#value(value.toJSON() ?? undefined, depth);
        return this.#object(value, depth + 1);
      default:
        return false;
    }
  }

  /**
   * @param {unknown[]} list
   * @param {number} depth
   */
  #list(list, depth) {
    this.#u8(LIST);
    this.#u32(list.length);
    for (const item of list) if (!this.#value(item, depth)) this.#u8(NULL);
    return true;
  }

  /**
   * @param {object} object
   * @param {number} depth
   */
  #object(object, depth) {
    this.#u8(OBJECT);
    const countAt = this.#at;
    this.#u32(0);
    let count = 0;
    for (const [key, value] of Object.entries(object)) {
      const before = this.#at;
      this.#string(key);
      if (this.#value(value, depth)) count += 1;
      else this.#at = before;
    }
    this.#view.setUint32(countAt, count, true);
    return true;
  }

  /** @param {string} text */
  #string(text) {
    this.#room(4 + 3 * text.length); // a UTF-16 unit takes three bytes at most
    const start = this.#at + 4;
    const length = writeText(text, this.#bytes, start);
    this.#view.setUint32(this.#at, length, true);
    this.#at = start + length;
  }

  /** @param {number} value */
  #u8(value) {
    this.#room(1);
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }

  /** @param {number} value */
  #u32(value) {
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** Sees to room for so many bytes more, and to views on memory as it is: it moves when it grows. */
  #room(/** @type {number} */ bytes) {
    const needed = this.#at + bytes;
    if (needed <= this.#capacity && this.#bytes.buffer === this.#memory.buffer) return;
    if (needed > this.#capacity) this.#capacity = Math.max(2 * needed, 1024);
    this.#start = this.#reserve(this.#capacity) >>> 0;
    this.#bytes = new Uint8Array(this.#memory.buffer, this.#start, this.#capacity);
    this.#view = new DataView(this.#memory.buffer, this.#start, this.#capacity);
  }
}

/**
 * @param {string} text
 * @param {Uint8Array} bytes
 * @param {number} start
 * @returns {number} how many bytes the text takes
 */
function writeText(text, bytes, start) {
  // Short ASCII text is quicker by hand than through the encoder.
  if (text.length <= 32) {
    let index = 0;
    for (; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= 128) break;
      bytes[start + index] = unit;
    }
    if (index === text.length) return index;
  }
  return encoder.encodeInto(text, bytes.subarray(start)).written;
}

/**
 * The value at the end of the first route that leads somewhere, through own properties only.
 * @param {Record<string, unknown>} context
 * @param {Attribute} attribute
 */
function lookUp(context, { routes, intoLists, root }) {
  if (root !== null) return wholeOf(context, root);
  for (const { unless, path, skips } of routes) {
    if (unless !== null && isObject(own(context, unless))) continue;
    const value = follow(context, path, intoLists);
    if (value !== undefined && !(skips === 1 && value === null) && !(skips === 2 && !value)) return value;
  }
  return undefined;
}

/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @param {any} value
 * @param {string} key
 */
const own = (value, key) => (Object.hasOwn(value, key) ? value[key] : undefined);

/**
 * @param {any} value
 * @param {string[]} path
 * @param {boolean} intoLists
 */
function follow(value, path, intoLists) {
  for (const key of path) {
    const through = isObject(value) || (intoLists && (Array.isArray(value) || typeof value === "string"));
    if (!through) return undefined;
    value = own(value, key);
  }
  return value;
}

/**
 * The context as one object: less some keys, and with the entries of the object at one key over its own.
 * @param {Record<string, unknown>} context
 * @param {{ except: string[], overlay: string }} root
 */
function wholeOf(context, { except, overlay }) {
  const over = own(context, overlay);
  const kept = Object.entries(context).filter(([key]) => !except.includes(key));
  return Object.fromEntries([...kept, ...(isObject(over) ? Object.entries(over) : [])]);
}
