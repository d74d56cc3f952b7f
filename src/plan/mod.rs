//! What a loaded snapshot is: per flag a decision list over small expressions. Every format compiles into this,
//! and nothing in it remembers which format it came from. Nothing is evaluated here.

mod bucket;
mod builder;
mod expression;
mod needs;
pub(crate) mod python;
mod set;

use std::mem;
use std::num::NonZeroU32;

pub(crate) use bucket::{Bucket, Hash, Point, Ramp, RampPoint, Scale, Share, Split, Take, Threshold, Unit};
pub(crate) use builder::{Builder, Details, FlagBuilder};
pub(crate) use expression::{Expr, JavaScriptTest, Relation, Test};
pub(crate) use set::{Scalars, Set};

use crate::evaluation::Reason;
use crate::pattern::Pattern;
use crate::text::push_escaped;
use crate::texts::Texts;
use crate::value::Value;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) struct $name(pub(crate) u32);

        impl $name {
            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A place in [`Plan::flags`].
    FlagId,
    /// A place in [`Plan::attributes`].
    AttributeId,
    /// A place in [`Plan::buckets`].
    BucketId,
    /// A place in [`Plan::patterns`].
    PatternId,
    /// A place in [`Plan::segments`].
    SegmentId,
    /// A place in [`Plan::exprs`].
    ExprId,
    /// A place in [`Plan::sets`].
    SetId,
    /// A place in [`Plan::splits`].
    SplitId,
    /// A place in [`Plan::outcomes`].
    OutcomeId,
}

/// A text's number in [`Plan::words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WordId(pub(crate) u32);

/// A text's number in [`Plan::names`]. Not zero, so that there is room for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameId(NonZeroU32);

/// Some that stand next to each other in a list of the plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// The last items of a list, from this number on.
    fn since<T>(start: usize, list: &[T]) -> Span {
        Span { start: start as u32, len: list.len().saturating_sub(start) as u32 }
    }

    #[inline(always)]
    fn of<T>(self, list: &[T]) -> &[T] {
        let start = self.start as usize;
        list.get(start..start + self.len as usize).unwrap_or_default()
    }
}

/// A compiled snapshot. What belongs to one flag lies in a few long lists, next to each other: so a plan is small, and
/// evaluating reads little memory.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) flags: Vec<Flag>,
    /// The flags that have a threshold, in the order of their numbers.
    error_thresholds: Vec<(FlagId, ErrorThreshold)>,
    /// The flags' keys, by the flags' numbers.
    pub(crate) keys: Texts,
    steps: Vec<Step>,
    exprs: Vec<Expr>,
    values: Vec<Value>,
    pub(crate) outcomes: Vec<Outcome>,
    splits: Vec<Split>,
    shares: Vec<Share>,
    pub(crate) buckets: Vec<Bucket>,
    sets: Vec<Set>,
    /// The texts of the sets.
    members: Vec<WordId>,
    /// The texts that attributes are compared with.
    pub(crate) words: Texts,
    /// What outcomes and steps are called.
    names: Texts,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) patterns: Vec<Pattern>,
    segments: Vec<Expr>,
    /// What stands for an attribute without routes.
    pub(crate) root: Option<Root>,
    /// Whether each flag has one type, to which a caller's default is held.
    pub(crate) typed: bool,
    /// What the format answers for a flag that is not there, where it has an answer.
    pub(crate) unknown: Option<Unknown>,
}

/// A format's answer for a flag that is not there.
#[derive(Debug)]
pub(crate) struct Unknown {
    pub(crate) value: Value,
    /// Whether the caller's default stands before the value.
    pub(crate) yields: bool,
    pub(crate) variant: Option<Box<str>>,
    pub(crate) backend_reason: &'static str,
}

/// Where an attribute may lie in a context: the routes are tried in order and the first that leads somewhere counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Attribute {
    pub(crate) routes: Box<[Route]>,
    /// Paths lead as JavaScript's property access does, as far as own properties go: into lists and strings by index,
    /// and to their `length`.
    pub(crate) into_lists: bool,
    /// Where it is text, no condition sees more of it than which of the plan's words it is. Known when the plan is finished.
    pub(crate) only_compared: bool,
}

/// A path of keys from the root of a context.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    /// Only for contexts that have no object at this key.
    pub(crate) unless: Option<Box<str>>,
    pub(crate) path: Box<[Box<str>]>,
    pub(crate) skips: Skips,
}

/// What a route passes over when it leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Skips {
    Nothing,
    Null,
    /// What is false for JavaScript.
    Falsy,
}

/// The context as one object: less some keys, and with the entries of the object at one key over its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) except: Box<[Box<str>]>,
    pub(crate) overlay: Box<str>,
}

impl Route {
    pub(crate) fn to(path: &[&str]) -> Route {
        Route::along(path.iter().map(|key| Box::from(*key)).collect())
    }

    /// By the keys between the dots of a text.
    pub(crate) fn by_dots(path: &str) -> Route {
        let (mut keys, mut key) = (Vec::new(), String::new());
        for character in path.chars() {
            match character {
                '.' => keys.push(mem::take(&mut key).into()),
                part => key.push(part),
            }
        }
        keys.push(key.into());
        Route::along(keys.into())
    }

    fn along(path: Box<[Box<str>]>) -> Route {
        Route { unless: None, path, skips: Skips::Nothing }
    }

    pub(crate) fn unless(self, key: &str) -> Route {
        Route { unless: Some(key.into()), ..self }
    }

    pub(crate) fn skips(self, skips: Skips) -> Route {
        Route { skips, ..self }
    }
}

impl Attribute {
    /// A text that is equal for equal attributes: every key after a `/`, with `~` in it as `~0` and `/` as `~1`, and
    /// everything else after a `~` and a letter.
    fn name(&self) -> String {
        let mut name = String::from(if self.into_lists { "~l" } else { "" });
        for route in &self.routes {
            name.push_str(match route.skips {
                Skips::Nothing => "~a",
                Skips::Null => "~n",
                Skips::Falsy => "~f",
            });
            if let Some(key) = &route.unless {
                name.push_str("~u");
                push_escaped(&mut name, key);
            }
            for key in &route.path {
                name.push('/');
                push_escaped(&mut name, key);
            }
        }
        name
    }
}

impl From<Vec<Route>> for Attribute {
    fn from(routes: Vec<Route>) -> Attribute {
        Attribute { routes: routes.into(), into_lists: false, only_compared: false }
    }
}

/// How many errors a flag's circuit bears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ErrorThreshold {
    /// Errors among samples, from 0 to 1: more open the circuit.
    pub(crate) rate: f64,
    /// In milliseconds: how long a sample stands, and how long the circuit is open.
    pub(crate) window: f64,
    /// Up to so many samples say nothing.
    pub(crate) min_samples: f64,
}

/// A flag: its steps are tried in order, the first that applies decides, and `otherwise` stands when none does.
#[derive(Debug)]
pub(crate) struct Flag {
    /// The values that the flag's outcomes point to.
    values: Span,
    steps: Span,
    pub(crate) otherwise: OutcomeId,
    /// Equal in two snapshots when the flag, and all that it refers to, stands alike in both.
    pub(crate) fingerprint: u64,
}

/// One entry of a decision list.
#[derive(Debug)]
pub(crate) struct Step {
    /// What `explain` calls the step.
    pub(crate) name: NameId,
    pub(crate) rule_id: Option<NameId>,
    /// The flag that the step asks about, where it is a requirement.
    pub(crate) requires: Option<FlagId>,
    /// The step applies when all of these are true.
    when: Span,
    pub(crate) serve: Serve,
}

/// What a step serves when it applies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Serve {
    Outcome(OutcomeId),
    Split(SplitId),
}

/// One of the finitely many answers that a flag can give.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) flag: FlagId,
    /// Which of the flag's values; none: only the caller's default.
    pub(crate) value: Option<u32>,
    pub(crate) variant: Option<NameId>,
    pub(crate) rule_id: Option<NameId>,
    pub(crate) backend_reason: NameId,
    pub(crate) reason: Reason,
    /// Whether the caller's default stands before the value.
    pub(crate) yields: bool,
}

/// The type of a flag's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    String,
    Number,
    /// Lists count as objects, as in OpenFeature.
    Object,
}

impl Kind {
    /// The type of a value; `null` has none.
    pub(crate) fn of(value: &Value) -> Option<Kind> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Kind::Bool),
            Value::String(_) => Some(Kind::String),
            Value::Number(_) => Some(Kind::Number),
            Value::List(_) | Value::Object(_) => Some(Kind::Object),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Bool => "boolean",
            Kind::String => "string",
            Kind::Number => "number",
            Kind::Object => "object",
        }
    }
}

impl Plan {
    #[inline(always)]
    pub(crate) fn flag(&self, id: FlagId) -> Option<&Flag> {
        self.flags.get(id.index())
    }

    pub(crate) fn find(&self, key: &str) -> Option<FlagId> {
        self.keys.find(key.as_bytes()).map(FlagId)
    }

    pub(crate) fn error_threshold(&self, key: &str) -> Option<ErrorThreshold> {
        let id = self.find(key)?;
        let place = self.error_thresholds.binary_search_by_key(&id, |(flag, _)| *flag).ok()?;
        self.error_thresholds.get(place).map(|(_, threshold)| *threshold)
    }

    pub(crate) fn key(&self, id: FlagId) -> &str {
        self.keys.get(id.0).unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn steps(&self, flag: &Flag) -> &[Step] {
        flag.steps.of(&self.steps)
    }

    /// The expressions that must be true for a step to apply.
    #[inline(always)]
    pub(crate) fn when(&self, step: &Step) -> &[Expr] {
        step.when.of(&self.exprs)
    }

    #[inline(always)]
    pub(crate) fn parts(&self, parts: Span) -> &[Expr] {
        parts.of(&self.exprs)
    }

    #[inline(always)]
    pub(crate) fn expr(&self, id: ExprId) -> Option<&Expr> {
        self.exprs.get(id.index())
    }

    pub(crate) fn segment(&self, id: SegmentId) -> Option<&Expr> {
        self.segments.get(id.index())
    }

    pub(crate) fn outcome(&self, id: OutcomeId) -> Option<&Outcome> {
        self.outcomes.get(id.index())
    }

    /// The outcome's own value.
    pub(crate) fn value(&self, outcome: &Outcome) -> Option<&Value> {
        self.flag(outcome.flag)?.values.of(&self.values).get(outcome.value? as usize)
    }

    #[inline(always)]
    pub(crate) fn split(&self, id: SplitId) -> Option<(&Split, &[Share])> {
        let split = self.splits.get(id.index())?;
        Some((split, split.shares.of(&self.shares)))
    }

    /// Whether the set has the word.
    #[inline(always)]
    pub(crate) fn has_word(&self, set: SetId, word: WordId) -> bool {
        let Some(set) = self.sets.get(set.index()) else { return false };
        let mut members = set.words.of(&self.members);
        while members.len() > set::FEW {
            let (low, high) = members.split_at(members.len() / 2);
            members = if high.first() <= Some(&word) { high } else { low };
        }
        // All of them, for nobody could guess where to stop.
        members.iter().fold(false, |found, member| found | (*member == word))
    }

    pub(crate) fn set(&self, id: SetId) -> Option<&Set> {
        self.sets.get(id.index())
    }

    pub(crate) fn word(&self, id: WordId) -> &str {
        self.words.get(id.0).unwrap_or_default()
    }

    pub(crate) fn find_word(&self, text: &[u8]) -> Option<WordId> {
        self.words.find(text).map(WordId)
    }

    pub(crate) fn name(&self, id: NameId) -> &str {
        self.names.get(id.0.get() - 1).unwrap_or_default()
    }
}
