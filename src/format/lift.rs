//! The format `lift`: flags with a strategy, user lists before it, conditions by Python's equality.
//!
//! Bucket: `sha256(flag_name ":" user)` as one integer, mod 100, divided by 100, against a share from 0 to 1.

use super::check::{Checker, Fields, Node};
use super::user::{self, always, is_one_of};
use super::{Compiled, each_flag};
use crate::error::{Code, quoted};
use crate::evaluation::Reason;
use crate::plan::{self, AttributeId, Bucket, Builder, Details, Expr, FlagBuilder, Hash, Rollout, Route, Take, Threshold, Unit, Unknown};
use crate::value::Value;

const STRATEGIES: &[&str] = &["all", "none", "percentage", "users", "conditional"];

/// Keys of a context that name the user, and are no attributes.
const USER_KEYS: &[&str] = &["targetingKey", "user_id"];

pub(super) fn compile(snapshot: &Value, _: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    let fields = checker.open_fields(Node::root(snapshot))?;
    let default_enabled = checker.bool_or(&fields, "default_enabled", false);
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    let flags = checker.required(&fields, "flags")?;
    each_flag(flags, checker, |key, node, checker| flag(key, node, user, &mut builder, checker))?;
    let value = Value::Bool(default_enabled?);
    builder.unknown(Unknown { value, yields: false, variant: None, backend_reason: "default_enabled" });
    Some(Compiled::of(builder))
}

fn flag(key: &str, node: Node<'_, '_>, user: AttributeId, builder: &mut Builder, checker: &mut Checker) -> Option<()> {
    let fields = checker.open_fields(node)?;
    let name = flag_name(&fields, checker);
    let enabled = checker.bool_or(&fields, "enabled", true);
    let disabled_for = checker.strings(&fields, "disabled_for_users");
    let enabled_for = checker.strings(&fields, "enabled_for_users");
    let strategy = checker.one_of(&fields, "strategy", STRATEGIES, "none");
    let share = checker.percentage(&fields, "rollout_percentage", 1.0);
    let conditions = match fields.set("override_conditions") {
        Some(node) => checker.object(node)?.iter().collect(),
        None => Vec::new(),
    };
    let (name, enabled, disabled_for, enabled_for) = (name?, enabled?, disabled_for?, enabled_for?);
    let (strategy, share) = (strategy?, share?.unwrap_or(0.0));

    let id = builder.next_flag();
    let mut flag = FlagBuilder::new(builder, id);
    let (on, off) = (Value::Bool(true), Value::Bool(false));
    if !enabled {
        let outcome = flag.outcome(Some(&off), Reason::Disabled, "disabled", Details::default());
        flag.finish(key, outcome, plan::fingerprint(node.value, None));
        return Some(());
    }
    let lists = !disabled_for.is_empty() || !enabled_for.is_empty();
    for (users, value, reason) in [(disabled_for, &off, "disabled_for_users"), (enabled_for, &on, "enabled_for_users")] {
        // The empty text is nobody, even in a list.
        let users: Vec<&str> = users.into_iter().filter(|user| !user.is_empty()).collect();
        if !users.is_empty() {
            let outcome = flag.outcome(Some(value), Reason::TargetingMatch, reason, Details::default());
            flag.step(reason, is_one_of(user, users), outcome);
        }
    }
    let plain = if lists { Reason::Default } else { Reason::Static };
    let (name_of_step, when, hit, miss) = match strategy {
        "all" => ("all", always(), plain, plain),
        "percentage" => ("percentage", rollout(name, share, user, flag.plan()), Reason::Split, Reason::Split),
        "conditional" => ("conditional", equal(&conditions, flag.plan()), Reason::TargetingMatch, Reason::Default),
        "users" => ("users", never(), plain, Reason::Default),
        _ => ("none", never(), plain, plain),
    };
    let hit = flag.outcome(Some(&on), hit, name_of_step, Details::default());
    flag.step(name_of_step, when, hit);
    let miss = flag.outcome(Some(&off), miss, name_of_step, Details::default());
    flag.finish(key, miss, plan::fingerprint(node.value, None));
    Some(())
}

fn flag_name<'v>(fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<&'v str> {
    let node = checker.required(fields, "flag_name")?;
    let name = checker.string(node)?;
    let fits = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !fits {
        let message = format!("expected lower-case letters, digits and `_`, a letter first, found {}", quoted(name));
        checker.report(node, Code::InvalidValue, message);
        return None;
    }
    Some(name)
}

fn rollout(flag_name: &str, share: f64, user: AttributeId, builder: &mut Builder) -> Expr {
    let (hash, take, unit) = (Hash::Sha256, Take::Whole, Unit::Key(user));
    let prefix = format!("{flag_name}:").into();
    let bucket = builder.bucket(Bucket { hash, prefix, unit, suffix: "".into(), take, modulus: 100, divisor: 100 });
    Expr::Rollout(Rollout { bucket, threshold: Threshold::Fixed(share) })
}

/// Every condition's value equals the context's. No condition holds for everybody.
fn equal(conditions: &[(&str, &Value)], builder: &mut Builder) -> Expr {
    let equals = conditions.iter().map(|(name, expected)| {
        // A condition on the user's id sees nothing: the id is not among the attributes.
        let routes = if USER_KEYS.contains(name) { Vec::new() } else { vec![Route::to([*name])] };
        Expr::PythonEquals(builder.attribute(routes.into()), (*expected).clone())
    });
    Expr::all(equals.collect())
}

fn never() -> Expr {
    Expr::Literal(false.into())
}
