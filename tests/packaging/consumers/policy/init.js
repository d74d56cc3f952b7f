import * as samebucket from "./node_modules/samebucket/browser.js";
import { check } from "./check.mjs";

try {
  await samebucket.init();
  window.report = check(samebucket);
} catch (error) {
  window.failure = error.message;
}
