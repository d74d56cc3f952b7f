//! Buckets as data: what is hashed, how the digest becomes a number, and what is compared with it.

use super::{AttributeId, BucketId, OutcomeId, Span};

/// A number drawn for a unit: `take(hash(prefix unit suffix)) mod modulus / divisor`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Bucket {
    pub(crate) hash: Hash,
    pub(crate) prefix: Box<str>,
    pub(crate) unit: Unit,
    pub(crate) suffix: Box<str>,
    pub(crate) take: Take,
    /// 0: no modulus.
    pub(crate) modulus: u64,
    /// In doubles. 1: as it is.
    pub(crate) divisor: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Hash {
    /// FIPS 180-4.
    Sha256,
    /// RFC 1321.
    Md5,
}

/// The part of a digest that is read as a big-endian integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Take {
    /// So many bytes from the start, 1 to 8.
    First(u8),
    /// All of it, which needs a modulus below 2^32.
    Whole,
}

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unit {
    /// Text that is not empty, or a number as JavaScript prints it; without one nothing is drawn.
    Key(AttributeId),
    /// Any text; without one nothing is drawn.
    Text(AttributeId),
    /// Whatever is there, as JavaScript's `String()` prints it; else this text.
    Printed(AttributeId, &'static str),
}

impl Unit {
    pub(crate) fn attribute(self) -> AttributeId {
        match self {
            Unit::Key(attribute) | Unit::Text(attribute) | Unit::Printed(attribute, _) => attribute,
        }
    }
}

/// What a bucket is compared with: a rollout holds the unit whose bucket is below.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Threshold {
    Fixed(f64),
    /// The percentage at `now`, scaled.
    Ramp(Box<Ramp>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ramp {
    pub(crate) points: Box<[RampPoint]>,
    pub(crate) scale: Scale,
}

/// From a percentage to what buckets are compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// `round(percentage * factor)`.
    Rounded { factor: f64 },
    /// `percentage / divisor`.
    Divided { divisor: f64 },
}

impl Scale {
    pub(crate) fn of(self, percentage: f64) -> f64 {
        match self {
            Scale::Rounded { factor } => (percentage * factor).round(),
            Scale::Divided { divisor } => percentage / divisor,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RampPoint {
    /// Milliseconds since 1970, ascending from point to point.
    pub(crate) at: f64,
    pub(crate) percentage: f64,
}

/// Serves the first share whose upper bound is greater than the point drawn.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) bucket: BucketId,
    pub(crate) point: Point,
    /// In the order in which they were written.
    pub(super) shares: Span,
    /// When no bound is greater than the point.
    pub(crate) leftover: OutcomeId,
    /// Without a unit.
    pub(crate) otherwise: OutcomeId,
}

/// A share of a split.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    /// The sum of its weight and of those before it.
    pub(crate) bound: f64,
    pub(crate) outcome: OutcomeId,
}

/// From a bucket to a point among the weights.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Point {
    /// `bucket * factor`.
    Times(f64),
    /// The remainder of doubles; NaN for a modulus of 0.
    Modulo(f64),
}
