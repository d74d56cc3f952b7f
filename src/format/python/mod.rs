//! Parses conditions written in Python, as Python 3 reads an expression. Of the language there is what conditions need:
//! literals, lists and tuples, comparisons, `and`, `or` and `not`, signs, items, and a few methods. All else is refused.

mod lexer;

use lexer::{Lexer, Token, is_letter};

use crate::plan::AttributeId;
use crate::plan::python::{Comparison, Expr, Method};
use crate::text::{count, text};
use crate::value::Value;

/// Where an expression's names lead.
pub(crate) trait Names {
    /// A variable. Every name is one: those that stand for nothing raise when they are evaluated.
    fn name(&mut self, name: &str) -> Expr;
    /// One item of `custom_attributes`.
    fn custom_attribute(&mut self, key: &str) -> AttributeId;
    /// `custom_attributes` as a whole; asked for only where that has to be read.
    fn custom_attributes(&mut self) -> AttributeId;
}

/// What keeps a text from being a condition.
#[derive(Debug, PartialEq)]
pub(crate) struct SyntaxError {
    /// In characters, the first being 1.
    pub(crate) column: usize,
    pub(crate) message: String,
}

type Parsed<T> = Result<T, Box<SyntaxError>>;

/// How deep brackets, `not`, signs, items and calls may lie in each other.
const DEPTH: usize = 64;

/// Words that are no names.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield",
];

const OPERATORS: [(&str, Comparison); 9] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    ("<=", Comparison::AtMost),
    (">", Comparison::Greater),
    (">=", Comparison::AtLeast),
    ("in", Comparison::In),
    ("not", Comparison::NotIn),
    ("is", Comparison::Is),
];

/// Reads a whole condition. Its length is bounded by whoever has it, its depth here.
pub(crate) fn parse(source: &str, names: &mut dyn Names) -> Parsed<Expr> {
    let mut parser = Parser { lexer: Lexer::new(source)?, token: Token::Line, start: 0, depth: 0, names };
    parser.advance()?;
    parser.expressions("")
}

struct Parser<'s, 'n> {
    lexer: Lexer<'s>,
    /// The next token, which ends where the lexer is.
    token: Token<'s>,
    /// Where the token starts, in bytes.
    start: usize,
    depth: usize,
    names: &'n mut dyn Names,
}

impl Parser<'_, '_> {
    fn advance(&mut self) -> Parsed<()> {
        (self.token, self.start) = self.lexer.token()?;
        Ok(())
    }

    /// Whether the token is this keyword, name or symbol; nothing stands for the end.
    fn at(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(token) if token == word)
    }

    fn eat(&mut self, word: &str) -> Parsed<bool> {
        let found = self.at(word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn error(&self, message: String) -> Box<SyntaxError> {
        self.lexer.error(self.start, message)
    }

    fn expected(&self, expected: &str) -> Box<SyntaxError> {
        let found = match self.token {
            Token::Word("") => "the end",
            Token::Line => "a new line",
            _ => return self.lexer.expected(self.start, expected, self.lexer.since(self.start)),
        };
        self.error(text!["expected ", expected, ", found ", found])
    }

    /// The token opens something that lies inside what is being read.
    fn enter(&mut self) -> Parsed<()> {
        if self.depth == DEPTH {
            return Err(self.error(text!["expected an expression at most ", count(DEPTH), " levels deep"]));
        }
        self.depth += 1;
        self.advance()
    }

    /// What stands between brackets, or in the source as a whole: an expression, or a tuple without parentheses.
    fn expressions(&mut self, end: &str) -> Parsed<Expr> {
        if self.at(end) {
            return Err(self.expected("a value"));
        }
        self.list(end).map(one_or_tuple)
    }

    /// Expressions up to the end, which is read, too. The last one may have a comma after it: then that is true.
    fn list(&mut self, end: &str) -> Parsed<(Vec<Expr>, bool)> {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.at(end) {
            items.push(self.junction(true)?);
            comma = self.eat(",")?;
            if !comma {
                break;
            }
        }
        if self.eat(end)? {
            return Ok((items, comma));
        }
        Err(match end {
            "" => self.expected("an operator or the end"),
            bracket => self.expected(&text!["an operator, `,` or `", bracket, "`"]),
        })
    }

    /// A list between brackets, of which the token is the first.
    fn enclosed(&mut self, end: &str) -> Parsed<(Vec<Expr>, bool)> {
        self.enter()?;
        let list = self.list(end)?;
        self.depth -= 1;
        Ok(list)
    }

    /// Operands of `or`, or of `and`.
    fn junction(&mut self, or: bool) -> Parsed<Expr> {
        let mut of = Vec::new();
        loop {
            let operand = if or { self.junction(false)? } else { self.negation()? };
            if self.eat(if or { "or" } else { "and" })? {
                of.push(operand);
            } else if of.is_empty() {
                return Ok(operand);
            } else {
                of.push(operand);
                return Ok(Expr::First { truthy: or, of });
            }
        }
    }

    fn negation(&mut self) -> Parsed<Expr> {
        if !self.at("not") {
            return self.comparison();
        }
        self.enter()?;
        let inner = self.negation()?;
        self.depth -= 1;
        Ok(Expr::Not(Box::new(inner)))
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let is_none = |operand: &Expr| matches!(operand, Expr::Literal(Value::Null));
        let first = self.signed()?;
        let mut rest: Vec<(Comparison, Expr)> = Vec::new();
        loop {
            let operator_at = self.start;
            let Some(comparison) = self.operator()? else { break };
            let right = self.signed()?;
            if matches!(comparison, Comparison::Is | Comparison::IsNot) {
                let left = rest.last().map_or(&first, |(_, operand)| operand);
                if !is_none(left) && !is_none(&right) {
                    return Err(self.lexer.error(operator_at, "expected `None` on one side of `is`".into()));
                }
            }
            rest.push((comparison, right));
        }
        Ok(if rest.is_empty() { first } else { Expr::Compare(Box::new(first), rest) })
    }

    fn operator(&mut self) -> Parsed<Option<Comparison>> {
        let Some((_, comparison)) = OPERATORS.into_iter().find(|(operator, _)| self.at(operator)) else { return Ok(None) };
        self.advance()?;
        match comparison {
            Comparison::NotIn if !self.eat("in")? => Err(self.expected("`in`")),
            Comparison::Is if self.eat("not")? => Ok(Some(Comparison::IsNot)),
            _ => Ok(Some(comparison)),
        }
    }

    fn signed(&mut self) -> Parsed<Expr> {
        let sign = match self.token {
            Token::Word("-") => -1.0,
            Token::Word("+") => 1.0,
            _ => return self.primary(),
        };
        self.enter()?;
        let inner = self.signed()?;
        self.depth -= 1;
        Ok(Expr::Signed(sign, Box::new(inner)))
    }

    /// A value and what follows it: items and calls, each of which counts as a level.
    fn primary(&mut self) -> Parsed<Expr> {
        let depth = self.depth;
        // None is `custom_attributes`, as long as it is not known whether one item or all of it is read.
        let mut value = if self.eat("custom_attributes")? { None } else { Some(self.atom()?) };
        loop {
            value = match self.token {
                Token::Word("[") => {
                    self.enter()?;
                    let key = self.expressions("]")?;
                    Some(self.item(value, key))
                }
                Token::Word(".") => {
                    self.enter()?;
                    let method = self.method()?;
                    if !self.eat("(")? {
                        return Err(self.expected("`(`"));
                    }
                    let (arguments, _) = self.list(")")?;
                    Some(self.call(value, method, arguments))
                }
                _ => break,
            }
        }
        self.depth = depth;
        Ok(self.whole(value))
    }

    fn whole(&mut self, value: Option<Expr>) -> Expr {
        value.unwrap_or_else(|| Expr::CustomAttributes(self.names.custom_attributes()))
    }

    fn item(&mut self, value: Option<Expr>, key: Expr) -> Expr {
        match (value, key) {
            (None, Expr::Literal(Value::String(key))) => Expr::Name { attribute: self.names.custom_attribute(&key), when_missing: None },
            (value, key) => Expr::Item { value: Box::new(self.whole(value)), key: Box::new(key) },
        }
    }

    fn call(&mut self, value: Option<Expr>, method: Method, arguments: Vec<Expr>) -> Expr {
        match (&value, method, &*arguments) {
            (None, Method::Get, [Expr::Literal(Value::String(key))] | [Expr::Literal(Value::String(key)), _]) => {
                let attribute = self.names.custom_attribute(key);
                let default = arguments.into_iter().nth(1).unwrap_or(Expr::Literal(Value::Null));
                Expr::Get { attribute, default: Box::new(default) }
            }
            _ => Expr::Call { receiver: Box::new(self.whole(value)), method, arguments },
        }
    }

    fn method(&mut self) -> Parsed<Method> {
        for (name, method) in Method::ALL {
            if self.eat(name)? {
                return Ok(method);
            }
        }
        Err(self.expected("a method, one of `startswith`, `endswith`, `lower`, `upper`, `strip`, `get`"))
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let atom = match self.token {
            Token::Text(_) => return self.text(),
            Token::Word("(") => return self.enclosed(")").map(one_or_tuple),
            Token::Word("[") => return self.enclosed("]").map(|(items, _)| Expr::List(items)),
            Token::Number(number) => Expr::Literal(Value::Number(number)),
            Token::Word("None") => Expr::Literal(Value::Null),
            Token::Word("True") => Expr::Literal(Value::Bool(true)),
            Token::Word("False") => Expr::Literal(Value::Bool(false)),
            Token::Word(name) if name.starts_with(is_letter) && !KEYWORDS.contains(&name) => self.names.name(name),
            _ => return Err(self.expected("a value")),
        };
        self.advance()?;
        Ok(atom)
    }

    /// Strings side by side are one string.
    fn text(&mut self) -> Parsed<Expr> {
        let mut text = String::new();
        while let Token::Text(part) = &self.token {
            text.push_str(part);
            self.advance()?;
        }
        Ok(Expr::Literal(text.into()))
    }
}

/// A comma makes the tuple, not the parentheses; only the empty one does without.
fn one_or_tuple((mut items, comma): (Vec<Expr>, bool)) -> Expr {
    if items.len() == 1
        && !comma
        && let Some(only) = items.pop()
    {
        return only;
    }
    Expr::Tuple(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers names as they come.
    #[derive(Default)]
    struct Seen(Vec<String>);

    impl Seen {
        fn add(&mut self, name: String) -> AttributeId {
            self.0.push(name);
            AttributeId(self.0.len() as u32 - 1)
        }
    }

    impl Names for Seen {
        fn name(&mut self, name: &str) -> Expr {
            Expr::Name { attribute: self.add(name.into()), when_missing: None }
        }

        fn custom_attribute(&mut self, key: &str) -> AttributeId {
            self.add(format!("custom:{key}"))
        }

        fn custom_attributes(&mut self) -> AttributeId {
            self.add("custom".into())
        }
    }

    fn literal(source: &str) -> Value {
        match parse(source, &mut Seen::default()) {
            Ok(Expr::Literal(value)) => value,
            other => panic!("{source}: {other:?}"),
        }
    }

    #[test]
    fn literals() {
        let cases: &[(&str, Value)] = &[
            ("None", Value::Null),
            ("(True)", true.into()),
            ("0x_fF", 255.into()),
            ("0b1_0", 2.into()),
            ("1_0.5e-1", 1.05.into()),
            ("00", 0.into()),
            (r#"'a' "b" u'c'"#, "abc".into()),
            (r"'\x41\u00e9\U0001F600\101\0\'\d\n'", "Aé😀A\0'\\d\n".into()),
            (r"r'\n\''", r"\n\'".into()),
            ("'a\\\nb'", "ab".into()),
            ("''''a'\r\n'''", "'a'\n".into()),
            ("\t 'a' # b\n\n  # c", "a".into()),
            ("(\n'a'\n# b\n)\n", "a".into()),
        ];
        for (source, expected) in cases {
            assert_eq!(literal(source), *expected, "{source}");
        }
    }

    #[test]
    fn names() {
        let cases: &[(&str, &[&str])] = &[
            ("plan == 'pro' and größe > 3", &["plan", "größe"]),
            ("custom_attributes.get('a') == custom_attributes['b']", &["custom:a", "custom:b"]),
            ("custom_attributes.get('a', 0) or custom_attributes['b'].get('c')", &["custom:a", "custom:b"]),
            ("custom_attributes.get(plan)", &["plan", "custom"]),
            ("custom_attributes['a', 'b']", &["custom"]),
            ("'a' in custom_attributes", &["custom"]),
        ];
        for (source, expected) in cases {
            let mut names = Seen::default();
            parse(source, &mut names).unwrap();
            assert_eq!(names.0, *expected, "{source}");
        }
    }

    #[test]
    fn errors() {
        let deep = format!("{}1{}", "(".repeat(65), ")".repeat(65));
        let cases: &[(&str, usize, &str)] = &[
            ("", 1, "expected a value, found the end"),
            ("é = 1", 3, "expected an operator or the end, found `=`"),
            ("plan == lambda: 1", 9, "expected a value, found `lambda`"),
            ("len(plan)", 4, "expected an operator or the end, found `(`"),
            ("plan + 1", 6, "expected an operator or the end, found `+`"),
            ("1\n2", 2, "expected an operator or the end, found a new line"),
            ("1\n 2", 3, "expected a line that is not indented"),
            ("(1, 2", 6, "expected an operator, `,` or `)`, found the end"),
            ("[1 2]", 4, "expected an operator, `,` or `]`, found `2`"),
            ("plan[]", 6, "expected a value, found `]`"),
            ("plan not 1", 10, "expected `in`, found `1`"),
            ("plan is 'a'", 6, "expected `None` on one side of `is`"),
            ("plan.lower == 'a'", 12, "expected `(`, found `==`"),
            ("plan.title()", 6, "expected a method, one of `startswith`, `endswith`, `lower`, `upper`, `strip`, `get`, found `title`"),
            ("f'{plan}'", 1, "expected the prefix `r` or `u` or none before a string, found `f`"),
            ("plan == 'a", 9, "expected a string that ends in `'`"),
            (r"'é\x4'", 3, r"expected 2 hexadecimal digits after `\x`"),
            (r"'\ud800'", 2, r"expected the number of a character, found `\ud800`"),
            (r"'\N{DASH}'", 2, r"expected a character by its number such as `\u00e9`, found a name"),
            ("0x", 1, "expected digits after `0x`"),
            ("007", 1, "expected an integer without leading zeros, found `007`"),
            ("1 \\", 3, "expected another line after `\\`"),
            ("'\0'", 2, "expected no null characters"),
            (&deep, 65, "expected an expression at most 64 levels deep"),
        ];
        for (source, column, message) in cases {
            let error = SyntaxError { column: *column, message: (*message).into() };
            assert_eq!(parse(source, &mut Seen::default()), Err(Box::new(error)), "{source}");
        }
    }
}
