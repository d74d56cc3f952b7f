// Prints what the package weighs: `node scripts/sizes.mjs`.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const parts = { "samebucket.wasm": ["samebucket.wasm"], "JavaScript in a browser": ["browser.js", "slim.js", "api.js", "context.js", "glue.js"] };

console.log(`${"bytes".padEnd(24)} ${["raw", "gzip", "brotli"].map((title) => title.padStart(9)).join("")}`);
for (const [title, files] of Object.entries(parts)) {
  const bytes = Buffer.concat(files.map((file) => readFileSync(new URL(`../pkg/${file}`, import.meta.url))));
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const sizes = [bytes, gzipSync(bytes, { level: 9 }), brotli].map((output) => String(output.length).padStart(9));
  console.log(`${title.padEnd(24)} ${sizes.join("")}`);
}
