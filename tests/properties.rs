//! What holds for every snapshot and every user, tried with random ones and counted over many.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "properties/distributions.rs"]
mod distributions;
#[allow(dead_code)]
mod suite;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{TestCaseResult, TestRunner};
use samebucket::{Context, Evaluation, Evaluator, Format, Inputs, LoadOptions, Object, OnInvalidFlag, Reason, Snapshot, Value};
use serde_json::{Value as Json, json};

/// 2026-01-01T00:00:00Z
const NOW: f64 = 1_767_225_600_000.0;
const BUCKETS: u32 = 100_000;
const USERS: usize = 100_000;

/// So many cases, times PROPERTIES_TIMES for a longer search. A case that fails is printed, shrunk; none are kept.
fn cases(cases: u32) -> ProptestConfig {
    let times = std::env::var("PROPERTIES_TIMES").map_or(1, |times| times.parse().expect("a number of times"));
    ProptestConfig { cases: cases * times, failure_persistence: None, ..ProptestConfig::default() }
}

// Snapshots and contexts

/// The snapshots of the conformance suite, each with its contexts: between them they have every construct.
static SUITES: LazyLock<Vec<(Json, Vec<Json>)>> = LazyLock::new(|| {
    let suites = suite::FILES.iter().map(|(file, text)| {
        let suite: Json = serde_json::from_str(text).expect(file);
        let contexts = suite["tests"].as_array().expect(file).iter().map(|case| case["context"].clone());
        (suite["snapshot"].clone(), contexts.filter(Json::is_object).collect())
    });
    suites.collect()
});

fn load(snapshot: &Json) -> Snapshot {
    Snapshot::load(snapshot.to_string(), &LoadOptions::default()).expect("the snapshot is valid")
}

fn load_flag(key: &str, flag: &Json) -> Snapshot {
    let mut flags = serde_json::Map::new();
    flags.insert(key.into(), flag.clone());
    load(&json!({ "schema": "samebucket/1", "flags": flags }))
}

fn evaluate<'a>(snapshot: &'a Snapshot, flag_key: &'a str, context: &Context) -> Evaluation<'a> {
    snapshot.evaluate(flag_key, context, Inputs::at(NOW), None)
}

fn text() -> impl Strategy<Value = String> {
    let odd = ["", ".", "a.b", "__proto__", "0", "~1/", "\u{0}", "\u{feff}", "\u{10ffff}", "é", "2026-01-01T00:00:00Z", "1.2.3"];
    let words = ["schema", "samebucket/1", "flags", "variants", "on", "off", "serve", "split", "targetingKey", "u-1", "equals", "any"];
    prop_oneof![select([odd, words].concat()).prop_map(String::from), any::<String>(), "[a-z]{0,3}", "\\PC{50,90}"]
}

fn number() -> impl Strategy<Value = f64> {
    let odd = [0.0, -0.0, 1.0, -1.0, 100.0, 100.001, 0.1 + 0.2, 1e21, 1e-7, 5e-324, f64::MAX, f64::NAN, f64::INFINITY];
    prop_oneof![select(odd.to_vec()), prop::num::f64::ANY, (0..=BUCKETS).prop_map(|thousandths| f64::from(thousandths) / 1000.0)]
}

/// Any value: small, odd, and now and then deep or wide.
fn value() -> impl Strategy<Value = Value> {
    let simple = select(vec![Value::Null, true.into(), false.into()]);
    let leaf = prop_oneof![simple, number().prop_map(Value::from), text().prop_map(Value::from)];
    let tree = leaf.prop_recursive(8, 64, 8, |inner| {
        prop_oneof![vec(inner.clone(), 0..8).prop_map(Value::from), vec((text(), inner), 0..8).prop_map(|entries| object(entries).into())]
    });
    let around = |value: Value, key: &Option<String>| match key {
        None => Value::from(vec![value]),
        Some(key) => object([(key.clone(), value)]).into(),
    };
    let key = prop_oneof![Just(None), text().prop_map(Some)];
    let deep =
        (tree.clone(), key, 0..130_usize).prop_map(move |(value, key, depth)| (0..depth).fold(value, |value, _| around(value, &key)));
    let wide = (tree.clone(), 0..2000_usize, any::<bool>()).prop_map(|(value, width, list)| match list {
        true => Value::from(vec![value; width]),
        false => object((0..width).map(|index| (index.to_string(), value.clone()))).into(),
    });
    prop_oneof![30 => tree, 1 => deep, 1 => wide]
}

fn object(entries: impl IntoIterator<Item = (String, Value)>) -> Object {
    entries.into_iter().collect()
}

/// What can be done to one node of a document.
#[derive(Debug, Clone)]
enum Change {
    Remove,
    Rename(String),
    Replace(Value),
    /// By another value of the same type, where it is a number, a string or a boolean.
    Vary(f64, String),
    /// By a copy of another node.
    Graft(Index),
}

type Changes = Vec<(Index, Change)>;

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Remove),
        text().prop_map(Change::Rename),
        value().prop_map(Change::Replace),
        (number(), text()).prop_map(|(number, text)| Change::Vary(number, text)),
        (number(), text()).prop_map(|(number, text)| Change::Vary(number, text)),
        any::<Index>().prop_map(Change::Graft),
    ]
}

fn count(value: &Value) -> usize {
    1 + children(value).map(count).sum::<usize>()
}

fn node<'v>(value: &'v Value, number: &mut usize) -> Option<&'v Value> {
    let Some(rest) = number.checked_sub(1) else { return Some(value) };
    *number = rest;
    children(value).find_map(|child| node(child, number))
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::List(items) => Box::new(items.iter()),
        Value::Object(object) => Box::new(object.iter().map(|(_, value)| value)),
        _ => Box::new(std::iter::empty()),
    }
}

/// The document with a change at one place.
fn changed(document: &Value, at: Index, change: &Change) -> Value {
    let nodes = count(document);
    let graft = match change {
        Change::Graft(index) => node(document, &mut index.index(nodes)).cloned().map(Change::Replace),
        _ => None,
    };
    rebuilt(document, &mut at.index(nodes), graft.as_ref().unwrap_or(change)).unwrap_or_default()
}

/// `number` counts down to the node that changes, in document order, and then wraps round.
fn rebuilt(value: &Value, number: &mut usize, change: &Change) -> Option<Value> {
    let here = *number == 0;
    *number = number.wrapping_sub(1);
    match (here, change, value) {
        (true, Change::Remove, _) => None,
        (true, Change::Replace(with), _) => Some(with.clone()),
        (true, Change::Vary(other, _), Value::Number(_)) => Some(Value::Number(*other)),
        (true, Change::Vary(_, other), Value::String(_)) => Some(Value::from(other.as_str())),
        (true, Change::Vary(..), Value::Bool(value)) => Some(Value::Bool(!value)),
        (_, _, Value::List(items)) => Some(Value::List(items.iter().filter_map(|item| rebuilt(item, number, change)).collect())),
        (_, _, Value::Object(object)) => {
            let entries = object.iter().filter_map(|(key, value)| {
                let key = match change {
                    Change::Rename(name) if *number == 0 => name,
                    _ => key,
                };
                Some((key, rebuilt(value, number, change)?))
            });
            Some(entries.collect::<Object>().into())
        }
        _ => Some(value.clone()),
    }
}

/// What can be done to a document's bytes: a stretch of them is replaced.
fn splice() -> impl Strategy<Value = (Index, usize, Vec<u8>)> {
    let tokens = ["", "-0", "1e999", "1E-400", "18446744073709551616", "\"\\ud800\"", "\"a\":1,", "[", "{", ",", "\\", "\u{0}", "null,"];
    let bytes = prop_oneof![select(tokens.to_vec()).prop_map(|token| token.as_bytes().to_vec()), vec(any::<u8>(), 0..4)];
    (any::<Index>(), 0..40_usize, bytes)
}

#[derive(Debug, Clone)]
struct Case {
    bytes: Vec<u8>,
    environment: Option<String>,
    contexts: Vec<Value>,
    now: f64,
    open_circuits: Vec<String>,
}

/// A snapshot of the suite with changes, and contexts of the same suite with changes.
fn mutant() -> impl Strategy<Value = Case> {
    let splices = prop_oneof![9 => Just(Vec::new()), 1 => vec(splice(), 1..3)];
    let environment = prop_oneof![Just(None), select(vec!["production", "staging", "test"]).prop_map(|name| Some(name.to_owned()))];
    let attribute = prop_oneof![(text(), value()), (Just("targetingKey".to_owned()), number().prop_map(Value::from))];
    let context = (any::<Index>(), vec((any::<Index>(), change()), 0..3), vec(attribute, 0..3));
    let now = prop_oneof![Just(NOW), (-400..400_i32).prop_map(|days| NOW + f64::from(days) * 86_400_000.0), number()];
    let parts = (0..SUITES.len(), vec((any::<Index>(), change()), 0..6), splices, environment, vec(context, 1..4), now, any::<u8>());
    parts.prop_map(|(suite, changes, splices, environment, contexts, now, circuits)| {
        let (snapshot, models) = &SUITES[suite];
        let change_all = |json: &Json, changes: &Changes| {
            changes.iter().fold(Value::from(json.clone()), |value, (at, change)| changed(&value, *at, change))
        };
        let mut bytes = serde_json::to_vec(&change_all(snapshot, &changes)).expect("a value is JSON");
        for (at, length, with) in splices {
            let start = at.index(bytes.len() + 1);
            bytes.splice(start..bytes.len().min(start + length), with);
        }
        let context = |(model, changes, more): &(Index, Changes, Vec<(String, Value)>)| match models.len() {
            0 => object(more.iter().cloned()).into(),
            length => match change_all(&models[model.index(length)], changes) {
                Value::Object(attributes) => {
                    let attributes = attributes.iter().map(|(key, value)| (key.to_owned(), value.clone()));
                    object(attributes.chain(more.iter().cloned())).into()
                }
                other => other,
            },
        };
        let contexts = contexts.iter().map(context).collect();
        let flags = snapshot["flags"].as_object().expect("the suite's snapshots have flags").keys();
        let open_circuits = flags.take(usize::from(circuits).saturating_sub(200)).cloned().collect();
        Case { bytes, environment, contexts, now, open_circuits }
    })
}

/// Loads the case and, if that succeeds, evaluates it in every way there is. Returns how many flags it has then.
fn evaluate_every_way(case: &Case, on_invalid_flag: OnInvalidFlag) -> Result<usize, TestCaseError> {
    let now = case.now;
    let mut evaluator = Evaluator::new(move || now);
    evaluator.set_open_circuits(case.open_circuits.iter().map(String::as_str));
    let environment = case.environment.as_deref().map(Box::from);
    if let Err(error) =
        evaluator.load_snapshot(&case.bytes, &LoadOptions { format: Some(Format::Samebucket), environment, on_invalid_flag })
    {
        prop_assert!(!error.issues().is_empty());
        prop_assert!(!error.to_string().is_empty());
        return Ok(0);
    }
    for context in &case.contexts {
        let Value::Object(attributes) = context else { continue };
        all_ways_agree(&evaluator, &Context::from(attributes.clone()))?;
    }
    Ok(evaluator.snapshot().map_or(0, |snapshot| snapshot.info().flag_count))
}

fn all_ways_agree(evaluator: &Evaluator, context: &Context) -> TestCaseResult {
    let all = evaluator.evaluate_all(context);
    let bound = evaluator.bind(context);
    let keys: Vec<&str> = evaluator.snapshot().expect("a snapshot was loaded").flag_keys().collect();
    prop_assert_eq!(all.iter().map(|evaluation| evaluation.flag_key).collect::<Vec<_>>(), keys);
    for expected in &all {
        let key = expected.flag_key;
        prop_assert!(expected.error.is_none());
        prop_assert_eq!(&evaluator.evaluate(key, context, None), expected);
        prop_assert_eq!(&evaluator.evaluate(key, context, expected.value), expected);
        prop_assert_eq!(&bound.evaluate(key, None), expected);

        let explanation = evaluator.explain(key, context);
        prop_assert_eq!(&explanation.evaluation, expected);
        prop_assert_eq!(&bound.explain(key), &explanation);
        let (last, before) = explanation.steps.split_last().expect("there is always a step that decides");
        prop_assert!(last.matched && before.iter().all(|step| !step.matched), "{:?}", explanation.steps);
        prop_assert_eq!((Some(last.step), last.rule_id), (expected.backend_reason, expected.rule_id));
        for step in &explanation.steps {
            let in_rollout = step.rollout.as_ref().is_none_or(|draw| draw.drawn < draw.against);
            prop_assert!(in_rollout || !step.matched);
            prop_assert!(step.split.as_ref().is_none_or(|draw| (0.0..=draw.against).contains(&draw.drawn) && step.matched));
        }
    }
    // Each flag again, for what has been drawn already.
    prop_assert_eq!(&bound.evaluate_all(), &all);

    let nothing = "there is no such flag";
    let default = Value::from(vec![Value::Null]);
    let failed = evaluator.evaluate(nothing, context, Some(&default));
    prop_assert_eq!((failed.reason, failed.value), (Reason::Error, Some(&default)));
    prop_assert_eq!(&bound.evaluate(nothing, Some(&default)), &failed);
    prop_assert!(evaluator.explain(nothing, context).steps.is_empty());
    Ok(())
}

/// Mutants of valid snapshots, of which a good part loads, so that what is evaluated is odd, too.
#[test]
fn no_snapshot_and_no_context_panics_and_all_ways_agree() {
    let (loaded, flags, tried) = (Cell::new(0), Cell::new(0), Cell::new(0_usize));
    let mut runner = TestRunner::new(cases(1200));
    let result = runner.run(&mutant(), |case| {
        for on_invalid_flag in [OnInvalidFlag::Reject, OnInvalidFlag::Skip] {
            let found = evaluate_every_way(&case, on_invalid_flag)?;
            tried.set(tried.get() + 1);
            loaded.set(loaded.get() + usize::from(found > 0));
            flags.set(flags.get() + found);
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    let (loaded, flags, tried) = (loaded.get(), flags.get(), tried.get());
    assert!(loaded * 4 > tried && flags > 2 * tried, "of {tried} snapshots only {loaded} loaded, with {flags} flags");
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn no_json_panics(value in value(), flags in value(), context in value()) {
        let snapshot = object([("schema".to_owned(), "samebucket/1".into()), ("flags".to_owned(), flags)]);
        for value in [value, snapshot.into()] {
            let bytes = serde_json::to_vec(&value).expect("a value is JSON");
            let case = Case { bytes, environment: None, contexts: vec![context.clone()], now: NOW, open_circuits: Vec::new() };
            evaluate_every_way(&case, OnInvalidFlag::Reject)?;
            evaluate_every_way(&case, OnInvalidFlag::Skip)?;
        }
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..300), ascii in "[\\[\\]{}:,\"\\\\0-9eE.+a-u -]{0,300}") {
        for bytes in [bytes, ascii.into_bytes()] {
            if let Err(error) = Snapshot::load(&bytes, &LoadOptions::default()) {
                prop_assert!(!error.issues().is_empty());
            }
        }
    }

    /// Conditions nested to just about the limit that documents have.
    #[test]
    fn no_depth_panics(layers in vec(select(vec!["not", "all", "any"]), 0..64), context in value()) {
        let innermost = json!({ "attribute": "a", "operator": "exists" });
        let condition = layers.iter().fold(innermost, |inner, layer| match *layer {
            "not" => json!({ "not": inner }),
            layer => json!({ layer: [inner] }),
        });
        let flag = json!({ "variants": { "on": true, "off": false }, "rules": [{ "when": [condition], "serve": "on" }] });
        let bytes = json!({ "schema": "samebucket/1", "flags": { "f": flag } }).to_string().into_bytes();
        let case = Case { bytes, environment: None, contexts: vec![context], now: NOW, open_circuits: Vec::new() };
        evaluate_every_way(&case, OnInvalidFlag::Reject)?;
    }
}

// Rollouts

/// Where a salt is written, if at all, and the flag's key.
#[derive(Debug, Clone)]
struct Salts {
    flag: String,
    bucketing: Option<String>,
    own: Option<String>,
}

fn salts() -> impl Strategy<Value = Salts> {
    let salt = || prop::option::of(any::<String>());
    (any::<String>(), salt(), salt()).prop_map(|(flag, bucketing, own)| Salts { flag: format!("f{flag}"), bucketing, own })
}

impl Salts {
    /// A snapshot of one flag, which serves `on` to those whom the rollout holds.
    fn rollout(&self, mut rollout: Json) -> Snapshot {
        let mut flag = json!({ "variants": { "on": true, "off": false } });
        if let Some(salt) = &self.bucketing {
            flag["bucketing"] = json!({ "salt": salt });
        }
        if let Some(salt) = &self.own {
            rollout["salt"] = json!(salt);
        }
        flag["default"] = json!({ "rollout": rollout, "serve": "on" });
        load_flag(&self.flag, &flag)
    }

    fn holds(&self, snapshot: &Snapshot, context: &Context, now: f64) -> bool {
        snapshot.evaluate(&self.flag, context, Inputs::at(now), None).variant == Some("on")
    }
}

fn unit() -> impl Strategy<Value = String> {
    prop_oneof!["user-[0-9]{1,6}", "[a-f0-9]{8}-[a-f0-9]{4}", any::<String>().prop_map(|text| format!("{text}u"))]
}

fn percentage(thousandths: u32) -> f64 {
    f64::from(thousandths) / 1000.0
}

/// A day of January 2026 and a millisecond of it, as text and in milliseconds since 1970.
fn january(day: u32, millisecond: u32) -> (String, f64) {
    let (second, rest) = (millisecond / 1000, millisecond % 1000);
    let text = format!("2026-01-{:02}T{:02}:{:02}:{:02}.{rest:03}Z", day + 1, second / 3600, second / 60 % 60, second % 60);
    (text, NOW + f64::from(day) * 86_400_000.0 + f64::from(millisecond))
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn raising_a_percentage_takes_no_user_out(salts in salts(), units in vec(unit(), 1..20), mut steps in vec(0..=BUCKETS, 2..6)) {
        steps.sort_unstable();
        let snapshots: Vec<Snapshot> =
            steps.iter().map(|step| salts.rollout(json!({ "percentage": percentage(*step) }))).collect();
        for unit in units {
            let context = Context::new(unit.as_str());
            let held: Vec<bool> = snapshots.iter().map(|snapshot| salts.holds(snapshot, &context, NOW)).collect();
            prop_assert!(held.is_sorted(), "{unit:?} at {steps:?}: {held:?}");
        }
    }

    /// The step of 0.001 at which a user comes in is the one that `explain` gives, and from there on the user stays in.
    #[test]
    fn a_user_comes_in_at_one_step(salts in salts(), unit in unit()) {
        let context = Context::new(unit);
        let everybody = salts.rollout(json!({ "percentage": 100 }));
        let explanation = everybody.explain(&salts.flag, &context, Inputs::at(NOW));
        let draw = explanation.steps.last().and_then(|step| step.rollout.clone()).expect("a rollout was drawn");
        let bucket = draw.drawn as u32;
        prop_assert_eq!((f64::from(bucket), draw.against), (draw.drawn, f64::from(BUCKETS)));
        for (step, expected) in [(0, false), (bucket, false), (bucket + 1, true), ((bucket + 2).min(BUCKETS), true), (BUCKETS, true)] {
            let snapshot = salts.rollout(json!({ "percentage": percentage(step) }));
            prop_assert_eq!(salts.holds(&snapshot, &context, NOW), expected, "bucket {}, at {} %", bucket, percentage(step));
        }
    }

    #[test]
    fn a_rising_ramp_takes_no_user_out(
        salts in salts(),
        units in vec(unit(), 1..10),
        instants in prop::collection::btree_set((0..31_u32, 0..86_400_000_u32), 1..6),
        mut steps in vec(0..=BUCKETS, 6),
        between in vec((any::<Index>(), 0.0..1.0), 0..20),
    ) {
        steps.sort_unstable();
        let instants: Vec<(String, f64)> = instants.into_iter().map(|(day, millisecond)| january(day, millisecond)).collect();
        let points = instants.iter().zip(&steps).map(|((at, _), step)| json!({ "at": at, "percentage": percentage(*step) }));
        let snapshot = salts.rollout(json!({ "ramp": points.collect::<Vec<_>>() }));

        let mut times: Vec<f64> = instants.iter().flat_map(|(_, at)| [at - 1e9, at - 1.0, *at, at + 1.0, at + 1e9]).collect();
        for (index, share) in between {
            let first = index.index(instants.len());
            let (from, to) = (instants[first].1, instants.get(first + 1).unwrap_or(&instants[first]).1);
            times.push(from + share * (to - from));
        }
        times.sort_unstable_by(f64::total_cmp);
        for unit in units {
            let context = Context::new(unit.as_str());
            let held: Vec<bool> = times.iter().map(|now| salts.holds(&snapshot, &context, *now)).collect();
            prop_assert!(held.is_sorted(), "{unit:?}: {held:?} at {times:?}");
        }
    }

    /// One bucket for all rollouts of a flag: who is in at a percentage is in at every higher one, whatever the rule.
    #[test]
    fn rollouts_of_one_flag_hold_nested_sets(mut steps in vec(0..=BUCKETS, 3), mut salts in salts(), units in vec(unit(), 20)) {
        salts.own = None;
        steps.sort_unstable();
        let rule = |plan: &str, step: u32| {
            let when = json!([{ "attribute": "plan", "operator": "equals", "value": plan }]);
            json!({ "id": plan, "when": when, "rollout": { "percentage": percentage(step) }, "serve": "on" })
        };
        let mut flag = json!({
            "variants": { "on": true, "off": false },
            "rules": [rule("pro", steps[1]), rule("free", steps[0])],
            "default": { "rollout": { "percentage": percentage(steps[2]) }, "serve": "on" },
        });
        if let Some(salt) = &salts.bucketing {
            flag["bucketing"] = json!({ "salt": salt });
        }
        let snapshot = load_flag(&salts.flag, &flag);
        for unit in units {
            let context = Context::new(unit.as_str());
            let [free, pro] = ["free", "pro"].map(|plan| context.clone().with("plan", plan));
            let decides = |reason: &str, context: &Context| evaluate(&snapshot, &salts.flag, context).backend_reason == Some(reason);
            let held = [decides("rule", &free), decides("rule", &pro), decides("default", &context)];
            prop_assert!(held.is_sorted(), "{unit:?}: {held:?}");
            // Whom the rule does not hold, the wider default may hold yet.
            let in_either = evaluate(&snapshot, &salts.flag, &pro).variant == Some("on");
            prop_assert_eq!(in_either, held[2]);
        }
    }
}

// Order

/// Gives a number below the one that it is asked for.
type Random<'r> = &'r mut dyn FnMut(usize) -> usize;

fn shuffled<T>(mut items: Vec<T>, random: Random<'_>) -> Vec<T> {
    for index in 1..items.len() {
        items.swap(index, random(index + 1));
    }
    items
}

/// The value with the entries of every object in another order.
fn with_shuffled_keys(value: &Json, random: Random<'_>) -> Json {
    match value {
        Json::Array(items) => items.iter().map(|item| with_shuffled_keys(item, random)).collect(),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), with_shuffled_keys(value, random))).collect();
            Json::Object(shuffled(entries, random).into_iter().collect())
        }
        other => other.clone(),
    }
}

/// The snapshot with the entries of every object and the items of every list in another order, but for those whose
/// order means something: rules, the points of a ramp, the shares of a split, and lists in a variant's value.
fn shuffled_snapshot(part: &Json, random: Random<'_>) -> Json {
    match part {
        Json::Array(items) => {
            let items = items.iter().map(|item| shuffled_snapshot(item, random)).collect();
            shuffled(items, random).into()
        }
        Json::Object(entries) => {
            let mut all = Vec::new();
            for (key, part) in entries {
                let part = match (key.as_str(), part) {
                    ("split", _) => part.clone(),
                    ("variants", _) => with_shuffled_keys(part, random),
                    ("rules" | "ramp", Json::Array(items)) => items.iter().map(|item| shuffled_snapshot(item, random)).collect(),
                    _ => shuffled_snapshot(part, random),
                };
                all.push((key.clone(), part));
            }
            Json::Object(shuffled(all, random).into_iter().collect())
        }
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// Flags, segments, lists of keys, conditions, the attributes of a context: their order changes no answer.
    #[test]
    fn what_has_no_order_can_come_in_any(suite in 0..SUITES.len(), mut seed in any::<u64>(), days in -400..400_i32) {
        let mut random = |below: usize| {
            // Knuth's linear congruential generator, of which the upper bits are the random ones.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        let (snapshot, contexts) = &SUITES[suite];
        let inputs = Inputs::at(NOW + f64::from(days) * 86_400_000.0);
        let (written, other) = (load(snapshot), load(&shuffled_snapshot(snapshot, &mut random)));
        for context in contexts {
            // An attribute with a longer name beside each, which must not be taken for it when it comes first.
            let longer = context.as_object().into_iter().flatten().map(|(key, _)| (format!("{key}-"), Json::Null));
            let entries = context.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone()));
            let context = &Json::Object(entries.chain(longer).collect());
            let other_context = with_shuffled_keys(context, &mut random);
            let mut answers = other.evaluate_all(&suite::context(&other_context), inputs);
            answers.sort_by_key(|evaluation| evaluation.flag_key);
            let mut expected = written.evaluate_all(&suite::context(context), inputs);
            expected.sort_by_key(|evaluation| evaluation.flag_key);
            prop_assert_eq!(answers, expected, "{} and {}", context, other_context);
        }
    }
}
