//! Walks a plan for one context. It cannot fail, it asks no clock, and it does not know formats: everything that
//! differs between them is data in the plan.

mod bucket;
mod expression;
pub(crate) mod javascript;
mod python;
mod strict;
mod trace;

use std::cell::{OnceCell, RefCell};

pub(crate) use bucket::Memo;
pub(crate) use trace::Trace;

use crate::context::Context;
use crate::plan::{AttributeId, FlagId, OutcomeId, Plan, Serve, WordId};
use crate::snapshot::OpenCircuits;
use crate::texts::Texts;
use crate::value::{Object, ValueRef};

/// Where an evaluation finds its attributes.
pub(crate) trait Attributes {
    /// The attribute's value, or missing.
    fn get(&self, attribute: AttributeId) -> ValueRef<'_>;

    /// The attribute's text, where it is one and more than its word is known.
    #[inline(always)]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        match self.get(attribute) {
            ValueRef::String(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    /// Which of the plan's words the attribute is, or that it is another text, where no more is known of it.
    #[inline(always)]
    fn word(&self, _attribute: AttributeId) -> Option<Option<WordId>> {
        None
    }

    /// Whether an attribute was asked for that could not be had yet: then nothing that was found counts.
    #[inline(always)]
    fn lack(&self) -> bool {
        false
    }
}

/// A context read through a plan's paths.
pub(crate) struct Lookup<'a> {
    plan: &'a Plan,
    context: &'a Context,
    /// The context as one object, made when an attribute stands for it.
    root: OnceCell<Object>,
}

impl<'a> Lookup<'a> {
    pub(crate) fn new(plan: &'a Plan, context: &'a Context) -> Lookup<'a> {
        Lookup { plan, context, root: OnceCell::new() }
    }
}

impl Attributes for Lookup<'_> {
    fn get(&self, attribute: AttributeId) -> ValueRef<'_> {
        let Some(attribute) = self.plan.attributes.get(attribute.index()) else { return ValueRef::Missing };
        match &self.plan.root {
            Some(root) if attribute.routes.is_empty() => ValueRef::Object(self.root.get_or_init(|| self.context.root(root))),
            _ => self.context.get(attribute),
        }
    }
}

/// All that an evaluation depends on.
pub(crate) struct Scope<'a, A> {
    pub(crate) plan: &'a Plan,
    pub(crate) attributes: &'a A,
    /// Milliseconds since 1970.
    pub(crate) now: f64,
    /// The flags whose circuit is open.
    pub(crate) open_circuits: &'a OpenCircuits,
    /// Buckets drawn before for the same attributes.
    pub(crate) memo: Option<&'a Memo>,
    /// What required flags have answered, so that no flag is decided twice.
    pub(crate) answers: &'a Answers,
    pub(crate) trace: Option<&'a Trace>,
}

/// The outcomes of flags that others require: seldom any.
#[derive(Default)]
pub(crate) struct Answers(RefCell<Option<Box<Known>>>);

/// Flags are numbered by the bytes of their own numbers.
#[derive(Default)]
struct Known {
    flags: Texts,
    outcomes: Vec<OutcomeId>,
}

impl Answers {
    fn get(&self, id: FlagId) -> Option<OutcomeId> {
        let known = self.0.borrow();
        let Known { flags, outcomes } = &**known.as_ref()?;
        outcomes.get(flags.find(&id.0.to_be_bytes())? as usize).copied()
    }

    fn set(&self, id: FlagId, outcome: OutcomeId) {
        let mut known = self.0.borrow_mut();
        let Known { flags, outcomes } = &mut **known.get_or_insert_default();
        if flags.insert(id.0.to_be_bytes()).1 {
            outcomes.push(outcome);
        }
    }
}

/// The outcome for a flag; none if the plan has no such flag, or attributes lack.
#[cfg_attr(samebucket_wasm, optimize(speed))]
pub(crate) fn decide<A: Attributes>(scope: &Scope<'_, A>, id: FlagId) -> Option<OutcomeId> {
    let plan = scope.plan;
    let flag = plan.flag(id)?;
    for step in plan.steps(flag) {
        let mut applies = true;
        for expr in plan.when(step) {
            applies = expression::holds(scope, id, expr);
            if !applies {
                break;
            }
        }
        if scope.attributes.lack() {
            return None;
        }
        if !applies {
            trace_step(scope, false);
            continue;
        }
        let outcome = match step.serve {
            Serve::Outcome(outcome) => Some(outcome),
            Serve::Split(split) => bucket::choose(scope, split),
        };
        if scope.attributes.lack() {
            return None;
        }
        trace_step(scope, true);
        return outcome;
    }
    trace_step(scope, true);
    Some(flag.otherwise)
}

/// A step has been tried, and drawn all that it draws.
#[inline(always)]
fn trace_step<A>(scope: &Scope<'_, A>, matched: bool) {
    if let Some(trace) = scope.trace {
        trace.step(matched);
    }
}

/// The outcome of a flag that may have been decided before in the same scope, because others require it.
pub(crate) fn decide_if_new<A: Attributes>(scope: &Scope<'_, A>, id: FlagId) -> Option<OutcomeId> {
    scope.answers.get(id).or_else(|| decide(scope, id))
}

/// The outcome of a flag that another requires: it is decided once in a scope. Loading has seen to it that requirements
/// have no cycle and are not deep.
fn decide_once<A: Attributes>(scope: &Scope<'_, A>, id: FlagId) -> Option<OutcomeId> {
    let outcome = decide_if_new(&Scope { trace: None, ..*scope }, id)?;
    scope.answers.set(id, outcome);
    Some(outcome)
}
