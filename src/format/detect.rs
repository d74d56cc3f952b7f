//! Which format a snapshot is in, by its shape.

use super::Format;
use crate::document::{Node, Type, entries, items};

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
pub(super) fn candidates(snapshot: Node<'_>) -> Vec<Format> {
    match snapshot.kind() {
        // Only one format has its flags in a bare list. An empty one is no sign of any: it is what a broken server answers, too.
        Type::List if snapshot.len() > 0 => return vec![Format::Orchestrator],
        // Even with another value: what is wrong is that value, then.
        Type::Object if snapshot.get("schema").is_some() => return vec![Format::Samebucket],
        Type::Object => {}
        _ => return Vec::new(),
    }
    let flags = snapshot.get("flags").filter(|flags| matches!(flags.kind(), Type::List | Type::Object));
    let in_list = flags.is_some_and(|flags| flags.kind() == Type::List);
    let values = || if in_list { items(flags) } else { entries(flags) };
    let some = |keys: &[&str]| values().any(|flag| has_one(flag, keys));
    let has_names = values().all(|flag| flag.get("name").is_some());
    let is_empty = values().next().is_none();
    let fits = |marks: &Marks| if in_list { marks.list } else { marks.object };
    let is_marked = |marks: &Marks| has_one(snapshot, marks.snapshot) || some(marks.flag);
    // The first question that leaves any. Flags that carry one format's keys in the other's place are that format's, and
    // wrong.
    for question in 0..4 {
        let is_one = |marks: &Marks| match question {
            _ if flags.is_none() => question == 0 && has_one(snapshot, marks.snapshot),
            0 => fits(marks) && is_marked(marks),
            1 => is_marked(marks),
            2 => fits(marks) && some(marks.weak) && (!in_list || has_names),
            // Without flags everything fits; with flags only formats that require no key of them.
            _ => fits(marks) && (in_list || is_empty || !marks.weak.is_empty()),
        };
        let mut formats = Vec::new();
        for marks in MARKS {
            if is_one(marks) {
                formats.push(marks.format);
            }
        }
        if !formats.is_empty() {
            return formats;
        }
    }
    Vec::new()
}

fn has_one(object: Node<'_>, keys: &[&str]) -> bool {
    keys.iter().any(|key| object.get(key).is_some())
}
