//! From what a gateway says is wrong to a place in the script.

use model::sql::{SqlFault, Statement, Token, TokenKind, tokens};

/// A place in a statement as gateways give it: line and column, counted from 1.
type Place = (usize, usize);

/// The fault that `message` tells of, said about `statement` after `lines_before` lines that were put before it.
///
/// A message without a place names things in quotes; the first of them that is found in the statement, or else in the rest
/// of the script, is the place. The beginning of the statement is the last resort.
pub fn locate(script: &str, statement: Statement, lines_before: usize, message: &str) -> SqlFault {
    let (start, end) = place(message)
        .and_then(|(from, to)| span(script, statement, lines_before, from, to))
        .or_else(|| named(script, statement, message))
        .unwrap_or_else(|| first_line(script, statement));
    at(script, start, end, words(message))
}

/// A fault of the script itself, found before any gateway was asked.
pub fn at(script: &str, start: usize, end: usize, message: String) -> SqlFault {
    let before = script.get(..start).unwrap_or(script);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    SqlFault {
        start: small(start),
        end: small(end),
        line: small(before.matches('\n').count() + 1),
        column: small(before[line_start..].chars().count() + 1),
        message,
    }
}

/// `line 2, column 8 to line 2, column 10`; the end is that of the last character.
fn place(message: &str) -> Option<(Place, Option<Place>)> {
    let (from, rest) = message.match_indices("line ").find_map(|(at, _)| one_place(&message[at..]))?;
    let to = rest.strip_prefix(" to ").and_then(one_place).map(|(to, _)| to);
    Some((from, to))
}

fn one_place(text: &str) -> Option<(Place, &str)> {
    let (line, rest) = digits(text.strip_prefix("line ")?)?;
    let (column, rest) = digits(rest.strip_prefix(", column ")?)?;
    Some(((line, column), rest))
}

fn digits(text: &str) -> Option<(usize, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

fn span(
    script: &str,
    statement: Statement,
    lines_before: usize,
    from: Place,
    to: Option<Place>,
) -> Option<(usize, usize)> {
    let text = statement.of(script);
    let offset = |(line, column): Place| byte_of(text, line.checked_sub(lines_before)?, column);
    let start = offset(from)?;
    let end = to.and_then(offset).filter(|end| *end >= start);
    let around = token_at(text, start)?;
    // What is missing at the end is shown on the last thing that is there.
    let (start, end) = match end {
        Some(last) => (start, last + text[last..].chars().next().map_or(0, char::len_utf8)),
        None => (around.start.max(start.min(around.end)), around.end),
    };
    let (start, end) = if start < end { (start, end) } else { (around.start, around.end) };
    Some((statement.start + start, statement.start + end))
}

/// The byte at a line and column of `text`; past the end of the line it is the line's end.
fn byte_of(text: &str, line: usize, column: usize) -> Option<usize> {
    let lines_start = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let (start, line) = lines_start.clone().nth(line.checked_sub(1)?)?;
    let within = line.char_indices().nth(column.checked_sub(1)?).map_or(line.trim_end().len(), |(at, _)| at);
    Some(start + within)
}

/// The token at a byte, or the last before it that is not blank.
fn token_at(text: &str, at: usize) -> Option<Token> {
    tokens(text).into_iter().rfind(|token| !token.is_blank() && token.start <= at)
}

/// The first quoted thing of the message that the script has, in the statement before all others.
fn named(script: &str, statement: Statement, message: &str) -> Option<(usize, usize)> {
    let all: Vec<Token> = tokens(script).into_iter().filter(|token| !token.is_blank()).collect();
    let names: Vec<&str> =
        message.split('\'').skip(1).step_by(2).map(last_part).filter(|name| !name.is_empty()).collect();
    let find = |inside: bool| {
        names.iter().find_map(|name| {
            let is_it = |token: &&Token| {
                let within = token.start >= statement.start && token.end <= statement.end;
                within == inside && bare(token.of(script)) == *name && token.kind != TokenKind::Mark
            };
            all.iter().find(is_it).map(|token| (token.start, token.end))
        })
    };
    find(true).or_else(|| find(false))
}

/// ``nowhere`` of `` `default_catalog`.`default_database`.`nowhere` ``
fn last_part(name: &str) -> &str {
    bare(name.rsplit('.').next().unwrap_or(name))
}

fn bare(token: &str) -> &str {
    token.trim_matches(['\'', '`', '"'])
}

fn first_line(script: &str, statement: Statement) -> (usize, usize) {
    let line = statement.of(script).lines().next().unwrap_or_default();
    (statement.start, statement.start + line.trim_end().len())
}

/// The message without the class that threw it, and without the place, which is shown where it is.
fn words(message: &str) -> String {
    let mut text = message.trim();
    if let Some((class, rest)) = text.split_once(": ")
        && class.contains('.')
        && class.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '$'))
    {
        text = rest;
    }
    for wrapper in ["SQL validation failed. ", "SQL validation failed. ", "SQL parse failed. "] {
        text = text.strip_prefix(wrapper).unwrap_or(text);
    }
    if text.starts_with("From line ") || text.starts_with("line ") || text.starts_with("At line ") {
        text = text.split_once(": ").map_or(text, |(_, rest)| rest);
    }
    let text = match text.rfind(" at line ") {
        Some(at) if one_place(&text[at + 4..]).is_some_and(|(_, rest)| rest.len() <= 1) => &text[..at],
        _ => text,
    };
    let text = text.replace("Encountered \"<EOF>\"", "The statement ends too early");
    let text = text.trim_end_matches(['.', ' ']);
    let mut letters = text.chars();
    letters.next().map_or_else(
        || "It is refused without a word".into(),
        |first| format!("{}{}", first.to_uppercase(), letters.as_str()),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use model::sql::statements;

    use super::locate;

    const SCRIPT: &str = "CREATE TABLE q (id INT) WITH ('connector' = 'prin');\n\n-- é\nSELECT idd,\n  'é', x FROM q;";

    /// Locates a message about the last statement, sent with `EXPLAIN` on a line of its own before it.
    fn check(message: &str, underlined: &str, line: u32, column: u32, words: &str) {
        let statement = *statements(SCRIPT).last().unwrap();
        let fault = locate(SCRIPT, statement, 1, message);
        assert_eq!(&SCRIPT[fault.start as usize..fault.end as usize], underlined, "{message}");
        assert_eq!((fault.line, fault.column, fault.message.as_str()), (line, column, words), "{message}");
    }

    #[test]
    fn a_place_is_found_in_the_script() {
        check(
            "org.apache.calcite.runtime.CalciteContextException: From line 2, column 8 to line 2, column 10: Column 'idd' not found in any table",
            "idd",
            4,
            8,
            "Column 'idd' not found in any table",
        );
        check("o.a.ParseException: Encountered \"x\" at line 3, column 8.", "x", 5, 8, "Encountered \"x\"");
        check("o.a.V: line 3, column 3: A text is no number.", "'é'", 5, 3, "A text is no number");
        check("From line 2, column 8 to line 3, column 5: two lines", "idd,\n  'é'", 4, 8, "Two lines");
    }

    #[test]
    fn the_end_of_the_statement_is_shown_on_its_last_word() {
        check("o.a.P: Encountered \"<EOF>\" at line 3, column 16.", "q", 5, 15, "The statement ends too early");
        check("o.a.P: Encountered \"<EOF>\" at line 9, column 1.", "SELECT idd,", 4, 1, "The statement ends too early");
    }

    #[test]
    fn without_a_place_the_thing_that_is_named_is_it() {
        check(
            "o.a.V: Table 'default_catalog.default_database.q' is bad",
            "q",
            5,
            15,
            "Table 'default_catalog.default_database.q' is bad",
        );
        check(
            "No factory for identifier 'prin' in 'a.B'",
            "'prin'",
            1,
            45,
            "No factory for identifier 'prin' in 'a.B'",
        );
        check("Cannot find table '`a`.`b`.`x`' in any", "x", 5, 8, "Cannot find table '`a`.`b`.`x`' in any");
        check("the disk is full", "SELECT idd,", 4, 1, "The disk is full");
        check("", "SELECT idd,", 4, 1, "It is refused without a word");
    }
}
