// Uses that need no types of a browser or of Node: `lib` is es2022 alone.

import { type Evaluation, type InitInput, Evaluator, evaluate, init, initSync, loadSnapshot } from "samebucket";
import { createClient, kvStorage, webStorage } from "samebucket/client";
import * as inline from "samebucket/inline";
import * as slim from "samebucket/slim";

await init();
await init("/samebucket.wasm");
await init(new Uint8Array());
const bytes: InitInput = new ArrayBuffer(8);
await init(Promise.resolve(bytes));

initSync(bytes);
slim.initSync(new Uint8Array());
inline.evaluate("flag");

loadSnapshot("{}");
const on: Evaluation<boolean> = evaluate("flag", { targetingKey: "u-1" }, false);

using evaluator = new Evaluator();
using bound = evaluator.bind({ targetingKey: "u-1" });
const alike: boolean = bound.evaluate("flag", on.value).value;

using client = createClient({ url: "https://flags.example/", storage: webStorage() });
await client.ready();
createClient({ url: "https://flags.example/", storage: kvStorage({ get: async () => null, put: async () => {} }), publicKey: new Uint8Array(32) });

// @ts-expect-error no source of wasm
await init(5);
// @ts-expect-error the slim entry has no wasm of its own
await slim.init();

void alike;
