// `samebucket/inline` by `require`: the wasm lies in the code, as base64, and everything is ready on import.
// @ts-check

require("./slim.cjs").initSync(require("./wasm-bytes.cjs").default);

module.exports = require("./slim.cjs");
