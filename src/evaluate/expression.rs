//! What an expression yields in a scope.

use super::{Scope, bucket, decide_once, strict};
use crate::plan::{Expr, FlagId};
use crate::value::ValueRef;

/// Whether the expression yields `true`. `flag` is the flag that is being decided.
pub(super) fn holds(scope: &Scope<'_>, flag: FlagId, expr: &Expr) -> bool {
    match expr {
        Expr::All(parts) => parts.iter().all(|part| holds(scope, flag, part)),
        Expr::Any(parts) => parts.iter().any(|part| holds(scope, flag, part)),
        Expr::Not(inner) => !holds(scope, flag, inner),
        Expr::Is(subject, test) => {
            with(scope, flag, subject, |value| value != ValueRef::Missing && strict::passes(scope.plan, test, value))
        }
        Expr::IsNot(subject, test) => {
            with(scope, flag, subject, |value| value != ValueRef::Missing && !strict::passes(scope.plan, test, value))
        }
        Expr::Segment(id) => match scope.plan.segments.get(id.index()) {
            Some(members) => holds(scope, flag, members),
            None => false,
        },
        Expr::Rollout(rollout) => bucket::admits(scope, rollout),
        Expr::Before(instant) => scope.now < *instant,
        Expr::After(instant) => scope.now > *instant,
        Expr::CircuitOpen => {
            !scope.open_circuits.is_empty() && scope.plan.flag(flag).is_some_and(|flag| scope.open_circuits.contains(&flag.key))
        }
        Expr::Literal(_) | Expr::Attribute(_) | Expr::Key(_) | Expr::Variant(_) => {
            with(scope, flag, expr, |value| value == ValueRef::Bool(true))
        }
    }
}

/// Hands the value of the expression to `read`, because some values are made on the way and live no longer.
fn with<T>(scope: &Scope<'_>, flag: FlagId, expr: &Expr, read: impl FnOnce(ValueRef<'_>) -> T) -> T {
    match expr {
        Expr::Literal(value) => read(value.borrow()),
        Expr::Attribute(id) => read(scope.attributes.get(*id)),
        Expr::Key(id) => match bucket::key(scope.attributes.get(*id)) {
            Some(key) => read(ValueRef::String(&key)),
            None => read(ValueRef::Missing),
        },
        Expr::Variant(required) => {
            let outcome = decide_once(scope, *required).and_then(|id| scope.plan.outcome(id));
            match outcome.and_then(|outcome| outcome.variant.as_deref()) {
                Some(variant) => read(ValueRef::String(variant)),
                None => read(ValueRef::Missing),
            }
        }
        _ => read(ValueRef::Bool(holds(scope, flag, expr))),
    }
}
