// Edge runtimes in the manner of Vercel's: `?module` imports the wasm as a compiled module, and everything is ready on import.
// @ts-check

import wasm from "./samebucket.wasm?module";
import { initSync } from "./slim.js";

initSync(wasm);

export * from "./slim.js";
