// The providers by `require`.

import openFeature = require("@openfeature/server-sdk");
import samebucket = require("samebucket");
import server = require("samebucket/openfeature-server");
import web = require("samebucket/openfeature-web");

const evaluator = new samebucket.Evaluator();
const provider: openFeature.Provider = new server.SamebucketProvider(evaluator);
const flags: web.Flags = new web.SamebucketProvider(evaluator).flags;

void [provider, flags];
