//! Conditions, which become expressions.

use super::shape::{INSTANT, version};
use super::{Reader, shape as shapes};
use crate::document::{Node, items};
use crate::error::Code;
use crate::format::check::{Checker, NUMBER, Shape, optional, required};
use crate::instant;
use crate::plan::{Expr, Scalars, Test};
use crate::text::{one_of, quoted, text};
use crate::version::Version;

/// Each operator with what it takes.
static OPERATORS: &[(&str, Shape)] = &[
    ("equals", Shape::Scalar),
    ("not_equals", Shape::Scalar),
    ("in", SCALARS),
    ("not_in", SCALARS),
    ("contains", Shape::Scalar),
    ("not_contains", Shape::Scalar),
    ("starts_with", Shape::Text),
    ("ends_with", Shape::Text),
    ("matches", Shape::Text),
    ("gt", NUMBER),
    ("gte", NUMBER),
    ("lt", NUMBER),
    ("lte", NUMBER),
    ("before", AN_INSTANT),
    ("after", AN_INSTANT),
    ("semver_equals", VERSION),
    ("semver_gt", VERSION),
    ("semver_gte", VERSION),
    ("semver_lt", VERSION),
    ("semver_lte", VERSION),
    ("exists", Shape::Any),
    ("not_exists", Shape::Any),
];
const SCALARS: Shape = Shape::List(&Shape::Scalar);
const AN_INSTANT: Shape = Shape::By(|checker, node| _ = checker.check(node, &INSTANT));
const VERSION: Shape = Shape::By(version);

/// The key that says what kind of condition it is, and the whole of it.
static KINDS: &[(&str, Shape)] = &[
    ("attribute", Shape::By(test)),
    ("segment", Shape::Closed(&[optional("segment", &Shape::Text)])),
    ("all", Shape::Closed(&[optional("all", &shapes::CONDITIONS)])),
    ("any", Shape::Closed(&[optional("any", &shapes::CONDITIONS)])),
    ("not", Shape::Closed(&[optional("not", &Shape::By(shape))])),
];

pub(super) fn shape(checker: &mut Checker, node: Node<'_>) {
    if !checker.check(node, &Shape::Open(&[])) {
        return;
    }
    match KINDS.iter().find(|(key, _)| node.get(key).is_some()) {
        Some((_, shape)) => _ = checker.check(node, shape),
        None => {
            let kinds: Vec<&str> = KINDS.iter().map(|(key, _)| *key).collect();
            checker.report(node, Code::MissingKey, text!["expected a condition with the key ", one_of(&kinds)]);
        }
    }
}

/// An attribute, an operator and what it takes.
fn test(checker: &mut Checker, node: Node<'_>) {
    static TEST: Shape =
        Shape::Closed(&[optional("attribute", &Shape::Name), required("operator", &Shape::Text), optional("value", &Shape::Any)]);
    checker.check(node, &TEST);
    let Some((place, operator)) = node.get("operator").and_then(|place| Some((place, place.text()?))) else { return };
    let value = node.get("value");
    match (OPERATORS.iter().find(|(name, _)| *name == operator), value) {
        (None, _) => {
            let names: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).collect();
            checker.report(place, Code::InvalidValue, text!["unknown operator ", quoted(operator), "; expected ", one_of(&names)]);
        }
        (Some((_, Shape::Any)), Some(value)) => {
            checker.report(value, Code::UnknownKey, text!["the operator `", operator, "` takes no `value`"]);
        }
        (Some((_, Shape::Any)), None) => {}
        (Some((_, shape)), Some(value)) => _ = checker.check(value, shape),
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
        let Some(inner) = KINDS.iter().find_map(|(key, _)| node.get(key)) else { return };
        match (inner.key(), inner.text()) {
            ("attribute", _) if node.get("operator").and_then(Node::text) == Some("matches") => {
                let Some((place, pattern)) = node.get("value").and_then(|value| Some((value, value.text()?))) else { return };
                if let Err(error) = self.builder.pattern(pattern) {
                    let (code, message) = error.issue(pattern);
                    checker.report(place, code, message);
                }
            }
            ("segment", Some(_)) if in_segment => {
                checker.report(inner, Code::InvalidValue, "a segment's conditions cannot name another segment".into());
            }
            ("segment", Some(name)) if !self.segments.contains(name) => {
                checker.report(inner, Code::UnknownSegment, text!["there is no segment ", quoted(name)]);
            }
            ("all" | "any", _) => self.check_conditions(Some(inner), in_segment, checker),
            ("not", _) => self.check_condition(inner, in_segment, checker),
            _ => {}
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
        let expr = KINDS.iter().find_map(|(key, _)| node.get(key)).and_then(|inner| match inner.key() {
            "attribute" => self.test(node, inner.text()?),
            "segment" => self.segment(inner.text()?),
            "all" => Some(self.conditions(inner)),
            "any" => {
                let conditions = self.each_condition(inner);
                Some(self.builder.any(conditions))
            }
            _ => {
                let condition = self.condition(inner);
                Some(self.builder.not(condition))
            }
        });
        expr.unwrap_or(Expr::Literal(false))
    }

    fn test(&mut self, node: Node<'_>, attribute: &str) -> Option<Expr> {
        let operator = node.get("operator")?.text()?;
        let (positive, negated) = match operator.strip_prefix("not_") {
            Some(positive) => (positive, true),
            None => (operator, false),
        };
        let test = self.operand(positive, node.get("value"))?;
        let attribute = self.attribute(attribute);
        Some(match test {
            // Of an attribute that is there `exists` is always true, so `not_exists` asks for the opposite as a whole.
            Test::Exists if negated => self.builder.not(Expr::is(attribute, test)),
            test => Expr::Is { attribute, as_key: false, negated, test },
        })
    }

    fn operand(&mut self, operator: &str, value: Option<Node<'_>>) -> Option<Test> {
        if operator == "exists" {
            return Some(Test::Exists);
        }
        let value = value?;
        if let Some(number) = value.number() {
            match operator {
                "gt" => return Some(Test::Greater(number)),
                "gte" => return Some(Test::AtLeast(number)),
                "lt" => return Some(Test::Less(number)),
                "lte" => return Some(Test::AtMost(number)),
                _ => {}
            }
        }
        let version = || Some(Box::new(Version::parse(value.text()?)?));
        Some(match operator {
            "equals" => match value.text() {
                Some(text) => Test::Word(self.builder.word(text)),
                None => Test::Equals(value.to_value().into()),
            },
            "contains" => Test::Contains(value.to_value().into()),
            "in" => {
                let mut set = Scalars::default();
                for item in value.values() {
                    match item.text() {
                        Some(text) => set.word(self.builder.word(text)),
                        None => set.value(item.to_value().borrow()),
                    }
                }
                Test::In(self.builder.set(set))
            }
            "starts_with" => Test::StartsWith(value.text()?.into()),
            "ends_with" => Test::EndsWith(value.text()?.into()),
            "matches" => Test::Matches(self.builder.pattern(value.text()?).ok()?),
            "before" => Test::Earlier(instant::parse(value.text()?)?),
            "after" => Test::Later(instant::parse(value.text()?)?),
            "semver_equals" => Test::VersionEquals(version()?),
            "semver_gt" => Test::VersionGreater(version()?),
            "semver_gte" => Test::VersionAtLeast(version()?),
            "semver_lt" => Test::VersionLess(version()?),
            "semver_lte" => Test::VersionAtMost(version()?),
            _ => return None,
        })
    }
}
