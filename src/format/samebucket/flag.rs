//! One flag as it is written: that its names name something. Its shape has been checked.

use super::Reader;
use crate::document::{Node, Type, entries, items};
use crate::error::Code;
use crate::format::check::Checker;
use crate::text::{listed, text};
use crate::texts::Names;

/// The variants of a flag by name, numbered in written order.
pub(super) fn variants<'d>(flag: Node<'d>) -> Names<'d> {
    let variants = flag.get("variants");
    let mut names = Names::with_capacity(variants.map_or(0, Node::len));
    entries(variants).for_each(|variant| _ = names.insert(variant.key()));
    names
}

/// The name of the variant that a key names, which by default is the key's own.
pub(super) fn named<'d>(flag: Node<'d>, key: &'static str) -> &'d str {
    flag.get(key).map_or(Some(key), Node::text).unwrap_or_default()
}

impl Reader<'_> {
    pub(super) fn check_flag(&mut self, flag: Node<'_>, checker: &mut Checker) {
        let variants = variants(flag);
        // Without variants nothing can be held to them.
        let has_variants = !variants.all().is_empty();
        if has_variants {
            match flag.get("off") {
                Some(off) => check_named(off, &variants, checker),
                None if !variants.contains("off") => {
                    checker.report(flag, Code::UnknownVariant, "there is no variant `off`, and no key `off` names another".into());
                }
                None => {}
            }
            match (flag.get("on"), flag.get("allow")) {
                (Some(on), _) => check_named(on, &variants, checker),
                (None, Some(allow)) if allow.kind() == Type::List && allow.len() > 0 && !variants.contains("on") => {
                    let message = "`allow` has no variant `on` to serve, and no key `on` names another";
                    checker.report(allow, Code::UnknownVariant, message.into());
                }
                _ => {}
            }
            for environment in entries(flag.get("environments")) {
                check_serve(environment.get("serve"), &variants, checker);
            }
        }
        let rules = flag.get("rules");
        let mut ids = Names::with_capacity(rules.map_or(0, Node::len));
        for rule in items(rules) {
            if checker.is_full() {
                return;
            }
            if let Some((place, id)) = rule.get("id").and_then(|place| Some((place, place.text()?)))
                && !ids.insert(id)
            {
                checker.report(place, Code::DuplicateRule, text!["another rule of the flag has the id ", quoted(id)]);
            }
            self.check_conditions(rule.get("when"), false, checker);
            if has_variants {
                check_serve(rule.get("serve"), &variants, checker);
            }
        }
        if has_variants {
            let default = flag.get("default");
            let rolled_out = default.filter(|default| default.get("split").is_none()).and_then(|default| default.get("serve"));
            check_serve(rolled_out.or(default), &variants, checker);
        }
    }
}

/// That a variant, or all variants of a split, exist.
fn check_serve(serve: Option<Node<'_>>, variants: &Names<'_>, checker: &mut Checker) {
    let Some(serve) = serve else { return };
    check_named(serve, variants, checker);
    for share in entries(serve.get("split")) {
        check_variant(share.key(), share, variants, checker);
    }
}

fn check_named(node: Node<'_>, variants: &Names<'_>, checker: &mut Checker) {
    if let Some(name) = node.text() {
        check_variant(name, node, variants, checker);
    }
}

fn check_variant(name: &str, node: Node<'_>, variants: &Names<'_>, checker: &mut Checker) {
    if !variants.contains(name) {
        let mut names = variants.all().iter().copied();
        let message = text!["there is no variant ", quoted(name), "; expected one of ", listed(&mut names, ", ")];
        checker.report(node, Code::UnknownVariant, message);
    }
}
