//! The format `ruleiq`: environments, a time window, lists that stand before `enabled`, a percentage.
//!
//! Bucket: the flag's key, ":" and the user, hashed with SHA-256 or MD5, the digest as one integer mod 100.

use super::check::{Checker, Fields, Node};
use super::user::{self, always, is_known, is_one_of, not};
use super::{Compiled, each_flag, flags_in};
use crate::error::{Code, quoted};
use crate::evaluation::Reason;
use crate::instant;
use crate::plan::{
    self, AttributeId, Bucket, Builder, Details, Expr, FlagBuilder, Hash, Rollout, Route, Take, Test, Threshold, Unit, Unknown,
};
use crate::value::Value;

/// What flags are compiled against.
struct Reader<'e> {
    builder: Builder,
    hash: Hash,
    user: AttributeId,
    environment: AttributeId,
    /// Of contexts that name none.
    default_environment: &'e str,
}

pub(super) fn compile(snapshot: &Value, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    let fields = checker.open_fields(Node::root(snapshot))?;
    let hash = match checker.one_of(&fields, "hash", &["sha256", "md5"], "sha256") {
        Some("md5") => Hash::Md5,
        _ => Hash::Sha256,
    };
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    let attribute = builder.attribute(vec![Route::to(["environment"])].into());
    let default_environment = environment.unwrap_or("production");
    let mut reader = Reader { builder, hash, user, environment: attribute, default_environment };
    let flags = checker.required(&fields, "flags")?;
    match flags.value {
        Value::List(_) => flags_in(flags, "name", checker, |key, node, checker| reader.flag(key, node, checker))?,
        Value::Object(_) => each_flag(flags, checker, |key, node, checker| reader.flag(key, node, checker))?,
        _ => {
            checker.wrong_type(flags, "an object or a list");
            return None;
        }
    }
    let mut builder = reader.builder;
    builder.unknown(Unknown { value: Value::Bool(false), yields: false, variant: None, backend_reason: "not_found" });
    Some(Compiled { environment: Some(default_environment.into()), ..Compiled::of(builder) })
}

impl Reader<'_> {
    fn flag(&mut self, key: &str, node: Node<'_, '_>, checker: &mut Checker) -> Option<()> {
        let fields = checker.open_fields(node)?;
        let enabled = checker.bool_or(&fields, "enabled", false);
        let percentage = checker.percentage(&fields, "percentage", 100.0);
        let whitelist = checker.strings(&fields, "whitelist");
        let blacklist = checker.strings(&fields, "blacklist");
        let environments = checker.strings(&fields, "environments");
        let overrides = overrides(&fields, checker);
        let starts_at = instant_of(&fields, "starts_at", checker);
        let expires_at = instant_of(&fields, "expires_at", checker);
        let (enabled, percentage, whitelist, blacklist) = (enabled?, percentage?.unwrap_or(0.0), whitelist?, blacklist?);
        let (environments, (to_true, to_false), starts_at, expires_at) = (environments?, overrides?, starts_at?, expires_at?);

        let steps = [
            (!environments.is_empty()).then(|| ("environment", not(self.in_environment(&environments)), false, Reason::Disabled)),
            (!to_true.is_empty()).then(|| ("environment", self.in_environment(&to_true), true, Reason::TargetingMatch)),
            (!to_false.is_empty()).then(|| ("environment", self.in_environment(&to_false), false, Reason::TargetingMatch)),
            expires_at.map(|instant| ("expired", Expr::After(instant), false, Reason::Disabled)),
            starts_at.map(|instant| ("not_started", Expr::Before(instant), false, Reason::Disabled)),
            (!blacklist.is_empty()).then(|| ("blacklist", is_one_of(self.user, blacklist), false, Reason::TargetingMatch)),
            (!whitelist.is_empty()).then(|| ("whitelist", is_one_of(self.user, whitelist), true, Reason::TargetingMatch)),
        ];
        let plain = if steps.iter().all(Option::is_none) { Reason::Static } else { Reason::Default };
        let last = match (enabled, percentage) {
            (false, _) | (true, ..=0.0) => vec![("disabled", always(), false, Reason::Disabled)],
            (true, 100.0..) => vec![("enabled", always(), true, plain)],
            _ => vec![
                ("percentage", self.rollout(key, percentage), true, Reason::Split),
                ("percentage", is_known(self.user), false, Reason::Split),
                ("enabled", always(), true, Reason::Default),
            ],
        };

        let id = self.builder.next_flag();
        let mut flag = FlagBuilder::new(&mut self.builder, id);
        for (name, when, value, reason) in steps.into_iter().flatten().chain(last) {
            let outcome = flag.outcome(Some(&Value::Bool(value)), reason, name, Details::default());
            flag.step(name, when, outcome);
        }
        let otherwise = flag.outcome(Some(&Value::Bool(false)), Reason::Disabled, "disabled", Details::default());
        flag.finish(key, otherwise, plan::fingerprint(node.value, Some(self.default_environment)));
        Some(())
    }

    /// The context's environment is one of these; a context without one is in the default one.
    fn in_environment(&self, environments: &[&str]) -> Expr {
        let named = is_one_of(self.environment, environments.iter().copied());
        if !environments.contains(&self.default_environment) {
            return named;
        }
        let unnamed = not(Expr::Is(Box::new(Expr::Attribute(self.environment)), Test::Exists));
        Expr::Any([named, unnamed].into())
    }

    fn rollout(&mut self, key: &str, percentage: f64) -> Expr {
        let (hash, take, unit) = (self.hash, Take::Whole, Unit::Key(self.user));
        let prefix = format!("{key}:").into();
        let bucket = self.builder.bucket(Bucket { hash, prefix, unit, suffix: "".into(), take, modulus: 100, divisor: 1 });
        Expr::Rollout(Rollout { bucket, threshold: Threshold::Fixed(percentage) })
    }
}

/// The environments that are overridden to true, and those to false.
fn overrides<'v>(fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<(Vec<&'v str>, Vec<&'v str>)> {
    let (mut to_true, mut to_false, mut all_read) = (Vec::new(), Vec::new(), true);
    if let Some(node) = fields.set("environment_overrides") {
        checker.each(node, |checker, name, node| match checker.bool(node) {
            Some(true) => to_true.push(name),
            Some(false) => to_false.push(name),
            None => all_read = false,
        })?;
    }
    all_read.then_some((to_true, to_false))
}

fn instant_of(fields: &Fields<'_, '_>, key: &str, checker: &mut Checker) -> Option<Option<f64>> {
    let Some(node) = fields.set(key) else { return Some(None) };
    let text = checker.string(node)?;
    let instant = instant::parse_iso(text);
    if instant.is_none() {
        let message = format!("expected an ISO 8601 date or instant such as `2026-01-15T00:00:00Z`, found {}", quoted(text));
        checker.report(node, Code::InvalidInstant, message);
    }
    instant.map(Some)
}
