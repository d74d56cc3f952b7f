//! A flag's configuration to its decision list, in the order that the format lays down.

use std::collections::HashMap;
use std::sync::Arc;

use super::Reader;
use super::flag::FlagConfig;
use super::serve::{BUCKETS_PER_PERCENT, Offer, Serving, Share, VariantIndex};
use crate::evaluation::Reason;
use crate::plan::{
    self, AttributeId, Bucket, BucketId, Expr, Flag, FlagId, Hash, Outcome, OutcomeId, Point, Rollout, Serve, Split, Step, Take, Unit,
};
use crate::value::Value;

const BUCKETS: u64 = (100.0 * BUCKETS_PER_PERCENT) as u64;

/// Adds the flag to the plan. `required` are the flags that it requires, each with the number of the value required.
pub(super) fn compile<'v>(flag: FlagConfig<'v>, required: Vec<(FlagId, VariantIndex)>, reader: &mut Reader<'v>) {
    let id = reader.builder.next_flag();
    let environment = reader.environment.filter(|_| flag.names_environments);
    let fingerprint = plan::fingerprint(flag.definition, environment);
    let key = flag.key.into();
    let values = flag.variants.iter().map(|(_, value)| value.clone()).collect();

    let names = flag.variants.iter().map(|(name, _)| name.into()).collect();
    let mut list = List { id, names, off: flag.off, unit: flag.unit, salt: flag.salt, buckets: HashMap::new(), reader, steps: Vec::new() };
    list.flag(flag, required);
    let otherwise = list.outcome(list.off, Reason::Default, "off", None);
    let steps = list.steps;
    reader.builder.flag(Flag { key, values, steps, otherwise, fingerprint });
}

/// A decision list that is being put together.
struct List<'l, 'v> {
    id: FlagId,
    /// The variants' names.
    names: Vec<Arc<str>>,
    off: VariantIndex,
    unit: AttributeId,
    salt: &'v str,
    /// By their own salt and suffix. The flag's salt may be long, and its rollouts and splits many.
    buckets: HashMap<(Option<&'v str>, &'static str), BucketId>,
    reader: &'l mut Reader<'v>,
    steps: Vec<Step>,
}

impl<'v> List<'_, 'v> {
    fn flag(&mut self, flag: FlagConfig<'v>, required: Vec<(FlagId, VariantIndex)>) {
        if flag.killed {
            return self.off("killed", Reason::Disabled, always());
        }
        if !flag.enabled {
            return self.off("disabled", Reason::Disabled, always());
        }
        self.off("circuit_open", Reason::Disabled, Expr::CircuitOpen);
        if let Some(serving) = &flag.environment_serves {
            let serve = self.serve(serving, Reason::Static, "environment", None);
            return self.step("environment", None, always(), serve);
        }
        let ungated = self.steps.len();

        if let Some(from) = flag.from {
            self.off("not_started", Reason::Disabled, Expr::Before(from));
        }
        if let Some(until) = flag.until {
            self.off("expired", Reason::Disabled, Expr::After(until));
        }
        for (required, value) in required {
            self.off("requirement", Reason::Disabled, Expr::Not(Box::new(Expr::Serves(required, value))));
            if let Some(step) = self.steps.last_mut() {
                step.requires = Some(required);
            }
        }
        if !flag.deny.is_empty() {
            let denied = self.reader.key_in(flag.deny);
            self.off("denied", Reason::TargetingMatch, denied);
        }
        if let (Some(on), false) = (flag.on, flag.allow.is_empty()) {
            let allowed = self.reader.key_in(flag.allow);
            let outcome = self.outcome(on, Reason::TargetingMatch, "allowed", None);
            self.step("allowed", None, allowed, Serve::Outcome(outcome));
        }
        for rule in flag.rules {
            self.offer("rule", rule.id.map(Arc::from), Some(rule.when), rule.offer, Reason::TargetingMatch);
        }
        if let Some(offer) = flag.default {
            let reason = if self.steps.len() == ungated { Reason::Static } else { Reason::Default };
            self.offer("default", None, None, offer, reason);
        }
    }

    /// What a rule or the default serves, to the units that its rollout holds. `plain` is the reason when no bucket
    /// takes part.
    fn offer(&mut self, name: &'static str, rule_id: Option<Arc<str>>, when: Option<Expr>, offer: Offer<'v>, plain: Reason) {
        let buckets = offer.share.is_some() || matches!(offer.serving, Serving::Split { .. });
        let reason = if buckets { Reason::Split } else { plain };
        let rollout = offer.share.map(|share| self.rollout(share));
        let serve = self.serve(&offer.serving, reason, name, rule_id.as_ref());
        self.step(name, rule_id, Expr::all(when.into_iter().chain(rollout).collect()), serve);
    }

    fn rollout(&mut self, share: Share<'v>) -> Expr {
        let bucket = self.bucket(share.salt, "", 1);
        Expr::Rollout(Rollout { bucket, threshold: share.threshold })
    }

    fn serve(&mut self, serving: &Serving<'v>, reason: Reason, name: &'static str, rule_id: Option<&Arc<str>>) -> Serve {
        match serving {
            Serving::Variant(variant) => Serve::Outcome(self.outcome(*variant, reason, name, rule_id)),
            Serving::Split { weights, salt } => {
                let mut total = 0.0;
                let mut shares = Vec::with_capacity(weights.len());
                let mut last = None;
                for (variant, weight) in weights {
                    total += weight;
                    let outcome = self.outcome(*variant, reason, name, rule_id);
                    shares.push((total, outcome));
                    // A point may be rounded up to a tiny total, which no bound is above.
                    last = if *weight > 0.0 { Some(outcome) } else { last };
                }
                let bucket = self.bucket(*salt, ":split", BUCKETS);
                let otherwise = self.outcome(self.off, reason, name, rule_id);
                Serve::Split(Split {
                    bucket,
                    point: Point::Times(total),
                    shares: shares.into(),
                    leftover: last.unwrap_or(otherwise),
                    otherwise,
                })
            }
        }
    }

    fn bucket(&mut self, salt: Option<&'v str>, suffix: &'static str, divisor: u64) -> BucketId {
        let (hash, take, unit) = (Hash::Sha256, Take::First(8), Unit::Key(self.unit));
        *self.buckets.entry((salt, suffix)).or_insert_with(|| {
            let prefix = format!("{}:", salt.unwrap_or(self.salt)).into();
            self.reader.builder.bucket(Bucket { hash, prefix, unit, suffix: suffix.into(), take, modulus: BUCKETS, divisor })
        })
    }

    fn off(&mut self, name: &'static str, reason: Reason, when: Expr) {
        let outcome = self.outcome(self.off, reason, name, None);
        self.step(name, None, when, Serve::Outcome(outcome));
    }

    fn step(&mut self, name: &'static str, rule_id: Option<Arc<str>>, when: Expr, serve: Serve) {
        self.steps.push(Step { name, rule_id, requires: None, when, serve });
    }

    fn outcome(&mut self, variant: VariantIndex, reason: Reason, name: &'static str, rule_id: Option<&Arc<str>>) -> OutcomeId {
        let backend_reason = name.into();
        let (value, name) = (Some(variant), self.names.get(variant as usize).cloned());
        self.reader.builder.outcome(Outcome {
            flag: self.id,
            value,
            yields: false,
            variant: name,
            reason,
            backend_reason,
            rule_id: rule_id.cloned(),
        })
    }
}

fn always() -> Expr {
    Expr::Literal(Value::Bool(true))
}
