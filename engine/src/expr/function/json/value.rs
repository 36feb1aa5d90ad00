//! JSON as it was written: numbers keep their digits, as Flink's BigDecimal does.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
};

use super::write::push_parsed;

/// How deep arrays and objects may be within one another.
const MAX_DEPTH: usize = 500;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number as it is shown.
    Number(Box<str>),
    /// A text.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object; of equal keys the last counts.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text; an error says where it is no JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let value = reader.value()?;
        reader.skip();
        if reader.at < text.len() { Err(reader.wrong()) } else { Ok(value) }
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// The value of a key of an object.
    pub fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find_map(|(key, value)| (key == name).then_some(value))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        push_parsed(&mut text, self);
        f.write_str(&text)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn wrong(&self) -> String {
        format!("it is not understood from its byte {} on", self.at)
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn accept(&mut self, sign: u8) -> bool {
        self.skip();
        let is_there = self.next() == Some(sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, sign: u8) -> Result<(), String> {
        if self.accept(sign) { Ok(()) } else { Err(self.wrong()) }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, String> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.wrong())
    }

    fn value(&mut self) -> Result<Json, String> {
        self.skip();
        match self.next() {
            Some(b'{') => self.within(Self::object),
            Some(b'[') => self.within(Self::array),
            Some(b'"') => self.string().map(Json::String),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn within(&mut self, read: fn(&mut Self) -> Result<Json, String>) -> Result<Json, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("it is more than {MAX_DEPTH} deep"));
        }
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Json, String> {
        let mut items = Vec::new();
        if self.accept(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.accept(b']') {
                return Ok(Json::Array(items));
            }
            self.expect(b',')?;
        }
    }

    fn object(&mut self) -> Result<Json, String> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        if self.accept(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip();
            let key = self.string()?;
            self.expect(b':')?;
            let value = self.value()?;
            match places.entry(key) {
                Entry::Occupied(place) => members[*place.get()].1 = value,
                Entry::Vacant(place) => {
                    members.push((place.key().clone(), value));
                    place.insert(members.len() - 1);
                }
            }
            if self.accept(b'}') {
                return Ok(Json::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn string(&mut self) -> Result<String, String> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        if self.next() != Some(b'"') {
            return Err(self.wrong());
        }
        let mut end = start + 1;
        while bytes.get(end).is_some_and(|byte| *byte != b'"') {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let token = self.text.get(start..=end).ok_or_else(|| self.wrong())?;
        self.at = end + 1;
        serde_json::from_str(token).map_err(|_| self.wrong())
    }

    fn number(&mut self) -> Result<Json, String> {
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let token = &rest[..rest.bytes().take_while(|byte| is_part(byte)).count()];
        // Whether it is a number at all is known best by who reads JSON anyway.
        if token.is_empty() || serde_json::from_str::<f64>(token).is_err() {
            return Err(self.wrong());
        }
        self.at += token.len();
        Ok(Json::Number(shown(token).into()))
    }
}

/// A number as Java shows it: whole ones as they are, others as BigDecimal's text.
pub fn shown(token: &str) -> String {
    if !token.contains(['.', 'e', 'E']) {
        return if token == "-0" { "0".to_owned() } else { token.to_owned() };
    }
    let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let Ok(exponent) = exponent.parse::<i64>() else { return token.to_owned() };
    let scale = fraction.len() as i64 - exponent;
    let all = format!("{whole}{fraction}");
    let unscaled = all.trim_start_matches('0');
    let unscaled = if unscaled.is_empty() { "0" } else { unscaled };
    let sign = if unscaled == "0" { "" } else { sign };
    let adjusted = unscaled.len() as i64 - 1 - scale;
    if scale >= 0 && adjusted >= -6 {
        let padded = format!("{unscaled:0>width$}", width = scale as usize + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale as usize);
        return format!("{sign}{whole}{}{fraction}", if fraction.is_empty() { "" } else { "." });
    }
    let (first, rest) = unscaled.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let plus = if adjusted < 0 { "" } else { "+" };
    format!("{sign}{first}{point}{rest}E{plus}{adjusted}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let cases = [
            ("1.10", "1.10"),
            ("-0.0", "0.0"),
            ("1e3", "1E+3"),
            ("1.5E-2", "0.015"),
            ("0.00000001", "1E-8"),
            ("12345678901234567890", "12345678901234567890"),
            ("-7", "-7"),
        ];
        for (text, expected) in cases {
            assert_eq!(Json::parse(text).unwrap(), Json::Number(expected.into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "01", "1 2", "tru", "\"a", "\"\\x\"", "'a'", "[1 2]", "+1", "."] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
        assert_eq!(Json::parse(" {\"a\": [1, null], \"a\": true} ").unwrap().to_string(), "{\"a\":true}");
        assert!(Json::parse(&"[".repeat(MAX_DEPTH + 1)).is_err());
    }
}
