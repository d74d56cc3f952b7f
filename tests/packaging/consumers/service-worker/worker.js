import * as samebucket from "./node_modules/samebucket/browser.js";
import { check } from "./check.mjs";

addEventListener("install", (event) => event.waitUntil(samebucket.init().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (new URL(event.request.url).pathname === "/report.json") event.respondWith(samebucket.init().then(() => Response.json(check(samebucket))));
});
