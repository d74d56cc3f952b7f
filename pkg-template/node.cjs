// Node by `require`: the wasm is read from beside this file, and everything is ready on import.
// @ts-check

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

require("./slim.cjs").initSync(readFileSync(join(__dirname, "samebucket.wasm")));

module.exports = require("./slim.cjs");
