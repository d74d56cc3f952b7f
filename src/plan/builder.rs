//! Puts a plan together: equal attributes, buckets and patterns are kept once.

use std::num::NonZeroU32;

use super::{
    Attribute, AttributeId, Bucket, BucketId, ErrorThreshold, Expr, ExprId, Flag, FlagId, NameId, Outcome, OutcomeId, PatternId, Plan,
    Point, Root, Scalars, SegmentId, Serve, Set, SetId, Share, Span, Split, SplitId, Step, Unknown, WordId, set,
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

    /// All of these are true.
    pub(crate) fn all(&mut self, parts: Vec<Expr>) -> Expr {
        one_or(parts, |parts| Expr::All(self.exprs(parts)))
    }

    /// One of these is true.
    pub(crate) fn any(&mut self, parts: Vec<Expr>) -> Expr {
        one_or(parts, |parts| Expr::Any(self.exprs(parts)))
    }

    pub(crate) fn not(&mut self, expr: Expr) -> Expr {
        self.plan.exprs.push(expr);
        Expr::Not(ExprId(self.plan.exprs.len() as u32 - 1))
    }

    fn exprs(&mut self, parts: Vec<Expr>) -> Span {
        let start = self.plan.exprs.len();
        self.plan.exprs.extend(parts);
        Span::since(start, &self.plan.exprs)
    }

    /// A text that attributes are compared with.
    pub(crate) fn word(&mut self, text: &str) -> WordId {
        WordId(self.plan.words.insert(text).0)
    }

    pub(crate) fn set(&mut self, scalars: Scalars) -> SetId {
        let Scalars { mut words, mut numbers, booleans, null } = scalars;
        if words.len() > set::FEW {
            words.sort_unstable();
            words.dedup();
        }
        numbers.sort_unstable();
        let start = self.plan.members.len();
        self.plan.members.extend(words);
        let words = Span::since(start, &self.plan.members);
        self.plan.sets.push(Set { words, numbers: numbers.into(), booleans, null });
        SetId(self.plan.sets.len() as u32 - 1)
    }

    /// What an outcome or a step is called.
    pub(crate) fn name(&mut self, name: &str) -> NameId {
        NameId(NonZeroU32::MIN.saturating_add(self.plan.names.insert(name).0))
    }

    /// `shares` in written order, each with the sum of the weights so far.
    pub(crate) fn split(&mut self, bucket: BucketId, point: Point, shares: &[Share], leftover: OutcomeId, otherwise: OutcomeId) -> Serve {
        let start = self.plan.shares.len();
        self.plan.shares.extend_from_slice(shares);
        let shares = Span::since(start, &self.plan.shares);
        self.plan.splits.push(Split { bucket, point, shares, leftover, otherwise });
        Serve::Split(SplitId(self.plan.splits.len() as u32 - 1))
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

    /// How many errors the circuit of the flag that comes next bears.
    pub(crate) fn error_threshold(&mut self, threshold: Option<ErrorThreshold>) {
        let flag = self.next_flag();
        self.plan.error_thresholds.extend(threshold.map(|threshold| (flag, threshold)));
    }

    /// Adds a step to the flag that comes next.
    pub(crate) fn step(&mut self, name: NameId, rule_id: Option<NameId>, when: Expr, serve: Serve) {
        let when = match when {
            Expr::All(parts) => parts,
            Expr::Literal(true) => Span::default(),
            one => {
                let start = self.plan.exprs.len();
                self.plan.exprs.push(one);
                Span::since(start, &self.plan.exprs)
            }
        };
        self.plan.steps.push(Step { name, rule_id, requires: None, when, serve });
    }

    pub(crate) fn last_step(&mut self) -> Option<&mut Step> {
        self.plan.steps.last_mut()
    }

    /// How many steps there are, those of all flags.
    pub(crate) fn steps(&self) -> usize {
        self.plan.steps.len()
    }

    /// Adds a flag, with the steps from that number on; flags are numbered in the order in which they are added.
    pub(crate) fn flag(&mut self, key: &str, values: Vec<Value>, first_step: usize, otherwise: OutcomeId, fingerprint: u64) {
        let plan = &mut self.plan;
        plan.keys.insert(key);
        let values = match plan.flags.last() {
            Some(before) if same(before.values.of(&plan.values), &values) => before.values,
            _ => {
                let first_value = plan.values.len();
                plan.values.extend(values);
                Span::since(first_value, &plan.values)
            }
        };
        let steps = Span::since(first_step, &plan.steps);
        plan.flags.push(Flag { values, steps, otherwise, fingerprint });
    }

    /// The plan. `order` names the flags, each after the flags that it requires; none where no flag refers to anything.
    pub(crate) fn finish(mut self, order: &[FlagId]) -> Plan {
        for &id in order {
            let fingerprint = self.fingerprint(id);
            if let Some(flag) = self.plan.flags.get_mut(id.index()) {
                flag.fingerprint = fingerprint;
            }
        }
        self.mark_compared();
        self.shrink();
        self.plan
    }

    /// Gives back the room of the lists that are long in a long plan.
    fn shrink(&mut self) {
        let Plan { flags, keys, steps, exprs, values, outcomes, splits, shares, buckets, sets, members, .. } = &mut self.plan;
        keys.shrink();
        flags.shrink_to_fit();
        steps.shrink_to_fit();
        exprs.shrink_to_fit();
        values.shrink_to_fit();
        outcomes.shrink_to_fit();
        splits.shrink_to_fit();
        shares.shrink_to_fit();
        buckets.shrink_to_fit();
        sets.shrink_to_fit();
        members.shrink_to_fit();
    }

    /// A flag's fingerprint with those of the segments and flags that it refers to.
    fn fingerprint(&self, id: FlagId) -> u64 {
        let plan = &self.plan;
        let Some(flag) = plan.flag(id) else { return 0 };
        let mut hash = flag.fingerprint;
        for expr in plan.steps(flag).iter().flat_map(|step| plan.when(step)) {
            expr.walk(plan, &mut |expr| {
                let of = match expr {
                    Expr::Segment(segment) => self.segments.get(segment.index()).copied(),
                    Expr::Serves(flag, _) | Expr::ServesTrue(flag) => plan.flag(*flag).map(|flag| flag.fingerprint),
                    _ => return,
                };
                hash = mix(hash, of.unwrap_or_default());
            });
        }
        hash
    }

    /// Finds the attributes of which nobody reads the text.
    fn mark_compared(&mut self) {
        let Plan { attributes, exprs, segments, buckets, .. } = &mut self.plan;
        attributes.iter_mut().for_each(|attribute| attribute.only_compared = true);
        let mut read = |id: AttributeId| {
            if let Some(attribute) = attributes.get_mut(id.index()) {
                attribute.only_compared = false;
            }
        };
        buckets.iter().for_each(|bucket| read(bucket.unit.attribute()));
        for expr in exprs.iter().chain(&*segments) {
            match expr {
                Expr::Is { attribute, as_key, test, .. } if *as_key || !test.only_compares() => read(*attribute),
                Expr::PythonEquals(attribute, _) | Expr::JavaScript(attribute, _) => read(*attribute),
                Expr::Python(expr) => expr.reads(&mut read),
                _ => {}
            }
        }
    }
}

/// The only part itself, where there is but one.
fn one_or(mut parts: Vec<Expr>, join: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.pop().unwrap_or(Expr::Literal(false)),
        _ => join(parts),
    }
}

/// How many are looked at for one that is there already: of a flag's values, of flags for all their values.
const RECENT: usize = 8;

/// Whether nothing can tell values apart. Equal numbers may be two zeros, equal objects differ in their order.
fn same(ones: &[Value], others: &[Value]) -> bool {
    ones == others && ones.iter().all(|value| matches!(value, Value::Bool(_) | Value::String(_)))
}

/// Puts one flag together, and gives its values and outcomes their numbers.
pub(crate) struct FlagBuilder<'b> {
    builder: &'b mut Builder,
    id: FlagId,
    values: Vec<Value>,
    first_step: usize,
}

/// The parts of an outcome that are seldom needed.
#[derive(Default, Clone, Copy)]
pub(crate) struct Details {
    pub(crate) variant: Option<NameId>,
    pub(crate) rule_id: Option<NameId>,
    /// The caller's default stands before the value.
    pub(crate) yields: bool,
}

impl<'b> FlagBuilder<'b> {
    /// For the next flag: flags are numbered in the order in which they are finished.
    pub(crate) fn new(builder: &'b mut Builder) -> FlagBuilder<'b> {
        let (id, first_step) = (builder.next_flag(), builder.steps());
        FlagBuilder { builder, id, values: Vec::new(), first_step }
    }

    pub(crate) fn plan(&mut self) -> &mut Builder {
        self.builder
    }

    /// An outcome; without a value of its own it has only the caller's default.
    pub(crate) fn outcome(&mut self, value: Option<Value>, reason: Reason, backend_reason: &str, details: Details) -> OutcomeId {
        let value = value.map(|value| {
            // The last few: a flag repeats its values, and looking through many would take long, as would lists and objects.
            let recent = self.values.len().saturating_sub(RECENT);
            let is_scalar = !matches!(value, Value::List(_) | Value::Object(_));
            let known = self.values.iter().skip(recent).position(|known| is_scalar && *known == value);
            known.map(|index| recent + index).unwrap_or_else(|| {
                self.values.push(value);
                self.values.len() - 1
            }) as u32
        });
        let Details { variant, rule_id, yields } = details;
        let (flag, yields) = (self.id, yields || value.is_none());
        let backend_reason = self.builder.name(backend_reason);
        self.builder.outcome(Outcome { flag, value, variant, rule_id, backend_reason, reason, yields })
    }

    /// An outcome with nothing beside its value and its reason.
    pub(crate) fn plain(&mut self, value: Option<Value>, reason: Reason, backend_reason: &str) -> OutcomeId {
        self.outcome(value, reason, backend_reason, Details::default())
    }

    /// A step that serves a boolean, whose reason it is named after.
    pub(crate) fn boolean_step(&mut self, name: &str, when: Expr, value: bool, reason: Reason) {
        let outcome = self.plain(Some(Value::Bool(value)), reason, name);
        self.step(name, when, outcome);
    }

    pub(crate) fn step(&mut self, name: &str, when: Expr, serve: impl Into<Serve>) {
        let name = self.builder.name(name);
        self.builder.step(name, None, when, serve.into());
    }

    pub(crate) fn last_step(&mut self) -> Option<&mut Step> {
        self.builder.last_step()
    }

    pub(crate) fn finish(self, key: &str, otherwise: OutcomeId, fingerprint: u64) {
        let FlagBuilder { builder, values, first_step, .. } = self;
        builder.flag(key, values, first_step, otherwise, fingerprint);
    }
}

impl From<OutcomeId> for Serve {
    fn from(outcome: OutcomeId) -> Serve {
        Serve::Outcome(outcome)
    }
}
