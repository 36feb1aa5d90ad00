//! A SQL script as the statements that a gateway takes one at a time.

/// Splits `script` at the semicolons that end statements: not at those in strings, quoted names and comments, and not within a
/// statement set. Comments before a statement stay with it; a part with nothing but comments is none.
pub fn split_statements(script: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut begin = 0;
    // The statement's words without comments and what is in quotes, in upper case, to see what kind it is.
    let mut words = String::new();
    let mut at = 0;
    while at < script.len() {
        let rest = &script[at..];
        let skipped = skip(rest);
        if skipped > 0 {
            words.push(if rest.starts_with(['-', '/']) { ' ' } else { '?' });
            at += skipped;
            continue;
        }
        let Some(next) = rest.chars().next() else { break };
        at += next.len_utf8();
        if next == ';' && !within_set(&words) {
            push(&mut statements, &script[begin..at - 1], &words);
            words.clear();
            begin = at;
        } else {
            words.extend(next.to_uppercase());
        }
    }
    push(&mut statements, &script[begin..], &words);
    statements
}

fn push(statements: &mut Vec<String>, text: &str, words: &str) {
    if !words.trim().is_empty() {
        statements.push(text.trim().to_string());
    }
}

/// Whether a semicolon after these words still belongs to `EXECUTE STATEMENT SET BEGIN …; …; END`.
fn within_set(words: &str) -> bool {
    let words: Vec<&str> =
        words.split(|c: char| c.is_whitespace() || c == ';').filter(|word| !word.is_empty()).collect();
    words.starts_with(&["EXECUTE", "STATEMENT", "SET"]) && words.last() != Some(&"END")
}

/// How many bytes at the start of `text` are a comment, a string or a quoted name; 0 where it starts with none.
fn skip(text: &str) -> usize {
    let whole = |end: Option<usize>, mark: usize| end.map_or(text.len(), |end| end + mark);
    if text.starts_with("--") {
        return whole(text.find('\n'), 0);
    }
    if let Some(inside) = text.strip_prefix("/*") {
        return whole(inside.find("*/").map(|end| end + 2), 2);
    }
    // A doubled quote within quotes ends one string and begins the next; for finding the end that is the same.
    match text.chars().next() {
        Some(quote @ ('\'' | '`' | '"')) => whole(text[1..].find(quote).map(|end| end + 1), 1),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expect: &[&str]) {
        assert_eq!(split_statements(script), expect, "{script}");
    }

    #[test]
    fn splits_where_a_statement_ends() {
        check("SET 'a' = 'b;c';\n\nSELECT 1", &["SET 'a' = 'b;c'", "SELECT 1"]);
        check("SELECT 'it''s; one' ;", &["SELECT 'it''s; one'"]);
        check("CREATE TABLE `a;b` (x INT); SELECT \"é;\" ", &["CREATE TABLE `a;b` (x INT)", "SELECT \"é;\""]);
        check(";; \n ;", &[]);
    }

    #[test]
    fn comments_end_nothing_and_are_no_statement() {
        check("-- one; two\nSELECT 1; -- end;", &["-- one; two\nSELECT 1"]);
        check("/* a; b */ SELECT /* ' */ 1; /* open", &["/* a; b */ SELECT /* ' */ 1"]);
    }

    #[test]
    fn a_statement_set_is_one_statement() {
        let set = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END";
        check(&format!("{set}; SELECT 3"), &[set, "SELECT 3"]);
        check(
            "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;",
            &["BEGIN STATEMENT SET", "INSERT INTO a SELECT 1", "END"],
        );
    }

    #[test]
    fn an_open_quote_takes_the_rest() {
        check("SELECT 'a; SELECT 2", &["SELECT 'a; SELECT 2"]);
    }
}
