//! The format `orchestrator`: rules by JavaScript's comparison, variants and a fallthrough, of any type of value.
//!
//! Buckets: the first 8 hex digits of `md5(key ":" id)`, mod 100; for variants of `md5(key ":" id ":variant")`.

use super::check::{Checker, PERCENTAGE, Shape, WEIGHT, nullable, optional, required};
use super::user::{self, always};
use super::{Compiled, fields, flags_in};
use crate::document::{Node, Type, items, mix_text};
use crate::error::Code;
use crate::evaluate::javascript;
use crate::evaluation::Reason;
use crate::plan::{
    self, Attribute, AttributeId, Bucket, BucketId, Builder, Details, Expr, FlagBuilder, Hash, JavaScriptTest, Point, Relation, Route,
    Share, Skips, Take, Test, Threshold, Unit,
};
use crate::text::text;
use crate::value::{Value, ValueRef};
use crate::version::Version;

static SNAPSHOT: Shape =
    Shape::OneOf("a list or an object", &[(Type::List, Shape::Any), (Type::Object, Shape::Open(&[required("flags", &Shape::Any)]))]);

static FLAG: Shape = Shape::Open(&[
    nullable("type", &Shape::Word(&["boolean", "string", "number", "json"])),
    required("enabled", &Shape::Bool),
    nullable("killSwitch", &Shape::Bool),
    nullable("environments", &Shape::Entries(&Shape::Open(&[required("enabled", &Shape::Bool)]))),
    nullable("rules", &Shape::List(&RULE)),
    nullable("variants", &Shape::List(&VARIANT)),
    nullable("fallthrough", &OFFER),
]);

static OFFER: Shape = Shape::Open(&[nullable("percentage", &PERCENTAGE)]);

static RULE: Shape =
    Shape::Open(&[nullable("id", &Shape::Text), nullable("conditions", &Shape::List(&CONDITION)), nullable("percentage", &PERCENTAGE)]);

static CONDITION: Shape = Shape::Open(&[
    required("attribute", &Shape::Text),
    required(
        "operator",
        &Shape::Word(&[
            "equals",
            "not_equals",
            "contains",
            "not_contains",
            "in",
            "not_in",
            "gt",
            "lt",
            "gte",
            "lte",
            "regex",
            "semver_gt",
            "semver_lt",
        ]),
    ),
    optional("value", &Shape::Any),
]);

static VARIANT: Shape = Shape::Open(&[nullable("key", &Shape::Text), required("weight", &WEIGHT)]);

struct Reader<'e> {
    builder: Builder,
    /// What is hashed for a context.
    id: AttributeId,
    environment: Option<&'e str>,
}

pub(super) fn compile(snapshot: Node<'_>, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    checker.check(snapshot, &SNAPSHOT);
    let flags = if snapshot.kind() == Type::List { snapshot } else { snapshot.get("flags")? };
    let mut builder = Builder::default();
    let mut routes = user::id_routes(Skips::Falsy);
    routes.push(Route::to(&["tenant", "id"]).skips(Skips::Falsy));
    let id = builder.attribute(routes.into());
    let mut reader = Reader { builder, id, environment };
    flags_in(flags, "key", &FLAG, checker, &mut |key, node, checker| reader.flag(key, node, checker))?;
    Some(Compiled { environment: environment.map(Box::from), ..Compiled::of(reader.builder) })
}

impl Reader<'_> {
    fn flag(&mut self, key: &str, node: Node<'_>, checker: &mut Checker) {
        let mut rules = Vec::new();
        for rule in items(node.set("rules")) {
            let id = fields::text(rule, "id");
            let mut conditions = Vec::new();
            for condition in items(rule.set("conditions")) {
                conditions.extend(self.condition(condition, id, checker));
            }
            rules.push((rule, conditions));
        }
        if checker.is_invalid(key) {
            return;
        }
        let default = || node.get("defaultValue").map(Node::to_value);
        let value = |offer: Node<'_>| offer.get("value").map(Node::to_value);
        let override_ = self.environment.and_then(|name| node.set("environments")?.get(name));
        let decided = if fields::is_true(node, "killSwitch") {
            Some(("KILL_SWITCH", default(), Reason::Disabled))
        } else if override_.is_some_and(|override_| !fields::is_true(override_, "enabled")) {
            Some(("ENVIRONMENT_OVERRIDE", default(), Reason::Disabled))
        } else if let Some(value) = override_.and_then(value) {
            Some(("ENVIRONMENT_OVERRIDE", Some(value), Reason::Static))
        } else if !fields::is_true(node, "enabled") {
            Some(("DISABLED", default(), Reason::Disabled))
        } else {
            None
        };
        let fingerprint = node.fingerprint(self.environment.map_or(0, |environment| mix_text(1, environment)));
        let rollouts = self.bucket(key, "");
        let variants = self.bucket(key, ":variant");
        let mut flag = FlagBuilder::new(&mut self.builder);
        if let Some((word, value, reason)) = decided {
            let outcome = flag.plain(value, reason, word);
            return flag.finish(key, outcome, fingerprint);
        }
        let rollout = |offer: Node<'_>| {
            let threshold = Threshold::Fixed(fields::number(offer, "percentage")?);
            Some(Expr::Rollout(rollouts, threshold))
        };
        let plain = if rules.is_empty() { Reason::Static } else { Reason::Default };
        for (rule, mut conditions) in rules {
            let rollout = rollout(rule);
            let reason = if rollout.is_some() { Reason::Split } else { Reason::TargetingMatch };
            conditions.extend(rollout);
            let rule_id = fields::text(rule, "id").map(|id| flag.plan().name(id));
            let details = Details { rule_id, ..Details::default() };
            let outcome = flag.outcome(value(rule), reason, "TARGETING_MATCH", details);
            let when = flag.plan().all(conditions);
            flag.step("rule", when, outcome);
            if let Some(step) = flag.last_step() {
                step.rule_id = rule_id;
            }
        }
        let mut total = 0.0;
        let mut shares = Vec::new();
        for variant in items(node.set("variants")) {
            total += fields::number(variant, "weight").unwrap_or_default();
            let name = fields::text(variant, "key").map(|name| flag.plan().name(name));
            let details = Details { variant: name, ..Details::default() };
            shares.push(Share { bound: total, outcome: flag.outcome(value(variant), Reason::Split, "VARIANT", details) });
        }
        if let Some(Share { outcome: first, .. }) = shares.first().copied() {
            let split = flag.plan().split(variants, Point::Times(1.0), &shares, first, first);
            flag.step("variants", always(), split);
        }
        if let Some(offer) = node.set("fallthrough") {
            let rollout = rollout(offer);
            let reason = if rollout.is_some() { Reason::Split } else { plain };
            let outcome = flag.plain(value(offer), reason, "FALLTHROUGH");
            flag.step("fallthrough", rollout.unwrap_or_else(always), outcome);
        }
        let otherwise = flag.plain(default(), Reason::Default, "DEFAULT");
        flag.finish(key, otherwise, fingerprint);
    }

    fn condition(&mut self, node: Node<'_>, rule: Option<&str>, checker: &mut Checker) -> Option<Expr> {
        let path = fields::text(node, "attribute")?;
        let operator = fields::text(node, "operator")?;
        let place = node.get("value").unwrap_or(node);
        let value = node.get("value").map(Node::to_value);
        let operand = value.as_ref().map_or(ValueRef::Missing, Value::borrow);
        let number = |relation| JavaScriptTest::ComparesNumbers(relation, javascript::to_number(operand));
        let (positive, negated) = match operator.strip_prefix("not_") {
            Some(positive) => (positive, true),
            None => (operator, false),
        };
        let test = match positive {
            "equals" => JavaScriptTest::Equals(value),
            "contains" => JavaScriptTest::TextIncludes(javascript::to_text(operand).into()),
            "in" => match operand {
                ValueRef::List(_) | ValueRef::String(_) => JavaScriptTest::IncludedIn(value),
                ValueRef::Missing => {
                    checker.missing(node, "value");
                    return None;
                }
                _ => {
                    let message = text![in_rule(rule), "expected a list or a string, found ", place.kind().name()];
                    checker.report(place, Code::WrongType, message);
                    return None;
                }
            },
            "gt" => number(Relation::Greater),
            "lt" => number(Relation::Less),
            "gte" => number(Relation::GreaterOrEqual),
            "lte" => number(Relation::LessOrEqual),
            "regex" => JavaScriptTest::Matches(self.pattern(&javascript::to_text(operand), place, rule, checker)?),
            _ => return Some(self.version(positive, path, place, rule, checker)),
        };
        let test = Expr::JavaScript(self.attribute(path), Box::new(test));
        Some(if negated { self.builder.not(test) } else { test })
    }

    fn attribute(&mut self, path: &str) -> AttributeId {
        let routes = vec![Route::by_dots(path)];
        self.builder.attribute(Attribute { into_lists: true, ..routes.into() })
    }

    /// A version that does not parse is neither above nor below any.
    fn version(&mut self, operator: &str, path: &str, place: Node<'_>, rule: Option<&str>, checker: &mut Checker) -> Expr {
        let bound = place.text().and_then(Version::parse);
        let Some(bound) = bound.map(Box::new) else {
            let message = text![in_rule(rule), "the condition never holds: expected a version such as `1.2.3`"];
            checker.warn(place, Code::InvalidVersion, message);
            return Expr::Literal(false);
        };
        let test = if operator == "semver_gt" { Test::VersionGreater(bound) } else { Test::VersionLess(bound) };
        Expr::is(self.attribute(path), test)
    }

    fn pattern(&mut self, source: &str, place: Node<'_>, rule: Option<&str>, checker: &mut Checker) -> Option<plan::PatternId> {
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
        let prefix = text![key, ":"].into();
        self.builder.bucket(Bucket { hash, prefix, unit, suffix: suffix.into(), take, modulus: 100, divisor: 1 })
    }
}

/// How a message starts that names the rule.
fn in_rule(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| text!["in the rule ", quoted(id), ": "])
}
