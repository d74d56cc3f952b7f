//! Instants as text.

/// Milliseconds since 1970 of an RFC 3339 instant in its strict form: an upper-case `T`, seconds, and an offset
/// (`Z` or `±hh:mm`). Digits past the microsecond are cut.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let offset = if bytes.ends_with(b"Z") { 1 } else { 6 };
    let (local, offset) = bytes.split_at_checked(bytes.len().checked_sub(offset)?)?;
    let strict = local.get(10) == Some(&b'T')
        && local.get(16) == Some(&b':')
        && matches!(offset, [b'Z'] | [b'+' | b'-', _, _, b':', _, _])
        && matches!(local.get(19..), Some([] | [b'.', ..]));
    if strict { parse_iso(text) } else { None }
}

/// Milliseconds since 1970 of an ISO 8601 date, or date and time, in UTC where it has no offset.
pub(crate) fn parse_iso(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let has = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let (hundreds, years, month, day) = (two(bytes, 0), two(bytes, 2), two(bytes, 5), two(bytes, 8));
    let year = hundreds * 100 + years;
    let last = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    if hundreds > 99 || years > 99 || !has(4, b'-') || !has(7, b'-') || day == 0 || day > last {
        return None;
    }
    // Years from March to February: the day that a leap year has more is its last one.
    let (year, month) = if month > 2 { (year + 400, month - 3) } else { (year + 399, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    let midnight = (f64::from(days) - 865_566.0) * 86_400.0;
    if bytes.len() == 10 {
        return Some(midnight * 1000.0);
    }

    let (hour, minute) = (two(bytes, 11), two(bytes, 14));
    if !matches!(bytes.get(10), Some(b'T' | b't' | b' ' | b'_')) || hour > 23 || !has(13, b':') || minute > 59 {
        return None;
    }
    let (mut second, mut microseconds, mut end) = (0, 0, 16);
    if has(16, b':') {
        (second, end) = (two(bytes, 17), 19);
        if has(19, b'.') || has(19, b',') {
            let fraction = bytes.get(20..)?;
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let mut unit = 100_000;
            for digit in fraction.iter().take(digits) {
                microseconds += u32::from(digit - b'0') * unit;
                unit /= 10;
            }
            end = if digits > 0 { 20 + digits } else { 19 };
        }
    }
    if second > 59 {
        return None;
    }
    let east = match bytes.get(end..)? {
        [] | [b'Z' | b'z'] => 0.0,
        [b'+', offset @ ..] => minutes(offset)?,
        // The hyphen, or Unicode's minus sign.
        [b'-', offset @ ..] | [0xe2, 0x88, 0x92, offset @ ..] => -minutes(offset)?,
        _ => return None,
    };
    let seconds = midnight + f64::from(hour * 3600 + minute * 60 + second) - east * 60.0;
    Some(seconds * 1000.0 + f64::from(microseconds) / 1000.0)
}

/// The number that these two digits make; too large for anything without them.
fn two(bytes: &[u8], at: usize) -> u32 {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(tens @ b'0'..=b'9'), Some(ones @ b'0'..=b'9')) => u32::from(tens - b'0') * 10 + u32::from(ones - b'0'),
        _ => 10_000,
    }
}

/// The minutes of an offset, with a colon before the last two digits or without.
fn minutes(offset: &[u8]) -> Option<f64> {
    let at = if offset.get(2) == Some(&b':') { 3 } else { 2 };
    let (hours, minutes) = (two(offset, 0), two(offset, at));
    let fits = hours < 24 && minutes < 60 && offset.len() == at + 2;
    fits.then_some(f64::from(hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: JavaScript's `Date.parse`, and Python's `datetime` for the microsecond.
    #[test]
    fn instants() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2026-01-15T00:00:00Z", Some(1_768_435_200_000.0)),
            ("2026-02-15T23:59:59Z", Some(1_771_199_999_000.0)),
            ("2026-01-15T05:30:00+05:30", Some(1_768_435_200_000.0)),
            ("2026-01-14T19:00:00-05:00", Some(1_768_435_200_000.0)),
            ("2026-01-15T00:00:00.125Z", Some(1_768_435_200_125.0)),
            ("2026-01-15T00:00:00.000250Z", Some(1_768_435_200_000.25)),
            ("2026-01-15T00:00:00.123456789012Z", Some(1_768_435_200_123.456)),
            ("1969-12-31T23:59:59.5Z", Some(-500.0)),
            ("1582-10-15T00:00:00Z", Some(-12_219_292_800_000.0)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799_000.0)),
            ("0000-01-01T00:00:00Z", Some(-62_167_219_200_000.0)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800_000.0)),
            ("2026-02-29T00:00:00Z", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-01-15T24:00:00Z", None),
            ("2026-01-15T00:00:60Z", None),
            ("2026-01-15T00:00:00", None),
            ("2026-01-15T00:00Z", None),
            ("2026-01-15 00:00:00Z", None),
            ("2026-01-15t00:00:00Z", None),
            ("2026-01-15T00:00:00z", None),
            ("2026-01-15T00:00:00.Z", None),
            ("2026-01-15T00:00:00,5Z", None),
            ("2026-01-15T00:00:00+0530", None),
            ("2026-01-15T00:00:00+24:00", None),
            ("2026-01-15T00:00:00 Z", None),
            ("2026-01-15", None),
            ("1768435200", None),
            ("", None),
            ("Z", None),
        ];
        let wrong: Vec<_> =
            cases.iter().map(|(text, expected)| (text, parse(text), *expected)).filter(|(_, found, expected)| found != expected).collect();
        assert!(wrong.is_empty(), "(text, found, expected): {wrong:#?}");
    }

    /// The oracle is speedate, which reads the same instants and dates.
    #[cfg(not(target_arch = "wasm32"))]
    mod against_speedate {
        use proptest::prelude::*;
        use speedate::{Date, DateTime, MicrosecondsPrecisionOverflowBehavior, TimeConfig};

        use super::parse_iso;

        fn theirs(text: &str) -> Option<f64> {
            let config = TimeConfig {
                microseconds_precision_overflow_behavior: MicrosecondsPrecisionOverflowBehavior::Truncate,
                unix_timestamp_offset: None,
            };
            let instant = DateTime::parse_bytes_rfc3339_with_config(text.as_bytes(), &config);
            let milliseconds = |it: DateTime| it.timestamp_tz() as f64 * 1000.0 + f64::from(it.time.microsecond) / 1000.0;
            let date = || Date::parse_bytes_rfc3339(text.as_bytes()).map(|date| date.timestamp() as f64 * 1000.0);
            instant.map(milliseconds).or_else(|_| date()).ok()
        }

        fn two() -> &'static str {
            "[0-2][0-9]|[0-5][0-9]|60|[0-9]?"
        }

        fn instant() -> impl Strategy<Value = String> {
            let date = ("[0-9]{4}|[0-2][048]00|[0-9]{3}", "[-]?", "0[1-9]|1[0-3]|00|02", "-?", "0[0-9]|[1-3][0-9]|2[89]");
            let date = date.prop_map(|(year, first, month, second, day)| [year, first, month, second, day].concat());
            let seconds = (":?", two(), "([.,][0-9]{0,8})?").prop_map(|(colon, second, fraction)| [colon, second, fraction].concat());
            let time =
                ("[Tt _]|", two(), ":?", two(), seconds).prop_map(|(t, hour, colon, minute, rest)| [t, hour, colon, minute, rest].concat());
            let offset =
                ("Z|z|[-+\u{2212}x]|", two(), ":?", two()).prop_map(|(sign, hour, colon, minute)| [sign, hour, colon, minute].concat());
            let offset = prop_oneof![Just(String::new()), Just("Z".to_owned()), Just("z".to_owned()), offset];
            prop_oneof![date.clone(), (date, time, offset).prop_map(|(date, time, offset)| date + &time + &offset)]
        }

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(20_000))]

            #[test]
            fn reads_what_speedate_reads(text in instant()) {
                prop_assert_eq!(parse_iso(&text), theirs(&text));
            }

            #[test]
            fn every_day(day in -719_528..2_932_897_i64, second in 0..86_400_u32, millisecond in 0..1000_u32) {
                let instant = DateTime::from_timestamp(day * 86_400 + i64::from(second), millisecond * 1000).unwrap();
                let text = instant.to_string();
                prop_assert_eq!(parse_iso(&text), theirs(&text), "{}", text);
                prop_assert!(parse_iso(&text).is_some());
            }
        }
    }
}
