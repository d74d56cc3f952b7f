import * as samebucket from "samebucket";
import { check } from "./check.mjs";

export default { fetch: () => Response.json(check(samebucket)) };
