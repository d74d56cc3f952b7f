//! Conditions written in Python, as trees: the part of the language that targeting needs, and nothing that could do
//! anything but look at attributes.

use super::AttributeId;
use crate::value::Value;

/// Yields a Python value or raises an exception; a condition holds when the value is truthy.
#[derive(Debug, PartialEq)]
pub(crate) enum Expr {
    /// `None`, `True`, `False`, a number or a string.
    Literal(Value),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    /// One attribute: a variable, or an item of `custom_attributes` whose key is literal. Where the attribute is missing
    /// and there is no value instead, it raises.
    Name {
        attribute: AttributeId,
        when_missing: Option<Value>,
    },
    /// `custom_attributes.get('key', default)` with a literal key. Like any argument, the default is evaluated whether
    /// it is needed or not.
    Get {
        attribute: AttributeId,
        default: Box<Expr>,
    },
    /// `custom_attributes` as a whole; empty where the attribute is not an object.
    CustomAttributes(AttributeId),
    /// `and` or `or`: the first operand that is as truthy as this says, else the last. There are two or more.
    First {
        truthy: bool,
        of: Vec<Expr>,
    },
    Not(Box<Expr>),
    /// `a < b <= c`: every operand is evaluated once, and none after the first comparison that fails.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    /// A number times 1 or -1.
    Signed(f64, Box<Expr>),
    /// `value[key]`.
    Item {
        value: Box<Expr>,
        key: Box<Expr>,
    },
    Call {
        receiver: Box<Expr>,
        method: Method,
        arguments: Vec<Expr>,
    },
}

/// `is` and `is not` stand only beside a literal `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    NotIn,
    Is,
    IsNot,
}

/// The methods that a condition may call: `get` of dicts, the others of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    Strip,
    Get,
}

impl Method {
    /// All methods by the names that Python gives them.
    pub(crate) const ALL: [(&'static str, Method); 6] = [
        ("startswith", Method::StartsWith),
        ("endswith", Method::EndsWith),
        ("lower", Method::Lower),
        ("upper", Method::Upper),
        ("strip", Method::Strip),
        ("get", Method::Get),
    ];
}

impl Expr {
    /// Calls `visit` with every attribute that the expression can read.
    pub(crate) fn reads(&self, visit: &mut dyn FnMut(AttributeId)) {
        match self {
            Expr::Literal(_) => {}
            Expr::Name { attribute, .. } | Expr::CustomAttributes(attribute) => visit(*attribute),
            Expr::Get { attribute, default } => {
                visit(*attribute);
                default.reads(visit);
            }
            Expr::List(parts) | Expr::Tuple(parts) | Expr::First { of: parts, .. } => parts.iter().for_each(|part| part.reads(visit)),
            Expr::Not(inner) | Expr::Signed(_, inner) => inner.reads(visit),
            Expr::Compare(first, rest) => {
                first.reads(visit);
                rest.iter().for_each(|(_, operand)| operand.reads(visit));
            }
            Expr::Item { value, key } => {
                value.reads(visit);
                key.reads(visit);
            }
            Expr::Call { receiver, arguments, .. } => {
                receiver.reads(visit);
                arguments.iter().for_each(|argument| argument.reads(visit));
            }
        }
    }
}
