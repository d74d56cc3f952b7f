// Prints how many bytes of the wasm are functions of what: `node scripts/functions.mjs`, after `make build`, which keeps what the
// functions were called.
// @ts-check

import { readFileSync } from "node:fs";

/** What comes first counts. @type {[what: string, names: RegExp][]} */
const PARTS = [
  ["Python's conditions, parsed and evaluated", /python/],
  ["patterns, two syntaxes", /samebucket::pattern|pattern_in/],
  ["SHA-256 and MD5", /md5|sha2|samebucket::hash/],
  ["versions", /samebucket::version/],
  ["the circuit breaker", /samebucket::observe/],
  ["formats: shapes held, plans made", /samebucket::(format|plan|shape|steps|flag|requirements|condition|compile)\b/],
  ["JSON, sets of texts, numbers, dates", /samebucket::(document|texts?|value|number|instant|error)\b/],
  ["the rest of evaluation", /samebucket::(evaluate|evaluation|snapshot)\b/],
  ["the allocator", /rlsf|GlobalAlloc/],
  ["the crossing", /samebucket::wasm|^engine_|wbg|wbindgen/],
];
const OTHER = "core and alloc";

const CODE = 10;

const wasm = readFileSync(new URL("../pkg/samebucket.wasm", import.meta.url));
const called = readFileSync(new URL("../target/wasm-package/functions", import.meta.url), "utf8");
const names = new Map([...called.matchAll(/^(\d+):(.*)$/gm)].map(([, number, name]) => [Number(number), name.replaceAll(/\[[0-9a-f]{8,}\]/g, "")]));

const imported = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).filter(({ kind }) => kind === "function").length;
/** @type {Map<string, number>} */
const bytes = new Map();
for (const [index, size] of functionSizes().entries()) {
  const name = names.get(imported + index) ?? "";
  const [part] = PARTS.find(([, wanted]) => wanted.test(name)) ?? [OTHER];
  bytes.set(part, (bytes.get(part) ?? 0) + size);
}
for (const [part, size] of [...bytes].sort(([, one], [, other]) => other - one)) console.log(`${part.padEnd(44)}${(size / 1000).toFixed(1).padStart(6)} kB`);

/** How many bytes each function's body has. */
function functionSizes() {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  for (;;) {
    const section = wasm[at++];
    const length = number();
    if (section !== CODE) at += length;
    else
      return Array.from({ length: number() }, () => {
        const size = number();
        at += size;
        return size;
      });
  }
}
