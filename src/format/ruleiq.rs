//! The format `ruleiq`: environments, a time window, lists that stand before `enabled`, a percentage.
//!
//! Bucket: the flag's key, ":" and the user, hashed with SHA-256 or MD5, the digest as one integer mod 100.

use super::check::{Checker, Instants, PERCENTAGE, Shape, TEXTS, nullable, required};
use super::user::{self, always, is_known, is_one_of, set_of};
use super::{Compiled, each_flag, fields, flags_in};
use crate::document::{Node, Type, entries, mix_text};
use crate::evaluation::Reason;
use crate::instant;
use crate::plan::{AttributeId, Bucket, Builder, Expr, FlagBuilder, Hash, Route, Scalars, Take, Test, Threshold, Unit, Unknown};
use crate::text::text;
use crate::value::Value;

pub(super) const ISO_INSTANT: Shape = Shape::Instant(&Instants { expected: "an ISO 8601 date or instant", parse: instant::parse_iso });

static SNAPSHOT: Shape = Shape::Open(&[nullable("hash", &Shape::Word(&["sha256", "md5"])), required("flags", &FLAGS)]);
static FLAGS: Shape = Shape::OneOf("an object or a list", &[(Type::Object, Shape::Any), (Type::List, Shape::Any)]);
static FLAG: Shape = Shape::Open(&[
    nullable("enabled", &Shape::Bool),
    nullable("percentage", &PERCENTAGE),
    nullable("whitelist", &TEXTS),
    nullable("blacklist", &TEXTS),
    nullable("environments", &TEXTS),
    nullable("environment_overrides", &Shape::Entries(&Shape::Bool)),
    nullable("starts_at", &ISO_INSTANT),
    nullable("expires_at", &ISO_INSTANT),
]);

/// What flags are compiled against.
struct Reader<'e> {
    builder: Builder,
    hash: Hash,
    user: AttributeId,
    environment: AttributeId,
    /// Of contexts that name none.
    default_environment: &'e str,
}

pub(super) fn compile(snapshot: Node<'_>, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    checker.check(snapshot, &SNAPSHOT);
    let hash = if fields::text(snapshot, "hash") == Some("md5") { Hash::Md5 } else { Hash::Sha256 };
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    let attribute = builder.attribute(vec![Route::to(&["environment"])].into());
    let default_environment = environment.unwrap_or("production");
    let mut reader = Reader { builder, hash, user, environment: attribute, default_environment };
    let mut read = |key: &str, node: Node<'_>, checker: &mut Checker| {
        if !checker.is_invalid(key) {
            reader.flag(key, node);
        }
    };
    let flags = snapshot.get("flags")?;
    match flags.kind() {
        Type::List => flags_in(flags, "name", &FLAG, checker, &mut read)?,
        Type::Object => each_flag(flags, &FLAG, checker, &mut read)?,
        _ => return None,
    }
    let mut builder = reader.builder;
    builder.unknown(Unknown { value: Value::Bool(false), yields: false, variant: None, backend_reason: "not_found" });
    Some(Compiled { environment: Some(default_environment.into()), ..Compiled::of(builder) })
}

impl Reader<'_> {
    fn flag(&mut self, key: &str, node: Node<'_>) {
        let enabled = fields::is_true(node, "enabled");
        let percentage = fields::number(node, "percentage").unwrap_or_default();
        let list = |key: &str, builder: &mut Builder| Some(set_of(node.get(key), builder)).filter(|texts| !texts.is_empty());
        let instant = |key: &str| fields::text(node, key).and_then(instant::parse_iso);
        let overridden = |to: bool, builder: &mut Builder| {
            let mut names = Scalars::default();
            let overrides = entries(node.set("environment_overrides"));
            overrides.filter(|value| value.bool() == Some(to)).for_each(|value| names.word(builder.word(value.key())));
            Some(names).filter(|names| !names.is_empty())
        };
        let mut steps = Vec::new();
        if let Some(names) = list("environments", &mut self.builder) {
            let inside = self.in_environment(names);
            steps.push(("environment", self.builder.not(inside), false, Reason::Disabled));
        }
        for to in [true, false] {
            if let Some(names) = overridden(to, &mut self.builder) {
                steps.push(("environment", self.in_environment(names), to, Reason::TargetingMatch));
            }
        }
        if let Some(at) = instant("expires_at") {
            steps.push(("expired", Expr::After(at), false, Reason::Disabled));
        }
        if let Some(at) = instant("starts_at") {
            steps.push(("not_started", Expr::Before(at), false, Reason::Disabled));
        }
        for (name, value) in [("blacklist", false), ("whitelist", true)] {
            if let Some(users) = list(name, &mut self.builder) {
                steps.push((name, is_one_of(self.user, users, &mut self.builder), value, Reason::TargetingMatch));
            }
        }
        let plain = if steps.is_empty() { Reason::Static } else { Reason::Default };
        if !enabled || percentage <= 0.0 {
            steps.push(("disabled", always(), false, Reason::Disabled));
        } else if percentage >= 100.0 {
            steps.push(("enabled", always(), true, plain));
        } else {
            steps.push(("percentage", self.rollout(key, percentage), true, Reason::Split));
            steps.push(("percentage", is_known(self.user), false, Reason::Split));
            steps.push(("enabled", always(), true, Reason::Default));
        }

        let mut flag = FlagBuilder::new(&mut self.builder);
        for (name, when, value, reason) in steps {
            flag.boolean_step(name, when, value, reason);
        }
        let otherwise = flag.plain(Some(Value::Bool(false)), Reason::Disabled, "disabled");
        flag.finish(key, otherwise, node.fingerprint(mix_text(0, self.default_environment)));
    }

    /// The context's environment is one of these; a context without one is in the default one.
    fn in_environment(&mut self, environments: Scalars) -> Expr {
        let default = self.builder.word(self.default_environment);
        let is_default = environments.has_word(default);
        let named = is_one_of(self.environment, environments, &mut self.builder);
        if !is_default {
            return named;
        }
        let unnamed = self.builder.not(Expr::is(self.environment, Test::Exists));
        self.builder.any(vec![named, unnamed])
    }

    fn rollout(&mut self, key: &str, percentage: f64) -> Expr {
        let (hash, take, unit) = (self.hash, Take::Whole, Unit::Key(self.user));
        let prefix = text![key, ":"].into();
        let bucket = self.builder.bucket(Bucket { hash, prefix, unit, suffix: "".into(), take, modulus: 100, divisor: 1 });
        Expr::Rollout(bucket, Threshold::Fixed(percentage))
    }
}
