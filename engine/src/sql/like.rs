//! `LIKE` patterns.

/// A pattern taken apart once, matched for every row.
#[derive(Debug, Clone, PartialEq)]
pub struct LikePattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// `%`
    Many,
    /// `_`
    One,
    Char(char),
}

impl LikePattern {
    /// Reads a pattern: `%` stands for any text, `_` for any character, `escape` takes both at their word.
    pub fn new(pattern: &str, escape: Option<char>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut chars = pattern.chars();
        while let Some(next) = chars.next() {
            parts.push(match next {
                _ if Some(next) == escape => match chars.next() {
                    Some(taken) if taken == '%' || taken == '_' || Some(taken) == escape => Part::Char(taken),
                    _ => return Err(format!("Invalid escape sequence in LIKE pattern '{pattern}': {next} must stand before %, _ or itself")),
                },
                '%' if parts.last() == Some(&Part::Many) => continue,
                '%' => Part::Many,
                '_' => Part::One,
                _ => Part::Char(next),
            });
        }
        Ok(Self(parts))
    }

    /// Whether the whole of `text` matches. Linear but for the last `%`, to which it goes back.
    pub fn matches(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut part) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while at < chars.len() {
            match self.0.get(part) {
                Some(Part::Many) => {
                    back = Some((part + 1, at));
                    part += 1;
                }
                Some(Part::One) => (at, part) = (at + 1, part + 1),
                Some(Part::Char(wanted)) if *wanted == chars[at] => (at, part) = (at + 1, part + 1),
                _ => match back {
                    Some((after, from)) => {
                        back = Some((after, from + 1));
                        (part, at) = (after, from + 1);
                    }
                    None => return false,
                },
            }
        }
        self.0[part..].iter().all(|rest| *rest == Part::Many)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_sql_says() {
        let check = |pattern: &str, text: &str, expect: bool| {
            let got = LikePattern::new(pattern, Some('\\')).map(|pattern| pattern.matches(text));
            assert_eq!(got, Ok(expect), "{text} LIKE {pattern}");
        };
        check("O%", "ORD", true);
        check("%a%b%", "xxaxxbxx", true);
        check("%ab", "aab", true);
        check("_R_", "ORD", true);
        check("_R_", "ORDO", false);
        check("", "", true);
        check("%", "", true);
        check("100\\%", "100%", true);
        check("100\\%", "1000", false);
        assert!(LikePattern::new("a\\b", Some('\\')).is_err());
    }
}
