// `node cold.mjs <contender> <file>`: loads the snapshot in the file and prints one answer.
// @ts-check

import { readFileSync } from "node:fs";

const [name, file, key, user] = process.argv.slice(2);
const contender = await import(`./contenders/${name}.mjs`);
const loaded = await contender.load(contender.stored ? file : readFileSync(file, "utf8"), "rules");
const answer = await loaded.evaluate(key, contender.contextOf(JSON.parse(user)));
process.stdout.write(`answer: ${contender.variantOf(answer)}\n`, () => process.exit());
