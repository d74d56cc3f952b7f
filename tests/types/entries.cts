// The types of the entries beside the main one, by `require`.

import samebucket = require("samebucket");
import client = require("samebucket/client");
import inline = require("samebucket/inline");
import slim = require("samebucket/slim");

slim.initSync(new Uint8Array());
const evaluation: samebucket.Evaluation<boolean> = inline.evaluate("flag", { targetingKey: "u-1" }, false);
const followed: client.Client = client.createClient({ url: "/flags.json", storage: client.webStorage() });
const code: client.ClientErrorCode = new samebucket.Evaluator() instanceof client.ClientError ? "http" : "closed";
void [evaluation, followed.evaluate("flag", {}, true).value, code];
