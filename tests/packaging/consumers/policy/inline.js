import { check } from "./check.mjs";

try {
  window.report = check(await import("./node_modules/samebucket/inline.js"));
} catch (error) {
  window.failure = error.message;
}
