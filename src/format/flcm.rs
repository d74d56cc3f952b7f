//! The format `flcm`: dependencies, conditions by JavaScript's comparison, cohorts, a percentage that no flag is part of.
//!
//! Buckets: the first 8 hex digits of `md5(user)`, mod 100; for variants of `md5(user "_variant")`, mod the sum of weights.

use super::check::{ABOVE_ZERO, Checker, PERCENTAGE, RATE, Range, Shape, TEXTS, WEIGHT, nullable, optional, required, texts};
use super::graph::{self, Dependent, Words};
use super::user::{self, always, is_one_of, set_of};
use super::{Compiled, each_flag, fields};
use crate::document::{Node, Type, entries, items};
use crate::evaluation::Reason;
use crate::number;
use crate::plan::{
    AttributeId, Bucket, BucketId, Builder, Details, Expr, FlagBuilder, FlagId, Hash, JavaScriptTest, OutcomeId, Point, Relation, Route,
    SegmentId, Serve, Share, Take, Test, Threshold, Unit, Unknown,
};
use crate::text::text;
use crate::texts::Texts;
use crate::value::Value;

static SNAPSHOT: Shape = Shape::Open(&[nullable("cohorts", &Shape::Entries(&COHORT)), required("flags", &Shape::Any)]);

static COHORT: Shape = Shape::OneOf(
    "a list or an object",
    &[(Type::List, TEXTS), (Type::Object, Shape::Open(&[nullable("members", &TEXTS), nullable("rules", &Shape::List(&CONDITION))]))],
);

static CONDITION: Shape = Shape::Open(&[
    required("attribute", &Shape::Text),
    nullable("negate", &Shape::Bool),
    required(
        "operator",
        &Shape::Word(&["==", "equals", "!=", "not_equals", ">", "greater_than", "<", "less_than", ">=", "<=", "contains", "in"]),
    ),
    optional("value", &Shape::Any),
]);

static FLAG: Shape = Shape::Open(&[
    nullable("default", &Shape::Bool),
    nullable("rollout", &Shape::Open(&[nullable("percentage", &PERCENTAGE), nullable("cohorts", &FORCING)])),
    nullable("conditions", &Shape::List(&CONDITION)),
    nullable("dependencies", &TEXTS),
    nullable("variants", &Shape::List(&VARIANT)),
    nullable("error_threshold", &ERROR_THRESHOLD),
]);

static FORCING: Shape = Shape::OneOf("a list or an object", &[(Type::List, Shape::List(&MARKS)), (Type::Object, MARKS)]);
const MARKS: Shape = Shape::Entries(&Shape::Bool);
static VARIANT: Shape = Shape::Open(&[required("name", &Shape::Text), required("weight", &WEIGHT)]);
static ERROR_THRESHOLD: Shape = Shape::Open(&[
    nullable("rate", &RATE),
    nullable("window", &ABOVE_ZERO),
    nullable("min_samples", &Shape::Number(&Range { expected: "a number of at least 0", fits: |it| it >= 0.0 })),
]);

const WORDS: Words = Words { each_other: "depend on each other", chain: "dependencies", this_one: "depends on" };

/// Keys of a context that name the user; all others are attributes when there is no object `attributes`.
const USER_KEYS: &[&str] = &["targetingKey", "user_id"];

struct Reader {
    builder: Builder,
    user: AttributeId,
    /// The cohorts' names; their numbers are those of the segments.
    cohorts: Texts,
    rollouts: BucketId,
    variants: BucketId,
}

pub(super) fn compile(snapshot: Node<'_>, _: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    checker.check(snapshot, &SNAPSHOT);
    let mut builder = Builder::default();
    let user = user::id(&mut builder);
    let mut bucket = |suffix: &str, modulus| {
        let (hash, take, unit) = (Hash::Md5, Take::First(4), Unit::Text(user));
        builder.bucket(Bucket { hash, prefix: "".into(), unit, suffix: suffix.into(), take, modulus, divisor: 1 })
    };
    let (rollouts, variants) = (bucket("", 100), bucket("_variant", 0));
    let mut reader = Reader { builder, user, cohorts: Texts::default(), rollouts, variants };
    for node in entries(snapshot.set("cohorts")) {
        if reader.cohorts.insert(node.key()).1 {
            let members = reader.cohort(node);
            reader.builder.segment(members, node.fingerprint(0));
        }
    }
    let (mut nodes, mut flags) = (Vec::new(), Vec::new());
    each_flag(snapshot.get("flags")?, &FLAG, checker, &mut |key, node, checker| {
        if !checker.is_invalid(key) {
            let list = node.set("dependencies");
            flags.push(Dependent { key, list, on: texts(list).collect() });
            nodes.push(node);
        }
    })?;
    let (kept, order) = graph::settle(&flags, &WORDS, checker);
    let mut keys = Texts::default();
    let mut kept_flags = Vec::new();
    for ((flag, node), kept) in flags.iter().zip(nodes).zip(kept) {
        if kept {
            keys.insert(flag.key);
            kept_flags.push((flag, node));
        }
    }
    kept_flags.iter().for_each(|(flag, node)| reader.compile(flag, *node, &keys));
    let mut builder = reader.builder;
    builder.unknown(Unknown { value: Value::Bool(false), yields: false, variant: None, backend_reason: "Flag not found" });
    Some(Compiled { plan: builder.finish(&order), version: None, environment: None })
}

impl Reader {
    /// Who is in a cohort: its members, and those for whom all of its rules hold, if it has any.
    fn cohort(&mut self, node: Node<'_>) -> Expr {
        let members = if node.kind() == Type::List { Some(node) } else { node.get("members") };
        let members = set_of(members, &mut self.builder);
        let mut ways = vec![is_one_of(self.user, members, &mut self.builder)];
        if let Some(rules) = node.set("rules").filter(|rules| rules.len() > 0) {
            ways.push(self.conditions(rules));
        }
        self.builder.any(ways)
    }

    fn conditions(&mut self, list: Node<'_>) -> Expr {
        let mut conditions = Vec::with_capacity(list.len());
        for node in list.items() {
            conditions.push(self.condition(node));
        }
        self.builder.all(conditions)
    }

    fn condition(&mut self, node: Node<'_>) -> Expr {
        let name = fields::text(node, "attribute").unwrap_or_default();
        let value = node.get("value").map(Node::to_value);
        let operator = fields::text(node, "operator").unwrap_or_default();
        let test = match operator {
            "==" | "equals" | "!=" | "not_equals" => JavaScriptTest::Equals(value),
            ">" | "greater_than" => JavaScriptTest::Compares(Relation::Greater, value),
            "<" | "less_than" => JavaScriptTest::Compares(Relation::Less, value),
            ">=" => JavaScriptTest::Compares(Relation::GreaterOrEqual, value),
            "<=" => JavaScriptTest::Compares(Relation::LessOrEqual, value),
            "contains" => JavaScriptTest::Includes(value),
            _ => JavaScriptTest::IncludedIn(value),
        };
        let mut routes = vec![Route::to(&["attributes", name])];
        if !USER_KEYS.contains(&name) {
            routes.push(Route::to(&[name]).unless("attributes"));
        }
        let test = Expr::JavaScript(self.builder.attribute(routes.into()), Box::new(test));
        let negate = fields::is_true(node, "negate");
        let opposite = matches!(operator, "!=" | "not_equals");
        if opposite != negate { self.builder.not(test) } else { test }
    }

    fn compile(&mut self, flag: &Dependent<'_>, node: Node<'_>, keys: &Texts) {
        let default = fields::is_true(node, "default");
        let conditions = node.set("conditions").filter(|list| list.len() > 0).map(|list| self.conditions(list));
        let (user, rollouts, variants) = (self.user, self.rollouts, self.variants);
        self.builder.error_threshold(fields::error_threshold(node.set("error_threshold"), ["rate", "window", "min_samples"]));
        let mut list = FlagBuilder::new(&mut self.builder);
        let open = answer(&mut list, false, Reason::Disabled, "Circuit breaker open");
        list.step("circuit_open", Expr::CircuitOpen, open);
        for dependency in &flag.on {
            let required = keys.find(dependency.as_bytes()).map(FlagId);
            let unmet = required.map_or_else(always, |id| list.plan().not(Expr::ServesTrue(id)));
            let outcome = answer(&mut list, false, Reason::Disabled, &text!["Dependency ", dependency, " not enabled"]);
            list.step("dependency", unmet, outcome);
            if let Some(step) = list.last_step() {
                step.requires = required;
            }
        }
        if let Some(conditions) = conditions {
            let outcome = answer(&mut list, false, Reason::Default, "Conditions not met");
            let unmet = list.plan().not(conditions);
            list.step("conditions", unmet, outcome);
        }
        let rollout = node.set("rollout");
        for name in forcing(rollout) {
            if let Some(cohort) = self.cohorts.find(name.as_bytes()) {
                let outcome = answer(&mut list, true, Reason::TargetingMatch, &text!["In cohort: ", name]);
                list.step("cohort", Expr::Segment(SegmentId(cohort)), outcome);
            }
        }
        if let Some(percentage) = rollout.and_then(|rollout| fields::number(rollout, "percentage")) {
            let no_text = list.plan().not(Expr::is(user, Test::IsText));
            let outcome = answer(&mut list, default, Reason::Default, "Error during evaluation");
            list.step("error", no_text, outcome);
            let text = text!["In ", number::to_text(percentage), "% rollout"];
            let holds = Expr::Rollout(rollouts, Threshold::Fixed(percentage));
            let serve = serve_on(&mut list, node, variants, &text);
            list.step("rollout", holds, serve);
            if default {
                let serve = serve_on(&mut list, node, variants, "Default value");
                list.step("default", always(), serve);
            }
        }
        let otherwise = answer(&mut list, default, Reason::Default, "Default value");
        list.finish(flag.key, otherwise, node.fingerprint(0));
    }
}

fn answer(flag: &mut FlagBuilder<'_>, value: bool, reason: Reason, text: &str) -> OutcomeId {
    flag.outcome(Some(Value::Bool(value)), reason, text, Details::default())
}

/// The flag on, with one of its variants if it has any.
fn serve_on(flag: &mut FlagBuilder<'_>, node: Node<'_>, bucket: BucketId, reason: &str) -> Serve {
    let mut total = 0.0;
    let mut shares = Vec::new();
    for variant in items(node.set("variants")) {
        total += fields::number(variant, "weight").unwrap_or_default();
        let name = fields::text(variant, "name").unwrap_or_default();
        let details = Details { variant: Some(flag.plan().name(name)), ..Details::default() };
        shares.push(Share { bound: total, outcome: flag.outcome(Some(Value::Bool(true)), Reason::Split, reason, details) });
    }
    match shares.first() {
        Some(first) => flag.plan().split(bucket, Point::Modulo(total), &shares, first.outcome, first.outcome),
        None => Serve::Outcome(answer(flag, true, Reason::Split, reason)),
    }
}

/// The cohorts marked true, in an object of booleans or a list of such objects.
fn forcing<'d>(rollout: Option<Node<'d>>) -> Vec<&'d str> {
    let Some(node) = rollout.and_then(|rollout| rollout.set("cohorts")) else { return Vec::new() };
    let mut names = Vec::new();
    let mut read = |marks: Node<'d>| {
        names.extend(marks.values().filter(|mark| mark.bool() == Some(true)).map(Node::key));
    };
    match node.kind() {
        Type::List => node.values().for_each(read),
        _ => read(node),
    }
    names
}
