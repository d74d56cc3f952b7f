// The packed package's client, as its user has it.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { installPackage } from "../consumer.mjs";

/** @param {string} name of the folder under tests/output/ */
export async function installed(name) {
  const { folder } = installPackage(name);
  const root = join(folder, "node_modules/samebucket");
  const load = (file) => import(pathToFileURL(join(root, file)).href);
  return { folder, root, client: await load("client.js"), core: await load("node.js"), load };
}
