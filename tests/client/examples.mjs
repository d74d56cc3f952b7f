// The examples of docs/client.md.

import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const blocks = (text, language) => [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);

/** The snapshot of the examples. */
export const snapshot = blocks(read("README.md"), "json")[0];

/** JavaScript by the file that its first line names, and shell scripts. */
export function examples() {
  const text = read("pkg-template/docs/client.md");
  return { js: Object.fromEntries(blocks(text, "js").map((block) => [block.match(/^\/\/ ([\w.-]+)/)[1], block])), sh: blocks(text, "sh") };
}
