//! What a loaded snapshot is: per flag a decision list over small expressions. Every format compiles into this,
//! and nothing in it remembers which format it came from. Nothing is evaluated here.

mod bucket;
mod builder;
mod expression;
pub(crate) mod python;

use std::borrow::Cow;
use std::sync::Arc;

pub(crate) use bucket::{Bucket, Hash, Point, RampPoint, Rollout, Scale, Split, Take, Threshold, Unit};
pub(crate) use builder::{Builder, Details, FlagBuilder};
pub(crate) use expression::{Expr, JavaScriptTest, Relation, ScalarSet, Test};

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
    /// A place in [`Plan::outcomes`].
    OutcomeId,
}

/// A compiled snapshot.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) flags: Vec<Flag>,
    /// The flags' keys, by the flags' numbers.
    pub(crate) keys: Texts,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) buckets: Vec<Bucket>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) segments: Vec<Expr>,
    pub(crate) outcomes: Vec<Outcome>,
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
        let keys = path.as_bytes().split(|byte| *byte == b'.');
        Route::along(keys.filter_map(|key| std::str::from_utf8(key).ok()).map(Box::from).collect())
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
        Attribute { routes: routes.into(), into_lists: false }
    }
}

/// A flag: its steps are tried in order, the first that applies decides, and `otherwise` stands when none does.
#[derive(Debug)]
pub(crate) struct Flag {
    pub(crate) key: Box<str>,
    /// The values that the flag's outcomes point to.
    pub(crate) values: Vec<Value>,
    pub(crate) steps: Vec<Step>,
    pub(crate) otherwise: OutcomeId,
    /// Equal in two snapshots when the flag, and all that it refers to, stands alike in both.
    pub(crate) fingerprint: u64,
}

/// One entry of a decision list.
#[derive(Debug)]
pub(crate) struct Step {
    /// What `explain` calls the step.
    pub(crate) name: &'static str,
    pub(crate) rule_id: Option<Arc<str>>,
    /// The flag that the step asks about, where it is a requirement.
    pub(crate) requires: Option<FlagId>,
    /// The step applies when this is true.
    pub(crate) when: Expr,
    pub(crate) serve: Serve,
}

/// What a step serves when it applies.
#[derive(Debug)]
pub(crate) enum Serve {
    Outcome(OutcomeId),
    Split(Split),
}

impl Serve {
    /// The bucket that is drawn to serve.
    fn bucket(&self) -> Option<BucketId> {
        match self {
            Serve::Outcome(_) => None,
            Serve::Split(split) => Some(split.bucket),
        }
    }
}

/// One of the finitely many answers that a flag can give.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) flag: FlagId,
    /// A place in [`Flag::values`]; none: only the caller's default.
    pub(crate) value: Option<u32>,
    /// Whether the caller's default stands before the value.
    pub(crate) yields: bool,
    pub(crate) variant: Option<Arc<str>>,
    pub(crate) reason: Reason,
    pub(crate) backend_reason: Cow<'static, str>,
    pub(crate) rule_id: Option<Arc<str>>,
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
    pub(crate) fn flag(&self, id: FlagId) -> Option<&Flag> {
        self.flags.get(id.index())
    }

    pub(crate) fn find(&self, key: &str) -> Option<FlagId> {
        self.keys.find(key.as_bytes()).map(FlagId)
    }

    pub(crate) fn outcome(&self, id: OutcomeId) -> Option<&Outcome> {
        self.outcomes.get(id.index())
    }

    /// The outcome's own value.
    pub(crate) fn value(&self, outcome: &Outcome) -> Option<&Value> {
        self.flag(outcome.flag)?.values.get(outcome.value? as usize)
    }

    /// What the answer of a flag can depend on, through its segments and the flags that it requires as well.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively attributes are looked up when read"))]
    pub(crate) fn needs(&self, flag: FlagId) -> Needs {
        let mut needs = Needs::default();
        // Flags, segments and attributes that were met, by a letter and the bytes of their numbers.
        let mut met = Texts::default();
        let mut is_new = |letter: u8, number: u32| {
            let [a, b, c, d] = number.to_be_bytes();
            met.insert([letter, a, b, c, d]).1
        };
        is_new(b'f', flag.0);
        let (mut flags, mut segments) = (vec![flag], Vec::new());
        loop {
            let segment = segments.pop();
            let flag = if segment.is_none() { flags.pop() } else { None };
            if segment.is_none() && flag.is_none() {
                return needs;
            }
            let members = segment.and_then(|segment: SegmentId| self.segments.get(segment.index()));
            let steps = flag.and_then(|flag| self.flag(flag)).map_or(&[][..], |flag| &flag.steps);
            let splits = steps.iter().filter_map(|step| self.unit(step.serve.bucket()?));
            let mut attributes: Vec<AttributeId> = splits.collect();
            for expr in members.into_iter().chain(steps.iter().map(|step| &step.when)) {
                expr.walk(&mut |expr| {
                    needs.time |= expr.reads_time();
                    match expr {
                        Expr::Attribute(id) | Expr::Key(id) | Expr::PythonEquals(id, _) | Expr::JavaScript(id, _) => attributes.push(*id),
                        Expr::Python(expr) => expr.reads(&mut |id| attributes.push(id)),
                        Expr::Rollout(rollout) => attributes.extend(self.unit(rollout.bucket)),
                        Expr::Serves(flag, _) | Expr::Value(flag) if is_new(b'f', flag.0) => flags.push(*flag),
                        Expr::Segment(segment) if is_new(b's', segment.0) => segments.push(*segment),
                        _ => {}
                    }
                });
            }
            attributes.retain(|id| is_new(b'a', id.0));
            needs.attributes.append(&mut attributes);
        }
    }

    fn unit(&self, bucket: BucketId) -> Option<AttributeId> {
        self.buckets.get(bucket.index()).map(|bucket| bucket.unit.attribute())
    }

    /// Whether the answer of any flag can depend on the time.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively the clock is always asked"))]
    pub(crate) fn reads_time(&self) -> bool {
        let mut found = false;
        let steps = self.flags.iter().flat_map(|flag| &flag.steps).map(|step| &step.when);
        steps.chain(&self.segments).for_each(|expr| expr.walk(&mut |expr| found |= expr.reads_time()));
        found
    }
}

/// What the answer of a flag can depend on.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    pub(crate) attributes: Vec<AttributeId>,
    pub(crate) time: bool,
}
