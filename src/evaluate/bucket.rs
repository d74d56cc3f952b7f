//! Draws buckets: hash, reduce, compare.

use std::borrow::Cow;
use std::cell::RefCell;

use md5::Md5;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

use super::{Attributes, Scope, javascript};
use crate::number;
use crate::plan::{Bucket, BucketId, Hash, OutcomeId, Point, Ramp, SplitId, Take, Threshold, Unit};
use crate::value::ValueRef;

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
    if let Some(trace) = scope.trace {
        trace.rollout(unit(scope, id), bucket, threshold);
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
    if let Some(trace) = scope.trace {
        let total = shares.last().map_or(0.0, |share| share.bound);
        trace.split(unit(scope, split.bucket), point, total);
    }
    let share = shares.iter().find(|share| share.bound > point);
    Some(share.map_or(split.leftover, |share| share.outcome))
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
pub(super) fn draw<A: Attributes>(scope: &Scope<'_, A>, id: BucketId) -> Option<f64> {
    let Some(memo) = scope.memo else { return compute(scope, id) };
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

fn compute<A: Attributes>(scope: &Scope<'_, A>, id: BucketId) -> Option<f64> {
    let unit = unit(scope, id)?;
    scope.plan.buckets.get(id.index()).map(|bucket| number_of(bucket, &unit))
}

fn number_of(bucket: &Bucket, unit: &str) -> f64 {
    let parts = [&*bucket.prefix, unit, &*bucket.suffix];
    let integer = match bucket.hash {
        Hash::Sha256 => match (one_block(parts), bucket.take) {
            (Some(first), Take::First(8)) => first.checked_rem(bucket.modulus).unwrap_or(first),
            _ => reduce(bucket, &digest::<Sha256>(parts)),
        },
        Hash::Md5 => reduce(bucket, &digest::<Md5>(parts)),
    };
    integer as f64 / bucket.divisor as f64
}

/// The first eight bytes of the SHA-256 of what fits into one block, as nearly everything does: with its padding it is
/// put together in place, which takes half the time of the hasher.
#[cfg_attr(samebucket_wasm, optimize(speed))]
fn one_block(parts: [&str; 3]) -> Option<u64> {
    let mut block = [0_u8; 64];
    let mut rest = block.get_mut(..56)?;
    let mut length = 0_u16;
    for part in parts {
        let (here, after) = rest.split_at_mut_checked(part.len())?;
        here.copy_from_slice(part.as_bytes());
        length += part.len() as u16;
        rest = after;
    }
    *rest.first_mut()? = 0x80;
    let [.., high, low] = &mut block;
    [*high, *low] = (8 * length).to_be_bytes();
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    let [first, second, ..] = state;
    Some(u64::from(first) << 32 | u64::from(second))
}

/// FIPS 180-4, 5.3.3.
const INITIAL: [u32; 8] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

fn digest<D: Digest>(parts: [&str; 3]) -> impl AsRef<[u8]> + use<D> {
    let mut hasher = D::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize()
}

/// The part of the digest that is taken, big-endian, modulo the bucket's modulus.
fn reduce(bucket: &Bucket, digest: &impl AsRef<[u8]>) -> u64 {
    let digest = digest.as_ref();
    match bucket.take {
        Take::First(bytes) => {
            let integer = digest.iter().take(bytes.into()).fold(0, |integer: u64, byte| integer << 8 | u64::from(*byte));
            if bucket.modulus == 0 { integer } else { integer % bucket.modulus }
        }
        // By words of 32 bits: a modulus below 2^32 keeps every step within 64 bits.
        Take::Whole => digest.chunks(4).fold(0, |rest: u64, word| {
            let word = word.iter().fold(0, |integer: u64, byte| integer << 8 | u64::from(*byte));
            (rest << 32 | word).checked_rem(bucket.modulus).unwrap_or_default()
        }),
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
        let vector = |hash, prefix: &str, unit, suffix: &str, take, modulus, divisor| {
            let unit_rule = Unit::Key(AttributeId(0));
            let bucket = Bucket { hash, prefix: prefix.into(), unit: unit_rule, suffix: suffix.into(), take, modulus, divisor };
            number_of(&bucket, unit)
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
