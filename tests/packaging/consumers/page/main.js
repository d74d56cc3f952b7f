import * as samebucket from "samebucket";
import { check } from "./check.mjs";

await samebucket.init();
window.report = check(samebucket);
