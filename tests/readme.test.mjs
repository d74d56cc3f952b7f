// Every example of the READMEs, run as it stands. The Rust ones are doc tests.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { launchChromium, pageWith, serveFolder } from "./browser.mjs";
import { installPackage } from "./consumer.mjs";

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const blocks = (text, language) => [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);

const { folder } = installPackage("readme-consumer");
const [snapshot] = blocks(read("README.md"), "json");
writeFileSync(join(folder, "snapshot.json"), snapshot);
const browser = await launchChromium();
after(() => browser.close());

for (const file of ["README.md", "pkg-template/README.md"]) {
  const [inNode, inBrowser, ...others] = blocks(read(file), "js");
  const [output] = blocks(read(file), "text");

  test(`${file}: the example for Node prints what it says`, () => {
    assert.deepEqual(others, []);
    writeFileSync(join(folder, "example.mjs"), inNode);
    assert.equal(execFileSync("node", ["example.mjs"], { cwd: folder, encoding: "utf8" }), output);
  });

  test(`${file}: the example for browsers`, async () => {
    const server = await serveFolder(folder, { "/index.html": pageWith(inBrowser) });
    const page = await browser.newPage();
    await page.goto(`${server.url}/index.html`);
    await page.waitForFunction("document.body.textContent === 'the new checkout'", undefined, { timeout: 10_000 });
    await page.close();
    server.close();
  });
}

test("README.md lists the operators of the schema", () => {
  const operators = (text) => [...new Set(text.match(/`[a-z_]+`/g))];
  const table = read("README.md").split("| operator |")[1].split("\n\n")[0];
  const named = operators(table.split("\n").map((row) => row.split("|")[1] ?? "").join()).map((word) => word.slice(1, -1));
  const schema = new Set();
  JSON.stringify(JSON.parse(read("pkg-template/samebucket-1.schema.json")), (key, value) => {
    if (key === "operator") for (const operator of value.enum ?? [value.const]) if (operator) schema.add(operator);
    return value;
  });
  assert.deepEqual(named.toSorted(), [...schema].toSorted());
});

test("README.md's limits are those of the code", () => {
  const limits = read("src/limits.rs");
  const constant = (name) => eval(limits.match(new RegExp(`const ${name}: [a-z0-9]+ = ([^;]+);`))[1].replaceAll("_", ""));
  const table = read("README.md").split("## Limits")[1].replaceAll("\u00a0", " ");
  const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, " ");
  const expected = [
    `| size | ${constant("SNAPSHOT_BYTES") / 2 ** 20} MiB |`, `| ${constant("DEPTH")} | \`too_deep\``, `| flags | ${thousands(constant("FLAGS"))} |`,
    `| ${thousands(constant("PATTERN_BYTES"))} bytes; ${thousands(constant("PATTERN_PARTS"))} parts with`,
    `| different patterns | ${thousands(constant("PATTERNS"))}; of ${thousands(constant("ALL_PATTERN_PARTS"))} parts in all |`, `| ${constant("REQUIREMENT_CHAIN")} | \`requirement_too_deep\``,
    `| issues listed | ${thousands(constant("ISSUES"))} |`,
  ];
  assert.deepEqual(expected.filter((line) => !table.includes(line)), []);
});
