// Prints what the package weighs, and fails past the budget: `node scripts/sizes.mjs`.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** What a browser loads, and how many bytes of it there may be in brotli. */
const PARTS = {
  "the wasm": { files: ["samebucket.wasm"], budget: 75_000 },
  "JavaScript in a browser": { files: ["browser.js", "slim.js", "api.js"], budget: 6_000 },
};

const columns = (/** @type {unknown[]} */ cells) => cells.map((cell) => String(cell).padStart(9)).join("");

console.log(`${"bytes".padEnd(24)}${columns(["raw", "gzip", "brotli", "budget"])}`);
for (const [title, { files, budget }] of Object.entries(PARTS)) {
  const bytes = Buffer.concat(files.map((file) => readFileSync(new URL(`../pkg/${file}`, import.meta.url))));
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  console.log(`${title.padEnd(24)}${columns([bytes.length, gzipSync(bytes, { level: 9 }).length, brotli.length, budget])}`);
  if (brotli.length > budget) {
    const held = process.env.SAMEBUCKET_BUDGET !== "unheld";
    console.error(`${held ? "error" : "warning"}: ${title} takes ${brotli.length} bytes in brotli; the budget is ${budget}`);
    if (held) process.exitCode = 1;
  }
}
