//! Reads escapes: `\d`.

use super::parse::{Atom, Parser, Read, ascii};
use super::program::{BOUNDARY, END, Look, NO_BOUNDARY, START, WORD_END, WORD_END_HALF, WORD_START, WORD_START_HALF};
use super::sets;

pub(super) const BACKREFERENCE: &str = "a backreference cannot be matched in linear time";

/// What may follow `\b{`.
const WORD_PLACE_NAMES: &[&[u8]] = &[b"start}", b"end}", b"start-half}", b"end-half}"];
const WORD_PLACES: &[Look] = &[WORD_START, WORD_END, WORD_START_HALF, WORD_END_HALF];

impl Parser {
    /// Reads an escape, after its `\`.
    pub(super) fn escape(&mut self, start: usize, in_class: bool) -> Read<Atom> {
        let Some(&unit) = self.units.get(self.at) else {
            return Err(self.refuse(start, "`\\` escapes nothing"));
        };
        self.at += 1;
        let letter = ascii(unit);
        let space = if self.ecmascript { sets::SPACE } else { sets::ASCII_SPACE };
        Ok(match letter {
            b'd' | b'D' => Atom::Set(sets::DIGITS, letter == b'D'),
            b'w' | b'W' => Atom::Set(sets::WORD, letter == b'W'),
            b's' | b'S' => Atom::Set(space, letter == b'S'),
            b't' => Atom::Unit(0x9),
            b'n' => Atom::Unit(0xa),
            b'v' => Atom::Unit(0xb),
            b'f' => Atom::Unit(0xc),
            b'r' => Atom::Unit(0xd),
            b'B' if !(self.ecmascript && in_class) => Atom::Look(NO_BOUNDARY),
            b'b' if self.ecmascript => {
                if in_class {
                    Atom::Unit(0x8)
                } else {
                    Atom::Look(BOUNDARY)
                }
            }
            _ if self.ecmascript => Atom::Unit(self.ecmascript_escape(start, unit, in_class)?),
            b'b' => Atom::Look(self.word_place(start)?),
            b'a' => Atom::Unit(0x7),
            b'A' => Atom::Look(START),
            b'z' => Atom::Look(END),
            b'<' => Atom::Look(WORD_START),
            b'>' => Atom::Look(WORD_END),
            b'x' => return self.character(start, 2),
            b'u' => return self.character(start, 4),
            b'U' => return self.character(start, 8),
            b'0'..=b'9' => return Err(self.refuse(start, BACKREFERENCE)),
            b'p' | b'P' => return Err(self.refuse(start, "there are no classes of Unicode")),
            _ if letter.is_ascii() && !letter.is_ascii_alphabetic() => Atom::Unit(unit),
            _ => return Err(self.refuse(start, "unknown escape")),
        })
    }

    /// Reads what may stand in braces after `\b`, if it is not a repetition.
    fn word_place(&mut self, start: usize) -> Read<Look> {
        let brace = self.at;
        if self.eat(b'{') {
            self.skip_space();
            if matches!(self.peek(), b'a'..=b'z' | b'A'..=b'Z' | b'-') {
                return match self.eat_one_of(WORD_PLACE_NAMES).and_then(|index| WORD_PLACES.get(index)) {
                    Some(look) => Ok(*look),
                    None => Err(self.refuse(start, "unknown place of a word")),
                };
            }
        }
        self.at = brace;
        Ok(BOUNDARY)
    }

    /// Passes one of these words and tells which.
    pub(super) fn eat_one_of(&mut self, words: &[&[u8]]) -> Option<usize> {
        let start = self.at;
        words.iter().position(|word| {
            self.at = start;
            word.iter().all(|letter| {
                let found = self.eat(*letter);
                self.skip_space();
                found
            })
        })
    }

    /// Reads a character by its number: so many hexadecimal digits, or any in braces.
    pub(super) fn hexadecimal(&mut self, digits: u32) -> Option<u32> {
        self.skip_space();
        let braces = self.eat(b'{');
        self.skip_space();
        let number = if braces { self.digits(16, 1, u32::MAX, u64::MAX) } else { self.digits(16, digits, digits, u64::MAX) };
        number.filter(|number| *number <= char::MAX.into() && (!braces || self.eat(b'}'))).map(|number| number as u32)
    }

    fn character(&mut self, start: usize, digits: u32) -> Read<Atom> {
        match self.hexadecimal(digits).filter(|number| char::from_u32(*number).is_some()) {
            Some(number) => Ok(Atom::Unit(number)),
            None => Err(self.refuse(start, "invalid number of a character")),
        }
    }

    /// Reads what only ECMAScript has, after `\` and `unit`.
    fn ecmascript_escape(&mut self, start: usize, unit: u32, in_class: bool) -> Read<u32> {
        let letter = ascii(unit);
        match letter {
            // Whether it refers to a group depends on the groups to come, too.
            b'k' => {
                self.name_reference.get_or_insert(start);
                Ok(unit)
            }
            b'c' => Ok(match self.peek() {
                control if control.is_ascii_alphabetic() || in_class && (control.is_ascii_digit() || control == b'_') => {
                    self.at += 1;
                    u32::from(control % 32)
                }
                // Only the `\`; the `c` is read next.
                _ => {
                    self.at -= 1;
                    b'\\'.into()
                }
            }),
            b'0'..=b'9' => {
                self.at -= 1;
                if !in_class && letter != b'0' {
                    self.refer(start);
                }
                // Up to three octal digits, as long as the value fits a byte.
                Ok(self.digits(8, 1, 3, 32).map_or_else(
                    || {
                        self.at += 1;
                        unit
                    },
                    |number| number as u32,
                ))
            }
            b'x' => Ok(self.fixed(2).unwrap_or(unit)),
            b'u' => Ok(self.fixed(4).unwrap_or(unit)),
            _ => Ok(unit),
        }
    }

    /// Sees to it that the number that is next, after `\`, is not that of a group, which may be still to come.
    fn refer(&mut self, start: usize) {
        let digits = self.at;
        if let Some(number) = self.number().filter(|number| *number < self.lowest_reference.0) {
            self.lowest_reference = (number, start);
        }
        self.at = digits;
    }

    /// Reads so many hexadecimal digits, or nothing.
    fn fixed(&mut self, digits: u32) -> Option<u32> {
        let start = self.at;
        let number = self.digits(16, digits, digits, u64::MAX);
        if number.is_none() {
            self.at = start;
        }
        number.map(|number| number as u32)
    }
}
