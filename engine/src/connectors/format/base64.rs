//! Base64, as Jackson writes and reads binary values: padded, on one line.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends `bytes` in base64.
pub fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63]);
            } else {
                out.push(b'=');
            }
        }
    }
}

/// `bytes` in base64.
pub fn text(bytes: &[u8]) -> String {
    let mut text = Vec::new();
    encode(bytes, &mut text);
    text.into_iter().map(char::from).collect()
}

/// Appends what `text` stands for; `None` where it is not base64.
pub fn decode(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let bare: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !bare.len().is_multiple_of(4) {
        return None;
    }
    for (index, chunk) in bare.chunks(4).enumerate() {
        let padding = chunk.iter().rev().take_while(|byte| **byte == b'=').count();
        let last = (index + 1) * 4 == bare.len();
        if padding > 2 || (padding > 0 && !last) {
            return None;
        }
        let mut bits = 0_u32;
        for byte in &chunk[..4 - padding] {
            bits = (bits << 6) | u32::from(digit(*byte)?);
        }
        bits <<= 6 * padding;
        out.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    Some(())
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_there_and_back() {
        for (bytes, text) in [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v"), (b"\xff\xfe", "//4=")]
        {
            let mut out = Vec::new();
            encode(bytes, &mut out);
            assert_eq!(out, text.as_bytes());
            let mut back = Vec::new();
            assert_eq!(decode(text.as_bytes(), &mut back), Some(()));
            assert_eq!(back, bytes);
        }
        for bad in ["Zg=", "Zg", "Z===", "Zg==Zg==", "Z!=="] {
            assert_eq!(decode(bad.as_bytes(), &mut Vec::new()), None, "{bad}");
        }
    }
}
