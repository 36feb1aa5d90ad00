//! A walk through JSON text without recursion. Flame graphs nest twice as deep as the stacks they show (112 levels were
//! seen in a small job), which is past what a recursive decoder allows; this walk has no such bound.

/// The members of an object, in order: key (still escaped) and the value's text; `None` where `text` is no object.
pub fn members(text: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut members = Vec::new();
    let mut rest = skip_space(text).strip_prefix(b"{")?;
    loop {
        rest = skip_space(rest);
        if rest.starts_with(b"}") {
            return Some(members);
        }
        let (key, after) = value(rest)?;
        let key = key.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let (found, after) = value(skip_space(after).strip_prefix(b":")?)?;
        members.push((key, found));
        rest = skip_space(after);
        rest = rest.strip_prefix(b",").unwrap_or(rest);
    }
}

/// The elements of an array; `None` where `text` is no array.
pub fn elements(text: &[u8]) -> Option<Vec<&[u8]>> {
    let mut elements = Vec::new();
    let mut rest = skip_space(text).strip_prefix(b"[")?;
    loop {
        rest = skip_space(rest);
        if rest.starts_with(b"]") {
            return Some(elements);
        }
        let (found, after) = value(rest)?;
        elements.push(found);
        rest = skip_space(after);
        rest = rest.strip_prefix(b",").unwrap_or(rest);
    }
}

/// Splits off one value: brackets and quotes are balanced, the words between them are not looked at.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = skip_space(text);
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = string_end(text, at)?;
                if depth == 0 {
                    return text.split_at_checked(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => break,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return text.split_at_checked(at + 1);
                }
            }
            b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => break,
            _ => {}
        }
        at += 1;
    }
    if depth == 0 && at > 0 { text.split_at_checked(at) } else { None }
}

/// The index after the string that begins at `at`.
fn string_end(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn skip_space(text: &[u8]) -> &[u8] {
    text.trim_ascii_start()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn walks_objects_and_arrays() {
        let text = br#" {"a": 1, "b" : [1, "x]\"", {"c": {}}], "d":null,"e":"" }"#;
        let found = members(text).unwrap();
        let keys: Vec<_> = found.iter().map(|(key, _)| std::str::from_utf8(key).unwrap()).collect();
        assert_eq!(keys, ["a", "b", "d", "e"]);
        assert_eq!(elements(found[1].1).unwrap(), [&b"1"[..], br#""x]\"""#, br#"{"c": {}}"#]);
        assert_eq!(found[2].1, b"null");
    }

    #[test]
    fn depth_is_no_matter() {
        let deep = [vec![b'['; 200_000], vec![b']'; 200_000]].concat();
        assert_eq!(elements(&deep).unwrap().len(), 1);
    }

    #[test]
    fn what_is_broken_is_none_and_no_endless_loop() {
        for broken in
            ["", "{", "[", "[1", "{\"a\"}", "{\"a\":", "{a:1}", "[\"", "[1}", "{\"a\":}", "[\"\\", "12", "{]", "[,]"]
        {
            assert!(members(broken.as_bytes()).is_none() && elements(broken.as_bytes()).is_none(), "{broken}");
        }
    }
}
