//! Types as the SQL Gateway describes them: Flink's `LogicalTypeJsonSerializer`.

use serde_json::{Value, json};

use crate::types::{DataType, TypeKind};

/// The JSON of a type.
pub fn logical_type(data_type: &DataType) -> Value {
    let (root, more) = describe(&data_type.kind);
    let mut shown = json!({"type": root});
    if data_type.kind == TypeKind::Null {
        return shown;
    }
    shown["nullable"] = json!(data_type.nullable);
    if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
        shown.extend(more);
    }
    shown
}

fn describe(kind: &TypeKind) -> (&'static str, Value) {
    match kind {
        TypeKind::Boolean => ("BOOLEAN", json!({})),
        TypeKind::TinyInt => ("TINYINT", json!({})),
        TypeKind::SmallInt => ("SMALLINT", json!({})),
        TypeKind::Int => ("INTEGER", json!({})),
        TypeKind::BigInt => ("BIGINT", json!({})),
        TypeKind::Float => ("FLOAT", json!({})),
        TypeKind::Double => ("DOUBLE", json!({})),
        TypeKind::Decimal(precision, scale) => ("DECIMAL", json!({"precision": precision, "scale": scale})),
        TypeKind::Char(n) => ("CHAR", json!({"length": n})),
        TypeKind::Varchar(n) => ("VARCHAR", json!({"length": n})),
        TypeKind::Binary(n) => ("BINARY", json!({"length": n})),
        TypeKind::Varbinary(n) => ("VARBINARY", json!({"length": n})),
        TypeKind::Date => ("DATE", json!({})),
        TypeKind::Time(p) => ("TIME_WITHOUT_TIME_ZONE", json!({"precision": p})),
        TypeKind::Timestamp(p) => ("TIMESTAMP_WITHOUT_TIME_ZONE", json!({"precision": p})),
        TypeKind::TimestampLtz(p) => ("TIMESTAMP_WITH_LOCAL_TIME_ZONE", json!({"precision": p})),
        TypeKind::IntervalMonths => ("INTERVAL_YEAR_MONTH", json!({"precision": 2, "resolution": "MONTH"})),
        TypeKind::IntervalMillis => {
            ("INTERVAL_DAY_TIME", json!({"precision": 2, "fractionalPrecision": 3, "resolution": "SECOND"}))
        }
        TypeKind::Array(element) => ("ARRAY", json!({"elementType": logical_type(element)})),
        TypeKind::Multiset(element) => ("MULTISET", json!({"elementType": logical_type(element)})),
        TypeKind::Map(key, value) => ("MAP", json!({"keyType": logical_type(key), "valueType": logical_type(value)})),
        TypeKind::Row(fields) => {
            let field = |field: &crate::types::RowField| json!({"name": field.name, "fieldType": logical_type(&field.data_type)});
            ("ROW", json!({"fields": fields.iter().map(field).collect::<Value>()}))
        }
        TypeKind::Null => ("NULL", json!({})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_described_as_flink_describes_them() {
        let check = |data_type: DataType, expect: Value| assert_eq!(logical_type(&data_type), expect);
        check(TypeKind::STRING.nullable(), json!({"type": "VARCHAR", "nullable": true, "length": 2_147_483_647}));
        check(
            TypeKind::Decimal(10, 2).not_null(),
            json!({"type": "DECIMAL", "nullable": false, "precision": 10, "scale": 2}),
        );
        check(TypeKind::Null.nullable(), json!({"type": "NULL"}));
        let array = TypeKind::Array(Box::new(TypeKind::Int.not_null()));
        let element = json!({"type": "INTEGER", "nullable": false});
        check(array.nullable(), json!({"type": "ARRAY", "nullable": true, "elementType": element}));
    }
}
