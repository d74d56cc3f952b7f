//! Strict comparison: a value of another type than the test works on does not pass, and nothing is coerced.

use std::cmp::Ordering;

use semver::Version;

use crate::instant;
use crate::plan::{Plan, Test};
use crate::value::{Value, ValueRef};

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
    Version::parse(text).is_ok_and(|version| holds(version.cmp_precedence(bound)))
}
