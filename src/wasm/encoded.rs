//! What the glue has written, read. It writes into memory that is reserved here, little-endian.
//!
//! A value is a tag (u8) and what the tag says: 1 null; 2 false; 3 true; 4 a double; 5 a string (u32 bytes, UTF-8); 6 a list
//! (u32 items, each a value); 7 an object (u32 entries, each a string without its tag, then a value).
//!
//! An attribute has a slot of 16 bytes: the tag (u8) and a stamp (the other three bytes of a u32), the length of a string
//! (u32), then a double, or where in the text the string starts (u32), or where a list or an object is kept. The tag 0 is
//! that of an attribute that is missing, 8 of a text of which only the number of a word (u32) is given, all bits for none.
//! What has another stamp than an evaluation asks for was written for another one, and lacks in this one.

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

/// The attributes of one context, and whatever else the glue has to say.
#[derive(Default)]
pub(super) struct Encoded {
    /// Read as they are written, by four bytes: a load that spans several fresh stores waits for all of them.
    slots: Vec<[u32; 4]>,
    text: Vec<u8>,
    /// The lists and objects.
    kept: Vec<Value>,
    /// Of a bound context.
    memo: Option<Memo>,
    /// What is written for the evaluation that goes on.
    stamp: Cell<u32>,
    /// Whether it asked for an attribute that is not.
    lack: Cell<bool>,
}

impl Encoded {
    /// Sees to so many slots, with no stamp in any, and returns their address.
    pub(super) fn reserve_slots(&mut self, count: usize) -> *const u8 {
        self.slots = vec![[0; 4]; count];
        self.slots.as_ptr().cast()
    }

    /// Sees to room for so many bytes of text, and returns its address; 0 when there is none. What was written stays.
    pub(super) fn reserve_text(&mut self, bytes: usize) -> *const u8 {
        // In pieces: byte by byte it would take as long as reading the snapshot.
        static ZEROS: [u8; 4096] = [0; 4096];
        if self.text.try_reserve_exact(bytes.saturating_sub(self.text.len())).is_err() {
            return std::ptr::null();
        }
        while let more @ 1.. = bytes.saturating_sub(self.text.len()) {
            self.text.extend_from_slice(ZEROS.get(..more).unwrap_or(&ZEROS));
        }
        self.text.as_ptr()
    }

    /// Keeps the list or object that is written from this byte on, as an attribute.
    pub(super) fn keep(&mut self, attribute: usize, start: usize, stamp: u32) {
        let value = value(self.text.get(start..).unwrap_or_default());
        if let Some(slot) = self.slots.get_mut(attribute) {
            *slot = [stamp << 8 | u32::from(LIST), 0, self.kept.len() as u32, 0];
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
        Encoded { slots: self.slots.clone(), text, kept: mem::take(&mut self.kept), memo: Some(Memo::default()), ..Encoded::default() }
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

    #[inline(always)]
    pub(super) fn between(&self, start: usize, end: usize) -> &[u8] {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Starts an evaluation of what has this stamp.
    #[inline(always)]
    pub(super) fn start(&self, stamp: u32) {
        self.stamp.set(stamp);
        self.lack.set(false);
    }

    /// The slot, with the tag alone in its first part; a missing attribute if it is not written yet.
    #[inline(always)]
    fn slot(&self, attribute: AttributeId) -> [u32; 4] {
        match self.slots.get(attribute.index()) {
            Some(&[head, length, low, high]) if head >> 8 == self.stamp.get() => [head & 0xff, length, low, high],
            _ => {
                self.lack.set(true);
                [MISSING.into(), 0, 0, 0]
            }
        }
    }

    pub(super) fn memo(&self) -> Option<&Memo> {
        self.memo.as_ref()
    }
}

impl Attributes for Encoded {
    #[inline(always)]
    fn get(&self, attribute: AttributeId) -> ValueRef<'_> {
        let [tag, length, low, high] = self.slot(attribute);
        match tag as u8 {
            NUMBER => ValueRef::Number(f64::from_bits(u64::from(high) << 32 | u64::from(low))),
            STRING => {
                let text = self.between(low as usize, (low + length) as usize);
                std::str::from_utf8(text).map_or(ValueRef::Missing, ValueRef::String)
            }
            NULL => ValueRef::Null,
            FALSE => ValueRef::Bool(false),
            TRUE => ValueRef::Bool(true),
            LIST => self.kept.get(low as usize).map_or(ValueRef::Missing, Value::borrow),
            _ => ValueRef::Missing,
        }
    }

    #[inline(always)]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        let [tag, length, start, _] = self.slot(attribute);
        (tag as u8 == STRING).then(|| self.between(start as usize, (start + length) as usize))
    }

    #[inline(always)]
    fn word(&self, attribute: AttributeId) -> Option<Option<WordId>> {
        let [tag, _, word, _] = self.slot(attribute);
        (tag as u8 == WORD).then_some((word != u32::MAX).then_some(WordId(word)))
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
                let mut items = Vec::new();
                for _ in 0..self.u32()? {
                    items.push(self.value()?);
                }
                Value::List(items)
            }
            OBJECT => {
                let mut entries = Vec::new();
                for _ in 0..self.u32()? {
                    entries.push((self.string()?, self.value()?));
                }
                Value::Object(Object::from_unique(entries))
            }
            _ => return None,
        })
    }
}
