//! The conformance data as Rust sees it. It is compiled in, because a browser has no files.

use std::fmt::Write as _;

use samebucket::{Context, Evaluator, Explanation, LoadOptions, Object, Value};
use serde_json::Value as Json;

macro_rules! files {
    ($($name:literal,)*) => {
        /// Every file of the suite, by name.
        pub const FILES: &[(&str, &str)] = &[$((concat!($name, ".json"), include_str!(concat!("../conformance/", $name, ".json"))),)*];
    };
}

files! {
    "basics", "errors", "switches", "environments", "environments-unnamed", "schedule", "requirements", "lists", "rules",
    "segments", "conditions", "attributes", "names", "operators-equality", "operators-text", "operators-matches",
    "operators-numbers", "operators-dates", "operators-semver", "operators-exists", "rollouts", "splits", "ramps", "salts",
    "units", "unicode",
}

const DEFAULT_NOW: f64 = 1_767_225_600_000.0; // 2026-01-01T00:00:00Z

/// Runs every case and returns how many there were, and a line for each mismatch.
pub fn run() -> (usize, Vec<String>) {
    let mut cases = 0;
    let mut mismatches = Vec::new();
    for (file, text) in FILES {
        let suite: Json = serde_json::from_str(text).expect(file);
        for case in suite["tests"].as_array().expect(file) {
            cases += 1;
            if let Some(mismatch) = run_case(&suite["snapshot"], case) {
                mismatches.push(format!("{file}: {}:{mismatch}", case["description"]));
            }
        }
    }
    (cases, mismatches)
}

fn run_case(snapshot: &Json, case: &Json) -> Option<String> {
    let now = case["now"].as_str().map_or(DEFAULT_NOW, milliseconds);
    let mut evaluator = Evaluator::new(move || now);
    if let Some(environment) = case["environment"].as_str() {
        evaluator = evaluator.with_environment(environment);
    }
    evaluator.load_snapshot(snapshot.to_string(), &LoadOptions::default()).expect("the suite's snapshots load");
    if let Some(keys) = case["openCircuits"].as_array() {
        evaluator.set_open_circuits(keys.iter().filter_map(Json::as_str));
    }
    let context = context(&case["context"]);
    let key = case["flagKey"].as_str().expect("flagKey");
    let default = case.get("default").cloned().map(Value::from);

    let expect = &case["expect"];
    let evaluation = evaluator.evaluate(key, &context, default.as_ref()).to_value();
    let bound = evaluator.bind(&context);
    let twice = [bound.evaluate(key, default.as_ref()).to_value(), bound.evaluate(key, default.as_ref()).to_value()];
    let explanation = evaluator.explain(key, &context);

    let mut report = String::new();
    let mut differ = |what: &str, expected: Json, found: Json| {
        if expected != found {
            write!(report, "\n    {what}: expected {expected}, found {found}").expect("text grows");
        }
    };
    for part in ["value", "variant", "reason", "backendReason", "ruleId", "errorCode"] {
        differ(part, plain(expect.get(part)), plain(json(&evaluation).get(part)));
    }
    for again in &twice {
        differ("bound", json(&evaluation), json(again));
    }
    for part in ["unit", "bucket", "threshold", "point", "total"] {
        differ(part, plain(expect.get(part)), plain(drawn(&explanation, part).as_ref()));
    }
    if let Some(steps) = expect.get("steps") {
        let words: Vec<&str> = explanation.steps.iter().map(|step| step.step).collect();
        differ("steps", steps.clone(), words.into());
    }
    Some(report).filter(|report| !report.is_empty())
}

/// A context from JSON.
pub fn context(attributes: &Json) -> Context {
    let entries = attributes.as_object().into_iter().flatten();
    Context::from(entries.map(|(key, value)| (key.as_str(), Value::from(value.clone()))).collect::<Object>())
}

/// The figure of the last step that has it.
fn drawn(explanation: &Explanation<'_>, part: &str) -> Option<Json> {
    let explanation = json(&explanation.to_value());
    let steps = explanation["steps"].as_array()?;
    steps.iter().rev().find_map(|step| step.get(part)).cloned()
}

fn json(value: &Value) -> Json {
    serde_json::to_value(value).expect("a value is JSON")
}

/// With every number a double, and with `"(none)"` for what is not there.
fn plain(value: Option<&Json>) -> Json {
    match value {
        None => "(none)".into(),
        Some(Json::Number(number)) => number.as_f64().into(),
        Some(Json::Array(items)) => items.iter().map(|item| plain(Some(item))).collect(),
        Some(Json::Object(entries)) => entries.iter().map(|(key, value)| (key.clone(), plain(Some(value)))).collect(),
        Some(other) => other.clone(),
    }
}

/// Milliseconds since 1970 of an instant in UTC, by the calendar's own arithmetic.
fn milliseconds(instant: &str) -> f64 {
    let numbers: Vec<f64> = instant
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().expect(instant))
        .collect();
    let [year, month, day, hour, minute, second] = numbers[..] else { panic!("{instant} is not an instant in UTC") };
    assert!(instant.ends_with('Z'), "{instant} is not in UTC");
    // Days from 1970 to the first of March of a year that starts there (Howard Hinnant's civil-from-days, inverted).
    let (year, month) = if month > 2.0 { (year, month - 3.0) } else { (year - 1.0, month + 9.0) };
    let days =
        (365.25 * year).floor() - (year / 100.0).floor() + (year / 400.0).floor() + ((153.0 * month + 2.0) / 5.0).floor() + day - 719_469.0;
    (((days * 24.0 + hour) * 60.0 + minute) * 60.0 + second) * 1000.0
}
