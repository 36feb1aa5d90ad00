use serde_json::json;

use super::{edit, typed};

#[test]
fn a_change_is_split_where_its_key_ends() {
    for (change, expect) in [
        ("UA=3", Some(("UA", "3"))),
        ("a=b=c", Some(("a", "b=c"))),
        (r#"{"k": "a=b"}={"v": 1}"#, Some((r#"{"k": "a=b"}"#, r#"{"v": 1}"#))),
        (r#"{"k": 1} ="#, Some((r#"{"k": 1}"#, ""))),
        ("{not json=1", Some(("{not json", "1"))),
        ("=1", Some(("", "1"))),
        ("UA", None),
        ("{}", None),
    ] {
        assert_eq!(edit::split(change).ok(), expect, "{change}");
    }
}

#[test]
fn what_is_typed_is_an_object_or_plain() {
    for (text, expect) in [
        (r#"{"k": 1}"#, json!({"k": 1})),
        ("1", json!("1")),
        ("[1]", json!("[1]")),
        ("{UA", json!("{UA")),
        ("", json!("")),
    ] {
        assert_eq!(typed(text), expect);
    }
}
