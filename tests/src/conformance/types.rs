//! The types of a result's columns as SQL writes them.

use serde_json::Value;

use super::json::number;

/// The longest string and the longest bytes: a type of this length is written by its short name.
const LONGEST: &str = "2147483647";

/// The type that a gateway's JSON describes, without whether it takes NULL at the top: `ARRAY<INT NOT NULL>`.
pub fn sql_type(described: &Value) -> String {
    let text = |name: &str| described[name].as_str().map(|t| number(t).unwrap_or(t)).unwrap_or_default();
    match text("type") {
        "VARCHAR" if text("length") == LONGEST => "STRING".into(),
        "VARBINARY" if text("length") == LONGEST => "BYTES".into(),
        kind @ ("CHAR" | "VARCHAR" | "BINARY" | "VARBINARY") => format!("{kind}({})", text("length")),
        "INTEGER" => "INT".into(),
        "DECIMAL" => format!("DECIMAL({}, {})", text("precision"), text("scale")),
        "TIME_WITHOUT_TIME_ZONE" => format!("TIME({})", text("precision")),
        "TIMESTAMP_WITHOUT_TIME_ZONE" => format!("TIMESTAMP({})", text("precision")),
        "TIMESTAMP_WITH_LOCAL_TIME_ZONE" => format!("TIMESTAMP_LTZ({})", text("precision")),
        "INTERVAL_DAY_TIME" => format!("INTERVAL {}({})", text("resolution"), text("fractionalPrecision")),
        "INTERVAL_YEAR_MONTH" => format!("INTERVAL {}", text("resolution")),
        kind @ ("ARRAY" | "MULTISET") => format!("{kind}<{}>", inner_type(&described["elementType"])),
        "MAP" => format!("MAP<{}, {}>", inner_type(&described["keyType"]), inner_type(&described["valueType"])),
        "ROW" => format!("ROW<{}>", fields(described).join(", ")),
        other => other.into(),
    }
}

/// Whether a type takes NULL: what is not said to be otherwise does.
pub fn is_nullable(described: &Value) -> bool {
    described["nullable"] != Value::Bool(false)
}

fn inner_type(described: &Value) -> String {
    format!("{}{}", sql_type(described), if is_nullable(described) { "" } else { " NOT NULL" })
}

fn fields(row: &Value) -> Vec<String> {
    let field = |field: &Value| {
        let described = if field["fieldType"].is_object() { &field["fieldType"] } else { &field["type"] };
        format!("`{}` {}", field["name"].as_str().unwrap_or_default(), inner_type(described))
    };
    row["fields"].as_array().into_iter().flatten().map(field).collect()
}
