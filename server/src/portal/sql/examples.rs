//! Scripts to start from: the files in `examples/` and those of the engine, which the build puts into a table.
//!
//! A file's first line is its title, the second says where its data comes from; `-- Runs on: embedded` beneath keeps it to
//! embedded engines. `{flights}` in a script is the path of the shipped flights.

use std::path::Path;

use model::sql::SqlExample;

include!(concat!(env!("OUT_DIR"), "/sql_examples.rs"));

/// The examples; those about flights only where the data is there.
pub fn all(flights: Option<&Path>) -> Vec<SqlExample> {
    EXAMPLES.iter().filter_map(|(id, text)| example(id, text, flights)).collect()
}

fn example(id: &str, text: &str, flights: Option<&Path>) -> Option<SqlExample> {
    let mut head = text.lines().map_while(|line| line.strip_prefix("-- "));
    let title = head.next()?.to_owned();
    let data = head.next()?.strip_prefix("Data: ")?.to_owned();
    let embedded_only = head.any(|line| line == "Runs on: embedded");
    let script = match flights {
        Some(path) => text.replace("{flights}", &path.to_string_lossy().replace('\'', "''")),
        None if text.contains("{flights}") => return None,
        None => text.to_owned(),
    };
    Some(SqlExample { id: id.to_owned(), title, data, embedded_only, script })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{EXAMPLES, all};

    #[test]
    fn every_file_is_an_example_with_its_data_named() {
        let path = Path::new("/it's/flights.csv");
        let examples = all(Some(path));
        assert_eq!(examples.len(), EXAMPLES.len());
        for example in &examples {
            assert!(!example.title.is_empty() && !example.data.is_empty(), "{}", example.id);
            assert!(!model::sql::statements(&example.script).is_empty(), "{}", example.id);
            assert!(!example.script.contains("{flights}"), "{}", example.id);
        }
        assert!(examples.iter().any(|example| example.script.contains("'/it''s/flights.csv'")));
    }

    #[test]
    fn without_the_flights_there_are_no_examples_about_them() {
        assert!(all(None).iter().all(|example| !example.script.contains("flights")));
    }
}
