//! What an evaluation answers.

use std::fmt;

use crate::value::{Object, Value};

/// The answer for one flag and one context. It borrows from the snapshot, from the flag key and from the default value.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation<'a> {
    /// The flag asked for.
    pub flag_key: &'a str,
    /// The value; in an error the caller's default, none when there is no default.
    pub value: Option<&'a Value>,
    /// The variant served.
    pub variant: Option<&'a str>,
    /// Why, in OpenFeature's words.
    pub reason: Reason,
    /// Why, in the words of the backend's format.
    pub backend_reason: Option<&'a str>,
    /// The rule that decided, where rules have ids.
    pub rule_id: Option<&'a str>,
    /// What went wrong, with reason [`Reason::Error`].
    pub error: Option<EvaluationError>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// The word as OpenFeature spells it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Why a value was served: OpenFeature's resolution reasons.
    Reason {
        /// The same for everybody, without a look at the context.
        Static = "STATIC",
        /// Nothing applied to the context, so what stands for all the others was served.
        Default = "DEFAULT",
        /// A rule or a list that applies to the context.
        TargetingMatch = "TARGETING_MATCH",
        /// A bucket decided.
        Split = "SPLIT",
        /// The flag is off.
        Disabled = "DISABLED",
        /// There was no answer; see the error code.
        Error = "ERROR",
    }
}

words! {
    /// OpenFeature's error codes.
    ErrorCode {
        /// No snapshot has been loaded.
        ProviderNotReady = "PROVIDER_NOT_READY",
        /// The snapshot has no such flag.
        FlagNotFound = "FLAG_NOT_FOUND",
        /// The default value is of another type than the flag.
        TypeMismatch = "TYPE_MISMATCH",
        /// The context is not an object.
        InvalidContext = "INVALID_CONTEXT",
        /// Anything else.
        General = "GENERAL",
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationError {
    /// The kind of error.
    pub code: ErrorCode,
    /// One sentence.
    pub message: String,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn failed(flag_key: &'a str, default: Option<&'a Value>, code: ErrorCode, message: String) -> Evaluation<'a> {
        let error = Some(EvaluationError { code, message });
        Evaluation { flag_key, value: default, variant: None, reason: Reason::Error, backend_reason: None, rule_id: None, error }
    }

    /// The evaluation as JSON, with the names that JavaScript has for its parts.
    pub fn to_value(&self) -> Value {
        self.to_object().into()
    }

    pub(crate) fn to_object(&self) -> Object {
        let mut object = Object::default();
        object.set("flagKey", self.flag_key);
        if let Some(value) = self.value {
            object.set("value", value.clone());
        }
        object.set("variant", self.variant);
        object.set("reason", self.reason.as_str());
        object.set("backendReason", self.backend_reason);
        object.set("ruleId", self.rule_id);
        if let Some(error) = &self.error {
            object.set("errorCode", error.code.as_str());
            object.set("errorMessage", &*error.message);
        }
        object
    }
}

/// An evaluation with every step that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation<'a> {
    /// The answer.
    pub evaluation: Evaluation<'a>,
    /// The steps in the order in which they were tried; the last one decided. Empty in an error.
    pub steps: Vec<ExplainedStep<'a>>,
}

/// One step that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedStep<'a> {
    /// The step's word, such as `killed`, `rule` or `default`.
    pub step: &'a str,
    /// The rule, where the step is one that has an id.
    pub rule_id: Option<&'a str>,
    /// The flag that the step requires, where it is a requirement.
    pub required_flag: Option<&'a str>,
    /// Whether the step decided.
    pub matched: bool,
    /// The rollout that the step drew: the unit is in when its bucket is below the threshold.
    pub rollout: Option<Draw>,
    /// The split that the step drew: its point, out of the total weight.
    pub split: Option<Draw>,
}

/// A number drawn for a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// The unit's text.
    pub unit: String,
    /// What was drawn: a rollout's bucket or a split's point.
    pub drawn: f64,
    /// What it stands against: a rollout's threshold or a split's total weight.
    pub against: f64,
}

impl Explanation<'_> {
    /// The explanation as JSON, with the names that JavaScript has for its parts.
    pub fn to_value(&self) -> Value {
        let mut object = self.evaluation.to_object();
        object.set("steps", self.steps.iter().map(ExplainedStep::to_value).collect::<Vec<_>>());
        object.into()
    }
}

impl ExplainedStep<'_> {
    fn to_value(&self) -> Value {
        let mut object = Object::default();
        object.set("step", self.step);
        object.set("ruleId", self.rule_id);
        object.set("matched", self.matched);
        if let Some(flag) = self.required_flag {
            object.set("requiredFlag", flag);
        }
        for (draw, drawn, against) in [(&self.rollout, "bucket", "threshold"), (&self.split, "point", "total")] {
            if let Some(draw) = draw {
                object.set("unit", &*draw.unit);
                object.set(drawn, draw.drawn);
                object.set(against, draw.against);
            }
        }
        object.into()
    }
}
