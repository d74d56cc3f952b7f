//! What a rule, a default or an environment serves, and to what share of the users.

use super::flag::Variants;
use super::{Reader, instant};
use crate::error::Code;
use crate::format::check::{Checker, Fields, Node};
use crate::json::Place;
use crate::plan::{RampPoint, Scale, Threshold};
use crate::value::Value;

/// A place in a flag's variants.
pub(super) type VariantIndex = u32;

/// A variant, or a split over several.
pub(super) enum Serving<'v> {
    Variant(VariantIndex),
    Split { weights: Vec<(VariantIndex, f64)>, salt: Option<&'v str> },
}

/// The share of units that get what is served.
pub(super) struct Share<'v> {
    pub(super) threshold: Threshold,
    pub(super) salt: Option<&'v str>,
}

/// A rollout, if there is one, with what it serves.
pub(super) struct Offer<'v> {
    pub(super) share: Option<Share<'v>>,
    pub(super) serving: Serving<'v>,
}

/// A bucket is one of so many thousandths of a percent.
pub(super) const BUCKETS_PER_PERCENT: f64 = 1000.0;

const SPLIT_KEYS: &[&str] = &["split", "salt"];
const ROLLOUT_KEYS: &[&str] = &["percentage", "ramp", "salt"];
const RAMP_POINT_KEYS: &[&str] = &["at", "percentage"];
const DEFAULT_KEYS: &[&str] = &["rollout", "serve"];

impl<'v> Reader<'v> {
    /// A flag's `default`: what it serves, or a rollout with what that serves.
    pub(super) fn default(&self, node: Node<'v, '_>, variants: &Variants<'v>, checker: &mut Checker) -> Option<Offer<'v>> {
        match node.value {
            Value::Object(object) if object.get("split").is_none() => {
                let fields = checker.fields(node, DEFAULT_KEYS)?;
                checker.required(&fields, "rollout");
                self.offer(&fields, variants, checker)
            }
            _ => Some(Offer { share: None, serving: serving(node, variants, checker)? }),
        }
    }

    /// The `rollout` and the `serve` of a rule or a default.
    pub(super) fn offer(&self, fields: &Fields<'v, '_>, variants: &Variants<'v>, checker: &mut Checker) -> Option<Offer<'v>> {
        let share = fields.get("rollout").map(|node| share(node, checker));
        let serving = checker.required(fields, "serve").and_then(|node| serving(node, variants, checker))?;
        match share {
            Some(None) => None,
            share => Some(Offer { share: share.flatten(), serving }),
        }
    }
}

/// A variant's name or a split.
pub(super) fn serving<'v>(node: Node<'v, '_>, variants: &Variants<'v>, checker: &mut Checker) -> Option<Serving<'v>> {
    match node.value {
        Value::String(_) => Some(Serving::Variant(variants.named(node, checker)?)),
        Value::Object(_) => {
            let fields = checker.fields(node, SPLIT_KEYS)?;
            let salt = salt(&fields, checker);
            let split = checker.required(&fields, "split")?;
            let weights = weights(split, variants, checker)?;
            Some(Serving::Split { weights, salt: salt? })
        }
        _ => {
            checker.wrong_type(node, "a variant's name or a split");
            None
        }
    }
}

fn weights<'v>(node: Node<'v, '_>, variants: &Variants<'v>, checker: &mut Checker) -> Option<Vec<(VariantIndex, f64)>> {
    let mut weights = Some(Vec::new());
    checker.each(node, |checker, name, node| {
        let variant = variants.find(name, node, checker);
        let weight = checker.number_where(node, "a weight of at least 0", |weight| weight >= 0.0);
        match (&mut weights, variant.zip(weight)) {
            (Some(weights), Some(share)) => weights.push(share),
            _ => weights = None,
        }
    })?;
    let weights: Vec<(VariantIndex, f64)> = weights?;
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    if total > 0.0 && total.is_finite() {
        return Some(weights);
    }
    checker.report(node, Code::SplitWithoutWeight, "expected weights with a finite sum above 0".into());
    None
}

fn share<'v>(node: Node<'v, '_>, checker: &mut Checker) -> Option<Share<'v>> {
    let fields = checker.fields(node, ROLLOUT_KEYS)?;
    let salt = salt(&fields, checker);
    let threshold = match (fields.get("percentage"), fields.get("ramp")) {
        (Some(node), None) => percentage(node, checker).map(|percentage| Threshold::Fixed((percentage * BUCKETS_PER_PERCENT).round())),
        (None, Some(node)) => ramp(node, checker),
        (percentage, _) => {
            let (code, message) = match percentage {
                Some(_) => (Code::InvalidValue, "expected either `percentage` or `ramp`, found both"),
                None => (Code::MissingKey, "expected `percentage` or `ramp`"),
            };
            checker.report(node, code, message.into());
            None
        }
    };
    Some(Share { threshold: threshold?, salt: salt? })
}

fn ramp(node: Node<'_, '_>, checker: &mut Checker) -> Option<Threshold> {
    let points = checker.items(node, |checker, node| {
        let fields = checker.fields(node, RAMP_POINT_KEYS)?;
        let at = checker.required(&fields, "at").and_then(|node| instant(node, checker));
        let percentage = checker.required(&fields, "percentage").and_then(|node| percentage(node, checker));
        Some(RampPoint { at: at?, percentage: percentage? })
    })?;
    if points.is_empty() {
        checker.report(node, Code::OutOfRange, "expected at least one point".into());
        return None;
    }
    if let Some(index) = points.iter().zip(points.iter().skip(1)).position(|(a, b)| a.at >= b.at) {
        let point = Place::Item(&node.place, index + 1);
        checker.report_at(Place::Key(&point, "at"), Code::RampOrder, "expected a later instant than in the point before".into());
        return None;
    }
    Some(Threshold::Ramp { points: points.into(), scale: Scale::Rounded { factor: BUCKETS_PER_PERCENT } })
}

fn percentage(node: Node<'_, '_>, checker: &mut Checker) -> Option<f64> {
    let percentage = checker.number_where(node, "a percentage from 0 to 100", |number| (0.0..=100.0).contains(&number))?;
    // Division rounds to the double that the decimal reads as, so this is exact.
    if (percentage * BUCKETS_PER_PERCENT).round() / BUCKETS_PER_PERCENT != percentage {
        let found = crate::number::to_text(percentage);
        checker.report(node, Code::PercentageTooFine, format!("expected steps of 0.001, found `{found}`"));
        return None;
    }
    Some(percentage)
}

/// The salt, if there is one; the outer option is none if it is not as expected.
pub(super) fn salt<'v>(fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<Option<&'v str>> {
    match fields.get("salt") {
        None => Some(None),
        Some(node) => checker.string(node).map(Some),
    }
}
