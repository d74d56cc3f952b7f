import type { EvaluationContext, JsonValue, OpenFeatureEventEmitter, Provider, ResolutionDetails } from "@openfeature/web-sdk";
import type { ClientOptions } from "./client.js";
import { type Flags, FlagsProvider, type ProviderOptions } from "./openfeature.js";

export type { Flags, ProviderOptions, SnapshotSource } from "./openfeature.js";

/** The provider for `@openfeature/web-sdk`. An evaluation never throws and waits for nothing. */
export class SamebucketProvider extends FlagsProvider implements Provider {
  /** @param flags what evaluates: a `Client`, an `Evaluator`, an `Observed`; or the options for a client of the provider's own */
  constructor(flags: Flags | ClientOptions, options?: ProviderOptions);

  readonly runsOn: "client";
  readonly events: OpenFeatureEventEmitter;

  /** Does nothing, and without a promise: the next evaluation has the new context, and the provider is never RECONCILING. */
  onContextChange(oldContext: EvaluationContext, newContext: EvaluationContext): void;

  resolveBooleanEvaluation(flagKey: string, defaultValue: boolean, context: EvaluationContext): ResolutionDetails<boolean>;
  resolveStringEvaluation(flagKey: string, defaultValue: string, context: EvaluationContext): ResolutionDetails<string>;
  resolveNumberEvaluation(flagKey: string, defaultValue: number, context: EvaluationContext): ResolutionDetails<number>;
  /** The value may be a list. It is frozen. */
  resolveObjectEvaluation<T extends JsonValue>(flagKey: string, defaultValue: T, context: EvaluationContext): ResolutionDetails<T>;
}
