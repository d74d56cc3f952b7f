//! Puts a plan together: equal attributes, buckets and patterns are kept once.

use std::borrow::Cow;
use std::sync::Arc;

use super::{
    Attribute, AttributeId, Bucket, BucketId, Expr, Flag, FlagId, Outcome, OutcomeId, PatternId, Plan, Root, SegmentId, Serve, Split, Step,
    Unknown,
};
use crate::document::mix;
use crate::evaluation::Reason;
use crate::limits;
use crate::pattern::{Pattern, PatternError, Syntax};
use crate::texts::Texts;
use crate::value::Value;

#[derive(Default)]
pub(crate) struct Builder {
    plan: Plan,
    /// The attributes by what [`Attribute::name`] calls them; their numbers are those of the texts.
    attributes: Texts,
    /// The patterns as written; their numbers are those of the texts.
    patterns: Texts,
    pattern_parts: u64,
    /// The fingerprint of each segment.
    segments: Vec<u64>,
}

impl Builder {
    pub(crate) fn attribute(&mut self, attribute: Attribute) -> AttributeId {
        let (number, is_new) = self.attributes.insert(attribute.name());
        if is_new {
            self.plan.attributes.push(attribute);
        }
        AttributeId(number)
    }

    pub(crate) fn bucket(&mut self, bucket: Bucket) -> BucketId {
        self.plan.buckets.push(bucket);
        BucketId(self.plan.buckets.len() as u32 - 1)
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
        if let Some(known) = self.patterns.find(pattern.as_bytes()) {
            return Ok(PatternId(known));
        }
        if self.plan.patterns.len() >= limits::PATTERNS {
            return Err(PatternError::TooMany);
        }
        let left = limits::ALL_PATTERN_PARTS - self.pattern_parts;
        let (compiled, parts) = Pattern::new(pattern, syntax, left)?;
        self.pattern_parts += parts;
        self.plan.patterns.push(compiled);
        Ok(PatternId(self.patterns.insert(pattern).0))
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
        self.plan.keys.insert(&*flag.key);
        self.plan.flags.push(flag);
    }

    /// The plan. `order` names every flag, each after the flags that it requires.
    pub(crate) fn finish(mut self, order: &[FlagId]) -> Plan {
        for &id in order {
            let Some(flag) = self.plan.flag(id) else { continue };
            let mut hash = flag.fingerprint;
            for step in &flag.steps {
                step.when.walk(&mut |expr| {
                    let of = match expr {
                        Expr::Segment(segment) => self.segments.get(segment.index()).copied(),
                        Expr::Serves(flag, _) | Expr::Value(flag) => self.plan.flag(*flag).map(|flag| flag.fingerprint),
                        _ => return,
                    };
                    hash = mix(hash, of.unwrap_or_default());
                });
            }
            if let Some(flag) = self.plan.flags.get_mut(id.index()) {
                flag.fingerprint = hash;
            }
        }
        self.plan
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
        value: Option<Value>,
        reason: Reason,
        backend_reason: Cow<'static, str>,
        details: Details,
    ) -> OutcomeId {
        let value = value.map(|value| {
            // The last few: a flag repeats its values, and looking through many would take long, as would lists and objects.
            let recent = self.values.len().saturating_sub(RECENT_VALUES);
            let is_scalar = !matches!(value, Value::List(_) | Value::Object(_));
            let known = self.values.iter().skip(recent).position(|known| is_scalar && *known == value);
            known.map(|index| recent + index).unwrap_or_else(|| {
                self.values.push(value);
                self.values.len() - 1
            }) as u32
        });
        let Details { variant, rule_id, yields } = details;
        let flag = self.id;
        let yields = yields || value.is_none();
        self.builder.outcome(Outcome { flag, value, yields, variant, reason, backend_reason, rule_id })
    }

    /// An outcome with nothing beside its value and its reason.
    pub(crate) fn plain(&mut self, value: Option<Value>, reason: Reason, backend_reason: &'static str) -> OutcomeId {
        self.outcome(value, reason, backend_reason.into(), Details::default())
    }

    /// A step that serves a boolean, whose reason it is named after.
    pub(crate) fn boolean_step(&mut self, name: &'static str, when: Expr, value: bool, reason: Reason) {
        let outcome = self.plain(Some(Value::Bool(value)), reason, name);
        self.step(name, when, outcome);
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
