//! Hostile input as large as the limits allow, and what must stay linear in it.

use super::*;

const MANY: usize = 100_000;

// A debug build would take minutes with the greater ones.
const VERY_MANY: usize = if cfg!(debug_assertions) { 120_000 } else { 1_000_000 };
const BYTES: usize = if cfg!(debug_assertions) { 4 << 20 } else { limits::SNAPSHOT_BYTES };

fn ends_with_too_many(text: &str) {
    let issues = issues(text);
    assert_eq!((issues.len(), issues.last().unwrap().code()), (limits::ISSUES, "too_many_issues"));
    assert_eq!(load_skipping(text).unwrap_err().issues(), issues);
}

#[wasm_bindgen_test(unsupported = test)]
fn wide_lists_and_objects() {
    let fill = |part: &str| part.repeat(BYTES / part.len() - 5);
    for part in ["[],", "0,"] {
        assert_eq!(issues(format!("[{}0]", fill(part)))[0].code(), "too_many_flags");
        assert_eq!(issues(format!(r#"{{"a":[{}0]}}"#, fill(part)))[0].code(), "unknown_format");
    }
    assert_eq!(issues(fill("[],"))[0].message(), "invalid JSON: expected the end, found `,` at line 1 column 3");
}

#[wasm_bindgen_test(unsupported = test)]
fn many_flags() {
    let loaded = load(snapshot((0..MANY).map(|index| flag(&index.to_string(), r#""default":"on""#)))).unwrap();
    assert_eq!((loaded.info().flag_count, loaded.info().changed.len()), (MANY, MANY));
    assert_eq!(loaded.evaluate_all(&Context::anonymous(), Inputs::at(0.0)).len(), MANY);
    ends_with_too_many(&snapshot((0..MANY).map(|index| format!(r#""{index}":{{"a":0,"b":0}}"#))));
    let skipped =
        load_skipping(snapshot((0..MANY).map(|index| if index == 7 { flag("7", "") } else { format!(r#""{index}":0"#) }))).unwrap();
    assert_eq!((skipped.info().flag_count, skipped.info().skipped.len()), (1, MANY - 1));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_chain_of_all_flags() {
    let text = chain(MANY);
    let issues = issues(&text);
    assert_eq!((issues.len(), issues[0].code(), issues[0].flag()), (1, "requirement_too_deep", Some("99934")));
    let skipping = load_skipping(&text).unwrap();
    assert_eq!((skipping.info().flag_count, skipping.info().skipped.len()), (65, MANY - 65));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_cycle_of_all_flags() {
    let text = snapshot((0..MANY).map(|index| flag(&index.to_string(), &format!(r#""requires":["{}"]"#, (index + 1) % MANY))));
    let issues = issues(&text);
    assert_eq!((issues.len(), issues[0].code(), issues[0].flag()), (1, "requirement_cycle", Some("0")));
    // One issue for each flag is one too many.
    assert_eq!(load_skipping(&text).unwrap_err().issues().len(), limits::ISSUES);
}

#[wasm_bindgen_test(unsupported = test)]
fn flags_that_require_many() {
    let count = 1_000;
    let requires = |index: usize| joined(count - 1, |step| format!(r#""{}""#, (index + step + 1) % count));
    let ring = snapshot((0..count).map(|index| flag(&index.to_string(), &format!(r#""requires":[{}]"#, requires(index)))));
    assert_eq!(issues(&ring)[0].code(), "requirement_cycle");
    assert_eq!(load_skipping(&ring).unwrap().info().skipped.len(), count);
    ends_with_too_many(&snapshot([flag("f", &format!(r#""requires":[{}]"#, joined(VERY_MANY, |_| r#""x""#.into())))]));
    let often =
        snapshot([flag("f", &format!(r#""requires":[{}]"#, joined(5 * MANY, |_| r#""g""#.into()))), flag("g", r#""default":"on""#)]);
    assert_eq!(variant(&load(often).unwrap(), "f", &Context::anonymous()), Some("off"));
    let variants = joined(MANY, |index| format!(r#""v{index}":{index}"#));
    let requires = joined(MANY, |_| r#"{"flag":"g","variant":"v1"}"#.into());
    let wide = format!(
        r#"{{"schema":"samebucket/1","flags":{{
            "f":{{"variants":{{"on":1,"off":0}},"requires":[{requires}],"default":"on"}},
            "g":{{"variants":{{{variants}}},"off":"v0","default":"v1"}}}}}}"#
    );
    assert_eq!(variant(&load(wide).unwrap(), "f", &Context::anonymous()), Some("on"));
}

#[wasm_bindgen_test(unsupported = test)]
fn many_variants_and_rules() {
    let variants = joined(MANY, |index| format!(r#""v{index}":{index}"#));
    let rules = joined(MANY, |index| format!(r#"{{"id":"r{index}","rollout":{{"percentage":0}},"serve":"v{index}"}}"#));
    let split = joined(MANY, |index| format!(r#""v{index}":1"#));
    let text = snapshot([format!(
        r#""f":{{"variants":{{{variants}}},"off":"v0","on":"v99999","rules":[{rules}],"default":{{"split":{{{split}}}}}}}"#
    )]);
    let loaded = load(&text).unwrap();
    let evaluation = loaded.explain("f", &Context::new("u-1"), Inputs::at(0.0));
    assert_eq!((evaluation.steps.len(), evaluation.evaluation.backend_reason), (MANY + 2, Some("default")));
    ends_with_too_many(&text.replace(r#""serve":"v"#, r#""serve":"w"#));
    ends_with_too_many(&text.replace(r#""id":"r"#, r#""id":"r","x":"#).replace(r#""x":"#, r#""x":""#));
}

#[wasm_bindgen_test(unsupported = test)]
fn many_keys() {
    ends_with_too_many(&format!("{{{}}}", joined(2 * MANY, |_| r#""a":0"#.into())));
    ends_with_too_many(&format!("{{{}}}", [0, 1].map(|value| joined(MANY, |index| format!(r#""{index}":{value}"#))).join(",")));
    let unknown = joined(VERY_MANY, |index| format!(r#""{index}":0"#));
    ends_with_too_many(&snapshot([flag("f", &unknown)]));
    ends_with_too_many(&format!(r#"{{"schema":"samebucket/1",{unknown}}}"#));
    ends_with_too_many(&snapshot([flag("f", &format!(r#""rules":[{}]"#, joined(VERY_MANY, |_| r#"{"x":0}"#.into())))]));
}

#[wasm_bindgen_test(unsupported = test)]
fn many_patterns() {
    let rule = |pattern: String| format!(r#"{{"when":[{{"attribute":"a","operator":"matches","value":"{pattern}"}}],"serve":"on"}}"#);
    let rules = |count: usize, pattern: &dyn Fn(usize) -> String| {
        snapshot([flag("f", &format!(r#""rules":[{}]"#, joined(count, |index| rule(pattern(index)))))])
    };
    let found = issues(rules(5_000, &|index| format!("^{index}$")));
    assert_eq!((found.len(), found[0].code()), (5_000 - limits::PATTERNS, "too_many_patterns"));
    assert!(load(rules(MANY, &|index| format!("^{}$", index % limits::PATTERNS))).is_ok());
    let found = issues(rules(5_000, &|index| format!("a{{9999}}{}", 1000 + index)));
    assert_eq!((found.len(), found[0].code()), (5_000 - 1_000_000 / 10_003, "too_many_patterns"));
    let words = load(rules(200, &|index| format!("^[^a-z]{{1000}}{index}$"))).unwrap();
    assert_eq!(variant(&words, "f", &Context::anonymous().with("a", "a")), Some("off"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_segment_of_many() {
    let keys = joined(VERY_MANY, |index| format!(r#""user-{index}""#));
    let text = format!(
        r#"{{"schema":"samebucket/1","segments":{{"s":{{"include":[{keys}]}}}},"flags":{{{}}}}}"#,
        flag("f", r#""rules":[{"when":[{"segment":"s"}],"serve":"on"}]"#)
    );
    let loaded = load(text).unwrap();
    assert_eq!(variant(&loaded, "f", &Context::new(format!("user-{}", VERY_MANY - 1))), Some("on"));
    assert_eq!(variant(&loaded, "f", &Context::new(format!("user-{VERY_MANY}"))), Some("off"));
}

#[wasm_bindgen_test(unsupported = test)]
fn many_conditions_and_points() {
    let conditions = joined(VERY_MANY, |_| r#"{"all":[]}"#.into());
    let loaded = load(snapshot([flag("f", &format!(r#""rules":[{{"when":[{conditions}],"serve":"on"}}]"#))])).unwrap();
    assert_eq!(variant(&loaded, "f", &Context::anonymous()), Some("on"));
    let points = joined(2 * MANY, |index| {
        format!(r#"{{"at":"{:04}-01-01T{:02}:{:02}:00Z","percentage":1}}"#, 2000 + index / 1440, index / 60 % 24, index % 60)
    });
    let loaded = load(snapshot([flag("f", &format!(r#""default":{{"rollout":{{"ramp":[{points}]}},"serve":"on"}}"#))])).unwrap();
    assert!(variant(&loaded, "f", &Context::new("u-1")).is_some());
}

/// Issues in lists inside lists: where each stands is told without counting from the start again.
#[wasm_bindgen_test(unsupported = test)]
fn issues_in_many_lists() {
    let rules = joined(MANY / 2, |_| r#"{"serve":"on","when":[1]}"#.into());
    let found = issues(snapshot([flag("f", &format!(r#""rules":[{rules}]"#))]));
    assert_eq!(found.len(), MANY / 2);
    assert_eq!(found.last().unwrap().path(), format!("/flags/f/rules/{}/when/0", MANY / 2 - 1));
}
