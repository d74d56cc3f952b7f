// Random ECMAScript patterns that can be matched in linear time, each with texts that it matches or nearly matches.
//
// Characters beyond U+FFFF are two units to ECMAScript and may be one to the evaluator, so they stand only where the two agree.

/** Every odd corner of the syntax, with texts that tell its readings apart. */
export const CORNERS = [
  // anchors and line terminators
  ["^.$", "\n", "\r", "\u2028", "\u2029", "\u0085", "a", "ab", ""], ["a.b", "a\u2028b", "a\u0085b", "a\nb", "axb"], ["^", "", "a"], ["$", "", "a"],
  ["^$", "", "a", "\n"], ["$^", "", "a"], ["a^b", "ab", "a\nb"], ["a$b", "ab", "a\nb"], ["^a$", "a", "a\n", "b\na"], ["a$\n", "a\n", "a"],
  ["\\Bb\\B", "abc", "b", "ab"], ["\\bé\\b", "é", "aéa", " é "], ["^\\w+$", "é", "\u017f", "\u212a", "_9Z"], ["\\b", "", "-", "a"], ["\\B", "", "a", "--"],
  // what is a space, a digit
  ["\\s", "\ufeff", "\u0085", "\u00a0", "\u180e", "\u2003", "\u200b", "\u000b", "\u3000", "\u001c"], ["^\\S$", "\ufeff", "\u0085", "\u00a0", "\u180e", "\u200b"],
  ["[^\\s]", "\ufeff", "\u0085", "\u2029"], ["[\\s]", "\u1680", "\u202f", "\u205f", "\u2028"], ["[\\s\\S]", "", "\n"], ["[^\\S]", "\ufeff", "a"],
  ["[^\\d\\D]", "", "1", "a"], ["[\\w\\W]", "", "\n"], ["^\\d$", "\u0663", "5", "\uff15"],
  // empty classes, and what is plain in a class
  ["[]", "", "a", "]"], ["[^]", "", "\n", "a"], ["a[]|b", "a", "b"], ["[]]", "]", "[]]"], ["[^]]", "a]", "]", "a"], ["a[^]b", "a\u2028b", "ab"],
  ["[a&&b]", "&", "a", "b", "c"], ["[a~~b]", "~", "a"], ["[--a]", "-", ".", "A", "a", "b", "+"], ["[[a]", "[", "a", "b"], ["[[:alpha:]]", ":]", "a]", "b", "["],
  ["[a-]", "-", "b"], ["[-a]", "-", "b"], ["[a-c-e]", "-", "b", "d", "e"], ["[\\w-.]", "-", ".", ",", "a"], ["[\\d-z]", "-", "5", "y", "z"], ["[a-\\d]", "-", "5", "b"],
  ["[\\d-\\w]", "-", "_", "+"], ["[\\b]", "\b", "b"], ["[\\B]", "B", "a"], ["[\\-a]", "-", "\\"], ["[\\]]", "]", "\\"], ["[a^]", "^", "b"], ["[\\^a]", "^", "b"],
  ["[.*+?(){}|$]", ".", "a", "|", "$", "{"], ["[ -~]", "a", "é", "\u007f"], ["[+--]", ",", "+", "-", "."], ["[a\\-z]", "-", "b"], ["[\\x41-\\x43]", "B", "x", "D"],
  ["[\\0-\\x1f]", "\u0001", " ", "\u0000"], ["[\\1]", "\u0001", "1"], ["[\\8]", "8", "\\"], ["[\\101]", "A", "1"], ["[\\c1]", "\u0011", "1", "c", "\\"],
  ["[\\c_]", "\u001f", "_", "\\"], ["[\\c*]", "\\", "c", "*"], ["[\\cJ]", "\n", "J"], ["[\\a]", "a", "\u0007", "\\"], ["[\\ud800-\\udfff]", "a", "\ufffd"],
  ["[#\\s]", "#", " "], ["[\\p{L}]", "p", "{", "é", "L"], ["[\\u{61}]", "u", "{", "6", "a"], ["[\\x4]", "x", "4", "\u0004"],
  // escapes that stand for themselves
  ["\\a", "a", "\u0007"], ["\\z$", "z", "a"], ["\\A", "A", "b"], ["\\<b\\>", "<b>", "b"], ["\\b{start}", "a{start}", "{start}", "start"], ["\\e", "e", "\u001b"],
  ["\\Q.\\E", "QaE", "."], ["\\G", "G"], ["\\h", "h", " "], ["\\R", "R", "\n"], ["\\X", "X"], ["\\K", "K"], ["\\N{1}", "N", "NN"], ["\\Z", "Z", ""],
  ["\\U00000041", "U00000041", "A"], ["\\/", "/"], ["\\-", "-"], ["\\ ", " "], ["\\é", "é"], ["\\_", "_"], ["\\#", "#"], ["\\k", "k"], ["\\k<n>", "k<n>"],
  ["\\u{2}", "uu", "\u0002", "u{2}"], ["\\p{L}", "p{L}", "é"], ["\\p{2}", "pp"], ["\\P{L}", "P{L}", "1"], ["\\\\", "\\", "/"],
  // escapes by number
  ["\\x4", "x4", "\u0004"], ["\\x41", "A", "x41"], ["\\x{3}", "xxx", "\u0003"], ["\\u00", "u00"], ["\\u0041", "A", "u0041"], ["\\u00e9", "é"], ["\\ud83d\\ude00", "😀", "a"],
  ["\\ud83d", "a", "\ufffd"], ["\\cJ", "\n", "cJ"], ["\\cj", "\n", "j"], ["\\c", "\\c", "c"], ["\\c1", "\\c1", "\u0011"], ["\\0", "\u0000", "0"], ["\\00", "\u0000", "0"],
  ["\\012", "\n", "\u0000" + "12"], ["\\08", "\u00008", "8"], ["\\1", "\u0001", "1"], ["\\8", "8", "\b"], ["\\377", "ÿ"], ["\\400", " 0"], ["\\18", "\u00018", "18"],
  ["(a)\\2", "a\u0002", "aa", "a2"], ["\\v\\f\\t", "\u000b\f\t", "vft"],
  // braces and brackets that are no syntax
  ["a{", "a{", "a"], ["a{1", "a{1", "a"], ["a{,2}", "a{,2}", "aa"], ["a{1,2", "a{1,2", "aa"], ["{", "{", ""], ["}", "}"], ["]", "]"], ["{a}", "{a}", "a"],
  ["a{ 1 }", "a{ 1 }", "a"], ["a{1, 2}", "a{1, 2}", "aa"], ["{*b", "{{b", "b"], ["x{-1}", "x{-1}", "x"], ["]{2}", "]]", "]"], ["}+", "}}"],
  // repetition, groups and alternatives
  ["a{0}b", "b", "a"], ["a{2,}?b", "aab", "ab"], ["a{02}", "aa", "a"], ["^a??b", "ab", "b", "aab"], ["()*", ""], ["(?:)", "", "a"], ["(|a)b", "b", "ab"], ["a|", "b", ""],
  ["|a", "b"], ["^(?:|a)$", "", "a", "aa"], ["^(?:a|b){2,3}$", "ab", "a", "abab"], ["(a+)+b", "aaaaaaaaaaaac", "aab"], ["(a|aa)*$", "aab"], ["(?:a*)*b", "aac", "b"],
  ["^(?:^a|b)*$", "abb", "ba"], ["(?<name>a)b", "ab", "b"], ["(?<$ä>a)", "a", "b"], ["^((a)|b)+$", "ab", "c"], ["^(?:a{2}){2}$", "aaaa", "aaa"], ["^[ab]{1,3}?$", "abab", "aba"],
  // everyday patterns
  ["@example\\.com$", "x@example.com", "x@exampleXcom", "x@example.com\n"], ["^[^@]+@[^@]+$", "a@b", "a@b@c", "a\n@b"], ["^[a-z0-9]+(?:-[a-z0-9]+)*$", "a-b", "a--b", "A"],
  ["É", "é", "É", "E\u0301"], ["# c", "# c", "#c"], [" a ", "a", " a "], ["^(?:beta|rc)-\\d{1,3}$", "beta-12", "rc-1234", "Beta-1"], ["😀", "😀", "a"], ["a😀b", "a😀b", "ab"],
];

/** What a class, a negated class or a full stop may stand for. */
const CHARACTERS = [..."abczABCZ0189_-&~^[]{}().*+?$|\\/,:# \n\r\t\u000b\f\b\u0000\u0001\u0007\u001f\u0085\u00a0\u2028\u2029\ufeff\u180eéÿ\u017f\u212a\u0663\ufffd"];

const LITERALS = [..."aabbccxyzABCk019 _-é@#:,<>=!\"'%~&/]}{"];
const PUNCTUATION = [...".*+?()[]{}|\\^$/-@:#&~ _"];
const PLAIN_LETTERS = [..."aeghijlmoqyzACEFGHIJKLMNOQRTUVXYZ"];
const ESCAPES = [
  ["\\t", "\t"], ["\\n", "\n"], ["\\v", "\u000b"], ["\\f", "\f"], ["\\r", "\r"], ["\\cJ", "\n"], ["\\ca", "\u0001"], ["\\x41", "A"], ["\\xe9", "é"], ["\\u0041", "A"],
  ["\\u2028", "\u2028"], ["\\0", "\u0000"], ["\\x4", "x4"], ["\\u00", "u00"], ["\\u{2}", "uu"], ["\\p{L}", "p{L}"], ["\\P", "P"], ["\\c!", "\\c!"],
];
const DECIMALS = [["\\1", "\u0001"], ["\\12", "\n"], ["\\8", "8"], ["\\101", "A"], ["\\18", "\u00018"]];
const SETS = ["\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "."];
const ASSERTIONS = ["\\b", "\\B", "^", "$"];
const CLASS_ITEMS = [
  ..."abcxyzABC019_é-[.*$({&^", "a-c", "A-Z", "0-9", "x-z", "&&", "~~", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\b", "\\t", "\\n", "\\x41", "\\u0041", "\\cJ", "\\c1", "\\c!",
  "\\]", "\\\\", "\\-", "\\^", "\\.", "\\a", "\\B", "\\0", "\\1", "\\101", "\\d-z", "a-\\d", "--/", "[:alpha:", "\\ufeff", "\\x4", "\\p",
];
const QUANTIFIERS = [["*", 0, 3], ["+", 1, 3], ["?", 0, 1], ["{2}", 2, 2], ["{0,2}", 0, 2], ["{1,}", 1, 3], ["{1,3}", 1, 3], ["{0}", 0, 0]];

export function patterns({ below, chance, pick, upTo }) {
  /** A source, and how to draw a text that it (nearly always) matches. */
  const node = (source, sample) => ({ source, sample });
  let captures, names, decimals;

  function alternatives(depth, repeated) {
    const branches = [sequence(depth, repeated), ...(chance(0.2) ? upTo(2, () => sequence(depth, repeated)) : [])];
    return node(branches.map(({ source }) => source).join("|"), () => pick(branches).sample());
  }

  function sequence(depth, repeated) {
    const parts = upTo(depth === 0 ? 5 : 3, () => part(depth, repeated));
    return node(parts.map(({ source }) => source).join(""), () => parts.map(({ sample }) => sample()).join(""));
  }

  function part(depth, repeated) {
    if (chance(0.08)) return node(pick(ASSERTIONS), () => "");
    const quantified = chance(0.3);
    // A repetition within a repetition could take Node's engine exponential time; CORNERS has a few.
    const inner = depth < 3 && chance(0.2) ? group(depth + 1, repeated || quantified) : atom();
    if (!quantified) return inner;
    const [sign, least, most] = pick(repeated ? QUANTIFIERS.slice(2, 4) : QUANTIFIERS);
    const times = () => Array.from({ length: least + below(most - least + 1) }, inner.sample).join("");
    return node(inner.source + sign + (chance(0.25) ? "?" : ""), times);
  }

  function group(depth, repeated) {
    const form = below(3);
    if (form > 0) captures += 1;
    if (form === 2) names += 1;
    const opening = ["(?:", "(", `(?<n${names}>`][form];
    const { source, sample } = alternatives(depth, repeated);
    return node(`${opening}${source})`, sample);
  }

  function atom() {
    const kind = below(20);
    const plain = (source, text = source) => node(source, () => text);
    if (kind < 8) return plain(pick(LITERALS));
    if (kind < 10) return escaped(pick(PUNCTUATION));
    if (kind < 11) return escaped(pick(PLAIN_LETTERS));
    if (kind < 13) return plain(...pick(ESCAPES));
    if (kind < 16) return set(pick(SETS));
    if (kind < 19) return set(characterClass());
    decimals += 1;
    return plain(...pick(DECIMALS));

    function escaped(character) {
      return plain(`\\${character}`, character);
    }
  }

  function characterClass() {
    return `[${chance(0.3) ? "^" : ""}${upTo(4, () => pick(CLASS_ITEMS)).join("")}]`;
  }

  function set(source) {
    if (!parses(source)) return set(characterClass());
    const whole = new RegExp(`^${source}$`);
    const matching = CHARACTERS.filter((character) => whole.test(character));
    return node(source, () => (matching.length > 0 ? pick(matching) : ""));
  }

  function nearly(text) {
    const at = below(text.length + 1);
    const [before, after] = [text.slice(0, at), text.slice(at)];
    return pick([
      () => text, () => text, () => text, () => before + after.slice(1), () => before + pick(CHARACTERS) + after, () => before + pick(CHARACTERS) + after.slice(1),
      () => before + after.slice(0, 1).toUpperCase() + after.slice(1), () => text.toLowerCase(), () => `${text}\n`, () => pick(CHARACTERS) + text + pick(CHARACTERS),
    ])();
  }

  /** A pattern's source and, from `text()`, what to try it on. */
  return function pattern() {
    if (chance(0.4)) {
      const [source, ...texts] = pick(CORNERS);
      return { source, text: () => pick(texts) };
    }
    for (;;) {
      [captures, names, decimals] = [0, 0, 0];
      const { source: part, sample } = alternatives(0, false);
      const source = chance(0.5) ? `^(?:${part})$` : part;
      // With groups, a number may be a backreference, which is refused.
      const refused = captures > 0 && decimals > 0;
      if (!refused && parses(source)) return { source, text: () => nearly(sample().slice(0, 20)) };
    }
  };
}

function parses(source) {
  try {
    return Boolean(new RegExp(source));
  } catch {
    return false;
  }
}
