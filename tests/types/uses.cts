// The types by `require`.

import samebucket = require("samebucket");

const evaluation: samebucket.Evaluation<boolean> = samebucket.evaluate("flag", { targetingKey: "u-1" }, false);
void evaluation;
