// The types of `samebucket/observe`, by `require`.

import samebucket = require("samebucket");
import observing = require("samebucket/observe");

const observed: observing.Observed = observing.observe(new samebucket.Evaluator());
const text: string = observed.metricsText();
void text;
