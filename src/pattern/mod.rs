//! Patterns: whether one is found in a text, in time that is linear in both.

mod class;
mod compile;
mod escape;
mod parse;
mod program;
mod sets;
#[cfg(test)]
mod tests;

use self::parse::{Parser, Refused};
use self::program::Program;

/// How a pattern is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Samebucket,
    EcmaScript,
}

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern(Program);

/// Why a pattern does not read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Invalid {
    /// The place: the first character is 1.
    pub(crate) at: usize,
    pub(crate) reason: &'static str,
}

impl Pattern {
    /// Reads and compiles a pattern, and counts its parts. With more parts than there is `room` for it is read, but not compiled as a whole.
    pub(crate) fn new(pattern: &str, syntax: Syntax, room: u64) -> Result<(Pattern, u64), Invalid> {
        let mut parser = Parser::new(pattern, syntax, room);
        match parser.parse() {
            Ok(()) => {
                let (program, parts) = parser.compiler.finish();
                Ok((Pattern(program), parts))
            }
            Err(Refused) => Err(parser.invalid),
        }
    }

    /// Whether the pattern is found in the text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
