import * as samebucket from "samebucket";
import { check } from "../../check.mjs";

export const runtime = "edge";

export const GET = () => Response.json(check(samebucket));
