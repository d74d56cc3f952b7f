//! Puts a program together while the pattern is read.

use std::mem;

use super::program::{Inst, Look, Program};
use super::sets::Set;
use crate::limits;

/// A maximum that is none: no text is so long.
pub(super) const ENDLESS: u64 = 1 << 32;

/// What a part of a pattern amounts to.
#[derive(Clone, Copy, Default)]
struct Size {
    /// Its parts, with repetitions written out.
    parts: u64,
    /// How deep repetitions lie in each other.
    depth: usize,
}

/// A group that is open; the whole pattern is one, too.
struct Group {
    /// Where it starts in the pattern, and the flags around it.
    at: usize,
    flags: u32,
    /// Where its code starts, and that of its last alternative.
    start: usize,
    alternative: usize,
    /// The last of the jumps to its end, each of which has the one before in place of a distance.
    jump: usize,
    size: Size,
    /// Where the code of what can be repeated starts, and its size.
    item: Option<usize>,
    item_size: Size,
}

impl Group {
    fn new(at: usize, flags: u32, start: usize, parts: u64) -> Group {
        let size = Size { parts, depth: 0 };
        Group { at, flags, start, alternative: start, jump: usize::MAX, size, item: None, item_size: size }
    }
}

pub(super) struct Compiler {
    program: Program,
    group: Group,
    outer: Vec<Group>,
    /// Whether letters of ASCII stand for both of their cases.
    pub(super) ignore_case: bool,
    /// Without it parts are counted, and no code is made.
    compiles: bool,
}

impl Compiler {
    pub(super) fn new(utf16: bool, compiles: bool) -> Compiler {
        let program = Program { utf16, ..Program::default() };
        Compiler { program, group: Group::new(0, 0, 0, 0), outer: Vec::new(), ignore_case: false, compiles }
    }

    /// The program, and how many parts it has.
    pub(super) fn finish(mut self) -> (Program, u64) {
        self.land();
        self.emit(Inst::Match);
        (self.program, self.group.size.parts)
    }

    /// Adds parts that take no code.
    pub(super) fn count(&mut self, parts: u64) {
        self.group.size.parts = self.group.size.parts.saturating_add(parts);
    }

    fn emit(&mut self, inst: Inst) {
        if self.compiles {
            self.program.code.push(inst);
        }
    }

    fn push(&mut self, inst: Inst, parts: u64) {
        let start = self.program.code.len();
        self.emit(inst);
        self.item(start, Size { parts, depth: 0 });
    }

    /// The code from `start` on is what can be repeated.
    fn item(&mut self, start: usize, size: Size) {
        self.count(size.parts);
        self.group.size.depth = self.group.size.depth.max(size.depth);
        self.group.item = Some(start);
        self.group.item_size = size;
    }

    /// Keeps the last item from being repeated.
    pub(super) fn seal(&mut self) {
        self.group.item = None;
    }

    pub(super) fn look(&mut self, look: Look) {
        self.push(Inst::Look(look), 1);
    }

    pub(super) fn unit(&mut self, unit: u32) {
        if self.ignore_case && matches!(unit | 0x20, 0x61..=0x7a) {
            let class = self.start_class();
            self.range(unit, unit);
            self.end_class(class, false, 1);
        } else {
            self.push(Inst::Unit(unit), 1);
        }
    }

    /// A class of its own for the set, or for what is outside of it.
    pub(super) fn set(&mut self, set: &Set, outside: bool) {
        let class = self.start_class();
        self.ranges(set, false);
        self.end_class(class, outside, 1);
    }

    /// Starts a class and gives its number; ranges follow.
    pub(super) fn start_class(&mut self) -> usize {
        self.range(0, 0);
        self.program.ranges.len() - 1
    }

    pub(super) fn range(&mut self, from: u32, to: u32) {
        self.program.ranges.push((from, to));
    }

    /// Adds a set to the class, or what is outside of it.
    pub(super) fn ranges(&mut self, set: &Set, outside: bool) {
        let mut gap = 0;
        for &(from, to) in set {
            let (from, to) = (from.into(), to.into());
            if !outside {
                self.range(from, to);
            } else if gap < from {
                self.range(gap, from - 1);
            }
            gap = to + 1;
        }
        if outside {
            self.range(gap, char::MAX.into());
        }
    }

    /// Ends the class, which is what its ranges have or what is outside of them.
    pub(super) fn end_class(&mut self, class: usize, outside: bool, parts: u64) {
        let ranges = &mut self.program.ranges;
        if self.ignore_case {
            for index in class + 1..ranges.len() {
                let (from, to) = ranges.get(index).copied().unwrap_or_default();
                for letters in [0x41, 0x61] {
                    let (from, to) = (from.max(letters), to.min(letters + 25));
                    if from <= to {
                        ranges.push((from ^ 0x20, to ^ 0x20));
                    }
                }
            }
        }
        let count = ranges.len() - class - 1;
        if let Some(head) = ranges.get_mut(class) {
            *head = (count as u32, outside.into());
        }
        self.push(Inst::Class(class as u32), parts.max(1));
    }

    /// Ends an alternative: there is a choice between it and what follows.
    pub(super) fn alternative(&mut self) {
        let body = self.program.code.split_off(self.group.alternative);
        self.emit(Inst::Split(body.len() as i32 + 2));
        self.program.code.extend_from_slice(&body);
        let jump = mem::replace(&mut self.group.jump, self.program.code.len());
        self.emit(Inst::Jump(jump as i32));
        self.group.alternative = self.program.code.len();
        self.count(1);
        self.seal();
    }

    /// Lets the jumps to the group's end lead here.
    fn land(&mut self) {
        let end = self.program.code.len();
        let mut jump = self.group.jump;
        while let Some(Inst::Jump(distance)) = self.program.code.get_mut(jump) {
            jump = mem::replace(distance, (end - jump) as i32) as usize;
        }
    }

    /// How many groups are open.
    pub(super) fn depth(&self) -> usize {
        self.outer.len()
    }

    /// Where the last group that is open starts in the pattern.
    pub(super) fn opened_at(&self) -> usize {
        self.group.at
    }

    /// Opens a group, which has parts already.
    pub(super) fn open(&mut self, at: usize, flags: u32, parts: u64) {
        let group = Group::new(at, flags, self.program.code.len(), parts);
        self.outer.push(mem::replace(&mut self.group, group));
    }

    /// Closes a group, if one is open, and gives the flags around it.
    pub(super) fn close(&mut self) -> Option<u32> {
        let outer = self.outer.pop()?;
        self.land();
        let Group { flags, start, size, .. } = mem::replace(&mut self.group, outer);
        self.item(start, Size { parts: size.parts.max(1), ..size });
        Some(flags)
    }

    /// Repeats the last item; tells why it cannot.
    pub(super) fn repeat(&mut self, min: u64, max: u64, counted: bool) -> Result<(), &'static str> {
        if min > max {
            return Err("the bounds of the repetition are out of order");
        }
        let Some(item) = self.group.item else {
            return Err("there is nothing to repeat");
        };
        let Size { parts, depth } = self.group.item_size;
        if depth == limits::PATTERN_DEPTH {
            return Err("repetitions lie too deep in each other");
        }
        let most = if max == ENDLESS { min } else { max };
        // `*`, `+` and `?` are a part themselves. What is beyond all bounds need not be counted exactly.
        let repeated = if counted { parts.min(u32::MAX.into()) * most.max(1) } else { parts.saturating_add(1) };
        self.group.size.parts = self.group.size.parts.saturating_sub(parts);
        self.item(item, Size { parts: repeated, depth: depth + 1 });
        if self.compiles {
            self.write_out(item, min, max);
        }
        Ok(())
    }

    /// Repeats the code that starts at `item`.
    fn write_out(&mut self, item: usize, min: u64, max: u64) {
        let code = &mut self.program.code;
        let body = code.split_off(item);
        let length = body.len() as i32;
        for _ in 0..min {
            code.extend_from_slice(&body);
        }
        if max != ENDLESS {
            for left in (1..=max - min).rev() {
                // One more, or none of those that are left.
                code.push(Inst::Split(left as i32 * (length + 1)));
                code.extend_from_slice(&body);
            }
        } else if min == 0 {
            code.push(Inst::Split(length + 2));
            code.extend_from_slice(&body);
            code.push(Inst::Jump(-length - 1));
        } else {
            code.push(Inst::Split(-length));
        }
    }
}
