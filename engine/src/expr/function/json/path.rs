//! JSON paths: `[lax | strict] $.name['name'][0][-1][*].*[1:3]..name[?(@.name > 1)].length()`.

use super::{filter::Filter, value::Json};

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// `.name`, `['name']`
    Member(String),
    /// `[0]`; from the end where negative.
    Item(i64),
    /// `[*]`, `.*`
    All,
    /// `[from:to]`
    Slice(Option<i64>, Option<i64>),
    /// `[a, b]`
    Union(Vec<Step>),
    /// `..`: what follows, at any depth.
    Deep,
    /// `[?(condition)]`
    Filter(Filter),
}

/// A path.
#[derive(Debug, Clone)]
pub struct Path {
    /// Whether what is not there is an error. Where the path does not say, it is.
    pub strict: bool,
    steps: Steps,
    /// Whether it ends in `.length()`.
    length: bool,
}

/// The steps of a path, or of a part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps(Vec<Step>);

impl Path {
    /// Reads a path; an error says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let mode = |word: &str| {
            let head = text.get(..word.len())?;
            let rest = text.get(word.len()..)?;
            (head.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace)).then(|| rest.trim())
        };
        let (strict, rest) = match (mode("strict"), mode("lax")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => (true, text),
        };
        let Some(steps) = rest.strip_prefix('$') else { return Err(format!("'{text}' does not begin with $")) };
        let (steps, length) = steps.strip_suffix(".length()").map_or((steps, false), |steps| (steps, true));
        Steps::parse(steps).map(|steps| Self { strict, steps, length })
    }

    /// What is there: one value, or for a path that may have several a list of them. `None` where there is nothing.
    pub fn find(&self, root: &Json) -> Option<Json> {
        let found = self.steps.find(root)?;
        if !self.length {
            return Some(found);
        }
        match found {
            Json::Array(items) => Some(Json::Number(items.len().to_string().into())),
            Json::Object(members) => Some(Json::Number(members.len().to_string().into())),
            _ => None,
        }
    }
}

impl Steps {
    /// Reads what stands behind `$` or `@`.
    pub fn parse(text: &str) -> Result<Self, String> {
        Reader { rest: text, whole: text }.steps().map(Self)
    }

    /// What is there, as [`Path::find`].
    pub fn find(&self, root: &Json) -> Option<Json> {
        let mut found: Vec<&Json> = vec![root];
        let mut several = false;
        let mut steps = self.0.iter();
        while let Some(step) = steps.next() {
            if *step == Step::Deep {
                several = true;
                let mut all = Vec::new();
                found.iter().for_each(|value| descend(value, &mut all));
                let next = steps.next()?;
                found = all.into_iter().flat_map(|value| apply(next, value)).collect();
                continue;
            }
            found = found.into_iter().flat_map(|value| apply(step, value)).collect();
            if found.is_empty() && !several && !may_be_several(step) {
                return None;
            }
            several |= may_be_several(step);
        }
        if several {
            return Some(Json::Array(found.into_iter().cloned().collect()));
        }
        found.first().map(|value| (*value).clone())
    }
}

fn may_be_several(step: &Step) -> bool {
    !matches!(step, Step::Member(_) | Step::Item(_))
}

fn descend<'a>(value: &'a Json, into: &mut Vec<&'a Json>) {
    into.push(value);
    match value {
        Json::Array(items) => items.iter().for_each(|item| descend(item, into)),
        Json::Object(members) => members.iter().for_each(|(_, member)| descend(member, into)),
        _ => {}
    }
}

/// The place that an index means in a list of a length.
fn place(index: i64, length: usize) -> i64 {
    if index < 0 { index + length as i64 } else { index }
}

fn apply<'a>(step: &Step, value: &'a Json) -> Vec<&'a Json> {
    match (step, value) {
        (Step::Member(name), Json::Object(_)) => value.member(name).into_iter().collect(),
        (Step::Item(index), Json::Array(items)) => {
            usize::try_from(place(*index, items.len())).ok().and_then(|place| items.get(place)).into_iter().collect()
        }
        (Step::All, Json::Array(items)) => items.iter().collect(),
        (Step::All, Json::Object(members)) => members.iter().map(|(_, member)| member).collect(),
        (Step::Slice(from, to), Json::Array(items)) => {
            let bound = |index: i64| place(index, items.len()).clamp(0, items.len() as i64) as usize;
            let (from, to) = (from.map_or(0, bound), to.map_or(items.len(), bound));
            items.get(from..to).unwrap_or_default().iter().collect()
        }
        (Step::Filter(filter), Json::Array(items)) => items.iter().filter(|item| filter.fits(item)).collect(),
        (Step::Filter(filter), Json::Object(_)) if filter.fits(value) => vec![value],
        (Step::Union(steps), _) => steps.iter().flat_map(|step| apply(step, value)).collect(),
        _ => Vec::new(),
    }
}

struct Reader<'a> {
    rest: &'a str,
    whole: &'a str,
}

impl<'a> Reader<'a> {
    fn wrong(&self, what: &str) -> String {
        format!("{what} at '{}' of the path '{}'", self.rest, self.whole)
    }

    fn accept(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn steps(mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        while !self.rest.trim().is_empty() {
            if self.accept("..") {
                steps.push(Step::Deep);
                if self.accept("*") {
                    steps.push(Step::All);
                } else if self.accept("[") {
                    steps.push(self.bracket()?);
                } else {
                    steps.push(self.member()?);
                }
            } else if self.accept(".") {
                if self.accept("*") {
                    steps.push(Step::All);
                } else if self.accept("[") {
                    steps.push(self.bracket()?);
                } else {
                    steps.push(self.member()?);
                }
            } else if self.accept("[") {
                steps.push(self.bracket()?);
            } else {
                return Err(self.wrong("unexpected text"));
            }
        }
        Ok(steps)
    }

    fn member(&mut self) -> Result<Step, String> {
        let end = self.rest.find(['.', '[']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return Err(self.wrong("a name is missing"));
        }
        self.rest = rest;
        Ok(Step::Member(name.trim_end().to_owned()))
    }

    /// What stands between brackets, the first taken.
    fn bracket(&mut self) -> Result<Step, String> {
        if self.accept("?") {
            let (filter, rest) = Filter::parse(self.rest).map_err(|what| self.wrong(&what))?;
            self.rest = rest;
            return if self.accept("]") { Ok(Step::Filter(filter)) } else { Err(self.wrong("] is missing")) };
        }
        let mut steps = vec![self.selector()?];
        while self.accept(",") {
            steps.push(self.selector()?);
        }
        if !self.accept("]") {
            return Err(self.wrong("] is missing"));
        }
        if steps.len() > 1 {
            return Ok(Step::Union(steps));
        }
        steps.pop().ok_or_else(|| self.wrong("an index is missing"))
    }

    fn selector(&mut self) -> Result<Step, String> {
        if self.accept("*") {
            return Ok(Step::All);
        }
        for quote in ['\'', '"'] {
            if self.accept(&quote.to_string()) {
                return self.quoted(quote);
            }
        }
        let from = self.number();
        if self.accept(":") {
            return Ok(Step::Slice(from, self.number()));
        }
        from.map(Step::Item).ok_or_else(|| self.wrong("an index or a name in quotes is missing"))
    }

    fn quoted(&mut self, quote: char) -> Result<Step, String> {
        let mut name = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[at + 1..];
                return Ok(Step::Member(name));
            }
            match c {
                '\\' => name.extend(chars.next().map(|(_, c)| c)),
                _ => name.push(c),
            }
        }
        Err(self.wrong("a quote is not closed"))
    }

    fn number(&mut self) -> Option<i64> {
        let rest = self.rest.trim_start();
        let digits = rest.strip_prefix('-').unwrap_or(rest).bytes().take_while(u8::is_ascii_digit).count();
        let end = digits + usize::from(rest.starts_with('-'));
        let number = rest[..end].parse().ok()?;
        self.rest = &rest[end..];
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths() {
        let root = Json::parse(r#"{"a": [{"b": 1}, {"b": 2}, {"c": 3}], "x.y": {"a b": true}, "n": null}"#).unwrap();
        let cases = [
            ("$", Some(root.to_string())),
            ("$.a[0].b", Some("1".into())),
            ("lax $.a[-1].c", Some("3".into())),
            ("$.a[*].b", Some("[1,2]".into())),
            ("$..b", Some("[1,2]".into())),
            ("$.a[0:2].b", Some("[1,2]".into())),
            ("$.a[0,2]", Some(r#"[{"b":1},{"c":3}]"#.into())),
            ("$.a[?(@.b > 1)]", Some(r#"[{"b":2}]"#.into())),
            ("$.a[?(@.b == 1 || @.c)]", Some(r#"[{"b":1},{"c":3}]"#.into())),
            ("$.a[?(!(@.b) && @.c <= 3)].c", Some("[3]".into())),
            ("$.a.length()", Some("3".into())),
            ("strict $['x.y'].['a b']", Some("true".into())),
            ("$.[\"x.y\"]", Some(r#"{"a b":true}"#.into())),
            ("$.n", Some("null".into())),
            ("$.z", None),
            ("$.z[*]", None),
            ("$.a[9]", None),
            ("$.a.b", None),
        ];
        for (path, expected) in cases {
            assert_eq!(Path::parse(path).unwrap().find(&root).map(|json| json.to_string()), expected, "{path}");
        }
        assert!(Path::parse("$.a").unwrap().strict && !Path::parse("LAX $.a").unwrap().strict);
        assert!(["a", "$a", "$.", "$['a", "$[x]", "$[?(@.a]", "$[?(x)]"].iter().all(|path| Path::parse(path).is_err()));
    }
}
