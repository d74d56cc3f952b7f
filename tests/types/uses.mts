// Good uses of the types, which must compile, and bad ones, which must not.

import {
  type BoundContext, type Circuit, type Context, type ErrorCode, type Evaluation, type Explanation, type Format, type Issue, type JsonValue, type Reason, type SnapshotInfo,
  Evaluator, SnapshotError, evaluate, evaluateAll, evaluate_all, explain, init, loadSnapshot, load_snapshot,
} from "samebucket";

await init();
await init("/samebucket.wasm");
await init(new URL("https://cdn.example/samebucket.wasm"));
await init(fetch("/samebucket.wasm"));
await init(new Request("/samebucket.wasm"));
await init(WebAssembly.compileStreaming(fetch("/samebucket.wasm")));

const info: SnapshotInfo = loadSnapshot("{}", { format: "auto", environment: "staging", onInvalidFlag: "skip" });
load_snapshot(new Uint8Array());
loadSnapshot({ schema: "samebucket/1", flags: {} }, { format: "samebucket/1" });
const format: Format = info.format;
const skipped: readonly Issue[] = info.skipped;
const version: string | null = info.version;

// A literal default's members are widened, too.
const literal = evaluate("flag", {}, { enabled: false, mode: "light" }).value;
if (literal.enabled) (literal.mode === "dark").valueOf();
const words = evaluate("flag", {}, ["x"]).value;
(words[0] === "y").valueOf();

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

const all: Record<string, Evaluation<JsonValue | undefined>> = evaluateAll({ targetingKey: "u-1" });
evaluate_all();
const explanation: Explanation<unknown> = explain("flag");
const bucket: number | undefined = explanation.steps[0]?.bucket;

{
  using evaluator = new Evaluator({ environment: "production", clock: () => 0 });
  const bound: BoundContext = evaluator.bind({ targetingKey: "u-1" });
  const value: boolean = bound.evaluate("flag", true).value;
  evaluator.setOpenCircuits(["flag"]);
  const [event] = evaluator.recordError("flag");
  if (event?.state === "half_open") event.flag.repeat(event.at);
  const exported: Record<string, Circuit> = evaluator.exportCircuits();
  evaluator.importCircuits(exported);
  evaluator.importCircuits(JSON.stringify(exported));
  void [value, evaluator.recordSuccess("flag").length];
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

// Any object is a context: instances of classes, objects without a prototype, what another library has.
class Account {
  readonly #secret = 1;
  constructor(readonly targetingKey: string, readonly created: Date) {}
  get secret(): number {
    return this.#secret;
  }
}
const ofClass: Evaluation<string> = evaluate("flag", new Account("u-1", new Date()), "a");
const numbered: Context = { targetingKey: 42, created: new Date(), tags: ["a"], nothing: undefined };

// The default's type may be an interface, with optional and nested parts; a literal's is widened.
interface Layout {
  columns: number;
  theme?: { name: string; dark: boolean | null };
  readonly widths: readonly number[];
}
declare const own: Layout;
const ofLayout: Evaluation<Layout> = evaluate("flag", user, own);
const askedFor: Layout | undefined = evaluate<Layout>("flag", user).value;
const theme = "dark" as "dark" | "light";
const widened: Evaluation<string> = evaluate("flag", user, theme);
const seven = 7 as const;
const widenedNumber: Evaluation<number> = evaluate("flag", user, seven);
const boundLayout: Layout = new Evaluator().bind(user).evaluate("flag", own).value;
const withoutDefault: JsonValue | undefined = evaluate("flag").value;

// Methods can be taken off.
const { evaluate: taken, bind } = new Evaluator();
const ofTaken: Evaluation<boolean> = taken("flag", user, true);
const ofBound: Evaluation<number> = bind(user).evaluate("flag", 1);
bind(user).free();

const known = (code: ErrorCode): string => {
  switch (code) {
    case "PROVIDER_NOT_READY": case "FLAG_NOT_FOUND": case "TYPE_MISMATCH": case "INVALID_CONTEXT": case "GENERAL":
      return code;
  }
};
const formats: Record<Format, number> = { "samebucket/1": 0, lift: 0, "prompt-improver": 0, flcm: 0, orchestrator: 0, ruleiq: 0 };

// Code that does not know the type itself.
const valueOf = <T extends JsonValue>(flagKey: string, fallback: T) => evaluate(flagKey, user, fallback).value;
const boundValueOf = <T extends JsonValue>(flagKey: string, fallback: T) => new Evaluator().bind(user).evaluate(flagKey, fallback).value;
const generic: string = valueOf("flag", "dark");
const genericNumber: number = boundValueOf("flag", 1);
// @ts-expect-error a function is no data there either
valueOf("flag", () => 2);

// @ts-expect-error the flag may serve another text
const narrow: Evaluation<"dark" | "light"> = evaluate("flag", user, theme);
// @ts-expect-error a method is no data
evaluate("flag", user, { columns: () => 2 });
// @ts-expect-error a Date is no data
evaluate("flag", user, new Date());
// @ts-expect-error a BigInt is no data
evaluate("flag", user, 1n);
// @ts-expect-error a symbol is no data
evaluate("flag", user, Symbol("s"));
// @ts-expect-error no source of wasm
await init(true);
// @ts-expect-error a flag's key is text
evaluate(5, user, true);
// @ts-expect-error a context is an object
evaluate("flag", 5, true);
// @ts-expect-error without a default the value may be missing
const missingLayout: Layout = evaluate<Layout>("flag", user).value;
// @ts-expect-error no such reason
const noReason: Reason = "RANDOM";
// @ts-expect-error no such code
const noCode: ErrorCode = "OOPS";
// @ts-expect-error a clock gives milliseconds
new Evaluator({ clock: () => "now" });
// @ts-expect-error no such option
new Evaluator({ enviroment: "production" });
// @ts-expect-error a list of keys
new Evaluator().setOpenCircuits("flag");
// @ts-expect-error evaluations of all flags may have failed
const allThere: boolean = evaluateAll(user)["flag"]!.value;
// @ts-expect-error a bound context has its context
new Evaluator().bind(user).evaluate("flag", user, true);

void [
  context, ofInterface, ofMaybe, ofClass, numbered, ofLayout, askedFor, widened, widenedNumber, boundLayout, withoutDefault, ofTaken, ofBound, known, formats,
  generic, genericNumber, narrow, missingLayout, noReason, noCode, allThere,
];
void [list, any, format, skipped, version, count, unchecked, reason, errorCode, all, bucket, wrong, missing];
