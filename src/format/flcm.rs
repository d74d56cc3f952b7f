//! The format `flcm`: dependencies, conditions by JavaScript's comparison, cohorts, a percentage that no flag is part of.
//!
//! Buckets: the first 8 hex digits of `md5(user)`, mod 100; for variants of `md5(user "_variant")`, mod the sum of weights.

use std::collections::HashMap;
use std::sync::Arc;

use super::check::{Checker, Fields, Node, Place};
use super::graph::Graph;
use super::user::{self, always, is_one_of, not};
use super::{Compiled, each_flag};
use crate::error::{Code, quoted};
use crate::evaluation::Reason;
use crate::limits;
use crate::number;
use crate::plan::{
    self, AttributeId, Bucket, BucketId, Builder, Details, Expr, FlagBuilder, FlagId, Hash, JavaScriptTest, Point, Relation, Rollout,
    Route, SegmentId, Serve, Split, Take, Test, Threshold, Unit, Unknown,
};
use crate::value::Value;

const OPERATORS: &[&str] = &["==", "equals", "!=", "not_equals", ">", "greater_than", "<", "less_than", ">=", "<=", "contains", "in"];

/// Keys of a context that name the user; all others are attributes when there is no object `attributes`.
const USER_KEYS: &[&str] = &["targetingKey", "user_id"];

struct Reader<'v> {
    builder: Builder,
    user: AttributeId,
    cohorts: HashMap<&'v str, Option<SegmentId>>,
    /// The rollouts' bucket and the variants'.
    buckets: (BucketId, BucketId),
}

struct FlagConfig<'v> {
    key: &'v str,
    definition: &'v Value,
    default: bool,
    percentage: Option<f64>,
    /// Those that force the flag on.
    cohorts: Vec<&'v str>,
    conditions: Expr,
    has_conditions: bool,
    dependencies: Vec<&'v str>,
    variants: Vec<(&'v str, f64)>,
}

pub(super) fn compile(snapshot: &Value, _: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    let fields = checker.open_fields(Node::root(snapshot))?;
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    let mut bucket = |suffix: &str, modulus| {
        let (hash, take, unit) = (Hash::Md5, Take::First(4), Unit::Text(user));
        builder.bucket(Bucket { hash, prefix: "".into(), unit, suffix: suffix.into(), take, modulus, divisor: 1 })
    };
    let buckets = (bucket("", 100), bucket("_variant", 0));
    let mut reader = Reader { builder, user, cohorts: HashMap::new(), buckets };
    if let Some(cohorts) = fields.set("cohorts") {
        checker.each(cohorts, |checker, name, node| {
            let fingerprint = plan::fingerprint(node.value, None);
            let members = reader.cohort(node, checker);
            reader.cohorts.insert(name, members.map(|members| reader.builder.segment(members, fingerprint)));
        });
    }
    let flags_node = checker.required(&fields, "flags")?;
    let mut flags = Vec::new();
    each_flag(flags_node, checker, |key, node, checker| {
        flags.push(reader.flag(key, node, checker)?);
        Some(())
    })?;
    let (flags, order) = usable(flags, flags_node.place, checker);
    let ids: HashMap<&str, FlagId> = flags.iter().zip(0..).map(|(flag, id)| (flag.key, FlagId(id))).collect();
    for flag in flags {
        reader.compile(flag, &ids);
    }
    let mut builder = reader.builder;
    builder.unknown(Unknown { value: Value::Bool(false), yields: false, variant: None, backend_reason: "Flag not found" });
    Some(Compiled { plan: builder.finish(&order), version: None, environment: None })
}

impl<'v> Reader<'v> {
    /// Who is in a cohort: its members, and those for whom all of its rules hold, if it has any.
    fn cohort(&mut self, node: Node<'v, '_>, checker: &mut Checker) -> Option<Expr> {
        if let Value::List(_) = node.value {
            return checker.items(node, Checker::string).map(|members| is_one_of(self.user, members));
        }
        let Value::Object(_) = node.value else {
            checker.wrong_type(node, "a list or an object");
            return None;
        };
        let fields = checker.open_fields(node)?;
        let members = checker.strings(&fields, "members");
        let rules = match fields.set("rules") {
            Some(node) => Some(checker.items(node, |checker, node| self.condition(node, checker))?),
            None => None,
        };
        let rules = rules.filter(|rules| !rules.is_empty()).map(Expr::all);
        Some(Expr::Any([is_one_of(self.user, members?)].into_iter().chain(rules).collect()))
    }

    fn condition(&mut self, node: Node<'v, '_>, checker: &mut Checker) -> Option<Expr> {
        let fields = checker.open_fields(node)?;
        let attribute = checker.required(&fields, "attribute").and_then(|node| checker.string(node));
        let negate = checker.bool_or(&fields, "negate", false);
        let operator = checker.required_one_of(&fields, "operator", OPERATORS);
        let value = fields.get("value").map(|node| node.value.clone());
        let compares = |relation| (JavaScriptTest::Compares(relation, value.clone()), false);
        let (test, opposite) = match operator? {
            "==" | "equals" => (JavaScriptTest::Equals(value), false),
            "!=" | "not_equals" => (JavaScriptTest::Equals(value), true),
            ">" | "greater_than" => compares(Relation::Greater),
            "<" | "less_than" => compares(Relation::Less),
            ">=" => compares(Relation::GreaterOrEqual),
            "<=" => compares(Relation::LessOrEqual),
            "contains" => (JavaScriptTest::Includes(value), false),
            _ => (JavaScriptTest::IncludedIn(value), false),
        };
        let name = attribute?;
        let mut routes = vec![Route::to(["attributes", name])];
        if !USER_KEYS.contains(&name) {
            routes.push(Route::to([name]).unless("attributes"));
        }
        let test = Expr::JavaScript(self.builder.attribute(routes.into()), test);
        Some(if opposite != negate? { not(test) } else { test })
    }

    fn flag(&mut self, key: &'v str, node: Node<'v, '_>, checker: &mut Checker) -> Option<FlagConfig<'v>> {
        let fields = checker.open_fields(node)?;
        let default = checker.bool_or(&fields, "default", false);
        let rollout = match fields.set("rollout") {
            Some(node) => checker.open_fields(node).map(|fields| {
                let percentage = checker.percentage(&fields, "percentage", 100.0);
                (percentage, forcing_cohorts(&fields, checker))
            }),
            None => Some((Some(None), Some(Vec::new()))),
        };
        let conditions = match fields.set("conditions") {
            Some(node) => checker.items(node, |checker, node| self.condition(node, checker)),
            None => Some(Vec::new()),
        };
        let dependencies = checker.strings(&fields, "dependencies");
        let variants = match fields.set("variants") {
            Some(node) => checker.items(node, |checker, node| {
                let fields = checker.open_fields(node)?;
                let name = checker.required(&fields, "name").and_then(|node| checker.string(node));
                let weight = checker.required(&fields, "weight");
                let weight = weight.and_then(|node| checker.number_where(node, "a weight of at least 0", |weight| weight >= 0.0));
                name.zip(weight)
            }),
            None => Some(Vec::new()),
        };
        error_threshold(&fields, checker)?;
        let ((percentage, cohorts), conditions) = (rollout?, conditions?);
        Some(FlagConfig {
            key,
            definition: node.value,
            default: default?,
            percentage: percentage?,
            cohorts: cohorts?,
            has_conditions: !conditions.is_empty(),
            conditions: Expr::all(conditions),
            dependencies: dependencies?,
            variants: variants?,
        })
    }

    fn compile(&mut self, config: FlagConfig<'_>, ids: &HashMap<&str, FlagId>) {
        let id = self.builder.next_flag();
        let user = self.user;
        let (rollout_bucket, variant_bucket) = self.buckets;
        let cohorts: Vec<(&str, SegmentId)> = config.cohorts.iter().filter_map(|name| Some((*name, (*self.cohorts.get(name)?)?))).collect();
        let mut flag = FlagBuilder::new(&mut self.builder, id);
        let (on, off, default) = (Value::Bool(true), Value::Bool(false), Value::Bool(config.default));
        let answer =
            |flag: &mut FlagBuilder<'_>, value: &Value, reason, text: String| flag.outcome(Some(value), reason, text, Details::default());

        let open = answer(&mut flag, &off, Reason::Disabled, "Circuit breaker open".into());
        flag.step("circuit_open", Expr::CircuitOpen, open);
        for dependency in &config.dependencies {
            let required = ids.get(dependency).copied();
            let met = required.map(|id| Expr::Is(Box::new(Expr::Value(id)), Test::Equals(Value::Bool(true))));
            let outcome = answer(&mut flag, &off, Reason::Disabled, format!("Dependency {dependency} not enabled"));
            flag.step("dependency", met.map_or_else(always, not), outcome);
            if let Some(step) = flag.last_step() {
                step.requires = required;
            }
        }
        if config.has_conditions {
            let outcome = answer(&mut flag, &off, Reason::Default, "Conditions not met".into());
            flag.step("conditions", not(config.conditions), outcome);
        }
        for (name, segment) in cohorts {
            let outcome = answer(&mut flag, &on, Reason::TargetingMatch, format!("In cohort: {name}"));
            flag.step("cohort", Expr::Segment(segment), outcome);
        }
        if let Some(percentage) = config.percentage {
            let no_text = not(Expr::Is(Box::new(Expr::Attribute(user)), Test::IsText));
            let outcome = answer(&mut flag, &default, Reason::Default, "Error during evaluation".into());
            flag.step("error", no_text, outcome);
            let text = format!("In {}% rollout", number::to_text(percentage));
            let rollout = Rollout { bucket: rollout_bucket, threshold: Threshold::Fixed(percentage) };
            let serve = serve_on(&mut flag, &config.variants, variant_bucket, &text);
            flag.step("rollout", Expr::Rollout(rollout), serve);
            if config.default {
                let serve = serve_on(&mut flag, &config.variants, variant_bucket, "Default value");
                flag.step("default", always(), serve);
            }
        }
        let otherwise = answer(&mut flag, &default, Reason::Default, "Default value".into());
        flag.finish(config.key, otherwise, plan::fingerprint(config.definition, None));
    }
}

/// The flag on, with one of its variants if it has any.
fn serve_on(flag: &mut FlagBuilder<'_>, variants: &[(&str, f64)], bucket: BucketId, reason: &str) -> Serve {
    let mut total = 0.0;
    let mut shares = Vec::new();
    for (name, weight) in variants {
        total += weight;
        let details = Details { variant: Some(Arc::from(*name)), ..Details::default() };
        shares.push((total, flag.outcome(Some(&Value::Bool(true)), Reason::Split, reason.to_owned(), details)));
    }
    match shares.first() {
        Some(&(_, otherwise)) => {
            Split { bucket, point: Point::Modulo(total), shares: shares.into(), leftover: otherwise, otherwise }.into()
        }
        None => flag.outcome(Some(&Value::Bool(true)), Reason::Split, reason.to_owned(), Details::default()).into(),
    }
}

/// The cohorts marked true, from an object of booleans or a list of such objects.
fn forcing_cohorts<'v>(fields: &Fields<'v, '_>, checker: &mut Checker) -> Option<Vec<&'v str>> {
    let Some(node) = fields.set("cohorts") else { return Some(Vec::new()) };
    let mut forcing = Vec::new();
    let mut read = |checker: &mut Checker, node: Node<'v, '_>| {
        let mut fine = true;
        checker.each(node, |checker, name, node| match checker.bool(node) {
            Some(true) => forcing.push(name),
            Some(false) => {}
            None => fine = false,
        })?;
        fine.then_some(())
    };
    match node.value {
        Value::List(_) => _ = checker.items(node, read)?,
        Value::Object(_) => read(checker, node)?,
        _ => {
            checker.wrong_type(node, "a list or an object");
            return None;
        }
    }
    Some(forcing)
}

fn error_threshold(fields: &Fields<'_, '_>, checker: &mut Checker) -> Option<()> {
    let Some(node) = fields.set("error_threshold") else { return Some(()) };
    let fields = checker.open_fields(node)?;
    let mut number = |key, expected, fits: fn(f64) -> bool| match fields.set(key) {
        Some(node) => checker.number_where(node, expected, fits).map(|_| ()),
        None => Some(()),
    };
    let rate = number("rate", "a rate from 0 to 1", |rate| (0.0..=1.0).contains(&rate));
    let window = number("window", "a number above 0", |seconds| seconds > 0.0);
    let samples = number("min_samples", "a number of at least 0", |samples| samples >= 0.0);
    rate.and(window).and(samples)
}

/// The flags that can be compiled, and an order in which each comes after those that it depends on.
fn usable<'v>(flags: Vec<FlagConfig<'v>>, place: Place<'_>, checker: &mut Checker) -> (Vec<FlagConfig<'v>>, Vec<FlagId>) {
    let places: HashMap<&str, usize> = flags.iter().enumerate().map(|(index, flag)| (flag.key, index)).collect();
    let required = |flag: &FlagConfig<'_>| flag.dependencies.iter().filter_map(|key| places.get(key).copied()).collect();
    let graph = Graph(flags.iter().map(required).collect());
    let (order, depths) = graph.order();
    for cycle in graph.cycles(&depths) {
        let keys = || cycle.iter().filter_map(|index| flags.get(*index)).map(|flag| flag.key);
        let Some(first) = keys().next() else { continue };
        let message = format!("the flags depend on each other in a cycle: {} → {}", super::listed(keys(), " → "), quoted(first));
        report(first, None, place, checker, Code::RequirementCycle, message);
    }
    for &index in &order {
        let Some(flag) = flags.get(index) else { continue };
        if depths.get(index).is_some_and(|depth| *depth == Some(limits::REQUIREMENT_CHAIN + 1)) {
            let message = format!("a chain of more than {} dependencies", limits::REQUIREMENT_CHAIN);
            report(flag.key, None, place, checker, Code::RequirementTooDeep, message);
        }
    }
    if checker.skips() {
        // A flag cannot stay when one that it depends on is left out, as all flags are that lead to a cycle.
        let in_cycle = |index: usize| depths.get(index) == Some(&None);
        let rest = (0..flags.len()).filter(|index| in_cycle(*index));
        for flag in order.iter().copied().chain(rest).filter_map(|index| flags.get(index)) {
            let is_left_out = |key: &&str| checker.is_invalid(key) || places.get(key).is_some_and(|index| in_cycle(*index));
            let left_out = flag.dependencies.iter().enumerate().find(|(_, key)| is_left_out(key));
            if let (Some((index, key)), false) = (left_out, checker.is_invalid(flag.key)) {
                let message = format!("the flag {} is left out, and this one depends on it", quoted(key));
                report(flag.key, Some(index), place, checker, Code::UnknownFlag, message);
            }
        }
    }
    let mut ids = HashMap::new();
    let mut kept = Vec::new();
    for (index, flag) in flags.into_iter().enumerate() {
        if !checker.is_invalid(flag.key) {
            ids.insert(index, FlagId(kept.len() as u32));
            kept.push(flag);
        }
    }
    (kept, order.iter().filter_map(|index| ids.get(index).copied()).collect())
}

/// An issue at one of a flag's dependencies, or at their list.
fn report(flag: &str, index: Option<usize>, place: Place<'_>, checker: &mut Checker, code: Code, message: String) {
    let flag_place = Place::Key(&place, flag);
    let list = Place::Key(&flag_place, "dependencies");
    let item = index.map(|index| Place::Item(&list, index));
    checker.concerns(Some(flag));
    checker.report_at(item.unwrap_or(list), code, message);
    checker.concerns(None);
}
