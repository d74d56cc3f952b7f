//! Sets of code units, and how they are written for regex-lite.

use crate::evaluate::javascript::code_unit;

/// Code units, as ranges with both ends included.
#[derive(Default)]
pub(super) struct Set(Vec<(u16, u16)>);

/// Ranges in order and apart.
type Ranges = [(u16, u16)];

pub(super) const DIGITS: &Ranges = &[(0x30, 0x39)];
pub(super) const WORD: &Ranges = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
pub(super) const LINE_ENDS: &Ranges = &[(0xa, 0xa), (0xd, 0xd), (0x2028, 0x2029)];
/// White space and line terminators. Unicode's differ in U+0085 and U+FEFF.
pub(super) const SPACE: &Ranges = &[
    (0x9, 0xd),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];

impl Set {
    pub(super) fn of(ranges: &Ranges) -> Set {
        Set(ranges.to_vec())
    }

    /// All units but these, of which neither the first nor the last may be one.
    pub(super) fn all_but(ranges: &Ranges) -> Set {
        let starts = ranges.iter().map(|(_, to)| to.saturating_add(1));
        let ends = ranges.iter().map(|(from, _)| from.saturating_sub(1));
        Set(std::iter::once(0).chain(starts).zip(ends.chain([u16::MAX])).collect())
    }

    pub(super) fn add(&mut self, from: u16, to: u16) {
        self.0.push((from, to));
    }

    pub(super) fn add_all(&mut self, other: Set) {
        self.0.extend(other.0);
    }

    /// Writes a class that has these units, or all others.
    pub(super) fn write(&self, negated: bool, output: &mut String) {
        // There are no empty classes.
        let (negated, ranges) = if self.0.is_empty() { (!negated, [(0, u16::MAX)].as_slice()) } else { (negated, self.0.as_slice()) };
        output.push_str(if negated { "[^" } else { "[" });
        for &(from, to) in ranges {
            // Halves of surrogate pairs are characters from elsewhere, so that a range falls apart around them.
            for (first, last) in [(0, 0xd7ff), (0xd800, 0xdfff), (0xe000, u16::MAX)] {
                let (from, to) = (from.max(first), to.min(last));
                if from <= to {
                    write_unit(from, output);
                }
                if from < to {
                    output.push('-');
                    write_unit(to, output);
                }
            }
        }
        output.push(']');
    }
}

/// Writes a unit that stands for itself, within a class or without.
pub(super) fn write_unit(unit: u16, output: &mut String) {
    output.push_str(&regex_lite::escape(code_unit(unit).encode_utf8(&mut [0; 4])));
}
