use super::{Pattern, PatternError, Syntax};
use crate::limits;

fn read(pattern: &str, syntax: Syntax) -> Result<(Pattern, u64), PatternError> {
    Pattern::new(pattern, syntax, limits::ALL_PATTERN_PARTS)
}

fn invalid(at: usize, reason: &'static str) -> Option<PatternError> {
    Some(PatternError::Invalid { at, reason })
}
/// Expected values: `new RegExp(pattern).test(text)` in Node, true for each of the first texts, false for the others.
#[test]
fn matches() {
    type Case = (&'static str, &'static [&'static str], &'static [&'static str]);
    let cases: &[Case] = &[
        ("b", &["abc"], &["", "B"]),
        ("^a$", &["a"], &["a\n", "\na", "ba"]),
        ("^(?:a|)$", &["", "a"], &["aa"]),
        (r"^\d$", &["5"], &["\u{0665}"]),
        (r"^\w$", &["a", "_"], &["é", "\u{17f}"]),
        (r"\bb", &["éb", "a b"], &["ab"]),
        (r"\b{start}", &["a{start}"], &["start"]),
        (r"^\s$", &["\u{feff}", "\u{a0}", "\u{2028}", "\u{2029}", "\u{3000}", "\u{b}"], &["\u{85}", "\u{180e}", "\u{200b}"]),
        (r"^[^\S]$", &["\u{feff}", " "], &["\u{85}", "a"]),
        ("^.$", &["a", "\u{85}", "\u{b}"], &["\n", "\r", "\u{2028}", "\u{2029}", "\u{1f600}"]),
        ("^[^]$", &["\n", "\u{2028}"], &["", "\u{1f600}"]),
        (r"^[^\s\S]|[]", &[], &["", "a", "\n"]),
        (r"^[\s\S]{2}$", &["\u{1f600}", "ab"], &["a"]),
        ("^\u{1f600}$", &["\u{1f600}"], &["\u{1f601}"]),
        ("^\u{1f600}+$", &["\u{1f600}"], &["\u{1f600}\u{1f600}"]),
        ("^[\u{1f600}]$", &[], &["\u{1f600}"]),
        ("[^\u{1f600}]", &["\u{1f601}", "a"], &["\u{1f600}"]),
        (r"\uD83D\uDE00", &["\u{1f600}"], &["\u{1f601}"]),
        (r"\uD83D", &["\u{1f600}", "\u{1f601}"], &["a"]),
        (r"^\udbf6\udc3d$", &["\u{10d83d}"], &["\u{ffff}"]),
        ("^[-a]$", &["-", "a"], &["b"]),
        ("^[a-]$", &["-", "a"], &["b"]),
        ("^[--0]$", &["-", ".", "/", "0"], &["1"]),
        ("^[a-c-e]$", &["b", "-", "e"], &["d"]),
        (r"^[\d-z]$", &["5", "-", "z"], &["a"]),
        (r"^[a-\d]$", &["5", "-", "a"], &["b"]),
        ("^[a&&b]$", &["a", "&", "b"], &["c"]),
        ("^[[:alpha:]]$", &[":]", "a]", "[]"], &["b", "a"]),
        ("^[]a]$", &[], &["]", "a", "a]"]),
        (r"^[\b]$", &["\u{8}"], &["b"]),
        (r"^[\B]$", &["B"], &[]),
        (r"^\t\n\v\f\r\0$", &["\t\n\u{b}\u{c}\r\0"], &[]),
        (r"^\cA\cj$", &["\u{1}\n"], &["cAcj"]),
        (r"^\c1$", &[r"\c1"], &["\u{11}"]),
        (r"^\c*$", &[r"\ccc", r"\"], &[""]),
        (r"^[\c1]$", &["\u{11}"], &["c", "1"]),
        (r"^[\c_]$", &["\u{1f}"], &["c", "_"]),
        (r"^[\c*]$", &["\\", "c", "*"], &[]),
        (r"^\x41\x4$", &["Ax4"], &[]),
        (r"^\u0041\u41$", &["Au41"], &[]),
        (r"^\u{2}$", &["uu"], &["\u{2}"]),
        (r"^\p{L}$", &["p{L}"], &["a"]),
        (r"^\k<a>\a\-\é\/$", &["k<a>a-é/"], &[]),
        (r"^\1$", &["\u{1}"], &["1", ""]),
        (r"^(a)\10$", &["a\u{8}"], &["aa0"]),
        (r"^\08\8\377\400$", &["\08\u{38}\u{ff}\u{20}0"], &[]),
        (r"^[\1\8]$", &["\u{1}", "8"], &["1"]),
        ("^a{,5}$", &["a{,5}"], &["aaa"]),
        ("^x{1$", &["x{1"], &["x"]),
        ("^{{2}}$", &["{{}"], &["{}"]),
        ("^a{0}$", &[""], &["a"]),
        ("^(?:^)*(?:a|)+$", &["", "aa"], &["b"]),
        ("(?<$>a)(?<\\u0062>b)(?<é>c)", &["abc"], &["ab"]),
    ];
    let mut wrong = Vec::new();
    for (pattern, yes, no) in cases {
        let (compiled, _) = read(pattern, Syntax::EcmaScript).unwrap();
        let texts = yes.iter().map(|text| (text, true)).chain(no.iter().map(|text| (text, false)));
        wrong.extend(texts.filter(|(text, expected)| compiled.is_match(text) != *expected).map(|case| (pattern, case)));
    }
    assert!(wrong.is_empty(), "(pattern, (text, expected)): {wrong:#?}");
}

/// Node refuses every one that does not say `linear time`.
#[test]
fn refusals() {
    let cases = [
        ("a(b", 2, "the group is not closed"),
        ("(?:", 1, "the group is not closed"),
        ("\u{1f600}a)", 3, "`)` closes no group"),
        ("*a", 1, "there is nothing to repeat"),
        ("a**", 3, "there is nothing to repeat"),
        ("a???", 4, "there is nothing to repeat"),
        ("(+)", 2, "there is nothing to repeat"),
        ("a|{2}", 3, "there is nothing to repeat"),
        ("a{2}{3}", 5, "there is nothing to repeat"),
        (r"\b*", 3, "there is nothing to repeat"),
        ("^?", 2, "there is nothing to repeat"),
        ("a{2,1}", 2, "the bounds of the repetition are out of order"),
        ("x[b-a]", 3, "the range is out of order"),
        ("[\u{1f600}-\u{1f601}]", 2, "the range is out of order"),
        ("x[a", 2, "the class is not closed"),
        ("[a-", 1, "the class is not closed"),
        ("a\\", 2, r"`\` escapes nothing"),
        ("[\\", 2, r"`\` escapes nothing"),
        ("(?i)a", 1, "invalid group"),
        ("a(?i:b)", 2, "invalid group"),
        ("(?P<a>b)", 1, "invalid group"),
        ("(?", 1, "invalid group"),
        ("(?<>a)", 4, "invalid group name"),
        ("(?<1>a)", 4, "invalid group name"),
        ("(?<a b>c)", 4, "invalid group name"),
        (r"(?<\x61>c)", 4, "invalid group name"),
        ("(?<a", 4, "invalid group name"),
        (r"(?<a>b)|(?<\u{61}>c)", 12, "duplicate group name"),
        (r"[\k](?<a>b)", 2, "a backreference cannot be matched in linear time"),
        (r"\k(?<a>b)", 1, "a backreference cannot be matched in linear time"),
        (r"(?<a>b)\k<a>", 8, "a backreference cannot be matched in linear time"),
        (r"(a)\1", 4, "a backreference cannot be matched in linear time"),
        (r"\2(a)([(])", 1, "a backreference cannot be matched in linear time"),
        ("a(?=b)", 2, "lookahead cannot be matched in linear time"),
        ("(?!a)*", 1, "lookahead cannot be matched in linear time"),
        ("(?<=a)", 1, "lookbehind cannot be matched in linear time"),
        ("(?<!a)", 1, "lookbehind cannot be matched in linear time"),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(pattern, at, reason)| (pattern, read(pattern, Syntax::EcmaScript).err(), invalid(*at, reason)))
        .filter(|(_, found, expected)| found != expected)
        .collect();
    assert!(wrong.is_empty(), "(pattern, found, expected): {wrong:#?}");
}

/// What is refused in the other syntax; the places by hand.
#[test]
fn refusals_of_samebucket() {
    let cases = [
        ("é(b", 2, "the group is not closed"),
        ("a(?i)b)", 7, "`)` closes no group"),
        ("a|*", 3, "there is nothing to repeat"),
        ("(?i)?", 5, "there is nothing to repeat"),
        ("a{3,2}", 2, "the bounds of the repetition are out of order"),
        ("😀{", 2, "expected bounds such as `{2}`, `{2,}` or `{2,3}`"),
        ("a{4294967296}", 2, "expected bounds such as `{2}`, `{2,}` or `{2,3}`"),
        ("a(?!b)", 2, "lookahead cannot be matched in linear time"),
        ("(?<=b)", 1, "lookbehind cannot be matched in linear time"),
        (r"(a)\1", 4, "a backreference cannot be matched in linear time"),
        ("(?Pa)", 1, "invalid group"),
        ("(?)", 1, "invalid group or flags"),
        ("(?i-)", 1, "invalid group or flags"),
        ("(?ii)", 1, "invalid group or flags"),
        ("(?g:a)", 1, "invalid group or flags"),
        ("(?P<1>a)", 5, "invalid group name"),
        ("(?<a", 4, "invalid group name"),
        ("(?<a>)(?P<a>)", 11, "duplicate group name"),
        ("a[b", 2, "the class is not closed"),
        ("[^]", 1, "the class is not closed"),
        ("[b-a]", 2, "the range is out of order"),
        (r"[a-\d]", 2, "a range has a character at both ends"),
        (r"[a\b]", 3, "a class holds characters only"),
        ("[a&&b]", 3, "there are no operators in classes"),
        ("[a[b]]", 3, "no class lies in another, but for `[:alpha:]` and the like"),
        ("[[:alpha]]", 2, "no class lies in another, but for `[:alpha:]` and the like"),
        ("a\\", 2, r"`\` escapes nothing"),
        (r"a\p{L}", 2, "there are no classes of Unicode"),
        (r"\Q", 1, "unknown escape"),
        (r"\é", 1, "unknown escape"),
        (r"\x4", 1, "invalid number of a character"),
        (r"\u{d800}", 1, "invalid number of a character"),
        (r"\b{middle}", 1, "unknown place of a word"),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(pattern, at, reason)| (pattern, read(pattern, Syntax::Samebucket).err(), invalid(*at, reason)))
        .filter(|(_, found, expected)| found != expected)
        .collect();
    assert!(wrong.is_empty(), "(pattern, found, expected): {wrong:#?}");
    let stacked = |depth| read(&format!("a{}", "*".repeat(depth)), Syntax::Samebucket).err();
    assert_eq!((stacked(303), stacked(304)), (None, invalid(305, "repetitions lie too deep in each other")));
}

#[test]
fn depth() {
    let nested = |depth| format!("a|b{}c*{}", "(?:a|b".repeat(depth), ")*".repeat(depth));
    let (compiled, _) = read(&nested(100), Syntax::EcmaScript).unwrap();
    assert!(compiled.is_match("bc"));
    let reason = "groups lie too deep in each other";
    assert_eq!(read(&nested(101), Syntax::EcmaScript).err(), invalid(604, reason));
}

/// Expected values: the parts by hand, repetitions written out; too many are known from the refusal.
#[test]
fn counts() {
    let cases: &[(&str, u64)] = &[
        ("", 0),
        ("abc", 3),
        ("a{3}", 3),
        ("a{2,5}b", 6),
        ("a{7,}", 7),
        ("a{0}", 1),
        ("(ab){10}", 20),
        ("((a{10}b){10}c){10}", 1110),
        (r"\w{1000}", 1000),
        (r"\x{10FFFF}{4}", 4),
        (r"\{\}", 2),
        ("[a-z]{100}", 300),
        ("[]a]{2}", 4),
        ("[^(]{2}x", 5),
        ("a{4000000000}{4000000000}", 16_000_000_000_000_000_000),
        ("((a*)*)*{9999}", 39_996),
        ("(?:a)", 3),
        ("(?i)a", 3),
        ("()()", 2),
        ("a|b|", 4),
    ];
    let parts = |read: Result<(Pattern, u64), PatternError>| match read {
        Ok((_, parts)) | Err(PatternError::TooLarge(parts)) => parts,
        Err(error) => panic!("{error:?}"),
    };
    let wrong: Vec<_> = cases
        .iter()
        .map(|(pattern, expected)| (pattern, parts(read(pattern, Syntax::Samebucket)), *expected))
        .filter(|(_, found, expected)| found != expected)
        .collect();
    assert!(wrong.is_empty(), "(pattern, found, expected): {wrong:?}");
}
