//! What stands between the quotes of a literal.

use super::{Position, SqlError};

/// Refuses what is not hexadecimal; the length is free, as Flink's parser has it.
pub(super) fn check_hexadecimal(digits: &str, at: Position) -> Result<(), SqlError> {
    match digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        None => Ok(()),
        Some(found) => {
            let message = format!("A binary literal has hexadecimal digits only, not '{found}'; it begins");
            Err(SqlError::parse(at, message))
        }
    }
}

/// The bytes that hexadecimal digits stand for. There must be an even number of them.
pub(super) fn bytes(digits: &str, at: Position) -> Result<Vec<u8>, SqlError> {
    if !digits.len().is_multiple_of(2) {
        let message = format!("A binary literal needs an even number of digits, not {}", digits.len());
        return Err(SqlError::invalid(at, message));
    }
    let value = |digit: u8| (digit as char).to_digit(16).unwrap_or_default() as u8;
    Ok(digits.as_bytes().chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect())
}

/// Undoes the escapes of `U&'…'`: `\0061`, `\+000061` and `\\`, where `\` is `escape`.
pub(super) fn unescape(text: &str, escape: char, at: Position) -> Result<String, SqlError> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != escape {
            plain.extend(next.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        let after = rest.clone().next();
        if after == Some(escape) {
            rest.next();
            plain.extend(escape.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        let length = if after == Some('+') {
            rest.next();
            6
        } else {
            4
        };
        let digits: String = rest.by_ref().take(length).collect();
        let whole = digits.len() == length && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = if whole { u32::from_str_radix(&digits, 16).ok() } else { None };
        match code {
            // Two escapes may stand for one character, as surrogates.
            Some(code) if length == 4 => plain.push(code as u16),
            Some(code) if char::from_u32(code).is_some() => {
                plain.extend(char::from_u32(code).unwrap_or_default().encode_utf16(&mut [0; 2]).iter());
            }
            _ => {
                let message = format!("'{escape}{digits}' is no character: write {escape}0061 or {escape}+000061");
                return Err(SqlError::parse(at, message));
            }
        }
    }
    String::from_utf16(&plain).map_err(|_| SqlError::parse(at, "A literal has half of a surrogate pair"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::lexer::START;

    #[test]
    fn undoes_escapes() {
        let cases = [
            ("d\\0061t\\+000061", "data"),
            ("\\\\", "\\"),
            ("\\D83D\\DE00", "😀"),
            ("\\+01F600!", "😀!"),
            ("\\00", "'\\00' is no character: write \\0061 or \\+000061"),
            ("\\zzzz", "'\\zzzz' is no character: write \\0061 or \\+000061"),
            ("\\+ABCDEF", "'\\ABCDEF' is no character: write \\0061 or \\+000061"),
            ("\\D83D", "A literal has half of a surrogate pair"),
        ];
        for (text, expect) in cases {
            let got = unescape(text, '\\', START).unwrap_or_else(|error| error.to_string());
            assert!(got == expect || got.contains(expect), "{text}: {got}");
        }
    }

    #[test]
    fn reads_bytes() {
        assert_eq!(bytes("0aFf", START), Ok(vec![10, 255]));
        assert_eq!(bytes("", START), Ok(vec![]));
        assert!(bytes("0a1", START).is_err_and(|error| error.to_string().contains("even number of digits, not 3")));
    }
}
