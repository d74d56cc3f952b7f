//! Conditions, which become expressions.

use semver::Version;

use super::{Reader, instant};
use crate::error::{Code, quoted};
use crate::format::check::{Checker, Fields, Node, one_of};
use crate::plan::{Expr, ScalarSet, Test};
use crate::value::Value;

/// Whether the conditions are a segment's: those cannot name another segment.
#[derive(Clone, Copy)]
pub(super) struct InSegment(pub(super) bool);

const TEST_KEYS: &[&str] = &["attribute", "operator", "value"];
const SHAPES: &[&str] = &["attribute", "segment", "all", "any", "not"];
const OPERATORS: &[&str] = &[
    "equals",
    "not_equals",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "matches",
    "gt",
    "gte",
    "lt",
    "lte",
    "before",
    "after",
    "semver_equals",
    "semver_gt",
    "semver_gte",
    "semver_lt",
    "semver_lte",
    "exists",
    "not_exists",
];

impl<'v> Reader<'v> {
    /// A list of conditions, all of which must hold.
    pub(super) fn conditions(&mut self, node: Node<'v, '_>, place: InSegment, checker: &mut Checker) -> Option<Expr> {
        checker.items(node, |checker, node| self.condition(node, place, checker)).map(Expr::all)
    }

    fn condition(&mut self, node: Node<'v, '_>, place: InSegment, checker: &mut Checker) -> Option<Expr> {
        let object = checker.object(node)?;
        let shape = SHAPES.iter().find(|shape| object.get(shape).is_some());
        let Some(&shape) = shape else {
            checker.report(node, Code::MissingKey, format!("expected a condition with the key {}", one_of(SHAPES)));
            return None;
        };
        let fields = checker.fields(node, if shape == "attribute" { TEST_KEYS } else { std::slice::from_ref(&shape) })?;
        let inner = fields.get(shape)?;
        match shape {
            "attribute" => self.test(&fields, checker),
            "segment" => self.segment_named(inner, place, checker),
            "all" => self.conditions(inner, place, checker),
            "any" => checker.items(inner, |checker, node| self.condition(node, place, checker)).map(|parts| Expr::Any(parts.into())),
            _ => self.condition(inner, place, checker).map(|inner| Expr::Not(Box::new(inner))),
        }
    }

    fn segment_named(&self, node: Node<'v, '_>, place: InSegment, checker: &mut Checker) -> Option<Expr> {
        let name = checker.string(node)?;
        if place.0 {
            checker.report(node, Code::InvalidValue, "a segment's conditions cannot name another segment".into());
            return None;
        }
        match self.segments.get(name) {
            Some(segment) => segment.map(Expr::Segment),
            None => {
                checker.report(node, Code::UnknownSegment, format!("there is no segment {}", quoted(name)));
                None
            }
        }
    }

    /// An attribute, an operator and what it takes.
    fn test(&mut self, fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<Expr> {
        let attribute = fields.get("attribute").and_then(|node| checker.name(node));
        let node = checker.required(fields, "operator")?;
        let operator = checker.string(node)?;
        if !OPERATORS.contains(&operator) {
            let message = format!("unknown operator {}; expected {}", quoted(operator), one_of(OPERATORS));
            checker.report(node, Code::InvalidValue, message);
            return None;
        }
        let (positive, negated) = match operator.strip_prefix("not_") {
            Some(positive) => (positive, true),
            None => (operator, false),
        };
        let test = if positive == "exists" {
            if let Some(value) = fields.get("value") {
                checker.report(value, Code::UnknownKey, format!("the operator `{operator}` takes no `value`"));
            }
            Some(Test::Exists)
        } else {
            let value = checker.required(fields, "value");
            value.and_then(|value| self.operand(positive, value, checker))
        };
        let subject = Expr::Attribute(self.attribute(attribute?));
        Some(match test? {
            // Of an attribute that is there `exists` is always true, so `not_exists` asks for the opposite as a whole.
            Test::Exists if negated => Expr::Not(Box::new(Expr::Is(Box::new(subject), Test::Exists))),
            test if negated => Expr::IsNot(Box::new(subject), test),
            test => Expr::Is(Box::new(subject), test),
        })
    }

    fn operand(&mut self, operator: &str, node: Node<'v, '_>, checker: &mut Checker) -> Option<Test> {
        Some(match operator {
            "equals" => Test::Equals(scalar(node, checker)?.clone()),
            "in" => Test::In(self.scalars(node, checker)?),
            "contains" => Test::Contains(scalar(node, checker)?.clone()),
            "starts_with" => Test::StartsWith(checker.string(node)?.into()),
            "ends_with" => Test::EndsWith(checker.string(node)?.into()),
            "matches" => self.pattern(node, checker)?,
            "gt" => Test::Greater(checker.number(node)?),
            "gte" => Test::AtLeast(checker.number(node)?),
            "lt" => Test::Less(checker.number(node)?),
            "lte" => Test::AtMost(checker.number(node)?),
            "before" => Test::Earlier(instant(node, checker)?),
            "after" => Test::Later(instant(node, checker)?),
            "semver_equals" => Test::VersionEquals(version(node, checker)?),
            "semver_gt" => Test::VersionGreater(version(node, checker)?),
            "semver_gte" => Test::VersionAtLeast(version(node, checker)?),
            "semver_lt" => Test::VersionLess(version(node, checker)?),
            "semver_lte" => Test::VersionAtMost(version(node, checker)?),
            _ => return None,
        })
    }

    fn scalars(&self, node: Node<'v, '_>, checker: &mut Checker) -> Option<ScalarSet> {
        let values = checker.items(node, |checker, node| scalar(node, checker))?;
        Some(values.into_iter().map(Value::borrow).collect())
    }

    fn pattern(&mut self, node: Node<'v, '_>, checker: &mut Checker) -> Option<Test> {
        let pattern = checker.string(node)?;
        match self.builder.pattern(pattern) {
            Ok(id) => Some(Test::Matches(id)),
            Err(error) => {
                let (code, message) = error.issue(pattern);
                checker.report(node, code, message);
                None
            }
        }
    }
}

fn scalar<'v>(node: Node<'v, '_>, checker: &mut Checker) -> Option<&'v Value> {
    match node.value {
        Value::List(_) | Value::Object(_) => {
            checker.wrong_type(node, "a string, number, boolean or null");
            None
        }
        scalar => Some(scalar),
    }
}

fn version(node: Node<'_, '_>, checker: &mut Checker) -> Option<Box<Version>> {
    let text = checker.string(node)?;
    let version = Version::parse(text);
    if version.is_err() {
        checker.report(node, Code::InvalidVersion, format!("expected a semantic version such as `1.2.3`, found {}", quoted(text)));
    }
    version.ok().map(Box::new)
}
