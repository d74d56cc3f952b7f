import * as samebucket from "./node_modules/samebucket/browser.js";
import { check } from "./check.mjs";

await samebucket.init();
postMessage(check(samebucket));
