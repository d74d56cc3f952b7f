//! A set of texts, numbered in the order in which they came.
//!
//! A crit-bit tree (Bernstein, <https://cr.yp.to/critbit.html>): every branch asks for one bit of the text, and what is
//! found is compared once. There is no hash for which a hostile snapshot could choose its keys.

/// Texts, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    /// All texts, one after another.
    all: Vec<u8>,
    texts: Vec<Text>,
    branches: Vec<Branch>,
    root: Child,
    /// The text that was added last, new or not.
    last: u32,
}

#[derive(Debug, Clone)]
struct Text {
    /// Where it ends.
    end: u32,
    /// The text that was added after it the last time: snapshots repeat their lists.
    next: u32,
}

/// Asks for one bit: a text in which it is 0 lies in the first child, else in the second.
#[derive(Debug, Clone)]
struct Branch {
    /// The symbol's place times 16, and the bit's, the highest first: children ask for later bits than their parents.
    position: u32,
    children: [Child; 2],
}

/// A text's number; or a branch's, with the highest bit set.
type Child = u32;

const BRANCH: u32 = 1 << 31;

impl Texts {
    pub(crate) const fn new() -> Texts {
        Texts { all: Vec::new(), texts: Vec::new(), branches: Vec::new(), root: 0, last: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.find(text.as_ref()).is_some()
    }

    /// The text of this number.
    pub(crate) fn get(&self, number: u32) -> Option<&str> {
        std::str::from_utf8(self.bytes(number)?).ok()
    }

    #[inline(always)]
    fn bytes(&self, number: u32) -> Option<&[u8]> {
        let end = self.texts.get(number as usize)?.end;
        let start = number.checked_sub(1).and_then(|before| self.texts.get(before as usize)).map_or(0, |before| before.end);
        self.all.get(start as usize..end as usize)
    }

    #[cfg_attr(samebucket_wasm, optimize(speed))]
    pub(crate) fn find(&self, text: &[u8]) -> Option<u32> {
        let nearest = self.nearest(text);
        (self.bytes(nearest)? == text).then_some(nearest)
    }

    /// Adds a text, unless it is there; returns its number and whether it is new.
    pub(crate) fn insert(&mut self, text: impl AsRef<[u8]>) -> (u32, bool) {
        self.insert_bytes(text.as_ref())
    }

    #[cfg_attr(samebucket_wasm, optimize(speed))]
    fn insert_bytes(&mut self, text: &[u8]) -> (u32, bool) {
        let number = self.texts.len() as u32;
        let mut found = self.texts.get(self.last as usize).map_or(0, |last| last.next);
        if !self.is(found, text) {
            found = self.nearest(text);
            if !self.is(found, text) {
                match self.bytes(found).and_then(|other| first_difference(other, text)) {
                    Some(position) => self.branch(text, position, number),
                    None => self.root = number,
                }
                self.all.extend_from_slice(text);
                self.texts.push(Text { end: self.all.len() as u32, next: 0 });
                found = number;
            }
            if let Some(last) = self.texts.get_mut(self.last as usize) {
                last.next = found;
            }
        }
        self.last = found;
        (found, found == number)
    }

    /// Whether the text of this number is this one.
    #[inline(always)]
    fn is(&self, number: u32, text: &[u8]) -> bool {
        match self.bytes(number) {
            Some(known) => known.len() == text.len() && equal(known, text),
            None => false,
        }
    }

    /// Gives back the room for more.
    pub(crate) fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.branches.shrink_to_fit();
    }

    /// The numbers of the texts in the order of their bytes.
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut sorted = Vec::with_capacity(self.len());
        let mut open = vec![self.root];
        while let (Some(child), false) = (open.pop(), self.is_empty()) {
            match self.branches.get((child ^ BRANCH) as usize) {
                Some(branch) => open.extend(branch.children.iter().rev()),
                None => sorted.push(child),
            }
        }
        sorted
    }

    /// The only text that can be equal.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    fn nearest(&self, text: &[u8]) -> u32 {
        let mut child = self.root;
        while let Some(branch) = self.branches.get((child ^ BRANCH) as usize) {
            let [zero, one] = branch.children;
            child = if bit(text, branch.position) { one } else { zero };
        }
        child
    }

    /// Puts a branch where the new text first differs from those that are there.
    fn branch(&mut self, text: &[u8], position: u32, number: u32) {
        let mut parent = None;
        let mut child = self.root;
        while let Some(branch) = self.branches.get((child ^ BRANCH) as usize)
            && branch.position < position
        {
            let side = usize::from(bit(text, branch.position));
            parent = Some((child ^ BRANCH, side));
            child = branch.children.get(side).copied().unwrap_or_default();
        }
        let new = self.branches.len() as u32 | BRANCH;
        let children = if bit(text, position) { [child, number] } else { [number, child] };
        self.branches.push(Branch { position, children });
        let slot = parent.and_then(|(parent, side)| self.branches.get_mut(parent as usize)?.children.get_mut(side));
        *slot.unwrap_or(&mut self.root) = new;
    }
}

/// Texts that lie elsewhere, each once: few are compared one by one, many are looked up.
#[derive(Debug, Default)]
pub(crate) struct Names<'t> {
    all: Vec<&'t str>,
    /// The same, once they are many.
    many: Texts,
}

impl<'t> Names<'t> {
    const FEW: usize = 12;

    pub(crate) fn with_capacity(capacity: usize) -> Names<'t> {
        Names { all: Vec::with_capacity(capacity), many: Texts::new() }
    }

    pub(crate) fn all(&self) -> &[&'t str] {
        &self.all
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        if self.many.is_empty() {
            self.all.iter().position(|other| *other == name).map(|place| place as u32)
        } else {
            self.many.find(name.as_bytes())
        }
    }

    /// Adds a name, unless it is there; returns whether it is new.
    pub(crate) fn insert(&mut self, name: &'t str) -> bool {
        if self.contains(name) {
            return false;
        }
        self.all.push(name);
        if self.all.len() > Names::FEW {
            self.all.iter().skip(self.many.len()).for_each(|name| _ = self.many.insert(name));
        }
        true
    }
}

/// Whether texts of the same length are equal. Most are short: then this takes less than a call would.
#[inline(always)]
pub(crate) fn equal(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

/// A byte as 9 bits, of which the first says that there is one: so a text differs from those that it starts.
#[inline(always)]
fn symbol(text: &[u8], at: usize) -> u32 {
    text.get(at).map_or(0, |byte| 256 | u32::from(*byte))
}

#[inline(always)]
fn bit(text: &[u8], position: u32) -> bool {
    symbol(text, position as usize >> 4) >> (15 - position % 16) & 1 == 1
}

/// The position of the first bit in which two texts differ.
#[inline(always)]
fn first_difference(one: &[u8], other: &[u8]) -> Option<u32> {
    let at = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let different = symbol(one, at) ^ symbol(other, at);
    (different != 0).then(|| (at as u32) << 4 | (different.leading_zeros() - 16))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
