const samebucket = require("samebucket");

import("./check.mjs").then(({ check }) => console.log(JSON.stringify(check(samebucket))));
