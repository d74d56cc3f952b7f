// What the options of several entries are checked with.
// @ts-check

/** The longest that a timer can wait, in milliseconds: browsers and Node fire later ones at once. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Where an address without a host leads to: only pages and their workers know one. */
const base = () => globalThis.document?.baseURI ?? globalThis.location?.href;

const WITHOUT_HOST = ["blob:", "data:", "file:"];

/**
 * An address as text, or as anything with one in `href`.
 * @param {string} name
 * @param {unknown} value
 */
export function address(name, value) {
  const text = typeof value === "string" ? value : /** @type {any} */ (value)?.href;
  try {
    if (typeof text !== "string") throw new TypeError("no text");
    const { href, host, protocol } = new URL(text, base());
    // `localhost:3000/flags` has a scheme, `localhost`, and no host.
    if (host === "" && !WITHOUT_HOST.includes(protocol)) throw new TypeError("no host");
    return href;
  } catch (error) {
    throw new TypeError(`\`${name}\` must be an address${base() === undefined ? " with a scheme and a host" : ""}; it is \`${String(value)}\``, { cause: error });
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 */
export function milliseconds(name, value, least) {
  if (typeof value === "number" && value >= least && value <= LONGEST_WAIT) return value;
  throw new TypeError(`\`${name}\` must be a number of milliseconds from ${least} to ${LONGEST_WAIT}; it is \`${String(value)}\``);
}

/**
 * @template {(...args: never) => unknown} T
 * @param {string} name
 * @param {T} value
 */
export function called(name, value) {
  if (typeof value === "function") return value;
  throw new TypeError(`\`${name}\` must be a function`);
}
