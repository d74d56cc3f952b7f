//! Puts a plan together: equal attributes, buckets and patterns are kept once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;
use std::sync::Arc;

use super::{
    Attribute, AttributeId, Bucket, BucketId, Expr, Flag, FlagId, Outcome, OutcomeId, PatternId, Plan, Root, SegmentId, Serve, Split, Step,
    Unknown,
};
use crate::evaluation::Reason;
use crate::limits;
use crate::pattern::{Pattern, PatternError, Syntax};
use crate::value::Value;

#[derive(Default)]
pub(crate) struct Builder {
    plan: Plan,
    attributes: HashMap<Attribute, AttributeId>,
    buckets: HashMap<Bucket, BucketId>,
    /// The patterns as written, in order, each with its number.
    patterns: Vec<(Box<str>, PatternId)>,
    pattern_parts: u64,
    /// The fingerprint of each segment.
    segments: Vec<u64>,
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
        self.pattern_in(Syntax::Samebucket, pattern)
    }

    pub(crate) fn ecmascript_pattern(&mut self, pattern: &str) -> Result<PatternId, PatternError> {
        self.pattern_in(Syntax::EcmaScript, pattern)
    }

    /// All patterns of a plan have the same syntax.
    fn pattern_in(&mut self, syntax: Syntax, pattern: &str) -> Result<PatternId, PatternError> {
        if pattern.len() > limits::PATTERN_BYTES {
            return Err(PatternError::TooLong);
        }
        let place = self.patterns.partition_point(|(known, _)| **known < *pattern);
        if let Some((known, id)) = self.patterns.get(place)
            && **known == *pattern
        {
            return Ok(*id);
        }
        if self.plan.patterns.len() >= limits::PATTERNS {
            return Err(PatternError::TooMany);
        }
        let left = limits::ALL_PATTERN_PARTS - self.pattern_parts;
        let (compiled, parts) = Pattern::new(pattern, syntax, left)?;
        let id = PatternId(self.plan.patterns.len() as u32);
        self.pattern_parts += parts;
        self.plan.patterns.push(compiled);
        self.patterns.insert(place, (pattern.into(), id));
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

    /// What stands for an attribute without routes.
    pub(crate) fn root(&mut self, root: Root) {
        self.plan.root = Some(root);
    }

    /// Each flag has one type, to which a caller's default is held.
    pub(crate) fn typed(&mut self) {
        self.plan.typed = true;
    }

    /// What is answered for a flag that is not there.
    pub(crate) fn unknown(&mut self, unknown: Unknown) {
        self.plan.unknown = Some(unknown);
    }

    pub(crate) fn next_flag(&self) -> FlagId {
        FlagId(self.plan.flags.len() as u32)
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
                    Expr::Serves(flag, _) | Expr::Value(flag) => self.plan.flag(*flag).map(|flag| flag.fingerprint).hash(&mut hasher),
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

/// How many of a flag's values are looked at for one that is there already.
const RECENT_VALUES: usize = 8;

/// Puts one flag together, and gives its values and outcomes their numbers.
pub(crate) struct FlagBuilder<'b> {
    builder: &'b mut Builder,
    id: FlagId,
    values: Vec<Value>,
    steps: Vec<Step>,
}

/// The parts of an outcome that are seldom needed.
#[derive(Default, Clone)]
pub(crate) struct Details {
    pub(crate) variant: Option<Arc<str>>,
    pub(crate) rule_id: Option<Arc<str>>,
    /// The caller's default stands before the value.
    pub(crate) yields: bool,
}

impl<'b> FlagBuilder<'b> {
    /// For the flag of this number: flags are numbered in the order in which they are finished.
    pub(crate) fn new(builder: &'b mut Builder, id: FlagId) -> FlagBuilder<'b> {
        FlagBuilder { builder, id, values: Vec::new(), steps: Vec::new() }
    }

    pub(crate) fn plan(&mut self) -> &mut Builder {
        self.builder
    }

    /// An outcome; without a value of its own it has only the caller's default.
    pub(crate) fn outcome(
        &mut self,
        value: Option<&Value>,
        reason: Reason,
        backend_reason: impl Into<Cow<'static, str>>,
        details: Details,
    ) -> OutcomeId {
        let value = value.map(|value| {
            // The last few: a flag repeats its values, and looking through many would take long.
            let recent = self.values.len().saturating_sub(RECENT_VALUES);
            let known = self.values.iter().skip(recent).position(|known| known == value);
            known.map(|index| recent + index).unwrap_or_else(|| {
                self.values.push(value.clone());
                self.values.len() - 1
            }) as u32
        });
        let Details { variant, rule_id, yields } = details;
        let (flag, backend_reason) = (self.id, backend_reason.into());
        let yields = yields || value.is_none();
        self.builder.outcome(Outcome { flag, value, yields, variant, reason, backend_reason, rule_id })
    }

    pub(crate) fn step(&mut self, name: &'static str, when: Expr, serve: impl Into<Serve>) {
        self.steps.push(Step { name, rule_id: None, requires: None, when, serve: serve.into() });
    }

    pub(crate) fn last_step(&mut self) -> Option<&mut Step> {
        self.steps.last_mut()
    }

    pub(crate) fn finish(self, key: &str, otherwise: OutcomeId, fingerprint: u64) {
        let FlagBuilder { builder, values, steps, .. } = self;
        builder.flag(Flag { key: key.into(), values, steps, otherwise, fingerprint });
    }
}

impl From<OutcomeId> for Serve {
    fn from(outcome: OutcomeId) -> Serve {
        Serve::Outcome(outcome)
    }
}

impl From<Split> for Serve {
    fn from(split: Split) -> Serve {
        Serve::Split(split)
    }
}
