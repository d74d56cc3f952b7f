// Uses that need no types of a browser or of Node: `lib` is es2022 alone.

import { type Evaluation, type InitInput, Evaluator, evaluate, init, loadSnapshot } from "samebucket";

await init();
await init("/samebucket.wasm");
await init(new Uint8Array());
const bytes: InitInput = new ArrayBuffer(8);
await init(Promise.resolve(bytes));

loadSnapshot("{}");
const on: Evaluation<boolean> = evaluate("flag", { targetingKey: "u-1" }, false);

using evaluator = new Evaluator();
using bound = evaluator.bind({ targetingKey: "u-1" });
const alike: boolean = bound.evaluate("flag", on.value).value;

// @ts-expect-error no source of wasm
await init(5);

void alike;
