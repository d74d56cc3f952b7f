//! Reads classes: `[a-z]`.

use super::parse::{Atom, Parser, Read};
use super::sets;

const DASH: u32 = b'-' as u32;

impl Parser {
    /// Reads a class, after its bracket.
    pub(super) fn class(&mut self, start: usize) -> Read<()> {
        let class = self.compiler.start_class();
        self.skip_space();
        let outside = self.eat(b'^');
        let mut parts = u64::from(outside);
        if !self.ecmascript {
            parts += self.first_members();
        }
        loop {
            self.skip_space();
            let member_start = self.at;
            let first = self.peek();
            if self.eat(b']') {
                self.compiler.end_class(class, outside, parts);
                return Ok(());
            }
            parts += 1;
            if !self.ecmascript {
                if self.eat(b'[') {
                    self.posix(member_start)?;
                    continue;
                }
                if matches!(first, b'&' | b'-' | b'~') && self.eat(first) {
                    if self.peek() == first {
                        return Err(self.refuse(member_start, "there are no operators in classes"));
                    }
                    self.at = member_start;
                }
            }
            let from = self.member(start)?;
            self.skip_space();
            if !self.range_follows() {
                self.add(from);
                continue;
            }
            parts += 2;
            match (from, self.member(start)?) {
                (Atom::Unit(from), Atom::Unit(to)) if from > to => return Err(self.refuse(member_start, "the range is out of order")),
                (Atom::Unit(from), Atom::Unit(to)) => self.compiler.range(from, to),
                // With a set on either side the dash is a dash.
                (from, to) if self.ecmascript => {
                    self.add(from);
                    self.compiler.range(DASH, DASH);
                    self.add(to);
                }
                _ => return Err(self.refuse(member_start, "a range has a character at both ends")),
            }
        }
    }

    /// Reads the members that stand for themselves because they come first, and tells how many.
    fn first_members(&mut self) -> u64 {
        let mut count = 0;
        self.skip_space();
        while self.eat(b'-') {
            self.compiler.range(DASH, DASH);
            self.skip_space();
            count += 1;
        }
        if count == 0 && self.eat(b']') {
            self.add(Atom::Unit(b']'.into()));
            count = 1;
        }
        count
    }

    /// Reads one member of the class that starts at `class`.
    fn member(&mut self, class: usize) -> Read<Atom> {
        let start = self.at;
        self.at += 1;
        match self.units.get(start) {
            None => Err(self.refuse(class, "the class is not closed")),
            Some(0x5c) => match self.escape(start, true)? {
                Atom::Look(_) => Err(self.refuse(start, "a class holds characters only")),
                atom => Ok(atom),
            },
            Some(&unit) => Ok(Atom::Unit(unit)),
        }
    }

    fn add(&mut self, atom: Atom) {
        match atom {
            Atom::Unit(unit) => self.compiler.range(unit, unit),
            Atom::Set(set, outside) => self.compiler.ranges(set, outside),
            Atom::Look(_) => {}
        }
    }

    /// Passes the dash of a range, if there is one.
    fn range_follows(&mut self) -> bool {
        let start = self.at;
        let mut follows = self.eat(b'-');
        if follows {
            self.skip_space();
            follows = self.peek() != b']' && (self.ecmascript || self.peek() != b'-');
        }
        if !follows {
            self.at = start;
        }
        follows
    }

    /// Reads `[:name:]` within a class, after its first bracket.
    fn posix(&mut self, start: usize) -> Read<()> {
        let opened = self.eat(b':');
        let outside = self.eat(b'^');
        match self.eat_one_of(sets::POSIX_NAMES).and_then(|index| sets::POSIX.get(index)) {
            Some(set) if opened => {
                self.compiler.ranges(set, outside);
                Ok(())
            }
            _ => Err(self.refuse(start, "no class lies in another, but for `[:alpha:]` and the like")),
        }
    }
}
