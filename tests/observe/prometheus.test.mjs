// The text of metrics, as Prometheus' own client has read it: prometheus.py says how that was recorded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Evaluator } from "../../pkg/node.js";
import { observe } from "../../pkg/observe.js";
import { observedText } from "./observed-text.mjs";

const { text, families } = JSON.parse(readFileSync(new URL("prometheus.json", import.meta.url), "utf8"));

test("the text is the one that Prometheus' client has read", () => {
  assert.equal(observedText(), text);
});

test("the client has understood every flag, variant, reason and error as they are", () => {
  const byName = Object.fromEntries(families.map((family) => [family.name, family]));
  // The client leaves out what every counter's name ends with.
  assert.deepEqual(families.map(({ name, type }) => [name, type]), [
    ["feature_flag_evaluations", "counter"], ["feature_flag_errors", "counter"], ["feature_flag_last_evaluated_timestamp_seconds", "gauge"],
  ]);
  for (const { samples } of families) assert.ok(samples.every(({ labels }) => labels.environment === 'prod "eu"'));
  const evaluations = byName.feature_flag_evaluations.samples.map(({ name, labels, value }) => [name, labels.flag_key, labels.variant, labels.reason, value]);
  const name = "feature_flag_evaluations_total";
  const on = 'on "1"\\\n';
  const keys = ["plain", 'with "quotes"', "back\\slash", "a\nline", "\\n", "ünïcode 🎉", '{a="b"} 1', "__proto__", "trailing\\"];
  assert.deepEqual(evaluations, [
    [name, "", "", "ERROR", 1], [name, "plain", on, "STATIC", 1], [name, "plain", "", "ERROR", 2], ...keys.slice(1).map((key, index) => [name, key, on, "STATIC", index + 2]),
  ]);
  const errors = byName.feature_flag_errors.samples.map(({ name, labels, value }) => [name, labels.flag_key, labels.error_type, value]);
  assert.deepEqual(errors, [["feature_flag_errors_total", "", "FLAG_NOT_FOUND", 1], ["feature_flag_errors_total", "plain", "TYPE_MISMATCH", 2]]);
  const times = byName.feature_flag_last_evaluated_timestamp_seconds.samples;
  assert.deepEqual(times.map(({ labels }) => labels.flag_key), ["", ...keys]);
  assert.ok(times.every(({ value }) => value === 1_795_869_296.25));
});

test("no two samples have the same labels, whatever was counted", () => {
  const observed = observe(new Evaluator());
  observed.evaluate("", {}, 1);
  observed.evaluate("x", {}, 1);
  const evaluator = new Evaluator();
  evaluator.loadSnapshot({ flags: [{ key: "", type: "boolean", defaultValue: false, enabled: true, rules: [] }] });
  const empty = observe(evaluator);
  for (const name of ["", "x", ""]) empty.evaluate(name, {}, false);
  for (const each of [observed, empty]) {
    const samples = each.metricsText().split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.slice(0, line.lastIndexOf(" ")));
    assert.ok(samples.length > 0);
    assert.equal(new Set(samples).size, samples.length);
  }
  assert.doesNotMatch(observed.metricsText(), /environment/);
});

test("before anything is evaluated there are families without samples", () => {
  assert.equal(observe(new Evaluator()).metricsText().split("\n").filter((line) => !line.startsWith("#")).join(""), "");
});
