//! Puts a plan together: equal attributes, buckets and patterns are kept once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;

use regex_lite::{Regex, RegexBuilder};

use super::{Attribute, AttributeId, Bucket, BucketId, Expr, Flag, FlagId, Outcome, OutcomeId, PatternId, Plan, SegmentId};
use crate::limits;
use crate::value::Value;

#[derive(Default)]
pub(crate) struct Builder {
    plan: Plan,
    attributes: HashMap<Attribute, AttributeId>,
    buckets: HashMap<Bucket, BucketId>,
    patterns: HashMap<Box<str>, PatternId>,
    /// The fingerprint of each segment.
    segments: Vec<u64>,
}

/// Why a pattern was not taken.
pub(crate) enum PatternError {
    TooLong,
    TooMany,
    Invalid(String),
}

impl Builder {
    pub(crate) fn attribute(&mut self, attribute: Attribute) -> AttributeId {
        let id = AttributeId(self.plan.attributes.len() as u32);
        *self.attributes.entry(attribute).or_insert_with_key(|attribute| {
            self.plan.attributes.push(attribute.clone());
            id
        })
    }

    pub(crate) fn bucket(&mut self, bucket: Bucket) -> BucketId {
        let id = BucketId(self.plan.buckets.len() as u32);
        *self.buckets.entry(bucket).or_insert_with_key(|bucket| {
            self.plan.buckets.push(bucket.clone());
            id
        })
    }

    pub(crate) fn pattern(&mut self, pattern: &str) -> Result<PatternId, PatternError> {
        if let Some(&id) = self.patterns.get(pattern) {
            return Ok(id);
        }
        if pattern.len() > limits::PATTERN_BYTES {
            return Err(PatternError::TooLong);
        }
        if self.plan.patterns.len() >= limits::PATTERNS {
            return Err(PatternError::TooMany);
        }
        let compiled: Result<Regex, _> = RegexBuilder::new(pattern).size_limit(limits::COMPILED_PATTERN_BYTES).build();
        let compiled = compiled.map_err(|error| PatternError::Invalid(error.to_string()))?;
        let id = PatternId(self.plan.patterns.len() as u32);
        self.plan.patterns.push(compiled);
        self.patterns.insert(pattern.into(), id);
        Ok(id)
    }

    pub(crate) fn segment(&mut self, members: Expr, fingerprint: u64) -> SegmentId {
        self.plan.segments.push(members);
        self.segments.push(fingerprint);
        SegmentId(self.plan.segments.len() as u32 - 1)
    }

    pub(crate) fn outcome(&mut self, outcome: Outcome) -> OutcomeId {
        self.plan.outcomes.push(outcome);
        OutcomeId(self.plan.outcomes.len() as u32 - 1)
    }

    /// Adds a flag; flags are numbered in the order in which they are added.
    pub(crate) fn flag(&mut self, flag: Flag) {
        let id = FlagId(self.plan.flags.len() as u32);
        self.plan.by_key.insert(flag.key.clone(), id);
        self.plan.flags.push(flag);
    }

    /// The plan. `order` names every flag, each after the flags that it requires.
    pub(crate) fn finish(mut self, order: &[FlagId]) -> Plan {
        for &id in order {
            let mut hasher = DefaultHasher::new();
            let Some(flag) = self.plan.flag(id) else { continue };
            flag.fingerprint.hash(&mut hasher);
            for step in &flag.steps {
                step.when.walk(&mut |expr| match expr {
                    Expr::Segment(segment) => self.segments.get(segment.index()).hash(&mut hasher),
                    Expr::Variant(flag) => self.plan.flag(*flag).map(|flag| flag.fingerprint).hash(&mut hasher),
                    _ => {}
                });
            }
            if let Some(flag) = self.plan.flags.get_mut(id.index()) {
                flag.fingerprint = hasher.finish();
            }
        }
        self.plan
    }
}

/// A number that is equal for equal definitions.
pub(crate) fn fingerprint(definition: &Value, environment: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    hash_value(definition, &mut hasher);
    environment.hash(&mut hasher);
    hasher.finish()
}

fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    mem::discriminant(value).hash(hasher);
    match value {
        Value::Null => {}
        Value::Bool(value) => value.hash(hasher),
        Value::Number(number) => number.to_bits().hash(hasher),
        Value::String(text) => text.hash(hasher),
        Value::List(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| hash_value(item, hasher));
        }
        // In written order: a split serves in that order.
        Value::Object(object) => {
            object.len().hash(hasher);
            for (key, value) in object.iter() {
                key.hash(hasher);
                hash_value(value, hasher);
            }
        }
    }
}
