//! The snapshot in force, with a clock: what an application holds.

use std::fmt;
use std::sync::Arc;

use crate::context::Context;
use crate::error::SnapshotError;
use crate::evaluate::Memo;
use crate::evaluation::{ErrorCode, Evaluation, Explanation};
use crate::observe::{CircuitEvent, Circuits};
use crate::snapshot::{Inputs, LoadOptions, OpenCircuits, Snapshot, SnapshotInfo};
use crate::value::Value;

/// Evaluates the flags of the snapshot that was loaded last.
///
/// ```
/// use samebucket::{Context, Evaluator, LoadOptions, Value};
///
/// let mut evaluator = Evaluator::new(|| 1_767_225_600_000.0); // the time, in milliseconds since 1970
/// evaluator.load_snapshot(
///     r#"{ "schema": "samebucket/1",
///          "flags": { "dark-mode": { "variants": { "on": true, "off": false }, "default": "on" } } }"#,
///     &LoadOptions::default(),
/// )?;
/// let context = Context::new("user-1").with("plan", "pro");
/// let evaluation = evaluator.evaluate("dark-mode", &context, None);
/// assert_eq!(evaluation.value, Some(&Value::Bool(true)));
/// # Ok::<(), samebucket::SnapshotError>(())
/// ```
pub struct Evaluator {
    environment: Option<Box<str>>,
    clock: Box<dyn Fn() -> f64 + Send + Sync>,
    snapshot: Option<Arc<Snapshot>>,
    circuits: Circuits,
    /// Those of `circuits` that are open.
    open_circuits: OpenCircuits,
}

impl Evaluator {
    /// An evaluator without a snapshot. The clock gives milliseconds since 1970.
    pub fn new(clock: impl Fn() -> f64 + Send + Sync + 'static) -> Evaluator {
        let (circuits, open_circuits) = (Circuits::default(), OpenCircuits::default());
        Evaluator { environment: None, clock: Box::new(clock), snapshot: None, circuits, open_circuits }
    }

    /// Names the environment that stands before the snapshots' own.
    #[must_use]
    pub fn with_environment(mut self, environment: impl Into<Box<str>>) -> Evaluator {
        self.environment = Some(environment.into());
        self
    }

    /// Loads a snapshot, which from now on is in force. The circuits of flags that have the threshold that they had stay as
    /// they are, the others are forgotten.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; the snapshot before stays in force.
    pub fn load_snapshot(&mut self, bytes: impl AsRef<[u8]>, options: &LoadOptions) -> Result<&SnapshotInfo, SnapshotError> {
        let environment = options.environment.clone().or_else(|| self.environment.clone());
        let mut snapshot = Snapshot::load(bytes, &LoadOptions { environment, ..options.clone() })?;
        if let Some(before) = &self.snapshot {
            snapshot = snapshot.after(before);
        }
        self.circuits.follow(&snapshot.plan);
        self.open_circuits = self.circuits.open();
        Ok(self.snapshot.insert(Arc::new(snapshot)).info())
    }

    /// The snapshot in force, to be shared with other threads.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.snapshot.as_ref()
    }

    /// Says which flags' circuits are open, beside those that their errors have opened: a flag of `samebucket/1` then serves
    /// its `off`, one of flcm is false; the other formats have no circuits.
    pub fn set_open_circuits<K: AsRef<str>>(&mut self, flag_keys: impl IntoIterator<Item = K>) {
        self.circuits.own = flag_keys.into_iter().map(|key| key.as_ref().into()).collect();
        self.open_circuits = self.circuits.open();
    }

    /// Counts a success of what the flag turns on, and says what has become of its circuit: mostly nothing. Only flags with a
    /// threshold (`errorThreshold` in `samebucket/1`, `error_threshold` in flcm) have a circuit; for others, and for flags that
    /// are not there, nothing is counted.
    ///
    /// A circuit opens when in the last `window` seconds there were more than the least number of samples and more errors among
    /// them than the rate allows: from the next evaluation on the flag is off. After `window` seconds it is half open, and the
    /// flag is evaluated again, whether somebody records or not; the event comes with the first outcome that is recorded then.
    /// Five successes in a row close it, one error opens it again.
    ///
    /// ```
    /// use samebucket::{CircuitState, Context, Evaluator, LoadOptions};
    ///
    /// let mut evaluator = Evaluator::new(|| 1_767_225_600_000.0);
    /// evaluator.load_snapshot(
    ///     r#"{ "schema": "samebucket/1",
    ///          "flags": { "search": { "variants": { "on": true, "off": false }, "default": "on",
    ///                                 "errorThreshold": { "rate": 0.5, "windowSeconds": 60, "minimumSamples": 2 } } } }"#,
    ///     &LoadOptions::default(),
    /// )?;
    /// assert!(evaluator.record_error("search").is_empty());
    /// assert!(evaluator.record_success("search").is_empty());
    /// let events = evaluator.record_error("search");
    /// assert_eq!(events[0].state, CircuitState::Open);
    /// assert_eq!(evaluator.evaluate("search", &Context::default(), None).backend_reason, Some("circuit_open"));
    /// # Ok::<(), samebucket::SnapshotError>(())
    /// ```
    pub fn record_success(&mut self, flag_key: &str) -> Vec<CircuitEvent> {
        self.record(flag_key, false)
    }

    /// Counts an error of what the flag turns on; see [`Evaluator::record_success`].
    pub fn record_error(&mut self, flag_key: &str) -> Vec<CircuitEvent> {
        self.record(flag_key, true)
    }

    fn record(&mut self, flag_key: &str, is_error: bool) -> Vec<CircuitEvent> {
        let Some(snapshot) = &self.snapshot else { return Vec::new() };
        let (now, mut events) = ((self.clock)(), Vec::new());
        let mut to = |state| events.push(CircuitEvent { flag: flag_key.into(), state, at: now });
        self.circuits.record(&snapshot.plan, flag_key, is_error, now, &mut to);
        if !events.is_empty() {
            self.open_circuits = self.circuits.open();
        }
        events
    }

    /// The circuits of all flags for which something was recorded, for another evaluator to import: an object by flag of
    /// `{ state, since, successes, samples: [{ at, successes, errors }] }`. `state` is `closed`, `open` or `half_open`, `since` and
    /// `at` are milliseconds since 1970, `successes` beside `state` are those since it is half open.
    pub fn export_circuits(&self) -> Value {
        self.circuits.export((self.clock)())
    }

    /// Takes over circuits that were exported, as JSON text, each in place of what is known of the same flag's. Flags
    /// without a threshold in the snapshot in force are passed over; so without a snapshot all of them are.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; the circuits stay as they are.
    pub fn import_circuits(&mut self, exported: impl AsRef<[u8]>) -> Result<(), SnapshotError> {
        self.circuits.import(self.snapshot.as_ref().map(|snapshot| &snapshot.plan), exported.as_ref())?;
        self.open_circuits = self.circuits.open();
        Ok(())
    }

    /// Evaluates one flag; see [`Snapshot::evaluate`].
    pub fn evaluate<'a>(&'a self, flag_key: &'a str, context: &Context, default: Option<&'a Value>) -> Evaluation<'a> {
        match &self.snapshot {
            Some(snapshot) => snapshot.evaluate(flag_key, context, self.inputs(), default),
            None => not_ready(flag_key, default),
        }
    }

    /// Evaluates every flag, in the order in which they were written; none without a snapshot.
    pub fn evaluate_all(&self, context: &Context) -> Vec<Evaluation<'_>> {
        self.snapshot.as_ref().map_or_else(Vec::new, |snapshot| snapshot.evaluate_all(context, self.inputs()))
    }

    /// Evaluates one flag and says what was tried.
    pub fn explain<'a>(&'a self, flag_key: &'a str, context: &Context) -> Explanation<'a> {
        match &self.snapshot {
            Some(snapshot) => snapshot.explain(flag_key, context, self.inputs()),
            None => Explanation { evaluation: not_ready(flag_key, None), steps: Vec::new() },
        }
    }

    /// Binds a context, to evaluate many flags for it.
    pub fn bind<'a>(&'a self, context: &'a Context) -> Bound<'a> {
        Bound { evaluator: self, context, memo: Memo::default() }
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs { now: (self.clock)(), open_circuits: &self.open_circuits }
    }
}

/// A context with what has been drawn for it, so that asking again hashes nothing.
pub struct Bound<'a> {
    evaluator: &'a Evaluator,
    context: &'a Context,
    memo: Memo,
}

impl<'a> Bound<'a> {
    /// Evaluates one flag; see [`Snapshot::evaluate`].
    pub fn evaluate<'b>(&'b self, flag_key: &'b str, default: Option<&'b Value>) -> Evaluation<'b> {
        match &self.evaluator.snapshot {
            Some(snapshot) => snapshot.evaluate_with(flag_key, self.context, self.evaluator.inputs(), default, Some(&self.memo)),
            None => not_ready(flag_key, default),
        }
    }

    /// Evaluates every flag, in the order in which they were written; none without a snapshot.
    pub fn evaluate_all(&self) -> Vec<Evaluation<'a>> {
        let snapshot = self.evaluator.snapshot.as_ref();
        snapshot.map_or_else(Vec::new, |snapshot| snapshot.evaluate_all_with(self.context, self.evaluator.inputs(), Some(&self.memo)))
    }

    /// Evaluates one flag and says what was tried.
    pub fn explain<'b>(&'b self, flag_key: &'b str) -> Explanation<'b> {
        self.evaluator.explain(flag_key, self.context)
    }
}

fn not_ready<'a>(flag_key: &'a str, default: Option<&'a Value>) -> Evaluation<'a> {
    Evaluation::failed(flag_key, default, ErrorCode::ProviderNotReady, "no snapshot has been loaded".into())
}

impl fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = self.snapshot.as_ref().map(|snapshot| snapshot.info());
        f.debug_struct("Evaluator").field("environment", &self.environment).field("snapshot", &info).finish_non_exhaustive()
    }
}
