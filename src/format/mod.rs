//! Formats: each reads its backend's snapshot, checks it and compiles it into a plan. One module a format; a new
//! backend is a new module here and a line in the list.

mod check;
mod detect;
mod flcm;
mod graph;
mod lift;
mod orchestrator;
mod prompt_improver;
pub(crate) mod python;
mod ruleiq;
mod samebucket;
mod user;

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use crate::error::{Code, Issues, quoted};
use crate::format::check::{Checker, Node, one_of};
use crate::limits;
use crate::plan::{Builder, FlagId, Plan};
use crate::value::Value;

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $compile:path;)*) => {
        /// The formats of snapshots that can be loaded.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Format {
            $($(#[$doc])* $name,)*
        }

        /// All formats.
        const FORMATS: &[Format] = &[$(Format::$name),*];

        impl Format {
            /// The name that options and `SnapshotInfo` carry.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Format::$name => $id,)*
                }
            }

            fn compile(self, snapshot: &Value, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
                match self {
                    $(Format::$name => $compile(snapshot, environment, checker),)*
                }
            }
        }
    };
}

formats! {
    /// The project's own.
    Samebucket = "samebucket/1", samebucket::compile;
    /// Strategies, shares from 0 to 1, SHA-256.
    Lift = "lift", lift::compile;
    /// Python conditions, percentages, SHA-256.
    PromptImprover = "prompt-improver", prompt_improver::compile;
    /// Cohorts and dependencies, MD5 of the user alone.
    Flcm = "flcm", flcm::compile;
    /// Rules on tenants and users, values of any type, MD5.
    Orchestrator = "orchestrator", orchestrator::compile;
    /// Environments, lists and percentages, SHA-256 or MD5.
    Ruleiq = "ruleiq", ruleiq::compile;
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
        let names: Vec<&str> = ["auto"].into_iter().chain(FORMATS.iter().map(|format| format.as_str())).collect();
        write!(f, "unknown format {}; expected {}", quoted(&self.0), one_of(&names))
    }
}

impl std::error::Error for UnknownFormat {}

/// What a format makes of a snapshot.
pub(crate) struct Compiled {
    pub(crate) plan: Plan,
    pub(crate) version: Option<Box<str>>,
    pub(crate) environment: Option<Box<str>>,
}

impl Compiled {
    /// For formats whose flags do not refer to each other.
    fn of(builder: Builder) -> Compiled {
        let order: Vec<FlagId> = (0..builder.next_flag().0).map(FlagId).collect();
        Compiled { plan: builder.finish(&order), version: None, environment: None }
    }
}

/// What has become of a snapshot.
pub(crate) struct Outcome {
    /// None without a usable snapshot around the flags.
    pub(crate) compiled: Option<(Format, Compiled)>,
    pub(crate) issues: Issues,
    pub(crate) warnings: Issues,
}

/// Compiles the flags of a snapshot that have no issue, and lists all issues. A format that is not given is found by the
/// snapshot's shape. `skips`: flags that require one with an issue are to be left out, too.
pub(crate) fn compile(snapshot: &Value, format: Option<Format>, environment: Option<&str>, skips: bool, issues: Issues) -> Outcome {
    let mut checker = Checker::new(issues, skips);
    let format = format.or_else(|| match detect::candidates(snapshot).as_slice() {
        [only] => Some(*only),
        candidates => {
            let names: Vec<&str> = candidates.iter().map(|format| format.as_str()).collect();
            let (code, message) = match names.is_empty() {
                true => {
                    let expected = "expected `\"schema\": \"samebucket/1\"`, or another format named in the option `format`";
                    (Code::UnknownFormat, format!("the format was not recognised; {expected}"))
                }
                false => (
                    Code::AmbiguousFormat,
                    format!(
                        "the format could be {}; name one in the option `format`, or add the `schema` of `samebucket/1`",
                        one_of(&names)
                    ),
                ),
            };
            checker.report(Node::root(snapshot), code, message);
            None
        }
    });
    let compiled = format.and_then(|format| Some((format, format.compile(snapshot, environment, &mut checker)?)));
    let compiled = compiled.filter(|_| !checker.is_unusable());
    let (issues, warnings) = checker.into_issues();
    Outcome { compiled, issues, warnings }
}

/// Reads the flags of an object by key; each is what issues concern while it is read.
fn each_flag<'v>(
    node: Node<'v, '_>,
    checker: &mut Checker,
    mut read: impl FnMut(&'v str, Node<'v, '_>, &mut Checker) -> Option<()>,
) -> Option<()> {
    within_limit(node, checker.object(node)?.len(), checker)?;
    checker.each(node, |checker, key, node| {
        checker.concerns(Some(key));
        if !checker.is_invalid(key) {
            read(key, node, checker);
        }
        checker.concerns(None);
    })
}

/// Reads the flags of a list, each with its key in it. Of flags that share a key none is read.
fn flags_in<'v>(
    node: Node<'v, '_>,
    name_of_key: &'static str,
    checker: &mut Checker,
    mut read: impl FnMut(&'v str, Node<'v, '_>, &mut Checker) -> Option<()>,
) -> Option<()> {
    let flags = checker.list(node)?;
    within_limit(node, flags.len(), checker)?;
    let key_of = |flag: &'v Value| match flag {
        Value::Object(flag) => flag.get(name_of_key),
        _ => None,
    };
    let (mut keys, mut shared) = (HashSet::new(), HashSet::new());
    for key in flags.iter().filter_map(key_of) {
        if let Value::String(key) = key
            && !keys.insert(&**key)
        {
            shared.insert(&**key);
        }
    }
    checker.items(node, |checker, node| {
        let fields = checker.open_fields(node)?;
        let place = checker.required(&fields, name_of_key)?;
        let key = checker.string(place)?;
        checker.concerns(Some(key));
        if !shared.contains(key) {
            read(key, node, checker);
        } else if !keys.remove(key) {
            checker.report(place, Code::DuplicateFlag, format!("another flag has the {name_of_key} {}", quoted(key)));
        }
        checker.concerns(None);
        Some(())
    });
    Some(())
}

fn within_limit(node: Node<'_, '_>, flags: usize, checker: &mut Checker) -> Option<()> {
    if flags <= limits::FLAGS {
        return Some(());
    }
    checker.report(node, Code::TooManyFlags, format!("{flags} flags; a snapshot has at most {}", limits::FLAGS));
    None
}

/// The first names of several, for a message.
fn listed<'a>(names: impl Iterator<Item = &'a str>, separator: &str) -> String {
    const MOST: usize = 8;
    let mut names: Vec<String> = names.take(MOST + 1).map(quoted).collect();
    if let Some(more) = names.get_mut(MOST) {
        *more = "…".into();
    }
    names.join(separator)
}
