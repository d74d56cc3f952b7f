//! The oracle is serde_json, which reads the same language: RFC 8259.

use proptest::prelude::*;

use super::Document;
use crate::error::Issues;
use crate::value::Value;

/// Pieces of JSON, and of what is almost JSON.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[\\[\\]{},:]",
        2 => Just("\"a\":".to_owned()),
        1 => "[ \n\t\r\u{b}]",
        2 => "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        1 => "[-+.0-9eE]{1,5}",
        1 => "true|false|null|tru|nul|NaN",
        2 => "\"[a-c~/é😀]{0,3}\"",
        1 => "\"(\\\\([\"\\\\/bfnrtux]|u[0-9a-dA-F]{3,4})|[ -!]|\u{1f}){0,3}\"?",
    ]
}

fn document() -> impl Strategy<Value = String> {
    let whole = any::<bool>().prop_flat_map(|_| json());
    prop_oneof![whole, prop::collection::vec(piece(), 0..6).prop_map(|pieces| pieces.concat()), broken()]
}

/// Valid JSON.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<f64>().prop_filter_map("finite", |number| serde_json::to_string(&number).ok()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    scalar.prop_recursive(4, 24, 6, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[ {} ]", items.join(" ,")));
        let entry = ("\"[a-z~/]{0,2}\"", inner).prop_map(|(key, value)| format!("{key} : {value}"));
        prop_oneof![list, prop::collection::vec(entry, 0..16).prop_map(|entries| format!("{{{}}}", entries.join(",")))]
    })
}

/// Valid JSON with one piece put in somewhere.
fn broken() -> impl Strategy<Value = String> {
    (json(), piece(), any::<prop::sample::Index>()).prop_map(|(text, piece, at)| {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
        let place = places[at.index(places.len())];
        format!("{}{piece}{}", &text[..place], &text[place..])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn reads_what_serde_json_reads(text in document()) {
        let mut issues = Issues::default();
        let ours = Document::parse(text.as_bytes(), &mut issues);
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(ours.is_some(), theirs.is_ok(), "{:?}", issues.iter().collect::<Vec<_>>());
        // Of a key that comes twice the other one counts there.
        if let (Some(ours), Ok(theirs), 0) = (&ours, theirs, issues.count()) {
            prop_assert_eq!(ours.root().to_value(), Value::from(theirs));
        }
    }
}

/// Every node is where its pointer leads, in serde_json's eyes, whatever is asked for first.
#[test]
fn pointers_lead_back() {
    let text = r#"{"a":[1,{"b/c":[true,[],{"~":null}]},"x"],"":{"é":[[0,1,2],3]},"0":[{},{"1":[[[4]]]}]}"#;
    let mut issues = Issues::default();
    let document = Document::parse(text.as_bytes(), &mut issues).unwrap();
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut all = vec![document.root()];
    let mut next = 0;
    while let Some(node) = all.get(next).copied() {
        all.extend(node.values());
        next += 1;
    }
    assert_eq!(all.len(), 24);
    let backwards = all.iter().rev();
    let wrong: Vec<String> = (all.iter().chain(backwards))
        .filter(|node| json.pointer(&node.pointer()).cloned().map(Value::from) != Some(node.to_value()))
        .map(|node| node.pointer())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn fingerprints_tell_values_apart_and_not_spaces() {
    let of = |text: &str| Document::parse(text.as_bytes(), &mut Issues::default()).unwrap().root().fingerprint(0);
    assert_eq!(of(r#"{"a":[1,"b",null],"c":1.50}"#), of(" { \"\\u0061\" : [ 1.0 , \"b\", null ] , \"c\" : 15e-1 } "));
    let texts = [
        "[]",
        "{}",
        "[[]]",
        "[[],[]]",
        "[[[]]]",
        "null",
        "true",
        "false",
        "0",
        "1",
        "\"\"",
        "\"0\"",
        "[0,1]",
        "[1,0]",
        r#"{"a":1,"b":2}"#,
        r#"{"b":2,"a":1}"#,
        r#"{"a":2,"b":1}"#,
        r#"["a",1,"b",2]"#,
        "\"aaaaaaaaa\"",
        "\"aaaaaaaab\"",
    ];
    for (index, one) in texts.iter().enumerate() {
        for other in &texts[index + 1..] {
            assert_ne!(of(one), of(other), "{one} {other}");
        }
    }
}

/// What ends a string or is escaped in it lies at every place in the steps that a string is read in.
#[test]
fn reads_strings_of_all_lengths() {
    let mut different = Vec::new();
    for part in ["a", "\"", "\\n", "\\", "\u{1f}", "\u{0}", " ", "!", "#", "[", "]", "\u{7f}", "é", "😀", "\u{a0}\u{1}", "\"\\"] {
        for before in 0..20 {
            for after in 0..10 {
                let text = format!("[\"{}{part}{}\"]", "x".repeat(before), "y".repeat(after));
                let ours = Document::parse(text.as_bytes(), &mut Issues::default()).map(|document| document.root().to_value());
                let theirs = serde_json::from_str::<serde_json::Value>(&text).ok().map(Value::from);
                if ours != theirs {
                    different.push(text);
                }
            }
        }
    }
    assert_eq!(different, Vec::<String>::new());
}

/// Two keys, with others around them: whether they are the same is no matter of their marks.
#[test]
fn finds_duplicate_keys() {
    let keys: Vec<String> =
        (0..60).map(|index| format!("{:0<1$}", char::from(b'!' + index), 1 + usize::from(index) % 5).replace(['"', '\\'], "k")).collect();
    let mut wrong = Vec::new();
    for one in &keys {
        for other in &keys {
            let mut issues = Issues::default();
            let text = format!(r#"{{"zz": 0, "{one}": 1, "é": 2, "{other}": 3}}"#);
            let found = Document::parse(text.as_bytes(), &mut issues).map(|document| document.root().values().count());
            let count = if one == other { 3 } else { 4 };
            if (found, issues.count()) != (Some(count), 4 - count) {
                wrong.push(text);
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
