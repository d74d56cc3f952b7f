//! Flags that require each other: what they name exists.

use super::flag::{named, variants};
use crate::document::{Node, items};
use crate::error::Code;
use crate::format::check::Checker;
use crate::format::graph::{Dependent, Words, report};
use crate::text::text;
use crate::texts::{Names, Texts};

pub(super) const WORDS: Words = Words { each_other: "require each other", chain: "requirements", this_one: "requires" };

/// The flag that an item of `requires` names.
pub(super) fn flag_named<'d>(requirement: Node<'d>) -> &'d str {
    requirement.text().or_else(|| requirement.get("flag")?.text()).unwrap_or_default()
}

/// The variant that an item of `requires` asks for: none is the other flag's `on`.
pub(super) fn variant_named<'d>(requirement: Node<'d>) -> Option<&'d str> {
    requirement.get("variant").and_then(Node::text)
}

/// The variants of the flags that others require, looked up once for each.
#[derive(Default)]
pub(super) struct Targets<'d> {
    keys: Texts,
    variants: Vec<Names<'d>>,
}

impl<'d> Targets<'d> {
    fn add(&mut self, key: &str, flag: Node<'d>) -> Option<&Names<'d>> {
        let (number, is_new) = self.keys.insert(key);
        if is_new {
            self.variants.push(variants(flag));
        }
        self.variants.get(number as usize)
    }

    /// The number of a variant of a flag that another requires.
    pub(super) fn variant(&self, key: &str, variant: &str) -> Option<u32> {
        self.variants.get(self.keys.find(key.as_bytes())? as usize)?.find(variant)
    }
}

/// `all` are the flags of the snapshot, `read` those that have no issue of their own, with what each is.
pub(super) fn check<'d>(all: Node<'d>, read: &[Dependent<'d>], nodes: &[Node<'d>], checker: &mut Checker) -> Targets<'d> {
    let (mut keys, mut places, mut targets) = (Texts::default(), Texts::default(), Targets::default());
    if read.iter().all(|flag| flag.list.is_none()) {
        return targets;
    }
    all.values().for_each(|flag| _ = keys.insert(flag.key()));
    read.iter().for_each(|flag| _ = places.insert(flag.key));
    for flag in read {
        for item in items(flag.list) {
            if checker.is_full() {
                return targets;
            }
            let key = flag_named(item);
            if !keys.contains(key) {
                report(flag, Some(item), checker, Code::UnknownFlag, text!["there is no flag ", quoted(key)]);
            }
            // A flag with issues of its own may lack variants; those issues say enough.
            let Some(required) = places.find(key.as_bytes()).and_then(|place| nodes.get(place as usize)) else { continue };
            let Some(variants) = targets.add(key, *required) else { continue };
            let message = match variant_named(item) {
                Some(variant) if !variants.contains(variant) => {
                    text!["the flag ", quoted(key), " has no variant ", quoted(variant)]
                }
                None if !variants.contains(named(*required, "on")) => {
                    text!["the flag ", quoted(key), " has no `on`; name the variant that is required"]
                }
                _ => continue,
            };
            report(flag, Some(item), checker, Code::UnknownVariant, message);
        }
    }
    targets
}
