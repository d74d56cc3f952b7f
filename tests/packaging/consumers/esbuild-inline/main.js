import * as samebucket from "samebucket/inline";
import { check } from "./check.mjs";

globalThis.report = check(samebucket);
console.log(JSON.stringify(globalThis.report));
