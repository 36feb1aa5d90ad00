//! Expressions as Flink's EXPLAIN prints them. Columns are `$0`, `$1`, … unless their names are given.

use std::fmt;

use jiff::tz::TimeZone;

use super::{Expr, ExprKind, value_text::value_text};
use crate::types::{TypeKind, Value};

/// Signs that stand between their operands.
const INFIX: [&str; 14] =
    ["=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"];
/// Operators that stand after their operand.
const POSTFIX: &str = "IS ";

impl Expr {
    /// The expression with these names of columns.
    pub fn display<'a>(&'a self, names: &'a [String]) -> impl fmt::Display + 'a {
        Named { expr: self, names }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.display(&[]))
    }
}

struct Named<'a> {
    expr: &'a Expr,
    names: &'a [String],
}

impl Named<'_> {
    fn of<'a>(&'a self, expr: &'a Expr) -> Named<'a> {
        Named { expr, names: self.names }
    }

    fn list(&self, f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str) -> fmt::Result {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                f.write_str(between)?;
            }
            write!(f, "{}", self.of(part))?;
        }
        Ok(())
    }

    fn call(&self, f: &mut fmt::Formatter<'_>, name: &str, arguments: &[Expr]) -> fmt::Result {
        match arguments {
            [_, _] if INFIX.contains(&name) => {
                f.write_str("(")?;
                self.list(f, arguments, &format!(" {name} "))?;
                f.write_str(")")
            }
            [operand] if name == "-" => write!(f, "-({})", self.of(operand)),
            [operand] if name.starts_with(POSTFIX) || name.starts_with("IN ") => {
                write!(f, "{} {name}", self.of(operand))
            }
            [base] if name.starts_with('.') => write!(f, "{}{name}", self.of(base)),
            _ => {
                write!(f, "{name}(")?;
                self.list(f, arguments, ", ")?;
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.expr.kind {
            ExprKind::Column(column) => match self.names.get(*column) {
                Some(name) => f.write_str(name),
                None => write!(f, "${column}"),
            },
            ExprKind::Literal(value) => literal(f, value, &self.expr.data_type.kind),
            ExprKind::Call(function, arguments) => self.call(f, function.name(), arguments),
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                let between = if matches!(self.expr.kind, ExprKind::And(_)) { " AND " } else { " OR " };
                f.write_str("(")?;
                self.list(f, parts, between)?;
                f.write_str(")")
            }
            ExprKind::Coalesce(parts) => self.call(f, "COALESCE", parts),
            ExprKind::Case { branches, otherwise } => {
                f.write_str("CASE(")?;
                for (condition, result) in branches {
                    write!(f, "{}, {}, ", self.of(condition), self.of(result))?;
                }
                match otherwise {
                    Some(otherwise) => write!(f, "{})", self.of(otherwise)),
                    None => write!(f, "null:{})", self.expr.data_type.kind),
                }
            }
            ExprKind::Cast { input, lenient } => {
                let name = if *lenient { "TRY_CAST" } else { "CAST" };
                write!(f, "{name}({} AS {})", self.of(input), self.expr.data_type.kind)
            }
        }
    }
}

/// A constant, with its type where it does not show.
fn literal(f: &mut fmt::Formatter<'_>, value: &Value, kind: &TypeKind) -> fmt::Result {
    match (value, kind) {
        (Value::Null, _) => write!(f, "null:{kind}"),
        (Value::Text(text), _) => write!(f, "'{}'", text.replace('\'', "''")),
        (Value::Boolean(value), _) => write!(f, "{value}"),
        (Value::Integer(value), TypeKind::Int) => write!(f, "{value}"),
        (Value::Integer(value), _) => write!(f, "{value}:{kind}"),
        (Value::Date(_), _) => f.write_str(&value_text(value, kind, &TimeZone::UTC)),
        _ => write!(f, "{}:{kind}", value_text(value, kind, &TimeZone::UTC)),
    }
}
