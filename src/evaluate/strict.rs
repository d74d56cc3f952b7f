//! Strict comparison: a value of another type than the test works on does not pass, and nothing is coerced.

use std::cmp::Ordering;

use crate::instant;
use crate::plan::{Plan, Test};
use crate::value::{Value, ValueRef};
use crate::version::Version;

/// Whether the value passes the test. The value is there: who asks has seen to that.
pub(super) fn passes(plan: &Plan, test: &Test, value: ValueRef<'_>) -> bool {
    match (test, value) {
        (Test::Exists, _) | (Test::IsText, ValueRef::String(_)) => true,
        (Test::Equals(expected), value) => value == expected.borrow(),
        (Test::In(set), value) => set.contains(value),
        (Test::Contains(Value::String(part)), ValueRef::String(text)) => text.contains(&**part),
        (Test::Contains(element), ValueRef::List(items)) => items.contains(element),
        (Test::StartsWith(start), ValueRef::String(text)) => text.starts_with(&**start),
        (Test::EndsWith(end), ValueRef::String(text)) => text.ends_with(&**end),
        (Test::Matches(id), ValueRef::String(text)) => plan.patterns.get(id.index()).is_some_and(|pattern| pattern.is_match(text)),
        (Test::Greater(bound), ValueRef::Number(number)) => number > *bound,
        (Test::AtLeast(bound), ValueRef::Number(number)) => number >= *bound,
        (Test::Less(bound), ValueRef::Number(number)) => number < *bound,
        (Test::AtMost(bound), ValueRef::Number(number)) => number <= *bound,
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
    use crate::plan::ScalarSet;

    fn set(values: &[ValueRef<'_>]) -> Box<ScalarSet> {
        let mut set = ScalarSet::default();
        values.iter().for_each(|value| set.insert(*value));
        Box::new(set)
    }

    /// Expected values: what the README's table of operators says, by hand.
    #[test]
    fn tests_of_values() {
        let plan = Plan::default();
        let version = |text: &str| Box::new(Version::parse(text).unwrap());
        let one = Value::Number(1.0);
        let list = [Value::from("a"), one.clone(), Value::Null];
        let cases = [
            (Test::Exists, ValueRef::Null, true),
            (Test::IsText, ValueRef::String(""), true),
            (Test::IsText, ValueRef::Number(1.0), false),
            (Test::Equals(one.clone()), ValueRef::Number(1.0), true),
            (Test::Equals(one.clone()), ValueRef::String("1"), false),
            (Test::Equals(one.clone()), ValueRef::Bool(true), false),
            (Test::Equals(Value::Null), ValueRef::Null, true),
            (Test::Equals(Value::Number(0.0)), ValueRef::Number(-0.0), true),
            (Test::Equals(Value::Number(f64::NAN)), ValueRef::Number(f64::NAN), false),
            (Test::In(set(&[ValueRef::Number(0.0)])), ValueRef::Number(-0.0), true),
            (Test::In(set(&[ValueRef::Bool(true), ValueRef::String("a")])), ValueRef::String("true"), false),
            (Test::In(set(&[ValueRef::Bool(true), ValueRef::Null])), ValueRef::Null, true),
            (Test::Contains("b".into()), ValueRef::String("abc"), true),
            (Test::Contains(one.clone()), ValueRef::List(&list), true),
            (Test::Contains("1".into()), ValueRef::List(&list), false),
            (Test::Contains(one), ValueRef::String("1"), false),
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
        let wrong: Vec<_> = cases.iter().filter(|(test, value, expected)| passes(&plan, test, *value) != *expected).collect();
        assert!(wrong.is_empty(), "(test, value, expected): {wrong:#?}");
    }
}
