//! Random steps against a model: the list of all samples, counted from scratch each time.

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use samebucket::LoadOptions;
use serde_json::json;

use super::{Form, Held, snapshot};

/// Up to so many different instants in a window everything is exact.
const EXACT: usize = 256;

struct Model {
    rate: f64,
    window: f64,
    least: f64,
    /// When, and whether it was an error.
    samples: Vec<(f64, bool)>,
    opened: Option<f64>,
    in_a_row: Option<usize>,
}

impl Model {
    fn is_open(&self, now: f64) -> bool {
        self.in_a_row.is_none() && self.opened.is_some_and(|opened| (opened - now).abs() < self.window)
    }

    fn record(&mut self, is_error: bool, now: f64) -> Vec<&'static str> {
        let mut states = Vec::new();
        if self.is_open(now) {
            return states;
        }
        if self.opened.is_some() && self.in_a_row.is_none() {
            self.in_a_row = Some(0);
            states.push("half_open");
        }
        self.samples.push((now, is_error));
        // What is past is forgotten: no clock brings it back.
        self.samples.retain(|(at, _)| (at - now).abs() < self.window);
        let errors = self.samples.iter().filter(|(_, is_error)| *is_error).count() as f64;
        let all = self.samples.len() as f64;
        let opens = match self.in_a_row {
            Some(_) => is_error,
            None => all > self.least && errors / all > self.rate,
        };
        if opens {
            (self.opened, self.in_a_row) = (Some(now), None);
            self.samples.clear();
            states.push("open");
        } else if let Some(successes) = &mut self.in_a_row {
            *successes += 1;
            if *successes == 5 {
                (self.opened, self.in_a_row) = (None, None);
                states.push("closed");
            }
        }
        states
    }

    fn instants(&self) -> usize {
        self.samples.iter().map(|(at, _)| at.to_bits()).collect::<BTreeSet<_>>().len()
    }
}

#[derive(Debug, Clone)]
enum Step {
    Record(bool),
    /// So many windows on, or back, and so many milliseconds.
    Turn(f64, f64),
    /// Nothing but a look.
    Look,
    /// On with another evaluator, which takes over.
    HandOver,
    Reload,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => prop::bool::weighted(0.4).prop_map(Step::Record),
        6 => Just(Step::Record(false)),
        3 => (select(vec![0.0, 0.0, 0.03, 0.1, 0.3, 1.0, 1.5]), select(vec![-1.0, 0.0, 1.0, 0.5])).prop_map(|(windows, more)| Step::Turn(windows, more)),
        1 => select(vec![-0.02, -0.5, -1.0, -3.0, 1000.0]).prop_map(|windows| Step::Turn(windows, 0.0)),
        2 => Just(Step::Look),
        1 => Just(Step::HandOver),
        1 => Just(Step::Reload),
    ]
}

#[test]
fn random_steps_lead_where_the_model_says() {
    let forms = select(vec![Form::Samebucket, Form::Flcm]);
    let thresholds =
        (select(vec![0.0, 0.05, 0.25, 0.5, 0.9, 1.0]), select(vec![0.05, 1.0, 10.0, 300.0]), select(vec![0.0, 1.0, 4.0, 10.0]));
    let times = std::env::var("PROPERTIES_TIMES").map_or(1, |times| times.parse().expect("a number of times"));
    let config = ProptestConfig { cases: 200 * times, failure_persistence: None, max_shrink_iters: 4096, ..ProptestConfig::default() };
    let (steps, changes, inexact) = (Cell::new(0), Cell::new([0; 3]), Cell::new(0));
    TestRunner::new(config)
        .run(&(forms, thresholds, vec(step(), 1..1500)), |(form, (rate, window, least), script)| {
            let threshold = json!({ "rate": rate, "window": window, "samples": least });
            let mut held = Held::new(form, &threshold);
            let mut model = Model { rate, window: window * 1000.0, least, samples: Vec::new(), opened: None, in_a_row: None };
            let mut now = 1_767_225_600_000.0;
            held.set_clock(now);
            for step in script {
                match step {
                    Step::Record(is_error) => {
                        let events = held.record(is_error);
                        let states: Vec<&str> = events.iter().map(|event| event.state.as_str()).collect();
                        prop_assert_eq!(&states, &model.record(is_error, now));
                        prop_assert!(events.iter().all(|event| event.at == now && &*event.flag == "held"));
                        let mut seen = changes.get();
                        for state in states {
                            seen[["closed", "open", "half_open"].iter().position(|word| *word == state).expect("a state")] += 1;
                        }
                        changes.set(seen);
                    }
                    Step::Turn(windows, more) => {
                        now += windows * model.window + more;
                        held.set_clock(now);
                    }
                    Step::Look => {}
                    Step::HandOver => {
                        let exported = serde_json::to_vec(&held.evaluator.export_circuits()).expect("a value is JSON");
                        held = Held::new(form, &threshold);
                        held.set_clock(now);
                        held.evaluator.import_circuits(exported).expect("what was exported can be imported");
                        // Exporting leaves out what is past.
                        model.samples.retain(|(at, _)| (at - now).abs() < model.window);
                        if model.opened.is_some() && model.in_a_row.is_none() && !model.is_open(now) {
                            model.in_a_row = Some(0);
                        }
                    }
                    Step::Reload => {
                        held.evaluator.load_snapshot(snapshot(form, &threshold), &LoadOptions::default()).expect("the snapshot is valid");
                    }
                }
                prop_assert_eq!(held.is_on(), !model.is_open(now));
                if model.instants() >= EXACT {
                    inexact.set(inexact.get() + 1);
                    break;
                }
                steps.set(steps.get() + 1);
            }
            Ok(())
        })
        .unwrap();
    let [closed, open, half_open] = changes.get();
    println!(
        "{} steps: opened {open} times, half opened {half_open}, closed {closed}; too many instants {} times",
        steps.get(),
        inexact.get()
    );
    assert!(steps.get() > 50_000, "only {} steps", steps.get());
    assert!(closed > 500 && open > 1_000 && half_open > 1_000, "{:?}", changes.get());
}

/// Past so many instants a sample stands for up to a hundredth of the window longer: what opens lies between counting over the
/// window and counting over that much more.
#[test]
fn many_instants_are_counted_within_a_hundredth_of_the_window() {
    let (window, rate, least) = (1000.0, 0.5, 10.0);
    let mut random = 1_u64;
    let mut decided = 0;
    for round in 0..200 {
        let mut held = Held::new(Form::Flcm, &json!({ "rate": rate, "window": window / 1000.0, "samples": least }));
        let mut samples: Vec<(f64, bool)> = Vec::new();
        let mut now = 0.0;
        // Errors become more and more.
        for count in 0..4000_u32 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            now += f64::from((random >> 60) as u32) / 8.0;
            let is_error = (random >> 33) as u32 % 4000 < count;
            held.set_clock(now);
            samples.push((now, is_error));
            let over = |span: f64| {
                let (mut all, mut errors) = (0.0, 0.0);
                for (at, is_error) in samples.iter().rev().take_while(|(at, _)| now - at < span) {
                    _ = at;
                    all += 1.0;
                    errors += f64::from(u8::from(*is_error));
                }
                (all, errors)
            };
            let ((fewest, least_errors), (most, most_errors)) = (over(window), over(window * 1.01));
            let opened = !held.record(is_error).is_empty();
            // Of the samples between the two some count: all errors and no success, or the other way round.
            let surely = least_errors / (fewest + (most - fewest) - (most_errors - least_errors)) > rate && fewest > least;
            let possibly = most_errors / (fewest + (most_errors - least_errors)) > rate && most > least;
            assert!(!surely || opened, "round {round}, sample {count}: not open at {least_errors} of {fewest}");
            assert!(!opened || possibly, "round {round}, sample {count}: open at {most_errors} of {most}");
            if opened {
                assert!(count > 1000, "round {round}: opened at sample {count} already");
                decided += 1;
                break;
            }
        }
    }
    assert_eq!(decided, 200);
}

/// A million records, each at an instant of its own, are kept as a few hundred runs at most.
#[test]
fn a_million_records_take_no_more_memory_than_some_hundred() {
    let mut held = Held::new(Form::Samebucket, &json!({ "rate": 0.9, "window": 300.0, "samples": 10 }));
    let mut most = 0;
    for count in 0..1_000_000_u32 {
        held.set_clock(f64::from(count) * 0.25);
        assert!(held.record(count % 2 == 0).is_empty());
        if count % 1_009 == 0 {
            let exported = serde_json::to_value(held.evaluator.export_circuits()).expect("a value is JSON");
            most = most.max(exported["held"]["samples"].as_array().expect("its samples").len());
        }
    }
    assert!((EXACT / 2..=EXACT).contains(&most), "{most} runs");
}
