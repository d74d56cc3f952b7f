//! Numbers as JavaScript prints them.

/// `String(number)` of JavaScript: ECMA-262, `Number::toString` with radix 10.
pub(crate) fn to_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).into()
}

/// The double nearest to a decimal as JSON writes it; infinite where that lies beyond the range of doubles.
pub(crate) fn of_decimal(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::to_text;

    /// Expected values: `String(number)` in Node.
    #[test]
    fn as_javascript_prints() {
        let cases: &[(f64, &str)] = &[
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (100.0, "100"),
            (123_456.789, "123456.789"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e-6, "0.000001"),
            (1.5e-6, "0.0000015"),
            (1e-7, "1e-7"),
            (-1.25e-7, "-1.25e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (4_294_967_296.5, "4294967296.5"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        let wrong: Vec<_> =
            cases.iter().map(|(number, expected)| (to_text(*number), expected)).filter(|(found, expected)| found != *expected).collect();
        assert!(wrong.is_empty(), "(found, expected): {wrong:#?}");
    }
}
