// Good uses of the types, which must compile, and bad ones, which must not.

import {
  type BoundContext, type Context, type ErrorCode, type Evaluation, type Explanation, type Format, type Issue, type JsonValue, type Reason, type SnapshotInfo,
  Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, init, loadSnapshot, load_snapshot,
} from "samebucket";

await init();
await init("/samebucket.wasm");
await init(new URL("https://cdn.example/samebucket.wasm"));
await init(fetch("/samebucket.wasm"));

const info: SnapshotInfo = loadSnapshot("{}", { format: "auto", environment: "staging", onInvalidFlag: "skip" });
load_snapshot(new Uint8Array());
loadSnapshot({ schema: "samebucket/1", flags: {} }, { format: "samebucket/1" });
const format: Format = info.format;
const skipped: readonly Issue[] = info.skipped;
const version: string | null = info.version;

// The default value's type is the value's, widened from a literal.
const on: Evaluation<boolean> = evaluate("flag", { targetingKey: "u-1" }, false);
const text: Evaluation<string> = evaluate("flag", { targetingKey: "u-1", plan: "pro", tenant: { id: 7 } }, "a");
const count: Evaluation<number> = evaluate("flag", null, 3);
const list: Evaluation<number[]> = evaluate("flag", { user_id: "u-1", attributes: { plan: "pro" } }, [1]);
const any: Evaluation<JsonValue> = evaluate("flag", {}, null);
const layout: Evaluation<{ columns: number }> = evaluate("flag", {}, { columns: 2 });
const unchecked: boolean | undefined = evaluate<boolean>("flag").value;
const reason: Reason = on.reason;
const errorCode: ErrorCode | undefined = on.errorCode;
if (on.value) text.value.toUpperCase();
layout.value.columns.toFixed();

const all: Record<string, Evaluation<JsonValue>> = evaluateAll({ targetingKey: "u-1" });
evaluate_all();
const explanation: Explanation<unknown> = explain("flag");
const bucket: number | undefined = explanation.steps[0]?.bucket;

{
  using evaluator = new Evaluator({ environment: "production", clock: () => 0 });
  const bound: BoundContext = evaluator.bind({ targetingKey: "u-1" });
  const value: boolean = bound.evaluate("flag", true).value;
  evaluator.setOpenCircuits(["flag"]);
  void value;
}

try {
  loadSnapshot("");
} catch (error) {
  if (error instanceof SnapshotError) {
    const [first] = error.issues;
    const path: string | undefined = first?.path;
    void [error.code, path];
  }
}

// @ts-expect-error a boolean default gives a boolean
const wrong: Evaluation<string> = evaluate("flag", {}, true);
// @ts-expect-error a function is no value
evaluate("flag", {}, () => true);
// @ts-expect-error no such option
loadSnapshot("{}", { onInvalidFlag: "ignore" });
// @ts-expect-error no such format
loadSnapshot("{}", { format: "toml" });
// @ts-expect-error a snapshot is text, bytes or an object
loadSnapshot(1);
// @ts-expect-error a context is an object
evaluate("flag", "u-1", true);
// @ts-expect-error a targeting key is data
const context: Context = { targetingKey: () => "u-1" };
// @ts-expect-error evaluations are read only
on.value = true;
// @ts-expect-error the code makes this error, nobody else
new SnapshotError();
// @ts-expect-error a clock gives a number
new Evaluator({ clock: () => new Date() });
// @ts-expect-error without a default the value may be missing
const missing: boolean = evaluate<boolean>("flag").value;

loadSnapshot([], { format: "orchestrator" });

interface User {
  targetingKey: string;
  plan?: string;
}
declare const user: User;
declare const maybe: boolean | undefined;
const ofInterface: Evaluation<boolean> = evaluate("flag", user, true);
const ofMaybe: Evaluation<boolean | undefined> = evaluate("flag", user, maybe);

void [context, ofInterface, ofMaybe, list, any, format, skipped, version, count, unchecked, reason, errorCode, all, bucket, wrong, missing];
