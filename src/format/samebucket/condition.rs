//! Conditions, which become expressions.

use super::shape::{INSTANT, version};
use super::{Reader, shape as shapes};
use crate::document::{Node, items};
use crate::error::Code;
use crate::format::check::{Checker, NUMBER, Shape, optional, required};
use crate::instant;
use crate::plan::{Expr, Scalars, Test};
use crate::text::{one_of, text};
use crate::version::Version;

/// What passes a condition. What it takes says its shape.
struct Operator {
    name: &'static str,
    /// What it asks for is not to be.
    negated: bool,
    takes: Takes,
}

enum Takes {
    /// The attribute exists.
    Nothing,
    /// It is equal to this.
    Scalar,
    /// It is one of these.
    Scalars,
    /// It contains this.
    Part,
    Pattern,
    Text(fn(Box<str>) -> Test),
    Number(fn(f64) -> Test),
    Instant(fn(f64) -> Test),
    Version(fn(Box<Version>) -> Test),
}

static OPERATORS: &[Operator] = &[
    operator("equals", false, Takes::Scalar),
    operator("not_equals", true, Takes::Scalar),
    operator("in", false, Takes::Scalars),
    operator("not_in", true, Takes::Scalars),
    operator("contains", false, Takes::Part),
    operator("not_contains", true, Takes::Part),
    operator("starts_with", false, Takes::Text(Test::StartsWith)),
    operator("ends_with", false, Takes::Text(Test::EndsWith)),
    operator("matches", false, Takes::Pattern),
    operator("gt", false, Takes::Number(Test::Greater)),
    operator("gte", false, Takes::Number(Test::AtLeast)),
    operator("lt", false, Takes::Number(Test::Less)),
    operator("lte", false, Takes::Number(Test::AtMost)),
    operator("before", false, Takes::Instant(Test::Earlier)),
    operator("after", false, Takes::Instant(Test::Later)),
    operator("semver_equals", false, Takes::Version(Test::VersionEquals)),
    operator("semver_gt", false, Takes::Version(Test::VersionGreater)),
    operator("semver_gte", false, Takes::Version(Test::VersionAtLeast)),
    operator("semver_lt", false, Takes::Version(Test::VersionLess)),
    operator("semver_lte", false, Takes::Version(Test::VersionAtMost)),
    operator("exists", false, Takes::Nothing),
    operator("not_exists", true, Takes::Nothing),
];

const fn operator(name: &'static str, negated: bool, takes: Takes) -> Operator {
    Operator { name, negated, takes }
}

impl Takes {
    fn shape(&self) -> Option<&'static Shape> {
        Some(match self {
            Takes::Nothing => return None,
            Takes::Scalar | Takes::Part => &Shape::Scalar,
            Takes::Scalars => &const { Shape::List(&Shape::Scalar) },
            Takes::Text(_) | Takes::Pattern => &Shape::Text,
            Takes::Number(_) => &NUMBER,
            Takes::Instant(_) => &INSTANT,
            Takes::Version(_) => &const { Shape::By(version) },
        })
    }
}

/// The operator that a text names.
#[cfg_attr(samebucket_wasm, optimize(speed))]
fn operator_named(text: Node<'_>) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| text.is(operator.name))
}

#[derive(Clone, Copy)]
enum Kind {
    Test,
    Segment,
    All,
    Any,
    Not,
}

/// Each kind of condition with the key that says so, and the whole of it.
static KINDS: &[(Kind, &str, Shape)] = &[
    (Kind::Test, "attribute", Shape::By(test)),
    (Kind::Segment, "segment", Shape::Closed(&[optional("segment", &Shape::Text)])),
    (Kind::All, "all", Shape::Closed(&[optional("all", &shapes::CONDITIONS)])),
    (Kind::Any, "any", Shape::Closed(&[optional("any", &shapes::CONDITIONS)])),
    (Kind::Not, "not", Shape::Closed(&[optional("not", &Shape::By(shape))])),
];

/// The kind of a condition, its shape, and what stands at its key.
#[cfg_attr(samebucket_wasm, optimize(speed))]
fn kind<'d>(node: Node<'d>) -> Option<(Kind, &'static Shape, Node<'d>)> {
    KINDS.iter().find_map(|(kind, key, shape)| Some((*kind, shape, node.get(key)?)))
}

pub(super) fn shape(checker: &mut Checker, node: Node<'_>) {
    if !checker.check(node, &Shape::Open(&[])) {
        return;
    }
    match kind(node) {
        Some((_, shape, _)) => _ = checker.check(node, shape),
        None => {
            let kinds: Vec<&str> = KINDS.iter().map(|(_, key, _)| *key).collect();
            checker.report(node, Code::MissingKey, text!["expected a condition with the key ", one_of(&kinds)]);
        }
    }
}

/// An attribute, an operator and what it takes.
fn test(checker: &mut Checker, node: Node<'_>) {
    static TEST: Shape =
        Shape::Closed(&[optional("attribute", &Shape::Name), required("operator", &Shape::Text), optional("value", &Shape::Any)]);
    checker.check(node, &TEST);
    let Some(place) = node.get("operator") else { return };
    let Some(operator) = operator_named(place) else {
        if let Some(unknown) = place.text() {
            let names: Vec<&str> = OPERATORS.iter().map(|operator| operator.name).collect();
            checker.report(place, Code::InvalidValue, text!["unknown operator ", quoted(unknown), "; expected ", one_of(&names)]);
        }
        return;
    };
    match (operator.takes.shape(), node.get("value")) {
        (None, Some(value)) => {
            checker.report(value, Code::UnknownKey, text!["the operator `", operator.name, "` takes no `value`"]);
        }
        (None, None) => {}
        (Some(shape), Some(value)) => _ = checker.check(value, shape),
        (Some(_), None) => checker.missing(node, "value"),
    }
}

impl Reader<'_> {
    /// Whether the segments that a list of conditions names exist, and its patterns read. A segment's own conditions
    /// cannot name another.
    pub(super) fn check_conditions(&mut self, list: Option<Node<'_>>, in_segment: bool, checker: &mut Checker) {
        for condition in items(list) {
            self.check_condition(condition, in_segment, checker);
        }
    }

    fn check_condition(&mut self, node: Node<'_>, in_segment: bool, checker: &mut Checker) {
        let Some((kind, _, inner)) = kind(node) else { return };
        match kind {
            Kind::Test if node.get("operator").is_some_and(|operator| operator.is("matches")) => {
                let Some((place, pattern)) = node.get("value").and_then(|value| Some((value, value.text()?))) else { return };
                if let Err(error) = self.builder.pattern(pattern) {
                    let (code, message) = error.issue(pattern);
                    checker.report(place, code, message);
                }
            }
            Kind::Test => {}
            Kind::Segment => match inner.text() {
                Some(_) if in_segment => {
                    checker.report(inner, Code::InvalidValue, "a segment's conditions cannot name another segment".into());
                }
                Some(name) if !self.segments.contains(name) => {
                    checker.report(inner, Code::UnknownSegment, text!["there is no segment ", quoted(name)]);
                }
                _ => {}
            },
            Kind::All | Kind::Any => self.check_conditions(Some(inner), in_segment, checker),
            Kind::Not => self.check_condition(inner, in_segment, checker),
        }
    }

    /// A list of conditions, all of which must hold. They have been checked; what has an issue holds for nobody.
    pub(super) fn conditions(&mut self, list: Node<'_>) -> Expr {
        let conditions = self.each_condition(list);
        self.builder.all(conditions)
    }

    fn each_condition(&mut self, list: Node<'_>) -> Vec<Expr> {
        let mut conditions = Vec::with_capacity(list.len());
        for node in list.items() {
            conditions.push(self.condition(node));
        }
        conditions
    }

    fn condition(&mut self, node: Node<'_>) -> Expr {
        let expr = kind(node).and_then(|(kind, _, inner)| match kind {
            Kind::Test => self.test(node, inner.text()?),
            Kind::Segment => self.segment(inner.text()?),
            Kind::All => Some(self.conditions(inner)),
            Kind::Any => {
                let conditions = self.each_condition(inner);
                Some(self.builder.any(conditions))
            }
            Kind::Not => {
                let condition = self.condition(inner);
                Some(self.builder.not(condition))
            }
        });
        expr.unwrap_or(Expr::Literal(false))
    }

    fn test(&mut self, node: Node<'_>, attribute: &str) -> Option<Expr> {
        let Operator { negated, takes, .. } = operator_named(node.get("operator")?)?;
        let test = self.operand(takes, node.get("value"))?;
        let attribute = self.attribute(attribute);
        Some(match test {
            // Of an attribute that is there `exists` is always true, so `not_exists` asks for the opposite as a whole.
            Test::Exists if *negated => self.builder.not(Expr::is(attribute, test)),
            test => Expr::Is { attribute, as_key: false, negated: *negated, test },
        })
    }

    fn operand(&mut self, takes: &Takes, value: Option<Node<'_>>) -> Option<Test> {
        if let Takes::Nothing = takes {
            return Some(Test::Exists);
        }
        let value = value?;
        Some(match takes {
            Takes::Nothing => Test::Exists,
            Takes::Scalar => match value.text() {
                Some(text) => Test::Word(self.builder.word(text)),
                None => Test::Equals(value.to_value().into()),
            },
            Takes::Scalars => self.one_of(Some(value)),
            Takes::Part => Test::Contains(value.to_value().into()),
            Takes::Pattern => Test::Matches(self.builder.pattern(value.text()?).ok()?),
            Takes::Text(test) => test(value.text()?.into()),
            Takes::Number(test) => test(value.number()?),
            Takes::Instant(test) => test(instant::parse(value.text()?)?),
            Takes::Version(test) => test(Box::new(Version::parse(value.text()?)?)),
        })
    }

    /// It is one of a list; without one, it is none.
    pub(super) fn one_of(&mut self, list: Option<Node<'_>>) -> Test {
        let known = list.and_then(Node::written).map(|written| self.lists.insert(written));
        if let Some((number, false)) = known
            && let Some(set) = self.sets.get(number as usize)
        {
            return Test::In(*set);
        }
        let mut set = Scalars::default();
        for value in items(list) {
            match value.text() {
                Some(text) => set.word(self.builder.word(text)),
                None => set.value(value.to_value().borrow()),
            }
        }
        let set = self.builder.set(set);
        if known.is_some() {
            self.sets.push(set);
        }
        Test::In(set)
    }
}
