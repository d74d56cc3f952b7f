//! How much a pattern takes once it is compiled, told from its text.

/// The parts of a pattern in regex-lite's syntax, its counted repetitions written out: `a{1000}` has a thousand. What
/// regex-lite itself measures depends on the size of pointers, and a snapshot must not load here and fail there.
pub(super) fn parts(pattern: &str) -> u64 {
    // The parts of each open group so far; the last of them is what a repetition repeats.
    let mut open = vec![(0_u64, 0_u64)];
    let mut in_class = false;
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '(' if !in_class => open.push((0, 0)),
            '[' if !in_class => {
                in_class = true;
                open.push((0, 0));
            }
            ')' if !in_class => close(&mut open),
            ']' if in_class && open.last().is_some_and(|(parts, _)| *parts > 0) => {
                in_class = false;
                close(&mut open);
            }
            '{' if !in_class => {
                let bounds: String = rest.by_ref().take_while(|c| *c != '}').collect();
                let most = bounds.split(',').filter_map(|bound| bound.trim().parse().ok()).max().unwrap_or(1);
                if let Some((parts, last)) = open.last_mut() {
                    let repeated = last.saturating_mul(most.max(1) - 1);
                    *parts = parts.saturating_add(repeated);
                    *last = last.saturating_add(repeated);
                }
            }
            // One more state for what it repeats, and part of that from now on.
            '*' | '+' | '?' if !in_class => {
                if let Some((parts, last)) = open.last_mut() {
                    (*parts, *last) = (parts.saturating_add(1), last.saturating_add(1));
                }
            }
            '\\' => {
                let escaped = rest.next();
                if matches!(escaped, Some('x' | 'u' | 'U')) && rest.peek() == Some(&'{') {
                    rest.by_ref().find(|c| *c == '}');
                }
                add(&mut open, 1);
            }
            _ => add(&mut open, 1),
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.first().map_or(0, |(parts, _)| *parts)
}

fn add(open: &mut [(u64, u64)], more: u64) {
    if let Some((parts, last)) = open.last_mut() {
        *parts = parts.saturating_add(more);
        *last = more;
    }
}

fn close(open: &mut Vec<(u64, u64)>) {
    if open.len() > 1 {
        let parts = open.pop().map_or(0, |(parts, _)| parts);
        add(open, parts.max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn counts() {
        let cases: &[(&str, u64)] = &[
            ("", 0),
            ("abc", 3),
            ("a{3}", 3),
            ("a{2,5}b", 6),
            ("a{7,}", 7),
            ("(ab){10}", 20),
            ("((a{10}b){10}c){10}", 1110),
            (r"\w{1000}", 1000),
            (r"\x{10FFFF}{4}", 4),
            (r"\{\}", 2),
            ("[a-z]{100}", 300),
            ("[]a]{2}", 4),
            ("[^(]{2}x", 5),
            ("a{99999999999999999999}", 1),
            ("a{4000000000}{4000000000}", 16_000_000_000_000_000_000),
            ("((a*)*)*{9999}", 39_996),
            ("(((", 1),
            (")", 0),
            ("a|b|", 4),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .map(|(pattern, expected)| (pattern, parts(pattern), expected))
            .filter(|(_, found, expected)| found != *expected)
            .collect();
        assert!(wrong.is_empty(), "(pattern, found, expected): {wrong:?}");
    }
}
