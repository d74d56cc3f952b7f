import * as samebucket from "samebucket";
import { check } from "../../check.mjs";

export const dynamic = "force-dynamic";

export const GET = () => Response.json(check(samebucket));
