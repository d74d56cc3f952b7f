//! Numbers as JavaScript prints them.

/// `String(number)` of JavaScript: ECMA-262, `Number::toString` with radix 10.
pub(crate) fn to_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    if number == 0.0 {
        return "0".into();
    }
    // The shortest digits that read back as the same double; JavaScript and Rust differ only in where the point goes.
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if number < 0.0 { "-" } else { "" };
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let count = digits.len() as i32;
    match exponent {
        21.. | ..=-7 => {
            let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
            let point = if rest.is_empty() { "" } else { "." };
            let plus = if exponent > 0 { "+" } else { "" };
            format!("{sign}{first}{point}{rest}e{plus}{exponent}")
        }
        ..0 => format!("{sign}0.{}{digits}", zeros(-exponent - 1)),
        _ if exponent >= count - 1 => format!("{sign}{digits}{}", zeros(exponent - count + 1)),
        _ => {
            let (whole, fraction) = digits.split_at_checked(exponent as usize + 1).unwrap_or((&digits, "0"));
            format!("{sign}{whole}.{fraction}")
        }
    }
}
