// Writes the attributes of a context into the wasm module's memory, in the form that src/wasm/encoded.rs describes.
// @ts-check

import { is } from "./module.js";

/** @import { Engine } from "./glue.js" */

const MISSING = 0;
const NULL = 1;
const FALSE = 2;
const TRUE = 3;
const NUMBER = 4;
const STRING = 5;
const LIST = 6;
const OBJECT = 7;
const WORD = 8;

const SLOT_BYTES = 16;
/** Stamps have three bytes. */
const MOST_STAMPS = 1 << 24;

/** A snapshot cannot reach deeper; a context that is its own part would never end. */
const MOST_DEEP = 64;
/** What a context may take, as much as a snapshot, so that memory stays within bounds. */
export const MOST_BYTES = 1 << 25;
/** Options stand before a snapshot. */
const MOST_ROOM = MOST_BYTES + 4096;
const MOST_VALUES = 1 << 20;
/** Longer text is quicker through the encoder than by hand. */
const SHORT = 64;
/** So many texts of contexts are remembered. */
const MOST_WORDS = 1024;

/**
 * Where an attribute may lie in a context, as the snapshot's format says. `skips`: 0 nothing, 1 null, 2 what is false.
 * @typedef {{
 *   number: number,
 *   key?: string,
 *   routes: { unless: string | null, path: string[], skips: number }[],
 *   intoLists: boolean,
 *   root: { except: string[], overlay: string } | null,
 *   onlyCompared: boolean,
 * }} Attribute
 */

const NOTHING = {};

const encoder = new TextEncoder();

export class ContextError extends Error {}

/** @param {unknown} error whatever was thrown */
export function describe(error) {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "an error that cannot be put into words";
  }
}

export class Writer {
  /** Where it writes, over what was written before. */
  engine;
  memory;
  /** How many calls into wasm had failed when it was made: a later one may have been its engine's. */
  born;
  /** What the slots have that were written last; another for each context. */
  stamp = 0;
  #slotCount = 0;
  /** Whether a context is being read, which runs its getters. */
  #reading = false;
  #slots = 0;
  #text = 0;
  #room = 0;
  #at = 0;
  #values = 0;
  #keeps = false;
  /** Texts of contexts, and which of the plan's words they are: -1 for none. @type {Map<string, number>} */
  #words = new Map();
  // Views on the whole memory: of no length since it has grown.
  #bytes = new Uint8Array();
  #view = new DataView(new ArrayBuffer(0));

  /**
   * @param {WebAssembly.Memory} memory
   * @param {number} born
   * @param {Engine} engine
   */
  constructor(memory, born, engine) {
    this.memory = memory;
    this.born = born;
    this.engine = engine;
  }

  /**
   * For the attributes of another plan.
   * @param {number} count
   */
  reserveSlots(count) {
    this.#slotCount = count;
    this.#words.clear();
    this.#slots = this.engine.reserve_slots(count);
    this.stamp = 0;
  }

  /** Takes what was written out, as a bound context. */
  bind() {
    const bound = { engine: this.engine.bind(this.#at), stamp: this.stamp };
    this.textTaken();
    return bound;
  }

  textTaken() {
    this.#room = 0;
  }

  /** Throws while a context is being read: one of its getters has called. */
  start() {
    if (this.#reading) throw new Error("a getter of a context cannot use the evaluator that reads it");
    this.#at = this.#values = 0;
  }

  /**
   * Writes a value, and returns how many bytes it takes.
   * @param {unknown} value
   */
  value(value) {
    this.start();
    this.#value(value, 0);
    return this.#at;
  }

  /**
   * Writes text, and returns how many bytes it takes.
   * @param {string} text
   */
  text(text) {
    this.start();
    this.#characters(text);
    return this.#at;
  }

  /**
   * Writes a snapshot after what is there, with no more room than it takes, and returns how many bytes that makes.
   * @param {string | Uint8Array} snapshot
   */
  snapshot(snapshot) {
    const end = this.#at + snapshot.length;
    if (end > this.#room) this.#grow(end, end);
    this.#append(snapshot);
    return this.#at;
  }

  /** @param {string | Uint8Array} text */
  #append(text) {
    const end = this.#at + text.length;
    this.#reserve(end);
    if (typeof text !== "string") {
      this.#bytes.set(text, this.#text + this.#at);
      this.#at = end;
      return;
    }
    const { read, written } = encoder.encodeInto(text, this.#bytes.subarray(this.#text + this.#at, this.#text + end));
    this.#at += written;
    // Mostly a character is a byte. For what others take there was no room yet.
    if (read < text.length) this.#append(encoder.encode(text.slice(read)));
  }

  /**
   * Writes some of the attributes of a context; those from the first on make it another context than the last.
   * @param {any} context
   * @param {Attribute[]} attributes
   * @param {number} [from]
   * @param {number} [to]
   */
  attributes(context, attributes, from = 0, to = attributes.length) {
    if (from === 0) {
      this.start();
      if (this.stamp === MOST_STAMPS - 1) this.reserveSlots(this.#slotCount);
      this.stamp += 1;
      if (this.#keeps) {
        this.engine.forget();
        this.#keeps = false;
      }
    }
    this.#reading = true;
    try {
      context ??= NOTHING;
      if (!isObject(context)) throw new TypeError("it is not an object");
      const plain = isPlain(context);
      for (let index = from; index < to; index++) {
        const attribute = attributes[index];
        const { key } = attribute;
        this.#attribute(attribute, key === undefined ? lookUp(context, attribute) : plain ? context[key] : own(context, key));
      }
    } catch (error) {
      throw new ContextError(`the context could not be read: ${describe(error)}`);
    } finally {
      this.#reading = false;
    }
  }

  /**
   * @param {Attribute} attribute
   * @param {unknown} value
   * @returns {void}
   */
  #attribute(attribute, value) {
    const { number } = attribute;
    if (typeof value === "string") {
      if (attribute.onlyCompared && value.length <= SHORT) {
        const word = this.#words.get(value) ?? this.#findWord(value);
        const slot = this.#slot(number, WORD);
        this.#view.setInt32(slot + 8, word, true);
      } else {
        const start = this.#at;
        this.#characters(value);
        const slot = this.#slot(number, STRING);
        this.#view.setUint32(slot + 4, this.#at - start, true);
        this.#view.setUint32(slot + 8, start, true);
      }
    } else if (typeof value === "number") {
      const slot = this.#slot(number, NUMBER);
      this.#view.setFloat64(slot + 8, value, true);
    } else if (typeof value === "boolean") {
      this.#slot(number, value ? TRUE : FALSE);
    } else if (value === null) {
      this.#slot(number, NULL);
    } else if (isDate(value)) {
      this.#attribute(attribute, textOf(value));
    } else {
      const start = this.#at;
      if (typeof value === "object" && this.#value(value, 0)) {
        this.engine.keep(number, start, this.stamp);
        this.#keeps = true;
        this.#at = start;
      } else {
        this.#slot(number, MISSING);
      }
    }
  }

  /** @param {string} text */
  #findWord(text) {
    const start = this.#at;
    this.#characters(text);
    const word = this.engine.word(start, this.#at);
    this.#at = start;
    if (this.#words.size === MOST_WORDS) this.#words.clear();
    this.#words.set(text, word);
    return word;
  }

  /**
   * Writes the tag of a slot, and returns where the slot is.
   * @param {number} number the attribute's
   * @param {number} tag
   */
  #slot(number, tag) {
    if (this.#bytes.length === 0) this.#renew();
    const slot = this.#slots + SLOT_BYTES * number;
    this.#view.setUint32(slot, tag | (this.stamp << 8), true);
    return slot;
  }

  /**
   * Writes a value; false if it has no form in JSON, and then nothing is written.
   * @param {unknown} value
   * @param {number} depth how many lists and objects it lies in
   * @returns {boolean}
   */
  #value(value, depth) {
    switch (typeof value) {
      case "string":
        this.#u8(STRING);
        this.#string(value);
        return true;
      case "number":
        this.#u8(NUMBER);
        this.#reserve(this.#at + 8);
        this.#view.setFloat64(this.#text + this.#at, value, true);
        this.#at += 8;
        return true;
      case "boolean":
        this.#u8(value ? TRUE : FALSE);
        return true;
      case "object":
        if (value === null) {
          this.#u8(NULL);
          return true;
        }
        if (depth === MOST_DEEP) throw new RangeError(`lists and objects lie more than ${MOST_DEEP} deep`);
        if (Array.isArray(value)) return this.#list(value, depth + 1);
        if (isDate(value)) return this.#value(textOf(value), depth);
        return !ArrayBuffer.isView(value) && this.#object(/** @type {any} */ (value), depth + 1);
      default:
        return false;
    }
  }

  /**
   * @param {unknown[]} list
   * @param {number} depth
   */
  #list(list, depth) {
    const { length } = list;
    this.#count(length);
    this.#u8(LIST);
    this.#u32(length);
    for (let index = 0; index < length; index++) if (!this.#value(list[index], depth)) this.#u8(NULL);
    return true;
  }

  /**
   * @param {Record<string, unknown>} object
   * @param {number} depth
   */
  #object(object, depth) {
    const keys = Object.keys(object);
    this.#count(keys.length);
    this.#u8(OBJECT);
    const countAt = this.#at;
    this.#u32(0);
    let count = 0;
    for (const key of keys) {
      const before = this.#at;
      this.#string(key);
      if (this.#value(object[key], depth)) count += 1;
      else this.#at = before;
    }
    this.#u32At(countAt, count);
    return true;
  }

  /** @param {number} values */
  #count(values) {
    this.#values += values;
    if (this.#values > MOST_VALUES) throw new RangeError(`lists and objects hold more than ${MOST_VALUES} values`);
  }

  /** @param {string} text */
  #string(text) {
    const lengthAt = this.#at;
    this.#u32(0);
    this.#characters(text);
    this.#u32At(lengthAt, this.#at - lengthAt - 4);
  }

  /** @param {string} text */
  #characters(text) {
    const { length } = text;
    if (length <= SHORT) {
      this.#reserve(this.#at + 3 * length); // a UTF-16 unit takes three bytes at most
      const bytes = this.#bytes;
      const start = this.#text + this.#at;
      let index = 0;
      let unit;
      while (index < length && (unit = text.charCodeAt(index)) < 128) bytes[start + index++] = unit;
      this.#at += index === length ? length : encoder.encodeInto(text, bytes.subarray(start)).written;
    } else {
      this.#append(text);
    }
  }

  /** @param {number} value */
  #u8(value) {
    this.#reserve(this.#at + 1);
    this.#bytes[this.#text + this.#at] = value;
    this.#at += 1;
  }

  /** @param {number} value */
  #u32(value) {
    this.#u32At(this.#at, value);
    this.#at += 4;
  }

  /**
   * @param {number} at
   * @param {number} value
   */
  #u32At(at, value) {
    this.#reserve(at + 4);
    this.#view.setUint32(this.#text + at, value, true);
  }

  /**
   * Sees to room for so many bytes of text, and to views on memory as it is.
   * @param {number} bytes
   */
  #reserve(bytes) {
    if (bytes > this.#room) this.#grow(bytes);
    if (this.#bytes.length === 0) this.#renew();
  }

  /**
   * @param {number} bytes
   * @param {number} [room]
   */
  #grow(bytes, room = Math.max(1024, Math.min(2 * bytes, MOST_ROOM))) {
    if (bytes > MOST_ROOM) throw new RangeError(`it takes more than ${MOST_BYTES} bytes`);
    const text = this.engine.reserve_text(room);
    if (text === 0) throw new RangeError(`there is no memory for ${room} bytes`);
    this.#text = text;
    this.#room = room;
  }

  #renew() {
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#view = new DataView(this.memory.buffer);
  }
}

/**
 * Of any realm.
 * @param {any} value
 * @returns {value is Date}
 */
const isDate = (value) => is(value, "Date") && typeof value.toJSON === "function";

/**
 * As in JSON; an invalid date has no text, and is left out.
 * @param {Date} date
 */
function textOf(date) {
  const text = /** @type {unknown} */ (date.toJSON());
  return typeof text === "string" ? text : undefined;
}

/**
 * The value at the end of the first route that leads somewhere, through own properties only.
 * @param {any} context
 * @param {Attribute} attribute
 */
function lookUp(context, attribute) {
  const { key, routes, intoLists, root } = attribute;
  if (key !== undefined) return own(context, key);
  if (root !== null) return wholeOf(context, root);
  for (const { unless, path, skips } of routes) {
    if (unless !== null && isObject(own(context, unless))) continue;
    const value = follow(context, path, intoLists);
    if (value !== undefined && !(skips === 1 && value === null) && !(skips === 2 && !value)) return value;
  }
  return undefined;
}

/**
 * The attribute as it is looked up: most lie at one key.
 * @param {Attribute} attribute
 * @param {number} number
 * @returns {Attribute}
 */
export function prepared(attribute, number) {
  const [first, second] = attribute.routes;
  const simple = first !== undefined && second === undefined && first.unless === null && first.path.length === 1 && first.skips === 0;
  return { ...attribute, number, key: simple && first.path[0] !== "__proto__" ? first.path[0] : undefined };
}

/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Whether all that the object has beside what is its own is what every object has: methods, and `__proto__`.
 * @param {object} object
 */
function isPlain(object) {
  for (const _ in NOTHING) return false; // somebody has added to Object.prototype
  return Object.getPrototypeOf(object) === Object.prototype;
}

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
