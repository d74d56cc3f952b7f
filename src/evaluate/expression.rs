//! What an expression yields in a scope.

use super::{Scope, bucket, decide_once, javascript, python, strict};
use crate::plan::{Expr, FlagId};
use crate::value::{Value, ValueRef};

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
        Expr::Serves(required, value) => {
            let outcome = decide_once(scope, *required).and_then(|id| scope.plan.outcome(id));
            outcome.is_some_and(|outcome| outcome.value == Some(*value))
        }
        Expr::CircuitOpen => scope.plan.flag(flag).is_some_and(|flag| scope.open_circuits.contains(&flag.key)),
        Expr::PythonEquals(id, expected) => match scope.attributes.get(*id) {
            ValueRef::Missing => python::equals(ValueRef::Null, expected.borrow()),
            value => python::equals(value, expected.borrow()),
        },
        Expr::Python(condition) => python::holds(scope.attributes, condition),
        Expr::JavaScript(id, test) => javascript::holds(scope.plan, scope.attributes.get(*id), test),
        Expr::Literal(_) | Expr::Attribute(_) | Expr::Key(_) | Expr::Value(_) => {
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
        Expr::Value(required) => {
            let outcome = decide_once(scope, *required).and_then(|id| scope.plan.outcome(id));
            let value = outcome.and_then(|outcome| scope.plan.value(outcome));
            read(value.map_or(ValueRef::Missing, Value::borrow))
        }
        _ => read(ValueRef::Bool(holds(scope, flag, expr))),
    }
}
