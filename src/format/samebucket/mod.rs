//! The project's own format, `samebucket/1`: what every key means, and what each flag becomes in the plan.
//! README.md describes it; pkg-template/samebucket-1.schema.json is its JSON Schema.

mod condition;
mod flag;
mod requirements;
mod shape;
mod steps;

use crate::document::{Node, entries, items};
use crate::format::check::Checker;
use crate::format::graph::{self, Dependent};
use crate::format::{Compiled, each_flag};
use crate::plan::{AttributeId, Builder, Expr, Route, SegmentId, SetId};
use crate::texts::Texts;

const SCHEMA: &str = "samebucket/1";

/// A bucket is one of so many thousandths of a percent.
const BUCKETS_PER_PERCENT: f64 = 1000.0;

/// What the flags of a snapshot are read against.
struct Reader<'d> {
    builder: Builder,
    /// The segments' names; their numbers are those of the plan's segments.
    segments: Texts,
    /// The names of attributes, and the attribute of each.
    names: Texts,
    attributes: Vec<AttributeId>,
    /// Lists as they are written, and the set of each: snapshots repeat them.
    lists: Texts,
    sets: Vec<SetId>,
    /// The environment in force.
    environment: Option<&'d str>,
    /// The context's `targetingKey`.
    targeting_key: AttributeId,
}

pub(super) fn compile(snapshot: Node<'_>, environment: Option<&str>, checker: &mut Checker) -> Option<Compiled> {
    checker.check(snapshot, &shape::SNAPSHOT);
    let text = |key: &str| snapshot.get(key).and_then(Node::text);
    let mut builder = Builder::default();
    builder.typed();
    let targeting_key = builder.attribute(vec![Route::to(&["targetingKey"])].into());
    let environment = environment.or(text("environment"));
    let mut reader = Reader {
        builder,
        segments: Texts::default(),
        names: Texts::default(),
        attributes: Vec::new(),
        lists: Texts::default(),
        sets: Vec::new(),
        environment,
        targeting_key,
    };
    for segment in entries(snapshot.get("segments")) {
        reader.check_conditions(segment.get("when"), true, checker);
        if reader.segments.insert(segment.key()).1 {
            let members = reader.members(segment);
            reader.builder.segment(members, segment.fingerprint(0));
        }
    }

    let flags = snapshot.get("flags")?;
    let (mut nodes, mut read) = (Vec::new(), Vec::new());
    each_flag(flags, &shape::FLAG, checker, &mut |key, node, checker| {
        checker.entry_name(node);
        reader.check_flag(node, checker);
        if !checker.is_invalid(key) {
            let list = node.get("requires");
            read.push(Dependent { key, list, on: items(list).map(requirements::flag_named).collect() });
            nodes.push(node);
        }
    })?;
    let targets = requirements::check(flags, &read, &nodes, checker);
    let (kept, order) = graph::settle(&read, &requirements::WORDS, checker);
    if checker.is_unusable() {
        return None;
    }
    let kept: Vec<Node<'_>> = nodes.into_iter().zip(kept).filter_map(|(node, kept)| kept.then_some(node)).collect();
    let (mut keys, requires) = (Texts::default(), read.iter().any(|flag| flag.list.is_some()));
    if requires {
        kept.iter().for_each(|flag| _ = keys.insert(flag.key()));
    }
    kept.iter().for_each(|flag| steps::compile(*flag, &kept, &keys, &targets, &mut reader));
    let environment = reader.environment.map(Box::from);
    // What refers to nothing is what it is by itself.
    let order = if requires || !reader.segments.is_empty() { &*order } else { &[] };
    Some(Compiled { plan: reader.builder.finish(order), version: text("version").map(Box::from), environment })
}

impl Reader<'_> {
    /// Who is in a segment: `exclude` goes before `include`, `include` before `when`.
    fn members(&mut self, segment: Node<'_>) -> Expr {
        let excluded = self.key_in(segment.get("exclude"));
        let mut ways = vec![self.key_in(segment.get("include"))];
        ways.extend(segment.get("when").map(|when| self.conditions(when)));
        let parts = vec![self.builder.not(excluded), self.builder.any(ways)];
        self.builder.all(parts)
    }

    fn segment(&self, name: &str) -> Option<Expr> {
        self.segments.find(name.as_bytes()).map(|number| Expr::Segment(SegmentId(number)))
    }

    /// The targeting key is one of a list.
    fn key_in(&mut self, list: Option<Node<'_>>) -> Expr {
        let test = self.one_of(list);
        Expr::Is { attribute: self.targeting_key, as_key: true, negated: false, test }
    }

    /// An attribute by its name: one key, or else the keys between its dots.
    fn attribute(&mut self, name: &str) -> AttributeId {
        let (number, _) = self.names.insert(name);
        if let Some(known) = self.attributes.get(number as usize) {
            return *known;
        }
        let mut routes = vec![Route::to(&[name])];
        if name.bytes().any(|byte| byte == b'.') {
            routes.push(Route::by_dots(name));
        }
        let attribute = self.builder.attribute(routes.into());
        self.attributes.push(attribute);
        attribute
    }
}
