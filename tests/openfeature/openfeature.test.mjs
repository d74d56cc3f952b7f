// The providers, held to what an application may rely on with either of OpenFeature's SDKs: the scenarios are in `*.feature`.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import * as server from "@openfeature/server-sdk";
import * as web from "@openfeature/web-sdk";

import { installPackage } from "../consumer.mjs";
import { declareScenarios } from "./gherkin.mjs";
import { World, definitions } from "./steps.mjs";

const { folder } = installPackage("openfeature-scenarios");
const load = (file) => import(pathToFileURL(join(folder, "node_modules/samebucket", file)).href);
const { Evaluator } = await load("node.js");
const worlds = await Promise.all(
  Object.entries({ web, server }).map(async ([name, sdk]) => {
    const { SamebucketProvider } = await load(`openfeature-${name}.js`);
    return { name, make: () => new World({ sdk, SamebucketProvider, Evaluator }) };
  }),
);

const here = fileURLToPath(new URL(".", import.meta.url));
const features = readdirSync(here).filter((file) => file.endsWith(".feature"));
declareScenarios(features.map((file) => join(here, file)), definitions, worlds);
