//! Flags that depend on each other: no cycle, no long chain, and none stays that depends on one that is left out.

use super::check::Checker;
use super::listed;
use crate::document::{Node, items};
use crate::error::{Code, quoted};
use crate::limits;
use crate::plan::FlagId;
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
    flags.iter().for_each(|flag| _ = keys.insert(flag.key));
    let place = |key: &str| keys.find(key.as_bytes()).map(|place| place as usize);
    let graph = Graph(flags.iter().map(|flag| flag.on.iter().filter_map(|key| place(key)).collect()).collect());
    let (order, depths) = graph.order();
    for cycle in graph.cycles(&depths) {
        let members = || cycle.iter().filter_map(|index| flags.get(*index));
        let Some(first) = members().next() else { continue };
        let listed = listed(&mut members().map(|flag| flag.key), " → ");
        let message = format!("the flags {} in a cycle: {listed} → {}", words.each_other, quoted(first.key));
        report(first, first.list, checker, Code::RequirementCycle, message);
    }
    for flag in order.iter().filter(|index| depths.get(**index) == Some(&Some(limits::REQUIREMENT_CHAIN + 1))) {
        let Some(flag) = flags.get(*flag) else { continue };
        let message = format!("a chain of more than {} {}", limits::REQUIREMENT_CHAIN, words.chain);
        report(flag, flag.list, checker, Code::RequirementTooDeep, message);
    }
    if checker.skips() {
        // All flags that lead to a cycle are left out.
        let in_cycle = |index: usize| depths.get(index) == Some(&None);
        let rest = (0..flags.len()).filter(|index| in_cycle(*index));
        for flag in order.iter().copied().chain(rest).filter_map(|index| flags.get(index)) {
            let mut items = items(flag.list).zip(&flag.on);
            let left_out = items.find(|(_, key)| checker.is_invalid(key) || place(key).is_some_and(in_cycle));
            if let (Some((item, key)), false) = (left_out, checker.is_invalid(flag.key)) {
                let message = format!("the flag {} is left out, and this one {} it", quoted(key), words.this_one);
                report(flag, Some(item), checker, Code::UnknownFlag, message);
            }
        }
    }
    let kept: Vec<bool> = flags.iter().map(|flag| !checker.is_invalid(flag.key)).collect();
    let mut number = 0;
    let number_of = |kept: &bool| {
        number += u32::from(*kept);
        kept.then(|| FlagId(number - 1))
    };
    let numbers: Vec<Option<FlagId>> = kept.iter().map(number_of).collect();
    let order = order.iter().filter_map(|index| *numbers.get(*index)?).collect();
    (kept, order)
}

/// An issue of a flag at one of those that it depends on, or at their list.
pub(super) fn report(flag: &Dependent<'_>, at: Option<Node<'_>>, checker: &mut Checker, code: Code, message: String) {
    let Some(at) = at else { return };
    checker.concerns(Some(flag.key));
    checker.report(at, code, message);
    checker.concerns(None);
}

/// For each flag, by number, those that it depends on.
struct Graph(Vec<Vec<usize>>);

impl Graph {
    /// The flags in an order in which each comes after those that it requires (Kahn's algorithm), and for each the
    /// length of its longest chain: none for those that lead into a cycle.
    fn order(&self) -> (Vec<usize>, Vec<Option<usize>>) {
        let mut dependents = vec![Vec::new(); self.0.len()];
        let mut open: Vec<usize> = self.0.iter().map(Vec::len).collect();
        for (index, required) in self.0.iter().enumerate() {
            for &required in required {
                if let Some(dependents) = dependents.get_mut(required) {
                    dependents.push(index);
                }
            }
        }
        let mut longest = vec![0; self.0.len()];
        let mut depths = vec![None; self.0.len()];
        let mut order: Vec<usize> = (0..self.0.len()).filter(|index| open.get(*index) == Some(&0)).collect();
        let mut next = 0;
        while let Some(&index) = order.get(next) {
            next += 1;
            let depth = longest.get(index).copied().unwrap_or_default();
            if let Some(slot) = depths.get_mut(index) {
                *slot = Some(depth);
            }
            for &dependent in dependents.get(index).into_iter().flatten() {
                if let (Some(longest), Some(open)) = (longest.get_mut(dependent), open.get_mut(dependent)) {
                    *longest = (depth + 1).max(*longest);
                    *open -= 1;
                    if *open == 0 {
                        order.push(dependent);
                    }
                }
            }
        }
        (order, depths)
    }

    /// Cycles, so that every flag without a depth leads into one of them.
    fn cycles(&self, depths: &[Option<usize>]) -> Vec<Vec<usize>> {
        let mut cycles = Vec::new();
        let mut walked_by = vec![None; self.0.len()];
        for start in 0..self.0.len() {
            let mut path = Vec::new();
            let mut at = Some(start).filter(|index| depths.get(*index) == Some(&None));
            while let Some(index) = at {
                if let Some(Some(walk)) = walked_by.get(index) {
                    if *walk == start {
                        cycles.push(path.iter().copied().skip_while(|other| *other != index).collect());
                    }
                    break;
                }
                if let Some(walk) = walked_by.get_mut(index) {
                    *walk = Some(start);
                }
                path.push(index);
                at = self.0.get(index).into_iter().flatten().copied().find(|next| depths.get(*next) == Some(&None));
            }
        }
        cycles
    }
}
