//! A JSON document (RFC 8259) as a list of nodes over its text, with limits, and with duplicate keys seen.
//!
//! Nodes lie in the order of the text: a list or an object, then what is in it; before a value of an object its key. What
//! a node holds is looked up where it is needed, so that reading a snapshot makes no tree and copies no text.

mod parse;

use std::cell::Cell;

use crate::error::{Code, Issue, Issues};
use crate::limits;
use crate::text::{count, push_escaped, quoted, text};
use crate::texts::equal;
use crate::value::{Object, Value};
use parse::{Failure, Parser, Wrong};

pub(crate) struct Document<'t> {
    text: &'t str,
    /// Strings that were written with escapes, without them, one after another.
    unescaped: String,
    nodes: Vec<Data>,
    /// At each depth the item whose place in its list was counted last: the list, the item, the place.
    counted: [Cell<(u32, u32, u32)>; limits::DEPTH],
}

/// The types of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

impl Type {
    /// In words, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Bool => "a boolean",
            Type::Number => "a number",
            Type::Text => "a string",
            Type::List => "a list",
            Type::Object => "an object",
        }
    }
}

#[derive(Clone, Copy)]
struct Data {
    kind: Type,
    /// Of a text: whether it lies among the unescaped ones.
    escaped: bool,
    /// Whether its key came before in the same object: then it is passed over.
    repeated: bool,
    /// The list or object that it lies in; of the root itself. Of a key: the next key, once its value has been read.
    parent: u32,
    /// Of a number its bits, of a text where it starts and how long it is, of a list or an object how many items or
    /// entries it has and the node after it.
    content: (u32, u32),
}

impl Data {
    /// The node after this one, which stands here, and all that is in it.
    #[inline(always)]
    fn end(self, at: u32) -> u32 {
        match self {
            Data { kind: Type::List | Type::Object, content: (_, end), .. } => end,
            _ => at + 1,
        }
    }
}

/// A place in a document, and what stands there.
#[derive(Clone, Copy)]
pub(crate) struct Node<'d> {
    document: &'d Document<'d>,
    at: u32,
}

impl<'d> Node<'d> {
    #[inline(always)]
    fn data(self) -> Data {
        let none = Data { kind: Type::Null, escaped: false, repeated: false, parent: 0, content: (0, 0) };
        self.document.nodes.get(self.at as usize).copied().unwrap_or(none)
    }

    #[inline(always)]
    pub(crate) fn kind(self) -> Type {
        self.data().kind
    }

    pub(crate) fn bool(self) -> Option<bool> {
        let data = self.data();
        (data.kind == Type::Bool).then_some(data.content.0 != 0)
    }

    pub(crate) fn number(self) -> Option<f64> {
        let data = self.data();
        let (high, low) = data.content;
        (data.kind == Type::Number).then(|| f64::from_bits(u64::from(high) << 32 | u64::from(low)))
    }

    #[cfg_attr(samebucket_wasm, optimize(speed))]
    pub(crate) fn text(self) -> Option<&'d str> {
        let data = self.data();
        let (start, length) = data.content;
        match data.kind {
            Type::Text => self.document.texts(data).get(start as usize..start as usize + length as usize),
            _ => None,
        }
    }

    /// How the items of a list are written, from the first to the last, where these are texts without escapes: alike in no
    /// two lists with other items.
    pub(crate) fn written(self) -> Option<&'d str> {
        let text = |at: u32| Some(Node { at, ..self }.data()).filter(|data| data.kind == Type::Text && !data.escaped);
        let (start, _) = text(self.at + 1)?.content;
        let (last, length) = text(self.end() - 1)?.content;
        self.document.text.get(start as usize..(last + length) as usize)
    }

    /// Whether it is this text.
    #[inline(always)]
    pub(crate) fn is(self, text: &str) -> bool {
        let data = self.data();
        data.kind == Type::Text && self.document.says(data, text)
    }

    /// How many items or entries there are; none of what is no list and no object.
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        match self.data() {
            Data { kind: Type::List | Type::Object, content: (count, _), .. } => count as usize,
            _ => 0,
        }
    }

    /// The values of a list or of an object, in the order in which they were written.
    pub(crate) fn values(self) -> Values<'d> {
        let keys = u32::from(self.kind() == Type::Object);
        Values { document: Some(self.document), next: self.at + 1 + keys, left: self.len() as u32, keys }
    }

    /// The items of a list; none of what is no list.
    pub(crate) fn items(self) -> Values<'d> {
        values_of(Some(self), Type::List)
    }

    /// The values of an object; none of what is no object.
    pub(crate) fn entries(self) -> Values<'d> {
        values_of(Some(self), Type::Object)
    }

    /// The key of an object's value.
    pub(crate) fn key(self) -> &'d str {
        Node { at: self.at.wrapping_sub(1), ..self }.text().unwrap_or_default()
    }

    /// Whether the key of an object's value is this one.
    #[inline(always)]
    pub(crate) fn has_key(self, key: &str) -> bool {
        self.document.says(Node { at: self.at.wrapping_sub(1), ..self }.data(), key)
    }

    /// The value of an object at a key.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    pub(crate) fn get(self, key: &str) -> Option<Node<'d>> {
        let Data { kind: Type::Object, content: (count, _), .. } = self.data() else { return None };
        let mut at = self.at + 1;
        for _ in 0..count {
            let data = self.document.nodes.get(at as usize)?;
            if self.document.says(*data, key) {
                return Some(Node { at: at + 1, ..self });
            }
            at = data.parent;
        }
        None
    }

    /// The value at a key, unless it is `null`: backends write that for what is not set.
    pub(crate) fn set(self, key: &str) -> Option<Node<'d>> {
        self.get(key).filter(|node| node.kind() != Type::Null)
    }

    #[inline(always)]
    fn end(self) -> u32 {
        self.data().end(self.at)
    }

    /// The JSON pointer (RFC 6901) that leads here.
    pub(crate) fn pointer(self) -> String {
        let mut way = vec![self];
        let mut node = self;
        while node.at != 0 {
            node = Node { at: node.data().parent, ..self };
            way.push(node);
        }
        let mut pointer = String::new();
        for (depth, (parent, node)) in way.iter().rev().zip(way.iter().rev().skip(1)).enumerate() {
            pointer.push('/');
            match parent.kind() {
                Type::Object => push_escaped(&mut pointer, node.key()),
                _ => pointer.push_str(&count(node.place_in(*parent, depth) as usize)),
            }
        }
        pointer
    }

    /// The place in a list, counted from the item of that depth that was asked for last: so asking for one after another is
    /// linear.
    fn place_in(self, list: Node<'d>, depth: usize) -> u32 {
        let counted = self.document.counted.get(depth);
        let (last_list, last_item, last_place) = counted.map_or((u32::MAX, 0, 0), Cell::get);
        let from_start = last_list != list.at || last_item > self.at;
        let (mut item, mut place) = if from_start { (list.at + 1, 0) } else { (last_item, last_place) };
        while item < self.at {
            item = Node { at: item, ..self }.end();
            place += 1;
        }
        if let Some(counted) = counted {
            counted.set((list.at, self.at, place));
        }
        place
    }

    pub(crate) fn to_value(self) -> Value {
        match self.kind() {
            Type::Null => Value::Null,
            Type::Bool => Value::Bool(self.bool() == Some(true)),
            Type::Number => Value::Number(self.number().unwrap_or(f64::NAN)),
            Type::Text => Value::String(self.text().unwrap_or_default().into()),
            Type::List => {
                let mut items = Vec::with_capacity(self.len());
                for item in self.values() {
                    items.push(item.to_value());
                }
                Value::List(items)
            }
            Type::Object => {
                let mut entries = Vec::with_capacity(self.len());
                for value in self.values() {
                    entries.push((value.key().into(), value.to_value()));
                }
                Value::Object(Object::from_unique(entries))
            }
        }
    }

    /// A number that is equal for equal values, with the entries of objects in the same order. `seed` goes into it.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    pub(crate) fn fingerprint(self, seed: u64) -> u64 {
        let nodes = self.document.nodes.get(self.at as usize..self.end() as usize).unwrap_or_default();
        let mut hash = seed;
        for data in nodes {
            let (first, second) = data.content;
            let start = |content: u32| mix(hash, (data.kind as u64) << 32 | u64::from(content));
            hash = match data.kind {
                Type::Text => mix_bytes(start(second), self.document.bytes(*data)),
                Type::Number => mix(start(first), second.into()),
                _ => start(first),
            };
        }
        hash
    }
}

/// One step of a hash: xor, multiply by an odd number with bits all over, and fold the upper half onto the lower.
#[inline(always)]
pub(crate) fn mix(hash: u64, with: u64) -> u64 {
    let product = (hash ^ with).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xd6e8_feb8_6659_fd93);
    product ^ (product >> 32)
}

pub(crate) fn mix_text(hash: u64, text: &str) -> u64 {
    mix_bytes(mix(hash, text.len() as u64), text.as_bytes())
}

/// The bytes of a text, of which the length has gone into the hash.
#[inline(always)]
fn mix_bytes(mut hash: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    mix(hash, rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
}

#[derive(Clone)]
pub(crate) struct Values<'d> {
    document: Option<&'d Document<'d>>,
    next: u32,
    left: u32,
    keys: u32,
}

/// The items of a list that may not be there.
pub(crate) fn items(list: Option<Node<'_>>) -> Values<'_> {
    values_of(list, Type::List)
}

/// The values of an object that may not be there.
pub(crate) fn entries(object: Option<Node<'_>>) -> Values<'_> {
    values_of(object, Type::Object)
}

fn values_of(node: Option<Node<'_>>, kind: Type) -> Values<'_> {
    match node {
        Some(node) if node.kind() == kind => node.values(),
        _ => Values { document: None, next: 0, left: 0, keys: 0 },
    }
}

impl<'d> Values<'d> {
    /// As `next`, for loops that are hot.
    #[inline(always)]
    pub(crate) fn step(&mut self) -> Option<Node<'d>> {
        let document = self.document?;
        while self.left > 0 {
            let node = Node { document, at: self.next };
            let data = node.data();
            self.left -= 1;
            self.next = data.end(self.next) + self.keys;
            if !data.repeated {
                return Some(node);
            }
        }
        None
    }
}

impl<'d> Iterator for Values<'d> {
    type Item = Node<'d>;

    #[cfg_attr(samebucket_wasm, optimize(speed))]
    fn next(&mut self) -> Option<Node<'d>> {
        self.step()
    }
}

impl<'t> Document<'t> {
    pub(crate) fn root(&self) -> Node<'_> {
        Node { document: self, at: 0 }
    }

    /// The texts among which a text lies.
    #[inline(always)]
    fn texts(&self, data: Data) -> &str {
        if data.escaped { &self.unescaped } else { self.text }
    }

    /// The bytes of a text.
    #[inline(always)]
    fn bytes(&self, data: Data) -> &[u8] {
        let (start, length) = data.content;
        self.texts(data).as_bytes().get(start as usize..start as usize + length as usize).unwrap_or_default()
    }

    /// Whether a text is this one.
    #[inline(always)]
    fn says(&self, data: Data, text: &str) -> bool {
        data.content.1 as usize == text.len() && equal(self.bytes(data), text.as_bytes())
    }

    /// Reads a whole document. Without one the reason is the only issue; with one there may still be issues, for
    /// duplicate keys.
    pub(crate) fn parse(bytes: &'t [u8], issues: &mut Issues) -> Option<Document<'t>> {
        let mut fail = |code, path, message| {
            issues.push(Issue::new(code, path, None, message));
            None
        };
        if bytes.len() > limits::SNAPSHOT_BYTES {
            let message = text![count(bytes.len()), " bytes; a snapshot has at most ", count(limits::SNAPSHOT_BYTES)];
            return fail(Code::TooLarge, String::new(), message);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let message = text!["invalid UTF-8 at byte ", count(error.valid_up_to())];
                return fail(Code::InvalidUtf8, String::new(), message);
            }
        };
        if text.as_bytes().starts_with("\u{feff}".as_bytes()) {
            return fail(Code::InvalidJson, String::new(), "invalid JSON: it starts with a byte order mark".into());
        }
        let document = Document {
            text,
            unescaped: String::new(),
            nodes: Vec::with_capacity(bytes.len() / 8),
            counted: [const { Cell::new((u32::MAX, 0, 0)) }; limits::DEPTH],
        };
        let mut parser = Parser { bytes, at: 0, document, duplicates: Vec::new() };
        let parsed = parser.document();
        let Parser { at, document, duplicates, .. } = parser;
        match parsed {
            Ok(()) => {
                for node in duplicates {
                    if !issues.is_full() {
                        issues.push(document.duplicate(node));
                    }
                }
                Some(document)
            }
            Err(Failure { node, wrong }) => {
                let path = Node { document: &document, at: node }.pointer();
                match wrong {
                    Wrong::TooDeep => {
                        let message = text!["lists and objects lie more than ", count(limits::DEPTH), " deep"];
                        fail(Code::TooDeep, path, message)
                    }
                    Wrong::Expected(expected) => {
                        let before = text.get(..at).unwrap_or_default();
                        let (mut line, mut column) = (1, 1);
                        for byte in before.bytes() {
                            match byte {
                                b'\n' => (line, column) = (line + 1, 1),
                                // Within a character.
                                0x80..0xc0 => {}
                                _ => column += 1,
                            }
                        }
                        let found = text.get(at..).and_then(|rest| rest.chars().next());
                        let found = found.map_or("the end".into(), |found| quoted(found.encode_utf8(&mut [0; 4])));
                        let message = text![
                            "invalid JSON: expected ",
                            expected,
                            ", found ",
                            found,
                            " at line ",
                            count(line),
                            " column ",
                            count(column)
                        ];
                        fail(Code::InvalidJson, path, message)
                    }
                }
            }
        }
    }

    /// The issue of a value whose key came before in the same object.
    fn duplicate(&self, node: u32) -> Issue {
        let node = Node { document: self, at: node };
        // In most snapshots the flags lie under `/flags`, by their keys.
        let (mut inner, mut outer) = (node, node);
        while outer.data().parent != 0 {
            (inner, outer) = (outer, Node { at: outer.data().parent, ..outer });
        }
        let in_object = self.root().kind() == Type::Object && outer.kind() == Type::Object;
        let in_flag = in_object && outer.at != inner.at && outer.key() == "flags";
        let flag = in_flag.then(|| inner.key().into());
        Issue::new(Code::DuplicateKey, node.pointer(), flag, text!["the key ", quoted(node.key()), " comes more than once"])
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[expect(clippy::string_slice, reason = "a test may fail")]
mod tests;
