//! Which format a snapshot is in, by its shape.

use super::Format;
use crate::value::{Object, Value};

/// What tells a format from the others.
struct Marks {
    format: Format,
    /// Whether its flags stand in an object, in a list.
    object: bool,
    list: bool,
    /// Keys of a snapshot that no other format has.
    snapshot: &'static [&'static str],
    /// Keys of a flag that no other format has.
    flag: &'static [&'static str],
    /// Keys of a flag that others have too, where those would have keys of their own beside them.
    weak: &'static [&'static str],
}

const MARKS: &[Marks] = &[
    Marks {
        format: Format::Lift,
        object: true,
        list: false,
        snapshot: &["default_enabled"],
        flag: &["flag_name", "strategy", "rollout_percentage", "enabled_for_users", "disabled_for_users", "override_conditions"],
        weak: &[],
    },
    Marks {
        format: Format::PromptImprover,
        object: true,
        list: false,
        snapshot: &["schema_version", "global"],
        flag: &["state", "default_variant", "targeting_rules"],
        weak: &[],
    },
    Marks {
        format: Format::Flcm,
        object: true,
        list: false,
        snapshot: &["cohorts"],
        flag: &["default", "conditions", "dependencies", "error_threshold"],
        weak: &["rollout", "variants"],
    },
    Marks {
        format: Format::Orchestrator,
        object: false,
        list: true,
        snapshot: &[],
        flag: &["key", "defaultValue", "rules", "fallthrough", "killSwitch"],
        weak: &[],
    },
    Marks {
        format: Format::Ruleiq,
        object: true,
        list: true,
        snapshot: &["hash"],
        flag: &["percentage", "whitelist", "blacklist", "environment_overrides", "starts_at", "expires_at"],
        weak: &["name", "enabled", "environments"],
    },
];

/// The formats that the snapshot can be in.
pub(super) fn candidates(snapshot: &Value) -> Vec<Format> {
    let object = match snapshot {
        Value::Object(object) => object,
        // Only one format has its flags in a bare list.
        Value::List(_) => return vec![Format::Orchestrator],
        _ => return Vec::new(),
    };
    // Even with another value: what is wrong is that value, then.
    if object.get("schema").is_some() {
        return vec![Format::Samebucket];
    }
    let (flags, in_list): (Vec<&Value>, bool) = match object.get("flags") {
        Some(Value::Object(flags)) => (flags.iter().map(|(_, flag)| flag).collect(), false),
        Some(Value::List(flags)) => (flags.iter().collect(), true),
        _ => return formats(|marks| has_one(object, marks.snapshot)),
    };
    let fits = |marks: &Marks| if in_list { marks.list } else { marks.object };
    let some = |keys| flags.iter().any(|flag| matches!(flag, Value::Object(flag) if has_one(flag, keys)));
    let is_marked = |marks: &Marks| has_one(object, marks.snapshot) || some(marks.flag);
    let has_names = |flag: &&Value| matches!(flag, Value::Object(flag) if flag.get("name").is_some());
    // The first that leaves any. Flags that carry one format's keys in the other's place are that format's, and wrong.
    let found = [
        formats(|marks| fits(marks) && is_marked(marks)),
        formats(is_marked),
        formats(|marks| fits(marks) && some(marks.weak) && (!in_list || flags.iter().all(has_names))),
        // Without flags everything fits; with flags only formats that require no key of them.
        formats(|marks| fits(marks) && (in_list || flags.is_empty() || !marks.weak.is_empty())),
    ];
    found.into_iter().find(|formats| !formats.is_empty()).unwrap_or_default()
}

fn formats(is_one: impl Fn(&Marks) -> bool) -> Vec<Format> {
    MARKS.iter().filter(|marks| is_one(marks)).map(|marks| marks.format).collect()
}

fn has_one(object: &Object, keys: &[&str]) -> bool {
    keys.iter().any(|key| object.get(key).is_some())
}
