//! The circuit breaker: a table of cases, and random steps against a model that knows nothing of how it is built. The table runs
//! in wasm as well.
#![allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[cfg(not(target_arch = "wasm32"))]
#[path = "circuits/model.rs"]
mod model;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use samebucket::{CircuitEvent, Context, Evaluator, LoadOptions, Value};
use serde_json::{Value as Json, json};
use wasm_bindgen_test::wasm_bindgen_test;

/// An evaluator with flags that have this threshold, and the hands of its clock.
struct Held {
    evaluator: Evaluator,
    clock: Arc<AtomicU64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Samebucket,
    Flcm,
}

/// `threshold` has `rate`, `window` and `samples`, each where it is to be there.
fn snapshot(form: Form, threshold: &Json) -> String {
    let names = match form {
        Form::Samebucket => [("rate", "rate"), ("window", "windowSeconds"), ("samples", "minimumSamples")],
        Form::Flcm => [("rate", "rate"), ("window", "window"), ("samples", "min_samples")],
    };
    let threshold: serde_json::Map<String, Json> =
        names.iter().filter_map(|(key, name)| Some(((*name).to_owned(), threshold.get(key)?.clone()))).collect();
    let on_off = json!({ "on": true, "off": false });
    let flags = match form {
        Form::Samebucket => json!({ "schema": "samebucket/1", "flags": {
            "held": { "variants": on_off, "default": "on", "errorThreshold": threshold },
            "free": { "variants": on_off, "default": "on" },
        } }),
        Form::Flcm => {
            json!({ "flags": { "held": { "default": true, "error_threshold": threshold }, "free": { "default": true } }, "cohorts": {} })
        }
    };
    flags.to_string()
}

impl Held {
    fn new(form: Form, threshold: &Json) -> Held {
        let clock = Arc::new(AtomicU64::new(0));
        let read = clock.clone();
        let mut evaluator = Evaluator::new(move || f64::from_bits(read.load(Ordering::Relaxed)));
        evaluator.load_snapshot(snapshot(form, threshold), &LoadOptions::default()).expect("the snapshot is valid");
        Held { evaluator, clock }
    }

    fn set_clock(&self, milliseconds: f64) {
        self.clock.store(milliseconds.to_bits(), Ordering::Relaxed);
    }

    fn record(&mut self, is_error: bool) -> Vec<CircuitEvent> {
        if is_error { self.evaluator.record_error("held") } else { self.evaluator.record_success("held") }
    }

    fn is_on(&self) -> bool {
        self.evaluator.evaluate("held", &Context::new("u"), None).value == Some(&Value::Bool(true))
    }
}

/// Every mismatch of one case.
fn run(case: &Json, form: Form) -> Vec<String> {
    let mut held = Held::new(form, &case["threshold"]);
    let mut wrong = Vec::new();
    for (number, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
        let at = (step["at"].as_f64().expect("a time") * 1000.0).round();
        held.set_clock(at);
        let mut states = Vec::new();
        for (outcome, is_error) in [("successes", false), ("errors", true)] {
            for _ in 0..step[outcome].as_u64().unwrap_or_default() {
                for event in held.record(is_error) {
                    assert_eq!((&*event.flag, event.at), ("held", at));
                    states.push(event.state.as_str());
                }
            }
        }
        let expected: Vec<&str> = step["states"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let on = step.get("on").is_none_or(|on| on == true);
        if (&states, held.is_on()) != (&expected, on) {
            wrong.push(format!("{form:?}, {}, step {number}: {states:?}, on: {}", case["name"], held.is_on()));
        }
        if held.evaluator.evaluate("free", &Context::new("u"), None).value != Some(&Value::Bool(true)) {
            wrong.push(format!("{form:?}, {}, step {number}: another flag is off", case["name"]));
        }
    }
    wrong
}

#[wasm_bindgen_test(unsupported = test)]
fn the_table_of_cases() {
    let cases: Vec<Json> = serde_json::from_str(include_str!("circuits/cases.json")).expect("the table is JSON");
    assert!(cases.len() >= 25, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        wrong.extend(run(case, Form::Flcm));
        if case.get("format").is_none() {
            wrong.extend(run(case, Form::Samebucket));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
