// `samebucket/inline`: the wasm lies in the code, as base64, and everything is ready on import, without a request.
// @ts-check

import { initSync } from "./slim.js";
import bytes from "./wasm-bytes.js";

initSync(bytes);

export * from "./slim.js";
