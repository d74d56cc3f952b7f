// Good uses of the types of `samebucket/observe`, and bad ones.

import { type Evaluation, Evaluator } from "samebucket";
import { type Analysis, type ExperimentResults, type Exposure, type Flags, type Observed, analyse, createExposureSender, observe } from "samebucket/observe";

const sender = createExposureSender({ url: new URL("https://flags.example/exposures"), headers: { authorization: "Bearer x" }, interval: 0 });
const observed: Observed = observe(new Evaluator(), {
  clock: Date.now,
  environment: "production",
  bulk: "expose",
  onExposure: sender.send,
  exposures: { assigns: ({ reason }) => reason !== "DISABLED", unit: ({ tenant }) => tenant.id, window: Infinity, limit: 10, version: () => null },
});
// What is observed can be observed.
const flags: Flags = observe(observed, { exposures: true });

const on: Evaluation<boolean> = flags.evaluate("flag", { targetingKey: "u-1" }, false);
using bound = observed.bind({ targetingKey: "u-1" });
const text: Evaluation<string> = bound.evaluate("flag", "a");
const splits: number | undefined = observed.metrics().flags["flag"]?.reasons.SPLIT;
const counted: number = observed.track("purchase", { targetingKey: "u-1" });
const results: ExperimentResults = observed.experimentResults("flag", "purchase", { control: "off", weights: { off: 1, on: 3 } });
const [low, high]: readonly [number, number] = results.variants[0]?.interval ?? [0, 1];
const analysis: Analysis = analyse({ control: { exposed: 10, converted: 1 }, blue: { exposed: 10, converted: 2 } }, { alpha: 0.01 });
const off: () => void = observed.on("exposure", ({ flagKey, at }: Exposure) => flagKey.repeat(at));
await sender.flush();
await sender.close();
void [on, text, splits, counted, low, high, analysis.winner, off, sender.pending + sender.dropped];

// @ts-expect-error: no such event
observed.on("exposed", () => {});
// @ts-expect-error: a sender wants an address
createExposureSender({});
// @ts-expect-error: no such way
observe(new Evaluator(), { bulk: "all" });
// @ts-expect-error: the value is a boolean
const wrong: Evaluation<string> = observed.evaluate("flag", {}, false);
// @ts-expect-error: both are counted
analyse({ control: { exposed: 1 } });
void wrong;

// What `guard` gives is what `on` or `off` gives; of a promise and a value, one of either.
const guarded: number | string = observed.guard("flag", {}, () => 1, () => "off");
const withoutOff: number | undefined = observed.guard("flag", {}, ({ value }) => String(value).length);
const later: Promise<number | string> | string = observed.guard("flag", {}, async () => 1, (_, error) => String(error));
observed.on("circuit", ({ flag, state, at }) => `${flag}: ${state === "closed"} ${at.toFixed()}`);
// @ts-expect-error: it may have been off
const surely: number = observed.guard("flag", {}, () => 1);
void [guarded, withoutOff, later, surely];
