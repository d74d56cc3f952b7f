//! Instants as text.

use speedate::DateTime;

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
    let instant = DateTime::parse_bytes_rfc3339(bytes).ok()?;
    instant.time.tz_offset?;
    Some(instant.timestamp_tz() as f64 * 1000.0 + f64::from(instant.time.microsecond) / 1000.0)
}
