//! One circuit breaker, by what flcm's document says of it:
//!
//! - *Closed*, it counts: every success and every error that is recorded is a sample, which stands for as long as it is less
//!   than `window` old. When a sample has been added, more than `min_samples` stand, and the errors among them, divided by
//!   all, are more than `rate`, the circuit opens. A success can open it too, as the sample that was still missing.
//! - *Open*, it forgets its samples and counts none: what is recorded now began before it opened. It is open for less than `window`.
//! - *Half open*, from `window` after it opened on: evaluation goes on. Five successes in a row close it, however far apart; one
//!   error opens it again, for another `window`. These successes are samples, and stand when it is closed again.
//!
//! Time may go back: what lies `window` or more from now in either direction is past. So a circuit that opened under a clock
//! that was wrong is open for less than two windows of the right one. An instant that is not finite is none: nothing is recorded.
//!
//! Memory is bounded, whatever is recorded: samples of one instant are one [`Run`], and of those there are at most [`MOST_RUNS`]. Up to so
//! many different instants in a window everything is exact. Where there are more, runs that lie in the same hundredth of the window become
//! one, and count as the latest of them: a sample then stands for up to a hundredth of the window longer.

use crate::plan::ErrorThreshold;

/// So many successes in a row close a circuit that is half open.
const SUCCESSES_TO_CLOSE: f64 = 5.0;

/// More than twice [`CELLS`], for where time goes back there are samples on both sides of now.
pub(super) const MOST_RUNS: usize = 256;

/// Into so many parts a window is divided when there are too many runs.
const CELLS: f64 = 100.0;

/// Whether a circuit lets a flag be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CircuitState {
    /// The flag is evaluated, and samples are counted.
    Closed,
    /// The flag is off.
    Open,
    /// The flag is evaluated again: five successes in a row close the circuit, one error opens it.
    HalfOpen,
}

impl CircuitState {
    pub(super) const ALL: [CircuitState; 3] = [CircuitState::Closed, CircuitState::Open, CircuitState::HalfOpen];

    /// The words of all states, in the same order.
    pub(super) const WORDS: [&str; 3] = ["closed", "open", "half_open"];

    /// The word that events and exported states have for it: `closed`, `open` or `half_open`.
    pub fn as_str(self) -> &'static str {
        match self {
            CircuitState::Closed => "closed",
            CircuitState::Open => "open",
            CircuitState::HalfOpen => "half_open",
        }
    }
}

/// The samples of one instant.
#[derive(Debug)]
pub(super) struct Run {
    /// Milliseconds since 1970.
    pub(super) at: f64,
    pub(super) successes: f64,
    pub(super) errors: f64,
}

/// The circuit of one flag.
#[derive(Debug)]
pub(super) struct Circuit {
    pub(super) threshold: ErrorThreshold,
    pub(super) state: CircuitState,
    /// When that state was taken.
    pub(super) since: f64,
    /// How many in a row there were since it is half open.
    pub(super) successes: f64,
    /// In the order of time, no two of one instant.
    pub(super) runs: Vec<Run>,
}

impl Circuit {
    pub(super) fn new(threshold: ErrorThreshold) -> Circuit {
        Circuit { threshold, state: CircuitState::Closed, since: 0.0, successes: 0.0, runs: Vec::new() }
    }

    /// Whether that instant is less than a window from now.
    pub(super) fn recalls(&self, at: f64, now: f64) -> bool {
        (now - at).abs() < self.threshold.window
    }

    /// The state by the clock alone.
    pub(super) fn state_at(&self, now: f64) -> CircuitState {
        match self.state {
            CircuitState::Open if !self.recalls(self.since, now) => CircuitState::HalfOpen,
            state => state,
        }
    }

    /// Counts an outcome, and says which states that leads to, one after another.
    pub(super) fn record(&mut self, is_error: bool, now: f64, to: &mut dyn FnMut(CircuitState)) {
        let mut turn = |circuit: &mut Circuit, state| {
            (circuit.state, circuit.since, circuit.successes) = (state, now, 0.0);
            to(state);
        };
        if self.state_at(now) != self.state {
            turn(self, CircuitState::HalfOpen);
        }
        if self.state == CircuitState::Open {
            return;
        }
        let errors = f64::from(u8::from(is_error));
        self.add(now, 1.0 - errors, errors);
        let half_open = self.state == CircuitState::HalfOpen;
        self.successes += f64::from(u8::from(half_open));
        if if half_open { is_error } else { self.is_breached() } {
            self.runs.clear();
            turn(self, CircuitState::Open);
        } else if half_open && self.successes >= SUCCESSES_TO_CLOSE {
            turn(self, CircuitState::Closed);
        }
    }

    fn is_breached(&self) -> bool {
        let (mut samples, mut errors) = (0.0, 0.0);
        for run in &self.runs {
            samples += run.successes + run.errors;
            errors += run.errors;
        }
        samples > self.threshold.min_samples && errors / samples > self.threshold.rate
    }

    /// Adds samples of now, and lets go of those that are past.
    pub(super) fn add(&mut self, at: f64, successes: f64, errors: f64) {
        let window = self.threshold.window;
        self.runs.retain(|run| (at - run.at).abs() < window);
        if self.runs.len() >= MOST_RUNS {
            let cell = |at: f64| (at / window * CELLS).floor();
            self.runs.dedup_by(|later, run| {
                let same = cell(later.at) == cell(run.at);
                if same {
                    run.at = later.at;
                    run.successes += later.successes;
                    run.errors += later.errors;
                }
                same
            });
        }
        let before = self.runs.iter().take_while(|run| run.at < at).count();
        match self.runs.get_mut(before) {
            Some(run) if run.at == at => {
                run.successes += successes;
                run.errors += errors;
            }
            _ => self.runs.insert(before, Run { at, successes, errors }),
        }
    }
}
