//! Holds the patterns of `samebucket/1` to those of regex-lite, whose syntax they have: the same are refused, and the
//! others are found in the same texts. `PATTERNS_TIMES` makes the search longer, `PATTERNS_SEED` takes other patterns.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::allow_attributes, clippy::allow_attributes_without_reason)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice, missing_docs)]

use std::collections::BTreeMap;

use regex_lite::{Regex, RegexBuilder};
use samebucket::{Context, Inputs, LoadOptions, OnInvalidFlag, Snapshot, Value};
use serde_json::json;

/// Patterns in one snapshot.
const BATCH: usize = 500;

fn regex(pattern: &str) -> Result<Regex, regex_lite::Error> {
    RegexBuilder::new(pattern).size_limit(1 << 26).nest_limit(303).build()
}

/// A snapshot with a flag for each of the patterns, by its place; those that are refused are left out.
fn load(patterns: &[String]) -> Snapshot {
    let flag = |(index, pattern): (usize, &String)| {
        let when = json!([{ "attribute": "a", "operator": "matches", "value": pattern }]);
        (index.to_string(), json!({ "variants": { "on": true, "off": false }, "rules": [{ "when": when, "serve": "on" }] }))
    };
    let flags: serde_json::Map<_, _> = patterns.iter().enumerate().map(flag).collect();
    let options = LoadOptions { on_invalid_flag: OnInvalidFlag::Skip, ..LoadOptions::default() };
    Snapshot::load(json!({ "schema": "samebucket/1", "flags": flags }).to_string(), &options).expect("the rest loads")
}

/// For each pattern why it was refused, if it was.
fn refusals(snapshot: &Snapshot) -> BTreeMap<&str, &str> {
    snapshot.info().skipped.iter().filter_map(|issue| Some((issue.flag()?, issue.message()))).collect()
}

fn is_match(snapshot: &Snapshot, flag: &str, context: &Context) -> bool {
    snapshot.evaluate(flag, context, Inputs::at(0.0), None).value == Some(&Value::Bool(true))
}

#[derive(Default, Debug)]
struct Counts {
    patterns: usize,
    accepted: usize,
    pairs: usize,
    matches: usize,
}

impl Counts {
    /// Compares these patterns, each with these texts, and describes what differs.
    fn compare(&mut self, patterns: &[String], texts: &[Vec<String>], differ: &mut Vec<String>) {
        let snapshot = load(patterns);
        let refusals = refusals(&snapshot);
        for (index, pattern) in patterns.iter().enumerate() {
            let flag = index.to_string();
            let refusal = refusals.get(flag.as_str());
            self.patterns += 1;
            let regex = match regex(pattern) {
                Ok(regex) => regex,
                Err(_) if refusal.is_some() => continue,
                Err(error) if is_known(pattern, &error.to_string()) => continue,
                Err(error) => {
                    differ.push(format!("{pattern:?} is refused by regex-lite only: {error}"));
                    continue;
                }
            };
            if let Some(reason) = refusal {
                if !reason.contains(" parts with its repetitions written out") {
                    differ.push(format!("{pattern:?} is refused by us only: {reason}"));
                }
                continue;
            }
            self.accepted += 1;
            for text in &texts[index] {
                let (found, expected) = (is_match(&snapshot, &flag, &Context::anonymous().with("a", text.as_str())), regex.is_match(text));
                self.pairs += 1;
                self.matches += usize::from(found);
                if found != expected {
                    differ.push(format!("{pattern:?} in {text:?}: {found}"));
                }
            }
        }
    }
}

/// What regex-lite refuses and we need not: a range whose end is an escaped letter, when letters have either case.
fn is_known(pattern: &str, error: &str) -> bool {
    pattern.contains('i') && error == "character class ranges must start and end with a single character"
}

/// Whether a class may hold all from `Z` to `a`. Of such a one regex-lite leaves out some cases under `(?i)`: in `(?i)[A-y]`
/// it does not find `z`.
fn has_wide_class(pattern: &str) -> bool {
    let chars: Vec<char> = pattern.chars().filter(|c| !c.is_whitespace()).collect();
    pattern.contains("[:punct:]") || chars.windows(3).any(|range| range[1] == '-' && range[0] <= 'Z' && range[2] >= 'a')
}

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn pattern(&mut self) -> String {
        loop {
            let pattern = self.any_pattern();
            if !(pattern.contains('i') && has_wide_class(&pattern)) {
                return pattern;
            }
        }
    }

    fn any_pattern(&mut self) -> String {
        let mut pattern = String::new();
        if self.chance(30) {
            pattern.push_str(
                self.pick(&[
                    "(?i)", "(?s)", "(?m)", "(?mR)", "(?mR)", "(?R)", "(?x)", "(?xi)", "(?U)", "(?u)", "(?im-s)", "(?-i)", "(?ms)",
                ]),
            );
        }
        self.alternatives(3, &mut pattern);
        if self.chance(25) {
            self.mutate(&mut pattern);
        }
        pattern
    }

    fn alternatives(&mut self, depth: usize, pattern: &mut String) {
        self.sequence(depth, pattern);
        while self.chance(25) {
            pattern.push('|');
            self.sequence(depth, pattern);
        }
    }

    fn sequence(&mut self, depth: usize, pattern: &mut String) {
        for _ in 0..self.below(4) {
            match self.below(20) {
                0..=7 => pattern.push_str(self.pick(LITERALS)),
                8..=9 => pattern.push_str(self.pick(ESCAPES)),
                10..=11 => pattern.push_str(self.pick(SETS)),
                12..=13 => pattern.push_str(self.pick(PLACES)),
                14..=15 => self.class(pattern),
                _ if depth > 0 => {
                    pattern.push_str(self.pick(GROUPS));
                    self.alternatives(depth - 1, pattern);
                    pattern.push(')');
                }
                _ => pattern.push('a'),
            }
            if self.chance(30) {
                pattern.push_str(self.pick(QUANTIFIERS));
            }
            if self.chance(3) {
                pattern.push_str(self.pick(&["(?i)", "(?-i)", "(?m)", "(?s)", "(?x)", " ", "#c\n"]));
            }
        }
    }

    fn class(&mut self, pattern: &mut String) {
        pattern.push_str(self.pick(&["[", "[", "[^", "[-", "[^-", "[]", "[^]"]));
        for _ in 0..self.below(4) {
            pattern.push_str(self.pick(MEMBERS));
        }
        pattern.push_str(self.pick(&["]", "]", "-]", "a]"]));
    }

    /// Leaves out, doubles or puts in a character.
    fn mutate(&mut self, pattern: &mut String) {
        let mut chars: Vec<char> = pattern.chars().collect();
        let at = self.below(chars.len() + 1);
        let syntax: Vec<char> = r"()[]{}?*+|^$\.,:-&~<>=!Pxubi01a #".chars().collect();
        match self.below(3) {
            0 if at < chars.len() => _ = chars.remove(at),
            1 if at < chars.len() => chars.insert(at, chars[at]),
            _ => chars.insert(at, syntax[self.below(syntax.len())]),
        }
        *pattern = chars.into_iter().collect();
    }

    fn text(&mut self) -> String {
        (0..self.below(9)).map(|_| self.pick(CHARACTERS)).collect()
    }
}

const LITERALS: &[&str] = &["a", "b", "a", "b", "ab", "A", "B", "c", "1", "_", "é", "😀", "-", " ", ",", "}", "]", "#", "&", "\n"];
const ESCAPES: &[&str] = &[
    r"\.",
    r"\*",
    r"\\",
    r"\n",
    r"\r",
    r"\t",
    r"\a",
    r"\f",
    r"\v",
    r"\x41",
    r"\x{61}",
    r"\u0062",
    r"\u{1F600}",
    r"\U000000e9",
    r"\-",
    r"\ ",
    r"\#",
    r"\/",
    r"\é",
    r"\1",
    r"\p{L}",
    r"\Q",
    r"\_",
    r"\x4",
    r"\u{110000}",
    r"\ud800",
    r"\x{}",
];
const SETS: &[&str] = &[".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S"];
const PLACES: &[&str] = &[
    "^",
    "$",
    r"\b",
    r"\B",
    r"\A",
    r"\z",
    r"\<",
    r"\>",
    r"\b{start}",
    r"\b{end}",
    r"\b{start-half}",
    r"\b{end-half}",
    r"\b{x}",
    r"\b{2}",
    r"\b{ start }",
];
const GROUPS: &[&str] = &[
    "(", "(", "(?:", "(?:", "(?i:", "(?s-i:", "(?m:", "(?Rm:", "(?x:", "(?P<n>", "(?<m>", "(?<é1>", "(?=", "(?!", "(?<=", "(?<!", "(?ii:",
    "(?",
];
const QUANTIFIERS: &[&str] = &[
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "{2}",
    "{0}",
    "{1}",
    "{0,2}",
    "{1,3}",
    "{2,}",
    "{0,}",
    "{1,}?",
    "{ 1 , 2 }",
    "{,2}",
    "{2,1}",
    "{1",
    "{}",
    "**",
    "+*",
    "?+",
    "{2}{2}",
];
const MEMBERS: &[&str] = &[
    "a",
    "b",
    "A",
    "_",
    "1",
    "é",
    "😀",
    "a-c",
    "A-C",
    "0-9",
    "é-😀",
    " -/",
    r"\d",
    r"\W",
    r"\s",
    r"\n",
    r"\x41",
    r"\x61-\x63",
    r"\]",
    r"\-",
    r"\^",
    "^",
    ".",
    "[:alpha:]",
    "[:^alpha:]",
    "[:punct:]",
    "[:space:]",
    "[:word:]",
    "[:xdigit:]",
    "[:upper:]",
    "[:lower:]",
    "[:cntrl:]",
    "[:nope:]",
    "[",
    "&",
    "&&",
    "~~",
    "--",
    "c-a",
    "a-",
    r"\b",
    " ",
    "#",
];
const CHARACTERS: &[&str] = &[
    "a", "b", "a", "b", "A", "B", "c", "1", "_", "-", "é", "😀", " ", "\n", "\n", "\r", "\r\n", "\t", ".", "\\", "]", "#", "&", "~",
    "\u{7}", "\u{0}", "É", ",",
];

#[test]
fn as_regex_lite() {
    let number = |name: &str| std::env::var(name).map_or(1, |text| text.parse().expect("a number"));
    let (times, seed): (u64, u64) = (number("PATTERNS_TIMES"), number("PATTERNS_SEED"));
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let (mut counts, mut differ) = (Counts::default(), Vec::new());
    for _ in 0..60 * times {
        let patterns: Vec<String> = (0..BATCH).map(|_| random.pattern()).collect();
        let texts: Vec<_> = patterns.iter().map(|_| (0..20).map(|_| random.text()).collect()).collect();
        counts.compare(&patterns, &texts, &mut differ);
    }
    assert!(differ.is_empty(), "{} of {counts:?} differ:\n{}", differ.len(), differ[..differ.len().min(50)].join("\n"));
    let Counts { patterns, accepted, pairs, matches } = counts;
    assert!(accepted * 3 > patterns && accepted * 10 < patterns * 9, "{counts:?}");
    assert!(matches * 5 > pairs && matches * 5 < pairs * 4, "{counts:?}");
}

/// Places between characters, with every text of up to three of these characters.
#[test]
fn places() {
    let places = ["^", "$", r"\A", r"\z", r"\b", r"\B", r"\<", r"\>", r"\b{start-half}", r"\b{end-half}"];
    let around = [("", ""), ("a", ""), ("", "a"), (r"\r", r"\n"), (r"\n", r"\r"), (r"\r", ""), ("", r"\n"), (".", "."), ("", ".")];
    let flags = ["", "(?m)", "(?R)", "(?mR)", "(?s)", "(?sR)"];
    let mut patterns = Vec::new();
    for flags in flags {
        for place in places {
            patterns.extend(around.map(|(before, after)| format!("{flags}{before}{place}{after}")));
        }
    }
    let longer =
        |texts: &[String]| texts.iter().flat_map(|text| ["a", "_", "\r", "\n", "é"].map(|c| format!("{text}{c}"))).collect::<Vec<_>>();
    let mut texts = vec![vec![String::new()]];
    (0..3).for_each(|length| texts.push(longer(&texts[length])));
    let texts = texts.concat();
    let (mut counts, mut differ) = (Counts::default(), Vec::new());
    counts.compare(&patterns, &vec![texts; patterns.len()], &mut differ);
    assert!(differ.is_empty(), "{} of {counts:?} differ:\n{}", differ.len(), differ[..differ.len().min(50)].join("\n"));
    assert_eq!((counts.accepted, counts.pairs), (540, 540 * 156));
}

/// As deep as a pattern may be and one deeper, and not one of them needs a deep stack.
#[test]
fn depth() {
    let nested = |(opening, inner, closing): (&str, &str, &str), depth| [&opening.repeat(depth), inner, &closing.repeat(depth)].concat();
    let shapes = [("(", "a", ")"), ("(?:", "a", ")"), ("(?:", "a", ")*"), ("", "a", "*"), ("", "a", "{1,}"), ("(", "", ")")];
    let patterns: Vec<String> = shapes.iter().flat_map(|shape| [303, 304].map(|depth| nested(*shape, depth))).collect();
    let (mut counts, mut differ) = (Counts::default(), Vec::new());
    counts.compare(&patterns, &vec![vec!["".into(), "a".into(), "b".into()]; patterns.len()], &mut differ);
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert_eq!(counts.accepted, shapes.len(), "{counts:?}");
}

/// What would take for ever by trying one way after the other.
#[test]
fn hostile() {
    let text = "a".repeat(1_000_000);
    let short = &text[..2_000];
    let cases = [
        ("(a*)*b", &*text, false),
        ("(a|a)*$", &text, true),
        ("^(?:a|aa|aaa)*b", &text, false),
        ("(?:|a|)*b", &text, false),
        ("((((a?)*)+)*)+b", &text, false),
        ("(?:a{0,40}){0,40}b", short, false),
        ("a{0,1000}a{0,1000}b", short, false),
        ("(?:(?:x{0,1000}){4}){4}y", short, false),
        ("^(?:a?){1000}a{1000}$", short, true),
        ("^(?:a?){999}a{1000}$", short, false),
    ];
    let patterns: Vec<String> = cases.iter().map(|(pattern, ..)| (*pattern).into()).collect();
    let snapshot = load(&patterns);
    assert_eq!(refusals(&snapshot), BTreeMap::new());
    let found = |(index, (_, text, _)): (usize, &(&str, &str, bool))| {
        is_match(&snapshot, &index.to_string(), &Context::anonymous().with("a", *text))
    };
    let wrong: Vec<_> = cases.iter().enumerate().filter(|case| found(*case) != case.1.2).map(|(_, (pattern, ..))| pattern).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
