// The examples of the package's README.

import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const blocks = (text, language) => [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);

/** The snapshot of the examples. */
export const snapshot = blocks(read("../../README.md"), "json")[0];

/** The examples in a language, by the file that their first line names. */
export const examples = (language) =>
  Object.fromEntries(blocks(read("../../pkg-template/README.md"), language).map((block) => [block.match(/^\/\/ ([\w.]+)/)?.[1] ?? language, block]));
