//! One flag as it is written, checked.

use std::collections::{HashMap, HashSet};

use super::condition::InSegment;
use super::serve::{Offer, Serving, VariantIndex, serving};
use super::{Reader, instant, listed, serve};
use crate::error::{Code, quoted};
use crate::format::check::{Checker, Node};
use crate::plan::{AttributeId, Expr, Kind};
use crate::value::{Object, Value};

const FLAG_KEYS: &[&str] = &[
    "enabled",
    "killed",
    "description",
    "owner",
    "tags",
    "variants",
    "off",
    "on",
    "deny",
    "allow",
    "requires",
    "schedule",
    "environments",
    "rules",
    "default",
    "bucketing",
    "errorThreshold",
];
const ENVIRONMENT_KEYS: &[&str] = &["enabled", "serve"];
const SCHEDULE_KEYS: &[&str] = &["from", "until"];
const REQUIREMENT_KEYS: &[&str] = &["flag", "variant"];
const RULE_KEYS: &[&str] = &["id", "when", "rollout", "serve"];
const BUCKETING_KEYS: &[&str] = &["by", "salt"];
const ERROR_THRESHOLD_KEYS: &[&str] = &["rate", "windowSeconds", "minimumSamples"];

/// A flag with nothing wrong with it, but for what it requires.
pub(super) struct FlagConfig<'v> {
    pub(super) key: &'v str,
    pub(super) definition: &'v Value,
    pub(super) variants: Variants<'v>,
    pub(super) off: VariantIndex,
    pub(super) on: Option<VariantIndex>,
    pub(super) killed: bool,
    /// In the environment in force.
    pub(super) enabled: bool,
    /// What the environment in force serves.
    pub(super) environment_serves: Option<Serving<'v>>,
    /// Whether the flag names environments at all.
    pub(super) names_environments: bool,
    pub(super) from: Option<f64>,
    pub(super) until: Option<f64>,
    pub(super) requires: Vec<Requirement<'v>>,
    pub(super) deny: Vec<&'v str>,
    pub(super) allow: Vec<&'v str>,
    pub(super) rules: Vec<Rule<'v>>,
    pub(super) default: Option<Offer<'v>>,
    pub(super) unit: AttributeId,
    pub(super) salt: &'v str,
}

pub(super) struct Rule<'v> {
    pub(super) id: Option<&'v str>,
    pub(super) when: Expr,
    pub(super) offer: Offer<'v>,
}

pub(super) struct Requirement<'v> {
    pub(super) flag: &'v str,
    /// None: the other flag's `on`.
    pub(super) variant: Option<&'v str>,
}

/// The variants of a flag in written order, all of one type.
pub(super) struct Variants<'v> {
    object: &'v Object,
    places: HashMap<&'v str, VariantIndex>,
}

impl<'v> Variants<'v> {
    pub(super) fn get(&self, name: &str) -> Option<VariantIndex> {
        self.places.get(name).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'v str, &'v Value)> {
        self.object.iter()
    }

    /// The variant of this name; it is an issue if there is none.
    pub(super) fn find(&self, name: &str, node: Node<'_, '_>, checker: &mut Checker) -> Option<VariantIndex> {
        let found = self.get(name);
        if found.is_none() {
            let message =
                format!("there is no variant {}; expected one of {}", quoted(name), listed(self.iter().map(|(name, _)| name), ", "));
            checker.report(node, Code::UnknownVariant, message);
        }
        found
    }

    /// The variant whose name stands here.
    pub(super) fn named(&self, node: Node<'_, '_>, checker: &mut Checker) -> Option<VariantIndex> {
        let name = checker.string(node)?;
        self.find(name, node, checker)
    }
}

impl<'v> Reader<'v> {
    pub(super) fn flag(&mut self, key: &'v str, node: Node<'v, '_>, checker: &mut Checker) -> Option<FlagConfig<'v>> {
        let fields = checker.fields(node, FLAG_KEYS)?;
        for key in ["description", "owner"] {
            fields.get(key).map(|node| checker.string(node));
        }
        fields.get("tags").map(|node| checker.items(node, Checker::string));
        fields.get("errorThreshold").map(|node| error_threshold(node, checker));

        let variants = checker.required(&fields, "variants").and_then(|node| variants(node, checker));
        let Some(variants) = variants else {
            // Without variants nothing else can be held to them, but conditions can be looked at.
            self.rules_without_variants(fields.get("rules"), checker);
            return None;
        };
        let off = match fields.get("off") {
            Some(node) => variants.named(node, checker),
            None => {
                let off = variants.get("off");
                if off.is_none() {
                    checker.report(node, Code::UnknownVariant, "there is no variant `off`, and no key `off` names another".into());
                }
                off
            }
        };
        let on = match fields.get("on") {
            Some(node) => variants.named(node, checker),
            None => variants.get("on"),
        };
        let killed = fields.get("killed").map_or(Some(false), |node| checker.bool(node));
        let enabled = fields.get("enabled").map_or(Some(true), |node| checker.bool(node));
        let environment = fields.get("environments").map_or(Some(None), |node| self.environments(node, &variants, checker));
        let schedule = fields.get("schedule").map_or(Some((None, None)), |node| schedule(node, checker));
        let requires = fields.get("requires").map_or(Some(Vec::new()), |node| checker.items(node, requirement));
        let deny = self.targeting_keys(fields.get("deny"), checker);
        let allow = self.targeting_keys(fields.get("allow"), checker);
        if let (Some(node), None, None) = (fields.get("allow"), fields.get("on"), on)
            && matches!(node.value, Value::List(items) if !items.is_empty())
        {
            checker.report(node, Code::UnknownVariant, "`allow` has no variant `on` to serve, and no key `on` names another".into());
        }
        let rules = fields.get("rules").map_or(Some(Vec::new()), |node| self.rules(node, &variants, checker));
        let default = fields.get("default").map(|node| self.default(node, &variants, checker));
        let (unit, salt) = match fields.get("bucketing") {
            Some(node) => self.bucketing(node, checker)?,
            None => (None, None),
        };
        let names_environments = fields.get("environments").is_some();
        let (overrides, environment_serves) = environment?.unwrap_or((None, None));
        let (from, until) = schedule?;
        let default = match default {
            Some(None) => return None,
            default => default.flatten(),
        };
        Some(FlagConfig {
            key,
            definition: node.value,
            variants,
            off: off?,
            on,
            killed: killed?,
            enabled: overrides.unwrap_or(enabled?),
            environment_serves,
            names_environments,
            from,
            until,
            requires: requires?,
            deny: deny?,
            allow: allow?,
            rules: rules?,
            default,
            unit: unit.unwrap_or(self.targeting_key),
            salt: salt.unwrap_or(key),
        })
    }

    /// What the environment in force says: enabled or not, and what it serves.
    fn environments(
        &self,
        node: Node<'v, '_>,
        variants: &Variants<'v>,
        checker: &mut Checker,
    ) -> Option<Option<(Option<bool>, Option<Serving<'v>>)>> {
        let mut in_force = None;
        checker.each(node, |checker, name, node| {
            let Some(fields) = checker.fields(node, ENVIRONMENT_KEYS) else { return };
            let enabled = fields.get("enabled").and_then(|node| checker.bool(node));
            let serves = fields.get("serve").and_then(|node| serving(node, variants, checker));
            if self.environment == Some(name) {
                in_force = Some((enabled, serves));
            }
        })?;
        Some(in_force)
    }

    fn rules(&mut self, node: Node<'v, '_>, variants: &Variants<'v>, checker: &mut Checker) -> Option<Vec<Rule<'v>>> {
        let mut ids = HashSet::new();
        checker.items(node, |checker, node| {
            let fields = checker.fields(node, RULE_KEYS)?;
            let id = match fields.get("id") {
                None => Some(None),
                Some(node) => {
                    let id = checker.name(node);
                    if let Some(id) = id.filter(|id| !ids.insert(*id)) {
                        checker.report(node, Code::DuplicateRule, format!("another rule of the flag has the id {}", quoted(id)));
                    }
                    id.map(Some)
                }
            };
            let when = match fields.get("when") {
                None => Some(Expr::all(Vec::new())),
                Some(node) => self.conditions(node, InSegment(false), checker),
            };
            let offer = self.offer(&fields, variants, checker);
            Some(Rule { id: id?, when: when?, offer: offer? })
        })
    }

    fn rules_without_variants(&mut self, node: Option<Node<'v, '_>>, checker: &mut Checker) {
        let Some(node) = node else { return };
        checker.items(node, |checker, node| {
            let fields = checker.fields(node, RULE_KEYS)?;
            self.conditions(fields.get("when")?, InSegment(false), checker)
        });
    }

    fn bucketing(&mut self, node: Node<'v, '_>, checker: &mut Checker) -> Option<(Option<AttributeId>, Option<&'v str>)> {
        let fields = checker.fields(node, BUCKETING_KEYS)?;
        let by = match fields.get("by") {
            None => Some(None),
            Some(node) => checker.name(node).map(Some),
        };
        let salt = serve::salt(&fields, checker);
        Some((by?.map(|name| self.attribute(name)), salt?))
    }
}

fn variants<'v>(node: Node<'v, '_>, checker: &mut Checker) -> Option<Variants<'v>> {
    let object = checker.object(node)?;
    let mut first: Option<(&str, Kind, &Value)> = None;
    let mut places = HashMap::new();
    checker.each(node, |checker, name, node| {
        checker.entry_name(name, node);
        places.insert(name, places.len() as VariantIndex);
        let kind = match node.value {
            Value::Null | Value::List(_) => None,
            value => Kind::of(value),
        };
        let Some(kind) = kind else {
            checker.wrong_type(node, "a boolean, a string, a number or an object");
            return;
        };
        let (model, expected, value) = *first.get_or_insert((name, kind, node.value));
        if kind != expected {
            let (expected, found) = (value.type_name(), node.value.type_name());
            checker.report(node, Code::MixedVariants, format!("expected {expected} as in the variant {}, found {found}", quoted(model)));
        }
    });
    if object.is_empty() {
        checker.report(node, Code::OutOfRange, "expected at least one variant".into());
    }
    first?;
    Some(Variants { object, places })
}

fn schedule(node: Node<'_, '_>, checker: &mut Checker) -> Option<(Option<f64>, Option<f64>)> {
    let fields = checker.fields(node, SCHEDULE_KEYS)?;
    let from = fields.get("from").map(|node| instant(node, checker));
    let until = fields.get("until").map(|node| instant(node, checker));
    if let (Some(Some(from)), Some(Some(until))) = (from, until)
        && from > until
    {
        checker.report(node, Code::InvalidSchedule, "expected `from` not to be after `until`".into());
    }
    Some((from.flatten(), until.flatten()))
}

fn requirement<'v>(checker: &mut Checker, node: Node<'v, '_>) -> Option<Requirement<'v>> {
    match node.value {
        Value::String(flag) => Some(Requirement { flag, variant: None }),
        Value::Object(_) => {
            let fields = checker.fields(node, REQUIREMENT_KEYS)?;
            let flag = checker.required(&fields, "flag").and_then(|node| checker.string(node));
            let variant = checker.required(&fields, "variant").and_then(|node| checker.string(node));
            Some(Requirement { flag: flag?, variant: Some(variant?) })
        }
        _ => {
            checker.wrong_type(node, "a flag's key or an object with `flag` and `variant`");
            None
        }
    }
}

fn error_threshold(node: Node<'_, '_>, checker: &mut Checker) -> Option<()> {
    let fields = checker.fields(node, ERROR_THRESHOLD_KEYS)?;
    if let Some(node) = checker.required(&fields, "rate") {
        checker.number_where(node, "a rate from 0 to 1", |rate| (0.0..=1.0).contains(&rate));
    }
    if let Some(node) = checker.required(&fields, "windowSeconds") {
        checker.number_where(node, "a number above 0", |seconds| seconds > 0.0);
    }
    if let Some(node) = fields.get("minimumSamples") {
        checker.number_where(node, "a whole number of at least 0", |samples| samples >= 0.0 && samples.fract() == 0.0);
    }
    Some(())
}
