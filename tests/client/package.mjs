// The packed package's client, as its user has it, and what its figures are measured with.

import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { snapshotOf } from "../../benches/contenders/samebucket-1.mjs";
import { flags } from "../../benches/workload.mjs";
import { installPackage } from "../consumer.mjs";

/** @param {string} name of the folder under tests/output/ */
export async function installed(name) {
  const { folder } = installPackage(name);
  const root = join(folder, "node_modules/samebucket");
  const load = (file) => import(pathToFileURL(join(root, file)).href);
  return { folder, root, client: await load("client.js"), core: await load("node.js"), load };
}

/** Serves 1 000 flags of the benches' workload. */
export function thousand({ url }, response) {
  if (url !== "/thousand.json") return false;
  response.writeHead(200, { "content-type": "application/json" }).end(snapshotOf(flags(1_000, "rules")));
  return true;
}

/** Prints what was measured. How long it took is not judged; that it happened is. */
export function report(t, where, { found, flags, bytes, changed }) {
  for (const [what, { median, longest }] of Object.entries(found)) t.diagnostic(`${where}: ${what}: median ${median.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`);
  t.diagnostic(`${where}: the 1 000 flags are ${bytes} characters`);
  assert.deepEqual([flags, changed], [1_000, 15]);
}
