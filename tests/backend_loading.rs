//! Holds loading of the backends' formats to its promises: it says all that is wrong and where, it finds out which format
//! a snapshot is in or says between which it cannot, and no input makes it panic.
#![allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write as _;

use samebucket::{
    Context, ISSUE_CODES, Inputs, Issue, LoadOptions, Object, OnInvalidFlag, OpenCircuits, Snapshot, SnapshotError, Value, limits,
};
use serde_json::{Value as Json, json};
use wasm_bindgen_test::wasm_bindgen_test;

const CASES: &str = include_str!("backend-errors.json");

/// A snapshot of every format.
const SAMPLES: [(&str, &str); 5] = [
    ("lift", include_str!("oracles/samples/lift.json")),
    ("prompt-improver", include_str!("oracles/samples/prompt-improver.json")),
    ("flcm", include_str!("oracles/samples/flcm.json")),
    ("orchestrator", include_str!("oracles/samples/orchestrator.json")),
    ("ruleiq", include_str!("oracles/samples/ruleiq.json")),
];

fn load(snapshot: &Json, format: Option<&str>, on_invalid_flag: OnInvalidFlag) -> Result<Snapshot, SnapshotError> {
    let format = format.map(|name| name.parse().expect("a format"));
    Snapshot::load(snapshot.to_string(), &LoadOptions { format, environment: Some("production".into()), on_invalid_flag })
}

fn issues_to_json(issues: &[Issue]) -> Json {
    let to_json = |issue: &Issue| {
        let mut found = json!({ "code": issue.code(), "path": issue.path(), "message": issue.message() });
        if let Some(flag) = issue.flag() {
            found["flag"] = flag.into();
        }
        found
    };
    issues.iter().map(to_json).collect()
}

/// What is wrong with an issue of this snapshot: its wording, or a path that leads nowhere.
fn misworded(issue: &Issue, snapshot: &Json) -> Option<String> {
    let message = issue.message();
    let is_sentence = message.starts_with(char::is_uppercase) || message.ends_with(['.', '!']);
    let has_lines = message.contains(char::is_control);
    let has_rust = ["f64", "usize", "u32", "Some(", "Option", "Box<", "::"].iter().any(|word| message.contains(word));
    let is_long = message.chars().count() > 500;
    let is_known = ISSUE_CODES.contains(&issue.code());
    let leads_nowhere = snapshot.pointer(issue.path()).is_none();
    let wrong = message.is_empty() || is_sentence || has_lines || has_rust || is_long || !is_known || leads_nowhere;
    wrong.then(|| format!("{issue:?} is misworded, or leads nowhere"))
}

fn contexts() -> Vec<Context> {
    let context = |json: Json| match Value::from(json) {
        Value::Object(object) => Context::from(object),
        _ => Context::from(Object::default()),
    };
    vec![
        Context::anonymous(),
        Context::new("user-1").with("plan", "pro").with("version", "1.2.3").with("env", "staging").with("account_age_days", 45),
        context(json!({ "targetingKey": 5, "environment": null, "attributes": [], "custom_attributes": "x", "user": ["x"] })),
        context(
            json!({ "user_id": "vip-user-123", "user_type": "admin", "environment": "production", "custom_attributes": { "beta_user": true, "plan": "pro", "tags": ["x"] } }),
        ),
        context(
            json!({ "tenant": { "id": "tenant-beta-1", "type": "enterprise" }, "user": { "id": "user-2", "email": "a@example.com" }, "attributes": { "plan": { "x": [1] }, "age": "45", "version": "2.0.0" } }),
        ),
    ]
}

/// Evaluates everything, in every way, to see that nothing panics.
fn evaluate_all(snapshot: &Snapshot) {
    let open_circuits: OpenCircuits = snapshot.flag_keys().take(1).collect();
    for context in contexts() {
        for now in [f64::NAN, 0.0, 1.7e12] {
            assert_eq!(snapshot.evaluate_all(&context, Inputs { now, open_circuits: &open_circuits }).len(), snapshot.flag_keys().len());
        }
        for key in snapshot.flag_keys().chain(["missing"]) {
            snapshot.explain(key, &context, Inputs::at(1.75e12));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_case_of_the_table() {
    let cases: Vec<Json> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() >= 200, "only {} cases", cases.len());
    let mut report = String::new();
    for case in &cases {
        let mut differ = |what: &str, expected: &Json, found: &Json| {
            if expected != found {
                write!(report, "\n{}: {what}\n    expected {expected}\n    found    {found}", case["name"]).unwrap();
            }
        };
        let skips = case["options"]["onInvalidFlag"] == "skip";
        let on_invalid_flag = if skips { OnInvalidFlag::Skip } else { OnInvalidFlag::Reject };
        let loaded = load(&case["snapshot"], case["format"].as_str(), on_invalid_flag);
        let (issues, warnings) = match &loaded {
            Ok(snapshot) => (&*snapshot.info().skipped, &*snapshot.info().warnings),
            Err(error) => (error.issues(), &[][..]),
        };
        differ("the issues", &case["issues"], &issues_to_json(issues));
        differ("the warnings", case.get("warnings").unwrap_or(&json!([])), &issues_to_json(warnings));
        if let Ok(snapshot) = &loaded {
            let all = || match case["snapshot"].get("flags").unwrap_or(&case["snapshot"]) {
                Json::Object(flags) => flags.keys().map(String::as_str).collect(),
                flags => flags.as_array().unwrap().iter().map(|flag| flag.get("key").or(flag.get("name")).cloned()).collect(),
            };
            let expected = case.get("flags").cloned().unwrap_or_else(all);
            differ("the flags", &expected, &snapshot.flag_keys().collect());
            assert!(issues.is_empty() || skips, "{}", case["name"]);
        }
        for wrong in issues.iter().chain(warnings).filter_map(|issue| misworded(issue, &case["snapshot"])) {
            differ("the wording", &Json::Null, &wrong.into());
        }
        loaded.iter().for_each(evaluate_all);
    }
    assert!(report.is_empty(), "{report}");
}

/// A chain of flags, each of which depends on the next.
fn chain(flags: usize) -> Json {
    let flag = |index: usize| {
        let dependencies: Vec<String> = (index + 1 < flags).then(|| format!("f{}", index + 1)).into_iter().collect();
        (format!("f{index}"), json!({ "default": true, "dependencies": dependencies }))
    };
    json!({ "flags": (0..flags).map(flag).collect::<serde_json::Map<_, _>>() })
}

#[wasm_bindgen_test(unsupported = test)]
fn chains_of_dependencies_are_bounded() {
    let longest = limits::REQUIREMENT_CHAIN + 1;
    let snapshot = load(&chain(longest), Some("flcm"), OnInvalidFlag::Reject).expect("a chain of the greatest length");
    assert_eq!(snapshot.evaluate("f0", &Context::new("user-1"), Inputs::at(0.0), None).value, Some(&Value::Bool(true)));

    let issue = json!({
        "code": "requirement_too_deep",
        "path": "/flags/f2/dependencies",
        "flag": "f2",
        "message": "a chain of more than 64 dependencies",
    });
    let too_long = chain(longest + 3);
    let error = load(&too_long, Some("flcm"), OnInvalidFlag::Reject).expect_err("a chain that is too long");
    assert_eq!(issues_to_json(error.issues()), json!([issue]));

    let left_out = |key: &str, next: &str| {
        let message = format!("the flag `{next}` is left out, and this one depends on it");
        json!({ "code": "unknown_flag", "path": format!("/flags/{key}/dependencies/0"), "flag": key, "message": message })
    };
    let snapshot = load(&too_long, Some("flcm"), OnInvalidFlag::Skip).expect("what is left");
    assert_eq!(issues_to_json(&snapshot.info().skipped), json!([issue, left_out("f1", "f2"), left_out("f0", "f1")]));
    assert_eq!(snapshot.flag_keys().len(), longest);
}

/// The issues of one flag of `orchestrator` with these patterns, one a rule.
fn issues_of_patterns(patterns: impl IntoIterator<Item = String>) -> Vec<Issue> {
    let rule = |pattern: String| json!({ "conditions": [{ "attribute": "x", "operator": "regex", "value": pattern }], "value": true });
    let rules: Json = patterns.into_iter().map(rule).collect();
    let loaded = load(&json!([{ "key": "a", "enabled": true, "rules": rules }]), None, OnInvalidFlag::Reject);
    loaded.map_or_else(|error| error.issues().to_vec(), |_| Vec::new())
}

#[wasm_bindgen_test(unsupported = test)]
fn patterns_are_bounded() {
    let place = |rule: usize| format!("/0/rules/{rule}/conditions/0/value");
    let found = |patterns: Vec<String>| {
        let issues = issues_of_patterns(patterns);
        issues.iter().map(|issue| [issue.code(), issue.path(), issue.message()].map(str::to_owned)).collect::<Vec<_>>()
    };
    let none: [[String; 3]; 0] = [];
    assert_eq!(found(vec!["(?:)".repeat(limits::PATTERN_BYTES / 4)]), none);
    let too_long = ["pattern_too_long".into(), place(0), "4097 bytes; a pattern has at most 4096".into()];
    assert_eq!(found(vec!["a".repeat(limits::PATTERN_BYTES + 1)]), [too_long]);

    let many = |count: usize| (0..count).map(|index| format!("{index}")).collect::<Vec<_>>();
    assert_eq!(found(many(limits::PATTERNS)), none);
    let too_many = [
        "too_many_patterns".into(),
        place(limits::PATTERNS),
        "a snapshot has at most 4096 different patterns, of 1000000 parts in all".into(),
    ];
    assert_eq!(found(many(limits::PATTERNS + 1)), [too_many]);
    assert_eq!(found(vec!["same".into(); limits::PATTERNS + 1]), none);

    let too_large = "19999 parts with its repetitions written out; a pattern has at most 16384";
    assert_eq!(found(vec!["a{19999}".into()]), [["pattern_too_long".into(), place(0), too_large.into()]]);
}

#[wasm_bindgen_test(unsupported = test)]
fn flags_are_bounded() {
    let count = limits::FLAGS + 1;
    let in_list: Json = (0..count).map(|index| json!({ "key": index.to_string() })).collect();
    let in_object: serde_json::Map<_, _> = (0..count).map(|index| (index.to_string(), json!({}))).collect();
    for (snapshot, format, path) in [
        (in_list.clone(), "orchestrator", ""),
        (json!({ "flags": in_list }), "orchestrator", "/flags"),
        (json!({ "flags": in_list }), "ruleiq", "/flags"),
        (json!({ "flags": in_object }), "ruleiq", "/flags"),
        (json!({ "flags": in_object }), "lift", "/flags"),
        (json!({ "flags": in_object }), "prompt-improver", "/flags"),
        (json!({ "flags": in_object }), "flcm", "/flags"),
    ] {
        let error = load(&snapshot, Some(format), OnInvalidFlag::Skip).expect_err("too many flags");
        let message = "100001 flags; a snapshot has at most 100000";
        assert_eq!(issues_to_json(error.issues()), json!([{ "code": "too_many_flags", "path": path, "message": message }]), "{format}");
    }
}

/// How the snapshot is recognised: the format, or the words of the error.
fn recognised(snapshot: &Json) -> String {
    match load(snapshot, None, OnInvalidFlag::Reject) {
        Ok(snapshot) => snapshot.info().format.to_string(),
        Err(error) => format!("{}: {}", error.code(), error.issues()[0].message()),
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_samples_are_recognised() {
    for (format, sample) in SAMPLES {
        let sample: Json = serde_json::from_str(sample).unwrap();
        assert_eq!(recognised(&sample), format);
        let flags = &sample["flags"];
        // Every flag by itself, without what stands around it.
        let ones: Vec<Json> = match flags {
            Json::Object(flags) => flags.iter().map(|(key, flag)| json!({ "flags": { key: flag } })).collect(),
            _ => flags.as_array().unwrap().iter().map(|flag| json!({ "flags": [flag] })).collect(),
        };
        for one in ones {
            assert_eq!(recognised(&one), format, "{one}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn formats_are_told_apart() {
    let in_object = |flag: Json| json!({ "flags": { "a": flag } });
    let in_list = |flag: Json| json!({ "flags": [flag] });
    let ambiguous = |names: &str| {
        format!("ambiguous_format: the format could be {names}; name one in the option `format`, or add the `schema` of `samebucket/1`")
    };
    let unknown = "unknown_format: the format was not recognised; expected `\"schema\": \"samebucket/1\"`, or another format named in the option `format`";
    let (flcm_or_ruleiq, of_lists) = (ambiguous("`flcm` or `ruleiq`"), ambiguous("`orchestrator` or `ruleiq`"));
    let of_objects = ambiguous("`lift`, `prompt-improver`, `flcm` or `ruleiq`");
    let cases: &[(Json, &str)] = &[
        (json!({ "schema": "samebucket/1", "flags": {} }), "samebucket/1"),
        (json!({ "schema": "samebucket/2", "flags": {} }), "invalid_value: expected `samebucket/1`, found `samebucket/2`"),
        (json!({ "schema": 1, "flags": { "a": { "default": true } } }), "wrong_type: expected a string, found a number"),
        // lift
        (in_object(json!({ "flag_name": "a" })), "lift"),
        (in_object(json!({ "flag_name": "a", "enabled": true, "description": "x", "created_at": "2026-01-01" })), "lift"),
        (json!({ "flags": {}, "default_enabled": true }), "lift"),
        (in_object(json!({ "strategy": "all", "enabled": true })), "missing_key: the key `flag_name` is missing"),
        (
            json!({ "flags": { "a": { "flag_name": "a", "enabled": true }, "b": { "enabled": true } } }),
            "missing_key: the key `flag_name` is missing",
        ),
        (json!({ "default_enabled": true }), "missing_key: the key `flags` is missing"),
        (in_list(json!({ "flag_name": "a" })), "wrong_type: expected an object, found a list"),
        // prompt-improver
        (in_object(json!({ "state": "enabled" })), "prompt-improver"),
        (in_object(json!({ "state": "rollout", "rollout": { "percentage": 5 }, "variants": { "on": 1, "off": 0 } })), "prompt-improver"),
        (json!({ "flags": {}, "schema_version": "2025.1" }), "prompt-improver"),
        (json!({ "flags": {}, "global": {} }), "prompt-improver"),
        (in_object(json!({ "default_variant": "off", "rollout": {}, "variants": {} })), "missing_key: the key `state` is missing"),
        (
            json!({ "flags": { "a": { "state": "enabled" }, "b": { "rollout": { "percentage": 5 } } } }),
            "missing_key: the key `state` is missing",
        ),
        // flcm
        (in_object(json!({ "description": "x", "default": false })), "flcm"),
        (in_object(json!({ "rollout": { "percentage": 5 } })), "flcm"),
        (in_object(json!({ "rollout": {}, "variants": [] })), "flcm"),
        (in_object(json!({ "error_threshold": { "rate": 0.1 } })), "flcm"),
        (json!({ "flags": {}, "cohorts": {} }), "flcm"),
        (json!({ "flags": { "a": { "default": true }, "b": { "description": "x" } } }), "flcm"),
        (json!({ "flags": { "a": { "key": "a", "default": true } } }), "flcm"),
        // orchestrator
        (json!([{ "key": "a", "enabled": true }]), "orchestrator"),
        (in_list(json!({ "key": "a", "name": "A", "enabled": true })), "orchestrator"),
        (
            json!({ "flags": [{ "key": "a", "name": "A", "enabled": true }, { "name": "B", "enabled": true }] }),
            "missing_key: the key `key` is missing",
        ),
        (in_list(json!({ "name": "A", "enabled": true, "defaultValue": 1 })), "missing_key: the key `key` is missing"),
        (in_object(json!({ "enabled": true, "defaultValue": 1 })), "wrong_type: expected a list, found an object"),
        (json!([5]), "wrong_type: expected an object, found a number"),
        (json!([{ "name": "a", "percentage": 5 }]), "missing_key: the key `key` is missing"),
        // ruleiq
        (in_object(json!({ "enabled": true })), "ruleiq"),
        (in_object(json!({ "name": "a" })), "ruleiq"),
        (in_object(json!({ "enabled": true, "percentage": 5, "description": "x", "metadata": {}, "version": 3 })), "ruleiq"),
        (in_object(json!({ "environments": ["staging"] })), "ruleiq"),
        (json!({ "flags": { "a": { "percentage": 5 }, "b": {} } }), "ruleiq"),
        (in_list(json!({ "name": "a" })), "ruleiq"),
        (in_list(json!({ "name": "a", "enabled": true, "environments": ["x"], "tags": ["x"] })), "ruleiq"),
        (json!({ "flags": [], "hash": "md5" }), "ruleiq"),
        (json!({ "flags": {}, "hash": "sha256" }), "ruleiq"),
        (json!({ "flags": [{ "name": "a", "percentage": 5 }, { "percentage": 5 }] }), "missing_key: the key `name` is missing"),
        // Several
        (json!({ "flags": {} }), &of_objects),
        (json!({ "flags": {}, "version": "1.0.0" }), &of_objects),
        (json!({ "flags": [] }), &of_lists),
        (in_list(json!({})), &of_lists),
        (in_list(json!({ "enabled": true })), &of_lists),
        (in_list(json!("a")), &of_lists),
        (in_object(json!({})), &flcm_or_ruleiq),
        (in_object(json!({ "description": "x" })), &flcm_or_ruleiq),
        (in_object(Json::Null), &flcm_or_ruleiq),
        (in_object(json!({ "rollout": {}, "enabled": true })), &flcm_or_ruleiq),
        (in_object(json!({ "default": true, "percentage": 5 })), &flcm_or_ruleiq),
        (json!({ "flags": { "a": { "default": true } }, "hash": "md5" }), &flcm_or_ruleiq),
        (in_object(json!({ "flag_name": "a", "state": "enabled" })), &ambiguous("`lift` or `prompt-improver`")),
        (in_object(json!({ "state": "enabled", "default": true })), &ambiguous("`prompt-improver` or `flcm`")),
        (in_object(json!({ "flag_name": "a", "percentage": 5 })), &ambiguous("`lift` or `ruleiq`")),
        (in_list(json!({ "key": "a", "name": "a", "percentage": 5 })), &of_lists),
        // None
        (json!({}), unknown),
        (json!([]), unknown),
        (json!({ "flags": 5 }), unknown),
        (json!({ "flags": null, "version": "1.0.0" }), unknown),
        (json!({ "a": { "enabled": true } }), unknown),
        (json!(null), unknown),
        (json!("x"), unknown),
    ];
    let mut report = String::new();
    for (snapshot, expected) in cases {
        let found = recognised(snapshot);
        if found != *expected {
            write!(report, "\n{snapshot}\n    expected {expected}\n    found    {found}").unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// A snapshot in which every key that the format reads is there.
fn rich(format: &str) -> Json {
    match format {
        "lift" => json!({ "default_enabled": true, "flags": { "a": {
            "flag_name": "a", "enabled": true, "strategy": "conditional", "rollout_percentage": 0.5, "enabled_for_users": ["u"],
            "disabled_for_users": ["v"], "override_conditions": { "plan": "pro", "list": [1, { "x": null }], "n": 1 },
        } } }),
        "prompt-improver" => json!({ "version": "1", "global": { "default_rollout_percentage": 5 }, "flags": { "a": {
            "state": "rollout", "default_variant": "off", "variants": { "on": [1], "off": null, "x": { "y": "z" } },
            "rollout": { "strategy": "gradual", "percentage": 5, "user_list": ["u"], "gradual_config": {
                "start_time": "2025-01-01", "end_time": "2026-01-01T00:00:00Z", "start_percentage": 1, "end_percentage": 90,
            } },
            "targeting_rules": [
                { "name": "r", "condition": "plan in ['pro', 'x'] and custom_attributes.get('tags')", "variant": "x", "priority": 1 },
                { "name": "s", "condition": "age >= 5 or not user_id", "variant": "", "priority": 1.5 },
            ],
        } } }),
        "flcm" => json!({ "cohorts": { "c": ["u"], "d": { "members": ["v"], "rules": [
            { "attribute": "age", "operator": ">=", "value": "45", "negate": true },
        ] } }, "flags": {
            "a": {
                "default": true, "rollout": { "percentage": 50, "cohorts": { "c": true, "d": false } }, "dependencies": ["b"],
                "conditions": [{ "attribute": "plan", "operator": "in", "value": ["pro", 1] }, { "attribute": "plan", "operator": "contains", "value": "p" }],
                "variants": [{ "name": "x", "weight": 1, "payload": {} }, { "name": "y", "weight": 2.5 }],
                "error_threshold": { "rate": 0.05, "window": 300, "min_samples": 20 },
            },
            "b": { "default": true, "rollout": { "cohorts": [{ "d": true }] } },
        } }),
        "orchestrator" => json!({ "flags": [{
            "key": "a", "type": "json", "defaultValue": { "x": [1] }, "enabled": true, "killSwitch": false,
            "environments": { "production": { "enabled": true }, "test": { "enabled": false, "value": 1 } },
            "rules": [{ "id": "r", "percentage": 50, "value": "on", "conditions": [
                { "attribute": "user.email", "operator": "regex", "value": "^a.*@example" },
                { "attribute": "attributes.version", "operator": "semver_gt", "value": "1.0.0" },
                { "attribute": "attributes.age", "operator": "gte", "value": "0x10" },
                { "attribute": "attributes.plan.x", "operator": "not_in", "value": [1, "x"] },
                { "attribute": "attributes.plan.x.length", "operator": "not_contains", "value": [2] },
            ] }],
            "variants": [{ "key": "x", "value": 1, "weight": 50 }, { "key": "y", "value": null, "weight": 20.5 }],
            "fallthrough": { "percentage": 5, "value": false },
        }] }),
        _ => json!({ "hash": "md5", "flags": { "a": {
            "enabled": true, "percentage": 50, "whitelist": ["u"], "blacklist": ["v"], "environments": ["production", "x"],
            "environment_overrides": { "staging": true, "x": false }, "starts_at": "2025-01-01", "expires_at": "2027-01-01T00:00:00+02:00",
        } } }),
    }
}

/// Every place in the document, as a JSON pointer.
fn places(node: &Json, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match node {
        Json::Object(entries) => entries.iter().for_each(|(key, node)| places(node, &format!("{place}/{key}"), found)),
        Json::Array(items) => items.iter().enumerate().for_each(|(index, node)| places(node, &format!("{place}/{index}"), found)),
        _ => {}
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn nothing_in_any_place_panics() {
    let odd =
        [json!(null), json!(true), json!(1), json!(-1), json!(1e308), json!("x"), json!([]), json!({}), json!([{}]), json!({ "": [] })];
    for (format, sample) in SAMPLES {
        let (mut loaded, mut refused) = (0, 0);
        for document in [serde_json::from_str(sample).unwrap(), rich(format)] {
            load(&document, Some(format), OnInvalidFlag::Reject).expect("it is valid as it stands");
            let mut pointers = Vec::new();
            places(&document, "", &mut pointers);
            for pointer in pointers {
                for value in &odd {
                    let mut changed = document.clone();
                    *changed.pointer_mut(&pointer).unwrap() = value.clone();
                    _ = load(&changed, None, OnInvalidFlag::Reject);
                    match load(&changed, Some(format), OnInvalidFlag::Reject) {
                        Ok(snapshot) => {
                            loaded += 1;
                            evaluate_all(&snapshot);
                        }
                        Err(error) => {
                            refused += 1;
                            let wrong: Vec<_> = error.issues().iter().filter_map(|issue| misworded(issue, &changed)).collect();
                            assert!(!error.issues().is_empty() && wrong.is_empty(), "{format} {pointer} {value}: {wrong:?}");
                            // Without the flags that have an issue it loads, unless something else has one.
                            let loads = load(&changed, Some(format), OnInvalidFlag::Skip);
                            let all_named = error.issues().iter().all(|issue| issue.flag().is_some());
                            assert_eq!(loads.is_ok(), all_named, "{format} {pointer} {value}: {error:?}");
                            loads.iter().for_each(evaluate_all);
                        }
                    }
                }
            }
        }
        assert!(loaded > 100 && refused > 100, "{format}: {loaded} loaded, {refused} refused");
    }
}

/// Values that are equal and large cost what they are long, not what they hold times what they hold.
#[wasm_bindgen_test(unsupported = test)]
fn large_values_that_are_equal() {
    let entries: Vec<String> = (0..30_000).map(|index| format!(r#""k{index}":{index}"#)).collect();
    let value = format!("{{{}}}", entries.join(","));
    let rules = vec![format!(r#"{{"conditions":[],"value":{value}}}"#); 8].join(",");
    let text = format!(r#"[{{"key":"f","enabled":true,"defaultValue":{value},"rules":[{rules}],"fallthrough":{{"value":{value}}}}}]"#);
    let snapshot = Snapshot::load(text, &LoadOptions::default()).unwrap();
    assert_eq!(snapshot.flag_keys().len(), 1);
}

/// Only in an object of flags is a key of a flag's own that comes twice the flag's alone.
#[wasm_bindgen_test(unsupported = test)]
fn a_key_twice_in_a_list_of_flags_concerns_the_snapshot() {
    let flag = r#"{"key":"a","enabled":true,"defaultValue":1,"defaultValue":2}"#;
    for first in ["flags", "flagz"] {
        let text = format!(r#"[{{"key":"x","enabled":true,"defaultValue":"{first}"}},{flag}]"#);
        let skip = LoadOptions { on_invalid_flag: OnInvalidFlag::Skip, ..LoadOptions::default() };
        let error = Snapshot::load(text, &skip).unwrap_err();
        let found: Vec<_> = error.issues().iter().map(|issue| (issue.code(), issue.path(), issue.flag())).collect();
        assert_eq!(found, [("duplicate_key", "/1/defaultValue", None)]);
    }
}
