//! Text put together from pieces. `format!` would bring all that `core::fmt` can do, some kilobytes of wasm.

use crate::number;

/// The pieces, one after another, as one `String`.
macro_rules! text {
    ($($piece:expr),* $(,)?) => {
        [$(AsRef::<str>::as_ref(&$piece)),*].concat()
    };
}
pub(crate) use text;

/// Input as it stands in a message: in backticks, on one line, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    let mut quoted = String::from("`");
    for (index, character) in text.chars().enumerate() {
        match character {
            _ if index == MOST => {
                quoted.push('…');
                break;
            }
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if character.is_control() => push_escape(&mut quoted, character),
            _ => quoted.push(character),
        }
    }
    quoted.push('`');
    quoted
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
