//! What is wrong with a snapshot is collected here, each issue with its place. The shape of a snapshot is data: types,
//! keys and ranges are held to it by one function, so that the formats read what is left with nothing to look out for.

use crate::document::{Node, Type, items};
use crate::error::{Code, Issue, Issues};
use crate::number;
use crate::text::{one_of, text};
use crate::texts::Texts;

/// What a value is to look like.
pub(crate) enum Shape {
    Any,
    /// `true` or `false`.
    Bool,
    Text,
    /// A string that is not empty.
    Name,
    /// Anything but a list or an object.
    Scalar,
    Number(&'static Range),
    Word(&'static [&'static str]),
    Instant(&'static Instants),
    List(&'static Shape),
    /// An object with values of one shape.
    Entries(&'static Shape),
    /// The same, with keys that are not empty.
    Named(&'static Shape),
    /// An object with keys of its own; others are read by nobody.
    Open(&'static [Field]),
    /// An object with no other keys than its own.
    Closed(&'static [Field]),
    /// One of several, by type; in words what is expected.
    OneOf(&'static str, &'static [(Type, Shape)]),
    /// What takes more than a type and keys.
    By(fn(&mut Checker, Node<'_>)),
}

impl Shape {
    /// Whether the type of the value says that it has this shape.
    #[inline(always)]
    fn fits(&self, value: Node<'_>) -> bool {
        match value.kind() {
            Type::Text => matches!(self, Shape::Text | Shape::Scalar),
            Type::Number => matches!(self, Shape::Scalar),
            _ => false,
        }
    }
}

/// A key of an object.
pub(crate) struct Field {
    key: &'static str,
    needed: Needed,
    shape: &'static Shape,
}

#[derive(PartialEq)]
enum Needed {
    Yes,
    No,
    /// Not, and `null` says as much as nothing.
    OrNull,
}

/// A key that has to be there.
pub(crate) const fn required(key: &'static str, shape: &'static Shape) -> Field {
    Field { key, needed: Needed::Yes, shape }
}

/// A key that may be there.
pub(crate) const fn optional(key: &'static str, shape: &'static Shape) -> Field {
    Field { key, needed: Needed::No, shape }
}

/// A key that may be there, or be `null`.
pub(crate) const fn nullable(key: &'static str, shape: &'static Shape) -> Field {
    Field { key, needed: Needed::OrNull, shape }
}

/// Numbers that fit.
pub(crate) struct Range {
    /// In words which ones do.
    pub(crate) expected: &'static str,
    pub(crate) fits: fn(f64) -> bool,
}

/// Points in time that can be read.
pub(crate) struct Instants {
    pub(crate) expected: &'static str,
    pub(crate) parse: fn(&str) -> Option<f64>,
}

pub(crate) const WHOLE: Shape =
    Shape::Number(&Range { expected: "a whole number of at least 0", fits: |it| it >= 0.0 && it.fract() == 0.0 });
pub(crate) const NUMBER: Shape = Shape::Number(&Range { expected: "a number", fits: |_| true });
pub(crate) const PERCENTAGE: Shape =
    Shape::Number(&Range { expected: "a percentage from 0 to 100", fits: |it| (0.0..=100.0).contains(&it) });
pub(crate) const WEIGHT: Shape = Shape::Number(&Range { expected: "a weight of at least 0", fits: |it| it >= 0.0 });
pub(crate) const RATE: Shape = Shape::Number(&Range { expected: "a rate from 0 to 1", fits: |it| (0.0..=1.0).contains(&it) });
pub(crate) const ABOVE_ZERO: Shape = Shape::Number(&Range { expected: "a number above 0", fits: |it| it > 0.0 });
pub(crate) const TEXTS: Shape = Shape::List(&Shape::Text);

/// Collects the issues of a snapshot.
pub(crate) struct Checker {
    issues: Issues,
    /// The flag that is being read.
    flag: Option<Box<str>>,
    /// The flags that have an issue.
    invalid: Texts,
    /// Whether there is an issue that leaving out a flag does not settle.
    unusable: bool,
    skips: bool,
    warnings: Issues,
}

impl Checker {
    /// Starts with the issues that the document itself has.
    pub(crate) fn new(issues: Issues, skips: bool) -> Checker {
        let mut checker = Checker { issues, flag: None, invalid: Texts::default(), unusable: false, skips, warnings: Issues::default() };
        for issue in checker.issues.iter() {
            issue.flag().map(|flag| checker.invalid.insert(flag));
            checker.unusable |= issue.flag().is_none() || !skips;
        }
        checker
    }

    /// What is reported from now on concerns this flag, or the snapshot as a whole.
    pub(crate) fn concerns(&mut self, flag: Option<&str>) {
        self.flag = flag.map(Box::from);
    }

    pub(crate) fn is_invalid(&self, flag: &str) -> bool {
        self.invalid.contains(flag)
    }

    /// Whether the snapshot is to be refused.
    pub(crate) fn is_unusable(&self) -> bool {
        self.unusable
    }

    /// Whether invalid flags are left out, rather than the snapshot refused.
    pub(crate) fn skips(&self) -> bool {
        self.skips
    }

    /// The issues and the warnings.
    pub(crate) fn into_issues(self) -> (Issues, Issues) {
        (self.issues, self.warnings)
    }

    pub(crate) fn report(&mut self, node: Node<'_>, code: Code, message: String) {
        if let Some(flag) = &self.flag {
            self.invalid.insert(&**flag);
        }
        if !self.is_full() {
            self.issues.push(Issue::new(code, node.pointer(), self.flag.clone(), message));
        }
        self.unusable |= self.flag.is_none() || !self.skips || self.issues.is_full();
    }

    /// A warning: the snapshot loads all the same.
    pub(crate) fn warn(&mut self, node: Node<'_>, code: Code, message: String) {
        self.warnings.push(Issue::new(code, node.pointer(), self.flag.clone(), message));
    }

    /// Whether issues are no longer taken: then the rest of the snapshot is not looked at.
    pub(crate) fn is_full(&self) -> bool {
        self.issues.is_full()
    }

    pub(crate) fn wrong_type(&mut self, node: Node<'_>, expected: &str) {
        self.report(node, Code::WrongType, text!["expected ", expected, ", found ", node.kind().name()]);
    }

    pub(crate) fn missing(&mut self, node: Node<'_>, key: &str) {
        self.report(node, Code::MissingKey, text!["the key `", key, "` is missing"]);
    }

    /// Holds a value to a shape, and reports whatever differs from it; whether nothing does.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    pub(crate) fn check(&mut self, node: Node<'_>, shape: &'static Shape) -> bool {
        let before = self.issues.count();
        let (kind, expected) = match shape {
            Shape::Any => return true,
            Shape::Bool => (Type::Bool, "a boolean"),
            Shape::Text | Shape::Name | Shape::Word(_) | Shape::Instant(_) => (Type::Text, "a string"),
            Shape::Number(_) => (Type::Number, "a number"),
            Shape::List(_) => (Type::List, "a list"),
            Shape::Entries(_) | Shape::Named(_) | Shape::Open(_) | Shape::Closed(_) => (Type::Object, "an object"),
            Shape::Scalar => (node.kind(), "a string, number, boolean or null"),
            Shape::OneOf(expected, _) => (node.kind(), *expected),
            Shape::By(_) => (node.kind(), ""),
        };
        if node.kind() != kind {
            self.wrong_type(node, expected);
            return false;
        }
        match shape {
            Shape::Any | Shape::Bool | Shape::Text | Shape::Open([]) => {}
            Shape::Name => {
                if node.text() == Some("") {
                    self.report(node, Code::EmptyName, "expected a string that is not empty".into());
                }
            }
            Shape::Scalar => {
                if let Type::List | Type::Object = node.kind() {
                    self.wrong_type(node, expected);
                }
            }
            Shape::Number(range) => {
                let number = node.number().unwrap_or_default();
                if !(range.fits)(number) {
                    let message = text!["expected ", range.expected, ", found `", number::to_text(number), "`"];
                    self.report(node, Code::OutOfRange, message);
                }
            }
            Shape::Word(words) => {
                let word = node.text().unwrap_or_default();
                if !words.contains(&word) {
                    self.report(node, Code::InvalidValue, text!["expected ", one_of(words), ", found ", quoted(word)]);
                }
            }
            Shape::Instant(instants) => {
                let text = node.text().unwrap_or_default();
                if (instants.parse)(text).is_none() {
                    let message = text!["expected ", instants.expected, " such as `2026-01-15T00:00:00Z`, found ", quoted(text)];
                    self.report(node, Code::InvalidInstant, message);
                }
            }
            Shape::List(inner) | Shape::Entries(inner) | Shape::Named(inner) => {
                let mut values = node.values();
                while let Some(value) = values.step() {
                    if self.is_full() {
                        break;
                    }
                    if let Shape::Named(_) = shape {
                        self.entry_name(value);
                    }
                    if !inner.fits(value) {
                        self.check(value, inner);
                    }
                }
            }
            Shape::Open(fields) => self.fields(node, fields, false),
            Shape::Closed(fields) => self.fields(node, fields, true),
            Shape::OneOf(_, shapes) => match shapes.iter().find(|(kind, _)| *kind == node.kind()) {
                Some((_, shape)) => _ = self.check(node, shape),
                None => self.wrong_type(node, expected),
            },
            Shape::By(check) => check(self, node),
        }
        self.issues.count() == before
    }

    /// The key of an entry, where it is a name.
    pub(crate) fn entry_name(&mut self, node: Node<'_>) {
        if node.key().is_empty() {
            self.report(node, Code::EmptyName, "expected a name that is not empty".into());
        }
    }

    /// Looks for the fields in one pass over the entries, which mostly come in the order of the fields. Unknown keys are
    /// reported before what is wrong with the fields.
    #[cfg_attr(samebucket_wasm, optimize(speed))]
    fn fields(&mut self, node: Node<'_>, fields: &'static [Field], closed: bool) {
        let mut found = [None; MOST_FIELDS];
        let mut next = 0;
        let mut values = node.values();
        while let Some(value) = values.step() {
            let mut known = false;
            for _ in fields {
                let index = next;
                next = if index + 1 < fields.len() { index + 1 } else { 0 };
                if fields.get(index).is_some_and(|field| value.has_key(field.key)) {
                    if let Some(found) = found.get_mut(index) {
                        *found = Some(value);
                    }
                    known = true;
                    break;
                }
            }
            if closed && !known {
                self.unknown_key(value, fields);
            }
        }
        for (index, field) in fields.iter().enumerate() {
            match found.get(index).map_or_else(|| node.get(field.key), |found| *found) {
                Some(value) if value.kind() != Type::Null || field.needed != Needed::OrNull => _ = self.check(value, field.shape),
                None if field.needed == Needed::Yes => self.missing(node, field.key),
                _ => {}
            }
        }
    }

    fn unknown_key(&mut self, node: Node<'_>, fields: &'static [Field]) {
        if !self.is_full() {
            let mut known = Vec::with_capacity(fields.len());
            for field in fields {
                known.push(field.key);
            }
            self.report(node, Code::UnknownKey, text!["unknown key ", quoted(node.key()), "; expected ", one_of(&known)]);
        }
    }
}

/// So many fields are found in one pass; others one by one.
const MOST_FIELDS: usize = 24;

/// The texts of a list; none when there is no list.
pub(crate) fn texts<'d>(list: Option<Node<'d>>) -> impl Iterator<Item = &'d str> + Clone {
    items(list).filter_map(Node::text)
}
