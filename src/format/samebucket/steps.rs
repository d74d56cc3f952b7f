//! A flag's decision list, in the order that the format lays down.

use super::flag::{named, variants};
use super::requirements::{Targets, flag_named, variant_named};
use super::shape::at;
use super::{BUCKETS_PER_PERCENT, Reader};
use crate::document::{Node, entries, items, mix_text};
use crate::evaluation::Reason;
use crate::format::fields::error_threshold;
use crate::format::user::always;
use crate::plan::{
    AttributeId, Bucket, BucketId, Expr, FlagId, Hash, NameId, Outcome, OutcomeId, Point, Ramp, RampPoint, Scale, Serve, Share, Take,
    Threshold, Unit,
};
use crate::text::text;
use crate::texts::{Names, Texts};

const BUCKETS: u64 = (100.0 * BUCKETS_PER_PERCENT) as u64;

/// Adds a flag to the plan. `flags` are all flags that are added, `keys` their keys, both by number.
pub(super) fn compile<'d>(flag: Node<'d>, flags: &[Node<'d>], keys: &Texts, targets: &Targets<'d>, reader: &mut Reader<'_>) {
    let (id, first_step) = (reader.builder.next_flag(), reader.builder.steps());
    let threshold = error_threshold(flag.get("errorThreshold"), ["rate", "windowSeconds", "minimumSamples"]);
    reader.builder.error_threshold(threshold);
    let variants = variants(flag);
    let bucketing = flag.get("bucketing");
    let bucketing = |key: &str| bucketing.and_then(|bucketing| bucketing.get(key)?.text());
    let unit = bucketing("by").map_or(reader.targeting_key, |name| reader.attribute(name));
    let salt = bucketing("salt").unwrap_or(flag.key());
    // The environment takes part in what the flag is only where the flag names environments.
    let seed = match (reader.environment, flag.get("environments")) {
        (Some(environment), Some(_)) => mix_text(1, environment),
        _ => 0,
    };
    let names = variants.all().iter().map(|name| reader.builder.name(name)).collect();
    let off = variants.find(named(flag, "off")).unwrap_or_default();
    let mut list =
        List { id, flag, names, variants, off, unit, salt, plain: [None; 2], salts: Texts::default(), salted: Vec::new(), reader };
    list.compile(flags, keys, targets);
    let name = list.name("off");
    let otherwise = list.outcome(off, Reason::Default, name, None);
    let values = entries(flag.get("variants")).map(Node::to_value).collect();
    reader.builder.flag(flag.key(), values, first_step, otherwise, flag.fingerprint(seed));
}

/// A decision list that is being put together.
struct List<'l, 'd, 'r> {
    id: FlagId,
    flag: Node<'d>,
    /// The variants' names, and their numbers by name.
    names: Vec<NameId>,
    variants: Names<'d>,
    off: u32,
    unit: AttributeId,
    salt: &'d str,
    /// The buckets without a salt of their own: of rollouts, and of splits.
    plain: [Option<BucketId>; 2],
    /// Salts with what follows the unit, and the bucket of each: a flag's salt may be long, and its rollouts many.
    salts: Texts,
    salted: Vec<BucketId>,
    reader: &'l mut Reader<'r>,
}

impl<'d> List<'_, 'd, '_> {
    fn compile(&mut self, flags: &[Node<'d>], keys: &Texts, targets: &Targets<'_>) {
        let flag = self.flag;
        let environment = self.reader.environment.and_then(|name| flag.get("environments")?.get(name));
        let enabled = environment.and_then(|environment| environment.get("enabled")).or(flag.get("enabled"));
        if flag.get("killed").and_then(Node::bool) == Some(true) {
            return self.off("killed", Reason::Disabled, always());
        }
        if enabled.and_then(Node::bool) == Some(false) {
            return self.off("disabled", Reason::Disabled, always());
        }
        self.off("circuit_open", Reason::Disabled, Expr::CircuitOpen);
        if let Some(serve) = environment.and_then(|environment| environment.get("serve")) {
            let name = self.name("environment");
            let serve = self.serve(serve, Reason::Static, name, None);
            return self.step(name, None, always(), serve);
        }
        let ungated = self.reader.builder.steps();

        let schedule = flag.get("schedule");
        let at = |key: &str| schedule.and_then(|schedule| at(schedule, key));
        if let Some(from) = at("from") {
            self.off("not_started", Reason::Disabled, Expr::Before(from));
        }
        if let Some(until) = at("until") {
            self.off("expired", Reason::Disabled, Expr::After(until));
        }
        for requirement in items(flag.get("requires")) {
            self.requirement(requirement, flags, keys, targets);
        }
        if let Some(deny) = flag.get("deny").filter(|list| list.len() > 0) {
            let denied = self.reader.key_in(Some(deny));
            self.off("denied", Reason::TargetingMatch, denied);
        }
        let on = self.variants.find(named(flag, "on"));
        if let (Some(on), Some(allow)) = (on, flag.get("allow").filter(|list| list.len() > 0)) {
            let allowed = self.reader.key_in(Some(allow));
            let name = self.name("allowed");
            let outcome = self.outcome(on, Reason::TargetingMatch, name, None);
            self.step(name, None, allowed, Serve::Outcome(outcome));
        }
        let name = self.name("rule");
        for rule in items(flag.get("rules")) {
            let when = rule.get("when").map(|when| self.reader.conditions(when));
            let id = rule.get("id").and_then(Node::text).map(|id| self.name(id));
            self.offer(name, id, when, rule.get("rollout"), rule.get("serve"), Reason::TargetingMatch);
        }
        if let Some(default) = flag.get("default") {
            let reason = if self.reader.builder.steps() == ungated { Reason::Static } else { Reason::Default };
            let name = self.name("default");
            match default.get("rollout") {
                None => self.offer(name, None, None, None, Some(default), reason),
                rollout => self.offer(name, None, None, rollout, default.get("serve"), reason),
            }
        }
    }

    /// A step for when another flag does not serve what is required of it.
    fn requirement(&mut self, requirement: Node<'_>, flags: &[Node<'_>], keys: &Texts, targets: &Targets<'_>) {
        let key = flag_named(requirement);
        let Some(number) = keys.find(key.as_bytes()) else { return };
        let Some(required) = flags.get(number as usize) else { return };
        let variant = variant_named(requirement).unwrap_or(named(*required, "on"));
        let Some(value) = targets.variant(key, variant) else { return };
        let unmet = self.reader.builder.not(Expr::Serves(FlagId(number), value));
        self.off("requirement", Reason::Disabled, unmet);
        if let Some(step) = self.reader.builder.last_step() {
            step.requires = Some(FlagId(number));
        }
    }

    /// What a rule or the default serves, to the units that its rollout holds. `plain` is the reason when no bucket
    /// takes part.
    fn offer(
        &mut self,
        name: NameId,
        rule_id: Option<NameId>,
        when: Option<Expr>,
        rollout: Option<Node<'_>>,
        serve: Option<Node<'_>>,
        plain: Reason,
    ) {
        let Some(serve) = serve else { return };
        let draws = rollout.is_some() || serve.get("split").is_some();
        let reason = if draws { Reason::Split } else { plain };
        let rollout = rollout.map(|rollout| self.rollout(rollout));
        let builder = &mut self.reader.builder;
        let when = match (when, rollout) {
            (Some(when), Some(rollout)) => builder.all(vec![when, rollout]),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => always(),
        };
        let serve = self.serve(serve, reason, name, rule_id);
        self.step(name, rule_id, when, serve);
    }

    fn rollout(&mut self, rollout: Node<'_>) -> Expr {
        let number = |node: Node<'_>| node.get("percentage").and_then(Node::number).unwrap_or_default();
        let threshold = match rollout.get("ramp") {
            Some(ramp) => {
                let mut points = Vec::with_capacity(ramp.len());
                for point in ramp.items() {
                    points.push(RampPoint { at: at(point, "at").unwrap_or_default(), percentage: number(point) });
                }
                let scale = Scale::Rounded { factor: BUCKETS_PER_PERCENT };
                Threshold::Ramp(Box::new(Ramp { points: points.into(), scale }))
            }
            None => Threshold::Fixed((number(rollout) * BUCKETS_PER_PERCENT).round()),
        };
        let bucket = self.bucket(rollout.get("salt").and_then(Node::text), "", 1);
        Expr::Rollout(bucket, threshold)
    }

    fn serve(&mut self, serve: Node<'_>, reason: Reason, name: NameId, rule_id: Option<NameId>) -> Serve {
        if let Some(named) = serve.text() {
            let variant = self.variants.find(named).unwrap_or_default();
            return Serve::Outcome(self.outcome(variant, reason, name, rule_id));
        }
        let split = serve.get("split");
        let mut total = 0.0;
        let mut shares = Vec::with_capacity(split.map_or(0, Node::len));
        let mut last = None;
        for share in entries(split) {
            let weight = share.number().unwrap_or_default();
            total += weight;
            let variant = self.variants.find(share.key()).unwrap_or_default();
            let outcome = self.outcome(variant, reason, name, rule_id);
            shares.push(Share { bound: total, outcome });
            // A point may be rounded up to a tiny total, which no bound is above.
            last = if weight > 0.0 { Some(outcome) } else { last };
        }
        let bucket = self.bucket(serve.get("salt").and_then(Node::text), ":split", BUCKETS);
        let otherwise = self.outcome(self.off, reason, name, rule_id);
        let leftover = last.unwrap_or(otherwise);
        self.reader.builder.split(bucket, Point::Times(total), &shares, leftover, otherwise)
    }

    fn bucket(&mut self, salt: Option<&str>, suffix: &'static str, divisor: u64) -> BucketId {
        let known = match salt {
            None => self.plain.get(usize::from(divisor > 1)).copied().flatten(),
            Some(salt) => self.salts.find(text![suffix, " ", salt].as_bytes()).and_then(|number| self.salted.get(number as usize)).copied(),
        };
        if let Some(known) = known {
            return known;
        }
        let (hash, take, unit) = (Hash::Sha256, Take::First(8), Unit::Key(self.unit));
        let prefix = text![salt.unwrap_or(self.salt), ":"].into();
        let bucket = self.reader.builder.bucket(Bucket { hash, prefix, unit, suffix: suffix.into(), take, modulus: BUCKETS, divisor });
        match (salt, self.plain.get_mut(usize::from(divisor > 1))) {
            (None, Some(plain)) => *plain = Some(bucket),
            (Some(salt), _) => {
                self.salts.insert(text![suffix, " ", salt]);
                self.salted.push(bucket);
            }
            _ => {}
        }
        bucket
    }

    fn name(&mut self, name: &str) -> NameId {
        self.reader.builder.name(name)
    }

    fn off(&mut self, name: &str, reason: Reason, when: Expr) {
        let name = self.name(name);
        let outcome = self.outcome(self.off, reason, name, None);
        self.step(name, None, when, Serve::Outcome(outcome));
    }

    fn step(&mut self, name: NameId, rule_id: Option<NameId>, when: Expr, serve: Serve) {
        self.reader.builder.step(name, rule_id, when, serve);
    }

    fn outcome(&mut self, variant: u32, reason: Reason, name: NameId, rule_id: Option<NameId>) -> OutcomeId {
        let builder = &mut self.reader.builder;
        let (flag, value, variant) = (self.id, Some(variant), self.names.get(variant as usize).copied());
        builder.outcome(Outcome { flag, value, variant, rule_id, backend_reason: name, reason, yields: false })
    }
}
