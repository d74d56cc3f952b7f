//! Splits a condition into tokens, as Python's tokenizer does.

use super::{Parsed, SyntaxError};
use crate::number;
use crate::text::{count, text};

#[derive(Debug)]
pub(super) enum Token<'s> {
    /// A name, a keyword or one of [`SYMBOLS`]; empty at the end.
    Word(&'s str),
    Number(f64),
    Text(String),
    /// A character that no condition has outside strings.
    Unknown,
    /// The end of a line that ends the condition, with more after it.
    Line,
}

/// Longer ones first.
const SYMBOLS: [&str; 14] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", ".", "-", "+"];

pub(super) struct Lexer<'s> {
    source: &'s str,
    /// Where the next character lies, in bytes.
    at: usize,
    /// How many brackets are open. Inside them a new line is a space.
    open: usize,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s str) -> Parsed<Lexer<'s>> {
        let mut lexer = Lexer { source, at: 0, open: 0 };
        if let Some(at) = source.bytes().position(|byte| byte == 0) {
            return Err(lexer.error(at, "expected no null characters".into()));
        }
        // On the first line `eval` lets indentation pass.
        lexer.take_while(&|character| matches!(character, ' ' | '\t'));
        lexer.skip_lines()?;
        Ok(lexer)
    }

    /// The next token and where it starts.
    pub(super) fn token(&mut self) -> Parsed<(Token<'s>, usize)> {
        self.skip()?;
        let start = self.at;
        let token = match self.peek() {
            None => Token::Word(""),
            Some('\'' | '"') => self.string(start, false)?,
            Some(first) if first.is_ascii_digit() || first == '.' && self.is_before_digit(10) => self.number(start)?,
            Some('\n' | '\r') => {
                self.next();
                self.skip_lines()?;
                if self.rest().is_empty() { Token::Word("") } else { Token::Line }
            }
            Some(first) if is_letter(first) => self.word(start)?,
            Some(_) => self.symbol(),
        };
        Ok((token, start))
    }

    pub(super) fn error(&self, at: usize, message: String) -> Box<SyntaxError> {
        Box::new(SyntaxError { column: self.source.get(..at).unwrap_or_default().chars().count() + 1, message })
    }

    /// Where this was expected, and that found.
    pub(super) fn expected(&self, at: usize, expected: &str, found: &str) -> Box<SyntaxError> {
        self.error(at, text!["expected ", expected, ", found ", quoted(found)])
    }

    /// The source from `start` to here.
    pub(super) fn since(&self, start: usize) -> &'s str {
        self.source.get(start..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether a digit comes after the next character, which is one of ASCII.
    fn is_before_digit(&self, radix: u32) -> bool {
        self.source.as_bytes().get(self.at + 1).is_some_and(|byte| char::from(*byte).is_digit(radix))
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// The next character, where the three ways to end a line are one.
    fn next(&mut self) -> Option<char> {
        if self.eat("\r\n") || self.eat("\r") {
            return Some('\n');
        }
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take_while(&mut self, is_part: &dyn Fn(char) -> bool) -> &'s str {
        let start = self.at;
        self.at += self.rest().find(|character| !is_part(character)).unwrap_or(self.rest().len());
        self.since(start)
    }

    /// Skips spaces, comments, ends of lines behind a backslash and, inside brackets, all ends of lines.
    fn skip(&mut self) -> Parsed<()> {
        loop {
            let start = self.at;
            match self.peek() {
                Some(' ' | '\t' | '\x0c') => _ = self.next(),
                Some('\n' | '\r') if self.open > 0 => _ = self.next(),
                Some('#') => _ = self.take_while(&|character| !matches!(character, '\n' | '\r')),
                Some('\\') => {
                    self.next();
                    if self.next() != Some('\n') || self.rest().is_empty() {
                        return Err(self.error(start, "expected another line after `\\`".into()));
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// At the start of a line: skips lines that are blank. One that is not must not be indented.
    fn skip_lines(&mut self) -> Parsed<()> {
        loop {
            let line = self.at;
            self.skip()?;
            let blank = self.since(line);
            match self.peek() {
                Some('\n' | '\r') => _ = self.next(),
                None if blank.bytes().any(|byte| byte == b'#') => return Ok(()),
                // A form feed goes back to the margin.
                _ if blank.bytes().rev().take_while(|byte| *byte != b'\x0c').any(|byte| matches!(byte, b' ' | b'\t')) => {
                    return Err(self.error(line, "expected a line that is not indented".into()));
                }
                _ => return Ok(()),
            }
        }
    }

    fn symbol(&mut self) -> Token<'s> {
        let Some(symbol) = SYMBOLS.into_iter().find(|symbol| self.eat(symbol)) else {
            self.next();
            return Token::Unknown;
        };
        match symbol {
            "(" | "[" => self.open += 1,
            ")" | "]" => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        Token::Word(symbol)
    }

    fn word(&mut self, start: usize) -> Parsed<Token<'s>> {
        let word = self.take_while(&|character| is_letter(character) || character.is_ascii_digit());
        if !matches!(self.peek(), Some('\'' | '"')) {
            return Ok(Token::Word(word));
        }
        let is_one_of = |prefixes: &[&str]| prefixes.iter().any(|prefix| prefix.eq_ignore_ascii_case(word));
        if is_one_of(&["r", "u"]) {
            return self.string(start, is_one_of(&["r"]));
        }
        if is_one_of(&["b", "br", "rb", "f", "fr", "rf"]) {
            return Err(self.expected(start, "the prefix `r` or `u` or none before a string", word));
        }
        // `x in'abc'`
        Ok(Token::Word(word))
    }

    /// What must not come right after a number must not come after a space either: the parser refuses it.
    fn number(&mut self, start: usize) -> Parsed<Token<'s>> {
        for (radix, lower, upper) in [(16, "0x", "0X"), (8, "0o", "0O"), (2, "0b", "0B")] {
            if self.eat(lower) || self.eat(upper) {
                let digits = self.at;
                self.eat("_");
                if !self.digits(radix) {
                    return Err(self.error(start, text!["expected digits after ", quoted(self.since(start))]));
                }
                let digits = self.since(digits).chars().filter_map(|digit| digit.to_digit(radix));
                return Ok(Token::Number(digits.fold(0.0, |number, digit| number * f64::from(radix) + f64::from(digit))));
            }
        }
        self.digits(10);
        let integer = self.at;
        if self.eat(".") {
            self.digits(10);
        }
        let mantissa = self.at;
        if self.eat("e") || self.eat("E") {
            _ = self.eat("-") || self.eat("+");
            if !self.digits(10) {
                self.at = mantissa;
            }
        }
        let text: String = self.since(start).chars().filter(|character| *character != '_').collect();
        let is_zero = text.bytes().all(|digit| digit == b'0');
        if self.at == integer && text.starts_with("0") && !is_zero {
            return Err(self.expected(start, "an integer without leading zeros", &text));
        }
        let number = number::parse(text.as_bytes()).map(Token::Number);
        number.ok_or_else(|| self.expected(start, "a number", &text))
    }

    /// Digits with single underscores between them; whether there are any.
    fn digits(&mut self, radix: u32) -> bool {
        let start = self.at;
        loop {
            self.take_while(&|character| character.is_digit(radix));
            let some = self.at > start;
            if !some || self.peek() != Some('_') || !self.is_before_digit(radix) {
                return some;
            }
            self.next();
        }
    }

    fn string(&mut self, start: usize, raw: bool) -> Parsed<Token<'s>> {
        let quotes = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quotes| self.eat(quotes)).unwrap_or_default();
        let mut text = String::new();
        while !self.eat(quotes) {
            let at = self.at;
            match self.next() {
                Some('\\') if raw => {
                    text.push('\\');
                    text.extend(self.next());
                }
                Some('\\') => self.escape(at, &mut text)?,
                Some(character) if character != '\n' || quotes.len() > 1 => text.push(character),
                _ => return Err(self.error(start, text!["expected a string that ends in ", quoted(quotes)])),
            }
        }
        Ok(Token::Text(text))
    }

    /// Adds what the escape stands for; `at` is where its backslash is.
    fn escape(&mut self, at: usize, text: &mut String) -> Parsed<()> {
        let code = match self.next() {
            // A string that ends here is refused where its end is missed.
            None | Some('\n') => return Ok(()),
            Some('a') => 0x07,
            Some('b') => 0x08,
            Some('t') => 0x09,
            Some('n') => 0x0a,
            Some('v') => 0x0b,
            Some('f') => 0x0c,
            Some('r') => 0x0d,
            Some('x') => self.hexadecimal(at, 2)?,
            Some('u') => self.hexadecimal(at, 4)?,
            Some('U') => self.hexadecimal(at, 8)?,
            Some('N') => return Err(self.error(at, "expected a character by its number such as `\\u00e9`, found a name".into())),
            Some('0'..='7') => {
                self.at -= 1;
                self.code(3, 8)
            }
            Some(itself @ ('\\' | '\'' | '"')) => itself.into(),
            Some(other) => {
                text.extend(['\\', other]);
                return Ok(());
            }
        };
        let character = char::from_u32(code);
        text.extend(character);
        character.map(drop).ok_or_else(|| self.expected(at, "the number of a character", self.since(at)))
    }

    fn hexadecimal(&mut self, at: usize, digits: usize) -> Parsed<u32> {
        let first = self.at;
        let code = self.code(digits, 16);
        if self.at - first == digits {
            return Ok(code);
        }
        self.at = first;
        Err(self.error(at, text!["expected ", count(digits), " hexadecimal digits after ", quoted(self.since(at))]))
    }

    /// The number that the digits make, of which there are at most so many.
    fn code(&mut self, most: usize, radix: u32) -> u32 {
        let mut code = 0;
        for digit in self.rest().chars().take(most).map_while(|digit| digit.to_digit(radix)) {
            code = code * radix + digit;
            self.at += 1;
        }
        code
    }
}

/// Whether a name may start with the character. Of the letters beyond ASCII there are those of common scripts that
/// Python takes as they are; others it composes or replaces first.
pub(super) fn is_letter(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '_'
        // Latin
        | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ı' | 'Ĵ'..='ľ' | 'Ł'..='ň' | 'Ŋ'..='ž'
        // Greek, Cyrillic
        | 'Α'..='Ρ' | 'Σ'..='ώ' | 'Ѐ'..='ҁ'
        // Hiragana, Katakana, ideographs, Hangul
        | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー'..='ヾ' | '一'..='鿿' | '가'..='힣')
}
