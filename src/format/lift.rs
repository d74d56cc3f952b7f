//! The format `lift`: flags with a strategy, user lists before it, conditions by Python's equality.
//!
//! Bucket: `sha256(flag_name ":" user)` as one integer, mod 100, divided by 100, against a share from 0 to 1.

use super::check::{Checker, Range, Shape, TEXTS, nullable, required, texts};
use super::user::{self, always, is_one_of};
use super::{Compiled, each_flag, fields};
use crate::document::{Node, entries};
use crate::error::Code;
use crate::evaluation::Reason;
use crate::plan::{AttributeId, Bucket, Builder, Expr, FlagBuilder, Hash, Route, Scalars, Take, Threshold, Unit, Unknown};
use crate::text::text;
use crate::value::Value;

static SNAPSHOT: Shape = Shape::Open(&[nullable("default_enabled", &Shape::Bool), required("flags", &Shape::Any)]);

static FLAG: Shape = Shape::Open(&[
    required("flag_name", &Shape::By(flag_name)),
    nullable("enabled", &Shape::Bool),
    nullable("disabled_for_users", &TEXTS),
    nullable("enabled_for_users", &TEXTS),
    nullable("strategy", &Shape::Word(&["all", "none", "percentage", "users", "conditional"])),
    nullable("rollout_percentage", &Shape::Number(&Range { expected: "a share from 0 to 1", fits: |it| (0.0..=1.0).contains(&it) })),
    nullable("override_conditions", &Shape::Open(&[])),
]);

/// Keys of a context that name the user, and are no attributes.
const USER_KEYS: &[&str] = &["targetingKey", "user_id"];

pub(super) fn compile(snapshot: Node<'_>, _: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    checker.check(snapshot, &SNAPSHOT);
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    each_flag(snapshot.get("flags")?, &FLAG, checker, &mut |key, node, checker| {
        if !checker.is_invalid(key) {
            flag(key, node, user, &mut builder);
        }
    })?;
    let value = Value::Bool(fields::is_true(snapshot, "default_enabled"));
    builder.unknown(Unknown { value, yields: false, variant: None, backend_reason: "default_enabled" });
    Some(Compiled::of(builder))
}

fn flag_name(checker: &mut Checker, node: Node<'_>) {
    if !checker.check(node, &Shape::Text) {
        return;
    }
    let name = node.text().unwrap_or_default();
    let fits = name.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !fits {
        let message = text!["expected lower-case letters, digits and `_`, a letter first, found ", quoted(name)];
        checker.report(node, Code::InvalidValue, message);
    }
}

fn flag(key: &str, node: Node<'_>, user: AttributeId, builder: &mut Builder) {
    let mut flag = FlagBuilder::new(builder);
    let off = Some(Value::Bool(false));
    if node.get("enabled").and_then(Node::bool) == Some(false) {
        let outcome = flag.plain(off, Reason::Disabled, "disabled");
        return flag.finish(key, outcome, node.fingerprint(0));
    }
    let mut plain = Reason::Static;
    for (reason, value) in [("disabled_for_users", false), ("enabled_for_users", true)] {
        let mut users = Scalars::default();
        for user in texts(node.get(reason)) {
            plain = Reason::Default;
            // The empty text is nobody, even in a list.
            if !user.is_empty() {
                users.word(flag.plan().word(user));
            }
        }
        if !users.is_empty() {
            let listed = is_one_of(user, users, flag.plan());
            flag.boolean_step(reason, listed, value, Reason::TargetingMatch);
        }
    }
    let strategy = fields::text(node, "strategy").unwrap_or_default();
    let (name_of_step, when, hit, miss) = match strategy {
        "all" => ("all", always(), plain, plain),
        "percentage" => ("percentage", rollout(node, user, flag.plan()), Reason::Split, Reason::Split),
        "conditional" => ("conditional", equal(node, flag.plan()), Reason::TargetingMatch, Reason::Default),
        "users" => ("users", never(), plain, Reason::Default),
        _ => ("none", never(), plain, plain),
    };
    flag.boolean_step(name_of_step, when, true, hit);
    let miss = flag.plain(off, miss, name_of_step);
    flag.finish(key, miss, node.fingerprint(0));
}

fn rollout(flag: Node<'_>, user: AttributeId, builder: &mut Builder) -> Expr {
    let share = fields::number(flag, "rollout_percentage").unwrap_or_default();
    let name = fields::text(flag, "flag_name").unwrap_or_default();
    let (hash, take, unit) = (Hash::Sha256, Take::Whole, Unit::Key(user));
    let prefix = text![name, ":"].into();
    let bucket = builder.bucket(Bucket { hash, prefix, unit, suffix: "".into(), take, modulus: 100, divisor: 100 });
    Expr::Rollout(bucket, Threshold::Fixed(share))
}

/// Every condition's value equals the context's. No condition holds for everybody.
fn equal(flag: Node<'_>, builder: &mut Builder) -> Expr {
    let mut equals = Vec::new();
    for expected in entries(flag.set("override_conditions")) {
        // A condition on the user's id sees nothing: the id is not among the attributes.
        let routes = if USER_KEYS.contains(&expected.key()) { Vec::new() } else { vec![Route::to(&[expected.key()])] };
        equals.push(Expr::PythonEquals(builder.attribute(routes.into()), expected.to_value().into()));
    }
    builder.all(equals)
}

fn never() -> Expr {
    Expr::Literal(false)
}
