//! Upper and lower case, as Python's `str.upper` and `str.lower` have it: Unicode's full mappings, one final sigma.

use super::case_tables::{CASED, EXPANSIONS, IGNORABLE, LOWER_ONLY, PAIRS, UPPER_ONLY};

pub(super) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let (mut runs, mut lower) = (Vec::new(), String::with_capacity(text.len()));
    read_runs(PAIRS, &mut runs);
    read_runs(LOWER_ONLY, &mut runs);
    for (at, character) in text.char_indices() {
        match character {
            '\0'..='\x7f' => lower.push(character.to_ascii_lowercase()),
            'Σ' if ends_word(text, at) => lower.push('ς'),
            'İ' => lower.push_str("i\u{307}"),
            _ => lower.push(changed(&runs, character).unwrap_or(character)),
        }
    }
    lower
}

pub(super) fn upper(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    let (mut runs, mut upper) = (Vec::new(), String::with_capacity(text.len()));
    read_runs(PAIRS, &mut runs);
    for run in &mut runs {
        (run.first, run.last, run.distance) =
            (run.first.wrapping_add_signed(run.distance), run.last.wrapping_add_signed(run.distance), -run.distance);
    }
    read_runs(UPPER_ONLY, &mut runs);
    for character in text.chars() {
        match character {
            '\0'..='\x7f' => upper.push(character.to_ascii_uppercase()),
            _ => match expanded(character) {
                Some(capitals) => upper.push_str(capitals),
                None => upper.push(changed(&runs, character).unwrap_or(character)),
            },
        }
    }
    upper
}

fn expanded(character: char) -> Option<&'static str> {
    // Spares most characters the search.
    let may = matches!(character, 'ß' | 'ŉ' | 'ǰ' | 'ΐ' | 'ΰ' | 'և' | '\u{1e96}'..='\u{1fff}' | '\u{fb00}'..='\u{fb17}');
    let lines = EXPANSIONS.as_bytes().split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    if may { lines.filter_map(|line| line.strip_prefix(character)).next() } else { None }
}

/// Characters that change by the same distance: all from the first to the last, or every second one.
struct Run {
    first: u32,
    last: u32,
    step: u32,
    distance: i32,
}

fn changed(runs: &[Run], character: char) -> Option<char> {
    let code = u32::from(character);
    let run = runs.iter().find(|run| (run.first..=run.last).contains(&code) && (code - run.first) % run.step == 0)?;
    char::from_u32(code.wrapping_add_signed(run.distance))
}

fn read_runs(mut table: &[u8], runs: &mut Vec<Run>) {
    let mut end = 0;
    while !table.is_empty() {
        let first = end + read(&mut table);
        let (span, zigzag) = (read(&mut table), read(&mut table));
        let step = span % 2 + 1;
        let last = first + span / 2 * step;
        let distance = (zigzag / 2) as i32;
        runs.push(Run { first, last, step, distance: if zigzag % 2 == 0 { distance } else { -distance - 1 } });
        end = last + 1;
    }
}

fn read(table: &mut &[u8]) -> u32 {
    let (mut number, mut shift) = (0, 0);
    while let [byte, rest @ ..] = *table {
        *table = rest;
        number |= u32::from(byte & 127) << shift;
        shift += 7;
        if byte < &128 {
            break;
        }
    }
    number
}

/// Whether the sigma at this byte is the last letter of a word of more than one.
fn ends_word(text: &str, at: usize) -> bool {
    let is_letter = |neighbour: Option<char>| neighbour.is_some_and(|character| is_in(CASED, character));
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let before = before.chars().rev().find(|character| !is_in(IGNORABLE, *character));
    is_letter(before) && !is_letter(after.chars().skip(1).find(|character| !is_in(IGNORABLE, *character)))
}

fn is_in(mut ranges: &[u8], character: char) -> bool {
    let (code, mut end) = (u32::from(character), 0);
    while !ranges.is_empty() && end <= code {
        let first = end + read(&mut ranges);
        end = first + read(&mut ranges) + 1;
        if (first..end).contains(&code) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::super::case_tables::DIGESTS;
    use super::*;

    /// The text for each character that may have case, with that in place of `_`, on a line each.
    fn each(text: &str) -> String {
        let characters = ('\0'..='\u{1ffff}').chain('\u{e0000}'..='\u{e0fff}');
        characters.flat_map(|character| [text.replace('_', character.encode_utf8(&mut [0; 4])), "\n".into()]).collect()
    }

    /// Expected values: Python 3.11, as scripts/case-tables.py recorded them.
    #[test]
    fn every_character() {
        let texts =
            [lower(&each("_")), upper(&each("_")), lower(&each("_Σ")), lower(&each("a_Σ")), lower(&each("aΣ_")), lower(&each("aΣ_a"))];
        let hexadecimal = |text: &String| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let found: Vec<_> =
            texts.iter().map(hexadecimal).zip(DIGESTS).map(|(digest, (name, expected))| (name, digest == *expected)).collect();
        assert!(found.iter().all(|(_, equal)| *equal), "as in Python: {found:?}");
    }

    /// Rust has a later version of Unicode, in which more characters have a counterpart. This says which one is wrong.
    #[test]
    fn later_versions_only_add() {
        let text = each("_");
        let lines = |found: String, rust: String| {
            let wrong = found.lines().zip(rust.lines()).zip(text.lines()).filter(|((found, rust), line)| found != rust && found != line);
            wrong.map(|found| format!("{found:?}")).collect::<Vec<_>>()
        };
        let wrong = [lines(lower(&text), text.to_lowercase()), lines(upper(&text), text.to_uppercase())].concat();
        assert!(wrong.is_empty(), "((found, in Rust), text): {wrong:?}");
    }

    /// Expected values: Python 3.11.
    #[test]
    fn words() {
        let lowered = [
            ("ΌΔΟΣ ΟΔΟΣ", "όδος οδος"),
            ("Σ ΑΣ ΣΑ ΣΣ ΑΣΑ", "σ ας σα σς ασα"),
            ("ΑΣ' ΑΣ'Α Α'Σ '·Σ ΑΣ\u{301}", "ας' ασ'α α'ς '·σ ας\u{301}"),
            ("1Σ ǅΣ ªΣ ʰΣ", "1σ ǆς ªς ʰσ"),
            ("İSTANBUL I", "i\u{307}stanbul i"),
            ("STRAẞE ÀÉ ЖЯ Ⓐ Ⴀ Ꭰ 𐐀 K Å", "straße àé жя ⓐ ⴀ ꭰ 𐐨 k å"),
        ];
        let raised = [
            ("straße ŉ ǰ և ﬃ", "STRASSE ʼN J\u{30c} ԵՒ FFI"),
            ("όδος ᾳ ᾼ ΰ ᾧ", "ΌΔΟΣ ΑΙ ΑΙ Υ\u{308}\u{301} ὯΙ"),
            ("iı ſ µ ÿ ǆ ǅ ა 𐐨", "II S Μ Ÿ Ǆ Ǆ Ა 𐐀"),
        ];
        let wrong: Vec<_> = lowered
            .iter()
            .map(|(text, expected)| (lower(text), expected))
            .chain(raised.iter().map(|(text, expected)| (upper(text), expected)))
            .filter(|(found, expected)| found != *expected)
            .collect();
        assert!(wrong.is_empty(), "(found, expected): {wrong:?}");
    }
}
