import * as samebucket from "samebucket/slim";
import wasm from "samebucket/samebucket.wasm";
import { check } from "./check.mjs";

await samebucket.init(wasm);
window.report = check(samebucket);
