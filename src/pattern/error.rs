//! Why a pattern is refused.

use crate::error::Code;
use crate::limits;
use crate::number;
use crate::text::{count, text};

/// Why a pattern was not taken.
#[derive(Debug, PartialEq)]
pub(crate) enum PatternError {
    TooLong,
    /// So many parts, with repetitions written out.
    TooLarge(u64),
    TooMany,
    /// It does not read at this character, the first of which is 1.
    Invalid {
        at: usize,
        reason: &'static str,
    },
}

impl PatternError {
    /// The issue that it is for a pattern, as it was written.
    pub(crate) fn issue(self, pattern: &str) -> (Code, String) {
        match self {
            PatternError::TooLong => {
                (Code::PatternTooLong, text![count(pattern.len()), " bytes; a pattern has at most ", count(limits::PATTERN_BYTES)])
            }
            PatternError::TooLarge(parts) => {
                let most = limits::PATTERN_PARTS;
                (
                    Code::PatternTooLong,
                    text![
                        number::to_text(parts as f64),
                        " parts with its repetitions written out; a pattern has at most ",
                        number::to_text(most as f64)
                    ],
                )
            }
            PatternError::TooMany => {
                let (patterns, parts) = (limits::PATTERNS, limits::ALL_PATTERN_PARTS);
                (
                    Code::TooManyPatterns,
                    text![
                        "a snapshot has at most ",
                        count(patterns),
                        " different patterns, of ",
                        number::to_text(parts as f64),
                        " parts in all"
                    ],
                )
            }
            PatternError::Invalid { at, reason } => {
                (Code::InvalidPattern, text!["invalid pattern ", quoted(pattern), " at character ", count(at), ": ", reason])
            }
        }
    }
}
