//! The registry of functions: one table drives binding, evaluation and "did you mean".

use std::ops::RangeInclusive;

use super::{
    eval::EvalError,
    expr::{Expr, Node},
    functions_numeric::NUMERIC,
    functions_text::TEXT,
    nearest::did_you_mean,
    types::DataType,
    value::Value,
};

/// The types that arguments are converted to, and the type of the value; `None` where a function does not take them.
pub type Signature = Option<(Vec<DataType>, DataType)>;

/// A function of its arguments alone.
pub struct Function {
    /// Its name, in capitals.
    pub name: &'static str,
    /// How it is called, for errors.
    pub usage: &'static str,
    /// How many arguments it takes.
    pub arity: RangeInclusive<usize>,
    /// What it makes of arguments of these types.
    pub signature: fn(&[DataType]) -> Signature,
    /// Whether it is NULL as soon as an argument is; it is then not called.
    pub strict: bool,
    /// Its value.
    pub eval: fn(&[Value], DataType) -> Result<Value, EvalError>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Those that are a CASE in disguise, and bound as one.
const REWRITTEN: [(&str, &str); 4] = [
    ("COALESCE", "COALESCE(a, b, …)"),
    ("IFNULL", "IFNULL(a, b)"),
    ("IF", "IF(condition, a, b)"),
    ("NULLIF", "NULLIF(a, b)"),
];
/// Functions over many rows, which each need a clause that this cut lacks.
const AGGREGATES: [&str; 12] = [
    "COUNT",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "LISTAGG",
    "FIRST_VALUE",
    "LAST_VALUE",
    "ROW_NUMBER",
    "RANK",
    "STDDEV_POP",
    "COLLECT",
];

fn all() -> impl Iterator<Item = &'static Function> + Clone {
    NUMERIC.iter().chain(&TEXT)
}

/// The call of the function `name` with `arguments`, converted to what it takes.
pub fn bind(name: &str, arguments: Vec<Expr>) -> Result<Expr, String> {
    if AGGREGATES.contains(&name) {
        return Err(format!(
            "The aggregate function {name} is not supported by this engine. Each row is computed alone"
        ));
    }
    if let Some((_, usage)) = REWRITTEN.iter().find(|(known, _)| *known == name) {
        return Err(format!("{name} does not take {} arguments. Usage: {usage}", arguments.len()));
    }
    let Some(function) = all().find(|function| function.name == name) else {
        let known = all().map(|function| function.name).chain(REWRITTEN.iter().map(|(name, _)| *name));
        return Err(format!("No match found for function '{name}'. {}", did_you_mean(name, known)));
    };
    if !function.arity.contains(&arguments.len()) {
        return Err(format!("{name} does not take {} arguments. Usage: {}", arguments.len(), function.usage));
    }
    let types: Vec<DataType> = arguments.iter().map(|argument| argument.data_type).collect();
    let Some((wanted, data_type)) = (function.signature)(&types) else {
        let got: Vec<String> = types.iter().map(ToString::to_string).collect();
        return Err(format!("{name} does not take ({}). Usage: {}", got.join(", "), function.usage));
    };
    let arguments = arguments.into_iter().zip(wanted).map(|(argument, wanted)| argument.cast(wanted)).collect();
    Ok(Expr { node: Node::Call(function, arguments), data_type })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once_and_its_usage_begins_with_it() {
        let names: Vec<_> = all().map(|f| f.name).chain(REWRITTEN.iter().map(|(name, _)| *name)).collect();
        let once: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), once.len());
        for function in all() {
            assert!(function.usage.starts_with(function.name), "{}", function.name);
        }
    }
}
