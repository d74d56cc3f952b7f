//! Whether an expression is true in a scope.

use super::{Attributes, Scope, bucket, decide_once, javascript, python, strict};
use crate::plan::{Expr, FlagId};
use crate::value::{Value, ValueRef};

/// Whether the expression is true. `flag` is the flag that is being decided.
#[cfg_attr(samebucket_wasm, optimize(speed))]
pub(super) fn holds<A: Attributes>(scope: &Scope<'_, A>, flag: FlagId, expr: &Expr) -> bool {
    match expr {
        Expr::Is { attribute, as_key: false, negated, test } => {
            strict::passes(scope.plan, test, scope.attributes, *attribute).is_some_and(|passes| passes != *negated)
        }
        Expr::All(parts) => scope.plan.parts(*parts).iter().all(|part| holds(scope, flag, part)),
        Expr::Any(parts) => scope.plan.parts(*parts).iter().any(|part| holds(scope, flag, part)),
        Expr::Not(inner) => scope.plan.expr(*inner).is_some_and(|inner| !holds(scope, flag, inner)),
        Expr::CircuitOpen => !scope.open_circuits.is_empty() && scope.open_circuits.contains(scope.plan.key(flag)),
        Expr::Literal(value) => *value,
        Expr::Rollout(bucket, threshold) => bucket::admits(scope, *bucket, threshold),
        _ => holds_rarely(scope, flag, expr),
    }
}

/// What is not worth being fast.
fn holds_rarely<A: Attributes>(scope: &Scope<'_, A>, flag: FlagId, expr: &Expr) -> bool {
    let Scope { plan, attributes, now, .. } = *scope;
    match expr {
        Expr::Is { attribute, negated, test, .. } => match bucket::key(attributes.get(*attribute)) {
            Some(key) => strict::passes_value(plan, test, ValueRef::String(&key)) != *negated,
            None => false,
        },
        Expr::Segment(id) => plan.segment(*id).is_some_and(|members| holds(scope, flag, members)),
        Expr::Before(instant) => now < *instant,
        Expr::After(instant) => now > *instant,
        Expr::Serves(required, value) => {
            let outcome = decide_once(scope, *required).and_then(|id| plan.outcome(id));
            outcome.is_some_and(|outcome| outcome.value == Some(*value))
        }
        Expr::ServesTrue(required) => {
            let outcome = decide_once(scope, *required).and_then(|id| plan.outcome(id));
            outcome.and_then(|outcome| plan.value(outcome)) == Some(&Value::Bool(true))
        }
        Expr::PythonEquals(id, expected) => match attributes.get(*id) {
            ValueRef::Missing => python::equals(ValueRef::Null, expected.borrow()),
            value => python::equals(value, expected.borrow()),
        },
        Expr::Python(condition) => python::holds(attributes, condition),
        Expr::JavaScript(id, test) => javascript::holds(plan, attributes.get(*id), test),
        _ => false,
    }
}
