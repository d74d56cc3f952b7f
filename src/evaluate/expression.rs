//! Whether an expression is true in a scope.

use super::{Attributes, Scope, bucket, decide_once, javascript, python, strict};
use crate::plan::{Expr, FlagId};
use crate::value::{Value, ValueRef};

/// Whether the expression is true. `flag` is the flag that is being decided. What most rules are made of is decided right
/// here, where rules are tried.
#[inline(always)]
pub(super) fn holds<A: Attributes>(scope: &Scope<'_, A>, flag: FlagId, expr: &Expr) -> bool {
    match expr {
        Expr::Is { attribute, as_key: false, negated, test } => {
            let passes = strict::passes(scope.plan, test, scope.attributes, *attribute);
            passes == Some(!negated)
        }
        Expr::CircuitOpen if scope.open_circuits.is_empty() => false,
        _ => holds_otherwise(scope, flag, expr),
    }
}

/// The same for a part of another expression.
#[inline(never)]
fn part_holds<A: Attributes>(scope: &Scope<'_, A>, flag: FlagId, expr: &Expr) -> bool {
    holds(scope, flag, expr)
}

#[inline(never)]
fn holds_otherwise<A: Attributes>(scope: &Scope<'_, A>, flag: FlagId, expr: &Expr) -> bool {
    let Scope { plan, attributes, now, .. } = *scope;
    match expr {
        Expr::Literal(value) => *value,
        Expr::All(parts) => plan.parts(*parts).iter().all(|part| part_holds(scope, flag, part)),
        Expr::Any(parts) => plan.parts(*parts).iter().any(|part| part_holds(scope, flag, part)),
        Expr::Not(inner) => plan.expr(*inner).is_some_and(|inner| !part_holds(scope, flag, inner)),
        Expr::Rollout(bucket, threshold) => bucket::admits(scope, *bucket, threshold),
        Expr::Is { attribute, negated, test, .. } => match bucket::key(attributes.get(*attribute)) {
            Some(key) => strict::passes_value(plan, test, ValueRef::String(&key)) != *negated,
            None => false,
        },
        Expr::CircuitOpen => scope.open_circuits.contains(plan.key(flag), now),
        Expr::Segment(id) => plan.segment(*id).is_some_and(|members| part_holds(scope, flag, members)),
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
    }
}
