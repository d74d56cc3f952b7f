// `samebucket/openfeature-server`: the provider for OpenFeature's server SDK. It evaluates at once; the promises are what that SDK wants.
// @ts-check

import { OpenFeatureEventEmitter } from "@openfeature/server-sdk";
import { FlagsProvider } from "./openfeature.js";

/** @typedef {import("@openfeature/server-sdk").EvaluationContext} EvaluationContext */

export class SamebucketProvider extends FlagsProvider {
  runsOn = /** @type {const} */ ("server");

  /**
   * @param {import("./client.js").Flags | import("./client.js").ClientOptions} flags
   * @param {import("./openfeature.js").ProviderOptions} [options]
   */
  constructor(flags, options = {}) {
    super(flags, options, new OpenFeatureEventEmitter());
  }

  /**
   * @param {string} flagKey
   * @param {boolean} defaultValue
   * @param {EvaluationContext} context
   */
  async resolveBooleanEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "boolean", defaultValue, context);
  }

  /**
   * @param {string} flagKey
   * @param {string} defaultValue
   * @param {EvaluationContext} context
   */
  async resolveStringEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "string", defaultValue, context);
  }

  /**
   * @param {string} flagKey
   * @param {number} defaultValue
   * @param {EvaluationContext} context
   */
  async resolveNumberEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "number", defaultValue, context);
  }

  /**
   * @template {import("@openfeature/server-sdk").JsonValue} T
   * @param {string} flagKey
   * @param {T} defaultValue
   * @param {EvaluationContext} context
   */
  async resolveObjectEvaluation(flagKey, defaultValue, context) {
    return this.resolve(flagKey, "object", defaultValue, context);
  }
}
