//! Formats: each reads its backend's snapshot, checks it and compiles it into a plan. One module a format; a new
//! backend is a new module here and a line in the list.

mod check;
mod samebucket;

use std::fmt;
use std::str::FromStr;

use crate::error::{Code, Issues};
use crate::format::check::{Checker, Node};
use crate::plan::Plan;
use crate::value::Value;

/// The formats of snapshots that can be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The project's own: `samebucket/1`.
    Samebucket,
}

/// All formats, in the order in which they are told apart.
const FORMATS: &[Format] = &[Format::Samebucket];

impl Format {
    /// The name that options and `SnapshotInfo` carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Samebucket => "samebucket/1",
        }
    }

    /// Whether a snapshot has the shape that is this format's alone.
    fn fits(self, snapshot: &Value) -> bool {
        match self {
            Format::Samebucket => samebucket::fits(snapshot),
        }
    }

    fn compile(self, snapshot: &Value, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
        match self {
            Format::Samebucket => samebucket::compile(snapshot, environment, checker),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        FORMATS.iter().copied().find(|format| format.as_str() == name).ok_or_else(|| UnknownFormat(name.into()))
    }
}

/// A name that is not a format's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(Box<str>);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown format {}; expected `auto` or `samebucket/1`", crate::error::quoted(&self.0))
    }
}

impl std::error::Error for UnknownFormat {}

/// What a format makes of a snapshot.
pub(crate) struct Compiled {
    pub(crate) plan: Plan,
    pub(crate) version: Option<Box<str>>,
    pub(crate) environment: Option<Box<str>>,
}

/// Compiles the flags of a snapshot that have no issue, and lists all issues. None without a usable snapshot around
/// the flags. A format that is not given is found by the snapshot's shape. `skips`: flags that require one with an
/// issue are to be left out, too.
pub(crate) fn compile(
    snapshot: &Value,
    format: Option<Format>,
    environment: Option<&str>,
    skips: bool,
    issues: Issues,
) -> (Option<(Format, Compiled)>, Issues) {
    let mut checker = Checker::new(issues, skips);
    let format = format.or_else(|| FORMATS.iter().copied().find(|format| format.fits(snapshot)));
    let compiled = match format {
        Some(format) => format.compile(snapshot, environment, &mut checker).map(|compiled| (format, compiled)),
        None => {
            let message = "the format was not recognised; expected an object with `\"schema\": \"samebucket/1\"`";
            checker.report(Node::root(snapshot), Code::UnknownFormat, message.into());
            None
        }
    };
    let usable = compiled.filter(|_| !checker.is_unusable());
    (usable, checker.into_issues())
}
