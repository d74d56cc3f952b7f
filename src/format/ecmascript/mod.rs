//! ECMAScript's regular expressions, without flags, in the syntax of regex-lite.
//!
//! A pattern is read as JavaScript reads it, by UTF-16 code units and with Annex B's leniency, and written again piece
//! by piece. Sets become explicit ranges and groups do not capture, because only whether there is a match counts.

mod set;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use self::set::Set;
use crate::error::quoted;
use crate::evaluate::javascript::code_units;

/// Why a pattern was refused.
#[derive(Debug, PartialEq)]
pub(crate) struct PatternError {
    /// The place: the first character is 1.
    pub(crate) at: usize,
    pub(crate) message: String,
}

/// How deep groups may lie in each other.
const DEPTH: usize = 100;

/// The pattern for regex-lite. It has to see texts as [`code_units`] gives them.
pub(crate) fn translate(pattern: &str) -> Result<String, PatternError> {
    let mut reader = Reader { units: code_units(pattern).chars().collect(), ..Reader::default() };
    reader.count_groups();
    reader.pattern()?;
    Ok(reader.output)
}

/// What a character, an escape or a member of a class stands for.
enum Atom {
    Unit(u16),
    Set(Set),
}

impl Atom {
    fn add_to(self, set: &mut Set) {
        match self {
            Atom::Unit(unit) => set.add(unit, unit),
            Atom::Set(other) => set.add_all(other),
        }
    }
}

#[derive(Default)]
struct Reader {
    /// The pattern's code units as characters, of which `as u16` makes units again.
    units: Vec<char>,
    /// Where the next unit is.
    at: usize,
    /// Where the groups start that are still open.
    open: Vec<usize>,
    /// How many groups of the whole pattern capture.
    captures: usize,
    /// Whether any of them has a name, which changes what `\k` means.
    named: bool,
    names: BTreeSet<Box<str>>,
    output: String,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.units.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let unit = self.peek()?;
        self.at += 1;
        Some(unit)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn eat_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut eaten = String::new();
        while let Some(unit) = self.peek().filter(|unit| wanted(*unit)) {
            eaten.push(unit);
            self.at += 1;
        }
        eaten
    }

    /// Refuses the pattern for what starts at the unit `start`.
    fn refuse<T>(&self, start: usize, message: impl Into<String>) -> Result<T, PatternError> {
        // The second half of a surrogate pair is in the same character as the first.
        let characters = self.units.iter().take(start + 1).filter(|unit| !matches!(unit, '\u{10dc00}'..='\u{10dfff}'));
        Err(PatternError { at: characters.count(), message: message.into() })
    }

    /// Whether a number after `\` refers to a group depends on the groups to come too.
    fn count_groups(&mut self) {
        let mut in_class = false;
        while let Some(unit) = self.next() {
            match unit {
                '\\' => self.at += 1,
                '[' => in_class = true,
                ']' => in_class = false,
                '(' if !in_class => {
                    let special = self.eat('?');
                    let named = special && self.eat('<') && !matches!(self.peek(), Some('=' | '!'));
                    self.captures += usize::from(named || !special);
                    self.named |= named;
                }
                _ => {}
            }
        }
        self.at = 0;
    }

    fn pattern(&mut self) -> Result<(), PatternError> {
        while let Some(unit) = self.peek() {
            let start = self.at;
            if self.quantifier()? {
                return self.refuse(start, format!("nothing to repeat before `{unit}`"));
            }
            self.at += 1;
            if self.piece(start, unit)? {
                self.quantifier()?;
            }
        }
        match self.open.pop() {
            Some(start) => self.refuse(start, "the group is not closed"),
            None => Ok(()),
        }
    }

    /// Reads what starts with `unit`, which is past, and tells whether it can be repeated.
    fn piece(&mut self, start: usize, unit: char) -> Result<bool, PatternError> {
        match unit {
            '|' | '^' | '$' => {
                self.output.push(unit);
                return Ok(false);
            }
            '(' => {
                self.group(start)?;
                return Ok(false);
            }
            ')' => {
                if self.open.pop().is_none() {
                    return self.refuse(start, "`)` closes no group");
                }
                self.output.push(')');
            }
            '\\' if self.eat('b') => {
                self.output.push_str("\\b");
                return Ok(false);
            }
            '\\' if self.eat('B') => {
                self.output.push_str("\\B");
                return Ok(false);
            }
            '\\' => {
                self.refuse_reference(start)?;
                match self.escape(start, false)? {
                    Atom::Unit(unit) => set::write_unit(unit, &mut self.output),
                    Atom::Set(set) => set.write(false, &mut self.output),
                }
            }
            '.' => Set::of(set::LINE_ENDS).write(true, &mut self.output),
            '[' => self.class(start)?,
            _ => set::write_unit(unit as u16, &mut self.output),
        }
        Ok(true)
    }

    /// Reads a quantifier, if there is one. A lazy one comes to the same: it only looks for another match first.
    fn quantifier(&mut self) -> Result<bool, PatternError> {
        let start = self.at;
        match self.peek() {
            Some(sign @ ('*' | '+' | '?')) => {
                self.at += 1;
                self.output.push(sign);
            }
            Some('{') => match self.bounds() {
                Some((min, max)) if min > max => return self.refuse(start, "the bounds of the repetition are out of order"),
                // No text is longer than the largest number.
                Some((min, u32::MAX)) => _ = write!(self.output, "{{{min},}}"),
                Some((min, max)) => _ = write!(self.output, "{{{min},{max}}}"),
                // Without bounds it is a brace and nothing more.
                None => return Ok(false),
            },
            _ => return Ok(false),
        }
        self.eat('?');
        Ok(true)
    }

    /// Reads `{2}`, `{2,}` or `{2,3}`, or nothing.
    fn bounds(&mut self) -> Option<(u32, u32)> {
        let start = self.at;
        let bounds = self.read_bounds();
        if bounds.is_none() {
            self.at = start;
        }
        bounds
    }

    fn read_bounds(&mut self) -> Option<(u32, u32)> {
        let number = |digits: &str| digits.parse().unwrap_or(u32::MAX);
        self.at += 1;
        let min = self.eat_while(|unit| unit.is_ascii_digit());
        let comma = self.eat(',');
        let max = if comma { self.eat_while(|unit| unit.is_ascii_digit()) } else { min.clone() };
        (!min.is_empty() && self.eat('}')).then(|| (number(&min), number(&max)))
    }

    /// Reads the start of a group, after its parenthesis.
    fn group(&mut self, start: usize) -> Result<(), PatternError> {
        if self.open.len() == DEPTH {
            return self.refuse(start, format!("groups lie more than {DEPTH} deep in each other"));
        }
        if self.eat('?') {
            match self.next() {
                Some(':') => {}
                Some('=' | '!') => return self.refuse(start, "lookahead cannot be matched in linear time"),
                Some('<') if matches!(self.peek(), Some('=' | '!')) => {
                    return self.refuse(start, "lookbehind cannot be matched in linear time");
                }
                Some('<') => self.name()?,
                _ => return self.refuse(start, "invalid group"),
            }
        }
        self.open.push(start);
        self.output.push_str("(?:");
        Ok(())
    }

    /// Reads the name of a group, after its `<`.
    fn name(&mut self) -> Result<(), PatternError> {
        let start = self.at;
        let Some(name) = self.read_name() else {
            return self.refuse(start, "invalid group name");
        };
        if self.names.insert(name.as_str().into()) { Ok(()) } else { self.refuse(start, format!("duplicate group name {}", quoted(&name))) }
    }

    fn read_name(&mut self) -> Option<String> {
        let mut units = Vec::new();
        while !self.eat('>') {
            match self.next()? {
                '\\' if !self.eat('u') => return None,
                '\\' if self.eat('{') => {
                    let digits = self.eat_while(|unit| unit.is_ascii_hexdigit());
                    let escaped = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)?;
                    units.extend_from_slice(escaped.encode_utf16(&mut [0; 2]));
                    if !self.eat('}') {
                        return None;
                    }
                }
                '\\' => units.push(self.hex(4)?),
                unit => units.push(unit as u16),
            }
        }
        let name = String::from_utf16(&units).ok()?;
        let starts = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '$' | '_'));
        // Beyond ASCII this is close to the letters of identifiers, of which there is no table.
        let goes_on = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '$' | '_' | '\u{200c}' | '\u{200d}'));
        (starts && goes_on).then_some(name)
    }

    /// Refuses a reference to a group, after its `\`.
    fn refuse_reference(&mut self, start: usize) -> Result<(), PatternError> {
        let name = self.at;
        let refers = match self.peek() {
            Some('k') => self.named,
            Some('1'..='9') => {
                let number = self.eat_while(|unit| unit.is_ascii_digit());
                number.parse().is_ok_and(|number: usize| number <= self.captures)
            }
            _ => false,
        };
        self.at = name;
        if refers { self.refuse(start, "a backreference cannot be matched in linear time") } else { Ok(()) }
    }

    /// Reads an escape, after its `\`.
    fn escape(&mut self, start: usize, in_class: bool) -> Result<Atom, PatternError> {
        let Some(unit) = self.next() else {
            return self.refuse(start, "`\\` escapes nothing");
        };
        let unit = match unit {
            'd' => return Ok(Atom::Set(Set::of(set::DIGITS))),
            'D' => return Ok(Atom::Set(Set::all_but(set::DIGITS))),
            'w' => return Ok(Atom::Set(Set::of(set::WORD))),
            'W' => return Ok(Atom::Set(Set::all_but(set::WORD))),
            's' => return Ok(Atom::Set(Set::of(set::SPACE))),
            'S' => return Ok(Atom::Set(Set::all_but(set::SPACE))),
            'k' if self.named => return self.refuse(start, "invalid escape `\\k` beside named groups"),
            'b' if in_class => 0x8,
            't' => 0x9,
            'n' => 0xa,
            'v' => 0xb,
            'f' => 0xc,
            'r' => 0xd,
            'c' => match self.peek() {
                Some(control) if control.is_ascii_alphabetic() || in_class && (control.is_ascii_digit() || control == '_') => {
                    self.at += 1;
                    control as u16 % 32
                }
                // Only the `\`; the `c` is read next.
                _ => {
                    self.at -= 1;
                    u16::from(b'\\')
                }
            },
            '0'..='7' => {
                self.at -= 1;
                self.octal()
            }
            'x' => self.hex(2).unwrap_or(unit as u16),
            'u' => self.hex(4).unwrap_or(unit as u16),
            _ => unit as u16,
        };
        Ok(Atom::Unit(unit))
    }

    /// Reads so many hexadecimal digits, or nothing.
    fn hex(&mut self, count: usize) -> Option<u16> {
        let digits = self.units.get(self.at..self.at + count)?;
        let value = digits.iter().try_fold(0, |value, digit| Some(value * 16 + digit.to_digit(16)?))?;
        self.at += count;
        u16::try_from(value).ok()
    }

    /// Reads up to three octal digits, as long as the value fits a byte.
    fn octal(&mut self) -> u16 {
        let mut value = 0;
        for _ in 0..3 {
            match self.peek().and_then(|unit| unit.to_digit(8)) {
                Some(digit) if value < 32 => value = value * 8 + digit as u16,
                _ => break,
            }
            self.at += 1;
        }
        value
    }

    /// Reads a class, after its bracket.
    fn class(&mut self, start: usize) -> Result<(), PatternError> {
        let negated = self.eat('^');
        let mut set = Set::default();
        while !self.eat(']') {
            let from_start = self.at;
            let from = self.member(start)?;
            if self.peek() != Some('-') || matches!(self.units.get(self.at + 1), Some(']')) {
                from.add_to(&mut set);
                continue;
            }
            self.at += 1;
            match (from, self.member(start)?) {
                (Atom::Unit(from), Atom::Unit(to)) if from > to => return self.refuse(from_start, "the range is out of order"),
                (Atom::Unit(from), Atom::Unit(to)) => set.add(from, to),
                // With a set on either side the dash is a dash.
                (from, to) => {
                    from.add_to(&mut set);
                    Atom::Unit(u16::from(b'-')).add_to(&mut set);
                    to.add_to(&mut set);
                }
            }
        }
        set.write(negated, &mut self.output);
        Ok(())
    }

    /// Reads one member of the class that starts at `class`.
    fn member(&mut self, class: usize) -> Result<Atom, PatternError> {
        let start = self.at;
        match self.next() {
            Some('\\') => self.escape(start, true),
            Some(unit) => Ok(Atom::Unit(unit as u16)),
            None => self.refuse(class, "the class is not closed"),
        }
    }
}
