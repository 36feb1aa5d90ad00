//! Functions of text.

use super::{
    eval::EvalError,
    functions::{Function, Signature},
    types::{DataType, STRING},
    value::Value,
};

/// The table.
pub const TEXT: [Function; 15] = [
    text("UPPER", "UPPER(string)", |v, _| Ok(Value::text(get(v, 0).to_uppercase()))),
    text("LOWER", "LOWER(string)", |v, _| Ok(Value::text(get(v, 0).to_lowercase()))),
    text("TRIM", "TRIM(string)", |v, _| Ok(Value::text(get(v, 0).trim_matches(' ')))),
    text("LTRIM", "LTRIM(string)", |v, _| Ok(Value::text(get(v, 0).trim_start_matches(' ')))),
    text("RTRIM", "RTRIM(string)", |v, _| Ok(Value::text(get(v, 0).trim_end_matches(' ')))),
    text("REVERSE", "REVERSE(string)", |v, _| Ok(Value::text(get(v, 0).chars().rev().collect::<String>()))),
    Function { signature: length_types, ..text("CHAR_LENGTH", "CHAR_LENGTH(string)", length) },
    Function { signature: length_types, ..text("CHARACTER_LENGTH", "CHARACTER_LENGTH(string)", length) },
    Function {
        arity: 2..=3,
        signature: substring_types,
        ..text("SUBSTRING", "SUBSTRING(string, start [, length])", substring)
    },
    Function {
        arity: 2..=3,
        signature: substring_types,
        ..text("SUBSTR", "SUBSTR(string, start [, length])", substring)
    },
    Function {
        arity: 1..=64,
        ..text("CONCAT", "CONCAT(string, …)", |v, _| {
            Ok(Value::text((0..v.len()).map(|index| get(v, index)).collect::<String>()))
        })
    },
    Function { arity: 2..=64, strict: false, ..text("CONCAT_WS", "CONCAT_WS(separator, string, …)", concat_ws) },
    Function {
        arity: 3..=3,
        ..text("REPLACE", "REPLACE(string, search, replacement)", |v, _| {
            Ok(Value::text(get(v, 0).replace(get(v, 1), get(v, 2))))
        })
    },
    Function {
        arity: 3..=3,
        signature: index_types,
        ..text("SPLIT_INDEX", "SPLIT_INDEX(string, delimiter, index)", split_index)
    },
    Function {
        arity: 2..=2,
        signature: |types| texts(types).map(|(arguments, _)| (arguments, DataType::Int)),
        ..text("INSTR", "INSTR(string, search)", |v, _| {
            let found = get(v, 0).find(get(v, 1)).map_or(0, |byte| get(v, 0)[..byte].chars().count() + 1);
            Ok(Value::Integer(found as i64))
        })
    },
];

/// A strict function of one text, whose value is text; more by `arity`, else by `signature`.
const fn text(
    name: &'static str,
    usage: &'static str,
    eval: fn(&[Value], DataType) -> Result<Value, EvalError>,
) -> Function {
    Function { name, usage, arity: 1..=1, signature: texts, strict: true, eval }
}

fn is_text(data_type: DataType) -> bool {
    data_type.is_text() || data_type == DataType::Null
}

/// Arguments keep the lengths of their types: a conversion would only copy.
fn texts(types: &[DataType]) -> Signature {
    types.iter().all(|t| is_text(*t)).then(|| (types.iter().map(|t| as_text(*t)).collect(), STRING))
}

fn as_text(data_type: DataType) -> DataType {
    if data_type == DataType::Null { STRING } else { data_type }
}

fn length_types(types: &[DataType]) -> Signature {
    texts(types).map(|(arguments, _)| (arguments, DataType::Int))
}

fn substring_types(types: &[DataType]) -> Signature {
    let numbers = types[1..].iter().all(|t| t.is_integer());
    let mut arguments = vec![as_text(types[0])];
    arguments.resize(types.len(), DataType::Int);
    (is_text(types[0]) && numbers).then_some((arguments, STRING))
}

fn index_types(types: &[DataType]) -> Signature {
    let fits = is_text(types[0]) && is_text(types[1]) && types[2].is_integer();
    fits.then(|| (vec![as_text(types[0]), as_text(types[1]), DataType::Int], STRING))
}

fn get(values: &[Value], index: usize) -> &str {
    match values.get(index) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn length(values: &[Value], _: DataType) -> Result<Value, EvalError> {
    Ok(Value::Integer(get(values, 0).chars().count() as i64))
}

/// Flink's: positions count from 1, negative ones from the end, and a negative length is NULL.
fn substring(values: &[Value], _: DataType) -> Result<Value, EvalError> {
    let chars: Vec<char> = get(values, 0).chars().collect();
    let Value::Integer(position) = values[1] else { return Ok(Value::Null) };
    let count = chars.len() as i64;
    let start = match position {
        1.. => position - 1,
        0 => 0,
        _ => count + position,
    };
    let length = match values.get(2) {
        Some(Value::Integer(length)) if *length < 0 => return Ok(Value::Null),
        Some(Value::Integer(length)) => *length,
        _ => count,
    };
    if start < 0 || start >= count {
        return Ok(Value::text(""));
    }
    let end = start.saturating_add(length).min(count);
    Ok(Value::text(chars[start as usize..end as usize].iter().collect::<String>()))
}

fn concat_ws(values: &[Value], _: DataType) -> Result<Value, EvalError> {
    if values[0].is_null() {
        return Ok(Value::Null);
    }
    let parts: Vec<&str> =
        (1..values.len()).filter(|index| !values[*index].is_null()).map(|index| get(values, index)).collect();
    Ok(Value::text(parts.join(get(values, 0))))
}

fn split_index(values: &[Value], _: DataType) -> Result<Value, EvalError> {
    let Value::Integer(index) = values[2] else { return Ok(Value::Null) };
    let part = usize::try_from(index).ok().and_then(|index| get(values, 0).split(get(values, 1)).nth(index));
    Ok(part.map_or(Value::Null, Value::text))
}
