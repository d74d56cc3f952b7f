//! Holds loading to its promises: it says all that is wrong, it loads all or nothing, and no input makes it panic or
//! go on for ever.
#![allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use samebucket::{
    Context, Evaluator, Format, ISSUE_CODES, Inputs, Issue, LoadOptions, OnInvalidFlag, OpenCircuits, Snapshot, SnapshotError,
    SnapshotInfo, limits,
};
use serde_json::{Value as Json, json};
use wasm_bindgen_test::wasm_bindgen_test;

const ON_OFF: &str = r#""variants":{"on":true,"off":false}"#;

fn load(text: impl AsRef<[u8]>) -> Result<Snapshot, SnapshotError> {
    Snapshot::load(text, &LoadOptions::default())
}

/// Loads without the flags that are invalid.
fn load_skipping(text: impl AsRef<[u8]>) -> Result<Snapshot, SnapshotError> {
    Snapshot::load(text, &LoadOptions { on_invalid_flag: OnInvalidFlag::Skip, ..LoadOptions::default() })
}

/// The issues of what must not load.
fn issues(text: impl AsRef<[u8]>) -> Vec<Issue> {
    load(text).expect_err("this does not load").issues().to_vec()
}

/// The text of a snapshot with these flags, each written as an entry.
fn snapshot(flags: impl IntoIterator<Item = String>) -> String {
    format!(r#"{{"schema":"samebucket/1","flags":{{{}}}}}"#, flags.into_iter().collect::<Vec<_>>().join(","))
}

/// An entry: a flag that is on or off, and more of its keys.
fn flag(key: &str, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(r#""{key}":{{{ON_OFF}{comma}{more}}}"#)
}

/// A list or an object of parts that are made from their places.
fn joined(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(",")
}

fn variant<'a>(snapshot: &'a Snapshot, flag: &'a str, context: &Context) -> Option<&'a str> {
    snapshot.evaluate(flag, context, Inputs::at(0.0), None).variant
}

/// Evaluates everything, in every way, to see that nothing panics.
fn evaluate_all(snapshot: &Snapshot) {
    for context in [Context::anonymous(), Context::new("u-1").with("tenant", "t-1").with("version", "1.2.3").with("a.b", 1)] {
        assert_eq!(snapshot.evaluate_all(&context, Inputs::at(1.7e12)).len(), snapshot.flag_keys().len());
        for key in snapshot.flag_keys() {
            assert!(!snapshot.explain(key, &context, Inputs::at(f64::NAN)).steps.is_empty());
        }
    }
}

/// What is wrong with the wording of an issue.
fn misworded(issue: &Issue) -> Option<String> {
    let message = issue.message();
    let is_capital = message.starts_with(char::is_uppercase);
    let ends_as_sentence = message.ends_with(['.', '!']);
    let has_lines = message.contains(char::is_control);
    let has_odd_backticks = message.matches('`').count() % 2 == 1;
    let has_rust = ["f64", "usize", "u32", "Some(", "None", "Option", "Box<", "::", "Value"].iter().any(|word| message.contains(word));
    let is_long = message.chars().count() > 500;
    let is_pointer = issue.path().is_empty() || issue.path().starts_with('/');
    let is_known = ISSUE_CODES.contains(&issue.code());
    let wrong = is_capital || ends_as_sentence || has_lines || has_odd_backticks || has_rust || is_long || !is_pointer || !is_known;
    wrong.then(|| format!("{issue:?} is misworded"))
}

// What is said.

const CASES: &str = include_str!("load-errors.json");

fn options(case: &Json) -> LoadOptions {
    let text = |key: &str| case["options"][key].as_str();
    LoadOptions {
        format: text("format").map(|name| name.parse().expect("a format")),
        environment: text("environment").map(Box::from),
        on_invalid_flag: match text("onInvalidFlag") {
            None | Some("reject") => OnInvalidFlag::Reject,
            Some("skip") => OnInvalidFlag::Skip,
            Some(other) => panic!("there is no onInvalidFlag {other}"),
        },
    }
}

fn input(case: &Json) -> String {
    case["text"].as_str().map_or_else(|| case["snapshot"].to_string(), str::to_owned)
}

fn issue_to_json(issue: &Issue) -> Json {
    let mut found = json!({ "code": issue.code(), "path": issue.path(), "message": issue.message() });
    if let Some(flag) = issue.flag() {
        found["flag"] = flag.into();
    }
    found
}

#[wasm_bindgen_test(unsupported = test)]
fn every_case_of_the_table() {
    let cases: Vec<Json> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() >= 250, "only {} cases", cases.len());
    let mut report = String::new();
    for case in &cases {
        let mut differ = |what: &str, expected: &Json, found: &Json| {
            if expected != found {
                write!(report, "\n{}: {what}\n    expected {expected}\n    found    {found}", case["name"]).unwrap();
            }
        };
        let loaded = Snapshot::load(input(case), &options(case));
        let (flags, issues) = match &loaded {
            Ok(snapshot) => (snapshot.flag_keys().collect(), &*snapshot.info().skipped),
            Err(error) => (Json::Null, error.issues()),
        };
        differ("the flags that are loaded", &case["flags"], &flags);
        let expected = case["issues"].as_array().unwrap();
        for index in 0..expected.len().max(issues.len()) {
            let found = issues.get(index).map_or(Json::Null, issue_to_json);
            differ(&format!("issue {index}"), expected.get(index).unwrap_or(&Json::Null), &found);
        }
        if let Err(error) = &loaded {
            differ("the code", &expected[0]["code"], &error.code().into());
        }
        for wrong in issues.iter().filter_map(misworded) {
            differ("wording", &Json::Null, &wrong.into());
        }
        loaded.iter().for_each(evaluate_all);
    }
    assert!(report.is_empty(), "{report}");
}

/// Inputs that break a limit, too long for the table: each with its one or its last issue.
fn beyond_limits() -> Vec<(String, [String; 3])> {
    let case = |text: String, code: &str, path: &str, message: &str| (text, [code, path, message].map(str::to_owned));
    let pattern = |pattern: &str| format!(r#"{{"when":[{{"attribute":"a","operator":"matches","value":"{pattern}"}}],"serve":"on"}}"#);
    let rules = |rules: String| snapshot([flag("f", &format!(r#""rules":[{rules}]"#))]);
    vec![
        case(" ".repeat(limits::SNAPSHOT_BYTES + 1), "too_large", "", "33554433 bytes; a snapshot has at most 33554432"),
        case("[".repeat(10_000), "too_deep", &"/0".repeat(64), "lists and objects lie more than 64 deep"),
        case(r#"{"a":"#.repeat(10_000), "too_deep", &"/a".repeat(64), "lists and objects lie more than 64 deep"),
        case(format!("{}{}", "[".repeat(65), "]".repeat(65)), "too_deep", &"/0".repeat(64), "lists and objects lie more than 64 deep"),
        case(
            snapshot((0..=limits::FLAGS).map(|index| format!(r#""{index}":0"#))),
            "too_many_flags",
            "/flags",
            "100001 flags; a snapshot has at most 100000",
        ),
        case(
            snapshot([flag("f", &format!(r#""deny":[{}]"#, joined(limits::ISSUES, |_| "0".into())))]),
            "too_many_issues",
            "",
            "too many issues; only the first 99999 are listed",
        ),
        case(
            format!("{{{}}}", joined(limits::ISSUES + 1, |_| r#""a":0"#.into())),
            "too_many_issues",
            "",
            "too many issues; only the first 99999 are listed",
        ),
        case(
            rules(pattern(&"a".repeat(limits::PATTERN_BYTES + 1))),
            "pattern_too_long",
            "/flags/f/rules/0/when/0/value",
            "4097 bytes; a pattern has at most 4096",
        ),
        case(
            rules(joined(limits::PATTERNS + 1, |index| pattern(&index.to_string()))),
            "too_many_patterns",
            "/flags/f/rules/4096/when/0/value",
            "a snapshot has at most 4096 different patterns, of 1000000 parts in all",
        ),
        case(chain(limits::REQUIREMENT_CHAIN + 2), "requirement_too_deep", "/flags/0/requires", "a chain of more than 64 requirements"),
    ]
}

/// So many flags, of which each but the last requires the next.
fn chain(count: usize) -> String {
    snapshot((0..count).map(|index| {
        let next = format!(r#""requires":["{}"],"default":"on""#, index + 1);
        flag(&index.to_string(), if index + 1 < count { &next } else { r#""default":"on""# })
    }))
}

#[wasm_bindgen_test(unsupported = test)]
fn limits_hold() {
    for (text, expected) in beyond_limits() {
        let issues = issues(text);
        let last = issues.last().unwrap();
        assert_eq!([last.code(), last.path(), last.message()], expected);
        assert_eq!(issues.iter().find_map(misworded), None);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_just_within_the_limits_loads() {
    let nested = format!("{}{}{}", r#"{"not":"#.repeat(56), r#"{"all":[]}"#, "}".repeat(56));
    let deep = snapshot([flag("f", &format!(r#""rules":[{{"when":[{nested}],"serve":"on"}}]"#))]);
    assert_eq!(variant(&load(deep).unwrap(), "f", &Context::anonymous()), Some("on"));

    let long = "a".repeat(limits::PATTERN_BYTES / 4);
    let long =
        snapshot([flag("f", &format!(r#""rules":[{{"when":[{{"attribute":"a","operator":"matches","value":"{long}"}}],"serve":"on"}}]"#))]);
    assert_eq!(variant(&load(long).unwrap(), "f", &Context::anonymous().with("a", "a".repeat(1023))), Some("off"));

    let chained = load(chain(limits::REQUIREMENT_CHAIN + 1)).unwrap();
    assert_eq!(variant(&chained, "0", &Context::anonymous()), Some("on"));
    evaluate_all(&chained);

    let mut padded = snapshot([flag("f", "")]);
    padded.push_str(&" ".repeat(limits::SNAPSHOT_BYTES - padded.len()));
    assert_eq!(load(padded).unwrap().info().flag_count, 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn every_code_occurs() {
    let cases: Vec<Json> = serde_json::from_str(CASES).unwrap();
    let in_table = cases.iter().flat_map(|case| case["issues"].as_array().unwrap()).map(|issue| issue["code"].as_str().unwrap().to_owned());
    let beyond_limits = beyond_limits().into_iter().map(|(_, [code, ..])| code);
    // Of other formats: tests/backend_loading.rs.
    let elsewhere = ["ambiguous_format", "duplicate_flag", "invalid_condition", "invalid_utf8"].map(str::to_owned);
    let met: BTreeSet<String> = in_table.chain(beyond_limits).chain(elsewhere).collect();
    let known: BTreeSet<String> = ISSUE_CODES.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(met, known);
}

#[wasm_bindgen_test(unsupported = test)]
fn invalid_utf8_is_refused() {
    let text = r#"{"schema":"samebucket/1","flags":{},"version":"é"}"#.as_bytes();
    let at = text.iter().position(|byte| *byte == 0xc3).unwrap();
    let sequences: [&[u8]; 10] = [
        b"\xff",             // never in UTF-8
        b"\x80",             // a continuation of nothing
        b"\xc3\x28",         // a sequence that is not continued
        b"\xc3",             // a sequence that ends early
        b"\xe2\x82",         // the same, later
        b"\xc0\xaf",         // a longer form than needed
        b"\xe0\x80\xaf",     // the same
        b"\xed\xa0\x80",     // a surrogate
        b"\xf4\x90\x80\x80", // beyond U+10FFFF
        b"\xfe\xff\0{\0}",   // UTF-16
    ];
    for sequence in sequences {
        for input in [sequence.to_vec(), [&text[..at], sequence, &text[at + 2..]].concat(), [text, sequence].concat()] {
            let valid_up_to = std::str::from_utf8(&input).unwrap_err().valid_up_to();
            for loaded in [load(&input), load_skipping(&input)] {
                let error = loaded.unwrap_err();
                let found: Vec<_> =
                    error.issues().iter().map(|issue| (issue.code(), issue.path(), issue.flag(), issue.message().to_owned())).collect();
                assert_eq!(found, [("invalid_utf8", "", None, format!("invalid UTF-8 at byte {valid_up_to}"))]);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_error_in_words() {
    let words = |text: &str| load(text).unwrap_err().to_string();
    assert_eq!(words("["), "/0: invalid JSON: expected a value, found the end at line 1 column 2");
    assert_eq!(words(r#"{"schema":"samebucket/1","flags":{"f":1}}"#), "/flags/f: expected an object, found a number");
    let two = snapshot([flag("f", r#""enabled":1,"killed":1"#)]);
    assert_eq!(words(&two), "/flags/f/enabled: expected a boolean, found a number (and 1 more issue)");
    let three = snapshot([flag("f", r#""enabled":1,"killed":1,"deny":1"#)]);
    assert_eq!(words(&three), "/flags/f/enabled: expected a boolean, found a number (and 2 more issues)");
    let error = "Samebucket/1".parse::<Format>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown format `Samebucket/1`; expected `auto`, `samebucket/1`, `lift`, `prompt-improver`, `flcm`, `orchestrator` or `ruleiq`"
    );
}

// Whatever is wrong, there is an issue and no panic.

/// A snapshot that has every key of the format.
fn rich() -> Json {
    json!({
        "schema": "samebucket/1",
        "version": "2026-01-15.é",
        "environment": "production",
        "segments": {
            "beta": { "include": ["u-1", "u-2"], "exclude": ["u-9"], "when": [{ "attribute": "beta", "operator": "equals", "value": true }] },
            "all": { "when": [] }
        },
        "flags": {
            "everything": {
                "description": "Has it all.", "owner": "team", "tags": ["a", "b"],
                "enabled": true, "killed": false,
                "variants": { "on": { "n": [1, null, "x"] }, "off": {}, "half": { "n": 0.5 } }, "on": "on", "off": "off",
                "environments": { "production": { "enabled": true }, "test": { "serve": "half" }, "load": { "serve": { "split": { "on": 1, "off": 1 }, "salt": "s" } } },
                "schedule": { "from": "2020-01-01T00:00:00Z", "until": "2040-01-01T00:00:00+01:00" },
                "requires": ["base", { "flag": "numbers", "variant": "one" }],
                "deny": ["u-8"], "allow": ["u-7"],
                "rules": [
                    { "id": "tests", "when": [
                        { "attribute": "tenant.type", "operator": "in", "value": ["a", 1, true, null] },
                        { "not": { "attribute": "email", "operator": "matches", "value": "@example\\.com$" } },
                        { "any": [
                            { "attribute": "age", "operator": "gte", "value": 18 },
                            { "attribute": "since", "operator": "before", "value": "2026-01-01T00:00:00Z" },
                            { "attribute": "version", "operator": "semver_lt", "value": "2.0.0-rc.1" },
                            { "attribute": "name", "operator": "starts_with", "value": "A" },
                            { "attribute": "tags", "operator": "not_contains", "value": "x" },
                            { "attribute": "name", "operator": "not_exists" }
                        ] },
                        { "all": [{ "segment": "beta" }, { "segment": "all" }] }
                    ], "rollout": { "percentage": 12.5, "salt": "r" }, "serve": { "split": { "on": 50, "half": 0.5 }, "salt": "p" } },
                    { "id": "ramp", "rollout": { "ramp": [{ "at": "2026-01-01T00:00:00Z", "percentage": 0 }, { "at": "2026-02-01T00:00:00Z", "percentage": 100 }] }, "serve": "half" }
                ],
                "default": { "rollout": { "percentage": 5 }, "serve": "on" },
                "bucketing": { "by": "tenant.id", "salt": "everything-1" },
                "errorThreshold": { "rate": 0.05, "windowSeconds": 60, "minimumSamples": 20 }
            },
            "base": { "variants": { "on": true, "off": false }, "default": "on" },
            "numbers": { "variants": { "none": 0, "one": 1 }, "off": "none", "on": "one", "default": { "split": { "none": 1, "one": 1 } } }
        }
    })
}

/// The pointers of the value and of everything in it.
fn pointers(value: &Json, at: String, into: &mut Vec<String>) {
    let inner: Vec<(String, &Json)> = match value {
        Json::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Json::Object(entries) => entries.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect(),
        _ => Vec::new(),
    };
    for (segment, value) in inner {
        pointers(value, format!("{at}/{segment}"), into);
    }
    into.push(at);
}

/// Whether one of the places lies in the other.
fn related(one: &str, other: &str) -> bool {
    let (one, other) = (format!("{one}/"), format!("{other}/"));
    one.starts_with(&other) || other.starts_with(&one)
}

/// Loads the snapshot, changed at a place, in both modes: either it works or there is an issue that tells of the place.
fn check_changed(changed: &str, place: &str, report: &mut Vec<String>) {
    const ELSEWHERE: [&str; 6] =
        ["unknown_variant", "unknown_flag", "unknown_segment", "mixed_variants", "requirement_cycle", "duplicate_rule"];
    let (rejecting, skipping) = (load(changed), load_skipping(changed));
    match (&rejecting, &skipping) {
        (Ok(snapshot), Ok(same)) => {
            assert_eq!(snapshot.info(), same.info());
            evaluate_all(snapshot);
        }
        (Ok(_), Err(_)) => report.push(format!("{place}: is refused only when invalid flags are skipped")),
        (Err(error), skipping) => {
            if !error.issues().iter().any(|issue| related(issue.path(), place) || ELSEWHERE.contains(&issue.code())) {
                report.push(format!("{place}: {:?}", error.issues()));
            }
            report.extend(error.issues().iter().filter_map(misworded));
            if let Ok(rest) = skipping {
                let listed: BTreeSet<_> = rest.info().skipped.iter().filter_map(Issue::flag).collect();
                let stays: BTreeSet<_> = rest.flag_keys().collect();
                if listed.is_empty() || !listed.is_disjoint(&stays) {
                    report.push(format!("{place}: {stays:?} stay, and {listed:?} have issues"));
                }
                evaluate_all(rest);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn any_value_in_any_place() {
    let rich = rich();
    evaluate_all(&load(rich.to_string()).unwrap());
    let mut places = Vec::new();
    pointers(&rich, String::new(), &mut places);
    assert!(places.len() > 150, "only {} places", places.len());
    let mut report = Vec::new();
    for place in &places {
        for value in
            [json!(null), json!(true), json!(1), json!("x"), json!([]), json!({}), json!(-1.5), json!([[]]), json!({ "x": {} }), json!("")]
        {
            let mut changed = rich.clone();
            *changed.pointer_mut(place).unwrap() = value;
            check_changed(&changed.to_string(), place, &mut report);
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn any_part_gone_or_one_more_or_another_name() {
    let rich = rich();
    let mut places = Vec::new();
    pointers(&rich, String::new(), &mut places);
    let mut report = Vec::new();
    for place in &places {
        let mut more = rich.clone();
        match more.pointer_mut(place).unwrap() {
            Json::Object(entries) => _ = entries.insert("unknown".into(), json!({})),
            Json::Array(items) => items.push(json!({ "unknown": 0 })),
            _ => continue,
        }
        check_changed(&more.to_string(), place, &mut report);
    }
    for place in places.iter().filter(|place| !place.is_empty()) {
        let (parent, last) = place.rsplit_once('/').unwrap();
        let key = last.replace("~1", "/").replace("~0", "~");
        for name in [None, Some("unknown"), Some("__proto__"), Some("")] {
            let mut changed = rich.clone();
            match (changed.pointer_mut(parent).unwrap(), name) {
                (Json::Object(entries), None) => _ = entries.shift_remove(&key),
                (Json::Object(entries), Some(name)) => {
                    let value = entries.shift_remove(&key).unwrap();
                    entries.insert(name.into(), value);
                }
                (Json::Array(items), None) => _ = items.remove(key.parse().unwrap()),
                _ => continue,
            }
            check_changed(&changed.to_string(), parent, &mut report);
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn text_cut_short_or_changed_in_any_place() {
    let text = rich().to_string();
    for end in 0..text.len() {
        let error = load(&text.as_bytes()[..end]).expect_err("a part is no snapshot");
        let expected = if text.is_char_boundary(end) { "invalid_json" } else { "invalid_utf8" };
        assert_eq!((error.code(), error.issues().len()), (expected, 1), "of {end} bytes");
    }
    // Some of these are snapshots still; none may panic.
    for at in 0..text.len() {
        for byte in *b"\"{]0,\\\xff" {
            let mut changed = text.as_bytes().to_vec();
            changed[at] = byte;
            let _ = load(&changed);
        }
        let mut shorter = text.as_bytes().to_vec();
        shorter.remove(at);
        let _ = load_skipping(&shorter);
    }
}

// What is loaded.

/// An evaluator and what it says of each snapshot that it loads.
struct Loads(Evaluator);

impl Loads {
    fn new() -> Loads {
        Loads(Evaluator::new(|| 0.0))
    }

    fn info(&mut self, snapshot: &Json) -> &SnapshotInfo {
        self.0.load_snapshot(snapshot.to_string(), &LoadOptions::default()).unwrap()
    }

    fn changed(&mut self, snapshot: &Json) -> Vec<String> {
        self.info(snapshot).changed.iter().map(|key| String::from(&**key)).collect()
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn information_about_a_snapshot() {
    let mut loads = Loads::new();
    let info = loads.info(&rich()).clone();
    assert_eq!(
        (info.format, info.version.as_deref(), info.environment.as_deref()),
        (Format::Samebucket, Some("2026-01-15.é"), Some("production"))
    );
    assert_eq!((info.flag_count, &*info.skipped, &*info.warnings), (3, &[][..], &[][..]));

    let bare = json!({ "schema": "samebucket/1", "flags": {} });
    let info = loads.info(&bare).clone();
    assert_eq!((info.version, info.environment, info.flag_count), (None, None, 0));

    let options = LoadOptions { environment: Some("test".into()), ..LoadOptions::default() };
    let info = loads.0.load_snapshot(rich().to_string(), &options).unwrap();
    assert_eq!(info.environment.as_deref(), Some("test"));
    let mut named = Evaluator::new(|| 0.0).with_environment("load");
    assert_eq!(named.load_snapshot(rich().to_string(), &LoadOptions::default()).unwrap().environment.as_deref(), Some("load"));
    assert_eq!(named.load_snapshot(rich().to_string(), &options).unwrap().environment.as_deref(), Some("test"));
}

/// Lists that are written alike are kept once; those that are written nearly alike are not. Membership is serde_json's.
#[wasm_bindgen_test(unsupported = test)]
fn lists_that_are_alike_or_nearly() {
    let lists = [
        r#"["a","b"]"#,
        r#"["a", "b"]"#,
        r#"["a","b"]"#,
        r#"["b","a"]"#,
        r#"["a","b","c"]"#,
        r#"["a",1,"b"]"#,
        r#"["a",2,"b"]"#,
        r#"["a",1,"b",2]"#,
        r#"["a",1,"b",3]"#,
        r#"["a"]"#,
        r#"["b"]"#,
        r#"[""]"#,
        "[]",
        r#"["a\",\"b"]"#,
        r#"["\u0061","b"]"#,
        r#"["a","\u0062"]"#,
        r#"[null,"a",true]"#,
        r#"["a",true,"b"]"#,
        r#"["a",false,"b"]"#,
    ];
    let units = [
        json!("a"),
        json!("b"),
        json!("c"),
        json!("a\",\"b"),
        json!(""),
        json!(1),
        json!(2),
        json!(3),
        json!(true),
        json!(false),
        json!(null),
    ];
    // As often as twice each, so that every list comes after every other.
    let asked: Vec<&str> = lists.into_iter().chain(lists.into_iter().rev()).collect();
    let text = snapshot(asked.iter().enumerate().map(|(index, list)| {
        flag(&format!("f{index}"), &format!(r#""rules":[{{"when":[{{"attribute":"x","operator":"in","value":{list}}}],"serve":"on"}}]"#))
    }));
    let snapshot = load(text).unwrap();
    let mut wrong = Vec::new();
    for (index, list) in asked.iter().enumerate() {
        let members: Vec<Json> = serde_json::from_str(list).unwrap();
        for unit in &units {
            let context = Context::anonymous().with("x", unit.clone());
            let expected = if members.contains(unit) { "on" } else { "off" };
            if variant(&snapshot, &format!("f{index}"), &context) != Some(expected) {
                wrong.push((*list, unit.clone()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Flags one after the other whose values are equal, but not the same. As text, for that shows every difference.
#[wasm_bindgen_test(unsupported = test)]
fn values_that_are_alike_or_nearly() {
    let values = [
        r#"{"a":0.0,"off":0.0}"#,
        r#"{"a":-0.0,"off":0.0}"#,
        r#"{"a":0.0,"off":-0.0}"#,
        r#"{"a":{"x":1.5,"y":2.5},"off":{}}"#,
        r#"{"a":{"y":2.5,"x":1.5},"off":{}}"#,
        r#"{"a":"t","off":"f"}"#,
        r#"{"b":"t","off":"f"}"#,
        r#"{"a":"f","off":"t"}"#,
        r#"{"off":"f","a":"t"}"#,
        r#"{"a":"t","off":"f","c":"t"}"#,
        r#"{"a":true,"off":false}"#,
        r#"{"a":true,"off":false}"#,
        r#"{"off":false,"a":true}"#,
    ];
    let entry = |(index, values): (usize, &&str)| {
        format!(r#""f{index}":{{"variants":{values},"default":"{}"}}"#, &values[2..values.find("\":").unwrap()])
    };
    let snapshot = load(snapshot(values.iter().enumerate().map(entry))).unwrap();
    for (index, values) in values.iter().enumerate() {
        let (key, first) =
            (format!("f{index}"), serde_json::from_str::<Json>(values).unwrap().as_object().unwrap().values().next().unwrap().clone());
        let evaluation = snapshot.evaluate(&key, &Context::anonymous(), Inputs::at(0.0), None);
        assert_eq!(serde_json::to_string(&evaluation.value).unwrap(), first.to_string(), "{values}");
    }
}

/// The digests are Python's: `hashlib.sha256(text.encode()).hexdigest()`.
#[wasm_bindgen_test(unsupported = test)]
fn the_digest_is_of_the_bytes() {
    for (text, digest) in [
        (r#"{"schema":"samebucket/1","flags":{}}"#, "8983dc43c04231438b26a52c9483b86406bf68305042d699b8ff83edf83b13cd"),
        (r#"{ "schema": "samebucket/1", "flags": {} }"#, "8f8e4155dfdec1381d65849dc97eaf2c37343035b99b1ebebc22484ab0912602"),
        (
            "{\"schema\":\"samebucket/1\",\"version\":\"é\u{1f3f3}\",\"flags\":{}}\n",
            "d6ccded07faa44d3f9f3a0750d4b390ed28a58c1a7cd15f0a772e6c602fab8e6",
        ),
    ] {
        assert_eq!(load(text).unwrap().info().digest, digest, "{text}");
    }
    let spaces = format!("{}{}", r#"{"schema":"samebucket/1","flags":{}}"#, " ".repeat(100_000));
    assert_eq!(load(spaces).unwrap().info().digest, "29514fb7c4958c4eff59c3a809306ef0c164481cd0220585af2bb9cf8d6995cc");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_has_changed() {
    let on_off = json!({ "on": true, "off": false });
    let first = json!({
        "schema": "samebucket/1",
        "segments": { "s": { "include": ["u-1"] }, "t": {} },
        "flags": {
            "plain": { "variants": on_off, "default": "on" },
            "in-s": { "variants": on_off, "rules": [{ "when": [{ "not": { "any": [{ "segment": "s" }] } }], "serve": "on" }] },
            "in-t": { "variants": on_off, "rules": [{ "when": [{ "segment": "t" }], "serve": "on" }] },
            "needs-needs": { "variants": on_off, "requires": [{ "flag": "needs", "variant": "off" }] },
            "needs": { "variants": on_off, "requires": ["in-s"] },
            "environments": { "variants": on_off, "environments": { "test": { "serve": "on" } } },
            "A": { "variants": { "off": 1 } }
        }
    });
    let all = ["A", "environments", "in-s", "in-t", "needs", "needs-needs", "plain"];
    let mut loads = Loads::new();
    assert_eq!(loads.changed(&first), all, "all of the first one");
    let mut expect = |what: &str, change: &dyn Fn(&mut Json), changed: &[&str]| {
        let mut after = first.clone();
        change(&mut after);
        assert_eq!(loads.changed(&after), changed, "{what}");
        assert_eq!(loads.changed(&after), [""; 0], "{what}, and the same again");
        assert_eq!(loads.changed(&first), changed, "{what}, undone");
    };
    expect("nothing", &|_| {}, &[]);
    expect("the version", &|after| after["version"] = "2".into(), &[]);
    expect("a segment that is not used", &|after| after["segments"]["new"] = json!({}), &[]);
    expect("a flag", &|after| after["flags"]["plain"]["default"] = "off".into(), &["plain"]);
    expect("a description", &|after| after["flags"]["plain"]["description"] = "New.".into(), &["plain"]);
    expect("a value", &|after| after["flags"]["A"]["variants"]["off"] = json!(2), &["A"]);
    expect("a flag more", &|after| after["flags"]["new"] = first["flags"]["A"].clone(), &["new"]);
    let without = |after: &mut Json, key: &str| _ = after["flags"].as_object_mut().unwrap().shift_remove(key).unwrap();
    expect("a flag less", &|after| without(after, "plain"), &["plain"]);
    expect("a flag by another key", &|after| (without(after, "A"), after["flags"]["B"] = first["flags"]["A"].clone()).1, &["A", "B"]);
    expect("flags in another order", &|after| (without(after, "in-s"), after["flags"]["in-s"] = first["flags"]["in-s"].clone()).1, &[]);
    expect("a segment", &|after| after["segments"]["s"]["include"] = json!(["u-2"]), &["in-s", "needs", "needs-needs"]);
    expect("another segment", &|after| after["segments"]["t"]["when"] = json!([]), &["in-t"]);
    expect("a required flag", &|after| after["flags"]["in-s"]["default"] = "on".into(), &["in-s", "needs", "needs-needs"]);
    expect("a flag in the middle", &|after| after["flags"]["needs"]["killed"] = true.into(), &["needs", "needs-needs"]);
    expect("the environment", &|after| after["environment"] = "test".into(), &["environments"]);
    let split = |weights: Json| move |after: &mut Json| after["flags"]["plain"]["default"] = json!({ "split": weights });
    expect("a split", &split(json!({ "on": 1, "off": 1 })), &["plain"]);
    assert_eq!(loads.changed(&json!({ "schema": "samebucket/1", "flags": {} })), all, "no flag any more");
    assert_eq!(loads.changed(&first), all, "all of them back");
}

/// The order of a split counts, since it is served in that order.
#[wasm_bindgen_test(unsupported = test)]
fn the_order_of_a_split_is_a_change() {
    let text = |split: &str| snapshot([flag("f", &format!(r#""default":{{"split":{{{split}}}}}"#))]);
    let (one, other) = (load(text(r#""on":1,"off":1"#)).unwrap(), load(text(r#""off":1,"on":1"#)).unwrap());
    assert_eq!(other.after(&one).info().changed, [Box::from("f")]);
}

#[wasm_bindgen_test(unsupported = test)]
fn flags_that_are_skipped_count_as_removed() {
    let mut loads = Loads::new();
    let skip = LoadOptions { on_invalid_flag: OnInvalidFlag::Skip, ..LoadOptions::default() };
    loads.0.load_snapshot(snapshot([flag("a", ""), flag("b", ""), flag("c", r#""requires":["a"]"#)]), &skip).unwrap();
    let info =
        loads.0.load_snapshot(snapshot([flag("a", r#""default":0"#), flag("b", ""), flag("c", r#""requires":["a"]"#)]), &skip).unwrap();
    assert_eq!((info.flag_count, &*info.changed), (1, &["a".into(), "c".into()][..]));
    assert_eq!(info.skipped.iter().filter_map(Issue::flag).collect::<Vec<_>>(), ["a", "c"]);
}

#[wasm_bindgen_test(unsupported = test)]
fn all_or_nothing() {
    let mut evaluator = Evaluator::new(|| 0.0);
    let context = Context::new("u-1");
    let options = LoadOptions::default();
    assert!(evaluator.load_snapshot("", &options).is_err());
    assert!(evaluator.snapshot().is_none());
    assert_eq!(evaluator.evaluate("f", &context, None).error.unwrap().code.as_str(), "PROVIDER_NOT_READY");

    let good = snapshot([flag("f", r#""default":"on""#)]);
    let before = evaluator.load_snapshot(&good, &options).unwrap().clone();
    let bad = [
        String::new(),
        "[".repeat(1000),
        good.replace("samebucket/1", "samebucket/2"),
        snapshot([flag("f", ""), flag("g", r#""default":"x""#)]),
        format!("{good}{good}"),
    ];
    for text in &bad {
        evaluator.load_snapshot(text, &options).unwrap_err();
        assert_eq!(evaluator.snapshot().unwrap().info(), &before);
        assert_eq!(evaluator.evaluate("f", &context, None).variant, Some("on"));
        assert_eq!(evaluator.evaluate("g", &context, None).error.unwrap().code.as_str(), "FLAG_NOT_FOUND");
    }
    assert!(evaluator.load_snapshot(&good, &options).unwrap().changed.is_empty());
}

#[wasm_bindgen_test(unsupported = test)]
fn names_that_mean_something_in_javascript() {
    for name in ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"] {
        let text = format!(
            r#"{{ "schema": "samebucket/1", "environment": "{name}",
                 "segments": {{ "{name}": {{ "when": [{{ "attribute": "{name}", "operator": "equals", "value": "{name}" }}] }} }},
                 "flags": {{
                   "{name}": {{ "variants": {{ "off": "no", "{name}": "yes" }}, "on": "{name}",
                     "rules": [{{ "id": "{name}", "when": [{{ "segment": "{name}" }}], "serve": "{name}" }}] }},
                   "by-environment": {{ "variants": {{ "off": {{}}, "{name}": {{ "{name}": 1 }} }}, "environments": {{ "{name}": {{ "serve": "{name}" }} }} }},
                   "requires": {{ "variants": {{ "on": true, "off": false }}, "requires": ["{name}"], "default": "on" }} }} }}"#
        );
        let snapshot = load(text).unwrap();
        let (with, without) = (Context::anonymous().with(name, name), Context::anonymous());
        let evaluation = snapshot.evaluate(name, &with, Inputs::at(0.0), None);
        assert_eq!((evaluation.variant, evaluation.rule_id), (Some(name), Some(name)));
        assert_eq!(variant(&snapshot, name, &without), Some("off"));
        assert_eq!(variant(&snapshot, "by-environment", &without), Some(name));
        assert_eq!(variant(&snapshot, "requires", &with), Some("on"));
        assert_eq!(variant(&snapshot, "requires", &without), Some("off"));
        evaluate_all(&snapshot);
    }
    let none = load(snapshot([flag("f", "")])).unwrap();
    assert_eq!(none.evaluate("__proto__", &Context::anonymous(), Inputs::at(0.0), None).error.unwrap().code.as_str(), "FLAG_NOT_FOUND");
}

// Hostile inputs. That these tests end is what they test.

#[wasm_bindgen_test(unsupported = test)]
fn diamonds_of_requirements() {
    let depth = limits::REQUIREMENT_CHAIN;
    let level = |index: usize| {
        let below = format!(r#""requires":["a{0}","b{0}"],"#, index + 1);
        let more = format!(r#"{}"default":"on""#, if index < depth { &below } else { "" });
        [flag(&format!("a{index}"), &more), flag(&format!("b{index}"), &more)]
    };
    let snapshot = load(snapshot((0..=depth).flat_map(level))).unwrap();
    assert_eq!(variant(&snapshot, "a0", &Context::anonymous()), Some("on"));
    assert_eq!(snapshot.explain("a0", &Context::anonymous(), Inputs::at(0.0)).steps.len(), 4);
    evaluate_all(&snapshot);
    let open: OpenCircuits = [format!("b{depth}")].into_iter().collect();
    let inputs = Inputs { now: 0.0, open_circuits: &open };
    assert_eq!(snapshot.evaluate("a0", &Context::anonymous(), inputs, None).variant, Some("off"));
}

/// A flag whose one rule asks for a pattern.
fn matching(pattern: &str) -> String {
    let pattern = Json::from(pattern);
    snapshot([flag("f", &format!(r#""rules":[{{"when":[{{"attribute":"a","operator":"matches","value":{pattern}}}],"serve":"on"}}]"#))])
}

#[wasm_bindgen_test(unsupported = test)]
fn patterns_that_are_small_and_compile_to_much() {
    for pattern in [
        "((((a{1000}){1000}){1000}))",
        r"\w{20000}",
        "(?:){4294967295}",
        "(?:(?:(?:(?:){1000}){1000}){1000}){1000}",
        "(?:(?:a?){1000}){1000}",
        "((a*)*)*{9999}",
    ] {
        let issues = issues(matching(pattern));
        let message = issues[0].message();
        assert!(message.ends_with(" parts with its repetitions written out; a pattern has at most 16384"), "{pattern}: {message}");
    }
    assert_eq!(issues(matching("((((a{1000}){1000}){1000})")).len(), 1);
    let words = load(matching(r"^\w{1000}$")).unwrap();
    assert_eq!(variant(&words, "f", &Context::anonymous().with("a", "_".repeat(1000))), Some("on"));
}

#[wasm_bindgen_test(unsupported = test)]
fn patterns_that_would_backtrack() {
    let text = "a".repeat(20_000) + "b";
    for pattern in ["(a+)+$", "^(a|aa)+$", "(a*)*$", "(.*)(.*)(.*)(.*)c$"] {
        let snapshot = load(matching(pattern)).unwrap();
        let expected = if pattern == "(a*)*$" { "on" } else { "off" };
        assert_eq!(variant(&snapshot, "f", &Context::anonymous().with("a", text.as_str())), Some(expected), "{pattern}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn deep_lists_and_objects_of_the_greatest_size() {
    for part in ["[", r#"{"a":"#, r#"[{"a":"#, r#"{"flags":"#, "[[],"] {
        let issues = issues(part.repeat(limits::SNAPSHOT_BYTES / part.len()));
        assert_eq!((issues.len(), issues[0].code()), (1, "too_deep"));
    }
}

/// Names may be long, and issues many: what is listed stays in bounds.
#[wasm_bindgen_test(unsupported = test)]
fn issues_of_long_names() {
    let name = "n".repeat(1 << 20);
    let duplicates = format!("{}{{{}}}{}", format!(r#"{{"{name}":"#).repeat(8), joined(50_000, |_| r#""a":0"#.into()), "}".repeat(8));
    for text in [
        snapshot([flag(&name, &format!(r#""deny":[{}]"#, joined(50_000, |_| "0".into())))]),
        snapshot([flag(&name, &format!(r#""requires":[{}]"#, joined(50_000, |_| r#""x""#.into())))]),
        snapshot([flag("f", &format!(r#""environments":{{"{name}":{{{}}}}}"#, joined(50_000, |index| format!(r#""{index}":0"#))))]),
        duplicates,
    ] {
        for error in [load(&text).unwrap_err(), load_skipping(&text).unwrap_err()] {
            assert_eq!(error.issues().last().unwrap().code(), "too_many_issues");
            let bytes: usize = error.issues().iter().map(|issue| issue.path().len() + issue.message().len()).sum();
            assert!(bytes <= 3 * limits::SNAPSHOT_BYTES, "{bytes} bytes");
        }
    }
    // A long key is also the salt of each of its flag's rollouts.
    let rollouts = joined(20_000, |_| r#"{"serve":"on","rollout":{"percentage":0}}"#.into());
    assert!(load(snapshot([flag(&name, &format!(r#""rules":[{rollouts}]"#))])).is_ok());
}

/// In wasm only where it is optimised: a debug build takes minutes.
#[cfg(not(all(target_arch = "wasm32", debug_assertions)))]
#[path = "loading/large.rs"]
mod large;
