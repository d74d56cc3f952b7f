// `samebucket/client` where no timer outlives a request, as in workerd and edge runtimes: the snapshot is looked for when it is used.
// @ts-check

import { createClient as create } from "./client.js";

export * from "./client.js";

/** @param {import("./client.js").ClientOptions} options */
export function createClient(options) {
  const { polling = false, stream } = options ?? {};
  if (polling !== false) throw new TypeError("`polling` must be left out or false here: no timer outlives a request");
  if (stream !== undefined) throw new TypeError("`stream` must be left out here: no connection outlives a request");
  return create({ ...options, polling });
}
