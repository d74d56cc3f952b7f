// A worker in Vercel's edge runtime, bundled as Next.js does: `?module` is a global that holds the module, compiled outside of the worker's realm.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The runtime that runs a folder's `worker.js`. */
export async function edgeRuntime(folder) {
  const { build } = await import("esbuild");
  const asGlobal = {
    name: "wasm-as-global",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.replace("?module", "")), namespace: "wasm" }));
      onLoad({ filter: /.*/, namespace: "wasm" }, ({ path }) => {
        writeFileSync(join(folder, "dist.wasm"), readFileSync(path));
        return { contents: "export default WASM_OF_SAMEBUCKET;" };
      });
    },
  };
  await build({
    absWorkingDir: folder, entryPoints: ["worker.js"], bundle: true, format: "iife", conditions: ["edge-light", "worker"], plugins: [asGlobal],
    outfile: "dist.js", logLevel: "error",
  });
  const { EdgeRuntime } = await import("edge-runtime");
  const module = await WebAssembly.compile(readFileSync(join(folder, "dist.wasm")));
  return new EdgeRuntime({
    initialCode: readFileSync(join(folder, "dist.js"), "utf8"), codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, { WASM_OF_SAMEBUCKET: module }),
  });
}
