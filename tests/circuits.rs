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

/// What cannot be imported says why, and leaves everything as it was.
#[wasm_bindgen_test(unsupported = test)]
fn hostile_imports_are_refused_whole() {
    let table: Vec<Json> = serde_json::from_str(include_str!("circuits/imports.json")).expect("the table is JSON");
    let mut wrong = Vec::new();
    for case in &table {
        let mut held = Held::new(Form::Samebucket, &json!({ "rate": 0.5, "window": 10, "samples": 1 }));
        held.record(true);
        held.record(true);
        let before = held.evaluator.export_circuits();
        match held.evaluator.import_circuits(case["text"].as_str().expect("a text")) {
            Ok(()) => wrong.push(format!("{case}: taken")),
            Err(error) => {
                let first = &error.issues()[0];
                let message = case["message"].as_str().expect("a message");
                let says = first.message() == message || message.is_empty() && !first.message().is_empty();
                if first.code() != case["code"] || first.path() != case["path"] || !says {
                    wrong.push(format!("{case}: {} at `{}`: {}", first.code(), first.path(), first.message()));
                }
            }
        }
        assert_eq!(held.evaluator.export_circuits(), before);
        assert!(!held.is_on());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What can be imported, however odd, is bounded, and no circuit is open for ever.
#[wasm_bindgen_test(unsupported = test)]
fn odd_imports_do_no_harm() {
    let threshold = json!({ "rate": 0.5, "window": 10, "samples": 1 });
    let circuit = |state: &str, since: f64, samples: Json| json!({ "held": { "state": state, "since": since, "successes": 1e308, "samples": samples } });
    for since in [-1.7e308, -1.0, 0.0, 1e12, 1.7e308] {
        let mut held = Held::new(Form::Samebucket, &threshold);
        held.evaluator.import_circuits(circuit("open", since, json!([])).to_string()).expect("it is well formed");
        held.set_clock(1e12 + 10_000.0);
        assert!(held.is_on(), "open since {since}");
    }
    let many: Vec<Json> = (0..5_000).map(|at| json!({ "at": (at * 7919) % 20_011, "successes": 1, "errors": 1e308 })).collect();
    let mut held = Held::new(Form::Samebucket, &threshold);
    held.evaluator.import_circuits(circuit("closed", 0.0, json!(many)).to_string()).expect("it is well formed");
    let exported = serde_json::to_value(held.evaluator.export_circuits()).expect("a value is JSON");
    assert!(exported["held"]["samples"].as_array().expect("a list").len() <= 256);
    held.record(true);

    // Flags that are not there, or have no threshold, are passed over.
    let mut held = Held::new(Form::Samebucket, &threshold);
    let state = json!({ "free": circuit("open", 0.0, json!([]))["held"], "unheard": circuit("open", 0.0, json!([]))["held"] });
    held.evaluator.import_circuits(state.to_string()).expect("it is well formed");
    assert_eq!(held.evaluator.export_circuits(), Value::Object(samebucket::Object::default()));
    let mut empty = Evaluator::new(|| 0.0);
    empty.import_circuits(state.to_string()).expect("it is well formed");
    assert!(empty.record_error("held").is_empty());
}

/// What one has noticed the other knows, in all states.
#[wasm_bindgen_test(unsupported = test)]
fn two_evaluators_share_their_circuits() {
    let threshold = json!({ "rate": 0.5, "window": 10, "samples": 2 });
    for form in [Form::Samebucket, Form::Flcm] {
        let (mut one, mut other) = (Held::new(form, &threshold), Held::new(form, &threshold));
        let share = |from: &Held, to: &mut Held| {
            let text = serde_json::to_string(&from.evaluator.export_circuits()).expect("a value is JSON");
            to.evaluator.import_circuits(text).expect("what was exported can be imported");
            assert_eq!(to.evaluator.export_circuits(), from.evaluator.export_circuits());
        };
        one.record(true);
        one.record(true);
        share(&one, &mut other);
        assert_eq!(other.record(true).len(), 1, "samples are shared");
        assert!(!other.is_on() && one.is_on());
        share(&other, &mut one);
        assert!(!one.is_on(), "an open circuit is shared");
        for held in [&one, &other] {
            held.set_clock(10_000.0);
        }
        (0..4).for_each(|_| _ = one.record(false));
        share(&one, &mut other);
        let closed = other.record(false);
        assert_eq!(closed[0].state.as_str(), "closed", "successes in a row are shared");
    }
}

/// A reload keeps the circuits of flags that have the threshold that they had. The caller's own circuits are open besides.
#[wasm_bindgen_test(unsupported = test)]
fn reloads_and_the_callers_own_circuits() {
    let threshold = json!({ "rate": 0.5, "window": 10, "samples": 0 });
    for form in [Form::Samebucket, Form::Flcm] {
        let mut held = Held::new(form, &threshold);
        let load = |held: &mut Held, threshold: &Json| {
            held.evaluator.load_snapshot(snapshot(form, threshold), &LoadOptions::default()).expect("the snapshot is valid");
        };
        held.record(true);
        load(&mut held, &threshold);
        assert!(!held.is_on(), "the same threshold");
        load(&mut held, &json!({ "rate": 0.6, "window": 10, "samples": 0 }));
        assert!(held.is_on(), "another threshold");
        load(&mut held, &threshold);
        assert!(held.is_on(), "what was forgotten does not come back");

        held.record(true);
        held.evaluator.set_open_circuits(["held", "free"]);
        held.set_clock(20_000.0);
        assert!(!held.is_on(), "the caller's own is open at all times");
        held.evaluator.set_open_circuits([""; 0]);
        assert!(held.is_on(), "its own is half open by now");
        held.set_clock(5_000.0);
        assert!(!held.is_on(), "and was open then");
        assert!(held.evaluator.load_snapshot("{", &LoadOptions::default()).is_err());
        assert!(!held.is_on(), "a snapshot that is refused changes nothing");
    }
}

/// A clock that gives no time: nothing is recorded, and nothing opens or panics.
#[wasm_bindgen_test(unsupported = test)]
fn clocks_without_a_time() {
    for now in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut held = Held::new(Form::Samebucket, &json!({ "rate": 0, "window": 10, "samples": 0 }));
        held.set_clock(now);
        assert!(held.record(true).is_empty());
        assert!(held.is_on());
        held.set_clock(0.0);
        assert_eq!(held.record(true).len(), 1);
        held.set_clock(now);
        _ = (held.is_on(), held.evaluator.export_circuits());
        assert!(held.record(true).is_empty());
    }
}
