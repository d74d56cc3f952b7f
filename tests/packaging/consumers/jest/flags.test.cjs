const samebucket = require("samebucket");
const { check } = require("./check.cjs");

test("the same answers", async () => {
  await samebucket.init();
  expect(check(samebucket)).toEqual({ evaluations: 5000, mismatches: [] });
});
