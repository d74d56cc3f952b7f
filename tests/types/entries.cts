// The types of the entries beside the main one, by `require`.

import samebucket = require("samebucket");
import inline = require("samebucket/inline");
import slim = require("samebucket/slim");

slim.initSync(new Uint8Array());
const evaluation: samebucket.Evaluation<boolean> = inline.evaluate("flag", { targetingKey: "u-1" }, false);
void evaluation;
