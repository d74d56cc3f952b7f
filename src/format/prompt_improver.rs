//! The format `prompt-improver`: states, rules whose conditions are Python expressions, rollouts, variants of any values.
//!
//! Bucket: the first 4 bytes of `sha256(flag ":" user)`, divided by 2^32, against the percentage divided by 100.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::check::{Checker, Fields, Node, Place};
use super::user::{self, is_known, is_one_of};
use super::{Compiled, each_flag, python};
use crate::error::{Code, quoted};
use crate::evaluation::Reason;
use crate::instant;
use crate::plan::{
    self, AttributeId, Bucket, Builder, Details, Expr, FlagBuilder, Hash, RampPoint, Rollout, Root, Route, Scale, Skips, Take, Threshold,
    Unit, Unknown,
};
use crate::value::Value;

const STATES: &[&str] = &["enabled", "disabled", "rollout"];
const STRATEGIES: &[&str] = &["percentage", "user_list", "gradual"];

/// Keys of a context that have a place of their own, and are no attributes.
const FIELDS: &[&str] = &["targetingKey", "user_id", "user_type", "environment", "custom_attributes"];

const PER_PERCENT: Scale = Scale::Divided { divisor: 100.0 };

struct Reader {
    builder: Builder,
    user: AttributeId,
    default_percentage: f64,
}

/// Who is in: an expression, or nobody.
type Admission = Option<Expr>;

struct Rule<'v> {
    name: Option<&'v str>,
    when: Expr,
    variant: &'v str,
    priority: f64,
}

pub(super) fn compile(snapshot: &Value, _: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    let fields = checker.open_fields(Node::root(snapshot))?;
    let version = fields.set("version").and_then(|node| checker.string(node));
    let default_percentage = match fields.set("global") {
        Some(node) => checker.open_fields(node).and_then(|fields| checker.percentage(&fields, "default_rollout_percentage", 100.0)),
        None => Some(None),
    };
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    builder.root(Root { except: FIELDS.iter().map(|key| Box::from(*key)).collect(), overlay: "custom_attributes".into() });
    let mut reader = Reader { builder, user, default_percentage: default_percentage.flatten().unwrap_or(0.0) };
    let flags = checker.required(&fields, "flags")?;
    each_flag(flags, checker, |key, node, checker| reader.flag(key, node, checker))?;
    let mut builder = reader.builder;
    let (value, variant) = (Value::Bool(false), Some("default".into()));
    builder.unknown(Unknown { value, yields: true, variant, backend_reason: "FLAG_NOT_FOUND" });
    Some(Compiled { version: version.map(Box::from), ..Compiled::of(builder) })
}

impl Reader {
    fn flag(&mut self, key: &str, node: Node<'_, '_>, checker: &mut Checker) -> Option<()> {
        let fields = checker.open_fields(node)?;
        let state = checker.required_one_of(&fields, "state", STATES);
        let default_variant = fields.set("default_variant").map_or(Some("off"), |node| checker.string(node));
        let variants = Variants::read(&fields, checker);
        let rules = match fields.set("targeting_rules") {
            Some(node) => checker.items(node, |checker, node| self.rule(node, checker)),
            None => Some(Vec::new()),
        };
        let admission = match fields.set("rollout") {
            Some(node) => {
                let fields = checker.open_fields(node)?;
                self.rollout(key, &fields, checker)
            }
            None => Some(Some(self.below(key, Threshold::Fixed(PER_PERCENT.of(self.default_percentage))))),
        };
        let (state, default_variant, variants, rules, admission) = (state?, default_variant?, variants?, rules?, admission?);
        let rules = self.usable(rules, &variants, node.place, checker);

        let id = self.builder.next_flag();
        let user = self.user;
        let mut flag = FlagBuilder::new(&mut self.builder, id);
        let plain = rules.is_empty() && state != "rollout";
        let fingerprint = plan::fingerprint(node.value, None) ^ self.default_percentage.to_bits();
        let serve = |flag: &mut FlagBuilder<'_>, name: &str, reason, word: &'static str, rule: Option<&str>| {
            let value = variants.get(name);
            let (variant, rule_id) = (Some(Arc::from(name)), rule.map(Arc::from));
            // A variant that is not there keeps its name, and the caller's default stands for its value.
            let fallback = Value::Bool(false);
            flag.outcome(Some(value.unwrap_or(&fallback)), reason, word, Details { variant, rule_id, yields: value.is_none() })
        };
        if state == "disabled" {
            let outcome = serve(&mut flag, default_variant, Reason::Disabled, "FLAG_DISABLED", None);
            flag.finish(key, outcome, fingerprint);
            return Some(());
        }
        let admission = admission.filter(|_| state == "rollout");
        let admitted = admission.map(|admission| flag.plan().segment(Expr::all(vec![is_known(user), admission]), fingerprint));
        let rolled_out = serve(&mut flag, variants.rolled_out(default_variant), Reason::Split, "ROLLOUT_MATCH", None);
        let plain = if plain { Reason::Static } else { Reason::Default };
        let otherwise = serve(&mut flag, default_variant, plain, "DEFAULT", None);
        for rule in rules {
            if rule.variant.is_empty() {
                // For whom it holds the rules end here, and only the rollout and the default are left.
                let holds = flag.plan().segment(rule.when, fingerprint);
                if let Some(admitted) = admitted {
                    flag.step("rollout", Expr::all(vec![Expr::Segment(holds), Expr::Segment(admitted)]), rolled_out);
                }
                flag.step("rule", Expr::Segment(holds), otherwise);
            } else {
                let outcome = serve(&mut flag, rule.variant, Reason::TargetingMatch, "TARGETING_MATCH", rule.name);
                flag.step("rule", rule.when, outcome);
            }
            if let Some(step) = flag.last_step() {
                step.rule_id = rule.name.map(Arc::from);
            }
        }
        if let Some(admitted) = admitted {
            flag.step("rollout", Expr::Segment(admitted), rolled_out);
        }
        flag.finish(key, otherwise, fingerprint);
        Some(())
    }

    fn rule<'v>(&mut self, node: Node<'v, '_>, checker: &mut Checker) -> Option<Rule<'v>> {
        let fields = checker.open_fields(node)?;
        let name = fields.set("name").map_or(Some(None), |node| checker.string(node).map(Some));
        let variant = checker.required(&fields, "variant").and_then(|node| checker.string(node));
        let priority = fields.set("priority").map_or(Some(0.0), |node| checker.number(node));
        let condition = checker.required(&fields, "condition")?;
        let source = checker.string(condition)?;
        let when = match python::parse(source, self) {
            Ok(expr) => Expr::Python(Box::new(expr)),
            Err(error) => {
                let (column, message) = (error.column, error.message);
                let name = name.flatten().map_or_else(String::new, |name| format!("the rule {} can never serve: ", quoted(name)));
                checker.warn(condition.place, Code::InvalidCondition, format!("{name}column {column} of the condition: {message}"));
                Expr::Literal(false.into())
            }
        };
        Some(Rule { name: name?, when, variant: variant?, priority: priority? })
    }

    /// The rules in the order in which they are tried, highest priority first. A rule with an empty variant ends them: for
    /// whom it holds, none after it serves.
    fn usable<'v>(&self, mut rules: Vec<Rule<'v>>, variants: &Variants<'_>, place: Place<'_>, checker: &mut Checker) -> Vec<Rule<'v>> {
        for (index, rule) in rules.iter().enumerate() {
            let known = rule.variant.is_empty() || variants.get(rule.variant).is_some();
            if !known {
                let list = Place::Key(&place, "targeting_rules");
                let named = rule.name.map_or_else(|| "the rule".into(), |name| format!("the rule {}", quoted(name)));
                let message = format!("{named} serves the caller's default: there is no variant {}", quoted(rule.variant));
                let item = Place::Item(&list, index);
                checker.warn(Place::Key(&item, "variant"), Code::UnknownVariant, message);
            }
        }
        rules.sort_by(|a, b| b.priority.partial_cmp(&a.priority).unwrap_or(Ordering::Equal));
        rules
    }

    fn rollout(&mut self, key: &str, fields: &Fields<'_, '_>, checker: &mut Checker) -> Option<Admission> {
        let strategy = checker.one_of(fields, "strategy", STRATEGIES, "percentage");
        let percentage = checker.percentage(fields, "percentage", 100.0);
        let users = checker.strings(fields, "user_list");
        let to = percentage.flatten().unwrap_or(self.default_percentage);
        let ramp = match fields.set("gradual_config") {
            Some(node) => checker.open_fields(node).and_then(|fields| ramp(&fields, to, checker)).map(Some),
            None => Some(None),
        };
        let (percentage, ramp) = (percentage?.unwrap_or(self.default_percentage), ramp?);
        Some(match strategy? {
            "user_list" => Some(is_one_of(self.user, users?)),
            "gradual" => ramp.map(|points| self.below(key, Threshold::Ramp { points, scale: PER_PERCENT })),
            _ => Some(self.below(key, Threshold::Fixed(PER_PERCENT.of(percentage)))),
        })
    }

    fn below(&mut self, key: &str, threshold: Threshold) -> Expr {
        let (hash, take, unit) = (Hash::Sha256, Take::First(4), Unit::Key(self.user));
        let prefix = format!("{key}:").into();
        let bucket = self.builder.bucket(Bucket { hash, prefix, unit, suffix: "".into(), take, modulus: 0, divisor: 1 << 32 });
        Expr::Rollout(Rollout { bucket, threshold })
    }
}

/// What a condition's names stand for: an attribute of that name shadows the three names that are always there.
impl python::Names for Reader {
    fn name(&mut self, name: &str) -> plan::python::Expr {
        let mut routes = vec![Route::to(["custom_attributes", name])];
        let when_missing = match name {
            "user_id" => {
                routes.extend(user::id_routes(Skips::Null));
                Some(Value::Null)
            }
            "user_type" => {
                routes.push(Route::to([name]));
                Some(Value::Null)
            }
            "environment" => {
                routes.push(Route::to([name]));
                Some("production".into())
            }
            _ => return plan::python::Expr::Name { attribute: self.custom_attribute(name), when_missing: None },
        };
        plan::python::Expr::Name { attribute: self.builder.attribute(routes.into()), when_missing }
    }

    fn custom_attribute(&mut self, key: &str) -> AttributeId {
        let mut routes = vec![Route::to(["custom_attributes", key])];
        if !FIELDS.contains(&key) {
            routes.push(Route::to([key]));
        }
        self.builder.attribute(routes.into())
    }

    fn custom_attributes(&mut self) -> AttributeId {
        self.builder.attribute(Vec::new().into())
    }
}

/// The variants in written order, and by name.
struct Variants<'v> {
    names: Vec<&'v str>,
    values: HashMap<&'v str, &'v Value>,
}

impl<'v> Variants<'v> {
    /// YAML reads an unquoted `on` and `off` as booleans, so they may arrive under those names; the last one counts.
    fn read(fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<Variants<'v>> {
        let mut variants = Variants { names: Vec::new(), values: HashMap::new() };
        let Some(node) = fields.set("variants") else {
            variants.add("on", &Value::Bool(true));
            variants.add("off", &Value::Bool(false));
            return Some(variants);
        };
        for (name, value) in checker.object(node)?.iter() {
            let name = match name {
                "true" | "True" => "on",
                "false" | "False" => "off",
                name => name,
            };
            variants.add(name, value);
        }
        Some(variants)
    }

    fn add(&mut self, name: &'v str, value: &'v Value) {
        if self.values.insert(name, value).is_none() {
            self.names.push(name);
        }
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.values.get(name).copied()
    }

    /// What a rollout serves: `on` if there is one, else the first that is not the default, else the default.
    fn rolled_out<'s>(&'s self, default: &'s str) -> &'s str {
        if self.values.contains_key("on") {
            return "on";
        }
        self.names.iter().copied().find(|name| *name != default).unwrap_or(default)
    }
}

/// The two points of a gradual rollout.
fn ramp(fields: &Fields<'_, '_>, percentage: f64, checker: &mut Checker) -> Option<Box<[RampPoint]>> {
    let mut instant = |key| {
        let node = checker.required(fields, key)?;
        let text = checker.string(node)?;
        let instant = instant::parse_iso(text);
        if instant.is_none() {
            let message = format!("expected an ISO 8601 date or instant such as `2026-01-15T00:00:00Z`, found {}", quoted(text));
            checker.report(node, Code::InvalidInstant, message);
        }
        instant
    };
    let (start, end) = (instant("start_time"), instant("end_time"));
    let from = checker.percentage(fields, "start_percentage", 100.0);
    let to = checker.percentage(fields, "end_percentage", 100.0);
    let start = RampPoint { at: start?, percentage: from?.unwrap_or(0.0) };
    let end = RampPoint { at: end?, percentage: to?.unwrap_or(percentage) };
    Some([start, end].into())
}
