//! Flags that require each other: what they name exists, there is no cycle, and no chain is long.

use std::collections::HashMap;

use super::flag::FlagConfig;
use super::listed;
use super::serve::VariantIndex;
use crate::error::{Code, quoted};
use crate::format::check::Checker;
use crate::format::graph::Graph;
use crate::json::Place;
use crate::limits;
use crate::plan::FlagId;
use crate::value::Object;

/// The flags that can be compiled, and an order of them in which each comes after those that it requires.
/// `flags` are all flags of the snapshot, `read` those that have no issue of their own.
pub(super) fn check<'v>(
    read: Vec<FlagConfig<'v>>,
    flags: &Object,
    place: Place<'_>,
    checker: &mut Checker,
) -> (Vec<FlagConfig<'v>>, Vec<FlagId>) {
    let all: HashMap<&str, ()> = flags.iter().map(|(key, _)| (key, ())).collect();
    let places: HashMap<&str, usize> = read.iter().enumerate().map(|(index, flag)| (flag.key, index)).collect();
    for flag in &read {
        names_exist(flag, &read, &all, &places, place, checker);
    }

    let required = |flag: &FlagConfig<'_>| flag.requires.iter().filter_map(|requirement| places.get(requirement.flag).copied()).collect();
    let graph = Graph(read.iter().map(required).collect());
    let (order, depths) = graph.order();
    report_cycles(&read, &graph, &depths, place, checker);
    for &index in &order {
        let Some(flag) = read.get(index) else { continue };
        if depths.get(index).is_some_and(|depth| *depth == Some(limits::REQUIREMENT_CHAIN + 1)) {
            let message = format!("a chain of more than {} requirements", limits::REQUIREMENT_CHAIN);
            report(flag, None, place, checker, Code::RequirementTooDeep, message);
        }
    }
    if checker.skips() {
        let in_cycle = |index: usize| depths.get(index) == Some(&None);
        let rest = (0..read.len()).filter(|index| in_cycle(*index));
        for flag in order.iter().copied().chain(rest).filter_map(|index| read.get(index)) {
            let leads_to_cycle = |key: &str| places.get(key).is_some_and(|index| in_cycle(*index));
            leave_out_with_required(flag, leads_to_cycle, place, checker);
        }
    }

    let mut ids = HashMap::new();
    let mut valid = Vec::new();
    for (index, flag) in read.into_iter().enumerate() {
        if !checker.is_invalid(flag.key) {
            ids.insert(index, FlagId(valid.len() as u32));
            valid.push(flag);
        }
    }
    let order = order.iter().filter_map(|index| ids.get(index).copied()).collect();
    (valid, order)
}

/// For each flag, which flags it requires to serve which of their values. The flags' places are their numbers.
pub(super) fn resolve(valid: &[FlagConfig<'_>]) -> Vec<Vec<(FlagId, VariantIndex)>> {
    let places: HashMap<&str, usize> = valid.iter().enumerate().map(|(index, flag)| (flag.key, index)).collect();
    let required = |flag: &FlagConfig<'_>| {
        let resolved = flag.requires.iter().filter_map(|requirement| {
            let &place = places.get(requirement.flag)?;
            let target = valid.get(place)?;
            let variant = requirement.variant.map_or(target.on, |variant| target.variants.get(variant))?;
            Some((FlagId(place as u32), variant))
        });
        resolved.collect()
    };
    valid.iter().map(required).collect()
}

fn names_exist(
    flag: &FlagConfig<'_>,
    read: &[FlagConfig<'_>],
    all: &HashMap<&str, ()>,
    places: &HashMap<&str, usize>,
    place: Place<'_>,
    checker: &mut Checker,
) {
    for (index, requirement) in flag.requires.iter().enumerate() {
        if checker.is_full() {
            return;
        }
        if !all.contains_key(requirement.flag) {
            let message = format!("there is no flag {}", quoted(requirement.flag));
            report(flag, Some(index), place, checker, Code::UnknownFlag, message);
        }
        // A flag with issues of its own may lack variants; those issues say enough.
        let Some(required) = places.get(requirement.flag).and_then(|index| read.get(*index)) else { continue };
        let message = match requirement.variant {
            Some(variant) if required.variants.get(variant).is_none() => {
                format!("the flag {} has no variant {}", quoted(requirement.flag), quoted(variant))
            }
            None if required.on.is_none() => {
                format!("the flag {} has no `on`; name the variant that is required", quoted(requirement.flag))
            }
            _ => continue,
        };
        report(flag, Some(index), place, checker, Code::UnknownVariant, message);
    }
}

fn report_cycles(read: &[FlagConfig<'_>], graph: &Graph, depths: &[Option<usize>], place: Place<'_>, checker: &mut Checker) {
    for cycle in graph.cycles(depths) {
        let keys = || cycle.iter().filter_map(|index| read.get(*index)).map(|flag| flag.key);
        let (Some(first), Some(flag)) = (keys().next(), cycle.first().and_then(|index| read.get(*index))) else { continue };
        let message = format!("the flags require each other in a cycle: {} → {}", listed(keys(), " → "), quoted(first));
        report(flag, None, place, checker, Code::RequirementCycle, message);
    }
}

/// A flag cannot stay when one that it requires is left out, as all flags are that lead to a cycle.
fn leave_out_with_required(flag: &FlagConfig<'_>, leads_to_cycle: impl Fn(&str) -> bool, place: Place<'_>, checker: &mut Checker) {
    let is_left_out = |key: &str| checker.is_invalid(key) || leads_to_cycle(key);
    let left_out = flag.requires.iter().position(|requirement| is_left_out(requirement.flag));
    let Some((index, requirement)) = left_out.and_then(|index| Some((index, flag.requires.get(index)?))) else { return };
    if !checker.is_invalid(flag.key) {
        let message = format!("the flag {} is left out, and this one requires it", quoted(requirement.flag));
        report(flag, Some(index), place, checker, Code::UnknownFlag, message);
    }
}

/// An issue at one of a flag's requirements, or at their list.
fn report(flag: &FlagConfig<'_>, index: Option<usize>, place: Place<'_>, checker: &mut Checker, code: Code, message: String) {
    let flag_place = Place::Key(&place, flag.key);
    let list = Place::Key(&flag_place, "requires");
    let item = index.map(|index| Place::Item(&list, index));
    checker.concerns(Some(flag.key));
    checker.report_at(item.unwrap_or(list), code, message);
    checker.concerns(None);
}
