//! The circuits of an evaluator's flags.

use super::circuit::{Circuit, CircuitState};
use crate::document::{Document, Node, items};
use crate::error::{Issues, SnapshotError};
use crate::format::{Checker, NUMBER, Shape, WHOLE, required};
use crate::plan::Plan;
use crate::snapshot::OpenCircuits;
use crate::texts::Texts;
use crate::value::{Object, Value};

/// A flag's circuit has changed its state.
#[derive(Debug, Clone, PartialEq)]
pub struct CircuitEvent {
    /// The flag's key.
    pub flag: Box<str>,
    /// The state that it has now.
    pub state: CircuitState,
    /// When that was noticed, in milliseconds since 1970.
    pub at: f64,
}

/// The circuits of all flags for which something was recorded, and those that the caller has opened.
#[derive(Debug, Default)]
pub(crate) struct Circuits {
    /// The flags whose circuits are open until the caller says otherwise.
    pub(crate) own: Vec<Box<str>>,
    flags: Texts,
    /// By the numbers of the flags' keys.
    circuits: Vec<Circuit>,
}

static STATE: Shape = Shape::Entries(&CIRCUIT);
static CIRCUIT: Shape = Shape::Open(&[
    required("state", &Shape::Word(&CircuitState::WORDS)),
    required("since", &NUMBER),
    required("successes", &WHOLE),
    required("samples", &Shape::List(&RUN)),
]);
static RUN: Shape = Shape::Open(&[required("at", &NUMBER), required("successes", &WHOLE), required("errors", &WHOLE)]);

impl Circuits {
    /// Counts an outcome of what a flag turns on, and says which states its circuit is led to. A flag without a threshold has no circuit.
    pub(crate) fn record(&mut self, plan: &Plan, flag_key: &str, is_error: bool, now: f64, to: &mut dyn FnMut(CircuitState)) {
        if let (true, Some(circuit)) = (now.is_finite(), self.circuit(plan, flag_key)) {
            circuit.record(is_error, now, to);
        }
    }

    /// The circuit of a flag, if it has a threshold.
    fn circuit(&mut self, plan: &Plan, flag_key: &str) -> Option<&mut Circuit> {
        let threshold = plan.error_threshold(flag_key)?;
        let (number, is_new) = self.flags.insert(flag_key);
        if is_new {
            self.circuits.push(Circuit::new(threshold));
        }
        self.circuits.get_mut(number as usize)
    }

    /// The circuits that evaluation is to find open.
    pub(crate) fn open(&self) -> OpenCircuits {
        let mut open = OpenCircuits::default();
        self.own.iter().for_each(|flag| open.add(flag, None));
        for (number, circuit) in self.circuits.iter().enumerate() {
            if circuit.state == CircuitState::Open {
                open.add(self.flag(number), Some((circuit.since, circuit.threshold.window)));
            }
        }
        open
    }

    fn flag(&self, number: usize) -> &str {
        self.flags.get(number as u32).unwrap_or_default()
    }

    /// Goes on with another snapshot: the circuits of flags that have the threshold that they had stay, others begin anew.
    pub(crate) fn follow(&mut self, plan: &Plan) {
        let before = std::mem::take(self);
        self.own = before.own;
        for (number, circuit) in before.circuits.into_iter().enumerate() {
            let kept = before.flags.get(number as u32).and_then(|flag| self.circuit(plan, flag));
            if let Some(kept) = kept.filter(|kept| kept.threshold == circuit.threshold) {
                *kept = circuit;
            }
        }
    }

    /// The circuits by flag, as `import` reads them: `{ state, since, successes, samples: { at, successes, errors }[] }`.
    pub(crate) fn export(&self, now: f64) -> Value {
        let mut all = Vec::new();
        for (number, circuit) in self.circuits.iter().enumerate() {
            let state = circuit.state_at(now);
            let mut samples = Vec::new();
            for run in circuit.runs.iter().filter(|run| circuit.recalls(run.at, now)) {
                let mut sample = Object::default();
                sample.set("at", run.at);
                sample.set("successes", run.successes);
                sample.set("errors", run.errors);
                samples.push(sample.into());
            }
            let mut exported = Object::default();
            exported.set("state", state.as_str());
            exported.set("since", if state == circuit.state { circuit.since } else { now });
            exported.set("successes", circuit.successes);
            exported.set("samples", samples);
            all.push((self.flag(number).into(), exported.into()));
        }
        Object::from_unique(all).into()
    }

    /// Takes over what was exported, in place of what is known of the same flags.
    pub(crate) fn import(&mut self, plan: Option<&Plan>, exported: &[u8]) -> Result<(), SnapshotError> {
        let mut issues = Issues::default();
        if let Some(document) = Document::parse(exported, &mut issues) {
            let mut checker = Checker::new(issues, false);
            checker.check(document.root(), &STATE);
            issues = checker.into_issues().0;
            if issues.count() == 0 {
                for node in document.root().values() {
                    if let Some(circuit) = plan.and_then(|plan| self.circuit(plan, node.key())) {
                        read(node, circuit);
                    }
                }
                return Ok(());
            }
        }
        Err(SnapshotError::new(issues.into_list()))
    }
}

/// Makes a circuit what was exported, of which the shape has been checked.
fn read(node: Node<'_>, circuit: &mut Circuit) {
    let number = |node: Node<'_>, key| node.get(key).and_then(Node::number).unwrap_or_default();
    for state in CircuitState::ALL {
        if node.get("state").is_some_and(|word| word.is(state.as_str())) {
            circuit.state = state;
        }
    }
    (circuit.since, circuit.successes) = (number(node, "since"), number(node, "successes"));
    circuit.runs.clear();
    for run in items(node.get("samples")) {
        circuit.add(number(run, "at"), number(run, "successes"), number(run, "errors"));
    }
}
