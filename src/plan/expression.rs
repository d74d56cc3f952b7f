//! Expressions: conditions on a context. What stands inside another lies in the plan's list of expressions.

use super::{AttributeId, BucketId, ExprId, FlagId, PatternId, Plan, SegmentId, SetId, Span, Threshold, WordId};
use crate::value::Value;
use crate::version::Version;

/// Is true or false.
#[derive(Debug)]
pub(crate) enum Expr {
    Literal(bool),
    /// A strict test of an attribute, which passes, or, `negated`, fails. A missing attribute does neither.
    Is {
        attribute: AttributeId,
        /// The attribute as a key: text that is not empty, or a number as JavaScript prints it; else missing.
        as_key: bool,
        negated: bool,
        test: Test,
    },
    /// Another flag serves its value of this number.
    Serves(FlagId, u32),
    /// Another flag serves `true`.
    ServesTrue(FlagId),
    /// The attribute equals this for Python, for which a missing one is `None`.
    PythonEquals(AttributeId, Box<Value>),
    /// A Python expression is true.
    Python(Box<super::python::Expr>),
    /// JavaScript's comparison of an attribute, `undefined` when missing.
    JavaScript(AttributeId, Box<JavaScriptTest>),
    All(Span),
    Any(Span),
    Not(ExprId),
    Segment(SegmentId),
    /// The unit's bucket is below the threshold.
    Rollout(BucketId, Threshold),
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
    /// The value is this text.
    Word(WordId),
    /// The value is this one, which is no text.
    Equals(Box<Value>),
    In(SetId),
    Contains(Box<Value>),
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

impl Test {
    /// Whether of a text it matters only which of the plan's words it is.
    pub(super) fn only_compares(&self) -> bool {
        match self {
            Test::Exists | Test::IsText | Test::Word(_) | Test::Equals(_) | Test::In(_) => true,
            Test::Greater(_) | Test::AtLeast(_) | Test::Less(_) | Test::AtMost(_) => true,
            Test::Contains(_) | Test::StartsWith(_) | Test::EndsWith(_) | Test::Matches(_) => false,
            Test::Earlier(_) | Test::Later(_) => false,
            Test::VersionEquals(_) | Test::VersionGreater(_) | Test::VersionAtLeast(_) => false,
            Test::VersionLess(_) | Test::VersionAtMost(_) => false,
        }
    }
}

impl Expr {
    /// A strict test of an attribute.
    pub(crate) fn is(attribute: AttributeId, test: Test) -> Expr {
        Expr::Is { attribute, as_key: false, negated: false, test }
    }

    /// Whether what it yields can depend on the time, the expressions inside it apart.
    pub(crate) fn reads_time(&self) -> bool {
        matches!(self, Expr::Before(_) | Expr::After(_) | Expr::Rollout(_, Threshold::Ramp(_)))
    }

    /// Calls `visit` with this expression and every one inside it, segments not followed.
    pub(crate) fn walk(&self, plan: &Plan, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        match self {
            Expr::All(parts) | Expr::Any(parts) => plan.parts(*parts).iter().for_each(|part| part.walk(plan, visit)),
            Expr::Not(inner) => {
                if let Some(inner) = plan.expr(*inner) {
                    inner.walk(plan, visit);
                }
            }
            _ => {}
        }
    }
}
