//! Instants as text.

use speedate::{Date, DateTime, MicrosecondsPrecisionOverflowBehavior, TimeConfig};

/// Milliseconds since 1970 of an RFC 3339 instant in its strict form: an upper-case `T`, seconds, and an offset
/// (`Z` or `±hh:mm`). Digits past the microsecond are cut.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let offset = match bytes.strip_suffix(b"Z") {
        Some(_) => 1,
        None => 6,
    };
    let (local, offset) = bytes.split_at_checked(bytes.len().checked_sub(offset)?)?;
    let strict = local.get(10) == Some(&b'T')
        && local.get(13) == Some(&b':')
        && local.get(16) == Some(&b':')
        && matches!(offset, [b'Z'] | [b'+' | b'-', _, _, b':', _, _])
        && matches!(local.get(19..), Some([] | [b'.', b'0'..=b'9', ..]));
    if !strict {
        return None;
    }
    let instant = DateTime::parse_bytes_rfc3339_with_config(bytes, &CUT).ok()?;
    instant.time.tz_offset?;
    Some(milliseconds(&instant))
}

/// Milliseconds since 1970 of an ISO 8601 date, or date and time, in UTC where it has no offset.
pub(crate) fn parse_iso(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let instant = DateTime::parse_bytes_rfc3339_with_config(bytes, &CUT);
    let date = || Date::parse_bytes_rfc3339(bytes).map(|date| date.timestamp() as f64 * 1000.0);
    instant.map(|instant| milliseconds(&instant)).or_else(|_| date()).ok()
}

const CUT: TimeConfig =
    TimeConfig { microseconds_precision_overflow_behavior: MicrosecondsPrecisionOverflowBehavior::Truncate, unix_timestamp_offset: None };

fn milliseconds(instant: &DateTime) -> f64 {
    instant.timestamp_tz() as f64 * 1000.0 + f64::from(instant.time.microsecond) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::parse;

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
}
