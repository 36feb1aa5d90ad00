//! The cause of a failure, as Flink's own clients read it: beside class and stack trace they expect a Java object, and know of
//! no failure without one. It is a `SerializedThrowable` that holds no other, written by Java's serialization protocol.

use serde_json::{Value, json};

use crate::connectors::format::base64;

/// The longest text in it, in bytes: what Java's protocol has 16 bits for.
const MAX_TEXT: usize = u16::MAX as usize;

/// `{"class": …, "stack-trace": …, "serialized-throwable": …}`
pub fn failure_cause(class: &str, stack: &str) -> Value {
    let serialized = base64::text(&serialized(class, stack));
    json!({"class": class, "stack-trace": stack, "serialized-throwable": serialized})
}

/// The bytes of the object: its class with those above it, their fields, and the fields' values.
fn serialized(class: &str, stack: &str) -> Vec<u8> {
    const NULL: &[u8] = b"p";
    const END: &[u8] = b"x";
    /// The type of a field of text: a string the first time, then a reference to it.
    const TEXT: &[u8] = b"t\0\x12Ljava/lang/String;";
    const TEXT_AGAIN: &[u8] = b"q\0\x7e\0\x01";
    let parts: [&[u8]; 16] = [
        b"\xac\xed\0\x05s",
        b"r\0\x29org.apache.flink.util.SerializedThrowable\x65\x16\x9d\xf5\x1f\xa7\x13\xf3\x02\0\x03",
        b"L\0\x19fullStringifiedStackTrace",
        TEXT,
        b"L\0\x16originalErrorClassName",
        TEXT_AGAIN,
        b"[\0\x13serializedExceptiont\0\x02[B",
        END,
        b"r\0\x13java.lang.Exception\xd0\xfd\x1f\x3e\x1a\x3b\x1c\xc4\x02\0\0",
        END,
        b"r\0\x13java.lang.Throwable\xd5\xc6\x35\x27\x39\x77\xb8\xcb\x03\0\x04",
        b"L\0\x05causet\0\x15Ljava/lang/Throwable;L\0\x0ddetailMessage",
        TEXT_AGAIN,
        b"[\0\x0astackTracet\0\x1e[Ljava/lang/StackTraceElement;L\0\x14suppressedExceptionst\0\x10Ljava/util/List;",
        END,
        NULL,
    ];
    let mut bytes = parts.concat();
    let first = stack.lines().next().unwrap_or(class);
    // Of the throwable: cause, message, stack trace, suppressed ones; then what is of its own.
    bytes.extend([NULL, &text(first), NULL, NULL, END].concat());
    bytes.extend([&text(stack), &text(class), NULL].concat());
    bytes
}

/// A string. Java's encoding has NUL and what is beyond 16 bits in its own way: they are left out.
fn text(text: &str) -> Vec<u8> {
    let kept: String = text.chars().filter(|char| *char != '\0' && char.len_utf8() < 4).collect();
    let kept = &kept.as_bytes()[..kept.floor_char_boundary(MAX_TEXT)];
    [b"t", &(kept.len() as u16).to_be_bytes()[..], kept].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_long_as_their_length_says() {
        assert_eq!(text("a\0é🐿"), b"t\0\x03a\xc3\xa9");
        let long = text(&"é".repeat(40_000));
        assert_eq!((long.len(), &long[..3]), (3 + 65_534, &b"t\xff\xfe"[..]));
    }
}
