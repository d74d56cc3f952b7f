use regex_lite::RegexBuilder;

use super::{DEPTH, PatternError, translate};
use crate::evaluate::javascript::code_units;

#[test]
fn translations() {
    let cases = [
        ("", ""),
        (r"^user-\d+@example\.com$", r"^user\-[0-9]+@example\.com$"),
        ("(a|(?<name>b)|(?:))", "(?:a|(?:b)|(?:))"),
        ("a*?b+?c??d{2}?e{3,}f{4,5}", "a*b+c?d{2,2}e{3,}f{4,5}"),
        ("a{00002,99999999999}", "a{2,}"),
        (r"\bfoo\B", r"\bfoo\B"),
        (".", "[^\n\r\u{2028}-\u{2029}]"),
        (r"\w\d", "[0-9A-Z_a-z][0-9]"),
        (r"\W", "[\0-/:-@\\[-\\^`\\{-\u{d7ff}\u{10d800}-\u{10dfff}\u{e000}-\u{ffff}]"),
        ("[^]", "[\0-\u{d7ff}\u{10d800}-\u{10dfff}\u{e000}-\u{ffff}]"),
        ("[]", "[^\0-\u{d7ff}\u{10d800}-\u{10dfff}\u{e000}-\u{ffff}]"),
        ("[a-c-]", r"[a-c\-]"),
        ("[--a&&b~~c[d]", r"[\--a\&\&b\~\~c\[d]"),
        (r"[\w-a]", r"[0-9A-Z_a-z\-a]"),
        (r"x{y}]", r"x\{y\}\]"),
        ("# &-~", r"\# \&\-\~"),
        ("\u{1f600}+", "\u{10d83d}\u{10de00}+"),
        (r"[\uD83D\uDE00]", "[\u{10d83d}\u{10de00}]"),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(pattern, expected)| (pattern, translate(pattern), expected))
        .filter(|(_, found, expected)| found.as_deref() != Ok(**expected))
        .collect();
    assert!(wrong.is_empty(), "(pattern, found, expected): {wrong:#?}");
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
        let regex = RegexBuilder::new(&translate(pattern).unwrap()).build().unwrap();
        let texts = yes.iter().map(|text| (text, true)).chain(no.iter().map(|text| (text, false)));
        wrong.extend(texts.filter(|(text, expected)| regex.is_match(&code_units(text)) != *expected).map(|case| (pattern, case)));
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
        ("*a", 1, "nothing to repeat before `*`"),
        ("a**", 3, "nothing to repeat before `*`"),
        ("a???", 4, "nothing to repeat before `?`"),
        ("(+)", 2, "nothing to repeat before `+`"),
        ("a|{2}", 3, "nothing to repeat before `{`"),
        ("a{2}{3}", 5, "nothing to repeat before `{`"),
        (r"\b*", 3, "nothing to repeat before `*`"),
        ("^?", 2, "nothing to repeat before `?`"),
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
        (r"(?<a>b)|(?<\u{61}>c)", 12, "duplicate group name `a`"),
        (r"[\k](?<a>b)", 2, r"invalid escape `\k` beside named groups"),
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
        .map(|(pattern, at, message)| (pattern, translate(pattern), Err(PatternError { at: *at, message: (*message).into() })))
        .filter(|(_, found, expected)| found != expected)
        .collect();
    assert!(wrong.is_empty(), "(pattern, found, expected): {wrong:#?}");
}

#[test]
fn depth() {
    let nested = |depth| format!("a|b{}c*{}", "(?:a|b".repeat(depth), ")*".repeat(depth));
    // For every group an alternation, a sequence and a repetition, and as much around them.
    let levels = 3 * (DEPTH as u32 + 1);
    assert!(RegexBuilder::new(&translate(&nested(DEPTH)).unwrap()).nest_limit(levels).build().is_ok_and(|regex| regex.is_match("bc")));
    let message = format!("groups lie more than {DEPTH} deep in each other");
    assert_eq!(translate(&nested(DEPTH + 1)), Err(PatternError { at: 4 + 6 * DEPTH, message }));
}
