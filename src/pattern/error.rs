//! Why a pattern is refused.

use crate::error::{Code, quoted};
use crate::limits;

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
                (Code::PatternTooLong, format!("{} bytes; a pattern has at most {}", pattern.len(), limits::PATTERN_BYTES))
            }
            PatternError::TooLarge(parts) => {
                let most = limits::PATTERN_PARTS;
                (Code::PatternTooLong, format!("{parts} parts with its repetitions written out; a pattern has at most {most}"))
            }
            PatternError::TooMany => {
                let (patterns, parts) = (limits::PATTERNS, limits::ALL_PATTERN_PARTS);
                (Code::TooManyPatterns, format!("a snapshot has at most {patterns} different patterns, of {parts} parts in all"))
            }
            PatternError::Invalid { at, reason } => {
                (Code::InvalidPattern, format!("invalid pattern {} at character {at}: {reason}", quoted(pattern)))
            }
        }
    }
}
