//! Strict comparison: a value of another type than the test works on does not pass, and nothing is coerced.

use std::cmp::Ordering;

use super::Attributes;
use crate::instant;
use crate::plan::{AttributeId, Plan, Test, WordId};
use crate::text::contains;
use crate::value::{Value, ValueRef};
use crate::version::Version;

/// Whether the attribute passes the test; none where it is missing.
#[inline(always)]
pub(super) fn passes<A: Attributes>(plan: &Plan, test: &Test, attributes: &A, attribute: AttributeId) -> Option<bool> {
    match attributes.word(attribute) {
        Some(word) => Some(passes_word(plan, test, word)),
        None => match attributes.get(attribute) {
            ValueRef::Missing => None,
            value => Some(passes_value(plan, test, value)),
        },
    }
}

/// Of a text of which only this is known: which of the plan's words it is, or none of them.
#[inline(always)]
fn passes_word(plan: &Plan, test: &Test, word: Option<WordId>) -> bool {
    match test {
        Test::Word(expected) => word == Some(*expected),
        Test::In(set) => match word {
            Some(word) => plan.has_word(*set, word),
            None => false,
        },
        Test::Exists | Test::IsText => true,
        _ => false,
    }
}

/// The value is there: who asks has seen to that.
#[cfg_attr(samebucket_wasm, optimize(speed))]
pub(super) fn passes_value(plan: &Plan, test: &Test, value: ValueRef<'_>) -> bool {
    match (test, value) {
        (Test::Word(expected), ValueRef::String(text)) => plan.word(*expected) == text,
        (Test::In(set), ValueRef::String(text)) => plan.find_word(text.as_bytes()).is_some_and(|word| plan.has_word(*set, word)),
        (Test::Greater(bound), ValueRef::Number(number)) => number > *bound,
        (Test::AtLeast(bound), ValueRef::Number(number)) => number >= *bound,
        (Test::Less(bound), ValueRef::Number(number)) => number < *bound,
        (Test::AtMost(bound), ValueRef::Number(number)) => number <= *bound,
        (Test::Exists, _) | (Test::IsText, ValueRef::String(_)) => true,
        _ => passes_rarely(plan, test, value),
    }
}

/// What is not worth being fast, apart from what is.
#[inline(never)]
fn passes_rarely(plan: &Plan, test: &Test, value: ValueRef<'_>) -> bool {
    match (test, value) {
        (Test::Equals(expected), value) => value == expected.borrow(),
        (Test::In(set), value) => plan.set(*set).is_some_and(|set| set.has(value)),
        (Test::Contains(part), ValueRef::String(text)) => matches!(&**part, Value::String(part) if contains(text, part)),
        (Test::Contains(element), ValueRef::List(items)) => items.contains(element),
        (Test::StartsWith(start), ValueRef::String(text)) => text.starts_with(&**start),
        (Test::EndsWith(end), ValueRef::String(text)) => text.ends_with(&**end),
        (Test::Matches(id), ValueRef::String(text)) => plan.patterns.get(id.index()).is_some_and(|pattern| pattern.is_match(text)),
        (Test::Earlier(bound), ValueRef::String(text)) => instant::parse(text).is_some_and(|instant| instant < *bound),
        (Test::Later(bound), ValueRef::String(text)) => instant::parse(text).is_some_and(|instant| instant > *bound),
        (Test::VersionEquals(bound), ValueRef::String(text)) => version(text, bound, Ordering::is_eq),
        (Test::VersionGreater(bound), ValueRef::String(text)) => version(text, bound, Ordering::is_gt),
        (Test::VersionAtLeast(bound), ValueRef::String(text)) => version(text, bound, Ordering::is_ge),
        (Test::VersionLess(bound), ValueRef::String(text)) => version(text, bound, Ordering::is_lt),
        (Test::VersionAtMost(bound), ValueRef::String(text)) => version(text, bound, Ordering::is_le),
        _ => false,
    }
}

/// Semantic Versioning 2.0 precedence, in which build metadata does not count.
fn version(text: &str, bound: &Version, holds: fn(Ordering) -> bool) -> bool {
    Version::parse(text).is_some_and(|version| holds(version.cmp_precedence(bound)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Builder, Scalars};

    fn set(builder: &mut Builder, values: &[ValueRef<'_>]) -> Test {
        let mut set = Scalars::default();
        for value in values {
            match value {
                ValueRef::String(text) => set.word(builder.word(text)),
                value => set.value(*value),
            }
        }
        Test::In(builder.set(set))
    }

    /// Expected values: what the README's table of operators says, by hand.
    #[test]
    fn tests_of_values() {
        let mut builder = Builder::default();
        let version = |text: &str| Box::new(Version::parse(text).unwrap());
        let one = Value::Number(1.0);
        let list = [Value::from("a"), one.clone(), Value::Null];
        let cases = [
            (Test::Exists, ValueRef::Null, true),
            (Test::IsText, ValueRef::String(""), true),
            (Test::IsText, ValueRef::Number(1.0), false),
            (Test::Word(builder.word("a")), ValueRef::String("a"), true),
            (Test::Word(builder.word("a")), ValueRef::String("b"), false),
            (Test::Word(builder.word("1")), ValueRef::Number(1.0), false),
            (Test::Equals(Box::new(one.clone())), ValueRef::Number(1.0), true),
            (Test::Equals(Box::new(one.clone())), ValueRef::String("1"), false),
            (Test::Equals(Box::new(one.clone())), ValueRef::Bool(true), false),
            (Test::Equals(Value::Null.into()), ValueRef::Null, true),
            (Test::Equals(Value::Number(0.0).into()), ValueRef::Number(-0.0), true),
            (Test::Equals(Value::Number(f64::NAN).into()), ValueRef::Number(f64::NAN), false),
            (set(&mut builder, &[ValueRef::Number(0.0)]), ValueRef::Number(-0.0), true),
            (set(&mut builder, &[ValueRef::Bool(true), ValueRef::String("a")]), ValueRef::String("true"), false),
            (set(&mut builder, &[ValueRef::Bool(true), ValueRef::Null]), ValueRef::Null, true),
            (Test::Contains(Value::from("b").into()), ValueRef::String("abc"), true),
            (Test::Contains(one.clone().into()), ValueRef::List(&list), true),
            (Test::Contains(Value::from("1").into()), ValueRef::List(&list), false),
            (Test::Contains(one.into()), ValueRef::String("1"), false),
            (Test::StartsWith("a".into()), ValueRef::String("ab"), true),
            (Test::EndsWith("a".into()), ValueRef::String("ab"), false),
            (Test::Greater(1.0), ValueRef::Number(1.0), false),
            (Test::AtLeast(1.0), ValueRef::Number(1.0), true),
            (Test::Less(1.0), ValueRef::String("0"), false),
            (Test::AtMost(1.0), ValueRef::Number(f64::NAN), false),
            (Test::Earlier(0.0), ValueRef::String("1969-12-31T23:59:59Z"), true),
            (Test::Later(0.0), ValueRef::String("1970-01-01T00:00:00Z"), false),
            (Test::Later(0.0), ValueRef::Number(1.0), false),
            (Test::VersionEquals(version("1.0.0+a")), ValueRef::String("1.0.0+b"), true),
            (Test::VersionGreater(version("1.9.0")), ValueRef::String("1.10.0"), true),
            (Test::VersionLess(version("1.0.0")), ValueRef::String("1.0.0-rc.1"), true),
            (Test::VersionAtMost(version("1.0.0")), ValueRef::String("v1.0.0"), false),
        ];
        let plan = builder.finish(&[]);
        let wrong: Vec<_> = cases.iter().filter(|(test, value, expected)| passes_value(&plan, test, *value) != *expected).collect();
        assert!(wrong.is_empty(), "(test, value, expected): {wrong:#?}");
    }
}
