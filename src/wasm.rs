//! The crossing into JavaScript. Conversions only, and the one module that knows JavaScript.
//!
//! Nothing but numbers crosses. What the glue (`pkg-template/`) says beside them it writes into memory reserved here
//! ([`Encoded`]); what it is told is JSON, or a list of numbers: after its length in four bytes, at the address returned.
//! An answer is the number of an outcome, of which the glue makes an object once.

mod encoded;
mod json;

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::error::{Code, Issue, SnapshotError, issues_to_value};
use crate::evaluate::Attributes;
use crate::format::Format;
use crate::observe::Circuits;
use crate::plan::{Attribute, FlagId, OutcomeId, Plan};
use crate::snapshot::{Inputs, LoadOptions, OnInvalidFlag, OpenCircuits, Snapshot};
use crate::value::{self, Object, Value};
use encoded::Encoded;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// What loading takes for each byte of a snapshot with rules, beside its text: two for the nodes, one for the plan.
const MEMORY_PER_BYTE: usize = 3;

/// Evaluates what is written into it. Several share one snapshot: a call may fail on its way, for want of stack or memory,
/// and never come to give back what it has borrowed; then another takes over.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    shared: Rc<Shared>,
    input: Encoded,
}

/// Nothing of it is borrowed for long.
#[derive(Default)]
struct Shared {
    in_force: RefCell<Rc<InForce>>,
    told: Cell<Vec<u8>>,
    /// Whose open ones are in force.
    circuits: Cell<Option<Box<Circuits>>>,
}

#[derive(Default)]
struct InForce {
    snapshot: Option<Rc<Snapshot>>,
    open_circuits: OpenCircuits,
}

impl InForce {
    fn inputs(&self, now: f64) -> Inputs<'_> {
        Inputs { now, open_circuits: &self.open_circuits }
    }
}

#[wasm_bindgen]
impl Engine {
    /// An engine without a snapshot.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Engine {
        Engine::default()
    }

    /// Another with the same snapshot, now and later.
    pub fn another(&self) -> Engine {
        Engine { shared: self.shared.clone(), input: Encoded::default() }
    }

    /// Another that has taken the attributes out of this one, with the first `bytes` of the text, as those of a bound context.
    pub fn bind(&mut self, bytes: usize) -> Engine {
        Engine { shared: self.shared.clone(), input: self.input.bind(bytes) }
    }

    /// Sees to so many slots, with no stamp in any, and returns their address.
    pub fn reserve_slots(&mut self, count: usize) -> *const u8 {
        self.input.reserve_slots(count)
    }

    /// Sees to room for so many bytes of text, and returns its address; 0 when there is none. What was written stays.
    pub fn reserve_text(&mut self, bytes: usize) -> *const u8 {
        self.input.reserve_text(bytes)
    }

    /// Keeps the list or object that is written from this byte on, as an attribute with a stamp.
    pub fn keep(&mut self, attribute: usize, start: usize, stamp: u32) {
        self.input.keep(attribute, start, stamp);
    }

    /// Forgets what was kept, before other attributes are written.
    pub fn forget(&mut self) {
        self.input.forget();
    }

    /// Loads a snapshot: the first `bytes` of the text, after `options` bytes with the list of format, environment and
    /// whether to skip invalid flags. Tells `{ info, typed, outcomes, attributes }`, of the outcomes how many there are, or
    /// `{ error }` with what `SnapshotError` has. With null for options it takes over circuits that were told, and tells `{}`.
    pub fn load(&mut self, options: usize, bytes: usize) -> *const u8 {
        let text = self.input.take_text();
        let (options, snapshot) = text.get(..bytes).and_then(|text| text.split_at_checked(options)).unwrap_or_default();
        let mut object = Object::default();
        let Value::List(options) = encoded::value(options) else {
            let mut circuits = self.circuits();
            let imported = circuits.import(self.snapshot().as_ref().map(|snapshot| &snapshot.plan), snapshot);
            self.put_in_force(self.snapshot(), circuits);
            if let Err(error) = imported {
                object.set("error", refused(&error));
            }
            return self.tell(&object.into());
        };
        let loaded = self.loaded(&options, snapshot);
        drop(text);
        match loaded {
            Ok(mut snapshot) => {
                object.set("info", snapshot.tell_info());
                object.set("typed", snapshot.plan.typed);
                object.set("outcomes", snapshot.plan.outcomes.len() as f64);
                let mut attributes = Vec::new();
                for it in &snapshot.plan.attributes {
                    attributes.push(attribute(&snapshot.plan, it));
                }
                object.set("attributes", attributes);
                let mut circuits = self.circuits();
                circuits.follow(&snapshot.plan);
                self.put_in_force(Some(Rc::new(snapshot)), circuits);
            }
            Err(error) => object.set("error", error),
        }
        self.tell(&object.into())
    }

    /// The list of keys among the first `bytes` of the text names the flags whose circuit is open.
    pub fn set_open_circuits(&self, bytes: usize) {
        let Value::List(keys) = encoded::value(self.input.text(bytes)) else { return };
        let mut circuits = self.circuits();
        circuits.own.clear();
        for key in keys {
            if let Value::String(key) = key {
                circuits.own.push(key);
            }
        }
        self.put_in_force(self.snapshot(), circuits);
    }

    /// Counts a success, or an error, of what the flag turns on whose key the first `bytes` of the text are. Tells the events of its
    /// circuit; nothing if there are none.
    pub fn record(&self, bytes: usize, is_error: bool, now: f64) -> *const u8 {
        let Some(snapshot) = self.snapshot() else { return ptr::null() };
        let (mut circuits, mut events) = (self.circuits(), Vec::new());
        let flag_key = self.input.key(bytes);
        circuits.record(&snapshot.plan, flag_key, is_error, now, &mut |state| {
            let mut event = Object::default();
            event.set("flag", flag_key);
            event.set("state", state.as_str());
            event.set("at", now);
            events.push(event.into());
        });
        if events.is_empty() {
            self.shared.circuits.set(Some(circuits));
            return ptr::null();
        }
        self.put_in_force(Some(snapshot), circuits);
        self.tell(&Value::List(events))
    }

    /// Tells the circuits by flag, as `load` takes them.
    pub fn export(&self, now: f64) -> *const u8 {
        let circuits = self.circuits();
        let exported = circuits.export(now);
        self.shared.circuits.set(Some(circuits));
        self.tell(&exported)
    }

    /// Tells `{ number, timed, reads, first }` of the flag whose key the first `bytes` of the text are: whether its answer
    /// depends on the time, the numbers of the attributes that it reads, and how many of them its first rule does. Nothing if
    /// there is no such flag.
    pub fn find(&self, bytes: usize) -> *const u8 {
        let Some(snapshot) = self.snapshot() else { return ptr::null() };
        let Some(id) = snapshot.plan.find(self.input.key(bytes)) else { return ptr::null() };
        let in_force = self.in_force();
        let needs = snapshot.plan.needs(id, &in_force.open_circuits);
        let mut object = Object::default();
        object.set("number", f64::from(id.0));
        object.set("timed", needs.time);
        let mut reads = Vec::new();
        for attribute in &needs.attributes {
            reads.push(Value::Number(attribute.0.into()));
        }
        object.set("reads", reads);
        object.set("first", needs.first as f64);
        self.tell(&object.into())
    }

    /// The number of the plan's word that stands between two bytes of the text; -1 if that is none.
    pub fn word(&self, start: usize, end: usize) -> i32 {
        let word = self.snapshot().and_then(|snapshot| snapshot.plan.find_word(self.input.between(start, end)));
        word.map_or(-1, |word| word.0 as i32)
    }

    /// Tells `{ keys, timed }`: the keys of all flags, and whether the answer of any depends on the time.
    pub fn flags(&self) -> *const u8 {
        let Some(snapshot) = self.snapshot() else { return ptr::null() };
        let mut keys = Vec::new();
        for key in snapshot.flag_keys() {
            keys.push(Value::from(key));
        }
        let mut object = Object::default();
        object.set("keys", keys);
        object.set("timed", snapshot.plan.reads_time() || self.in_force().open_circuits.depend_on_time());
        self.tell(&object.into())
    }

    /// The number of the outcome of a flag; -1 without such a flag, -2 when it depends on attributes that lack the
    /// stamp.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    pub fn evaluate(&self, flag: u32, now: f64, stamp: u32) -> i32 {
        let in_force = self.in_force();
        let Some(snapshot) = &in_force.snapshot else { return -1 };
        let attributes = &self.input;
        attributes.start(stamp);
        match snapshot.outcome(FlagId(flag), attributes, in_force.inputs(now), attributes.memo()) {
            Some(outcome) => outcome.0 as i32,
            None if attributes.lack() => -2,
            None => -1,
        }
    }

    /// Tells the numbers of the outcomes of all flags, each in four bytes, little-endian.
    pub fn evaluate_all(&self, now: f64, stamp: u32) -> *const u8 {
        self.input.start(stamp);
        let in_force = self.in_force();
        let Some(snapshot) = &in_force.snapshot else { return ptr::null() };
        let mut told = self.shared.told.take();
        told.clear();
        told.extend_from_slice(&[0; 4]);
        snapshot.outcomes(&self.input, in_force.inputs(now), self.input.memo(), |outcome| told.extend_from_slice(&outcome.0.to_le_bytes()));
        self.keep_told(told)
    }

    /// Tells the evaluation of a flag with every step that was tried.
    pub fn explain(&self, flag: u32, now: f64, stamp: u32) -> *const u8 {
        self.input.start(stamp);
        let in_force = self.in_force();
        let Some(snapshot) = &in_force.snapshot else { return ptr::null() };
        let key = snapshot.plan.key(FlagId(flag));
        self.tell(&snapshot.explain_with(key, &self.input, in_force.inputs(now)).to_value())
    }

    /// Tells an outcome as an evaluation, and whether the caller's default stands before its value. Without `value` only
    /// the default stands.
    pub fn outcome(&self, outcome: u32) -> *const u8 {
        let Some(snapshot) = self.snapshot() else { return ptr::null() };
        let id = OutcomeId(outcome);
        let Some(outcome) = snapshot.plan.outcome(id) else { return ptr::null() };
        let key = snapshot.plan.key(outcome.flag);
        let (evaluation, yields) = (snapshot.evaluation(key, Some(id), None).to_value(), outcome.yields);
        self.tell(&Value::List(vec![evaluation, yields.into()]))
    }

    /// As `outcome`, for a flag that is not there; its key is the first `bytes` of the text.
    pub fn unknown(&self, bytes: usize) -> *const u8 {
        let Some(snapshot) = self.snapshot() else { return ptr::null() };
        let evaluation = snapshot.evaluation(self.input.key(bytes), None, None).to_value();
        let yields = snapshot.plan.unknown.as_ref().is_none_or(|unknown| unknown.yields);
        self.tell(&Value::List(vec![evaluation, yields.into()]))
    }
}

impl Engine {
    fn loaded(&self, options: &[Value], snapshot: &[u8]) -> Result<Snapshot, Object> {
        let format = match options.first() {
            Some(Value::String(name)) => Some(name.parse::<Format>().map_err(|error| {
                let issue = Issue::new(Code::UnknownFormat, String::new(), None, error.message());
                failed(issue.code(), issue.message(), issues_to_value(std::slice::from_ref(&issue)))
            })?),
            _ => None,
        };
        let environment = match options.get(1) {
            Some(Value::String(environment)) => Some(environment.clone()),
            _ => None,
        };
        let skips = options.get(2) == Some(&Value::Bool(true));
        let on_invalid_flag = if skips { OnInvalidFlag::Skip } else { OnInvalidFlag::Reject };
        // One growth of the module's memory in place of thousands: each makes the JavaScript engine collect garbage.
        let mut room = Vec::<u8>::new();
        _ = room.try_reserve_exact(snapshot.len() * MEMORY_PER_BYTE);
        drop(std::hint::black_box(room));
        let loaded = Snapshot::load(snapshot, &LoadOptions { format, environment, on_invalid_flag }).map_err(|error| refused(&error))?;
        Ok(match self.snapshot() {
            Some(before) => loaded.after(&before),
            None => loaded,
        })
    }

    fn tell(&self, value: &Value) -> *const u8 {
        let mut told = vec![0; 4];
        json::write(value, &mut told);
        self.keep_told(told)
    }

    /// Keeps what is told until the next time, with its length in the first four bytes.
    fn keep_told(&self, mut told: Vec<u8>) -> *const u8 {
        let length = told.len().saturating_sub(4) as u32;
        told.iter_mut().zip(length.to_le_bytes()).for_each(|(byte, value)| *byte = value);
        let start = told.as_ptr();
        self.shared.told.set(told);
        start
    }

    #[inline(always)]
    fn in_force(&self) -> Rc<InForce> {
        self.shared.in_force.borrow().clone()
    }

    fn snapshot(&self) -> Option<Rc<Snapshot>> {
        self.in_force().snapshot.clone()
    }

    /// The circuits, to be put in force again.
    fn circuits(&self) -> Box<Circuits> {
        self.shared.circuits.take().unwrap_or_default()
    }

    fn put_in_force(&self, snapshot: Option<Rc<Snapshot>>, circuits: Box<Circuits>) {
        let open_circuits = circuits.open();
        self.shared.circuits.set(Some(circuits));
        _ = self.shared.in_force.replace(Rc::new(InForce { snapshot, open_circuits }));
    }
}

/// Where an attribute may lie, as [`Attribute`] has it: `{ routes: { unless, path, skips }[], intoLists, root, onlyCompared }`. `skips` is 0
/// for nothing, 1 for null, 2 for what is false. `root` is `{ except, overlay }` or null.
fn attribute(plan: &Plan, attribute: &Attribute) -> Value {
    let mut routes = Vec::new();
    for route in &attribute.routes {
        let mut object = Object::default();
        object.set("unless", route.unless.as_deref());
        object.set("path", value::texts(&route.path));
        object.set("skips", f64::from(route.skips as u8));
        routes.push(object.into());
    }
    let root = plan.root.as_ref().filter(|_| attribute.routes.is_empty()).map(|root| {
        let mut object = Object::default();
        object.set("except", value::texts(&root.except));
        object.set("overlay", &*root.overlay);
        object
    });
    let mut object = Object::default();
    object.set("routes", routes);
    object.set("intoLists", attribute.into_lists);
    object.set("root", root);
    object.set("onlyCompared", attribute.only_compared);
    object.into()
}

fn refused(error: &SnapshotError) -> Object {
    failed(error.code(), &error.message(), issues_to_value(error.issues()))
}

fn failed(code: &str, message: &str, issues: Value) -> Object {
    let mut error = Object::default();
    error.set("code", code);
    error.set("message", message);
    error.set("issues", issues);
    error
}
