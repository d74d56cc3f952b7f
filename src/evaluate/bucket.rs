//! Draws buckets: hash, reduce, compare.

use std::borrow::Cow;
use std::cell::RefCell;

use super::{Attributes, Scope, Trace, javascript};
use crate::plan::{Bucket, BucketId, Hash, OutcomeId, Point, Ramp, SplitId, Take, Threshold, Unit};
use crate::value::ValueRef;
use crate::{hash, number};

/// What one context has drawn, so that asking again hashes nothing.
#[derive(Debug, Default)]
pub(crate) struct Memo(RefCell<Vec<Option<Option<f64>>>>);

/// Text that stands for somebody: a string that is not empty, or a number as JavaScript prints it.
pub(super) fn key(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::String(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        ValueRef::Number(value) => Some(Cow::Owned(number::to_text(value))),
        _ => None,
    }
}

/// Whether the bucket of the context's unit is below the threshold.
pub(super) fn admits<A: Attributes>(scope: &Scope<'_, A>, id: BucketId, threshold: &Threshold) -> bool {
    let Some(bucket) = draw(scope, id) else { return false };
    let threshold = match threshold {
        Threshold::Fixed(threshold) => *threshold,
        Threshold::Ramp(ramp) => ramp.scale.of(percentage(ramp, scope.now)),
    };
    if scope.trace.is_some() {
        trace(scope, id, Trace::rollout, bucket, threshold);
    }
    bucket < threshold
}

/// The outcome of the share that the context's unit falls in.
pub(super) fn choose<A: Attributes>(scope: &Scope<'_, A>, id: SplitId) -> Option<OutcomeId> {
    let (split, shares) = scope.plan.split(id)?;
    let Some(bucket) = draw(scope, split.bucket) else { return Some(split.otherwise) };
    let point = match split.point {
        Point::Times(factor) => bucket * factor,
        Point::Modulo(modulus) => remainder(bucket, modulus),
    };
    if scope.trace.is_some() {
        trace(scope, split.bucket, Trace::split, point, shares.last().map_or(0.0, |share| share.bound));
    }
    // The bounds ascend. Counting them all is quicker than stopping where nobody could guess.
    let above: usize = shares.iter().map(|share| usize::from(share.bound > point)).sum();
    Some(shares.get(shares.len() - above).map_or(split.leftover, |share| share.outcome))
}

#[cold]
#[inline(never)]
fn trace<A: Attributes>(scope: &Scope<'_, A>, id: BucketId, note: fn(&Trace, Option<Cow<'_, str>>, f64, f64), drawn: f64, against: f64) {
    if let Some(trace) = scope.trace {
        note(trace, unit(scope, id), drawn, against);
    }
}

/// The remainder of two doubles that are not negative, exactly, as `%` gives it; NaN for a divisor of 0. Multiples of the
/// divisor by powers of two are taken off, which never rounds. The operator itself brings division of 128 bits into wasm.
fn remainder(dividend: f64, divisor: f64) -> f64 {
    if divisor == 0.0 {
        return f64::NAN;
    }
    let (mut rest, mut multiple) = (dividend, divisor);
    while multiple <= rest {
        multiple *= 2.0;
    }
    while multiple > divisor {
        multiple /= 2.0;
        if multiple <= rest {
            rest -= multiple;
        }
    }
    rest
}

/// Linear between the points, held outside them.
fn percentage(Ramp { points, .. }: &Ramp, now: f64) -> f64 {
    let after = points.iter().position(|point| now < point.at).unwrap_or(points.len());
    let before = after.checked_sub(1).and_then(|before| points.get(before));
    match (before, points.get(after)) {
        (Some(a), Some(b)) => a.percentage + (b.percentage - a.percentage) * ((now - a.at) / (b.at - a.at)),
        (Some(only), None) | (None, Some(only)) => only.percentage,
        (None, None) => 0.0,
    }
}

/// The bucket's number for the context, none without a unit.
#[inline(always)]
fn draw<A: Attributes>(scope: &Scope<'_, A>, id: BucketId) -> Option<f64> {
    match scope.memo {
        None => compute(scope, id),
        Some(memo) => draw_once(scope, id, memo),
    }
}

fn draw_once<A: Attributes>(scope: &Scope<'_, A>, id: BucketId, memo: &Memo) -> Option<f64> {
    if let Some(Some(known)) = memo.0.borrow().get(id.index()) {
        return *known;
    }
    let drawn = compute(scope, id);
    let mut slots = memo.0.borrow_mut();
    if slots.is_empty() {
        slots.resize(scope.plan.buckets.len(), None);
    }
    if let Some(slot) = slots.get_mut(id.index()) {
        *slot = Some(drawn);
    }
    drawn
}

#[inline(never)]
fn unit<'a, A: Attributes>(scope: &Scope<'a, A>, id: BucketId) -> Option<Cow<'a, str>> {
    let unit = scope.plan.buckets.get(id.index())?.unit;
    match (unit, scope.attributes.get(unit.attribute())) {
        (Unit::Key(_), value) => key(value),
        (Unit::Text(_), ValueRef::String(text)) => Some(Cow::Borrowed(text)),
        (Unit::Text(_), _) => None,
        (Unit::Printed(_, otherwise), ValueRef::Missing) => Some(Cow::Borrowed(otherwise)),
        (Unit::Printed(..), value) => Some(javascript::to_text(value)),
    }
}

#[cfg_attr(samebucket_wasm, optimize(speed))]
fn compute<A: Attributes>(scope: &Scope<'_, A>, id: BucketId) -> Option<f64> {
    let bucket = scope.plan.buckets.get(id.index())?;
    if let Unit::Key(attribute) = bucket.unit
        && let Some(text) = scope.attributes.text(attribute)
    {
        return if text.is_empty() { None } else { Some(number_of(bucket, text)) };
    }
    Some(number_of(bucket, unit(scope, id)?.as_bytes()))
}

#[cfg_attr(samebucket_wasm, optimize(speed))]
fn number_of(bucket: &Bucket, unit: &[u8]) -> f64 {
    let parts = [bucket.prefix.as_bytes(), unit, bucket.suffix.as_bytes()];
    let (sha256, md5);
    let digest: &[u32] = match bucket.hash {
        Hash::Sha256 => {
            sha256 = hash::sha256(parts);
            &sha256
        }
        Hash::Md5 => {
            md5 = hash::md5(parts);
            &md5
        }
    };
    taken(bucket, digest) as f64 / bucket.divisor as f64
}

/// The part of the digest that is taken, modulo the bucket's modulus.
#[inline(always)]
fn taken(bucket: &Bucket, digest: &[u32]) -> u64 {
    match (bucket.take, digest) {
        (Take::First(bytes), [first, second, ..]) => {
            let integer = u64::from(*first) << 32 | u64::from(*second);
            let integer = integer >> (64 - 8 * u32::from(bytes));
            integer.checked_rem(bucket.modulus).unwrap_or(integer)
        }
        // A modulus below 2^32 keeps every step within 64 bits.
        _ => digest.iter().fold(0, |rest, word| (rest << 32 | u64::from(*word)).checked_rem(bucket.modulus).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::AttributeId;

    /// The oracle is the operator.
    #[test]
    fn remainders() {
        let divisors = [1.0, 3.0, 100.0, 0.3, 33.3, 1e-9, 7e15, 5e-324, f64::MIN_POSITIVE, 1e300, f64::MAX, 4_294_967_295.0, 1.5, 1e-300];
        let dividends = [0.0, 1.0, 2.0, 99.0, 4_294_967_295.0, 4_294_967_294.0, 1_234_567_890.0, 123_456.0];
        let pairs = divisors.iter().flat_map(|divisor| dividends.iter().map(move |dividend| (*dividend, *divisor)));
        let wrong: Vec<_> = pairs.filter(|(a, b)| remainder(*a, *b).to_bits() != (a % b).to_bits()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(remainder(1.0, 0.0).is_nan());
    }

    /// Every way of bucketing that backends have is data. Expected values: Python's hashlib.
    #[test]
    fn reductions() {
        let vector = |hash, prefix: &str, unit: &str, suffix: &str, take, modulus, divisor| {
            let unit_rule = Unit::Key(AttributeId(0));
            let bucket = Bucket { hash, prefix: prefix.into(), unit: unit_rule, suffix: suffix.into(), take, modulus, divisor };
            number_of(&bucket, unit.as_bytes())
        };
        let cases = [
            (vector(Hash::Sha256, "new_dashboard:", "user-1", "", Take::Whole, 100, 1), 92.0),
            (vector(Hash::Sha256, "new_dashboard:", "user-2", "", Take::Whole, 100, 100), 0.54),
            (vector(Hash::Sha256, "new_dashboard:", "usér-✓", "", Take::Whole, 100, 1), 50.0),
            (vector(Hash::Sha256, "new_dashboard:", "user-1", "", Take::First(4), 0, 1 << 32), 0.128_129_710_676_148_53),
            (vector(Hash::Md5, "", "user-1", "", Take::First(4), 100, 1), 19.0),
            (vector(Hash::Md5, "", "alice", "_variant", Take::First(4), 100, 1), 7.0),
            (vector(Hash::Md5, "new-orchestrator-v2:", "anonymous", ":variant", Take::First(4), 100, 1), 58.0),
            (vector(Hash::Md5, "new_dashboard:", "user-1", "", Take::Whole, 100, 1), 75.0),
        ];
        let (drawn, expected): (Vec<f64>, Vec<f64>) = cases.into_iter().unzip();
        assert_eq!(drawn, expected);
    }
}
