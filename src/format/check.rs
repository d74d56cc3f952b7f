//! Reads values out of a snapshot, and notes each one that is not what was expected, with its place.

use std::collections::BTreeSet;

use crate::error::{Code, Issue, Issues, quoted};
pub(crate) use crate::json::Place;
use crate::value::{Object, Value};

/// A value and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Node<'v, 'p> {
    pub(crate) value: &'v Value,
    pub(crate) place: Place<'p>,
}

impl<'v> Node<'v, 'static> {
    pub(crate) fn root(value: &'v Value) -> Node<'v, 'static> {
        Node { value, place: Place::Root }
    }
}

/// An object's entries, reached by key.
pub(crate) struct Fields<'v, 'p> {
    object: &'v Object,
    place: Place<'p>,
}

impl<'v> Fields<'v, '_> {
    pub(crate) fn get<'s>(&'s self, key: &'s str) -> Option<Node<'v, 's>> {
        let value = self.object.get(key)?;
        Some(Node { value, place: Place::Key(&self.place, key) })
    }

    /// The entry, unless it is `null`: backends write that for what is not set.
    pub(crate) fn set<'s>(&'s self, key: &'s str) -> Option<Node<'v, 's>> {
        self.get(key).filter(|node| *node.value != Value::Null)
    }
}

/// Collects the issues of a snapshot.
pub(crate) struct Checker {
    issues: Issues,
    /// The flag that is being read.
    flag: Option<Box<str>>,
    /// The flags that have an issue.
    invalid: BTreeSet<Box<str>>,
    /// Whether there is an issue that leaving out a flag does not settle.
    unusable: bool,
    skips: bool,
    warnings: Issues,
}

impl Checker {
    /// Starts with the issues that the document itself has.
    pub(crate) fn new(issues: Issues, skips: bool) -> Checker {
        let flags = issues.iter().map(|issue| issue.flag());
        let unusable = flags.clone().any(|flag| flag.is_none() || !skips);
        let invalid = flags.flatten().map(Box::from).collect();
        Checker { issues, flag: None, invalid, unusable, skips, warnings: Issues::default() }
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

    pub(crate) fn report(&mut self, node: Node<'_, '_>, code: Code, message: String) {
        self.report_at(node.place, code, message);
    }

    pub(crate) fn report_at(&mut self, place: Place<'_>, code: Code, message: String) {
        self.invalid.extend(self.flag.clone());
        self.issues.push(Issue::new(code, place.pointer(), self.flag.clone(), message));
        self.unusable |= self.flag.is_none() || !self.skips || self.issues.is_full();
    }

    /// Whether issues are no longer taken: then the rest of the snapshot is not looked at.
    pub(crate) fn is_full(&self) -> bool {
        self.issues.is_full()
    }

    pub(crate) fn wrong_type(&mut self, node: Node<'_, '_>, expected: &str) {
        let message = format!("expected {expected}, found {}", node.value.type_name());
        self.report(node, Code::WrongType, message);
    }

    pub(crate) fn bool(&mut self, node: Node<'_, '_>) -> Option<bool> {
        match node.value {
            Value::Bool(value) => Some(*value),
            _ => {
                self.wrong_type(node, "a boolean");
                None
            }
        }
    }

    pub(crate) fn string<'v>(&mut self, node: Node<'v, '_>) -> Option<&'v str> {
        match node.value {
            Value::String(value) => Some(value),
            _ => {
                self.wrong_type(node, "a string");
                None
            }
        }
    }

    /// A string that is not empty.
    pub(crate) fn name<'v>(&mut self, node: Node<'v, '_>) -> Option<&'v str> {
        let name = self.string(node)?;
        if name.is_empty() {
            self.report(node, Code::EmptyName, "expected a string that is not empty".into());
            return None;
        }
        Some(name)
    }

    pub(crate) fn number(&mut self, node: Node<'_, '_>) -> Option<f64> {
        match node.value {
            Value::Number(value) => Some(*value),
            _ => {
                self.wrong_type(node, "a number");
                None
            }
        }
    }

    /// A number for which `fits` holds; `expected` says in words which ones do.
    pub(crate) fn number_where(&mut self, node: Node<'_, '_>, expected: &str, fits: impl Fn(f64) -> bool) -> Option<f64> {
        let number = self.number(node)?;
        if !fits(number) {
            let message = format!("expected {expected}, found `{}`", crate::number::to_text(number));
            self.report(node, Code::OutOfRange, message);
            return None;
        }
        Some(number)
    }

    pub(crate) fn list<'v>(&mut self, node: Node<'v, '_>) -> Option<&'v [Value]> {
        match node.value {
            Value::List(items) => Some(items),
            _ => {
                self.wrong_type(node, "a list");
                None
            }
        }
    }

    /// Every item of a list by `read`; none if the node is no list or an item is not as expected.
    pub(crate) fn items<'v, T>(
        &mut self,
        node: Node<'v, '_>,
        mut read: impl FnMut(&mut Checker, Node<'v, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.list(node)?;
        let mut all = Some(Vec::with_capacity(items.len()));
        for (index, value) in items.iter().enumerate() {
            if self.is_full() {
                return None;
            }
            let item = read(self, Node { value, place: Place::Item(&node.place, index) });
            all = all.zip(item).map(|(mut all, item)| {
                all.push(item);
                all
            });
        }
        all
    }

    /// Every entry of an object by `read`; none if the node is no object or issues are no longer taken.
    pub(crate) fn each<'v>(&mut self, node: Node<'v, '_>, mut read: impl FnMut(&mut Checker, &'v str, Node<'v, '_>)) -> Option<()> {
        for (name, value) in self.object(node)?.iter() {
            if self.is_full() {
                return None;
            }
            read(self, name, Node { value, place: Place::Key(&node.place, name) });
        }
        Some(())
    }

    /// The key of an entry, where it is a name.
    pub(crate) fn entry_name(&mut self, name: &str, node: Node<'_, '_>) {
        if name.is_empty() {
            self.report(node, Code::EmptyName, "expected a name that is not empty".into());
        }
    }

    pub(crate) fn object<'v>(&mut self, node: Node<'v, '_>) -> Option<&'v Object> {
        match node.value {
            Value::Object(object) => Some(object),
            _ => {
                self.wrong_type(node, "an object");
                None
            }
        }
    }

    /// An object that has no other keys than `known`.
    pub(crate) fn fields<'v, 'p>(&mut self, node: Node<'v, 'p>, known: &[&str]) -> Option<Fields<'v, 'p>> {
        let fields = Fields { object: self.object(node)?, place: node.place };
        for (key, _) in fields.object.iter() {
            if !known.contains(&key) {
                let place = Place::Key(&fields.place, key);
                self.report_at(place, Code::UnknownKey, format!("unknown key {}; expected {}", quoted(key), one_of(known)));
            }
            if self.is_full() {
                return None;
            }
        }
        Some(fields)
    }

    /// An object that may have other keys, too, which nobody reads.
    pub(crate) fn open_fields<'v, 'p>(&mut self, node: Node<'v, 'p>) -> Option<Fields<'v, 'p>> {
        Some(Fields { object: self.object(node)?, place: node.place })
    }

    /// The string of an entry that is one of `words`; `otherwise` when it is not set.
    pub(crate) fn one_of<'v>(&mut self, fields: &Fields<'v, '_>, key: &str, words: &[&str], otherwise: &'v str) -> Option<&'v str> {
        fields.set(key).map_or(Some(otherwise), |node| self.word(node, words))
    }

    /// The string of an entry that has to be there and is one of `words`.
    pub(crate) fn required_one_of<'v>(&mut self, fields: &Fields<'v, '_>, key: &'static str, words: &[&str]) -> Option<&'v str> {
        let node = self.required(fields, key)?;
        self.word(node, words)
    }

    fn word<'v>(&mut self, node: Node<'v, '_>, words: &[&str]) -> Option<&'v str> {
        let word = self.string(node)?;
        if words.contains(&word) {
            return Some(word);
        }
        self.report(node, Code::InvalidValue, format!("expected {}, found {}", one_of(words), quoted(word)));
        None
    }

    /// The boolean of an entry; `otherwise` when it is not set.
    pub(crate) fn bool_or(&mut self, fields: &Fields<'_, '_>, key: &str, otherwise: bool) -> Option<bool> {
        fields.set(key).map_or(Some(otherwise), |node| self.bool(node))
    }

    /// The strings of an entry; none when it is not set.
    pub(crate) fn strings<'v>(&mut self, fields: &Fields<'v, '_>, key: &str) -> Option<Vec<&'v str>> {
        fields.set(key).map_or(Some(Vec::new()), |node| self.items(node, Checker::string))
    }

    /// The percentage of an entry, from 0 to `most`.
    pub(crate) fn percentage(&mut self, fields: &Fields<'_, '_>, key: &str, most: f64) -> Option<Option<f64>> {
        let Some(node) = fields.set(key) else { return Some(None) };
        let expected = if most == 1.0 { "a share from 0 to 1" } else { "a percentage from 0 to 100" };
        self.number_where(node, expected, |number| (0.0..=most).contains(&number)).map(Some)
    }

    /// A warning: the snapshot loads all the same.
    pub(crate) fn warn(&mut self, place: Place<'_>, code: Code, message: String) {
        self.warnings.push(Issue::new(code, place.pointer(), self.flag.clone(), message));
    }

    pub(crate) fn required<'v, 's>(&mut self, fields: &'s Fields<'v, '_>, key: &'static str) -> Option<Node<'v, 's>> {
        let node = fields.get(key);
        if node.is_none() {
            self.report_at(fields.place, Code::MissingKey, format!("the key `{key}` is missing"));
        }
        node
    }
}

/// The words in backticks, for a message that says what was expected.
pub(crate) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
