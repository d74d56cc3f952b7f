// Metrics as text, in Prometheus' exposition format 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
// @ts-check

import { later } from "./metrics.js";

/** Values by the labels that they have, as text. @typedef {Map<string, number>} Samples */

/**
 * @param {import("./metrics.js").Metrics} metrics
 * @param {string | null} environment a label of every sample, if there is one
 */
export function metricsText(metrics, environment) {
  const evaluations = /** @type {Samples} */ (new Map());
  const errors = /** @type {Samples} */ (new Map());
  const times = /** @type {Samples} */ (new Map());
  const everywhere = /** @type {Record<string, string>} */ (environment === null ? {} : { environment });
  for (const [flag_key, cells] of metrics.gathered()) {
    let time = /** @type {number | null} */ (null);
    for (const { count, last, variant, reason, errorCode } of cells) {
      add(evaluations, { flag_key, variant, reason, ...everywhere }, count);
      if (errorCode !== "") add(errors, { flag_key, error_type: errorCode, ...everywhere }, count);
      time = later(time, last);
    }
    if (time !== null) add(times, { flag_key, ...everywhere }, time / 1000);
  }
  return (
    family("feature_flag_evaluations_total", "counter", "Total number of feature flag evaluations", evaluations) +
    family("feature_flag_errors_total", "counter", "Total number of feature flag evaluation errors", errors) +
    family("feature_flag_last_evaluated_timestamp_seconds", "gauge", "When a feature flag was last evaluated, in seconds since 1970", times)
  );
}

/**
 * Samples with the same labels are one.
 * @param {Samples} samples
 * @param {Record<string, string>} labels
 * @param {number} value
 */
function add(samples, labels, value) {
  const text = Object.entries(labels).map(([name, label]) => `${name}="${escaped(label)}"`).join(",");
  samples.set(text, (samples.get(text) ?? 0) + value);
}

/**
 * @param {string} name
 * @param {"counter" | "gauge"} type
 * @param {string} help
 * @param {Samples} samples
 */
const family = (name, type, help, samples) =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${[...samples].map(([labels, value]) => `${name}{${labels}} ${value}\n`).join("")}`;

const ESCAPES = /** @type {Record<string, string>} */ ({ "\\": "\\\\", '"': '\\"', "\n": "\\n" });

const escaped = (/** @type {string} */ label) => label.replace(/[\\"\n]/g, (character) => ESCAPES[character]);
