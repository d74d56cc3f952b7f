//! Versions as Semantic Versioning 2.0 has them, with numbers below 2^64.

use std::cmp::Ordering;

/// A version without its build metadata, which does not count.
#[derive(Debug)]
pub(crate) struct Version {
    numbers: [u64; 3],
    /// Empty in a release.
    prerelease: Box<[u8]>,
}

impl Version {
    pub(crate) fn parse(text: &str) -> Option<Version> {
        let (version, build) = cut(text.as_bytes(), b'+');
        let (release, prerelease) = cut(version, b'-');
        let mut numbers = [0; 3];
        let mut digits = release.split(is_dot);
        for number in &mut numbers {
            *number = parse_number(digits.next()?)?;
        }
        let well_formed = digits.next().is_none()
            && build.is_none_or(|build| build.split(is_dot).all(is_identifier))
            && prerelease
                .is_none_or(|it| it.split(is_dot).all(|part| is_identifier(part) && !(is_numeric(part) && has_leading_zero(part))));
        well_formed.then(|| Version { numbers, prerelease: prerelease.unwrap_or_default().into() })
    }

    /// Which of the two comes first.
    pub(crate) fn cmp_precedence(&self, other: &Version) -> Ordering {
        let releases = || self.prerelease.is_empty().cmp(&other.prerelease.is_empty());
        let prereleases = || self.prerelease.split(is_dot).map(rank).cmp(other.prerelease.split(is_dot).map(rank));
        self.numbers.cmp(&other.numbers).then_with(releases).then_with(prereleases)
    }
}

/// What lies before the first of these bytes, and after it if there is one.
fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == at) {
        Some(place) => (text.get(..place).unwrap_or_default(), text.get(place + 1..)),
        None => (text, None),
    }
}

fn is_dot(byte: &u8) -> bool {
    *byte == b'.'
}

fn is_identifier(part: &[u8]) -> bool {
    !part.is_empty() && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

fn is_numeric(part: &[u8]) -> bool {
    part.iter().all(u8::is_ascii_digit)
}

fn has_leading_zero(digits: &[u8]) -> bool {
    digits.len() > 1 && digits.starts_with(b"0")
}

fn parse_number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || has_leading_zero(digits) {
        return None;
    }
    let mut number = 0_u64;
    for digit in digits {
        let digit = char::from(*digit).to_digit(10)?;
        number = number.checked_mul(10)?.checked_add(digit.into())?;
    }
    Some(number)
}

/// Identifiers of digits come before others, and in the order of their numbers: none has a zero in front.
fn rank(identifier: &[u8]) -> (bool, usize, &[u8]) {
    let is_numeric = is_numeric(identifier);
    (!is_numeric, if is_numeric { identifier.len() } else { 0 }, identifier)
}

/// The oracle is the crate semver.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![4 => "[0-3]", 2 => "[0-9]{1,2}", 1 => "1844674407370955161[4-7]", 1 => "[0-9a.+-]?"]
    }

    fn identifier() -> impl Strategy<Value = String> {
        prop_oneof![2 => "[a-bA-B-]", 2 => "[0-3]", 1 => "[0-9]{1,3}", 1 => "[0-9a-zA-Z-]{1,3}", 1 => "[0-9]{19,22}", 1 => "[a.+é]?"]
    }

    fn version() -> impl Strategy<Value = String> {
        let numbers = prop_oneof![
            8 => prop::collection::vec("[0-3]", 3),
            2 => prop::collection::vec(number(), 3),
            1 => prop::collection::vec(number(), 0..5),
        ];
        let identifiers = || prop_oneof![Just(None), prop::collection::vec(identifier(), 0..4).prop_map(Some)];
        (numbers, identifiers(), identifiers()).prop_map(|(numbers, prerelease, build)| {
            let part =
                |mark: &str, identifiers: Option<Vec<String>>| identifiers.map_or_else(String::new, |it| mark.to_owned() + &it.join("."));
            numbers.join(".") + &part("-", prerelease) + &part("+", build)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn reads_what_semver_reads(text in version()) {
            prop_assert_eq!(Version::parse(&text).is_some(), semver::Version::parse(&text).is_ok());
        }

        #[test]
        fn orders_as_semver(left in version(), right in version(), copies in any::<bool>()) {
            // Often alike up to the pre-release.
            let right = match (right.split_once('-'), left.split_once('-')) {
                (Some((_, rest)), Some((numbers, _))) if copies => format!("{numbers}-{rest}"),
                _ => right,
            };
            if let (Ok(left), Ok(right)) = (semver::Version::parse(&left), semver::Version::parse(&right)) {
                let ours = |version: &semver::Version| Version::parse(&version.to_string()).unwrap();
                prop_assert_eq!(ours(&left).cmp_precedence(&ours(&right)), left.cmp_precedence(&right), "{} {}", left, right);
            }
        }
    }
}
