//! A script's statements.

/// Cuts a script at its semicolons: not at those in quotes and comments, nor inside `STATEMENT SET BEGIN … END`, which goes to
/// a gateway as one. Comments before a statement are left out, for the positions in a refusal count from its first word.
pub fn statements(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < script.len() {
        let rest = &script[at..];
        if rest.starts_with(';') {
            let statement = without_leading_comments(&script[start..at]);
            if !is_open_set(statement) {
                found.push(statement.trim_end());
                start = at + 1;
            }
        }
        at += token(rest);
    }
    found.push(without_leading_comments(&script[start..]).trim_end());
    found.into_iter().filter(|statement| !statement.is_empty()).map(String::from).collect()
}

/// How long the next piece is that no cut goes through: a comment, something in quotes, or a single character.
fn token(text: &str) -> usize {
    let up_to = |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    match text.chars().next() {
        Some('-') if text.starts_with("--") => up_to("\n", 2),
        Some('/') if text.starts_with("/*") => up_to("*/", 2),
        Some(quote @ ('\'' | '"' | '`')) => up_to(quote.encode_utf8(&mut [0; 4]), 1),
        Some(other) => other.len_utf8(),
        None => 0,
    }
}

fn without_leading_comments(text: &str) -> &str {
    let mut text = text.trim_start();
    while text.starts_with("--") || text.starts_with("/*") {
        text = text[token(text)..].trim_start();
    }
    text
}

fn is_open_set(statement: &str) -> bool {
    let words: Vec<String> = statement.split_whitespace().map(str::to_uppercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !matches!(*word, "PLAN" | "FOR")).collect();
    let opens = matches!(words.as_slice(), ["EXECUTE" | "EXPLAIN", "STATEMENT", "SET", "BEGIN", ..]);
    opens && words.last() != Some(&"END")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expect: &[&str]) {
        assert_eq!(statements(script), expect, "{script}");
    }

    #[test]
    fn a_script_is_cut_at_its_semicolons() {
        check("SELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]);
        check("SELECT ';', `a;b` -- c;\n FROM t /* ; */;\n\n;", &["SELECT ';', `a;b` -- c;\n FROM t /* ; */"]);
        check("-- head; of it\n/* and; more */ SELECT 'it''s';", &["SELECT 'it''s'"]);
        check("", &[]);
    }

    #[test]
    fn a_statement_set_is_one_statement() {
        let set = "EXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND";
        check(&format!("{set};\nSELECT 1;"), &[set, "SELECT 1"]);
        check(
            "BEGIN STATEMENT SET;\nINSERT INTO a SELECT 1;\nEND;",
            &["BEGIN STATEMENT SET", "INSERT INTO a SELECT 1", "END"],
        );
    }
}
