//! Patterns: whether one is found in a text, in time that is linear in both.
//!
//! ```text
//! pattern ──▶ parse, class, escape ──▶ compile ──▶ program ──▶ is_match
//!             (two syntaxes)           (jumps, classes as ranges)
//! ```
//!
//! # The syntax of `samebucket/1`
//!
//! It is that of the crate regex-lite, by characters of Unicode, with sets and boundaries of ASCII.
//!
//! | pattern | is |
//! |---|---|
//! | `a`, `é` | the character; `\` before what is neither letter nor digit, nor `<` or `>`, makes it one |
//! | `.` | any character but LF; with `s` LF too, with `R` neither LF nor CR |
//! | `\d` `\w` `\s`, `\D` `\W` `\S` | `[0-9]`, `[0-9A-Za-z_]`, `[\t\n\v\f\r ]`, and all but these |
//! | `\a` `\f` `\t` `\n` `\r` `\v` | U+0007, U+000C, U+0009, U+000A, U+000D, U+000B |
//! | `\x41` `\u0041` `\U00000041`, `\x{41}` | a character by its number: by so many digits, or by any in braces after `x`, `u` or `U` |
//! | `[a-z_]`, `[^a-z]` | a class. `]` is a member where it is the first, `-` at the start and at the end; `&&`, `--` and `~~` are refused |
//! | `[[:alpha:]]`, `[[:^alpha:]]` | alnum, alpha, ascii, blank, cntrl, digit, graph, lower, print, punct, space, upper, word or xdigit, within a class |
//! | `^` `$`, `\A` `\z` | the start and the end of the text; with `m`, `^` and `$` are those of a line |
//! | `\b` `\B` | where a word starts or ends; where none does |
//! | `\<` `\>`, `\b{start}` `\b{end}` | where a word starts; where one ends |
//! | `\b{start-half}` `\b{end-half}` | where no word goes on from before; where none goes on after |
//! | `*` `+` `?` `{2}` `{2,}` `{2,3}` | repetitions; with `?` after it, any of them means the same |
//! | `a\|b`, `(a)` `(?:a)` `(?<n>a)` `(?P<n>a)` | alternatives; groups, whose names must differ |
//! | `(?i-s)`, `(?i-s:a)` | sets flags, to the group's end or for a group: those before `-` on, those after it off |
//!
//! The flags: `i`, letters of ASCII stand for both cases; `m`, `^` and `$` are at lines; `s`, `.` is LF too; `R`, lines end in
//! CR, LF or both; `x`, white space and `#` to the line's end do not count. `U` and `u` change nothing here.
//!
//! Looking around, backreferences, `\p` and classes in classes are refused.
//!
//! # The syntax of ECMAScript
//!
//! It is that of `new RegExp(pattern)` without flags, Annex B included, and so by UTF-16 units. Looking around and
//! backreferences are refused, as are flags in groups. Beyond ASCII any character may be in a group's name.
//!
//! # Parts
//!
//! Every character, set, place, member and dash of a class, `|`, `*`, `+` and `?` is a part, `(?` is two, and a counted
//! repetition has those of what it repeats, so many times. A part takes two instructions at most.

mod class;
mod compile;
mod error;
mod escape;
mod parse;
mod program;
mod sets;
#[cfg(test)]
mod tests;

pub(crate) use self::error::PatternError;
use self::parse::{Parser, Refused};
use self::program::Program;
use crate::limits;

/// How a pattern is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Samebucket,
    EcmaScript,
}

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern(Program);

impl Pattern {
    /// Reads a pattern and compiles it, if so many parts are `left` as it has. They are given beside it.
    pub(crate) fn new(pattern: &str, syntax: Syntax, left: u64) -> Result<(Pattern, u64), PatternError> {
        // Code may be much more than the pattern that it is made from, so that the parts are counted before.
        let mut compiles = false;
        loop {
            let mut parser = Parser::new(pattern, syntax, compiles);
            if let Err(Refused) = parser.parse() {
                return Err(PatternError::Invalid { at: parser.refused_at, reason: parser.reason });
            }
            let (program, parts) = parser.compiler.finish();
            if parts > limits::PATTERN_PARTS {
                return Err(PatternError::TooLarge(parts));
            }
            if parts > left {
                return Err(PatternError::TooMany);
            }
            if compiles {
                return Ok((Pattern(program), parts));
            }
            compiles = true;
        }
    }

    /// Whether the pattern is found in the text.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
