//! The project's own format, `samebucket/1`: what every key means, and what each flag becomes in the plan.
//! README.md describes it; pkg-template/samebucket-1.schema.json is its JSON Schema.

mod condition;
mod flag;
mod requirements;
mod serve;
mod steps;

use std::collections::HashMap;

use crate::error::{Code, quoted};
use crate::format::check::{Checker, Node};
use crate::format::{Compiled, listed, within_limit};
use crate::instant;
use crate::plan::{self, AttributeId, Builder, Expr, Route, ScalarSet, SegmentId, Test};
use crate::value::{Value, ValueRef};

const SCHEMA: &str = "samebucket/1";
const KEYS: &[&str] = &["schema", "version", "environment", "segments", "flags"];
const SEGMENT_KEYS: &[&str] = &["include", "exclude", "when"];

/// What the flags of a snapshot are read against.
struct Reader<'v> {
    builder: Builder,
    segments: HashMap<&'v str, Option<SegmentId>>,
    /// The environment in force.
    environment: Option<&'v str>,
    /// The context's `targetingKey`.
    targeting_key: AttributeId,
}

pub(super) fn compile(snapshot: &Value, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    let fields = checker.fields(Node::root(snapshot), KEYS)?;
    if let Some(schema) = checker.required(&fields, "schema")
        && let Some(found) = checker.string(schema).filter(|found| *found != SCHEMA)
    {
        checker.report(schema, Code::InvalidValue, format!("expected `{SCHEMA}`, found {}", quoted(found)));
    }
    let version = fields.get("version").and_then(|node| checker.string(node));
    let own_environment = fields.get("environment").and_then(|node| checker.string(node));
    let mut builder = Builder::default();
    builder.typed();
    let targeting_key = builder.attribute(vec![Route::to(["targetingKey"])].into());
    let mut reader = Reader { builder, segments: HashMap::new(), environment: environment.or(own_environment), targeting_key };
    if let Some(segments) = fields.get("segments") {
        reader.segments(segments, checker);
    }

    let flags_node = checker.required(&fields, "flags")?;
    let flags = checker.object(flags_node)?;
    within_limit(flags_node, flags.len(), checker)?;
    let mut valid = Vec::new();
    checker.each(flags_node, |checker, key, node| {
        checker.concerns(Some(key));
        checker.entry_name(key, node);
        let flag = reader.flag(key, node, checker);
        valid.extend(flag.filter(|_| !checker.is_invalid(key)));
        checker.concerns(None);
    });
    let (valid, order) = requirements::check(valid, flags, flags_node.place, checker);
    if checker.is_unusable() {
        return None;
    }
    let required = requirements::resolve(&valid);
    for (flag, required) in valid.into_iter().zip(required) {
        steps::compile(flag, required, &mut reader);
    }
    let environment = reader.environment.map(Box::from);
    Some(Compiled { plan: reader.builder.finish(&order), version: version.map(Box::from), environment })
}

impl<'v> Reader<'v> {
    fn segments(&mut self, node: Node<'v, '_>, checker: &mut Checker) {
        checker.each(node, |checker, name, node| {
            checker.entry_name(name, node);
            let fingerprint = plan::fingerprint(node.value, None);
            let id = self.segment(node, checker).map(|members| self.builder.segment(members, fingerprint));
            self.segments.insert(name, id);
        });
    }

    /// Who is in a segment: `exclude` goes before `include`, `include` before `when`.
    fn segment(&mut self, node: Node<'v, '_>, checker: &mut Checker) -> Option<Expr> {
        let fields = checker.fields(node, SEGMENT_KEYS)?;
        let exclude = self.targeting_keys(fields.get("exclude"), checker);
        let include = self.targeting_keys(fields.get("include"), checker);
        let when = match fields.get("when") {
            Some(when) => Some(self.conditions(when, condition::InSegment(true), checker)?),
            None => Some(Expr::Any([].into())),
        };
        let not_excluded = Expr::Not(Box::new(self.key_in(exclude?)));
        Some(Expr::all(vec![not_excluded, Expr::Any([self.key_in(include?), when?].into())]))
    }

    /// A list of targeting keys, empty when there is none.
    fn targeting_keys(&self, node: Option<Node<'v, '_>>, checker: &mut Checker) -> Option<Vec<&'v str>> {
        match node {
            Some(node) => checker.items(node, Checker::name),
            None => Some(Vec::new()),
        }
    }

    /// The targeting key is one of these.
    fn key_in(&self, keys: Vec<&str>) -> Expr {
        let set: ScalarSet = keys.into_iter().map(ValueRef::String).collect();
        Expr::Is(Box::new(Expr::Key(self.targeting_key)), Test::In(set))
    }

    /// An attribute by its name: one key, or else the keys between its dots.
    fn attribute(&mut self, name: &str) -> AttributeId {
        let mut routes = vec![Route::to([name])];
        if name.contains('.') {
            routes.push(Route::to(name.split('.')));
        }
        self.builder.attribute(routes.into())
    }
}

/// An instant in milliseconds since 1970.
fn instant(node: Node<'_, '_>, checker: &mut Checker) -> Option<f64> {
    let text = checker.string(node)?;
    let instant = instant::parse(text);
    if instant.is_none() {
        let message = format!("expected an RFC 3339 instant such as `2026-01-15T00:00:00Z`, found {}", quoted(text));
        checker.report(node, Code::InvalidInstant, message);
    }
    instant
}
