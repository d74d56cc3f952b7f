import * as samebucket from "samebucket";
import { check } from "./check.mjs";

console.log(JSON.stringify(check(samebucket)));
