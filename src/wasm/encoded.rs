//! What the glue has written, read. It writes into memory that is reserved here, little-endian.
//!
//! A value is a tag (u8) and what the tag says: 1 null; 2 false; 3 true; 4 a double; 5 a string (u32 bytes, UTF-8); 6 a list
//! (u32 items, each a value); 7 an object (u32 entries, each a string without its tag, then a value).
//!
//! An attribute has a slot of 16 bytes: the tag (u32), the length of a string (u32), then a double, or where in the text the
//! string starts (u32), or where a list or an object is kept. A slot with the tag 0 is that of an attribute that is missing,
//! with 8 of a text of which only the number of a word (u32) is given, all bits for none, with 9 of one not written yet.

use std::cell::Cell;
use std::mem;

use crate::evaluate::{Attributes, Memo};
use crate::plan::{AttributeId, WordId};
use crate::value::{Object, Value, ValueRef};

const MISSING: u8 = 0;
const NULL: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const NUMBER: u8 = 4;
const STRING: u8 = 5;
const LIST: u8 = 6;
const OBJECT: u8 = 7;
const WORD: u8 = 8;
const UNREAD: u8 = 9;

/// The attributes of one context, and whatever else the glue has to say.
#[derive(Default)]
pub(super) struct Encoded {
    slots: Vec<[u64; 2]>,
    text: Vec<u8>,
    /// The lists and objects.
    kept: Vec<Value>,
    /// Of a bound context.
    memo: Option<Memo>,
    /// Whether an attribute was asked for that is not written yet.
    lack: Cell<bool>,
}

impl Encoded {
    /// Sees to so many slots, in which every attribute is missing, and returns their address.
    pub(super) fn reserve_slots(&mut self, count: usize) -> *const u8 {
        self.slots = vec![[MISSING.into(), 0]; count];
        self.slots.as_ptr().cast()
    }

    /// Sees to room for so many bytes of text, and returns its address; 0 when there is none. What was written stays.
    pub(super) fn reserve_text(&mut self, bytes: usize) -> *const u8 {
        let more = bytes.saturating_sub(self.text.len());
        if self.text.try_reserve_exact(more).is_err() {
            return std::ptr::null();
        }
        self.text.resize(self.text.len() + more, 0);
        self.text.as_ptr()
    }

    /// Keeps the list or object that is written from this byte on, as an attribute.
    pub(super) fn keep(&mut self, attribute: usize, start: usize) {
        let value = value(self.text.get(start..).unwrap_or_default());
        if let Some(slot) = self.slots.get_mut(attribute) {
            *slot = [LIST.into(), self.kept.len() as u64];
            self.kept.push(value);
        }
    }

    /// Forgets what was kept, before other attributes are written.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
    }

    /// Takes the attributes out, with the first `bytes` of the text, as those of a bound context.
    pub(super) fn bind(&mut self, bytes: usize) -> Encoded {
        let mut text = self.take_text();
        text.truncate(bytes);
        text.shrink_to_fit();
        Encoded { slots: self.slots.clone(), text, kept: mem::take(&mut self.kept), memo: Some(Memo::default()), lack: Cell::default() }
    }

    pub(super) fn take_text(&mut self) -> Vec<u8> {
        mem::take(&mut self.text)
    }

    pub(super) fn text(&self, bytes: usize) -> &[u8] {
        self.text.get(..bytes).unwrap_or_default()
    }

    pub(super) fn key(&self, bytes: usize) -> &str {
        std::str::from_utf8(self.text(bytes)).unwrap_or_default()
    }

    pub(super) fn between(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// Forgets that attributes lacked.
    pub(super) fn restart(&self) {
        self.lack.set(false);
    }

    pub(super) fn memo(&self) -> Option<&Memo> {
        self.memo.as_ref()
    }
}

impl Attributes for Encoded {
    #[inline(always)]
    fn get(&self, attribute: AttributeId) -> ValueRef<'_> {
        let Some(&[head, content]) = self.slots.get(attribute.index()) else { return ValueRef::Missing };
        match head as u8 {
            NUMBER => ValueRef::Number(f64::from_bits(content)),
            STRING => {
                let (start, length) = (content as u32 as usize, (head >> 32) as usize);
                let Some(text) = self.text.get(start..start.saturating_add(length)) else { return ValueRef::Missing };
                std::str::from_utf8(text).map_or(ValueRef::Missing, ValueRef::String)
            }
            NULL => ValueRef::Null,
            FALSE => ValueRef::Bool(false),
            TRUE => ValueRef::Bool(true),
            LIST => self.kept.get(content as u32 as usize).map_or(ValueRef::Missing, Value::borrow),
            UNREAD => {
                self.lack.set(true);
                ValueRef::Missing
            }
            _ => ValueRef::Missing,
        }
    }

    #[inline(always)]
    fn word(&self, attribute: AttributeId) -> Option<Option<WordId>> {
        match self.slots.get(attribute.index()) {
            Some(&[head, content]) if head as u8 == WORD => Some((content as u32 != u32::MAX).then_some(WordId(content as u32))),
            _ => None,
        }
    }

    #[inline(always)]
    fn lack(&self) -> bool {
        self.lack.get()
    }
}

/// The value that was written; null where there is none.
pub(super) fn value(bytes: &[u8]) -> Value {
    Input { bytes }.value().unwrap_or_default()
}

/// Reads on and on; none at the end.
struct Input<'a> {
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn string(&mut self) -> Option<Box<str>> {
        let length = self.u32()? as usize;
        Some(std::str::from_utf8(self.take(length)?).ok()?.into())
    }

    /// The glue writes nothing deep.
    fn value(&mut self) -> Option<Value> {
        Some(match *self.take(1)?.first()? {
            NULL => Value::Null,
            FALSE => Value::Bool(false),
            TRUE => Value::Bool(true),
            NUMBER => Value::Number(f64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            STRING => Value::String(self.string()?),
            LIST => {
                let count = self.u32()?;
                Value::List((0..count).map(|_| self.value()).collect::<Option<_>>()?)
            }
            OBJECT => {
                let count = self.u32()?;
                let entries = (0..count).map(|_| Some((self.string()?, self.value()?)));
                Value::Object(Object::from_unique(entries.collect::<Option<_>>()?))
            }
            _ => return None,
        })
    }
}
