//! What a bench gives: a table of numbers, printed and written as JSON.

use serde_json::{Value, json};

/// The width of the first column, and of the others.
const NAME: usize = 44;
const NUMBER: usize = 12;

/// Rows of numbers; NaN stands for none.
pub struct Table {
    /// What the ratios mean.
    title: &'static str,
    head: Vec<&'static str>,
    rows: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// A table with these columns.
    pub fn new(title: &'static str, head: &[&'static str]) -> Table {
        Table { title, head: head.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, what: String, numbers: Vec<f64>) {
        self.rows.push((what, numbers));
    }

    /// The numbers of a row as they are printed.
    pub fn line(numbers: &[f64]) -> String {
        let text = |number: &f64| match number {
            number if number.is_nan() => "-".to_owned(),
            number if number.abs() >= 1000.0 || number.fract() == 0.0 => format!("{number:.0}"),
            number => format!("{number:.2}"),
        };
        numbers.iter().map(|number| format!(" {:>NUMBER$}", text(number))).collect()
    }

    /// Prints all rows.
    pub fn print(&self, name: &str) {
        let head: String = self.head.iter().map(|column| format!(" {column:>NUMBER$}")).collect();
        println!("\n{name}: {}\n{:NAME$}{head}", self.title, "");
        for (what, numbers) in &self.rows {
            println!("{what:NAME$}{}", Table::line(numbers));
        }
    }

    /// All of it: a number that is none is null.
    pub fn json(&self, name: &str) -> Value {
        let row = |(what, numbers): &(String, Vec<f64>)| {
            let numbers = self.head.iter().zip(numbers).map(|(column, number)| ((*column).to_owned(), json!(number)));
            json!({"what": what, "numbers": numbers.collect::<Value>()})
        };
        json!({"bench": name, "ratio": self.title, "rows": self.rows.iter().map(row).collect::<Vec<_>>()})
    }
}
