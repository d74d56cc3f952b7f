//! Formats: each reads its backend's snapshot, checks it and compiles it into a plan. One module a format; a new
//! backend is a new module here and a line in the list.

mod check;
mod detect;
mod fields;
mod flcm;
mod graph;
mod lift;
mod orchestrator;
mod prompt_improver;
pub(crate) mod python;
mod ruleiq;
mod samebucket;
mod user;

use std::fmt;
use std::str::FromStr;

pub(crate) use check::{Checker, NUMBER, Shape, WHOLE, required};

use crate::document::{Document, Node};
use crate::error::{Code, Issues};
use crate::limits;
use crate::plan::{Builder, FlagId, Plan};
use crate::text::{count, one_of, text};
use crate::texts::Texts;

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

            fn compile(self, snapshot: Node<'_>, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
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

fn names(formats: &[Format]) -> Vec<&'static str> {
    let mut names = Vec::with_capacity(formats.len() + 1);
    for format in formats {
        names.push(format.as_str());
    }
    names
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

impl UnknownFormat {
    pub(crate) fn message(&self) -> String {
        let mut names = names(FORMATS);
        names.insert(0, "auto");
        text!["unknown format ", quoted(&self.0), "; expected ", one_of(&names)]
    }
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
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
pub(crate) fn compile(document: &Document<'_>, format: Option<Format>, environment: Option<&str>, skips: bool, issues: Issues) -> Outcome {
    let snapshot = document.root();
    let mut checker = Checker::new(issues, skips);
    let format = format.or_else(|| match detect::candidates(snapshot).as_slice() {
        [only] => Some(*only),
        candidates => {
            let names = names(candidates);
            let (code, message) = match names.is_empty() {
                true => {
                    let expected = "expected `\"schema\": \"samebucket/1\"`, or another format named in the option `format`";
                    (Code::UnknownFormat, text!["the format was not recognised; ", expected])
                }
                false => (
                    Code::AmbiguousFormat,
                    text![
                        "the format could be ",
                        one_of(&names),
                        "; name one in the option `format`, or add the `schema` of `samebucket/1`"
                    ],
                ),
            };
            checker.report(snapshot, code, message);
            None
        }
    });
    let compiled = format.and_then(|format| Some((format, format.compile(snapshot, environment, &mut checker)?)));
    let compiled = compiled.filter(|_| !checker.is_unusable());
    let (issues, warnings) = checker.into_issues();
    Outcome { compiled, issues, warnings }
}

/// Holds the flags of an object to their shape and hands all of them to `read`, each with its key. Issues concern the
/// flag meanwhile.
fn each_flag<'d>(
    flags: Node<'d>,
    shape: &'static Shape,
    checker: &mut Checker,
    read: &mut dyn FnMut(&'d str, Node<'d>, &mut Checker),
) -> Option<()> {
    if !checker.check(flags, &Shape::Open(&[])) {
        return None;
    }
    within_limit(flags, checker)?;
    for node in flags.values() {
        if checker.is_full() {
            return None;
        }
        one_flag(node.key(), node, shape, checker, read);
    }
    Some(())
}

/// The same for flags in a list, each with its key in it. Of flags that share a key none is read.
fn flags_in<'d>(
    flags: Node<'d>,
    name_of_key: &'static str,
    shape: &'static Shape,
    checker: &mut Checker,
    read: &mut dyn FnMut(&'d str, Node<'d>, &mut Checker),
) -> Option<()> {
    if !checker.check(flags, &Shape::List(&Shape::Any)) {
        return None;
    }
    within_limit(flags, checker)?;
    let (mut keys, mut shared, mut reported) = (Texts::default(), Texts::default(), Texts::default());
    for key in flags.values().filter_map(|flag| flag.get(name_of_key)?.text()) {
        if !keys.insert(key).1 {
            shared.insert(key);
        }
    }
    for node in flags.values() {
        if checker.is_full() {
            return None;
        }
        if !checker.check(node, &Shape::Open(&[])) {
            continue;
        }
        let Some(place) = node.get(name_of_key) else {
            checker.missing(node, name_of_key);
            continue;
        };
        if !checker.check(place, &Shape::Text) {
            continue;
        }
        let key = place.text().unwrap_or_default();
        if !shared.contains(key) {
            one_flag(key, node, shape, checker, read);
        } else if !reported.insert(key).1 {
            checker.concerns(Some(key));
            checker.report(place, Code::DuplicateFlag, text!["another flag has the ", name_of_key, " ", quoted(key)]);
            checker.concerns(None);
        }
    }
    Some(())
}

fn one_flag<'d>(
    key: &'d str,
    node: Node<'d>,
    shape: &'static Shape,
    checker: &mut Checker,
    read: &mut dyn FnMut(&'d str, Node<'d>, &mut Checker),
) {
    checker.concerns(Some(key));
    checker.check(node, shape);
    read(key, node, checker);
    checker.concerns(None);
}

fn within_limit(flags: Node<'_>, checker: &mut Checker) -> Option<()> {
    if flags.len() <= limits::FLAGS {
        return Some(());
    }
    checker.report(flags, Code::TooManyFlags, text![count(flags.len()), " flags; a snapshot has at most ", count(limits::FLAGS)]);
    None
}
