//! The list of functions: every example gives what it says.

use std::collections::HashSet;

use super::text_of;
use crate::expr::function::registry::functions;

#[test]
fn every_function_has_one_name_and_an_example_that_holds() {
    let mut names = HashSet::new();
    let mut wrong = Vec::new();
    for function in functions() {
        for name in function.names() {
            assert!(names.insert(name), "{name} is there twice");
        }
        assert!(function.signature.starts_with(function.name) && function.doc.ends_with('.'), "{}", function.name);
        let (sql, expected) = function.example;
        match text_of(sql) {
            Ok(result) if result == expected => {}
            other => wrong.push(format!("{sql}: {other:?}, not {expected}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(names.len() > 150, "{}", names.len());
}
