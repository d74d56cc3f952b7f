//! JavaScript's way of comparing: `===`, `Array.prototype.includes`, `<`, `Number()` and `String()`, for formats whose
//! backend is written in it. A missing value is its `undefined`.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::number;
use crate::plan::{JavaScriptTest, Plan, Relation};
use crate::text::{contains, trimmed};
use crate::value::{Value, ValueRef};

/// `a === b`. Lists and objects are never equal: the two sides are never the same object.
pub(crate) fn strict_equals(a: ValueRef<'_>, b: ValueRef<'_>) -> bool {
    !matches!(a, ValueRef::List(_) | ValueRef::Object(_)) && a == b
}

/// `items.includes(value)`: `===`, but NaN is found.
pub(crate) fn includes(items: &[Value], value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Number(number) if number.is_nan() => items.iter().any(|item| matches!(item, Value::Number(item) if item.is_nan())),
        _ => items.iter().any(|item| strict_equals(item.borrow(), value)),
    }
}

/// How `a` and `b` compare under `<`, `<=`, `>` and `>=`; none if NaN comes in, which makes all four false.
pub(crate) fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Option<Ordering> {
    let text = |value| match value {
        ValueRef::String(_) | ValueRef::List(_) | ValueRef::Object(_) => Some(to_text(value)),
        _ => None,
    };
    match (text(a), text(b)) {
        (Some(a), Some(b)) => Some(compare_utf16(&a, &b)),
        _ => to_number(a).partial_cmp(&to_number(b)),
    }
}

/// The order of JavaScript's strings, by UTF-16 code units: U+FFFD comes after U+1F600.
pub(crate) fn compare_utf16(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// `String(value)`.
pub(crate) fn to_text(value: ValueRef<'_>) -> Cow<'_, str> {
    match value {
        ValueRef::Missing => "undefined".into(),
        ValueRef::Null => "null".into(),
        ValueRef::Bool(true) => "true".into(),
        ValueRef::Bool(false) => "false".into(),
        ValueRef::Number(number) => number::to_text(number).into(),
        ValueRef::String(text) => text.into(),
        ValueRef::List(items) => {
            let mut text = String::new();
            push_joined(&mut text, items);
            text.into()
        }
        ValueRef::Object(_) => "[object Object]".into(),
    }
}

fn push_joined(text: &mut String, items: &[Value]) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        match item {
            Value::Null => {}
            Value::List(items) => push_joined(text, items),
            _ => text.push_str(&to_text(item.borrow())),
        }
    }
}

/// `Number(value)`.
pub(crate) fn to_number(value: ValueRef<'_>) -> f64 {
    match value {
        ValueRef::Missing | ValueRef::Object(_) => f64::NAN,
        ValueRef::Null => 0.0,
        ValueRef::Bool(value) => value.into(),
        ValueRef::Number(number) => number,
        ValueRef::String(_) | ValueRef::List(_) => parse_number(&to_text(value)),
    }
}

/// A text as a number: ECMA-262, `StringToNumber`.
fn parse_number(text: &str) -> f64 {
    match trimmed(text, &is_space).as_bytes() {
        [] => 0.0,
        [b'0', b'x' | b'X', digits @ ..] => parse_digits(digits, 4),
        [b'0', b'o' | b'O', digits @ ..] => parse_digits(digits, 3),
        [b'0', b'b' | b'B', digits @ ..] => parse_digits(digits, 1),
        b"Infinity" | b"+Infinity" => f64::INFINITY,
        b"-Infinity" => f64::NEG_INFINITY,
        decimal => number::parse(decimal).unwrap_or(f64::NAN),
    }
}

/// Digits of so many bits each, rounded once to the nearest double, ties to even.
fn parse_digits(digits: &[u8], bits: u8) -> f64 {
    if digits.is_empty() {
        return f64::NAN;
    }
    let (mut value, mut exponent) = (0_u64, 0_u64);
    for digit in digits {
        let Some(digit) = char::from(*digit).to_digit(1 << bits) else { return f64::NAN };
        if value >> 60 == 0 {
            value = value << bits | u64::from(digit);
        } else {
            // Past a double's 53 bits it only matters whether anything follows, and the last bit can say so.
            value |= u64::from(digit != 0);
            exponent = exponent.saturating_add(bits.into());
        }
    }
    // 2 to the power of the exponent; infinity past all doubles.
    let power = f64::from_bits((1023 + exponent.min(1024)) << 52);
    value as f64 * power
}

/// JavaScript's white space and line terminators. Unicode's differ in U+0085 and U+FEFF.
fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// Whether the value passes the test.
pub(super) fn holds(plan: &Plan, value: ValueRef<'_>, test: &JavaScriptTest) -> bool {
    match test {
        JavaScriptTest::Equals(expected) => strict_equals(value, operand(expected)),
        JavaScriptTest::Compares(relation, bound) => compare(value, operand(bound)).is_some_and(|order| agrees(*relation, order)),
        JavaScriptTest::ComparesNumbers(relation, bound) => {
            to_number(value).partial_cmp(bound).is_some_and(|order| agrees(*relation, order))
        }
        JavaScriptTest::TextIncludes(part) => contains(&to_text(value), part),
        JavaScriptTest::Includes(part) => holds_within(value, operand(part)),
        JavaScriptTest::IncludedIn(container) => holds_within(operand(container), value),
        JavaScriptTest::Matches(id) => {
            let text = to_text(value);
            plan.patterns.get(id.index()).is_some_and(|pattern| pattern.is_match(&text))
        }
    }
}

/// What stands in the snapshot, `undefined` when nothing does.
fn operand(operand: &Option<Value>) -> ValueRef<'_> {
    operand.as_ref().map_or(ValueRef::Missing, Value::borrow)
}

/// `container.includes(needle)`; nothing is in what is neither text nor a list.
fn holds_within(container: ValueRef<'_>, needle: ValueRef<'_>) -> bool {
    match container {
        ValueRef::String(text) => contains(text, &to_text(needle)),
        ValueRef::List(items) => includes(items, needle),
        _ => false,
    }
}

fn agrees(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Less => order.is_lt(),
        Relation::LessOrEqual => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterOrEqual => order.is_ge(),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::value::Object;

    /// What `JSON.parse(text)` gives, and `undefined` for `undefined`, `NaN` for `NaN` and so on.
    fn with_value<T>(text: &str, read: impl FnOnce(ValueRef<'_>) -> T) -> T {
        match text {
            "undefined" => read(ValueRef::Missing),
            "NaN" => read(ValueRef::Number(f64::NAN)),
            "Infinity" => read(ValueRef::Number(f64::INFINITY)),
            _ => read(Value::from(serde_json::from_str::<serde_json::Value>(text).unwrap()).borrow()),
        }
    }

    /// Lists the cases for which `found` gives something else than expected.
    #[track_caller]
    fn check<I: Debug + ?Sized, T: Debug, F: Debug + PartialEq<T>>(cases: &[(&I, T)], found: impl Fn(&I) -> F) {
        let found = cases.iter().map(|(input, expected)| (input, found(input), expected));
        let wrong: Vec<_> = found.filter(|(_, found, expected)| found != *expected).collect();
        assert!(wrong.is_empty(), "(input, found, expected): {wrong:#?}");
    }

    /// Expected values: `a === b` in Node.
    #[test]
    fn strict_equality() {
        let cases: &[(&(&str, &str), bool)] = &[
            (&("undefined", "undefined"), true),
            (&("undefined", "null"), false),
            (&("null", "null"), true),
            (&("null", "false"), false),
            (&("NaN", "NaN"), false),
            (&("-0.0", "0"), true),
            (&("1", "1.0"), true),
            (&("1", "\"1\""), false),
            (&("1", "true"), false),
            (&("\"\"", "false"), false),
            (&("\"a\"", "\"a\""), true),
            (&("\"a\"", "\"A\""), false),
            (&("[]", "[]"), false),
            (&("{}", "{}"), false),
            (&("[1]", "1"), false),
        ];
        check(cases, |(a, b)| with_value(a, |a| with_value(b, |b| strict_equals(a, b))));
    }

    /// Expected values: `items.includes(value)` in Node.
    #[test]
    fn inclusion() {
        let items: Vec<Value> =
            vec![Value::Null, 0.into(), f64::NAN.into(), "5".into(), vec![Value::from(1)].into(), Value::Object(Object::default())];
        let cases: &[(&str, bool)] = &[
            ("undefined", false),
            ("null", true),
            ("0", true),
            ("-0.0", true),
            ("NaN", true),
            ("5", false),
            ("\"5\"", true),
            ("false", false),
            ("[1]", false),
            ("{}", false),
        ];
        check(cases, |value| with_value(value, |value| includes(&items, value)));
        assert!(!includes(&[], ValueRef::Number(f64::NAN)));
    }

    /// Expected values: `[a < b, a <= b, a > b, a >= b]` in Node.
    #[test]
    fn relations() {
        const LESS: [bool; 4] = [true, true, false, false];
        const SAME: [bool; 4] = [false, true, false, true];
        const GREATER: [bool; 4] = [false, false, true, true];
        const NONE: [bool; 4] = [false; 4];
        let cases: &[(&(&str, &str), [bool; 4])] = &[
            (&("\"45\"", "30"), GREATER),
            (&("\"45\"", "\"5\""), LESS),
            (&("undefined", "0"), NONE),
            (&("undefined", "undefined"), NONE),
            (&("null", "-1"), GREATER),
            (&("null", "null"), SAME),
            (&("\"\"", "5"), LESS),
            (&("\"a\"", "5"), NONE),
            (&("NaN", "NaN"), NONE),
            (&("-0.0", "0"), SAME),
            (&("true", "1"), SAME),
            (&("true", "\"0x1\""), SAME),
            (&("false", "\"\""), SAME),
            (&("\"\u{fffd}\"", "\"\u{1f600}\""), GREATER),
            (&("\"a\"", "\"ab\""), LESS),
            (&("[2]", "10"), LESS),
            (&("[2]", "\"10\""), GREATER),
            (&("[2]", "[10]"), GREATER),
            (&("[1,2]", "1"), NONE),
            (&("[]", "0"), SAME),
            (&("{}", "\"[object Object]\""), SAME),
            (&("{}", "{}"), SAME),
            (&("{}", "1"), NONE),
        ];
        check(cases, |(a, b)| {
            with_value(a, |a| {
                with_value(b, |b| {
                    let order = compare(a, b);
                    [Ordering::is_lt, Ordering::is_le, Ordering::is_gt, Ordering::is_ge].map(|holds| order.is_some_and(holds))
                })
            })
        });
    }

    /// Expected values: `String(value)` in Node.
    #[test]
    fn texts() {
        let cases: &[(&str, &str)] = &[
            ("undefined", "undefined"),
            ("null", "null"),
            ("true", "true"),
            ("false", "false"),
            ("NaN", "NaN"),
            ("Infinity", "Infinity"),
            ("-0.0", "0"),
            ("1e21", "1e+21"),
            ("\"a\"", "a"),
            ("[]", ""),
            ("[[]]", ""),
            ("[null]", ""),
            ("[1,null,[2,[\"a\",null]],{},true,-0.0]", "1,,2,a,,[object Object],true,0"),
            ("{\"a\":1}", "[object Object]"),
        ];
        check(cases, |value| with_value(value, |value| to_text(value).into_owned()));
    }

    /// Expected values: `Number(value)` in Node. NaN, which equals nothing, is given as none.
    #[test]
    fn numbers() {
        let cases: &[(&str, Option<f64>)] = &[
            ("undefined", None),
            ("null", Some(0.0)),
            ("true", Some(1.0)),
            ("false", Some(0.0)),
            ("NaN", None),
            ("{}", None),
            ("[]", Some(0.0)),
            ("[null]", Some(0.0)),
            ("[[\"5\"]]", Some(5.0)),
            ("[1,2]", None),
            ("[true]", None),
        ];
        check(cases, |value| Some(with_value(value, to_number)).filter(|number| !number.is_nan()));
    }

    /// Expected values: `Number(text)` in Node.
    #[test]
    fn numbers_of_texts() {
        let cases: &[(&str, Option<f64>)] = &[
            ("", Some(0.0)),
            (" ", Some(0.0)),
            (" 5 ", Some(5.0)),
            ("\u{feff}\u{a0}\u{2028}\u{2029}\u{3000}\u{1680}\t\u{b}\u{c}\r\n5\u{feff}", Some(5.0)),
            ("\u{85}5", None),
            ("\u{200b}5", None),
            ("\u{180e}5", None),
            ("5 5", None),
            ("12abc", None),
            ("1_0", None),
            ("5.", Some(5.0)),
            (".5", Some(0.5)),
            ("+.5e1", Some(5.0)),
            ("-5.e-1", Some(-0.5)),
            (".", None),
            ("-.", None),
            (".e1", None),
            ("1e3", Some(1000.0)),
            ("1E+3", Some(1000.0)),
            ("1e", None),
            ("1e+", None),
            ("e1", None),
            ("1.2.3", None),
            ("1e1.5", None),
            ("+", None),
            ("-", None),
            ("+-1", None),
            ("--1", None),
            ("- 1", None),
            ("007", Some(7.0)),
            ("1e400", Some(f64::INFINITY)),
            ("1e-400", Some(0.0)),
            ("0e99999999999999999999", Some(0.0)),
            ("9007199254740993", Some(9_007_199_254_740_992.0)),
            ("Infinity", Some(f64::INFINITY)),
            ("+Infinity", Some(f64::INFINITY)),
            (" -Infinity ", Some(f64::NEG_INFINITY)),
            ("infinity", None),
            ("Infinity1", None),
            ("inf", None),
            ("nan", None),
            ("NaN", None),
            ("1n", None),
            ("0x10", Some(16.0)),
            ("0XfF", Some(255.0)),
            ("0o17", Some(15.0)),
            ("0O17", Some(15.0)),
            ("0b11", Some(3.0)),
            ("0B11", Some(3.0)),
            ("0x", None),
            ("0xg", None),
            ("0o8", None),
            ("0b2", None),
            ("-0x10", None),
            ("+0b1", None),
            ("0x+1", None),
            ("0x1.8", None),
            ("0b1e1", None),
            ("00x1", None),
            ("\u{0665}", None),
            // Halfway between two doubles, and a little more, at the far end of the digits.
            ("0x20000000000001", Some(9_007_199_254_740_992.0)),
            ("0x20000000000003", Some(9_007_199_254_740_996.0)),
            ("0x200000000000010000000000000000", Some(1.661_534_994_731_145e35)),
            ("0x200000000000010000000000000001", Some(1.661_534_994_731_145_2e35)),
        ];
        check(cases, |text| Some(to_number(ValueRef::String(text))).filter(|number| !number.is_nan()));
        // `Object.is(Number("-0"), -0)`
        assert!(to_number(ValueRef::String("-0")).is_sign_negative());
        // `Number("0x" + "f".repeat(255))`, and with 256 digits more than a double holds
        assert_eq!(to_number(ValueRef::String(&format!("0x{}", "f".repeat(255)))), 2_f64.powi(1020));
        assert_eq!(to_number(ValueRef::String(&format!("0x{}", "f".repeat(256)))), f64::INFINITY);
    }
}
