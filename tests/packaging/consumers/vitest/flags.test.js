import * as samebucket from "samebucket";
import { expect, test } from "vitest";
import { check } from "./check.mjs";

test("the same answers", async () => {
  await samebucket.init();
  expect(check(samebucket)).toEqual({ evaluations: 5000, mismatches: [] });
});
