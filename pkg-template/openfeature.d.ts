import type { Client, ClientOptions, Flags } from "./client.js";
import type { Context, ErrorCode, Reason, SnapshotInfo } from "./index.js";

export type { Flags } from "./client.js";

/** What tells of snapshots. */
export type SnapshotSource = Pick<Client, "ready" | "info" | "stale" | "on">;

export interface ProviderOptions {
  /** Where the flags come from when they do not tell themselves. Default: the flags, if they are a `Client`, or the `Client` behind an `Observed`. */
  client?: SnapshotSource | undefined;
  /** What OpenFeature's `track` is handed to. Default: the `track` of the flags, if they have one, as an `Observed` has. */
  track?: ((metric: string, context: Context, details?: TrackingDetails) => void) | undefined;
}

/** What OpenFeature says of a tracked event: a number, and anything else. */
export interface TrackingDetails {
  readonly value?: number;
  readonly [detail: string]: unknown;
}

/** What the providers for both SDKs have alike. */
export class FlagsProvider {
  protected constructor(flags: Flags | ClientOptions, options: ProviderOptions, events: unknown);

  readonly metadata: { readonly name: "samebucket" };

  /** What evaluates, for all that OpenFeature has no words for, such as `explain`. */
  readonly flags: Flags;

  /**
   * Waits for a snapshot; the SDK calls it. Not there while a snapshot is in force: the SDK then has the provider READY at once,
   * without a promise.
   * @throws the first error of the client; READY follows when a later attempt brings a snapshot. Of flags without a client, an
   * error with the code `PROVIDER_NOT_READY`
   */
  initialize?(): Promise<void>;

  /**
   * Stops listening; the SDK calls it when another provider takes this one's place, and when it is shut down. Closes the client that
   * the provider has made for itself. Flags that were given live on: whoever made them closes them.
   */
  onClose(): Promise<void>;

  /** Hands on to `options.track`. */
  track(metric: string, context: Context, details?: TrackingDetails): void;

  /**
   * For flags without a client: says that their evaluator has loaded a snapshot. Emits CONFIGURATION_CHANGED with the flags
   * changed, and from now on evaluations have the snapshot's version.
   */
  loaded(info: SnapshotInfo): void;

  /** Evaluates. Never throws. */
  protected resolve<T>(flagKey: string, type: "boolean" | "string" | "number" | "object", defaultValue: T, context: Context): Resolution<T>;
}

/** An evaluation in OpenFeature's form. */
export interface Resolution<T> {
  /** In an error the caller's default value. */
  value: T;
  /** Not there where there is none. */
  variant?: string;
  reason: Reason;
  errorCode?: ErrorCode;
  errorMessage?: string;
  /** The snapshot's `version`, the `ruleId` and the `backendReason`, as far as there are such. */
  flagMetadata: Record<string, string>;
}
