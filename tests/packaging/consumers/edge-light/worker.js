import * as samebucket from "samebucket";
import { check } from "./check.mjs";

addEventListener("fetch", (event) => event.respondWith(Response.json(check(samebucket))));
