import type { EvaluationContext, JsonValue, OpenFeatureEventEmitter, Provider, ResolutionDetails } from "@openfeature/server-sdk";
import type { ClientOptions } from "./client.js";
import { type Flags, FlagsProvider, type ProviderOptions } from "./openfeature.js";

export type { Flags, ProviderOptions, SnapshotSource } from "./openfeature.js";

/** The provider for `@openfeature/server-sdk`. An evaluation never rejects and waits for nothing. */
export class SamebucketProvider extends FlagsProvider implements Provider {
  /** @param flags what evaluates: a `Client`, an `Evaluator`, an `Observed`; or the options for a client of the provider's own */
  constructor(flags: Flags | ClientOptions, options?: ProviderOptions);

  readonly runsOn: "server";
  readonly events: OpenFeatureEventEmitter;

  resolveBooleanEvaluation(flagKey: string, defaultValue: boolean, context: EvaluationContext): Promise<ResolutionDetails<boolean>>;
  resolveStringEvaluation(flagKey: string, defaultValue: string, context: EvaluationContext): Promise<ResolutionDetails<string>>;
  resolveNumberEvaluation(flagKey: string, defaultValue: number, context: EvaluationContext): Promise<ResolutionDetails<number>>;
  /** The value may be a list. It is frozen. */
  resolveObjectEvaluation<T extends JsonValue>(flagKey: string, defaultValue: T, context: EvaluationContext): Promise<ResolutionDetails<T>>;
}
