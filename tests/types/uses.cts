// The types by `require`.

import samebucket = require("samebucket");

const evaluation: samebucket.Evaluation<boolean> = samebucket.evaluate("flag", { targetingKey: "u-1" }, false);
const format: samebucket.Format = samebucket.loadSnapshot("{}").format;
const code: samebucket.ErrorCode | undefined = new samebucket.Evaluator().bind({}).evaluate("flag", 1).errorCode;

// @ts-expect-error a text default gives text
const wrong: samebucket.Evaluation<number> = samebucket.evaluate("flag", {}, "a");

void [evaluation, format, code, wrong];
