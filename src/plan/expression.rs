//! Expressions: small trees that yield a value for a context.

use super::{AttributeId, FlagId, PatternId, Rollout, SegmentId, Threshold};
use crate::texts::Texts;
use crate::value::{Value, ValueRef};
use crate::version::Version;

/// Yields a value; a condition is an expression that yields a boolean.
#[derive(Debug)]
pub(crate) enum Expr {
    Literal(Value),
    Attribute(AttributeId),
    /// The attribute as a key: text that is not empty, or a number as JavaScript prints it; else missing.
    Key(AttributeId),
    /// Another flag serves its value of this number.
    Serves(FlagId, u32),
    /// The value that another flag serves.
    Value(FlagId),
    /// The attribute equals this for Python, for which a missing one is `None`.
    PythonEquals(AttributeId, Value),
    /// A Python expression is true.
    Python(Box<super::python::Expr>),
    /// JavaScript's comparison of an attribute, `undefined` when missing.
    JavaScript(AttributeId, JavaScriptTest),
    All(Box<[Expr]>),
    Any(Box<[Expr]>),
    Not(Box<Expr>),
    Is(Box<Expr>, Test),
    /// The test fails, of a value that is there.
    IsNot(Box<Expr>, Test),
    Segment(SegmentId),
    Rollout(Rollout),
    /// `now`, in milliseconds since 1970, is before this instant.
    Before(f64),
    /// `now` is after this instant.
    After(f64),
    CircuitOpen,
}

/// A strict test of one value: no type is ever coerced, and a missing value passes none.
#[derive(Debug)]
pub(crate) enum Test {
    Exists,
    IsText,
    Equals(Value),
    In(Box<ScalarSet>),
    Contains(Value),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Matches(PatternId),
    Greater(f64),
    AtLeast(f64),
    Less(f64),
    AtMost(f64),
    /// Milliseconds since 1970.
    Earlier(f64),
    Later(f64),
    VersionEquals(Box<Version>),
    VersionGreater(Box<Version>),
    VersionAtLeast(Box<Version>),
    VersionLess(Box<Version>),
    VersionAtMost(Box<Version>),
}

/// A comparison as JavaScript makes it. Without an operand it is `undefined`.
#[derive(Debug, PartialEq)]
pub(crate) enum JavaScriptTest {
    /// `attribute === operand`
    Equals(Option<Value>),
    /// `attribute < operand` and so on
    Compares(Relation, Option<Value>),
    /// `Number(attribute) < Number(operand)` and so on
    ComparesNumbers(Relation, f64),
    /// `String(attribute).includes(operand)`
    TextIncludes(Box<str>),
    /// `attribute.includes(operand)`, of a string or a list; false of everything else
    Includes(Option<Value>),
    /// `operand.includes(attribute)`, of a string or a list; false of everything else
    IncludedIn(Option<Value>),
    /// `new RegExp(operand).test(String(attribute))`
    Matches(PatternId),
}

/// How two things compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A set of strings, numbers, booleans and null.
#[derive(Debug, Default)]
pub(crate) struct ScalarSet {
    strings: Texts,
    /// The bytes of the doubles, with one zero.
    numbers: Texts,
    booleans: [bool; 2],
    null: bool,
}

impl ScalarSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.strings.len() + self.numbers.len() == 0 && self.booleans == [false; 2] && !self.null
    }

    pub(crate) fn contains(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::String(text) => self.strings.contains(text),
            ValueRef::Number(number) => !number.is_nan() && self.numbers.find((number + 0.0).to_be_bytes().as_ref()).is_some(),
            ValueRef::Bool(value) => self.booleans.get(usize::from(value)) == Some(&true),
            ValueRef::Null => self.null,
            ValueRef::Missing | ValueRef::List(_) | ValueRef::Object(_) => false,
        }
    }

    /// Lists and objects are not scalars, and are left out.
    pub(crate) fn insert(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::String(text) => _ = self.strings.insert(text),
            ValueRef::Number(number) => _ = self.numbers.insert((number + 0.0).to_be_bytes().as_ref()),
            ValueRef::Bool(value) => {
                if let Some(slot) = self.booleans.get_mut(usize::from(value)) {
                    *slot = true;
                }
            }
            ValueRef::Null => self.null = true,
            ValueRef::Missing | ValueRef::List(_) | ValueRef::Object(_) => {}
        }
    }
}

impl Expr {
    pub(crate) fn all(parts: Vec<Expr>) -> Expr {
        Expr::All(parts.into())
    }

    /// Whether what it yields can depend on the time, the expressions inside it apart.
    pub(crate) fn reads_time(&self) -> bool {
        match self {
            Expr::Before(_) | Expr::After(_) => true,
            Expr::Rollout(rollout) => matches!(rollout.threshold, Threshold::Ramp { .. }),
            _ => false,
        }
    }

    /// Calls `visit` with this expression and every one inside it, segments not followed.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        match self {
            Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Expr::Not(inner) | Expr::Is(inner, _) | Expr::IsNot(inner, _) => inner.walk(visit),
            Expr::Literal(_)
            | Expr::Attribute(_)
            | Expr::Key(_)
            | Expr::Serves(..)
            | Expr::Value(_)
            | Expr::PythonEquals(..)
            | Expr::Python(_)
            | Expr::JavaScript(..)
            | Expr::Segment(_)
            | Expr::Rollout(_)
            | Expr::Before(_)
            | Expr::After(_)
            | Expr::CircuitOpen => {}
        }
    }
}
