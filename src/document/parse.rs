//! Text to nodes: a parser that goes down into lists and objects, and says what it expected where.

use super::{Data, Document, Node, Type};
use crate::limits;
use crate::number;
use crate::texts::Texts;

pub(super) struct Failure {
    /// The innermost value that is being read.
    pub(super) node: u32,
    pub(super) wrong: Wrong,
}

pub(super) enum Wrong {
    TooDeep,
    Expected(&'static str),
}

pub(super) type Parsed<T = ()> = Result<T, Failure>;

pub(super) struct Parser<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) at: usize,
    pub(super) document: Document<'t>,
    /// Values whose key came before in the same object.
    pub(super) duplicates: Vec<u32>,
}

impl Parser<'_> {
    pub(super) fn document(&mut self) -> Parsed {
        self.skip_space();
        self.value(0, 0)?;
        self.skip_space();
        if self.at < self.bytes.len() { expected(0, "the end") } else { Ok(()) }
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline(always)]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    #[inline(always)]
    fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    #[inline(always)]
    fn push(&mut self, parent: u32) -> u32 {
        let none = Data { kind: Type::Null, escaped: false, repeated: false, parent, content: (0, 0) };
        self.document.nodes.push(none);
        self.document.nodes.len() as u32 - 1
    }

    #[inline(always)]
    fn fill(&mut self, node: u32, kind: Type, escaped: bool, content: (u32, u32)) {
        if let Some(data) = self.document.nodes.get_mut(node as usize) {
            *data = Data { kind, escaped, content, ..*data };
        }
    }

    /// A value that starts here.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    fn value(&mut self, parent: u32, depth: usize) -> Parsed {
        let node = self.push(parent);
        match self.peek() {
            Some(b'"') => self.string(node),
            Some(open @ (b'{' | b'[')) => self.list(node, depth, if open == b'{' { Type::Object } else { Type::List }),
            Some(b'-' | b'0'..=b'9') => self.number(node),
            Some(b't') => self.word(node, "`true`", Type::Bool, 1),
            Some(b'f') => self.word(node, "`false`", Type::Bool, 0),
            Some(b'n') => self.word(node, "`null`", Type::Null, 0),
            _ => expected(node, "a value"),
        }
    }

    /// A word, which is given in backticks.
    fn word(&mut self, node: u32, word: &'static str, kind: Type, content: u32) -> Parsed {
        for byte in word.bytes().filter(|byte| *byte != b'`') {
            if !self.takes(byte) {
                return expected(node, word);
            }
        }
        self.fill(node, kind, false, (content, 0));
        Ok(())
    }

    /// A list or an object.
    #[inline(always)]
    fn list(&mut self, node: u32, depth: usize, kind: Type) -> Parsed {
        if depth >= limits::DEPTH {
            return Err(Failure { node, wrong: Wrong::TooDeep });
        }
        // Known by its kind while it is read, for the pointers to what is in it.
        self.fill(node, kind, false, (0, u32::MAX));
        self.at += 1;
        let (end, or_end) = match kind {
            Type::Object => (b'}', "`,` or `}`"),
            _ => (b']', "`,` or `]`"),
        };
        let (mut count, mut seen, mut repeats) = (0, 0_u64, false);
        self.skip_space();
        if !self.takes(end) {
            loop {
                let key = self.document.nodes.len() as u32;
                if kind == Type::Object {
                    self.skip_space();
                    if !self.plain_string(node) {
                        self.push(node);
                        if self.peek() != Some(b'"') {
                            return expected(node, "a key in double quotes");
                        }
                        self.string(key).map_err(|failure| Failure { node, ..failure })?;
                    }
                    let mark = 1 << self.mark(key);
                    repeats |= seen & mark != 0;
                    seen |= mark;
                    self.skip_space();
                    if !self.takes(b':') {
                        return expected(node, "`:`");
                    }
                }
                self.skip_space();
                if !self.plain_string(node) {
                    self.value(node, depth + 1)?;
                }
                count += 1;
                let next = self.document.nodes.len() as u32;
                if let (Type::Object, Some(data)) = (kind, self.document.nodes.get_mut(key as usize)) {
                    data.parent = next;
                }
                self.skip_space();
                if self.takes(end) {
                    break;
                }
                if !self.takes(b',') {
                    return expected(node, or_end);
                }
            }
        }
        let after = self.document.nodes.len() as u32;
        self.fill(node, kind, false, (count, after));
        if repeats {
            self.find_duplicates(node);
        }
        Ok(())
    }

    /// A number below 64 for a text, the same for the same text. The keys of the project's own format have different ones
    /// in each object.
    #[inline(always)]
    fn mark(&self, text: u32) -> u32 {
        let text = self.document.nodes.get(text as usize).map_or(&[][..], |data| self.document.bytes(*data));
        let byte = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
        ((byte(text.first()) + byte(text.last()) + text.len() * 31) % 64) as u32
    }

    /// Finds the values whose key came before. By a set, so that time stays linear.
    fn find_duplicates(&mut self, node: u32) {
        let before = self.duplicates.len();
        let mut keys = Texts::default();
        for value in (Node { document: &self.document, at: node }).values() {
            if !keys.insert(value.key()).1 {
                self.duplicates.push(value.at);
            }
        }
        for value in self.duplicates.iter().skip(before) {
            if let Some(data) = self.document.nodes.get_mut(*value as usize) {
                data.repeated = true;
            }
        }
    }

    fn number(&mut self, node: u32) -> Parsed {
        let start = self.at;
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits(node)?;
        }
        if self.takes(b'.') {
            self.digits(node)?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if !self.takes(b'-') {
                self.takes(b'+');
            }
            self.digits(node)?;
        }
        let number = number::parse(self.bytes.get(start..self.at).unwrap_or_default()).unwrap_or(f64::NAN);
        if number.is_infinite() {
            self.at = start;
            return expected(node, "a number within the range of a double");
        }
        let bits = number.to_bits();
        self.fill(node, Type::Number, false, ((bits >> 32) as u32, bits as u32));
        Ok(())
    }

    fn digits(&mut self, node: u32) -> Parsed {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { expected(node, "a digit") } else { Ok(()) }
    }

    /// Adds a string, if what comes is one without escapes and with nothing wrong with it.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    fn plain_string(&mut self, parent: u32) -> bool {
        let Some([b'"', text @ ..]) = self.bytes.get(self.at..) else { return false };
        let length = plain(text);
        let ends = text.get(length) == Some(&b'"');
        if ends {
            let content = (self.at as u32 + 1, length as u32);
            self.document.nodes.push(Data { kind: Type::Text, escaped: false, repeated: false, parent, content });
            self.at += length + 2;
        }
        ends
    }

    /// A string with escapes, or one that fails.
    fn string(&mut self, node: u32) -> Parsed {
        self.at += 1;
        let mut start = self.at;
        let unescaped = self.document.unescaped.len();
        loop {
            match self.peek() {
                Some(b'"' | b'\\') => {}
                Some(0x20..) => {
                    self.at += 1;
                    continue;
                }
                Some(_) => return expected(node, "an escape in place of a control character"),
                None => return expected(node, "`\"`"),
            }
            let last = self.takes(b'"');
            let plain = self.document.text.get(start..self.at - usize::from(last)).unwrap_or_default();
            self.document.unescaped.push_str(plain);
            if last {
                let length = self.document.unescaped.len() - unescaped;
                self.fill(node, Type::Text, true, (unescaped as u32, length as u32));
                return Ok(());
            }
            self.at += 1;
            let character = self.escape(node)?;
            self.document.unescaped.push(character);
            start = self.at;
        }
    }

    /// The character that an escape stands for, after its backslash.
    fn escape(&mut self, node: u32) -> Parsed<char> {
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte.into(),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let unit = self.unit(node)?;
                let pair = match unit {
                    0xd800..=0xdbff if self.takes(b'\\') && self.takes(b'u') => Some(self.unit(node)?),
                    _ => None,
                };
                let code = match pair {
                    Some(low @ 0xdc00..=0xdfff) => 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00),
                    _ => unit,
                };
                return match char::from_u32(code) {
                    Some(character) => Ok(character),
                    None => expected(node, "both halves of a pair of surrogates"),
                };
            }
            _ => return expected(node, "one of `\"\\/bfnrtu` after a backslash"),
        };
        self.at += 1;
        Ok(character)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self, node: u32) -> Parsed<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return expected(node, "four hexadecimal digits");
            };
            self.at += 1;
            unit = unit << 4 | digit;
        }
        Ok(unit)
    }
}

/// How many bytes of a string's text come before its end, an escape or a control character: in steps of eight, each with a
/// bit for every byte that is one of these. The lowest bit is right; it may bring about others above.
#[inline(always)]
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHEST: u64 = ONES << 7;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let (words, rest) = text.as_chunks::<8>();
    let mut plain = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let (quotes, escapes) = (zeros(word ^ (ONES * u64::from(b'"'))), zeros(word ^ (ONES * u64::from(b'\\'))));
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quotes | escapes | controls) & HIGHEST;
        if found != 0 {
            return plain + (found.trailing_zeros() / 8) as usize;
        }
        plain += 8;
    }
    plain + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

fn expected<T>(node: u32, expected: &'static str) -> Parsed<T> {
    Err(Failure { node, wrong: Wrong::Expected(expected) })
}
