//! Comparing an answer with what is recorded.

use serde_json::Value;

use super::{
    case::Mode,
    json::{self, number},
};

/// How far two doubles may be apart, as a part of the larger one: the last digits of a sum or a logarithm depend on the order
/// and the library. A FLOAT has only seven digits.
const DOUBLE_TOLERANCE: f64 = 1e-12;
const FLOAT_TOLERANCE: f64 = 1e-6;

/// How many differing lines are told.
const TOLD: usize = 3;

/// Says how `got` differs from `expected`, where it does.
pub fn difference(mode: Mode, expected: &str, got: &str) -> Option<String> {
    if matches!(mode, Mode::Error | Mode::Failure) {
        return difference_of_refusals(mode, expected, got);
    }
    let (columns, rows) = parts(expected);
    let (got_columns, got_rows) = parts(got);
    if columns.len() != got_columns.len() || columns.iter().zip(&got_columns).any(|(a, b)| bare(a) != bare(b)) {
        return Some(format!(
            "columns\n      {}\n    instead of\n      {}",
            got_columns.join("; "),
            columns.join("; ")
        ));
    }
    let tolerance = tolerance(&columns);
    let is_same = |pair: &(&&str, &&str)| pair.0 == pair.1 || are_close(pair.0, pair.1, tolerance);
    if rows.len() == got_rows.len() && rows.iter().zip(&got_rows).all(|pair| is_same(&pair)) {
        return None;
    }
    Some(told(mode, &columns, &rows, &got_rows))
}

/// Both refuse; and a position is named wherever Flink names one.
fn difference_of_refusals(mode: Mode, expected: &str, got: &str) -> Option<String> {
    let (expected, got) = (expected.lines().next()?, got.trim_end());
    let names_position = |text: &str| text.lines().next().is_some_and(|line| line.contains(" at line "));
    let is_named = mode == Mode::Failure || !names_position(expected) || names_position(got);
    (!is_named).then(|| format!("{got}\n    names no position; Flink: {expected}"))
}

fn parts(text: &str) -> (Vec<&str>, Vec<&str>) {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.partition(|line| line.starts_with("# "))
}

/// Whether a result's column takes NULL is told, not compared.
fn bare(column: &str) -> &str {
    column.strip_suffix(" NOT NULL").unwrap_or(column)
}

fn tolerance(columns: &[&str]) -> f64 {
    match columns {
        columns if columns.iter().any(|column| column.contains(" FLOAT")) => FLOAT_TOLERANCE,
        columns if columns.iter().any(|column| column.contains("DOUBLE")) => DOUBLE_TOLERANCE,
        // Files say no types; JSON may write one number in several ways.
        _ => 0.0,
    }
}

/// Whether two lines say the same with other words for numbers.
fn are_close(a: &str, b: &str, tolerance: f64) -> bool {
    let (a_head, a_json) = split(a);
    let (b_head, b_json) = split(b);
    match (json::parse(a_json), json::parse(b_json)) {
        (Ok(a), Ok(b)) => a_head == b_head && values_are_close(&a, &b, tolerance),
        _ => false,
    }
}

/// What stands before a line's JSON, and the JSON.
fn split(line: &str) -> (&str, &str) {
    line.split_at(line.find(['[', '{']).unwrap_or(0))
}

fn values_are_close(a: &Value, b: &Value, tolerance: f64) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| values_are_close(a, b, tolerance))
        }
        (Value::Object(a), Value::Object(b)) => {
            let is_same = |(name, value): (&String, &Value)| {
                b.get(name).is_some_and(|other| values_are_close(value, other, tolerance))
            };
            a.len() == b.len() && a.iter().all(is_same)
        }
        (Value::String(x), Value::String(y)) => match (number(x), number(y)) {
            (Some(x), Some(y)) => json::show(a) == json::show(b) || numbers_are_close(x, y, tolerance),
            (None, None) => x == y,
            _ => false,
        },
        (a, b) => a == b,
    }
}

fn numbers_are_close(a: &str, b: &str, tolerance: f64) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        // One of the smallest doubles has several shortest texts.
        (Ok(a), Ok(b)) => a.to_bits() == b.to_bits() || (a - b).abs() <= tolerance * a.abs().max(b.abs()),
        _ => false,
    }
}

/// The first lines that differ: side by side where order counts, else those that only one side has.
fn told(mode: Mode, columns: &[&str], expected: &[&str], got: &[&str]) -> String {
    if matches!(mode, Mode::Changelog | Mode::Ordered) || expected.len() == got.len() && expected.len() == 1 {
        let at = (0..).find(|at| expected.get(*at) != got.get(*at)).unwrap_or_default();
        let line = |lines: &[&str]| lines.get(at).map_or("(nothing)".to_string(), ToString::to_string);
        let columns = columns_that_differ(columns, &line(expected), &line(got));
        return format!("line {}:\n      {}\n    instead of\n      {}{columns}", at + 1, line(got), line(expected));
    }
    let missing = only_in(expected, got);
    let extra = only_in(got, expected);
    let list = |lines: &[&str]| lines.iter().take(TOLD).map(|line| format!("\n      {line}")).collect::<String>();
    let (some, more) = (list(&missing), list(&extra));
    format!("{} lines missing:{some}\n    {} lines too many:{more}", missing.len(), extra.len())
}

/// The names of the columns in which two rows differ, with both values: for the wide rows of the functions' cases.
fn columns_that_differ(columns: &[&str], expected: &str, got: &str) -> String {
    let (Ok(Value::Array(expected)), Ok(Value::Array(got))) = (json::parse(expected), json::parse(got)) else {
        return String::new();
    };
    let pairs = columns.iter().zip(expected.iter().zip(&got)).filter(|(_, (a, b))| a != b);
    let told =
        pairs.map(|(column, (a, b))| format!("\n      {column}: {} instead of {}", json::show(b), json::show(a)));
    told.take(4 * TOLD).collect()
}

fn only_in<'a>(these: &[&'a str], others: &[&str]) -> Vec<&'a str> {
    let mut others: Vec<&str> = others.to_vec();
    let is_missing = |line: &&&str| match others.iter().position(|other| other == *line) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    };
    these.iter().filter(is_missing).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_only_in_form_is_the_same() {
        let same = |mode, a: &str, b: &str| assert_eq!(difference(mode, a, b), None);
        same(Mode::Rows, "# d DOUBLE NOT NULL\n[0.30000000000000004]\n", "# d DOUBLE\n[0.3]\n");
        same(Mode::Rows, "# r ROW<`b` INT>\n[{\"b\":1,\"a\":[1.0]}]\n", "# r ROW<`b` INT>\n[{\"a\":[1],\"b\":1}]\n");
        same(Mode::Files, "= t\np=a/: {\"d\":1.0E10}\n", "= t\np=a/: {\"d\":10000000000.0}\n");
        same(Mode::Error, "refused at line 1, column 2\n  x\n", "refused at line 3, column 4\n  y\n");
        same(Mode::Failure, "refused at line 1, column 2\n  x\n", "refused\n  y\n");
    }

    #[test]
    fn what_differs_is_told() {
        let differs = |mode, a: &str, b: &str, expect: &str| {
            let told = difference(mode, a, b).expect("they differ");
            assert!(told.contains(expect), "{told}");
        };
        differs(Mode::Rows, "# d DECIMAL(5, 1)\n[0.1]\n", "# d DECIMAL(5, 1)\n[0.11]\n", "0.11 instead of 0.1");
        differs(Mode::Rows, "# a INT\n[1]\n", "# a BIGINT\n[1]\n", "columns");
        differs(Mode::Rows, "# a INT\n[1]\n[1]\n", "# a INT\n[1]\n", "1 lines missing:\n      [1]");
        differs(Mode::Changelog, "# a INT\n+I [1]\n", "# a INT\n+U [1]\n", "line 1:");
        differs(Mode::Error, "refused at line 1, column 2\n  x\n", "refused\n  y\n", "names no position");
    }
}
