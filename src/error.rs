//! What is wrong with a snapshot: every issue with its code, its place and a sentence.

use std::fmt;

use crate::limits;
use crate::text::{count, text};
use crate::value::{Object, Value};

/// A snapshot that was refused, with everything found wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotError {
    issues: Vec<Issue>,
}

impl SnapshotError {
    pub(crate) fn new(issues: Vec<Issue>) -> SnapshotError {
        SnapshotError { issues }
    }

    /// The code of the first issue.
    pub fn code(&self) -> &'static str {
        self.issues.first().map_or("invalid_json", Issue::code)
    }

    /// The first issue, and how many more there are.
    pub(crate) fn message(&self) -> String {
        let Some(first) = self.issues.first() else { return String::new() };
        let colon = if first.path.is_empty() { "" } else { ": " };
        let more = match self.issues.len() {
            0 | 1 => String::new(),
            2 => " (and 1 more issue)".into(),
            all => text![" (and ", count(all - 1), " more issues)"],
        };
        text![first.path, colon, first.message, more]
    }

    /// Everything found, in the order in which it was found, at most [`limits::ISSUES`](crate::limits::ISSUES).
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for SnapshotError {}

/// The issues as JSON.
pub(crate) fn issues_to_value(issues: &[Issue]) -> Value {
    let mut list = Vec::with_capacity(issues.len());
    for issue in issues {
        list.push(issue.to_value());
    }
    Value::List(list)
}

/// One thing wrong with a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    code: Code,
    path: String,
    flag: Option<Box<str>>,
    message: String,
}

impl Issue {
    pub(crate) fn new(code: Code, path: String, flag: Option<Box<str>>, message: String) -> Issue {
        Issue { code, path, flag, message }
    }

    /// A stable word for the kind of issue, such as `unknown_variant`.
    pub fn code(&self) -> &'static str {
        self.code.word()
    }

    /// Where: a JSON pointer (RFC 6901); empty for the snapshot as a whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The flag that the issue lies in; none when it concerns the whole snapshot.
    pub fn flag(&self) -> Option<&str> {
        self.flag.as_deref()
    }

    /// What is wrong and what was expected.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn to_value(&self) -> Value {
        let mut issue = Object::default();
        issue.set("code", self.code());
        issue.set("path", self.path());
        issue.set("message", self.message());
        if let Some(flag) = self.flag() {
            issue.set("flag", flag);
        }
        issue.into()
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The kinds of issue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            pub(crate) const fn word(self) -> &'static str {
                match self {
                    $(Code::$name => $word,)*
                }
            }
        }

        /// Every code that an [`Issue`] can carry.
        pub const ISSUE_CODES: &[&str] = &[$($word),*];
    };
}

codes! {
    // The document.
    TooLarge = "too_large",
    InvalidUtf8 = "invalid_utf8",
    InvalidJson = "invalid_json",
    TooDeep = "too_deep",
    DuplicateKey = "duplicate_key",
    UnknownFormat = "unknown_format",
    TooManyFlags = "too_many_flags",
    TooManyIssues = "too_many_issues",
    // A value by itself.
    WrongType = "wrong_type",
    MissingKey = "missing_key",
    UnknownKey = "unknown_key",
    EmptyName = "empty_name",
    InvalidValue = "invalid_value",
    OutOfRange = "out_of_range",
    PercentageTooFine = "percentage_too_fine",
    InvalidInstant = "invalid_instant",
    InvalidVersion = "invalid_version",
    InvalidCondition = "invalid_condition",
    DuplicateFlag = "duplicate_flag",
    AmbiguousFormat = "ambiguous_format",
    InvalidPattern = "invalid_pattern",
    PatternTooLong = "pattern_too_long",
    TooManyPatterns = "too_many_patterns",
    // Values that do not go together.
    MixedVariants = "mixed_variants",
    UnknownVariant = "unknown_variant",
    UnknownSegment = "unknown_segment",
    UnknownFlag = "unknown_flag",
    DuplicateRule = "duplicate_rule",
    RampOrder = "ramp_order",
    InvalidSchedule = "invalid_schedule",
    SplitWithoutWeight = "split_without_weight",
    RequirementCycle = "requirement_cycle",
    RequirementTooDeep = "requirement_too_deep",
}

/// Collects what is wrong with a snapshot while it is read, until that is too much.
#[derive(Debug, Default)]
pub(crate) struct Issues {
    list: Vec<Issue>,
    /// Bytes of all paths, flags and messages.
    bytes: usize,
    full: bool,
}

impl Issues {
    /// Long names may come back in every issue, which the number of issues alone does not bound.
    const BYTES: usize = 2 * limits::SNAPSHOT_BYTES;

    pub(crate) fn push(&mut self, issue: Issue) {
        if self.full {
            return;
        }
        let listed = self.list.len();
        self.full = listed + 1 >= limits::ISSUES || self.bytes > Issues::BYTES;
        if self.full {
            let message = text!["too many issues; only the first ", count(listed), " are listed"];
            self.list.push(Issue::new(Code::TooManyIssues, String::new(), None, message));
        } else {
            self.bytes += issue.path.len() + issue.flag.as_ref().map_or(0, |flag| flag.len()) + issue.message.len();
            self.list.push(issue);
        }
    }

    /// Whether issues are no longer taken, so that there is no use in looking for more.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Issue> {
        self.list.iter()
    }

    pub(crate) fn into_list(self) -> Vec<Issue> {
        self.list
    }
}
