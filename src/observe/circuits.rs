//! The circuits of an evaluator's flags.

use super::circuit::{Circuit, CircuitState, Run};
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

impl CircuitEvent {
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively events are not told as JSON"))]
    pub(crate) fn to_value(&self) -> Value {
        let mut event = Object::default();
        event.set("flag", &*self.flag);
        event.set("state", self.state.as_str());
        event.set("at", self.at);
        event.into()
    }
}

/// The circuits of all flags for which something was recorded, and those that the caller has opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Circuits {
    /// Open until the caller says otherwise.
    pub(crate) own: OpenCircuits,
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
    /// Counts an outcome of what a flag turns on. A flag without a threshold has no circuit.
    pub(crate) fn record(&mut self, plan: &Plan, flag_key: &str, is_error: bool, now: f64) -> Vec<CircuitEvent> {
        let mut events = Vec::new();
        if let Some(threshold) = plan.error_threshold(flag_key)
            && now.is_finite()
        {
            let mut to = |state| events.push(CircuitEvent { flag: flag_key.into(), state, at: now });
            if let Some(circuit) = self.circuit(flag_key, Circuit::new(threshold)) {
                circuit.record(is_error, now, &mut to);
            }
        }
        events
    }

    /// The circuit of a flag, which is that one where there was none.
    fn circuit(&mut self, flag_key: &str, new: Circuit) -> Option<&mut Circuit> {
        let (number, is_new) = self.flags.insert(flag_key);
        if is_new {
            self.circuits.push(new);
        }
        self.circuits.get_mut(number as usize)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &Circuit)> {
        (0..).map_while(|number| self.flags.get(number)).zip(&self.circuits)
    }

    /// The circuits that evaluation is to find open.
    pub(crate) fn open(&self) -> OpenCircuits {
        let mut open = self.own.clone();
        for (flag, circuit) in self.iter() {
            if circuit.state == CircuitState::Open {
                open.add(flag, Some((circuit.since, circuit.threshold.window)));
            }
        }
        open
    }

    /// What is left of the circuits for another snapshot: those of flags that have the threshold that they had.
    pub(crate) fn follow(&mut self, plan: &Plan) {
        let mut kept = Circuits { own: self.own.clone(), ..Circuits::default() };
        for (flag, circuit) in self.iter() {
            if plan.error_threshold(flag) == Some(circuit.threshold) {
                kept.circuit(flag, circuit.clone());
            }
        }
        *self = kept;
    }

    /// The circuits by flag, as `import` reads them: `{ state, since, successes, samples: { at, successes, errors }[] }`.
    pub(crate) fn export(&self, now: f64) -> Value {
        let mut all = Vec::new();
        for (flag, circuit) in self.iter() {
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
            all.push((flag.into(), exported.into()));
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
                    if let Some(threshold) = plan.and_then(|plan| plan.error_threshold(node.key())) {
                        let imported = read(node, Circuit::new(threshold));
                        if let Some(circuit) = self.circuit(node.key(), imported.clone()) {
                            *circuit = imported;
                        }
                    }
                }
                return Ok(());
            }
        }
        Err(SnapshotError::new(issues.into_list()))
    }
}

/// A circuit as it was exported; its shape has been checked.
fn read(node: Node<'_>, mut circuit: Circuit) -> Circuit {
    let number = |node: Node<'_>, key| node.get(key).and_then(Node::number).unwrap_or_default();
    for state in CircuitState::ALL {
        if node.get("state").is_some_and(|word| word.is(state.as_str())) {
            circuit.state = state;
        }
    }
    (circuit.since, circuit.successes) = (number(node, "since"), number(node, "successes"));
    for run in items(node.get("samples")) {
        let (successes, errors) = (number(run, "successes"), number(run, "errors"));
        circuit.add(Run { at: number(run, "at"), successes, errors });
    }
    circuit
}
