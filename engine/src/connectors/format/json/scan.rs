//! Steps through the bytes of a JSON document. What is a document is what Jackson takes under Flink's settings: control
//! characters may stand in strings as they are, and what follows the document is not looked at.

use std::borrow::Cow;

use crate::connectors::format::error::DecodeError;

/// The deepest nesting: Jackson's own bound.
const MAX_DEPTH: u32 = 1000;

/// A place in a document.
#[derive(Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    /// The next byte.
    pub at: usize,
}

/// A value that is neither an object nor an array.
#[derive(Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `true`, `false`
    Boolean(bool),
    /// A number without point or exponent.
    Integer(&'a [u8]),
    /// A number with one of them.
    Float(&'a [u8]),
    /// A string, its escapes undone; valid UTF-8.
    Text(Cow<'a, [u8]>),
    /// An object or an array begins.
    Nested,
}

/// Eight times the same byte.
const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte that is a quote, a backslash or beyond ASCII; bytes after the first such may be wrong.
#[inline]
fn special(word: &[u8; 8]) -> u64 {
    let word = u64::from_le_bytes(*word);
    let zero = |x: u64| x.wrapping_sub(repeat(1)) & !x;
    (zero(word ^ repeat(b'"')) | zero(word ^ repeat(b'\\')) | word) & repeat(0x80)
}

/// The place of the first quote, backslash or byte beyond ASCII from `at`; the end of `bytes` where there is none.
#[inline]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    let start = at;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let special = special(word);
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
        // Most strings are short; a long one is looked through in larger steps.
        if at == start + 16 {
            at = plain_blocks(bytes, at);
        }
    }
    while bytes.get(at).is_some_and(|byte| *byte != b'"' && *byte != b'\\' && byte.is_ascii()) {
        at += 1;
    }
    at
}

/// Steps over blocks of 16 bytes without a quote, a backslash or a byte beyond ASCII; a loop that compilers make one of
/// vectors.
fn plain_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let found = block
            .iter()
            .fold(0, |found, byte| found | u8::from(*byte == b'"') | u8::from(*byte == b'\\') | (byte >> 7));
        if found != 0 {
            break;
        }
        at += 16;
    }
    at
}

/// How many digits the word begins with, and their number.
#[inline]
fn leading_digits(word: [u8; 8]) -> (usize, u64) {
    let word = u64::from_le_bytes(word);
    // The highest bit of each byte that is no digit; bytes after the first such may be wrong.
    let other = (word.wrapping_add(repeat(0x46)) | word.wrapping_sub(repeat(b'0'))) & repeat(0x80);
    let count = (other.trailing_zeros() / 8) as usize;
    if count == 0 {
        return (0, 0);
    }
    // The digits moved to the end, with zeros before them; then pairs, fours and eights are put together.
    let digits = (word << (8 * (8 - count))) & repeat(0x0f);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let eights = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    (count, eights)
}

/// The result of a step: an error is rare, so it is kept small.
pub type Step<T> = Result<T, Box<DecodeError>>;

impl<'a> Cursor<'a> {
    /// The beginning of a document.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte that is not white space, which stays the next.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Steps over `byte`, after white space.
    #[inline]
    pub fn expect(&mut self, byte: u8) -> Step<()> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected(&format!("'{}'", char::from(byte))));
        }
        self.at += 1;
        Ok(())
    }

    /// What comes next.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// What is wrong here: not what was expected.
    #[cold]
    pub fn unexpected(&self, expected: &str) -> Box<DecodeError> {
        let found = match self.bytes.get(self.at) {
            Some(byte) if byte.is_ascii_graphic() => format!("'{}'", char::from(*byte)),
            Some(byte) => format!("byte 0x{byte:02x}"),
            None => "the end".to_owned(),
        };
        let at = self.at + 1;
        DecodeError::syntax(format!("not valid JSON: expected {expected} at byte {at}, found {found}"), self.bytes)
    }

    /// Steps over `null` if it comes next.
    #[inline]
    pub fn null(&mut self) -> Step<bool> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.keyword(b"null")?;
        Ok(true)
    }

    fn keyword(&mut self, word: &[u8]) -> Step<()> {
        let ends = |next: Option<&u8>| !next.is_some_and(|byte| byte.is_ascii_alphanumeric());
        if self.bytes[self.at..].starts_with(word) && ends(self.bytes.get(self.at + word.len())) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.unexpected("a value"))
    }

    /// The bytes of a string without escapes or characters beyond ASCII; `None`, and nothing done, where it is another.
    #[inline]
    pub fn plain_string(&mut self) -> Option<&'a [u8]> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = plain_end(self.bytes, start);
        if self.bytes.get(end) != Some(&b'"') {
            return None;
        }
        self.at = end + 1;
        Some(&self.bytes[start..end])
    }

    /// Appends the string that begins here, its escapes undone, and checked to be UTF-8. On an error `out` holds a part.
    #[inline]
    pub fn string_into(&mut self, out: &mut Vec<u8>) -> Step<()> {
        if let Some(plain) = self.plain_string() {
            out.extend_from_slice(plain);
            return Ok(());
        }
        self.escaped_into(out)
    }

    fn escaped_into(&mut self, out: &mut Vec<u8>) -> Step<()> {
        self.expect(b'"')?;
        let from = out.len();
        let mut ascii = true;
        loop {
            let start = self.at;
            self.at = plain_end(self.bytes, start);
            out.extend_from_slice(&self.bytes[start..self.at]);
            match self.bytes.get(self.at) {
                None => return Err(self.unexpected("the end of a string")),
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(out)?;
                }
                Some(byte) => {
                    ascii = false;
                    out.push(*byte);
                    self.at += 1;
                }
            }
        }
        if !ascii && std::str::from_utf8(&out[from..]).is_err() {
            return Err(DecodeError::syntax("not valid JSON: a string is not UTF-8".to_owned(), self.bytes));
        }
        self.at += 1;
        Ok(())
    }

    /// Undoes the escape whose backslash was stepped over.
    fn escape(&mut self, out: &mut Vec<u8>) -> Step<()> {
        let Some(byte) = self.bytes.get(self.at) else { return Err(self.unexpected("an escaped character")) };
        let plain = match byte {
            b'"' | b'\\' | b'/' => *byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.at += 1;
                return self.unicode(out);
            }
            _ => return Err(self.unexpected("one of \"\\/bfnrtu after a backslash")),
        };
        self.at += 1;
        out.push(plain);
        Ok(())
    }

    /// Undoes `\uXXXX`, and the second half of a pair. Half a pair becomes `?`, as when Java writes it as UTF-8.
    fn unicode(&mut self, out: &mut Vec<u8>) -> Step<()> {
        let first = self.hex()?;
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
            let after = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            } else {
                self.at = after;
            }
        }
        let character = char::from_u32(code).unwrap_or('?');
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn hex(&mut self) -> Step<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.bytes.get(self.at).and_then(|byte| char::from(*byte).to_digit(16));
            let Some(digit) = digit else { return Err(self.unexpected("a hexadecimal digit")) };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// A whole number of at most 18 digits; `None`, and nothing done, where the value is anything else.
    #[inline]
    pub fn small_integer(&mut self) -> Option<i64> {
        const MOST_DIGITS: usize = 18;
        self.peek();
        let rest = &self.bytes[self.at..];
        let negative = rest.first() == Some(&b'-');
        let digits = &rest[usize::from(negative)..];
        let (mut count, head) = digits.first_chunk::<8>().map_or((0, 0), |word| leading_digits(*word));
        let mut value = head as i64;
        if count != 0 && count < 8 {
            return self.end_integer(negative, value, digits, count);
        }
        while let Some(digit) = digits.get(count).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            if count == MOST_DIGITS {
                return None;
            }
            value = value * 10 + i64::from(digit);
            count += 1;
        }
        if count == 0 {
            return None;
        }
        self.end_integer(negative, value, digits, count)
    }

    /// Steps over a whole number of `count` digits, unless it is not one, or more than that.
    #[inline]
    fn end_integer(&mut self, negative: bool, value: i64, digits: &[u8], count: usize) -> Option<i64> {
        let whole = digits[0] != b'0' || count == 1;
        if !whole || matches!(digits.get(count), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at += usize::from(negative) + count;
        Some(if negative { -value } else { value })
    }

    /// The number that begins here, and whether it has a point or an exponent.
    fn number(&mut self) -> Step<(&'a [u8], bool)> {
        let start = self.at;
        let mut float = false;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
            if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                return Err(self.unexpected("no digit after a leading zero"));
            }
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            float = true;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            float = true;
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok((&self.bytes[start..self.at], float))
    }

    fn digits(&mut self) -> Step<()> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    /// Steps over the value that begins here, unless an object or an array does.
    pub fn scalar(&mut self) -> Step<Scalar<'a>> {
        match self.peek() {
            Some(b'"') => match self.plain_string() {
                Some(plain) => Ok(Scalar::Text(Cow::Borrowed(plain))),
                None => {
                    let mut text = Vec::new();
                    self.escaped_into(&mut text)?;
                    Ok(Scalar::Text(Cow::Owned(text)))
                }
            },
            Some(b'{' | b'[') => Ok(Scalar::Nested),
            Some(b't') => self.keyword(b"true").map(|()| Scalar::Boolean(true)),
            Some(b'f') => self.keyword(b"false").map(|()| Scalar::Boolean(false)),
            Some(b'-' | b'0'..=b'9') => {
                self.number().map(|(text, float)| if float { Scalar::Float(text) } else { Scalar::Integer(text) })
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Steps over a value of any kind.
    #[inline]
    pub fn skip(&mut self) -> Step<()> {
        self.skip_within(MAX_DEPTH)
    }

    fn skip_within(&mut self, depth: u32) -> Step<()> {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b'{') => self.skip_nested(b'}', depth),
            Some(b'[') => self.skip_nested(b']', depth),
            Some(b'n') => self.keyword(b"null"),
            _ if self.small_integer().is_some() => Ok(()),
            _ => self.scalar().map(|_| ()),
        }
    }

    #[inline]
    fn skip_string(&mut self) -> Step<()> {
        if self.plain_string().is_some() { Ok(()) } else { self.escaped_into(&mut Vec::new()) }
    }

    fn skip_nested(&mut self, close: u8, depth: u32) -> Step<()> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(self.unexpected(&format!("at most {MAX_DEPTH} levels")));
        };
        self.at += 1;
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            if close == b'}' {
                self.peek();
                self.skip_string()?;
                self.expect(b':')?;
            }
            self.skip_within(depth)?;
            if !self.more(close)? {
                return Ok(());
            }
        }
    }

    /// Steps over what follows a member: `true` over a comma, `false` over the end.
    #[inline]
    pub fn more(&mut self, close: u8) -> Step<bool> {
        let next = self.peek();
        if next != Some(b',') && next != Some(close) {
            return Err(self.unexpected(if close == b'}' { "',' or '}'" } else { "',' or ']'" }));
        }
        self.at += 1;
        Ok(next == Some(b','))
    }

    /// The bytes from `start` to here.
    pub fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start..self.at]
    }
}
