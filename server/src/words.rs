//! Small helpers on names: which known one was meant, and which are allowed.

/// The known name nearest to `wrong`, if one is near enough to have been meant: at most a third of its letters differ.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (wrong.chars().count() / 3).max(2);
    known
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `; did you mean "x"?`, or nothing.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Whether `name` is `[a-z0-9-]{1,63}`, the shape of names of clusters and jobs.
pub fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Levenshtein distance over characters, in one row of memory.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, is_name, nearest};

    #[test]
    fn finds_the_name_that_was_meant_and_no_other() {
        assert_eq!(nearest("clutsers", ["clusters", "listen"]), Some("clusters"));
        assert_eq!(nearest("listne", ["clusters", "listen"]), Some("listen"));
        assert_eq!(nearest("password", ["clusters", "listen"]), None);
    }

    #[test]
    fn counts_edits() {
        for (a, b, expect) in
            [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("flaw", "lawn", 2)]
        {
            assert_eq!(distance(a, b), expect, "{a} {b}");
        }
    }

    #[test]
    fn names_are_short_and_lower_case() {
        assert!(is_name("flink-prod-2") && is_name("a") && is_name(&"x".repeat(63)));
        assert!(!is_name("") && !is_name("Flink") && !is_name("a b") && !is_name("ä") && !is_name(&"x".repeat(64)));
    }
}
