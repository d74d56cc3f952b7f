// Browsers and their bundlers: the wasm lies beside this file and is fetched once, by `await init()`.
// @ts-check

import { init as initFrom } from "./slim.js";

export * from "./slim.js";

/** @param {import("./index.js").InitInput} [input] */
export const init = async (input = new URL("./samebucket.wasm", import.meta.url)) => initFrom(input);
