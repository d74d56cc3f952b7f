//! Sets of strings, numbers, booleans and null.

use super::{Span, WordId};
use crate::value::ValueRef;

/// So many strings are looked through as a whole, in whatever order.
pub(super) const FEW: usize = 24;

/// A set as the plan has it: its strings are words of the plan, more than a few sorted by number.
#[derive(Debug)]
pub(crate) struct Set {
    pub(super) words: Span,
    /// The bits of the doubles, sorted, with one zero.
    pub(super) numbers: Box<[u64]>,
    pub(super) booleans: [bool; 2],
    pub(super) null: bool,
}

impl Set {
    /// Whether the set has a value that is no text.
    pub(crate) fn has(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Number(number) => self.numbers.binary_search(&bits(number)).is_ok(),
            ValueRef::Bool(value) => self.booleans.get(usize::from(value)) == Some(&true),
            ValueRef::Null => self.null,
            _ => false,
        }
    }
}

/// What a set is made of, as it is read.
#[derive(Debug, Default)]
pub(crate) struct Scalars {
    pub(super) words: Vec<WordId>,
    pub(super) numbers: Vec<u64>,
    pub(super) booleans: [bool; 2],
    pub(super) null: bool,
}

impl Scalars {
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.numbers.is_empty() && self.booleans == [false; 2] && !self.null
    }

    pub(crate) fn word(&mut self, word: WordId) {
        self.words.push(word);
    }

    pub(crate) fn has_word(&self, word: WordId) -> bool {
        self.words.contains(&word)
    }

    /// A value that is no text; lists and objects are left out.
    pub(crate) fn value(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Number(number) => self.numbers.push(bits(number)),
            ValueRef::Bool(value) => {
                if let Some(slot) = self.booleans.get_mut(usize::from(value)) {
                    *slot = true;
                }
            }
            ValueRef::Null => self.null = true,
            _ => {}
        }
    }
}

/// Of equal numbers alike. NaN is in no snapshot, and so in no set.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}
