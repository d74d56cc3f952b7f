// `samebucket/openfeature-web`: the provider for OpenFeature's web SDK. It resolves at once, for the page's one context.
// @ts-check

import { OpenFeatureEventEmitter } from "@openfeature/web-sdk";
import { FlagsProvider } from "./openfeature.js";

/** @typedef {import("@openfeature/web-sdk").EvaluationContext} EvaluationContext */

export class SamebucketProvider extends FlagsProvider {
  runsOn = /** @type {const} */ ("client");

  /**
   * @param {import("./client.js").Flags | import("./client.js").ClientOptions} flags
   * @param {import("./openfeature.js").ProviderOptions} [options]
   */
  constructor(flags, options = {}) {
    super(flags, options, new OpenFeatureEventEmitter());
  }

  /** Nothing has to be fetched for another context, so there is no promise and nobody waits. */
  onContextChange() {}

  /**
   * @param {string} flagKey
   * @param {boolean} defaultValue
   * @param {EvaluationContext} context
   */
  resolveBooleanEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "boolean", defaultValue, context);
  }

  /**
   * @param {string} flagKey
   * @param {string} defaultValue
   * @param {EvaluationContext} context
   */
  resolveStringEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "string", defaultValue, context);
  }

  /**
   * @param {string} flagKey
   * @param {number} defaultValue
   * @param {EvaluationContext} context
   */
  resolveNumberEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "number", defaultValue, context);
  }

  /**
   * @template {import("@openfeature/web-sdk").JsonValue} T
   * @param {string} flagKey
   * @param {T} defaultValue
   * @param {EvaluationContext} context
   */
  resolveObjectEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "object", defaultValue, context);
  }
}
