"""Random conditions of the format `prompt-improver`: Python in its subset, and next to it.

Each expression is drawn as a pair of its text and its level in Python's grammar, so that parentheses stand where they
must, and sometimes where they need not.
"""

import keyword

OR, AND, NOT, COMPARISON, UNARY, PRIMARY = range(6)

TEXTS = [
    "admin", "Admin", "ADMIN", "developer", "beta", "pro", "free", "production", "staging", "DE", "user-7",
    "", " ", " pro ", "\tpro\n", "\x1cpro\x1f", "\u00a0pro\u2003", "\ufeffpro", "xxproxx",
    "0", "1", "20", "18", "1.0", "NaN", "true", "True", "None", "null",
    "straße", "STRASSE", "ΑΣ", "ας", "İ", "ŉ", "ǆ", "ﬀ", "é", "e\u0301", "😀", "\uffff", "\ue000", "𝔘pro",
    "a'b", 'say "hi"', "back\\slash", "C:\\new\\temp", "line\nbreak", "tab\t", "\\d+", "\x00", "\x7f", "#no",
]
NUMBERS = [
    *(0, 1, 2, 3, 10, 18, 20, 65, 100, 1000, 255, -1, -20, 0.0, -0.0, 1.0, 20.0, 0.1, 0.5, 12.5, 33.3, -2.5),
    *(1e-7, 5e-324, 1e21, 1e300, 2**53, 2**53 + 1, -(2**53) - 1, 2**60, 123456789012),
]
# What the values of an attribute mostly are; with some that Python cannot read as names, or reads as something else.
ATTRIBUTES = {
    **dict.fromkeys(("plan", "country", "名前", "_team", "type", "class", "beta-tier", "first name", "a.b", ""), "text"),
    **dict.fromkeys(("age", "score", "größe", "match", "limit2", "2nd"), "number"),
    **dict.fromkeys(("beta_user", "is_admin", "True"), "boolean"),
    **dict.fromkeys(("tags", "roles"), "texts"),
    **dict.fromkeys(("limits",), "numbers"),
    **dict.fromkeys(("profile",), "object"),
}
FIELDS = ("user_id", "user_type", "environment")
UNKNOWN = ("missing", "nobody", "len", "print", "__builtins__", "self", "true", "null", "undefined", "NaN")

# `T`, `N`, `E` and `L` become a text, a number, any expression and a list.
UNSUPPORTED = [
    "len(T) > 1", "str(E) == T", "int(T) > 1", "any(L)", "isinstance(E, str)", "print(E)", "__import__('os')",
    "T.title() == T", "T.replace('a', 'b')", "T.split()", "T.join(L)", "T.format()", "T.isdigit()", "T.count('a')",
    "T.lower", "T.__class__", "T.lower.__self__", "E.real", "().__class__.__bases__", "custom_attributes.get",
    "custom_attributes.keys()", "custom_attributes.items()", "custom_attributes.plan", "custom_attributes.pop('plan')",
    "profile.get('plan')", "profile['plan']", "T[0] == 'a'", "L[0]", "T[1:]", "custom_attributes['a':'b']",
    "custom_attributes['profile']['plan']", "custom_attributes.get('profile').get('plan')", "L[0].lower()",
    "custom_attributes.get(key='plan')", "T.strip(chars='a')", "T.startswith(*L)", "T.lower()()", "T.lower(**profile)",
    "[x for x in L]", "(x for x in L)", "{x for x in L}", "{x: x for x in L}", "[*L]", "(*L, E)",
    "(lambda: E)()", "lambda: E", "E if E else E", "(x := E)", "f'{E}'", "f'a' == T", "'a' f'b'", "(yield E)",
    "await E",
    "N + 1 > 2", "N - 1", "N * 2 == 4", "N / 2", "N // 2", "N % 2 == 0", "N ** 2", "N & 1", "N | 1", "N ^ 1", "N << 1",
    "T + T == T", "T % 1", "-age < 0", "+1 == 1", "~1", "--1", "-'a'", "-True", "+age", "L @ L", "not -age",
    "E is True", "E is False", "E is E", "E is not 1", "None is E", "T is 'admin'",
    "b'a' == T", "br'a'", "1j", "3.5J", "...", "{'a': 1}", "{1, 2}", "{}", "{**profile}", "exec('1')",
]
BROKEN = [
    "", " ", "\n", "# nothing", "==", "E ==", "== E", "E E", "(E", "E)", "[E", "E]", "E and", "or E", "not", "E not E",
    "E in",
    "E = E", "E === E", "E <> E", "E !== E", "E && E", "E || E", "!E", "E ? E : E", "E;", "E; E", "E,, E", "(,)", "[,]",
    "E == not E", "E is", "E not is None", "E AND E", "NOT E", "if E", "return E", "E else E", "import os", "x: E",
    "'abc", '"abc', "'''abc'", "'abc\"", "r'\\'", "'\\x4'", "'\\u12'", "'\\U00110000'", "ur'a'", "'line\nbreak'",
    "x'abc'",
    "007 == 7", "1__0", "1_", "1if", "0or 1", "1.lower()", "0x", "0b12", "0o8", "1e", "1.5.2", "1a", "0_x1", "1_.5",
    "1._5", "1e_5", "1 2", "$E", "E ¿ E",
    "E\nor E", "E\n  ", "\n  E", "E\u00a0== E", "\ufeffE", "E == 😀", "T.", "T.()", ".lower()", "T.lower(", "T.lower(,)",
    "E \\ E",
    "class == 'pro'", "from", "None = 1", "True.x =", "custom_attributes[]", "custom_attributes['plan'", "`E`",
    "E == @",
]
ODD_CALLS = [
    "T.startswith(('a', 'p', 'u'))", "T.endswith(('n', 'o'))", "T.startswith(())", "T.startswith(['a', 'p'])",
    "T.startswith(L)",
    "T.startswith(('a', 'p', 1))", "T.startswith((1, 'a'))", "T.startswith((T, N))", "T.startswith(None)",
    "T.startswith(1)",
    "T.startswith('d', 1)", "T.startswith('', 99)", "T.startswith('', 3)", "T.startswith('r', 1, 3)",
    "T.startswith('ro', 1, 2)",
    "T.endswith('o', 0, -1)", "T.endswith('r', None, 2)", "T.startswith('o', -1)", "T.endswith('', -2, 99)",
    "T.startswith('d', True)",
    "T.endswith(('i', 'a'), 1, None)", "T.startswith('a', 1.5)", "T.startswith('a', '1')", "T.startswith('a', 0, 1, 2)",
    "T.startswith()", "T.endswith()", "T.startswith('')", "T.endswith('')", "''.startswith('')", "T.startswith(T)",
    "T.endswith(T,)",
    "T.strip('x') == 'pro'", "T.strip('')", "T.strip(None) == 'pro'", "T.strip(1)", "T.strip(('x',))",
    "T.strip('a', 'b')",
    "T.strip(' \\t\\n') == 'pro'", "T.strip(T)", "T.strip() == 'pro'", "T.lower(1)", "T.upper(None)",
    "T.lower().upper().strip() == T",
    "N.lower()", "L.lower()", "None.lower()", "True.strip()", "1 .lower()", "1..lower()", "profile.lower()",
    "custom_attributes.lower()",
    "custom_attributes.get()", "custom_attributes.get(1)", "custom_attributes.get(None)",
    "custom_attributes.get(True) is None",
    "custom_attributes.get([1])", "custom_attributes.get(('a',)) is None", "custom_attributes.get(([],))",
    "custom_attributes.get(profile)",
    "custom_attributes.get('plan', 'pro', 1)", "custom_attributes.get(E, E)", "custom_attributes[E]",
    "custom_attributes['a', 'b']",
    "custom_attributes[()]", "custom_attributes[L]", "custom_attributes.get('custom_attributes')",
    "custom_attributes . get ( 'plan' , ) == T",
    "T in custom_attributes", "E in custom_attributes", "E not in custom_attributes", "[1] in custom_attributes",
    "custom_attributes",
    "E in profile", "profile in custom_attributes", "custom_attributes == profile", "custom_attributes is None",
    "custom_attributes < profile",
    "E, E", "E,", "()", "[]", "(E,)", "[E, E,]", "(E, E) < (E, E)", "[E] == [E]", "(1, 2) == [1, 2]", "L == (1, 2)",
    "[1, 'a'] < [2, 1]",
    "'ad' 'min' == T", "'ad'\\\n'min' == T", "('ad'\n'min') == T", "r'a' '\\x62' == 'ab'", "1 < 2 < missing",
    "1 > 2 > missing",
    "not (1 > 2 > missing)", "-(5) < 0", "- 5 < 0", "-1 < N", "-1.5e3 < N", "-0x10 < N", "-0.0 == 0", "0777.5 == 777.5",
    "00 == 0",
    "1or 0", "2and 1", "1in[1]", "1not in[1]", "0is None", "0xfor 1", "1e999 > N", "1_0.2_5e0_1 == 102.5", "1_000 == N",
    "E is None is None", "E == E is None", "E is not None is not None", "E is (None)", "not not E", "not E == E",
    "(not E) == E",
    "9007199254740993 == 9007199254740992", "18446744073709551617 > N", "'\\101\\60' == 'A0'", "'\\777' == '\u01ff'",
    "'\\d' == '\\\\d'",
    "E # comment", "# comment\nE", "E\n", "\nE", "  E", "\t E ", "E\n\n", "E\n# comment\n", "(E\n\n  # why\n)", "\x0cE",
    "E == \\\n E", "[E,\n E]\r\n",
]


class Conditions:
    """Draws conditions with the given `random.Random`."""

    def __init__(self, rng):
        self.rng = rng

    def condition(self):
        roll = self.rng.random()
        if roll < 0.60:
            return self.spaced(self.truth(self.rng.choice((0, 0, 1, 1, 2, 3))))
        if roll < 0.72:
            return self.within(self.template(ODD_CALLS))
        if roll < 0.82:
            return self.within(self.template(UNSUPPORTED))
        if roll < 0.88:
            return self.within(self.template(BROKEN))
        if roll < 0.97:
            return self.mutated(self.spaced(self.truth(1)))
        return self.deep()

    def spaced(self, expression):
        text, _ = expression
        before = self.rng.choice((*[""] * 12, " ", "\t ", "\n"))
        return before + text + self.rng.choice((*[""] * 12, " ", "\n", "\n\n", " # why"))

    def template(self, templates):
        text = self.rng.choice(templates)
        draws = {"T": self.text, "N": self.number, "E": lambda: self.any(1), "L": self.list}
        return "".join(self.fill(draws, part) for part in split_template(text))

    def fill(self, draws, part):
        return self.wrap(draws[part](), PRIMARY) if part in draws else part

    def within(self, text):
        """A piece of text by itself, or where short circuits may keep it from evaluation."""
        if self.rng.random() < 0.6:
            return text
        other = self.wrap(self.comparison(), COMPARISON)
        return self.rng.choice((
            *(f"True or {text}", f"False and ({text})", f"not ({text})"),
            *(f"{other} or {text}", f"({text}) or {other}"),
        ))

    def mutated(self, text):
        """A condition with a character gone, doubled, replaced or added. No two of these make a surrogate."""
        at = self.rng.randrange(len(text) + 1)
        other = self.rng.choice("'\"()[],.=<>!-_ 01eax\\#&|@:\n{}+*")
        return text[:at] + self.rng.choice(("", other, other + text[at : at + 1])) + text[at + 1 :]

    def deep(self):
        depth = self.rng.choice((5, 20, 30))
        inner, left, right = self.rng.choice((
            (self.comparison(), "(", ")"),
            (self.comparison(), "not (", ")"),
            (self.comparison(), "not ", ""),
            (self.comparison(), "(True and ", ")"),
            (self.comparison(), "(False or ", ")"),
            (self.any(0), "[", "]"),
            (self.any(0), "(", ",)"),
            (self.any(0), "custom_attributes.get('plan', ", ")"),
        ))
        text = left * depth + self.wrap(inner, COMPARISON) + right * depth
        return text if self.rng.random() < 0.7 else f"{text} == {text}"

    # Expressions.

    def truth(self, depth):
        if depth > 0:
            roll = self.rng.random()
            if roll < 0.35:
                return f" {self.gap()}and ".join(self.parts(depth, NOT)), AND
            if roll < 0.70:
                return f" or {self.gap()}".join(self.parts(depth, AND)), OR
            if roll < 0.85:
                return f"not {self.parts(depth, NOT)[0]}", NOT
            return f"({self.gap()}{self.parts(depth, OR)[0]}{self.gap()})", PRIMARY
        return self.comparison() if self.rng.random() < 0.9 else self.any(0)

    def parts(self, depth, level):
        return [self.wrap(self.truth(depth - 1), level) for _ in range(self.rng.choice((2, 2, 2, 3)))]

    def comparison(self):
        draw = self.rng.choice((
            *[self.text_comparison] * 5,
            *[self.number_comparison] * 4,
            *[self.membership] * 4,
            *[self.none_check] * 2,
            *[self.predicate] * 3,
            *[self.chain] * 2,
            *[self.mixed_comparison] * 2,
        ))
        return draw()

    def text_comparison(self):
        return self.compare(self.text(), self.rng.choice(("==", "==", "==", "!=", "<", "<=", ">", ">=")), self.text())

    def number_comparison(self):
        return self.compare(self.number(), self.rng.choice(("==", "!=", "<", "<=", ">", ">=")), self.number())

    def mixed_comparison(self):
        return self.compare(self.any(1), self.operator(), self.any(1))

    def membership(self):
        operator = self.rng.choice(("in", "in", "not in"))
        roll = self.rng.random()
        if roll < 0.5:
            return self.compare(self.text(), operator, self.list("texts"))
        if roll < 0.7:
            return self.compare(self.number(), operator, self.list("numbers"))
        if roll < 0.9:
            return self.compare(self.text(), operator, self.text())
        return self.compare(self.any(1), operator, self.any(1))

    def none_check(self):
        return self.compare(self.any(0), self.rng.choice(("is", "is not", "==", "!=")), ("None", PRIMARY))

    def predicate(self):
        method = self.rng.choice(("startswith", "endswith"))
        return f"{self.wrap(self.text(), PRIMARY)}.{method}({self.wrap(self.text(), OR)})", PRIMARY

    def chain(self):
        draw = self.rng.choice((self.number, self.number, self.text, lambda: self.any(0)))
        text = self.wrap(draw(), UNARY)
        for _ in range(self.rng.choice((2, 2, 3))):
            text += f" {self.operator()} {self.wrap(draw(), UNARY)}"
        return text, COMPARISON

    def compare(self, left, operator, right):
        gap = " " if operator.isalpha() or " " in operator else self.rng.choice((" ", " ", " ", "", "  ", "\t"))
        operator = operator.replace(" ", self.rng.choice((" ", " ", "  ")))
        return f"{self.wrap(left, UNARY)}{gap}{operator}{gap}{self.wrap(right, UNARY)}", COMPARISON

    def operator(self):
        return self.rng.choice(("==", "!=", "<", "<=", ">", ">=", "in", "not in"))

    def any(self, depth):
        roll = self.rng.random()
        if roll < 0.25:
            return self.text()
        if roll < 0.45:
            return self.number()
        if roll < 0.55:
            return self.list()
        if roll < 0.70:
            return self.rng.choice(("True", "False", "None")), PRIMARY
        if roll < 0.88 or depth == 0:
            return self.attribute(None)
        return self.truth(depth - 1)

    def text(self):
        roll = self.rng.random()
        if roll < 0.40:
            return self.text_literal(self.rng.choice(TEXTS)), PRIMARY
        if roll < 0.60:
            return self.rng.choice(FIELDS), PRIMARY
        if roll < 0.90:
            return self.attribute("text")
        method = self.rng.choice(("lower()", "upper()", "strip()", "strip('x')"))
        return f"{self.wrap(self.text(), PRIMARY)}.{method}", PRIMARY

    def number(self):
        return self.number_literal(self.rng.choice(NUMBERS)) if self.rng.random() < 0.5 else self.attribute("number")

    def list(self, kind=None):
        if self.rng.random() < 0.25:
            return self.attribute(kind or self.rng.choice(("texts", "numbers")))
        draw = {"texts": self.text, "numbers": self.number}.get(kind, lambda: self.any(0))
        items = [self.wrap(draw(), OR) for _ in range(self.rng.choice((0, 1, 2, 2, 3, 3, 4)))]
        comma = self.rng.choice((", ", ", ", ",", ",\n "))
        if self.rng.random() < 0.5:
            return f"[{comma.join(items)}{',' if items and self.rng.random() < 0.1 else ''}]", PRIMARY
        return f"({comma.join(items)}{',' if len(items) == 1 else ''})", PRIMARY

    def attribute(self, kind):
        """A reference to an attribute, mostly of that kind, mostly there."""
        roll = self.rng.random()
        if roll < 0.04:
            return self.rng.choice(UNKNOWN), PRIMARY
        if roll < 0.08:
            return "custom_attributes", PRIMARY
        names = [name for name in ATTRIBUTES if kind in (None, ATTRIBUTES[name])]
        name = self.rng.choice(names) if self.rng.random() < 0.95 else self.rng.choice((*FIELDS, "missing"))
        if roll < 0.55 and name.isidentifier() and (not keyword.iskeyword(name) or roll < 0.1):
            return name, PRIMARY
        key = self.text_literal(name)
        if roll < 0.75:
            return f"custom_attributes[{key}]", PRIMARY
        if roll < 0.92:
            return f"custom_attributes.get({key})", PRIMARY
        return f"custom_attributes.get({key}, {self.wrap(self.any(0), OR)})", PRIMARY

    # Tokens.

    def gap(self):
        return self.rng.choice(("", "", "", " ", "\t"))

    def wrap(self, expression, level):
        text, own = expression
        if own >= level and self.rng.random() < 0.95:
            return text
        gap = self.rng.choice(("", "", "", " ", "\n  "))
        return f"({gap}{text}{gap})"

    def text_literal(self, value):
        if value and self.rng.random() < 0.03:
            at = self.rng.randrange(len(value) + 1)
            return f"{self.text_literal(value[:at])} {self.text_literal(value[at:])}"
        quote = self.rng.choice("'\"") * self.rng.choice((1,) * 12 + (3,))
        # Backslashes are all right in a raw literal, but not at its end.
        if not set(value) & set("'\"\n\r\x00") and value[-1:] != "\\" and self.rng.random() < 0.05:
            return self.rng.choice("rR") + quote + value + quote
        prefix = self.rng.choice((*[""] * 20, "u", "U"))
        return prefix + quote + "".join(self.character(value, at, quote) for at in range(len(value))) + quote

    def character(self, value, at, quote):
        character, code = value[at], ord(value[at])
        following = value[at + 1 : at + 2]
        named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "'": "\\'", '"': '\\"', "\x07": "\\a"}
        if character == "\\" and following and following in "ds+ " and self.rng.random() < 0.5:
            return "\\"  # an escape that is none keeps its backslash
        if self.rng.random() < 0.04 and not value[:at].endswith("\\"):
            forms = [f"\\U{code:08x}"]
            forms += [f"\\u{code:04X}"] if code < 0x10000 else []
            forms += [f"\\x{code:02x}", f"\\{code:03o}"] if code < 0x100 else []
            return self.rng.choice(forms)
        if character in "\n\r\x00\\" or character in quote:
            return named.get(character, f"\\x{code:02x}")
        return named[character] if character in named and self.rng.random() < 0.5 else character

    def number_literal(self, value):
        sign, size = ("-", -value) if str(value).startswith("-") else ("", value)
        forms = [repr(size)] * 6
        if isinstance(size, int):
            forms += [f"{size:_}", hex(size), f"0X{size:X}", oct(size), bin(size), f"{size}.0", f"{size}.", f"{size}e0"]
        else:
            forms += [f"{size:.17e}", f"{size!r}".upper(), f"0{size!r}"]
            forms += [repr(size)[1:]] if repr(size).startswith("0.") and len(repr(size)) > 2 else []
        return sign + self.rng.choice(forms), UNARY if sign else PRIMARY


def split_template(text):
    """The text cut at its placeholders: capitals that stand alone, outside of quotes."""
    parts, word, quote = [], "", ""
    for at, character in enumerate(text):
        neighbours = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
        alone = not any(each.isalnum() or each in "_\\'\"" for each in neighbours)
        if character in "TNEL" and alone and not quote:
            parts += [word, character]
            word = ""
            continue
        if character in "'\"":
            quote = "" if quote == character else quote or character
        word += character
    return [*parts, word]
