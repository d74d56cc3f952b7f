//! Keeps what an evaluation tried, for `explain`.

use std::borrow::Cow;
use std::cell::RefCell;

use crate::evaluation::Draw;

/// The steps tried, and the draws of the step being tried.
#[derive(Default)]
pub(crate) struct Trace(RefCell<Tried>);

#[derive(Default)]
struct Tried {
    steps: Vec<TracedStep>,
    rollout: Option<Draw>,
    split: Option<Draw>,
}

pub(crate) struct TracedStep {
    pub(crate) matched: bool,
    pub(crate) rollout: Option<Draw>,
    pub(crate) split: Option<Draw>,
}

impl Trace {
    pub(super) fn rollout(&self, unit: Option<Cow<'_, str>>, drawn: f64, against: f64) {
        self.0.borrow_mut().rollout = draw(unit, drawn, against);
    }

    pub(super) fn split(&self, unit: Option<Cow<'_, str>>, drawn: f64, against: f64) {
        self.0.borrow_mut().split = draw(unit, drawn, against);
    }

    /// The flag's next step has been tried.
    #[cold]
    #[inline(never)]
    pub(super) fn step(&self, matched: bool) {
        let mut tried = self.0.borrow_mut();
        let (rollout, split) = (tried.rollout.take(), tried.split.take());
        tried.steps.push(TracedStep { matched, rollout, split });
    }

    /// One entry for each step of the flag that was tried, in order; one more when none applied.
    pub(crate) fn into_steps(self) -> Vec<TracedStep> {
        self.0.into_inner().steps
    }
}

/// Nothing is drawn among weights that are 0 in all, whose remainder is NaN.
fn draw(unit: Option<Cow<'_, str>>, drawn: f64, against: f64) -> Option<Draw> {
    (!drawn.is_nan()).then_some(())?;
    Some(Draw { unit: unit?.into_owned(), drawn, against })
}
