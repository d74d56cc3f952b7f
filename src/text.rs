//! Text put together from pieces. `format!` would bring all that `core::fmt` can do, some kilobytes of wasm.

use crate::number;

/// The pieces, one after another, as one `String`. Literals become one text, so that a call hands over the other pieces only; what is
/// `quoted(…)` is so in the making.
macro_rules! text {
    (@ [$($template:literal)*] [$($piece:expr,)*]) => {
        $crate::text::fill(concat!($($template),*), &[$(AsRef::<str>::as_ref(&$piece)),*])
    };
    (@ [$($template:literal)*] [$($piece:expr,)*] $literal:literal $(, $($rest:tt)*)?) => {
        text!(@ [$($template)* $literal] [$($piece,)*] $($($rest)*)?)
    };
    (@ [$($template:literal)*] [$($piece:expr,)*] quoted($next:expr) $(, $($rest:tt)*)?) => {
        text!(@ [$($template)* "\u{1}"] [$($piece,)* $next,] $($($rest)*)?)
    };
    (@ [$($template:literal)*] [$($piece:expr,)*] $next:expr $(, $($rest:tt)*)?) => {
        text!(@ [$($template)* "\0"] [$($piece,)* $next,] $($($rest)*)?)
    };
    ($($rest:tt)*) => {
        text!(@ [] [] $($rest)*)
    };
}
pub(crate) use text;

/// A text with the pieces in place of its null characters, and quoted in place of each U+0001.
pub(crate) fn fill(template: &str, pieces: &[&str]) -> String {
    let mut text = String::with_capacity(template.len() + pieces.iter().map(|piece| piece.len()).sum::<usize>());
    let mut pieces = pieces.iter();
    for character in template.chars() {
        match character {
            '\0' => text.push_str(pieces.next().unwrap_or(&"")),
            '\u{1}' => push_quoted(&mut text, pieces.next().unwrap_or(&"")),
            other => text.push(other),
        }
    }
    text
}

/// The text without such characters at its ends.
pub(crate) fn trimmed<'t>(text: &'t str, is_off: &dyn Fn(char) -> bool) -> &'t str {
    text.trim_matches(is_off)
}

/// Whether a text has the part in it, in a time that grows with their lengths alone (Knuth, Morris and Pratt). The standard
/// library's search takes several times the code.
#[cfg_attr(samebucket_wasm, optimize(speed))]
pub(crate) fn contains(text: &str, part: &str) -> bool {
    let part = part.as_bytes();
    if part.len() > text.len() {
        return false;
    }
    // For each place in `part` but the first, how many bytes that end there are also those that it starts with.
    let (mut few, mut many) = ([0; 32], Vec::new());
    let repeats: &mut [usize] = if part.len() <= few.len() {
        &mut few
    } else {
        many.resize(part.len(), 0);
        &mut many
    };
    let mut matched = 0;
    for (place, byte) in part.iter().enumerate().skip(1) {
        matched = advance(part, repeats, matched, *byte);
        if let Some(repeat) = repeats.get_mut(place) {
            *repeat = matched;
        }
    }
    matched = 0;
    part.is_empty()
        || text.bytes().any(|byte| {
            matched = advance(part, repeats, matched, byte);
            matched >= part.len()
        })
}

/// How much of the start of `part` ends with this byte, after so much of it before.
#[inline(always)]
fn advance(part: &[u8], repeats: &[usize], mut matched: usize, byte: u8) -> usize {
    while part.get(matched) != Some(&byte) {
        match matched.checked_sub(1).and_then(|last| repeats.get(last)) {
            Some(shorter) => matched = *shorter,
            None => return 0,
        }
    }
    matched + 1
}

/// Input as it stands in a message: in backticks, on one line, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    push_quoted(&mut quoted, text);
    quoted
}

fn push_quoted(quoted: &mut String, text: &str) {
    const MOST: usize = 60;
    quoted.push('`');
    for (index, character) in text.chars().enumerate() {
        match character {
            _ if index == MOST => {
                quoted.push('…');
                break;
            }
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if character.is_control() => push_escape(quoted, character),
            _ => quoted.push(character),
        }
    }
    quoted.push('`');
}

fn push_escape(text: &mut String, control: char) {
    text.push_str("\\u{");
    let code = u32::from(control);
    text.extend(if code > 15 { char::from_digit(code >> 4, 16) } else { None });
    text.extend(char::from_digit(code & 15, 16));
    text.push('}');
}

/// A whole number in decimal digits.
pub(crate) fn count(number: usize) -> String {
    number::to_text(number as f64)
}

/// The words in backticks, for a message that says what was expected.
pub(crate) fn one_of(words: &[&str]) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push_str(if index + 1 == words.len() { " or " } else { ", " });
        }
        text.push('`');
        text.push_str(word);
        text.push('`');
    }
    text
}

/// The first names of several, for a message.
pub(crate) fn listed(names: &mut dyn Iterator<Item = &str>, separator: &str) -> String {
    const MOST: usize = 8;
    let mut text = String::new();
    for (index, name) in names.take(MOST + 1).enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        text.push_str(&if index == MOST { "…".into() } else { quoted(name) });
    }
    text
}

/// Adds a key as RFC 6901 has it in a pointer: `~` as `~0`, `/` as `~1`.
pub(crate) fn push_escaped(text: &mut String, key: &str) {
    if !key.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        return text.push_str(key);
    }
    for character in key.chars() {
        match character {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            _ => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::contains;

    /// The oracle is the standard library's search. All texts of up to seven letters out of two, and parts of up to five; and all of them
    /// repeated.
    #[test]
    fn contains_what_the_standard_library_finds() {
        let texts = |most: u32| (0..=most).flat_map(|length| (0..1_u32 << length).map(move |bits| (length, bits)));
        let text =
            |(length, bits): (u32, u32)| -> String { (0..length).map(|place| if bits >> place & 1 == 0 { 'a' } else { 'é' }).collect() };
        let mut wrong = Vec::new();
        for whole in texts(7).map(text) {
            for part in texts(5).map(text) {
                for times in [1, 9] {
                    let (whole, part) = (whole.repeat(times), part.repeat(times));
                    if contains(&whole, &part) != whole.contains(&part) {
                        wrong.push((whole, part));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
