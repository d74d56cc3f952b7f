//! Flags that depend on each other: no cycle, no long chain, and none stays that depends on one that is left out.

use super::check::Checker;
use crate::document::{Node, items};
use crate::error::Code;
use crate::limits;
use crate::plan::FlagId;
use crate::text::{count, listed, text};
use crate::texts::Texts;

/// A flag and those that it depends on.
pub(super) struct Dependent<'d> {
    pub(super) key: &'d str,
    /// The list in which they are named.
    pub(super) list: Option<Node<'d>>,
    /// One for each item of the list.
    pub(super) on: Vec<&'d str>,
}

/// How a format speaks of dependencies.
pub(super) struct Words {
    /// Flags in a cycle.
    pub(super) each_other: &'static str,
    /// A chain of what.
    pub(super) chain: &'static str,
    /// What a flag does with one that is left out.
    pub(super) this_one: &'static str,
}

/// Which flags can be compiled, and their numbers in an order in which each comes after those that it depends on. Flags are
/// numbered in the order in which they stand, less those that cannot be compiled.
pub(super) fn settle(flags: &[Dependent<'_>], words: &Words, checker: &mut Checker) -> (Vec<bool>, Vec<FlagId>) {
    let mut keys = Texts::default();
    if flags.iter().any(|flag| !flag.on.is_empty()) {
        flags.iter().for_each(|flag| _ = keys.insert(flag.key));
    }
    let mut required = Vec::with_capacity(flags.len());
    for flag in flags {
        let mut places = Vec::new();
        for key in &flag.on {
            places.extend(keys.find(key.as_bytes()).map(|place| place as usize));
        }
        required.push(places);
    }
    let (mut order, depths) = order(&required);
    let leads_to_cycle = |place: usize| depths.get(place) == Some(&LEADS_TO_CYCLE);
    report_cycles(flags, &required, &leads_to_cycle, words, checker);
    for &place in &order {
        if let (Some(flag), Some(&TOO_DEEP)) = (flags.get(place), depths.get(place)) {
            let message = text!["a chain of more than ", count(limits::REQUIREMENT_CHAIN), " ", words.chain];
            report(flag, flag.list, checker, Code::RequirementTooDeep, message);
        }
    }
    let sorted = order.len();
    order.extend((0..flags.len()).filter(|place| leads_to_cycle(*place)));
    if checker.skips() {
        for flag in order.iter().filter_map(|place| flags.get(*place)) {
            leave_out(flag, &keys, &leads_to_cycle, words, checker);
        }
    }
    order.truncate(sorted);

    let (mut kept, mut numbers, mut next) = (Vec::with_capacity(flags.len()), Vec::with_capacity(flags.len()), 0);
    for flag in flags {
        let keeps = !checker.is_invalid(flag.key);
        kept.push(keeps);
        numbers.push(FlagId(next));
        next += u32::from(keeps);
    }
    order.retain(|place| kept.get(*place) == Some(&true));
    (kept, order.iter().filter_map(|place| numbers.get(*place).copied()).collect())
}

/// Every flag that leads into a cycle leads into one that is reported.
fn report_cycles(
    flags: &[Dependent<'_>],
    required: &[Vec<usize>],
    leads_to_cycle: &dyn Fn(usize) -> bool,
    words: &Words,
    checker: &mut Checker,
) {
    let mut walked_by = vec![None; flags.len()];
    for start in 0..flags.len() {
        let mut path = Vec::new();
        let mut at = Some(start).filter(|place| leads_to_cycle(*place));
        while let Some(place) = at {
            let Some(walk) = walked_by.get_mut(place) else { break };
            if let Some(walk) = *walk {
                if walk == start {
                    path.drain(..path.iter().position(|other| *other == place).unwrap_or_default());
                    report_cycle(flags, &path, words, checker);
                }
                break;
            }
            *walk = Some(start);
            path.push(place);
            at = required.get(place).and_then(|required| required.iter().copied().find(|next| leads_to_cycle(*next)));
        }
    }
}

fn report_cycle(flags: &[Dependent<'_>], cycle: &[usize], words: &Words, checker: &mut Checker) {
    let mut members = cycle.iter().filter_map(|place| flags.get(*place));
    let Some(first) = members.clone().next() else { return };
    let listed = listed(&mut members.by_ref().map(|flag| flag.key), " → ");
    let message = text!["the flags ", words.each_other, " in a cycle: ", listed, " → ", quoted(first.key)];
    report(first, first.list, checker, Code::RequirementCycle, message);
}

/// A flag cannot stay when one that it depends on is left out, as all flags are that lead to a cycle.
fn leave_out(flag: &Dependent<'_>, keys: &Texts, leads_to_cycle: &dyn Fn(usize) -> bool, words: &Words, checker: &mut Checker) {
    for (item, key) in items(flag.list).zip(&flag.on) {
        let in_cycle = keys.find(key.as_bytes()).is_some_and(|place| leads_to_cycle(place as usize));
        if in_cycle || checker.is_invalid(key) {
            if !checker.is_invalid(flag.key) {
                let message = text!["the flag ", quoted(key), " is left out, and this one ", words.this_one, " it"];
                report(flag, Some(item), checker, Code::UnknownFlag, message);
            }
            return;
        }
    }
}

/// An issue of a flag at one of those that it depends on, or at their list.
pub(super) fn report(flag: &Dependent<'_>, at: Option<Node<'_>>, checker: &mut Checker, code: Code, message: String) {
    let Some(at) = at else { return };
    checker.concerns(Some(flag.key));
    checker.report(at, code, message);
    checker.concerns(None);
}

/// The length of the longest chain of what has none.
const LEADS_TO_CYCLE: usize = usize::MAX;
const TOO_DEEP: usize = limits::REQUIREMENT_CHAIN + 1;

/// The flags in an order in which each comes after those that it depends on (Kahn's algorithm), and for each the length of
/// its longest chain.
fn order(required: &[Vec<usize>]) -> (Vec<usize>, Vec<usize>) {
    let mut dependents = vec![Vec::new(); required.len()];
    let mut open = Vec::with_capacity(required.len());
    let mut order = Vec::with_capacity(required.len());
    for (place, required) in required.iter().enumerate() {
        open.push(required.len());
        if required.is_empty() {
            order.push(place);
        }
        for &required in required {
            if let Some(dependents) = dependents.get_mut(required) {
                dependents.push(place);
            }
        }
    }
    let mut longest = vec![0; required.len()];
    let mut next = 0;
    while let Some(&place) = order.get(next) {
        next += 1;
        let depth = longest.get(place).map_or(0, |depth| depth + 1);
        for &dependent in dependents.get(place).map_or(&[][..], |dependents| dependents) {
            if let (Some(longest), Some(open)) = (longest.get_mut(dependent), open.get_mut(dependent)) {
                *longest = depth.max(*longest);
                *open -= 1;
                if *open == 0 {
                    order.push(dependent);
                }
            }
        }
    }
    for (longest, open) in longest.iter_mut().zip(open) {
        if open > 0 {
            *longest = LEADS_TO_CYCLE;
        }
    }
    (order, longest)
}
