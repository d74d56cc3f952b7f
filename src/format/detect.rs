//! Which format a snapshot is in, by its shape.

use super::Format;
use crate::value::{Object, Value};

/// Keys that one format's snapshots, or the flags in them, have and no other's.
struct Marks {
    format: Format,
    snapshot: &'static [&'static str],
    flag: &'static [&'static str],
}

/// Of the formats whose flags stand in an object and have no required key.
const MARKS: &[Marks] = &[
    Marks {
        format: Format::Flcm,
        snapshot: &["cohorts"],
        flag: &["default", "rollout", "conditions", "dependencies", "variants", "error_threshold"],
    },
    Marks {
        format: Format::Ruleiq,
        snapshot: &["hash"],
        flag: &["enabled", "percentage", "whitelist", "blacklist", "environments", "environment_overrides", "starts_at", "expires_at"],
    },
];

/// The formats that the snapshot can be in.
pub(super) fn candidates(snapshot: &Value) -> Vec<Format> {
    let object = match snapshot {
        Value::List(flags) => return in_list(flags, true),
        Value::Object(object) => object,
        _ => return Vec::new(),
    };
    if object.get("schema").is_some() {
        return vec![Format::Samebucket];
    }
    match object.get("flags") {
        Some(Value::List(flags)) => in_list(flags, false),
        Some(Value::Object(flags)) => by_key(object, flags),
        _ => Vec::new(),
    }
}

/// A list of flags that have a `key` is orchestrator's, of flags that have but a `name` ruleiq's.
fn in_list(flags: &[Value], bare: bool) -> Vec<Format> {
    let all = |key| flags.iter().all(|flag| has(flag, key));
    if bare || (all("key") && !flags.is_empty()) {
        return vec![Format::Orchestrator];
    }
    match flags.is_empty() {
        true => vec![Format::Orchestrator, Format::Ruleiq],
        false if all("name") => vec![Format::Ruleiq],
        false => Vec::new(),
    }
}

fn by_key(snapshot: &Object, flags: &Object) -> Vec<Format> {
    let all = |key| !flags.is_empty() && flags.iter().all(|(_, flag)| has(flag, key));
    let some = |key: &&&str| flags.iter().any(|(_, flag)| has(flag, key));
    let at_top = |keys: &[&str]| keys.iter().any(|key| snapshot.get(key).is_some());
    let required: Vec<Format> = [
        (Format::Lift, all("flag_name") || (flags.is_empty() && at_top(&["default_enabled"]))),
        (Format::PromptImprover, all("state") || (flags.is_empty() && at_top(&["schema_version", "global"]))),
    ]
    .into_iter()
    .filter_map(|(format, fits)| fits.then_some(format))
    .collect();
    if !required.is_empty() {
        return required;
    }
    let marked: Vec<Format> =
        MARKS.iter().filter(|marks| at_top(marks.snapshot) || marks.flag.iter().any(|key| some(&key))).map(|marks| marks.format).collect();
    match (marked.is_empty(), flags.is_empty()) {
        (false, _) => marked,
        (true, true) => vec![Format::Lift, Format::PromptImprover, Format::Flcm, Format::Ruleiq],
        (true, false) => vec![Format::Flcm, Format::Ruleiq],
    }
}

fn has(flag: &Value, key: &str) -> bool {
    matches!(flag, Value::Object(object) if object.get(key).is_some())
}
