//! The format `prompt-improver`: states, rules whose conditions are Python expressions, rollouts, variants of any values.
//!
//! Bucket: the first 4 bytes of `sha256(flag ":" user)`, divided by 2^32, against the percentage divided by 100.

use super::check::{Checker, NUMBER, PERCENTAGE, Shape, TEXTS, nullable, required};
use super::ruleiq::ISO_INSTANT;
use super::user::{self, is_known, is_one_of, set_of};
use super::{Compiled, each_flag, fields, python};
use crate::document::{Node, items};
use crate::error::Code;
use crate::evaluation::Reason;
use crate::instant;
use crate::plan::{
    self, AttributeId, Bucket, Builder, Details, Expr, FlagBuilder, Hash, OutcomeId, Ramp, RampPoint, Root, Route, Scale, Skips, Take,
    Threshold, Unit, Unknown,
};
use crate::text::{count, text};
use crate::texts::Texts;
use crate::value::Value;

static SNAPSHOT: Shape = Shape::Open(&[
    nullable("version", &Shape::Text),
    nullable("global", &Shape::Open(&[nullable("default_rollout_percentage", &PERCENTAGE)])),
    required("flags", &Shape::Any),
]);

static FLAG: Shape = Shape::Open(&[
    required("state", &Shape::Word(&["enabled", "disabled", "rollout"])),
    nullable("default_variant", &Shape::Text),
    nullable("variants", &Shape::Open(&[])),
    nullable("targeting_rules", &Shape::List(&RULE)),
    nullable("rollout", &ROLLOUT),
]);

static RULE: Shape = Shape::Open(&[
    nullable("name", &Shape::Text),
    required("variant", &Shape::Text),
    nullable("priority", &NUMBER),
    required("condition", &Shape::Text),
]);

static ROLLOUT: Shape = Shape::Open(&[
    nullable("strategy", &Shape::Word(&["percentage", "user_list", "gradual"])),
    nullable("percentage", &PERCENTAGE),
    nullable("user_list", &TEXTS),
    nullable("gradual_config", &GRADUAL),
]);

static GRADUAL: Shape = Shape::Open(&[
    required("start_time", &ISO_INSTANT),
    required("end_time", &ISO_INSTANT),
    nullable("start_percentage", &PERCENTAGE),
    nullable("end_percentage", &PERCENTAGE),
]);

/// Keys of a context that have a place of their own, and are no attributes.
const FIELDS: &[&str] = &["targetingKey", "user_id", "user_type", "environment", "custom_attributes"];

const PER_PERCENT: Scale = Scale::Divided { divisor: 100.0 };

struct Reader {
    builder: Builder,
    user: AttributeId,
    default_percentage: f64,
}

struct Rule<'d> {
    name: Option<&'d str>,
    when: Expr,
    variant: &'d str,
    priority: f64,
    /// Among the rules as they are written.
    place: usize,
}

pub(super) fn compile(snapshot: Node<'_>, _: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    checker.check(snapshot, &SNAPSHOT);
    let version = fields::text(snapshot, "version");
    let default_percentage = snapshot.get("global").and_then(|global| fields::number(global, "default_rollout_percentage"));
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    builder.root(Root { except: FIELDS.iter().map(|key| Box::from(*key)).collect(), overlay: "custom_attributes".into() });
    let mut reader = Reader { builder, user, default_percentage: default_percentage.unwrap_or_default() };
    each_flag(snapshot.get("flags")?, &FLAG, checker, &mut |key, node, checker| reader.flag(key, node, checker))?;
    let mut builder = reader.builder;
    let (value, variant) = (Value::Bool(false), Some("default".into()));
    builder.unknown(Unknown { value, yields: true, variant, backend_reason: "FLAG_NOT_FOUND" });
    Some(Compiled { version: version.map(Box::from), ..Compiled::of(builder) })
}

impl Reader {
    fn flag(&mut self, key: &str, node: Node<'_>, checker: &mut Checker) {
        let variants = Variants::read(node);
        let rules = self.rules(node, &variants, checker);
        let admission = match node.set("rollout") {
            Some(rollout) => self.rollout(key, rollout),
            None => Some(self.below(key, Threshold::Fixed(PER_PERCENT.of(self.default_percentage)))),
        };
        if checker.is_invalid(key) {
            return;
        }
        let state = fields::text(node, "state").unwrap_or_default();
        let default_variant = fields::text(node, "default_variant").unwrap_or("off");
        let fingerprint = node.fingerprint(self.default_percentage.to_bits());
        let user = self.user;
        let mut flag = FlagBuilder::new(&mut self.builder);
        if state == "disabled" {
            let outcome = variants.serve(&mut flag, default_variant, Reason::Disabled, "FLAG_DISABLED", None);
            return flag.finish(key, outcome, fingerprint);
        }
        let plain = if rules.is_empty() && state != "rollout" { Reason::Static } else { Reason::Default };
        let admission = admission.filter(|_| state == "rollout");
        let admitted = admission.map(|admission| {
            let admitted = flag.plan().all(vec![is_known(user), admission]);
            flag.plan().segment(admitted, fingerprint)
        });
        let rolled_out = variants.serve(&mut flag, variants.rolled_out(default_variant), Reason::Split, "ROLLOUT_MATCH", None);
        let otherwise = variants.serve(&mut flag, default_variant, plain, "DEFAULT", None);
        for rule in rules {
            if rule.variant.is_empty() {
                // For whom it holds the rules end here, and only the rollout and the default are left.
                let holds = flag.plan().segment(rule.when, fingerprint);
                if let Some(admitted) = admitted {
                    let both = flag.plan().all(vec![Expr::Segment(holds), Expr::Segment(admitted)]);
                    flag.step("rollout", both, rolled_out);
                }
                flag.step("rule", Expr::Segment(holds), otherwise);
            } else {
                let outcome = variants.serve(&mut flag, rule.variant, Reason::TargetingMatch, "TARGETING_MATCH", rule.name);
                flag.step("rule", rule.when, outcome);
            }
            let rule_id = rule.name.map(|name| flag.plan().name(name));
            if let Some(step) = flag.last_step() {
                step.rule_id = rule_id;
            }
        }
        if let Some(admitted) = admitted {
            flag.step("rollout", Expr::Segment(admitted), rolled_out);
        }
        flag.finish(key, otherwise, fingerprint);
    }

    /// The rules in the order in which they are tried, highest priority first. A rule with an empty variant ends them: for
    /// whom it holds, none after it serves.
    fn rules<'d>(&mut self, flag: Node<'d>, variants: &Variants<'_>, checker: &mut Checker) -> Vec<Rule<'d>> {
        let mut rules = Vec::new();
        for node in items(flag.set("targeting_rules")) {
            let name = fields::text(node, "name");
            if let Some(condition) = node.get("condition") {
                let when = self.condition(condition, name, checker);
                let variant = fields::text(node, "variant").unwrap_or_default();
                let priority = fields::number(node, "priority").unwrap_or_default() + 0.0;
                rules.push(Rule { name, when, variant, priority, place: rules.len() });
            }
            let Some(variant) = node.get("variant") else { continue };
            let named = variant.text().unwrap_or_default();
            if !named.is_empty() && variants.get(named).is_none() {
                let rule = name.map_or_else(|| "the rule".into(), |name| text!["the rule ", quoted(name)]);
                let message = text![rule, " serves the caller's default: there is no variant ", quoted(named)];
                checker.warn(variant, Code::UnknownVariant, message);
            }
        }
        // Rules of one priority stay in written order.
        rules.sort_unstable_by(|a, b| b.priority.total_cmp(&a.priority).then(a.place.cmp(&b.place)));
        rules
    }

    /// A condition that does not read never holds.
    fn condition(&mut self, node: Node<'_>, rule: Option<&str>, checker: &mut Checker) -> Expr {
        match python::parse(node.text().unwrap_or_default(), self) {
            Ok(expr) => Expr::Python(Box::new(expr)),
            Err(error) => {
                let (column, message) = (error.column, error.message);
                let name = rule.map_or_else(String::new, |name| text!["the rule ", quoted(name), " can never serve: "]);
                checker.warn(node, Code::InvalidCondition, text![name, "column ", count(column), " of the condition: ", message]);
                Expr::Literal(false)
            }
        }
    }

    /// Who is in; nobody without an expression.
    fn rollout(&mut self, key: &str, node: Node<'_>) -> Option<Expr> {
        let percentage = fields::number(node, "percentage").unwrap_or(self.default_percentage);
        match fields::text(node, "strategy") {
            Some("user_list") => {
                let users = set_of(node.get("user_list"), &mut self.builder);
                Some(is_one_of(self.user, users, &mut self.builder))
            }
            Some("gradual") => {
                let points = ramp(node.set("gradual_config")?, percentage)?;
                Some(self.below(key, Threshold::Ramp(Box::new(Ramp { points, scale: PER_PERCENT }))))
            }
            _ => Some(self.below(key, Threshold::Fixed(PER_PERCENT.of(percentage)))),
        }
    }

    fn below(&mut self, key: &str, threshold: Threshold) -> Expr {
        let (hash, take, unit) = (Hash::Sha256, Take::First(4), Unit::Key(self.user));
        let prefix = text![key, ":"].into();
        let bucket = self.builder.bucket(Bucket { hash, prefix, unit, suffix: "".into(), take, modulus: 0, divisor: 1 << 32 });
        Expr::Rollout(bucket, threshold)
    }
}

/// What a condition's names stand for: an attribute of that name shadows the three names that are always there.
impl python::Names for Reader {
    fn name(&mut self, name: &str) -> plan::python::Expr {
        let mut routes = vec![Route::to(&["custom_attributes", name])];
        let when_missing = match name {
            "user_id" => {
                routes.extend(user::id_routes(Skips::Null));
                Some(Value::Null)
            }
            "user_type" => {
                routes.push(Route::to(&[name]));
                Some(Value::Null)
            }
            "environment" => {
                routes.push(Route::to(&[name]));
                Some("production".into())
            }
            _ => return plan::python::Expr::Name { attribute: self.custom_attribute(name), when_missing: None },
        };
        plan::python::Expr::Name { attribute: self.builder.attribute(routes.into()), when_missing }
    }

    fn custom_attribute(&mut self, key: &str) -> AttributeId {
        let mut routes = vec![Route::to(&["custom_attributes", key])];
        if !FIELDS.contains(&key) {
            routes.push(Route::to(&[key]));
        }
        self.builder.attribute(routes.into())
    }

    fn custom_attributes(&mut self) -> AttributeId {
        self.builder.attribute(Vec::new().into())
    }
}

/// The variants in written order, and by name.
#[derive(Default)]
struct Variants<'d> {
    names: Texts,
    /// None stands for the boolean that the name says.
    values: Vec<Option<Node<'d>>>,
}

impl<'d> Variants<'d> {
    /// YAML reads an unquoted `on` and `off` as booleans, so they may arrive under those names; the last one counts.
    fn read(flag: Node<'d>) -> Variants<'d> {
        let mut variants = Variants::default();
        let Some(node) = flag.set("variants") else {
            variants.add("on", None);
            variants.add("off", None);
            return variants;
        };
        for value in node.entries() {
            let name = match value.key() {
                "true" | "True" => "on",
                "false" | "False" => "off",
                name => name,
            };
            variants.add(name, Some(value));
        }
        variants
    }

    fn add(&mut self, name: &str, value: Option<Node<'d>>) {
        let (number, is_new) = self.names.insert(name);
        match self.values.get_mut(number as usize) {
            Some(slot) if !is_new => *slot = value,
            _ => self.values.push(value),
        }
    }

    fn get(&self, name: &str) -> Option<Value> {
        let value = self.values.get(self.names.find(name.as_bytes())? as usize)?;
        Some(value.map_or(Value::Bool(name == "on"), Node::to_value))
    }

    /// What a rollout serves: `on` if there is one, else the first that is not the default, else the default.
    fn rolled_out<'s>(&'s self, default: &'s str) -> &'s str {
        let mut names = (0..self.names.len() as u32).filter_map(|number| self.names.get(number));
        match self.names.contains("on") {
            true => "on",
            false => names.find(|name| *name != default).unwrap_or(default),
        }
    }

    /// A variant that is not there keeps its name, and the caller's default stands for its value.
    fn serve(&self, flag: &mut FlagBuilder<'_>, name: &str, reason: Reason, word: &str, rule: Option<&str>) -> OutcomeId {
        let value = self.get(name);
        let plan = flag.plan();
        let details = Details { variant: Some(plan.name(name)), rule_id: rule.map(|rule| plan.name(rule)), yields: value.is_none() };
        flag.outcome(Some(value.unwrap_or(Value::Bool(false))), reason, word, details)
    }
}

/// The two points of a gradual rollout.
fn ramp(node: Node<'_>, percentage: f64) -> Option<Box<[RampPoint]>> {
    let instant = |key: &str| instant::parse_iso(fields::text(node, key)?);
    let start = RampPoint { at: instant("start_time")?, percentage: fields::number(node, "start_percentage").unwrap_or_default() };
    let end = RampPoint { at: instant("end_time")?, percentage: fields::number(node, "end_percentage").unwrap_or(percentage) };
    Some([start, end].into())
}
