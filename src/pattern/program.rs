//! What a pattern is compiled into, and how a text is searched with it.
//!
//! All ways through the program are followed at once, unit by unit of the text, and an instruction is followed at most
//! once a unit: the time is bounded by the instructions times the units, and nothing is tried twice.

use std::mem;
use std::str::Chars;

/// One instruction. Distances are counted from the instruction itself, so that code can be moved and repeated.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inst {
    /// Passes this unit.
    Unit(u32),
    /// Passes a unit of the class that starts at this place of [`Program::ranges`].
    Class(u32),
    /// Goes on where the place is one of these.
    Look(Look),
    /// Goes on with the next instruction, and with the one at this distance.
    Split(i32),
    Jump(i32),
    Match,
}

/// Stands before the first unit of a text and after the last.
pub(super) const EDGE: u32 = u32::MAX;

/// Places between two units: one bit for each pair of the kind of unit before and the kind after.
pub(super) type Look = u32;

/// Sets of kinds of units, for [`between`].
const NO_UNIT: u8 = 1 << 0;
const LF: u8 = 1 << 1;
const CR: u8 = 1 << 2;
const WORD: u8 = 1 << 3;
const ANY: u8 = (1 << KINDS) - 1;
const KINDS: u32 = 5;

const fn kind(unit: u32) -> u32 {
    match unit {
        EDGE => 0,
        0xa => 1,
        0xd => 2,
        0x30..=0x39 | 0x41..=0x5a | 0x5f | 0x61..=0x7a => 3,
        _ => 4,
    }
}

/// The places after these kinds of units and before those.
const fn between(before: u8, after: u8) -> Look {
    let (mut look, mut kind) = (0, 0);
    while kind < KINDS {
        if before >> kind & 1 == 1 {
            look |= ((after & ANY) as Look) << (kind * KINDS);
        }
        kind += 1;
    }
    look
}

pub(super) const START: Look = between(NO_UNIT, ANY);
pub(super) const END: Look = between(ANY, NO_UNIT);
pub(super) const LINE_START: Look = between(NO_UNIT | LF, ANY);
pub(super) const LINE_END: Look = between(ANY, NO_UNIT | LF);
/// Lines that end in CR, LF or both; there is no place between the two.
pub(super) const CRLF_LINE_START: Look = LINE_START | between(CR, !LF);
pub(super) const CRLF_LINE_END: Look = between(ANY, NO_UNIT | CR) | between(!CR, LF);
pub(super) const WORD_START: Look = between(!WORD, WORD);
pub(super) const WORD_END: Look = between(WORD, !WORD);
pub(super) const WORD_START_HALF: Look = between(!WORD, ANY);
pub(super) const WORD_END_HALF: Look = between(ANY, !WORD);
pub(super) const BOUNDARY: Look = WORD_START | WORD_END;
pub(super) const NO_BOUNDARY: Look = between(WORD, WORD) | between(!WORD, !WORD);

#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) code: Vec<Inst>,
    /// The classes: each the number of its ranges and whether it is what is outside of them, then the ranges, both ends
    /// included.
    pub(super) ranges: Vec<(u32, u32)>,
    /// Whether a text is read by UTF-16 units, not by characters.
    pub(super) utf16: bool,
}

/// The units of a text: its characters, or their UTF-16 units.
pub(super) struct Units<'t> {
    chars: Chars<'t>,
    utf16: bool,
    /// The second half of a character of two units, or 0.
    low: u32,
}

impl Units<'_> {
    pub(super) fn of(text: &str, utf16: bool) -> Units<'_> {
        Units { chars: text.chars(), utf16, low: 0 }
    }

    /// The next unit, or [`EDGE`].
    pub(super) fn next(&mut self) -> u32 {
        if self.low != 0 {
            return mem::take(&mut self.low);
        }
        match self.chars.next().map(u32::from) {
            Some(c @ 0x1_0000..) if self.utf16 => {
                self.low = 0xdc00 | c & 0x3ff;
                0xd7c0 + (c >> 10)
            }
            c => c.unwrap_or(EDGE),
        }
    }
}

/// The instructions to follow at one place of the text.
struct Threads {
    list: Vec<u32>,
    /// For each instruction the last step at which it was listed.
    listed: Vec<u32>,
}

impl Threads {
    fn new(code: &[Inst]) -> Threads {
        Threads { list: Vec::new(), listed: vec![0; code.len()] }
    }

    fn add(&mut self, place: u32, step: u32) {
        if let Some(listed) = self.listed.get_mut(place as usize)
            && *listed != step
        {
            *listed = step;
            self.list.push(place);
        }
    }
}

impl Program {
    /// Whether the text has a part that the program passes.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let mut units = Units::of(text, self.utf16);
        let (mut now, mut next) = (Threads::new(&self.code), Threads::new(&self.code));
        let anchored = matches!(self.code.first(), Some(Inst::Look(START)));
        let (mut before, mut step) = (EDGE, 1);
        loop {
            let unit = units.next();
            if before == EDGE || !anchored {
                now.add(0, step);
            }
            let mut index = 0;
            while let Some(&place) = now.list.get(index) {
                index += 1;
                let Some(inst) = self.code.get(place as usize) else { break };
                let goes_on = match *inst {
                    Inst::Unit(wanted) => {
                        if wanted == unit {
                            next.add(place + 1, step + 1);
                        }
                        false
                    }
                    Inst::Class(class) => {
                        if unit != EDGE && self.has(class, unit) {
                            next.add(place + 1, step + 1);
                        }
                        false
                    }
                    Inst::Look(look) => look >> (kind(before) * KINDS + kind(unit)) & 1 == 1,
                    Inst::Split(distance) => {
                        now.add(place.wrapping_add_signed(distance), step);
                        true
                    }
                    Inst::Jump(distance) => {
                        now.add(place.wrapping_add_signed(distance), step);
                        false
                    }
                    Inst::Match => return true,
                };
                if goes_on {
                    now.add(place + 1, step);
                }
            }
            if unit == EDGE || anchored && next.list.is_empty() {
                return false;
            }
            now.list.clear();
            mem::swap(&mut now, &mut next);
            before = unit;
            step += 1;
        }
    }

    fn has(&self, class: u32, unit: u32) -> bool {
        let ranges = self.ranges.get(class as usize..).unwrap_or_default();
        let Some((&(count, outside), ranges)) = ranges.split_first() else { return false };
        ranges.iter().take(count as usize).any(|&(from, to)| from <= unit && unit <= to) != (outside == 1)
    }
}
