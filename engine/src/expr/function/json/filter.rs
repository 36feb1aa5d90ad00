//! The conditions of JSON paths: `?(@.price > 10 && @.name == 'x')`.

use std::cmp::Ordering::{self, Equal, Greater, Less};

use super::{path::Steps, value::Json};

/// A condition on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// `a || b`
    Any(Vec<Filter>),
    /// `a && b`
    All(Vec<Filter>),
    /// `!a`
    Not(Box<Filter>),
    /// Something is there.
    Exists(Operand),
    /// A comparison: which outcomes of it fit.
    Compare(Operand, &'static [Ordering], Operand),
    /// `a != b`
    Differs(Operand, Operand),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// `@.name`: within the value.
    Within(Steps),
    /// A number, a text in quotes, `true`, `false`, `null`.
    Constant(Json),
}

/// Comparisons, the longer signs first.
const SIGNS: [(&str, &[Ordering]); 5] =
    [("==", &[Equal]), (">=", &[Greater, Equal]), ("<=", &[Less, Equal]), (">", &[Greater]), ("<", &[Less])];

impl Filter {
    /// Reads `(condition)`; answers what stands behind it.
    pub fn parse(text: &str) -> Result<(Self, &str), String> {
        let rest = text.trim_start().strip_prefix('(').ok_or("( is missing behind ?")?;
        let (filter, rest) = any(rest)?;
        let rest = rest.trim_start().strip_prefix(')').ok_or("the condition is not understood")?;
        Ok((filter, rest))
    }

    /// Whether a value is as the condition says.
    pub fn fits(&self, value: &Json) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.fits(value)),
            Self::All(parts) => parts.iter().all(|part| part.fits(value)),
            Self::Not(part) => !part.fits(value),
            Self::Exists(operand) => operand.of(value).is_some(),
            Self::Compare(left, outcomes, right) => {
                let (left, right) = (left.of(value), right.of(value));
                left.zip(right).and_then(|(left, right)| compared(&left, &right)).is_some_and(|o| outcomes.contains(&o))
            }
            Self::Differs(left, right) => {
                let (left, right) = (left.of(value), right.of(value));
                left.zip(right).and_then(|(left, right)| compared(&left, &right)) != Some(Equal)
            }
        }
    }
}

impl Operand {
    fn of(&self, value: &Json) -> Option<Json> {
        match self {
            Self::Within(steps) => steps.find(value),
            Self::Constant(constant) => Some(constant.clone()),
        }
    }
}

/// Numbers and texts have an order; others are equal or not to be compared.
fn compared(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.parse::<f64>().ok()?.partial_cmp(&right.parse::<f64>().ok()?),
        (Json::String(left), Json::String(right)) => Some(left.cmp(right)),
        _ => (left == right).then_some(Equal),
    }
}

fn any(text: &str) -> Result<(Filter, &str), String> {
    several(text, "||", all, Filter::Any)
}

fn all(text: &str) -> Result<(Filter, &str), String> {
    several(text, "&&", one, Filter::All)
}

fn several<'a>(
    text: &'a str,
    sign: &str,
    part: fn(&'a str) -> Result<(Filter, &'a str), String>,
    of: fn(Vec<Filter>) -> Filter,
) -> Result<(Filter, &'a str), String> {
    let (first, mut rest) = part(text)?;
    let mut parts = vec![first];
    while let Some(next) = rest.trim_start().strip_prefix(sign) {
        let (filter, behind) = part(next)?;
        parts.push(filter);
        rest = behind;
    }
    let filter = if parts.len() == 1 { parts.remove(0) } else { of(parts) };
    Ok((filter, rest))
}

fn one(text: &str) -> Result<(Filter, &str), String> {
    let text = text.trim_start();
    if let Some(rest) = text.strip_prefix('!') {
        let (filter, rest) = one(rest)?;
        return Ok((Filter::Not(Box::new(filter)), rest));
    }
    if text.starts_with('(') {
        return Filter::parse(text);
    }
    let (left, rest) = operand(text)?;
    let behind = rest.trim_start();
    if let Some(behind) = behind.strip_prefix("!=") {
        let (right, rest) = operand(behind)?;
        return Ok((Filter::Differs(left, right), rest));
    }
    for (sign, outcomes) in SIGNS {
        if let Some(behind) = behind.strip_prefix(sign) {
            let (right, rest) = operand(behind)?;
            return Ok((Filter::Compare(left, outcomes, right), rest));
        }
    }
    Ok((Filter::Exists(left), rest))
}

fn operand(text: &str) -> Result<(Operand, &str), String> {
    let text = text.trim_start();
    if let Some(steps) = text.strip_prefix('@') {
        let end = end_of_path(steps);
        return Ok((Operand::Within(Steps::parse(&steps[..end])?), &steps[end..]));
    }
    for quote in ['\'', '"'] {
        if let Some(rest) = text.strip_prefix(quote) {
            let (inner, rest) = rest.split_once(quote).ok_or("a quote is not closed")?;
            return Ok((Operand::Constant(Json::String(inner.to_owned())), rest));
        }
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))).unwrap_or(text.len());
    let constant = Json::parse(&text[..end]).map_err(|_| "a value is not understood".to_owned())?;
    Ok((Operand::Constant(constant), &text[end..]))
}

/// Where a path within a condition ends: at a sign that is in no brackets.
fn end_of_path(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth > 0 => depth -= 1,
            ' ' | ')' | '=' | '!' | '<' | '>' | '&' | '|' | ']' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}
