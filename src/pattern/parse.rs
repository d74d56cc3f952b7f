//! Reads a pattern: what the two syntaxes have in common, and where they part.

use super::Syntax;
use super::compile::{Compiler, ENDLESS};
use super::escape::BACKREFERENCE;
use super::program::{self, EDGE, Look, Units};
use super::sets::{self, Set};
use crate::limits;

/// What [`Parser::peek`] gives for a unit beyond ASCII, none of which is syntax.
pub(super) const OTHER: u8 = 0x80;
/// What [`Parser::peek`] gives at the pattern's end.
pub(super) const NOTHING: u8 = 0xff;

/// Flags, by their bits.
const IGNORE_CASE: u32 = 1 << 0;
const MULTI_LINE: u32 = 1 << 1;
const DOT_ALL: u32 = 1 << 2;
const CRLF: u32 = 1 << 3;
const VERBOSE: u32 = 1 << 4;
/// Their letters, in the order of the bits. What is greedy (`U`) makes no difference to whether there is a match, and
/// `u` makes none at all.
const FLAGS: &[u8] = b"imsRxUu";

/// How deep ECMAScript's groups may lie in each other.
const ECMASCRIPT_DEPTH: usize = 100;

/// What a character, an escape or a member of a class stands for.
pub(super) enum Atom {
    Unit(u32),
    /// A set, or what is outside of it.
    Set(&'static Set, bool),
    Look(Look),
}

pub(super) struct Parser {
    pub(super) units: Vec<u32>,
    /// Where the next unit is.
    pub(super) at: usize,
    pub(super) ecmascript: bool,
    flags: u32,
    /// Hashes of the names of groups.
    names: Vec<u64>,
    /// How many groups capture.
    captures: u64,
    /// The lowest number after a `\` of ECMAScript, which is octal if there is no such group, and where it is.
    pub(super) lowest_reference: (u64, usize),
    /// Where the first `\k` is, which is a `k` if no group has a name.
    pub(super) name_reference: Option<usize>,
    pub(super) compiler: Compiler,
    /// Where and why the pattern is refused.
    pub(super) refused_at: usize,
    pub(super) reason: &'static str,
}

/// The pattern is refused; the parser knows why.
pub(super) struct Refused;

pub(super) type Read<T> = Result<T, Refused>;

impl Parser {
    pub(super) fn new(pattern: &str, syntax: Syntax, compiles: bool) -> Parser {
        let ecmascript = syntax == Syntax::EcmaScript;
        let mut parser = Parser {
            units: Vec::new(),
            at: 0,
            ecmascript,
            flags: 0,
            names: Vec::new(),
            captures: 0,
            lowest_reference: (u64::MAX, 0),
            name_reference: None,
            compiler: Compiler::new(ecmascript, compiles),
            refused_at: 0,
            reason: "",
        };
        let mut units = Units::of(pattern, ecmascript);
        loop {
            match units.next() {
                EDGE => return parser,
                unit => parser.units.push(unit),
            }
        }
    }

    pub(super) fn parse(&mut self) -> Read<()> {
        loop {
            self.skip_space();
            let start = self.at;
            let Some(&unit) = self.units.get(start) else { break };
            self.at += 1;
            match ascii(unit) {
                b'(' => self.open(start)?,
                b')' => match self.compiler.close() {
                    Some(flags) => self.set_flags(flags),
                    None => return Err(self.refuse(start, "`)` closes no group")),
                },
                b'|' => self.compiler.alternative(),
                b'*' => self.repeat(start, 0, ENDLESS)?,
                b'+' => self.repeat(start, 1, ENDLESS)?,
                b'?' => self.repeat(start, 0, 1)?,
                b'{' => self.counted(start)?,
                b'[' => self.class(start)?,
                b'\\' => {
                    let atom = self.escape(start, false)?;
                    self.atom(atom);
                }
                b'^' => self.line(program::START, program::LINE_START, program::CRLF_LINE_START),
                b'$' => self.line(program::END, program::LINE_END, program::CRLF_LINE_END),
                b'.' => {
                    let ends = match self.flags & (DOT_ALL | CRLF) {
                        _ if self.ecmascript => 3,
                        0 => 1,
                        CRLF => 2,
                        _ => 0,
                    };
                    self.compiler.set(sets::LINE_ENDS.get(..ends).unwrap_or_default(), true);
                }
                _ => self.compiler.unit(unit),
            }
        }
        if self.compiler.depth() > 0 {
            return Err(self.refuse(self.compiler.opened_at(), "the group is not closed"));
        }
        let (number, at) = self.lowest_reference;
        let by_number = Some(at).filter(|_| number <= self.captures);
        let by_name = self.name_reference.filter(|_| !self.names.is_empty());
        match by_number.or(by_name) {
            Some(at) => Err(self.refuse(at, BACKREFERENCE)),
            None => Ok(()),
        }
    }

    /// The next unit, where it can be syntax.
    pub(super) fn peek(&self) -> u8 {
        self.units.get(self.at).map_or(NOTHING, |unit| ascii(*unit))
    }

    pub(super) fn eat(&mut self, wanted: u8) -> bool {
        let found = self.peek() == wanted;
        self.at += usize::from(found);
        found
    }

    fn is_space(&self) -> bool {
        self.units.get(self.at).and_then(|unit| char::from_u32(*unit)).is_some_and(char::is_whitespace)
    }

    /// Passes space and comments, where they do not count.
    pub(super) fn skip_space(&mut self) {
        while self.flags & VERBOSE != 0 {
            if self.eat(b'#') {
                while !matches!(self.peek(), b'\n' | NOTHING) {
                    self.at += 1;
                }
            } else if self.is_space() {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// Refuses the pattern for what starts at the unit `at`.
    pub(super) fn refuse(&mut self, at: usize, reason: &'static str) -> Refused {
        // The second half of a character of two units is in the same character as the first.
        let characters = self.units.iter().take(at + 1).filter(|unit| !matches!(unit, 0xdc00..=0xdfff));
        self.refused_at = characters.count();
        self.reason = reason;
        Refused
    }

    /// Reads digits: at most so many, and as long as the number before the next stays below `bound`. It is nothing if they
    /// are fewer than `least`, and no more than [`ENDLESS`].
    pub(super) fn digits(&mut self, radix: u32, least: u32, most: u32, bound: u64) -> Option<u64> {
        let (mut count, mut number) = (0, 0);
        while count < most
            && number < bound
            && let Some(digit) = char::from(self.peek()).to_digit(radix)
        {
            number = ENDLESS.min(number * u64::from(radix) + u64::from(digit));
            count += 1;
            self.at += 1;
            self.skip_space();
        }
        (count >= least).then_some(number)
    }

    fn set_flags(&mut self, flags: u32) {
        self.flags = flags;
        self.compiler.ignore_case = flags & IGNORE_CASE != 0;
    }

    fn atom(&mut self, atom: Atom) {
        match atom {
            Atom::Unit(unit) => self.compiler.unit(unit),
            Atom::Set(set, outside) => self.compiler.set(set, outside),
            Atom::Look(look) => {
                self.compiler.look(look);
                if self.ecmascript {
                    self.compiler.seal();
                }
            }
        }
    }

    /// A look at the ends of the text, or of its lines.
    fn line(&mut self, text: Look, line: Look, crlf_line: Look) {
        self.atom(Atom::Look(match self.flags & (MULTI_LINE | CRLF) {
            MULTI_LINE => line,
            0 | CRLF => text,
            _ => crlf_line,
        }));
    }

    /// Reads the start of a group, after its parenthesis, or flags that are set for what follows.
    fn open(&mut self, start: usize) -> Read<()> {
        let flags = self.flags;
        let mut parts = 0;
        let mut captures = 1;
        self.skip_space();
        if self.eat(b'?') {
            parts = 2;
            let named = !self.ecmascript && self.eat(b'P');
            let form = self.peek();
            self.at += 1;
            match form {
                b'=' | b'!' => return Err(self.refuse(start, "lookahead cannot be matched in linear time")),
                b'<' if matches!(self.peek(), b'=' | b'!') => return Err(self.refuse(start, "lookbehind cannot be matched in linear time")),
                b'<' => self.name()?,
                b':' if !named => captures = 0,
                _ if self.ecmascript || named => return Err(self.refuse(start, "invalid group")),
                _ => {
                    self.at -= 1;
                    if self.read_flags(start)? {
                        self.compiler.count(parts);
                        return Ok(());
                    }
                }
            }
        }
        if self.compiler.depth() == if self.ecmascript { ECMASCRIPT_DEPTH } else { limits::PATTERN_DEPTH } {
            return Err(self.refuse(start, "groups lie too deep in each other"));
        }
        self.captures += captures;
        self.compiler.open(start, flags, parts);
        Ok(())
    }

    /// Reads flags, and tells whether they stand by themselves, not before a group.
    fn read_flags(&mut self, start: usize) -> Read<bool> {
        let (mut flags, mut seen, mut negated) = (self.flags, 0, false);
        loop {
            let letter = self.peek();
            self.at += 1;
            let flag = FLAGS.iter().position(|flag| *flag == letter).map_or(0, |index| 1 << index);
            match letter {
                b':' | b')' if seen != 0 => {
                    self.set_flags(flags);
                    return Ok(letter == b')');
                }
                b'-' if !negated && !matches!(self.peek(), b':' | b')') => negated = true,
                _ if flag & !seen == 0 => return Err(self.refuse(start, "invalid group or flags")),
                _ => {
                    seen |= flag;
                    flags = if negated { flags & !flag } else { flags | flag };
                }
            }
        }
    }

    /// Reads the name of a group, after its `<`.
    fn name(&mut self) -> Read<()> {
        let start = self.at;
        // FNV-1a: no two names of a pattern have the same by chance.
        let (mut hash, mut first) = (0xcbf2_9ce4_8422_2325_u64, true);
        loop {
            let mut unit = self.units.get(self.at).copied().unwrap_or(EDGE);
            self.at += 1;
            if unit == u32::from(b'>') && !first {
                break;
            }
            if self.ecmascript && unit == u32::from(b'\\') && self.eat(b'u') {
                unit = self.hexadecimal(4).unwrap_or(EDGE);
            }
            let fits = match ascii(unit) {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => true,
                b'$' => self.ecmascript,
                b'0'..=b'9' => !first,
                b'.' | b'[' | b']' => !first && !self.ecmascript,
                // Beyond ASCII there is no table of letters: nothing is done with names.
                letter => letter == OTHER && unit != EDGE,
            };
            if !fits {
                return Err(self.refuse(start, "invalid group name"));
            }
            hash = (hash ^ u64::from(unit)).wrapping_mul(0x100_0000_01b3);
            first = false;
        }
        if self.names.contains(&hash) {
            return Err(self.refuse(start, "duplicate group name"));
        }
        self.names.push(hash);
        Ok(())
    }

    /// Reads the bounds of a repetition, after the brace. To ECMAScript a brace without bounds is one and nothing more.
    fn counted(&mut self, start: usize) -> Read<()> {
        self.skip_space();
        let min = self.number();
        let mut max = min;
        if self.eat(b',') {
            self.skip_space();
            max = if self.peek() == b'}' { Some(ENDLESS) } else { self.number() };
        }
        match (min, max) {
            (Some(min), Some(max)) if self.eat(b'}') => {
                self.skip_space();
                self.repeat(start, min, max)
            }
            _ if self.ecmascript => {
                self.at = start + 1;
                self.compiler.unit(b'{'.into());
                Ok(())
            }
            _ => Err(self.refuse(start, "expected bounds such as `{2}`, `{2,}` or `{2,3}`")),
        }
    }

    /// Reads a number below 2^32. To ECMAScript a greater one is as good as endless.
    pub(super) fn number(&mut self) -> Option<u64> {
        self.skip_blanks();
        let number = self.digits(10, 1, u32::MAX, u64::MAX)?;
        self.skip_blanks();
        (number < ENDLESS || self.ecmascript).then_some(number)
    }

    /// Passes the space that may be around a number, but not in ECMAScript.
    fn skip_blanks(&mut self) {
        while !self.ecmascript && self.is_space() {
            self.at += 1;
            self.skip_space();
        }
    }

    /// Reads the rest of a quantifier that starts at `start`. A lazy one comes to the same: it only looks for another
    /// match first.
    fn repeat(&mut self, start: usize, min: u64, max: u64) -> Read<()> {
        let counted = self.units.get(start) == Some(&b'{'.into());
        self.eat(b'?');
        if let Err(reason) = self.compiler.repeat(min, max, counted) {
            return Err(self.refuse(start, reason));
        }
        if self.ecmascript {
            self.compiler.seal();
        }
        Ok(())
    }
}

/// The unit as a byte, or [`OTHER`].
pub(super) fn ascii(unit: u32) -> u8 {
    unit.min(OTHER.into()) as u8
}
