//! Flags that depend on each other.

use std::collections::HashMap;

/// For each flag, by number, those that it depends on.
pub(super) struct Graph(pub(super) Vec<Vec<usize>>);

impl Graph {
    /// The flags in an order in which each comes after those that it requires (Kahn's algorithm), and for each the
    /// length of its longest chain: none for those that lead into a cycle.
    pub(super) fn order(&self) -> (Vec<usize>, Vec<Option<usize>>) {
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
    pub(super) fn cycles(&self, depths: &[Option<usize>]) -> Vec<Vec<usize>> {
        let mut cycles = Vec::new();
        let mut walked_by: HashMap<usize, usize> = HashMap::new();
        for start in 0..self.0.len() {
            let mut path = Vec::new();
            let mut at = Some(start).filter(|index| depths.get(*index) == Some(&None));
            while let Some(index) = at {
                if let Some(&walk) = walked_by.get(&index) {
                    if walk == start {
                        cycles.push(path.iter().copied().skip_while(|other| *other != index).collect());
                    }
                    break;
                }
                walked_by.insert(index, start);
                path.push(index);
                at = self.0.get(index).into_iter().flatten().copied().find(|next| depths.get(*next) == Some(&None));
            }
        }
        cycles
    }
}
