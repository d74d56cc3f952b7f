//! Conditions written in Python: what they yield, and when they raise. Numbers are doubles, integers too, and no value
//! has an identity: a NaN is not even in a list that holds it.

mod case;
mod case_tables;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use super::Attributes;
use crate::plan::python::{Comparison, Expr, Method};
use crate::text;
use crate::value::{Object, Value, ValueRef};

/// Whether the condition yields something truthy. One that raises does not hold.
pub(super) fn holds(attributes: &dyn Attributes, condition: &Expr) -> bool {
    let scope = Scope { attributes, empty: &Object::default() };
    value(scope, condition).is_ok_and(|value| value.is_truthy())
}

#[derive(Clone, Copy)]
struct Scope<'a> {
    attributes: &'a dyn Attributes,
    /// What `custom_attributes` is when there are none.
    empty: &'a Object,
}

/// An exception. Which one makes no difference.
#[derive(Debug, PartialEq)]
struct Raised;

type Result<T> = std::result::Result<T, Raised>;

/// A Python value, borrowed from the context or the plan as far as it lies there.
#[derive(Debug, Clone)]
enum Py<'a> {
    None,
    Bool(bool),
    Number(f64),
    Str(Cow<'a, str>),
    List(Items<'a>),
    Tuple(Items<'a>),
    Dict(&'a Object),
}

#[derive(Debug, Clone)]
enum Items<'a> {
    Json(&'a [Value]),
    /// What a condition's own list or tuple yields.
    Made(Rc<Vec<Py<'a>>>),
}

impl<'a> Py<'a> {
    /// None where the value is missing.
    fn read(value: ValueRef<'a>) -> Option<Py<'a>> {
        Some(match value {
            ValueRef::Missing => return None,
            ValueRef::Null => Py::None,
            ValueRef::Bool(value) => Py::Bool(value),
            ValueRef::Number(number) => Py::Number(number),
            ValueRef::String(text) => Py::Str(text.into()),
            ValueRef::List(items) => Py::List(Items::Json(items)),
            ValueRef::Object(object) => Py::Dict(object),
        })
    }

    fn is_truthy(&self) -> bool {
        match self {
            Py::None => false,
            Py::Bool(value) => *value,
            Py::Number(number) => *number != 0.0,
            Py::Str(text) => !text.is_empty(),
            Py::List(items) | Py::Tuple(items) => items.len() > 0,
            Py::Dict(object) => !object.is_empty(),
        }
    }

    /// Booleans are numbers.
    fn number(&self) -> Option<f64> {
        match self {
            Py::Bool(value) => Some(f64::from(*value)),
            Py::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn integer(&self) -> Result<f64> {
        self.number().filter(|number| number.fract() == 0.0).ok_or(Raised)
    }

    /// Whether the value can be a dict's key.
    fn is_hashable(&self) -> bool {
        match self {
            Py::List(_) | Py::Dict(_) => false,
            Py::Tuple(items) => items.iter().all(|item| item.is_hashable()),
            Py::None | Py::Bool(_) | Py::Number(_) | Py::Str(_) => true,
        }
    }
}

impl<'a> From<&'a Value> for Py<'a> {
    fn from(value: &'a Value) -> Py<'a> {
        Py::read(value.borrow()).unwrap_or(Py::None)
    }
}

impl<'a> Items<'a> {
    fn len(&self) -> usize {
        match self {
            Items::Json(items) => items.len(),
            Items::Made(items) => items.len(),
        }
    }

    fn get(&self, index: usize) -> Option<Py<'a>> {
        match self {
            Items::Json(items) => items.get(index).map(Py::from),
            Items::Made(items) => items.get(index).cloned(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = Py<'a>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

fn value<'a>(scope: Scope<'a>, expr: &'a Expr) -> Result<Py<'a>> {
    Ok(match expr {
        Expr::Literal(literal) => literal.into(),
        Expr::List(parts) => Py::List(Items::Made(Rc::new(values(scope, parts)?))),
        Expr::Tuple(parts) => Py::Tuple(Items::Made(Rc::new(values(scope, parts)?))),
        Expr::Name { attribute, when_missing } => {
            let found = Py::read(scope.attributes.get(*attribute));
            found.or_else(|| when_missing.as_ref().map(Py::from)).ok_or(Raised)?
        }
        Expr::Get { attribute, default } => {
            let default = value(scope, default)?;
            Py::read(scope.attributes.get(*attribute)).unwrap_or(default)
        }
        Expr::CustomAttributes(attribute) => match scope.attributes.get(*attribute) {
            ValueRef::Object(object) => Py::Dict(object),
            _ => Py::Dict(scope.empty),
        },
        Expr::First { truthy, of } => first(scope, *truthy, of)?,
        Expr::Not(inner) => Py::Bool(!value(scope, inner)?.is_truthy()),
        Expr::Compare(first, rest) => Py::Bool(chain(scope, first, rest)?),
        Expr::Signed(sign, inner) => Py::Number(sign * value(scope, inner)?.number().ok_or(Raised)?),
        Expr::Item { value: of, key } => item(value(scope, of)?, &value(scope, key)?)?,
        Expr::Call { receiver, method, arguments } => {
            let receiver = value(scope, receiver)?;
            call(receiver, *method, &values(scope, arguments)?)?
        }
    })
}

fn values<'a>(scope: Scope<'a>, parts: &'a [Expr]) -> Result<Vec<Py<'a>>> {
    let mut values = Vec::with_capacity(parts.len());
    for part in parts {
        values.push(value(scope, part)?);
    }
    Ok(values)
}

/// The first operand that is as truthy as asked for, else the last.
fn first<'a>(scope: Scope<'a>, truthy: bool, operands: &'a [Expr]) -> Result<Py<'a>> {
    let mut last = Py::None;
    for operand in operands {
        last = value(scope, operand)?;
        if last.is_truthy() == truthy {
            break;
        }
    }
    Ok(last)
}

fn chain<'a>(scope: Scope<'a>, first: &'a Expr, rest: &'a [(Comparison, Expr)]) -> Result<bool> {
    let mut left = value(scope, first)?;
    for (comparison, operand) in rest {
        let right = value(scope, operand)?;
        if !compare(*comparison, &left, &right)? {
            return Ok(false);
        }
        left = right;
    }
    Ok(true)
}

fn compare(comparison: Comparison, left: &Py<'_>, right: &Py<'_>) -> Result<bool> {
    Ok(match comparison {
        Comparison::Equal => equal(left, right),
        Comparison::NotEqual => !equal(left, right),
        Comparison::In => contains(right, left)?,
        Comparison::NotIn => !contains(right, left)?,
        // One of the two is always None.
        Comparison::Is => matches!((left, right), (Py::None, Py::None)),
        Comparison::IsNot => !matches!((left, right), (Py::None, Py::None)),
        _ => match order(left, right)? {
            // Without an order, because of a NaN, no comparison holds.
            None => false,
            Some(Ordering::Less) => matches!(comparison, Comparison::Less | Comparison::AtMost),
            Some(Ordering::Equal) => matches!(comparison, Comparison::AtMost | Comparison::AtLeast),
            Some(Ordering::Greater) => matches!(comparison, Comparison::Greater | Comparison::AtLeast),
        },
    })
}

fn equal(left: &Py<'_>, right: &Py<'_>) -> bool {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return left == right;
    }
    match (left, right) {
        (Py::None, Py::None) => true,
        (Py::Str(left), Py::Str(right)) => left == right,
        (Py::List(left), Py::List(right)) | (Py::Tuple(left), Py::Tuple(right)) => {
            left.len() == right.len() && first_difference(left, right).is_none()
        }
        (Py::Dict(left), Py::Dict(right)) => {
            let same = |(key, value): (&str, _)| right.get(key).is_some_and(|other| equal(&Py::from(value), &other.into()));
            left.len() == right.len() && left.iter().all(same)
        }
        _ => false,
    }
}

/// The first items at one place that are not equal.
fn first_difference<'a>(left: &Items<'a>, right: &Items<'a>) -> Option<(Py<'a>, Py<'a>)> {
    let mut index = 0;
    while let (Some(left), Some(right)) = (left.get(index), right.get(index)) {
        if !equal(&left, &right) {
            return Some((left, right));
        }
        index += 1;
    }
    None
}

/// None where a NaN is compared.
fn order(left: &Py<'_>, right: &Py<'_>) -> Result<Option<Ordering>> {
    if let (Some(left), Some(right)) = (left.number(), right.number()) {
        return Ok(left.partial_cmp(&right));
    }
    match (left, right) {
        // UTF-8 is in the order of code points.
        (Py::Str(left), Py::Str(right)) => Ok(Some(left.cmp(right))),
        (Py::List(left), Py::List(right)) | (Py::Tuple(left), Py::Tuple(right)) => match first_difference(left, right) {
            Some((left, right)) => order(&left, &right),
            None => Ok(Some(left.len().cmp(&right.len()))),
        },
        _ => Err(Raised),
    }
}

fn contains(container: &Py<'_>, item: &Py<'_>) -> Result<bool> {
    match (container, item) {
        (Py::Str(whole), Py::Str(part)) => Ok(text::contains(whole, part)),
        (Py::List(items) | Py::Tuple(items), _) => Ok(items.iter().any(|other| equal(&other, item))),
        (Py::Dict(object), key) => lookup(object, key).map(|found| found.is_some()),
        _ => Err(Raised),
    }
}

/// Keys that are no strings are found in no dict that comes from JSON.
fn lookup<'a>(object: &'a Object, key: &Py<'_>) -> Result<Option<Py<'a>>> {
    match key {
        Py::Str(key) => Ok(object.get(key).map(Py::from)),
        key if key.is_hashable() => Ok(None),
        _ => Err(Raised),
    }
}

/// `of[key]`
fn item<'a>(of: Py<'a>, key: &Py<'_>) -> Result<Py<'a>> {
    match of {
        Py::Dict(object) => lookup(object, key)?,
        Py::List(items) | Py::Tuple(items) => place(key, items.len())?.and_then(|place| items.get(place)),
        Py::Str(text) => {
            let place = place(key, text.chars().count())?;
            place.and_then(|place| text.char_indices().nth(place)).map(|(_, character)| Py::Str(character.to_string().into()))
        }
        Py::None | Py::Bool(_) | Py::Number(_) => None,
    }
    .ok_or(Raised)
}

/// Where an index leads; negative ones count from the end.
fn place(index: &Py<'_>, len: usize) -> Result<Option<usize>> {
    let index = index.integer()?;
    let place = if index < 0.0 { index + len as f64 } else { index };
    Ok((place >= 0.0).then_some(place as usize))
}

fn call<'a>(receiver: Py<'a>, method: Method, arguments: &[Py<'a>]) -> Result<Py<'a>> {
    match receiver {
        Py::Str(text) => call_on_text(&text, method, arguments),
        Py::Dict(object) => match (method, arguments) {
            (Method::Get, [key]) => Ok(lookup(object, key)?.unwrap_or(Py::None)),
            (Method::Get, [key, default]) => Ok(lookup(object, key)?.unwrap_or_else(|| default.clone())),
            _ => Err(Raised),
        },
        _ => Err(Raised),
    }
}

fn call_on_text<'a>(text: &str, method: Method, arguments: &[Py<'_>]) -> Result<Py<'a>> {
    let changed = match (method, arguments) {
        (Method::Lower, []) => case::lower(text),
        (Method::Upper, []) => case::upper(text),
        (Method::Strip, [] | [Py::None]) => text::trimmed(text, &is_space).to_owned(),
        (Method::Strip, [Py::Str(characters)]) => {
            text::trimmed(text, &|character| characters.chars().any(|other| other == character)).to_owned()
        }
        (Method::StartsWith | Method::EndsWith, [affixes, bounds @ ..]) => {
            return affixed(slice(text, bounds)?, affixes, method == Method::StartsWith).map(Py::Bool);
        }
        _ => return Err(Raised),
    };
    Ok(Py::Str(changed.into()))
}

/// `str.isspace`: Unicode's white space, and the four separators of ASCII.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// Whether the text starts, or ends, with the affix, or with one in the tuple. What comes after that one is not looked at.
fn affixed(text: Option<&str>, affixes: &Py<'_>, at_start: bool) -> Result<bool> {
    let one = |affix: &Py<'_>| match affix {
        Py::Str(affix) => Ok(text.is_some_and(|text| if at_start { text.starts_with(&**affix) } else { text.ends_with(&**affix) })),
        _ => Err(Raised),
    };
    let Py::Tuple(affixes) = affixes else { return one(affixes) };
    for affix in affixes.iter() {
        if one(&affix)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `text[start:end]`; none where the start lies behind the end, as not even the empty string is found there.
fn slice<'t>(text: &'t str, bounds: &[Py<'_>]) -> Result<Option<&'t str>> {
    if bounds.is_empty() {
        return Ok(Some(text));
    }
    let len = text.chars().count() as f64;
    let place = |bound: &Py<'_>, otherwise: f64| match bound {
        Py::None => Ok(otherwise),
        bound => bound.integer().map(|place| if place < 0.0 { (place + len).max(0.0) } else { place }),
    };
    let (start, end) = match bounds {
        [start] => (place(start, 0.0)?, len),
        [start, end] => (place(start, 0.0)?, place(end, len)?.min(len)),
        _ => return Err(Raised),
    };
    let byte = |place: f64| text.char_indices().nth(place as usize).map_or(text.len(), |(byte, _)| byte);
    Ok(if start <= end { text.get(byte(start)..byte(end)) } else { None })
}

/// Python's `==`.
pub(super) fn equals(left: ValueRef<'_>, right: ValueRef<'_>) -> bool {
    match (Py::read(left), Py::read(right)) {
        (Some(left), Some(right)) => equal(&left, &right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::python::{Names, parse};
    use crate::plan::AttributeId;

    /// An object whose keys are variables and custom attributes alike.
    struct Variables {
        all: Value,
        names: Vec<String>,
    }

    impl Names for Variables {
        fn name(&mut self, name: &str) -> Expr {
            Expr::Name { attribute: self.custom_attribute(name), when_missing: (name == "nobody").then_some(Value::Null) }
        }

        fn custom_attribute(&mut self, key: &str) -> AttributeId {
            self.names.push(key.into());
            AttributeId(self.names.len() as u32)
        }

        fn custom_attributes(&mut self) -> AttributeId {
            AttributeId(0)
        }
    }

    impl Attributes for Variables {
        fn get(&self, attribute: AttributeId) -> ValueRef<'_> {
            let Some(index) = attribute.index().checked_sub(1) else { return self.all.borrow() };
            match &self.all {
                Value::Object(all) => all.get(&self.names[index]).map_or(ValueRef::Missing, Value::borrow),
                _ => ValueRef::Missing,
            }
        }
    }

    #[track_caller]
    fn check(holding: bool, conditions: &[&str]) {
        let json = r#"{"plan": "Pro", "age": 20, "score": "20", "tags": ["a", 1, null], "prof": {"a": {"b": [1, 2]}}, "none": null}"#;
        let all: Value = serde_json::from_str::<serde_json::Value>(json).unwrap().into();
        let mut variables = Variables { all, names: Vec::new() };
        let wrong = conditions.iter().filter(|source| {
            let condition = parse(source, &mut variables).unwrap();
            holds(&variables, &condition) != holding
        });
        assert_eq!(wrong.collect::<Vec<_>>(), <Vec<&&str>>::new());
    }

    /// Python's own answers.
    #[test]
    fn true_in_python() {
        check(
            true,
            &[
                "plan == 'Pro' and age >= 18",
                "plan.lower() == 'pro' or missing",
                "18 < age <= 20 != 21",
                "1 > 2 > missing or True",
                "(none or nobody or 'x') == 'x'",
                "none is None is not plan",
                "not custom_attributes.get('zz') and custom_attributes.get('zz', 3) == 3",
                "custom_attributes['prof']['a'].get('b')[-1] == 2",
                "'prof' in custom_attributes and 1 not in custom_attributes",
                "True == 1 == 1.0 and [1, [2]] == [True, [2.0]] and (1,) != [1]",
                "prof == prof and tags == ['a', True, None] and tags[True] == +1",
                "'ro' in plan and None in tags and -age < -19",
                "[1, 2] < [1, 3] and (1, 'a') < (2, 1) and [] < [0] and '\\ufffd' < '😀'",
                "plan.startswith(('x', 'P', 1)) and plan.endswith('o', -1) and not plan.startswith('', 4)",
                "'\\x1c\\x85 x\\xa0'.strip() == 'x' == 'axb'.strip('ab') and 'ΑΣ'.lower() == 'ας'",
            ],
        );
    }

    #[test]
    fn falsy_in_python() {
        check(false, &["none", "0", "-0.0", "''", "[]", "()", "plan and none", "not plan", "tags == (1,)", "none == 0", "'1' == 1"]);
    }

    #[test]
    fn raised_in_python() {
        check(
            false,
            &[
                "missing == 1 or True",
                "not missing",
                "not score > 18",
                "not none < 1",
                "not [1] < ['a']",
                "not [1] < (2,)",
                "not prof < prof",
                "not 1 in plan or not 1 in 1",
                "not [] in prof",
                "not prof.get(([],))",
                "not prof['zz']",
                "not tags[3]",
                "not tags[0.5]",
                "not plan['a']",
                "not -plan",
                "not none.lower()",
                "not plan.lower(1)",
                "not tags.get('a')",
                "not plan.startswith(1)",
                "not plan.startswith(('x', 1))",
                "not plan.startswith('P', 'o')",
                "custom_attributes.get('plan', missing)",
            ],
        );
    }

    #[test]
    fn without_custom_attributes() {
        struct Nothing;
        impl Attributes for Nothing {
            fn get(&self, _: AttributeId) -> ValueRef<'_> {
                ValueRef::Missing
            }
        }
        let all = Expr::CustomAttributes(AttributeId(0));
        assert!(holds(&Nothing, &Expr::Not(Box::new(all))));
    }
}
