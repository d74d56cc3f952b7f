//! The crossing into JavaScript. Conversions only, and the one file that knows JavaScript.
//!
//! The glue in `pkg-template/api.js` writes the attributes that a flag reads into [`Engine::scratch`] and calls with
//! numbers; an answer is the number of an outcome, of which the glue makes an object once.
//!
//! An attribute in the scratch is its number (u32), a tag (u8) and what the tag says, all little-endian:
//! 0 null; 1 false; 2 true; 3 a double; 4 a string (u32 bytes, UTF-8); 5 a list (u32 items, each tag and content);
//! 6 an object (u32 entries, each a string's length and bytes, then tag and content).

use std::collections::BTreeSet;

use js_sys::{Array, Object as JsObject};
use wasm_bindgen::prelude::*;

use crate::error::{Code, Issue};
use crate::evaluate::{Attributes, Memo};
use crate::format::Format;
use crate::limits;
use crate::plan::{AttributeId, FlagId, Kind, OutcomeId};
use crate::snapshot::{Answer, Failure, Inputs, LoadOptions, OnInvalidFlag, Snapshot};
use crate::value::{Object, Value, ValueRef};

/// What `evaluate` returns when there is no such flag; `failure` says more.
const NO_FLAG: i32 = -1;

/// About what loading takes for each byte of a snapshot. Memory that is not touched costs nothing.
const MEMORY_PER_BYTE: usize = 20;

/// The snapshot in force and the scratch.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    environment: Option<Box<str>>,
    snapshot: Option<Snapshot>,
    open_circuits: BTreeSet<Box<str>>,
    scratch: Vec<u8>,
    slots: Slots,
}

/// A context whose attributes were handed over once.
#[wasm_bindgen]
pub struct BoundAttributes {
    bytes: Vec<u8>,
    slots: Slots,
    memo: Memo,
}

#[wasm_bindgen]
impl Engine {
    /// An engine without a snapshot.
    #[wasm_bindgen(constructor)]
    pub fn new(environment: Option<String>) -> Engine {
        Engine { environment: environment.map(Into::into), ..Engine::default() }
    }

    /// Loads a snapshot. Returns `SnapshotInfo`, or throws an object with what `SnapshotError` has.
    pub fn load(&mut self, bytes: &[u8], format: Option<String>, environment: Option<String>, skip: bool) -> Result<JsValue, JsValue> {
        let format = match format {
            Some(name) => Some(name.parse::<Format>().map_err(|error| {
                let issue = Issue::new(Code::UnknownFormat, String::new(), None, error.to_string());
                failed(issue.code(), issue.message(), vec![issue.to_value()])
            })?),
            None => None,
        };
        let environment = environment.map(Into::into).or_else(|| self.environment.clone());
        let on_invalid_flag = if skip { OnInvalidFlag::Skip } else { OnInvalidFlag::Reject };
        // One growth of the module's memory in place of thousands: each makes the JavaScript engine collect garbage.
        let mut room = Vec::<u8>::new();
        _ = room.try_reserve_exact(bytes.len().min(limits::SNAPSHOT_BYTES) * MEMORY_PER_BYTE);
        drop(std::hint::black_box(room));
        let loaded = Snapshot::load(bytes, &LoadOptions { format, environment, on_invalid_flag });
        let mut snapshot = loaded.map_err(|error| {
            let issues = error.issues().iter().map(|issue| issue.to_value()).collect();
            failed(error.code(), &error.to_string(), issues)
        })?;
        if let Some(before) = &self.snapshot {
            snapshot = snapshot.after(before);
        }
        self.slots = Slots::default();
        let info = to_js(&snapshot.info().to_value());
        self.snapshot = Some(snapshot);
        Ok(info)
    }

    /// Whether a snapshot has been loaded.
    pub fn ready(&self) -> bool {
        self.snapshot.is_some()
    }

    /// The keys of the flags whose circuit is open.
    pub fn set_open_circuits(&mut self, flag_keys: Vec<String>) {
        self.open_circuits.clear();
        self.open_circuits.extend(flag_keys.into_iter().map(Into::into));
    }

    /// A flag's number, or -1.
    pub fn find(&self, flag_key: &str) -> i32 {
        let flag = self.snapshot.as_ref().and_then(|snapshot| snapshot.plan.find(flag_key));
        flag.map_or(-1, |flag| flag.0 as i32)
    }

    /// The numbers of the attributes that a flag reads.
    pub fn reads(&self, flag: u32) -> Vec<u32> {
        let reads = self.snapshot.as_ref().map(|snapshot| snapshot.plan.reads(FlagId(flag)));
        reads.unwrap_or_default().into_iter().map(|attribute| attribute.0).collect()
    }

    /// How many attributes the snapshot reads.
    pub fn attribute_count(&self) -> u32 {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.plan.attributes.len() as u32)
    }

    /// Where an attribute may lie: `{ routes: { unless, path, skips }[], intoLists, root }`, as [`Attribute`] has it.
    /// `skips` is 0 for nothing, 1 for null, 2 for what is false. `root` is `{ except, overlay }` or null.
    ///
    /// [`Attribute`]: crate::plan::Attribute
    pub fn attribute(&self, attribute: u32) -> JsValue {
        let plan = self.snapshot.as_ref().map(|snapshot| &snapshot.plan);
        let attribute = plan.and_then(|plan| plan.attributes.get(attribute as usize));
        let Some(attribute) = attribute else { return JsValue::UNDEFINED };
        let keys = |keys: &[Box<str>]| Value::List(keys.iter().map(|key| Value::String(key.clone())).collect());
        let routes = attribute.routes.iter().map(|route| {
            let mut object = Object::default();
            object.set("unless", route.unless.as_deref());
            object.set("path", keys(&route.path));
            object.set("skips", f64::from(route.skips as u8));
            Value::Object(object)
        });
        let root = plan.and_then(|plan| plan.root.as_ref()).filter(|_| attribute.routes.is_empty()).map(|root| {
            let mut object = Object::default();
            object.set("except", keys(&root.except));
            object.set("overlay", &*root.overlay);
            object
        });
        let mut object = Object::default();
        object.set("routes", routes.collect::<Vec<_>>());
        object.set("intoLists", attribute.into_lists);
        object.set("root", root);
        to_js(&object.into())
    }

    /// Room for so many bytes of attributes: an address in the module's memory. What was written stays.
    pub fn scratch(&mut self, bytes: usize) -> *const u8 {
        if self.scratch.len() < bytes {
            self.scratch.resize(bytes, 0);
        }
        self.scratch.as_ptr()
    }

    /// Evaluates one flag for the first `bytes` of the scratch. `default_kind` is the default value's type: 0 none,
    /// 1 boolean, 2 string, 3 number, 4 object, 5 another. The outcome's number; -1 without such a flag; `-1 - kind`
    /// when the value's type is another.
    pub fn evaluate(&mut self, flag: u32, default_kind: u32, now: f64, bytes: usize) -> i32 {
        let Some(snapshot) = &self.snapshot else { return NO_FLAG };
        let bytes = self.scratch.get(..bytes).unwrap_or_default();
        self.slots.read(bytes, snapshot.plan.attributes.len());
        let attributes = Encoded { bytes, slots: &self.slots };
        let inputs = Inputs { now, open_circuits: &self.open_circuits };
        outcome_number(snapshot.answer(Some(FlagId(flag)), &attributes, inputs, None, None, kind(default_kind)))
    }

    /// The outcomes of all flags for the first `bytes` of the scratch.
    pub fn evaluate_all(&mut self, now: f64, bytes: usize) -> Vec<u32> {
        let Some(snapshot) = &self.snapshot else { return Vec::new() };
        let bytes = self.scratch.get(..bytes).unwrap_or_default();
        self.slots.read(bytes, snapshot.plan.attributes.len());
        let attributes = Encoded { bytes, slots: &self.slots };
        outcome_numbers(snapshot.outcomes(&attributes, Inputs { now, open_circuits: &self.open_circuits }, None))
    }

    /// Evaluates one flag and lists the steps.
    pub fn explain(&mut self, flag_key: &str, now: f64, bytes: usize) -> JsValue {
        let Some(snapshot) = &self.snapshot else { return JsValue::UNDEFINED };
        let bytes = self.scratch.get(..bytes).unwrap_or_default();
        self.slots.read(bytes, snapshot.plan.attributes.len());
        let attributes = Encoded { bytes, slots: &self.slots };
        let inputs = Inputs { now, open_circuits: &self.open_circuits };
        to_js(&snapshot.explain_with(flag_key, &attributes, inputs).to_value())
    }

    /// Keeps the first `bytes` of the scratch, which hold all attributes that the snapshot reads.
    pub fn bind(&self, bytes: usize) -> BoundAttributes {
        let bytes = self.scratch.get(..bytes).unwrap_or_default().to_vec();
        let mut slots = Slots::default();
        slots.read(&bytes, self.attribute_count() as usize);
        BoundAttributes { bytes, slots, memo: Memo::default() }
    }

    /// Evaluates one flag for a bound context.
    pub fn evaluate_bound(&self, bound: &BoundAttributes, flag: u32, default_kind: u32, now: f64) -> i32 {
        let Some(snapshot) = &self.snapshot else { return NO_FLAG };
        let attributes = Encoded { bytes: &bound.bytes, slots: &bound.slots };
        let inputs = Inputs { now, open_circuits: &self.open_circuits };
        outcome_number(snapshot.answer(Some(FlagId(flag)), &attributes, inputs, Some(&bound.memo), None, kind(default_kind)))
    }

    /// The outcomes of all flags for a bound context.
    pub fn evaluate_all_bound(&self, bound: &BoundAttributes, now: f64) -> Vec<u32> {
        let Some(snapshot) = &self.snapshot else { return Vec::new() };
        let attributes = Encoded { bytes: &bound.bytes, slots: &bound.slots };
        outcome_numbers(snapshot.outcomes(&attributes, Inputs { now, open_circuits: &self.open_circuits }, Some(&bound.memo)))
    }

    /// Evaluates one flag for a bound context and lists the steps.
    pub fn explain_bound(&self, bound: &BoundAttributes, flag_key: &str, now: f64) -> JsValue {
        let Some(snapshot) = &self.snapshot else { return JsValue::UNDEFINED };
        let attributes = Encoded { bytes: &bound.bytes, slots: &bound.slots };
        let inputs = Inputs { now, open_circuits: &self.open_circuits };
        to_js(&snapshot.explain_with(flag_key, &attributes, inputs).to_value())
    }

    /// An outcome as an evaluation. Without `value` the caller's default stands for it.
    pub fn outcome(&self, outcome: u32) -> JsValue {
        let Some(snapshot) = &self.snapshot else { return JsValue::UNDEFINED };
        let id = OutcomeId(outcome);
        let flag = snapshot.plan.outcome(id).and_then(|outcome| snapshot.plan.flag(outcome.flag));
        let key = flag.map_or("", |flag| &flag.key);
        to_js(&snapshot.evaluation(key, Ok(id), None).to_value())
    }

    /// Whether the caller's default stands before the value of an outcome, or of a flag that is not there (-1).
    pub fn yields(&self, outcome: i32) -> bool {
        let Some(snapshot) = &self.snapshot else { return true };
        match u32::try_from(outcome) {
            Ok(outcome) => snapshot.plan.outcome(OutcomeId(outcome)).is_some_and(|outcome| outcome.yields),
            Err(_) => snapshot.plan.unknown.as_ref().is_none_or(|unknown| unknown.yields),
        }
    }

    /// The evaluation that stands for a number below 0 that `evaluate` has returned. Without `value` the caller's default
    /// stands for it.
    pub fn failure(&self, flag_key: &str, default_kind: u32, answer: i32) -> JsValue {
        let Some(snapshot) = &self.snapshot else { return JsValue::UNDEFINED };
        let found = u32::try_from(-1 - answer).ok().and_then(kind);
        let failure = match (kind(default_kind), found) {
            (Some(expected), Some(found)) => Failure::TypeMismatch { expected, found },
            _ => Failure::FlagNotFound,
        };
        to_js(&snapshot.evaluation(flag_key, Err(failure), None).to_value())
    }
}

fn kind(number: u32) -> Option<Kind> {
    match number {
        0 => None,
        1 => Some(Kind::Bool),
        2 => Some(Kind::String),
        3 => Some(Kind::Number),
        4 => Some(Kind::Object),
        _ => Some(Kind::Other),
    }
}

fn outcome_number(answer: Answer) -> i32 {
    match answer {
        Ok(outcome) => outcome.0 as i32,
        Err(Failure::FlagNotFound) => NO_FLAG,
        Err(Failure::TypeMismatch { found, .. }) => {
            NO_FLAG
                - match found {
                    Kind::Bool => 1,
                    Kind::String => 2,
                    Kind::Number => 3,
                    Kind::Object => 4,
                    Kind::Other => 5,
                }
        }
    }
}

fn outcome_numbers(outcomes: Vec<OutcomeId>) -> Vec<u32> {
    outcomes.into_iter().map(|outcome| outcome.0).collect()
}

fn failed(code: &str, message: &str, issues: Vec<Value>) -> JsValue {
    let mut error = Object::default();
    error.set("code", code);
    error.set("message", message);
    error.set("issues", issues);
    to_js(&error.into())
}

/// By entries, because setting a property named `__proto__` would do something else.
fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => JsValue::from_bool(*value),
        Value::Number(value) => JsValue::from_f64(*value),
        Value::String(value) => JsValue::from_str(value),
        Value::List(items) => items.iter().map(to_js).collect::<Array>().into(),
        Value::Object(object) => {
            let entries: Array = object.iter().map(|(key, value)| Array::of2(&JsValue::from_str(key), &to_js(value))).collect();
            JsObject::from_entries(&entries).map_or(JsValue::UNDEFINED, JsValue::from)
        }
    }
}

/// Where each attribute of a context stands among its bytes.
#[derive(Default)]
struct Slots {
    /// By attribute: the reading that it was found in, and what it is.
    places: Vec<(u32, Slot)>,
    reading: u32,
    lists_and_objects: Vec<Value>,
}

#[derive(Clone, Copy, Default)]
enum Slot {
    #[default]
    Null,
    Bool(bool),
    Number(f64),
    /// From byte to byte.
    String(usize, usize),
    /// A place in `lists_and_objects`.
    Inner(usize),
}

impl Slots {
    /// Reads the attributes that are among the bytes; all others are missing from now on.
    fn read(&mut self, bytes: &[u8], attributes: usize) {
        self.reading = self.reading.wrapping_add(1);
        if self.places.len() != attributes || self.reading == 0 {
            self.places = vec![(0, Slot::Null); attributes];
            self.reading = 1;
        }
        self.lists_and_objects.clear();
        let mut input = Input { bytes, at: 0 };
        while let Some(attribute) = input.u32() {
            let Some(slot) = self.slot(&mut input) else { return };
            if let Some(place) = self.places.get_mut(attribute as usize) {
                *place = (self.reading, slot);
            }
        }
    }

    fn slot(&mut self, input: &mut Input<'_>) -> Option<Slot> {
        let start = input.at;
        Some(match input.u8()? {
            0 => Slot::Null,
            1 => Slot::Bool(false),
            2 => Slot::Bool(true),
            3 => Slot::Number(input.f64()?),
            4 => {
                let length = input.u32()? as usize;
                let from = input.at;
                input.take(length)?;
                Slot::String(from, input.at)
            }
            _ => {
                input.at = start;
                self.lists_and_objects.push(input.value()?);
                Slot::Inner(self.lists_and_objects.len() - 1)
            }
        })
    }
}

/// Attributes that the glue has written.
struct Encoded<'a> {
    bytes: &'a [u8],
    slots: &'a Slots,
}

impl Attributes for Encoded<'_> {
    fn get(&self, attribute: AttributeId) -> ValueRef<'_> {
        let slot = match self.slots.places.get(attribute.index()) {
            Some((reading, slot)) if *reading == self.slots.reading => *slot,
            _ => return ValueRef::Missing,
        };
        match slot {
            Slot::Null => ValueRef::Null,
            Slot::Bool(value) => ValueRef::Bool(value),
            Slot::Number(value) => ValueRef::Number(value),
            Slot::String(from, to) => {
                let text = self.bytes.get(from..to).and_then(|bytes| std::str::from_utf8(bytes).ok());
                text.map_or(ValueRef::Missing, ValueRef::String)
            }
            Slot::Inner(index) => self.slots.lists_and_objects.get(index).map_or(ValueRef::Missing, Value::borrow),
        }
    }
}

/// Reads what the glue has written; none at the end.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn f64(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn string(&mut self) -> Option<Box<str>> {
        let length = self.u32()? as usize;
        Some(std::str::from_utf8(self.take(length)?).ok()?.into())
    }

    /// A tag and its content. The glue writes nothing deep.
    fn value(&mut self) -> Option<Value> {
        Some(match self.u8()? {
            0 => Value::Null,
            1 => Value::Bool(false),
            2 => Value::Bool(true),
            3 => Value::Number(self.f64()?),
            4 => Value::String(self.string()?),
            5 => {
                let count = self.u32()?;
                Value::List((0..count).map(|_| self.value()).collect::<Option<_>>()?)
            }
            _ => {
                let count = self.u32()?;
                let entries = (0..count).map(|_| Some((self.string()?, self.value()?)));
                Value::Object(Object::from_unique(entries.collect::<Option<_>>()?))
            }
        })
    }
}
