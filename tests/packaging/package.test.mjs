// What is in the packed package: what publint and "are the types wrong?" say of it, and that its entries are one package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { available, consumer, run, tarball, tool } from "./harness.mjs";

const API = [
  "Evaluator", "SnapshotError", "evaluate", "evaluateAll", "evaluate_all", "explain", "init", "initSync", "loadSnapshot", "load_snapshot",
];

test("publint", async (t) => {
  if (!available(t, "publint", tool("publint"))) return;
  await run(tool("publint"), ["--strict", await tarball()], ".");
});

test("are the types wrong?", async (t) => {
  if (!available(t, "attw", tool("attw"))) return;
  // The wasm is no JavaScript: what an import of it gives is the bundler's to say.
  await run(tool("attw"), [await tarball(), "--exclude-entrypoints", "./samebucket.wasm"], ".");
});

describe("the entries", () => {
  let folder, root, manifest;
  const importFile = (file) => import(pathToFileURL(join(root, file)).href);
  const flags = (value) => ({ schema: "samebucket/1", flags: { a: { variants: { on: value }, off: "on" } } });

  before(async () => {
    folder = await consumer("esm", "entries");
    root = join(folder, "node_modules/samebucket");
    manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  });

  /** Every JavaScript file that `exports` of the core leads to: what stands beside it exports other names. */
  const CORE = [".", "./inline", "./slim"];
  const entries = () => [...new Set(JSON.stringify(CORE.map((entry) => manifest.exports[entry])).match(/\.\/[\w-]+\.c?js(?=")/g))];

  test("each exports the same names", async (t) => {
    if (!available(t, "esbuild", tool("esbuild"))) return;
    const { build } = await import("esbuild");
    const require = createRequire(join(root, "index.js"));
    const names = {};
    for (const entry of entries()) {
      if (entry.endsWith(".cjs")) {
        names[entry] = Object.keys(require(entry)).sort();
        continue;
      }
      // Read off the code, since not every entry can be imported in Node.
      const { metafile } = await build({
        entryPoints: [join(root, entry)], bundle: true, format: "esm", platform: "node", outdir: "unwritten", metafile: true, write: false, external: ["*.wasm", "*.wasm?module"],
      });
      names[entry] = Object.values(metafile.outputs)[0].exports.sort();
    }
    assert.deepEqual(names, Object.fromEntries(entries().map((entry) => [entry, API])));
    assert.equal(entries().length, 11);
  });

  test("each that starts on import is among `sideEffects`, so that no bundler leaves it out", () => {
    const starts = entries().filter((entry) => !/slim|browser/.test(entry));
    assert.deepEqual(manifest.sideEffects.toSorted(), starts.toSorted());
  });

  test("the inline entry's bytes are the file's", async () => {
    const bytes = readFileSync(join(root, "samebucket.wasm"));
    assert.ok(bytes.equals((await importFile("wasm-bytes.js")).default));
    assert.ok(bytes.equals(createRequire(join(root, "index.js"))("./wasm-bytes.cjs").default));
  });

  test("in Node all share one instance", async () => {
    const require = createRequire(join(folder, "index.js"));
    const all = ["", "/inline", "/slim"].flatMap((entry) => [require(`samebucket${entry}`), `node${entry.replace("/", "-")}.js`]);
    const [first, ...others] = await Promise.all(all.map((entry) => (typeof entry === "string" ? importFile(entry) : entry)));
    first.loadSnapshot(flags("shared"));
    for (const other of others) assert.equal(other.evaluate("a").value, "shared");
  });

  test("where modules are ES modules all share one instance", async () => {
    const [slim, browser] = [await importFile("slim.js"), await importFile("browser.js")];
    assert.equal(browser.evaluate("a", {}, 0).errorMessage, "samebucket was used before it was ready: `await init()` first");
    const inline = await importFile("inline.js");
    await Promise.all([browser.init(), slim.init()]);
    inline.loadSnapshot(flags("shared"));
    for (const other of [slim, browser]) assert.equal(other.evaluate("a").value, "shared");
  });
});

/** An empty wasm, and one that imports a function `x` that the glue does not have. */
const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
const named = (name) => [name.length, ...Buffer.from(name)];
const section = (number, ...bytes) => [number, bytes.length, ...bytes];
const OTHER_VERSION = [
  ...HEADER, ...section(1, 1, 0x60, 0, 0), ...section(2, 1, ...named("./glue_bg.js"), ...named("x"), 0, 0), ...section(7, 1, ...named("__wbindgen_start"), 0, 0),
];

describe("slim", () => {
  /** A module of its own each time, not yet ready. */
  const fresh = async (name) => pathToFileURL(join(await consumer("esm", `slim-${name}`), "node_modules/samebucket/slim.js")).href;
  const wasm = () => readFileSync(new URL("../../pkg/samebucket.wasm", import.meta.url));

  test("init without a wasm says what it wants, and a failed one can be tried again", async () => {
    const { evaluate, init, initSync } = await import(await fresh("init"));
    const failures = [
      () => undefined, () => null, () => new Uint8Array([0, 97, 115, 109]), () => new Response("", { status: 404 }),
      () => Promise.reject(new Error("offline")), () => fetch("data:,none"),
    ];
    const messages = [];
    for (const input of failures) messages.push(await init(input()).then(() => "no error", (error) => error.message));
    const wanted = "`samebucket/slim` has no wasm of its own: give `init` its module, bytes, response or address";
    assert.deepEqual(messages.slice(0, 2), [wanted, wanted]);
    assert.match(messages[2], /^samebucket could not start its wasm: WebAssembly\./);
    assert.match(messages[3], /^samebucket could not fetch its wasm: 404/);
    assert.equal(messages[4], "samebucket could not start its wasm: offline");
    assert.match(messages[5], /WebAssembly/);
    assert.throws(() => initSync(new Uint8Array(3)), /^Error: samebucket could not start its wasm: WebAssembly\./);
    const second = await import(await fresh("second"));
    const [bad, good] = await Promise.allSettled([second.init(Promise.reject(new Error("offline"))), second.init(wasm())]);
    assert.deepEqual([bad.status, good.status], ["rejected", "fulfilled"]);
    await assert.rejects(init(new Uint8Array(HEADER)), { message: "the wasm given is not samebucket's" });
    await assert.rejects(init(new Uint8Array(OTHER_VERSION)), { message: "samebucket's code and the wasm given are of different versions" });
    assert.match(evaluate("a", {}, 0).errorMessage, /before it was ready/);
    await init(wasm());
    assert.equal(evaluate("a", {}, 0).errorMessage, "no snapshot has been loaded");
    await init();
  });

  test("initSync while init is on its way leaves one instance", async () => {
    const { evaluate, init, initSync, loadSnapshot } = await import(await fresh("both"));
    const pending = init(wasm());
    initSync(wasm());
    loadSnapshot({ schema: "samebucket/1", flags: { a: { variants: { off: "kept" } } } });
    await pending;
    assert.equal(evaluate("a").value, "kept");
  });

  test("without WebAssembly it says so", async () => {
    const script = `delete globalThis.WebAssembly; import(${JSON.stringify(await fresh("nowhere"))}).then(({ init }) => init(new Uint8Array(8))).catch((error) => console.log(error.message));`;
    const { stdout } = await run(process.execPath, ["--eval", script], ".");
    assert.equal(stdout.trim(), "samebucket needs WebAssembly, which this runtime does not have");
  });
});
