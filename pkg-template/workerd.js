// workerd (Cloudflare Workers): the wasm is imported as a compiled module, and everything is ready on import.
// @ts-check

import wasm from "./samebucket.wasm";
import { initSync } from "./slim.js";

initSync(wasm);

export * from "./slim.js";
