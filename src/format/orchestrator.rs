//! The format `orchestrator`: rules by JavaScript's comparison, variants and a fallthrough, of any type of value.
//!
//! Buckets: the first 8 hex digits of `md5(key ":" id)`, mod 100; for variants of `md5(key ":" id ":variant")`.

use std::sync::Arc;

use semver::Version;

use super::check::{Checker, Fields, Node};
use super::user::{self, always};
use super::{Compiled, flags_in};
use crate::error::{Code, quoted};
use crate::evaluate::javascript;
use crate::evaluation::Reason;
use crate::plan::{
    self, Attribute, AttributeId, Bucket, BucketId, Builder, Details, Expr, FlagBuilder, Hash, JavaScriptTest, Point, Relation, Rollout,
    Route, Skips, Split, Take, Test, Threshold, Unit,
};
use crate::value::{Value, ValueRef};

const OPERATORS: &[&str] =
    &["equals", "not_equals", "contains", "not_contains", "in", "not_in", "gt", "lt", "gte", "lte", "regex", "semver_gt", "semver_lt"];
const TYPES: &[&str] = &["boolean", "string", "number", "json"];

struct Reader<'e> {
    builder: Builder,
    /// What is hashed for a context.
    id: AttributeId,
    environment: Option<&'e str>,
}

/// A value that is served, to a share of the ids.
struct Offer<'v> {
    /// None: the caller's default.
    value: Option<&'v Value>,
    percentage: Option<f64>,
}

pub(super) fn compile(snapshot: &Value, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    let root = Node::root(snapshot);
    let mut builder = Builder::default();
    let mut routes = user::id_routes(Skips::Falsy);
    routes.push(Route::to(["tenant", "id"]).skips(Skips::Falsy));
    let id = builder.attribute(routes.into());
    let mut reader = Reader { builder, id, environment };
    let mut read = |key: &str, node: Node<'_, '_>, checker: &mut Checker| reader.flag(key, node, checker);
    match snapshot {
        Value::List(_) => flags_in(root, "key", checker, &mut read)?,
        Value::Object(_) => {
            let fields = checker.open_fields(root)?;
            let flags = checker.required(&fields, "flags")?;
            flags_in(flags, "key", checker, &mut read)?;
        }
        _ => {
            checker.wrong_type(root, "a list or an object");
            return None;
        }
    }
    Some(Compiled { environment: environment.map(Box::from), ..Compiled::of(reader.builder) })
}

impl Reader<'_> {
    fn flag(&mut self, key: &str, node: Node<'_, '_>, checker: &mut Checker) -> Option<()> {
        let fields = checker.open_fields(node)?;
        checker.one_of(&fields, "type", TYPES, "json");
        let default = fields.get("defaultValue").map(|node| node.value);
        let enabled = checker.required(&fields, "enabled").and_then(|node| checker.bool(node));
        let killed = checker.bool_or(&fields, "killSwitch", false);
        let environment = self.environment_override(&fields, checker);
        let rules = match fields.set("rules") {
            Some(node) => checker.items(node, |checker, node| self.rule(node, checker)),
            None => Some(Vec::new()),
        };
        let variants = match fields.set("variants") {
            Some(node) => checker.items(node, variant),
            None => Some(Vec::new()),
        };
        let fallthrough = match fields.set("fallthrough") {
            Some(node) => {
                let fields = checker.open_fields(node)?;
                Some(offer(&fields, checker)?)
            }
            None => None,
        };
        let (enabled, killed, environment, rules, variants) = (enabled?, killed?, environment?, rules?, variants?);

        let rollout_bucket = self.bucket(key, "");
        let variant_bucket = self.bucket(key, ":variant");
        let id = self.builder.next_flag();
        let mut flag = FlagBuilder::new(&mut self.builder, id);
        let held = |percentage: Option<f64>| percentage.map(|percentage| rollout(rollout_bucket, percentage));
        let decided = match environment {
            _ if killed => Some(("KILL_SWITCH", default, Reason::Disabled)),
            Some((false, _)) => Some(("ENVIRONMENT_OVERRIDE", default, Reason::Disabled)),
            Some((true, Some(value))) => Some(("ENVIRONMENT_OVERRIDE", Some(value), Reason::Static)),
            _ if !enabled => Some(("DISABLED", default, Reason::Disabled)),
            _ => None,
        };
        if let Some((word, value, reason)) = decided {
            let outcome = flag.outcome(value, reason, word, Details::default());
            flag.finish(key, outcome, plan::fingerprint(node.value, self.environment));
            return Some(());
        }
        let plain = rules.is_empty();
        for (rule_id, when, offer) in rules {
            let reason = if offer.percentage.is_some() { Reason::Split } else { Reason::TargetingMatch };
            let details = Details { rule_id: rule_id.map(Arc::from), ..Details::default() };
            let outcome = flag.outcome(offer.value, reason, "TARGETING_MATCH", details.clone());
            flag.step("rule", Expr::all([when].into_iter().chain(held(offer.percentage)).collect()), outcome);
            if let Some(step) = flag.last_step() {
                step.rule_id = details.rule_id;
            }
        }
        let mut total = 0.0;
        let mut shares = Vec::new();
        for (name, value, weight) in variants {
            total += weight;
            let details = Details { variant: name.map(Arc::from), ..Details::default() };
            shares.push((total, flag.outcome(value, Reason::Split, "VARIANT", details)));
        }
        if let Some(&(_, otherwise)) = shares.first() {
            let point = Point::Times(1.0);
            flag.step("variants", always(), Split { bucket: variant_bucket, point, shares: shares.into(), leftover: otherwise, otherwise });
        }
        if let Some(offer) = fallthrough {
            let reason = match offer.percentage {
                Some(_) => Reason::Split,
                None if plain => Reason::Static,
                None => Reason::Default,
            };
            let outcome = flag.outcome(offer.value, reason, "FALLTHROUGH", Details::default());
            flag.step("fallthrough", held(offer.percentage).unwrap_or_else(always), outcome);
        }
        let otherwise = flag.outcome(default, Reason::Default, "DEFAULT", Details::default());
        flag.finish(key, otherwise, plan::fingerprint(node.value, self.environment));
        Some(())
    }

    /// What the environment in force says: enabled or not, and a value.
    fn environment_override<'v>(&self, fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<Option<(bool, Option<&'v Value>)>> {
        let Some(node) = fields.set("environments") else { return Some(None) };
        let (mut in_force, mut all_read) = (None, true);
        checker.each(node, |checker, name, node| {
            let Some(fields) = checker.open_fields(node) else { return all_read = false };
            let enabled = checker.required(&fields, "enabled").and_then(|node| checker.bool(node));
            all_read &= enabled.is_some();
            if self.environment == Some(name) {
                in_force = enabled.map(|enabled| (enabled, fields.get("value").map(|node| node.value)));
            }
        })?;
        all_read.then_some(in_force)
    }

    fn rule<'v>(&mut self, node: Node<'v, '_>, checker: &mut Checker) -> Option<(Option<&'v str>, Expr, Offer<'v>)> {
        let fields = checker.open_fields(node)?;
        let id = fields.set("id").map_or(Some(None), |node| checker.string(node).map(Some));
        let when = match fields.set("conditions") {
            Some(node) => checker.items(node, |checker, node| self.condition(node, id.flatten(), checker)),
            None => Some(Vec::new()),
        };
        let offer = offer(&fields, checker);
        Some((id?, Expr::all(when?), offer?))
    }

    fn condition(&mut self, node: Node<'_, '_>, rule: Option<&str>, checker: &mut Checker) -> Option<Expr> {
        let fields = checker.open_fields(node)?;
        let path = checker.required(&fields, "attribute").and_then(|node| checker.string(node));
        let operator = checker.required_one_of(&fields, "operator", OPERATORS)?;
        let value = fields.get("value").map(|node| node.value);
        let operand = value.map_or(ValueRef::Missing, Value::borrow);
        let number = javascript::to_number(operand);
        let (operator, negated) = match operator.strip_prefix("not_") {
            Some(positive) => (positive, true),
            None => (operator, false),
        };
        let test = match operator {
            "equals" => Some(JavaScriptTest::Equals(value.cloned())),
            "contains" => Some(JavaScriptTest::TextIncludes(javascript::to_text(operand).into())),
            "in" => match operand {
                ValueRef::List(_) | ValueRef::String(_) => Some(JavaScriptTest::IncludedIn(value.cloned())),
                _ => {
                    let list = checker.required(&fields, "value")?;
                    let message = format!("{}expected a list or a string, found {}", in_rule(rule), list.value.type_name());
                    checker.report(list, Code::WrongType, message);
                    None
                }
            },
            "gt" => Some(JavaScriptTest::ComparesNumbers(Relation::Greater, number)),
            "lt" => Some(JavaScriptTest::ComparesNumbers(Relation::Less, number)),
            "gte" => Some(JavaScriptTest::ComparesNumbers(Relation::GreaterOrEqual, number)),
            "lte" => Some(JavaScriptTest::ComparesNumbers(Relation::LessOrEqual, number)),
            "regex" => {
                let place = fields.get("value").unwrap_or(node);
                self.pattern(&javascript::to_text(operand), place, rule, checker).map(JavaScriptTest::Matches)
            }
            _ => {
                let place = fields.get("value").unwrap_or(node);
                return Some(self.version(operator, path?, place, operand, rule, checker));
            }
        };
        let test = Expr::JavaScript(self.attribute(path?), test?);
        Some(if negated { user::not(test) } else { test })
    }

    fn attribute(&mut self, path: &str) -> AttributeId {
        let routes = [Route::to(path.split('.'))].into();
        self.builder.attribute(Attribute { routes, into_lists: true })
    }

    /// A version that does not parse is neither above nor below any.
    fn version(
        &mut self,
        operator: &str,
        path: &str,
        place: Node<'_, '_>,
        operand: ValueRef<'_>,
        rule: Option<&str>,
        checker: &mut Checker,
    ) -> Expr {
        let bound = match operand {
            ValueRef::String(text) => Version::parse(text).ok(),
            _ => None,
        };
        let Some(bound) = bound.map(Box::new) else {
            let message = format!("{}the condition never holds: expected a version such as `1.2.3`", in_rule(rule));
            checker.warn(place.place, Code::InvalidVersion, message);
            return Expr::Literal(false.into());
        };
        let test = if operator == "semver_gt" { Test::VersionGreater(bound) } else { Test::VersionLess(bound) };
        Expr::Is(Box::new(Expr::Attribute(self.attribute(path))), test)
    }

    fn pattern(&mut self, source: &str, place: Node<'_, '_>, rule: Option<&str>, checker: &mut Checker) -> Option<plan::PatternId> {
        match self.builder.ecmascript_pattern(source) {
            Ok(id) => Some(id),
            Err(error) => {
                let (code, message) = error.issue(source);
                checker.report(place, code, in_rule(rule) + &message);
                None
            }
        }
    }

    fn bucket(&mut self, key: &str, suffix: &str) -> BucketId {
        let (hash, take, unit) = (Hash::Md5, Take::First(4), Unit::Printed(self.id, "anonymous"));
        let prefix = format!("{key}:").into();
        self.builder.bucket(Bucket { hash, prefix, unit, suffix: suffix.into(), take, modulus: 100, divisor: 1 })
    }
}

/// How a message starts that names the rule.
fn in_rule(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!("in the rule {}: ", quoted(id)))
}

/// The `percentage` and the `value` of a rule or of the fallthrough.
fn offer<'v>(fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<Offer<'v>> {
    let percentage = checker.percentage(fields, "percentage", 100.0)?;
    Some(Offer { value: fields.get("value").map(|node| node.value), percentage })
}

fn variant<'v>(checker: &mut Checker, node: Node<'v, '_>) -> Option<(Option<&'v str>, Option<&'v Value>, f64)> {
    let fields = checker.open_fields(node)?;
    let name = fields.set("key").map_or(Some(None), |node| checker.string(node).map(Some));
    let weight = checker.required(&fields, "weight");
    let weight = weight.and_then(|node| checker.number_where(node, "a weight of at least 0", |weight| weight >= 0.0));
    Some((name?, fields.get("value").map(|node| node.value), weight?))
}

fn rollout(bucket: BucketId, percentage: f64) -> Expr {
    Expr::Rollout(Rollout { bucket, threshold: Threshold::Fixed(percentage) })
}
