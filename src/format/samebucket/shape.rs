//! What a snapshot of this format looks like: types, keys, ranges.

use super::condition;
use crate::document::{Node, Type};
use crate::error::Code;
use crate::format::check::{ABOVE_ZERO, Checker, Instants, PERCENTAGE, RATE, Shape, TEXTS, WEIGHT, WHOLE, optional, required};
use crate::instant;
use crate::number;
use crate::text::text;
use crate::version::Version;

pub(super) static SNAPSHOT: Shape = Shape::Closed(&[
    required("schema", &Shape::By(schema)),
    optional("version", &Shape::Text),
    optional("environment", &Shape::Text),
    optional("segments", &Shape::Named(&SEGMENT)),
    required("flags", &Shape::Any),
]);

static SEGMENT: Shape = Shape::Closed(&[optional("include", &NAMES), optional("exclude", &NAMES), optional("when", &CONDITIONS)]);

pub(super) static FLAG: Shape = Shape::Closed(&[
    optional("enabled", &Shape::Bool),
    optional("killed", &Shape::Bool),
    optional("description", &Shape::Text),
    optional("owner", &Shape::Text),
    optional("tags", &TEXTS),
    required("variants", &Shape::By(variants)),
    optional("off", &Shape::Text),
    optional("on", &Shape::Text),
    optional("deny", &NAMES),
    optional("allow", &NAMES),
    optional("requires", &Shape::List(&REQUIREMENT)),
    optional("schedule", &Shape::By(schedule)),
    optional("environments", &Shape::Entries(&ENVIRONMENT)),
    optional("rules", &Shape::List(&RULE)),
    optional("default", &Shape::By(default)),
    optional("bucketing", &Shape::Closed(&[optional("by", &Shape::Name), optional("salt", &Shape::Text)])),
    optional("errorThreshold", &ERROR_THRESHOLD),
]);

const NAMES: Shape = Shape::List(&Shape::Name);
pub(super) const CONDITIONS: Shape = Shape::List(&Shape::By(condition::shape));

static REQUIREMENT: Shape = Shape::OneOf(
    "a flag's key or an object with `flag` and `variant`",
    &[(Type::Text, Shape::Text), (Type::Object, Shape::Closed(&[required("flag", &Shape::Text), required("variant", &Shape::Text)]))],
);

static ENVIRONMENT: Shape = Shape::Closed(&[optional("enabled", &Shape::Bool), optional("serve", &SERVE)]);

static RULE: Shape = Shape::Closed(&[
    optional("id", &Shape::Name),
    optional("when", &CONDITIONS),
    optional("rollout", &Shape::By(rollout)),
    required("serve", &SERVE),
]);

static SERVE: Shape = Shape::OneOf(
    "a variant's name or a split",
    &[(Type::Text, Shape::Text), (Type::Object, Shape::Closed(&[required("split", &Shape::By(weights)), optional("salt", &Shape::Text)]))],
);

static ERROR_THRESHOLD: Shape =
    Shape::Closed(&[required("rate", &RATE), required("windowSeconds", &ABOVE_ZERO), optional("minimumSamples", &WHOLE)]);

pub(super) static INSTANT: Shape = Shape::Instant(&Instants { expected: "an RFC 3339 instant", parse: instant::parse });

fn schema(checker: &mut Checker, node: Node<'_>) {
    if checker.check(node, &Shape::Text) && node.text() != Some(super::SCHEMA) {
        let message = text!["expected `", super::SCHEMA, "`, found ", quoted(node.text().unwrap_or_default())];
        checker.report(node, Code::InvalidValue, message);
    }
}

/// All variants of a flag are of one type.
fn variants(checker: &mut Checker, node: Node<'_>) {
    if !checker.check(node, &Shape::Open(&[])) {
        return;
    }
    let mut first: Option<Node<'_>> = None;
    for variant in node.values() {
        checker.entry_name(variant);
        if let Type::Null | Type::List = variant.kind() {
            checker.wrong_type(variant, "a boolean, a string, a number or an object");
            continue;
        }
        let first = *first.get_or_insert(variant);
        if variant.kind() != first.kind() {
            let (expected, found) = (first.kind().name(), variant.kind().name());
            let message = text!["expected ", expected, " as in the variant ", quoted(first.key()), ", found ", found];
            checker.report(variant, Code::MixedVariants, message);
        }
    }
    if node.len() == 0 {
        checker.report(node, Code::OutOfRange, "expected at least one variant".into());
    }
}

fn schedule(checker: &mut Checker, node: Node<'_>) {
    static SCHEDULE: Shape = Shape::Closed(&[optional("from", &INSTANT), optional("until", &INSTANT)]);
    let fine = checker.check(node, &SCHEDULE);
    if let (true, Some(from), Some(until)) = (fine, at(node, "from"), at(node, "until"))
        && from > until
    {
        checker.report(node, Code::InvalidSchedule, "expected `from` not to be after `until`".into());
    }
}

/// The instant at a key, in milliseconds since 1970.
pub(super) fn at(node: Node<'_>, key: &str) -> Option<f64> {
    node.get(key).and_then(Node::text).and_then(instant::parse)
}

/// A rollout with what it serves, or what is served to everybody.
fn default(checker: &mut Checker, node: Node<'_>) {
    static OFFER: Shape = Shape::Closed(&[required("rollout", &Shape::By(rollout)), required("serve", &SERVE)]);
    let is_offer = node.kind() == Type::Object && node.get("split").is_none();
    checker.check(node, if is_offer { &OFFER } else { &SERVE });
}

fn weights(checker: &mut Checker, node: Node<'_>) {
    let total: f64 = node.values().filter_map(Node::number).sum();
    if checker.check(node, &Shape::Entries(&WEIGHT)) && !(total > 0.0 && total.is_finite()) {
        checker.report(node, Code::SplitWithoutWeight, "expected weights with a finite sum above 0".into());
    }
}

fn rollout(checker: &mut Checker, node: Node<'_>) {
    static ROLLOUT: Shape = Shape::Closed(&[
        optional("percentage", &Shape::By(percentage)),
        optional("ramp", &Shape::By(ramp)),
        optional("salt", &Shape::Text),
    ]);
    checker.check(node, &ROLLOUT);
    let (code, message) = match (node.get("percentage"), node.get("ramp")) {
        _ if node.kind() != Type::Object => return,
        (Some(_), Some(_)) => (Code::InvalidValue, "expected either `percentage` or `ramp`, found both"),
        (None, None) => (Code::MissingKey, "expected `percentage` or `ramp`"),
        _ => return,
    };
    checker.report(node, code, message.into());
}

/// Of a percent the thousandths count.
fn percentage(checker: &mut Checker, node: Node<'_>) {
    if !checker.check(node, &PERCENTAGE) {
        return;
    }
    let percentage = node.number().unwrap_or_default();
    // Division rounds to the double that the decimal reads as, so this is exact.
    if (percentage * super::BUCKETS_PER_PERCENT).round() / super::BUCKETS_PER_PERCENT != percentage {
        let found = number::to_text(percentage);
        checker.report(node, Code::PercentageTooFine, text!["expected steps of 0.001, found `", found, "`"]);
    }
}

fn ramp(checker: &mut Checker, node: Node<'_>) {
    static POINTS: Shape = Shape::List(&Shape::Closed(&[required("at", &INSTANT), required("percentage", &Shape::By(percentage))]));
    if !checker.check(node, &POINTS) {
        return;
    }
    if node.len() == 0 {
        checker.report(node, Code::OutOfRange, "expected at least one point".into());
    }
    let mut before = f64::NEG_INFINITY;
    for point in node.values() {
        let instant = at(point, "at").unwrap_or_default();
        if instant <= before {
            let place = point.get("at").unwrap_or(point);
            return checker.report(place, Code::RampOrder, "expected a later instant than in the point before".into());
        }
        before = instant;
    }
}

pub(super) fn version(checker: &mut Checker, node: Node<'_>) {
    let text = node.text().unwrap_or_default();
    if checker.check(node, &Shape::Text) && Version::parse(text).is_none() {
        let message = text!["expected a semantic version such as `1.2.3`, found ", quoted(text)];
        checker.report(node, Code::InvalidVersion, message);
    }
}
