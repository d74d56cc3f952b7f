// The types of the entries beside the main one, by `import`.

import type { Evaluator } from "samebucket";
import * as inline from "samebucket/inline";
import wasm from "samebucket/samebucket.wasm";
import * as slim from "samebucket/slim";

await slim.init(wasm);
await slim.init(new Uint8Array());
await slim.init(fetch("/samebucket.wasm"));
// @ts-expect-error: it has no wasm of its own
await slim.init();
slim.initSync(wasm);
slim.initSync(new Uint8Array());

await inline.init();
const evaluators: Evaluator[] = [new slim.Evaluator(), new inline.Evaluator()];
void evaluators;
