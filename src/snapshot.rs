//! A loaded snapshot: immutable, and evaluated without anything else than its inputs.

use crate::context::Context;
use crate::document::Document;
use crate::error::{Issue, Issues, SnapshotError, issues_to_value};
use crate::evaluate::{self, Answers, Attributes, Lookup, Memo, Scope, Trace};
use crate::evaluation::{ErrorCode, Evaluation, ExplainedStep, Explanation};
use crate::format::{self, Format};
use crate::hash;
use crate::plan::{FlagId, Kind, OutcomeId, Plan};
use crate::text::text;
use crate::texts::Texts;
use crate::value::{self, Object, Value};

/// How a snapshot is loaded.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The snapshot's format; none finds it by the snapshot's shape.
    pub format: Option<Format>,
    /// The environment that stands before the snapshot's own.
    pub environment: Option<Box<str>>,
    /// What becomes of a snapshot in which flags are invalid.
    pub on_invalid_flag: OnInvalidFlag,
}

/// What becomes of a snapshot in which flags are invalid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnInvalidFlag {
    /// The whole snapshot is refused.
    #[default]
    Reject,
    /// The invalid flags, and the flags that require them, are left out.
    Skip,
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotInfo {
    /// The format it was read as.
    pub format: Format,
    /// The version that it gives itself.
    pub version: Option<Box<str>>,
    /// The environment in force.
    pub environment: Option<Box<str>>,
    /// How many flags can be evaluated.
    pub flag_count: usize,
    /// The SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub digest: String,
    /// The flags that differ from the snapshot before, in alphabetical order: those added, removed or defined
    /// differently, or that refer to a segment or require a flag of which that is so. All of them for the first one.
    pub changed: Vec<Box<str>>,
    /// Why flags were left out.
    pub skipped: Vec<Issue>,
    /// What was loaded but can have no effect.
    pub warnings: Vec<Issue>,
}

/// A loaded snapshot.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) plan: Plan,
    info: SnapshotInfo,
}

/// What an evaluation depends on beside the context.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The time, in milliseconds since 1970.
    pub now: f64,
    /// The flags whose circuit is open.
    pub open_circuits: &'a OpenCircuits,
}

/// The flags whose circuit is open: at all times, as collected from their keys, or around a time.
#[derive(Debug, Clone, Default)]
pub struct OpenCircuits {
    keys: Texts,
    /// By the keys' numbers: since when, and for how long, in milliseconds; none for at all times.
    times: Vec<Option<(f64, f64)>>,
}

impl OpenCircuits {
    const NONE: OpenCircuits = OpenCircuits { keys: Texts::new(), times: Vec::new() };

    pub(crate) fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Whether the flag's circuit is open at that time, in milliseconds since 1970. A time that is no number opens none.
    pub fn contains(&self, flag_key: &str, now: f64) -> bool {
        self.time(flag_key).is_some_and(|time| time.is_none_or(|(since, window)| (now - since).abs() < window))
    }

    /// Whether any circuit is open at some times only.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively the clock is always asked"))]
    pub(crate) fn depend_on_time(&self) -> bool {
        self.times.iter().any(Option::is_some)
    }

    /// Whether the flag's circuit is.
    pub(crate) fn depends_on_time(&self, flag_key: &str) -> bool {
        self.time(flag_key).is_some_and(Option::is_some)
    }

    fn time(&self, flag_key: &str) -> Option<&Option<(f64, f64)>> {
        self.times.get(self.keys.find(flag_key.as_bytes())? as usize)
    }

    /// Adds a flag, unless it is there.
    pub(crate) fn add(&mut self, flag_key: &str, time: Option<(f64, f64)>) {
        if self.keys.insert(flag_key).1 {
            self.times.push(time);
        }
    }
}

impl<K: AsRef<str>> FromIterator<K> for OpenCircuits {
    fn from_iter<I: IntoIterator<Item = K>>(flag_keys: I) -> OpenCircuits {
        let mut open = OpenCircuits::NONE;
        flag_keys.into_iter().for_each(|key| open.add(key.as_ref(), None));
        open
    }
}

impl Inputs<'static> {
    /// A time, in milliseconds since 1970, at which no circuit is open.
    pub fn at(now: f64) -> Inputs<'static> {
        static NONE: OpenCircuits = OpenCircuits::NONE;
        Inputs { now, open_circuits: &NONE }
    }
}

impl Snapshot {
    /// Reads, checks and compiles a snapshot.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, at once.
    pub fn load(bytes: impl AsRef<[u8]>, options: &LoadOptions) -> Result<Snapshot, SnapshotError> {
        let bytes = bytes.as_ref();
        let mut issues = Issues::default();
        let Some(document) = Document::parse(bytes, &mut issues) else {
            return Err(SnapshotError::new(issues.into_list()));
        };
        let skips = options.on_invalid_flag == OnInvalidFlag::Skip;
        let environment = options.environment.as_deref();
        let format::Outcome { compiled, issues, warnings } = format::compile(&document, options.format, environment, skips, issues);
        let (Some((format, compiled)), true) = (compiled, skips || issues.count() == 0) else {
            return Err(SnapshotError::new(issues.into_list()));
        };
        let changed = sorted(&compiled.plan.keys);
        let info = SnapshotInfo {
            format,
            version: compiled.version,
            environment: compiled.environment,
            flag_count: compiled.plan.flags.len(),
            digest: hex(hash::sha256_of(bytes)),
            changed,
            skipped: issues.into_list(),
            warnings: warnings.into_list(),
        };
        Ok(Snapshot { plan: compiled.plan, info })
    }

    /// The snapshot with `changed` counted from the one before it.
    #[must_use]
    pub fn after(mut self, before: &Snapshot) -> Snapshot {
        let fingerprint = |plan: &Plan, key: &str| plan.find(key).and_then(|id| plan.flag(id)).map(|flag| flag.fingerprint);
        let mut changed = Texts::default();
        for key in keys_of(&self.plan) {
            if fingerprint(&self.plan, key) != fingerprint(&before.plan, key) {
                changed.insert(key);
            }
        }
        for key in keys_of(&before.plan) {
            if self.plan.find(key).is_none() {
                changed.insert(key);
            }
        }
        self.info.changed = sorted(&changed);
        self
    }

    /// What was loaded.
    pub fn info(&self) -> &SnapshotInfo {
        &self.info
    }

    /// The information as JSON; what has changed is not kept any longer.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively the information can be asked for again"))]
    pub(crate) fn tell_info(&mut self) -> Value {
        let info = self.info.to_value();
        self.info.changed = Vec::new();
        info
    }

    /// The keys of the flags, in the order in which they were written.
    pub fn flag_keys(&self) -> impl ExactSizeIterator<Item = &str> {
        keys_of(&self.plan)
    }

    /// Evaluates one flag. In an error the value is the default. In `samebucket/1`, where each flag has one type, a
    /// default of another type is an error, while `None` and `null` go with every flag.
    pub fn evaluate<'a>(&'a self, flag_key: &'a str, context: &Context, inputs: Inputs<'_>, default: Option<&'a Value>) -> Evaluation<'a> {
        self.evaluate_with(flag_key, context, inputs, default, None)
    }

    pub(crate) fn evaluate_with<'a>(
        &'a self,
        flag_key: &'a str,
        context: &Context,
        inputs: Inputs<'_>,
        default: Option<&'a Value>,
        memo: Option<&Memo>,
    ) -> Evaluation<'a> {
        let attributes = Lookup::new(&self.plan, context);
        let outcome = self.plan.find(flag_key).and_then(|flag| self.decide(flag, &attributes, inputs, memo, None));
        let expected = default.and_then(Kind::of).filter(|_| self.plan.typed);
        let found = outcome.and_then(|id| self.plan.outcome(id)).and_then(|outcome| self.plan.value(outcome)).and_then(Kind::of);
        match (expected, found) {
            (Some(expected), Some(found)) if expected != found => {
                let message = text!["the flag `", flag_key, "` is of type ", found.name(), ", the default value of type ", expected.name()];
                Evaluation::failed(flag_key, default, ErrorCode::TypeMismatch, message)
            }
            _ => self.evaluation(flag_key, outcome, default),
        }
    }

    /// Evaluates every flag, in the order in which they were written.
    pub fn evaluate_all(&self, context: &Context, inputs: Inputs<'_>) -> Vec<Evaluation<'_>> {
        self.evaluate_all_with(context, inputs, None)
    }

    pub(crate) fn evaluate_all_with(&self, context: &Context, inputs: Inputs<'_>, memo: Option<&Memo>) -> Vec<Evaluation<'_>> {
        let mut keys = keys_of(&self.plan);
        let mut evaluations = Vec::with_capacity(keys.len());
        self.outcomes(&Lookup::new(&self.plan, context), inputs, memo, |outcome| {
            evaluations.extend(keys.next().map(|key| self.evaluation(key, Some(outcome), None)));
        });
        evaluations
    }

    /// Evaluates one flag and says what was tried.
    pub fn explain<'a>(&'a self, flag_key: &'a str, context: &Context, inputs: Inputs<'_>) -> Explanation<'a> {
        self.explain_with(flag_key, &Lookup::new(&self.plan, context), inputs)
    }

    pub(crate) fn explain_with<'a>(&'a self, flag_key: &'a str, attributes: &impl Attributes, inputs: Inputs<'_>) -> Explanation<'a> {
        let trace = Trace::default();
        let flag = self.plan.find(flag_key);
        let outcome = flag.and_then(|flag| self.decide(flag, attributes, inputs, None, Some(&trace)));
        let evaluation = self.evaluation(flag_key, outcome, None);
        let steps = flag.and_then(|id| self.plan.flag(id)).map_or(&[][..], |flag| self.plan.steps(flag));
        let otherwise = evaluation.backend_reason.unwrap_or_default();
        let steps = trace.into_steps().into_iter().enumerate().map(|(index, traced)| {
            let step = steps.get(index);
            ExplainedStep {
                step: step.map_or(otherwise, |step| self.plan.name(step.name)),
                rule_id: step.and_then(|step| Some(self.plan.name(step.rule_id?))),
                required_flag: step.and_then(|step| Some(self.plan.key(step.requires?))),
                matched: traced.matched,
                rollout: traced.rollout,
                split: traced.split,
            }
        });
        Explanation { evaluation, steps: steps.collect() }
    }

    /// Hands over the outcomes of all flags, in the order in which they were written.
    pub(crate) fn outcomes(&self, attributes: &impl Attributes, inputs: Inputs<'_>, memo: Option<&Memo>, mut each: impl FnMut(OutcomeId)) {
        let answers = Answers::default();
        let scope = self.scope(attributes, inputs, memo, &answers);
        (0..self.plan.flags.len() as u32).filter_map(|flag| evaluate::decide_if_new(&scope, FlagId(flag))).for_each(&mut each);
    }

    /// The outcome of one flag; none if there is no such flag, or attributes lack.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively defaults are held to the flag's type"))]
    pub(crate) fn outcome(&self, flag: FlagId, attributes: &impl Attributes, inputs: Inputs<'_>, memo: Option<&Memo>) -> Option<OutcomeId> {
        let answers = Answers::default();
        evaluate::decide(&self.scope(attributes, inputs, memo, &answers), flag)
    }

    fn decide(
        &self,
        flag: FlagId,
        attributes: &impl Attributes,
        inputs: Inputs<'_>,
        memo: Option<&Memo>,
        trace: Option<&Trace>,
    ) -> Option<OutcomeId> {
        let answers = Answers::default();
        evaluate::decide(&Scope { trace, ..self.scope(attributes, inputs, memo, &answers) }, flag)
    }

    fn scope<'a, A>(&'a self, attributes: &'a A, inputs: Inputs<'a>, memo: Option<&'a Memo>, answers: &'a Answers) -> Scope<'a, A> {
        let Inputs { now, open_circuits } = inputs;
        Scope { plan: &self.plan, attributes, now, open_circuits, memo, answers, trace: None }
    }

    /// An answer in words; without an outcome there is no such flag.
    pub(crate) fn evaluation<'a>(&'a self, flag_key: &'a str, outcome: Option<OutcomeId>, default: Option<&'a Value>) -> Evaluation<'a> {
        match outcome.and_then(|id| self.plan.outcome(id)) {
            Some(outcome) => Evaluation {
                flag_key,
                value: if outcome.yields { default.or(self.plan.value(outcome)) } else { self.plan.value(outcome) },
                variant: outcome.variant.map(|name| self.plan.name(name)),
                reason: outcome.reason,
                backend_reason: Some(self.plan.name(outcome.backend_reason)),
                rule_id: outcome.rule_id.map(|id| self.plan.name(id)),
                error: None,
            },
            None => {
                let message = text!["the snapshot has no flag ", quoted(flag_key)];
                let failed = Evaluation::failed(flag_key, default, ErrorCode::FlagNotFound, message);
                let Some(unknown) = &self.plan.unknown else { return failed };
                let own = Some(&unknown.value);
                let value = if unknown.yields { default.or(own) } else { own };
                Evaluation { value, variant: unknown.variant.as_deref(), backend_reason: Some(unknown.backend_reason), ..failed }
            }
        }
    }
}

impl SnapshotInfo {
    /// The information as JSON, with the names that JavaScript has for its parts.
    pub fn to_value(&self) -> Value {
        let mut object = Object::default();
        object.set("format", self.format.as_str());
        object.set("version", self.version.as_deref());
        object.set("environment", self.environment.as_deref());
        object.set("flagCount", self.flag_count as f64);
        object.set("digest", &*self.digest);
        object.set("changed", value::texts(&self.changed));
        object.set("skipped", issues_to_value(&self.skipped));
        object.set("warnings", issues_to_value(&self.warnings));
        object.into()
    }
}

/// The keys of the flags, by the flags' numbers.
fn keys_of(plan: &Plan) -> impl ExactSizeIterator<Item = &str> {
    (0..plan.flags.len() as u32).map(|flag| plan.key(FlagId(flag)))
}

/// In alphabetical order.
fn sorted(texts: &Texts) -> Vec<Box<str>> {
    let mut sorted = Vec::with_capacity(texts.len());
    for number in texts.sorted() {
        sorted.extend(texts.get(number).map(Box::from));
    }
    sorted
}

fn hex(words: [u32; 8]) -> String {
    let digits = words.iter().flat_map(|word| (0..8).rev().map(move |place| word >> (4 * place) & 15));
    digits.filter_map(|digit| char::from_digit(digit, 16)).collect()
}
