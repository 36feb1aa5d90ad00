//! Evaluation of expressions over rows, with SQL's three-valued logic and Java's arithmetic.

use std::cmp::Ordering;

use super::{
    ast::BinaryOp,
    cast::{cast, wrap},
    expr::{Expr, Node},
    types::DataType,
    value::{Row, Value},
};

/// Why an expression has no value for a row. It fails the task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{class}: {message}")]
pub struct EvalError {
    /// The exception's class, Java's name where Flink would throw one of Java's.
    pub class: &'static str,
    /// What went wrong.
    pub message: String,
}

impl EvalError {
    /// Text that is not a value of its type.
    pub fn not_a(text: &str, data_type: DataType) -> Self {
        let class = if data_type.is_numeric() {
            "java.lang.NumberFormatException"
        } else {
            "org.apache.flink.table.api.TableRuntimeException"
        };
        Self { class, message: format!("For input string: \"{text}\", which is not of type {data_type}") }
    }

    fn divided_by_zero() -> Self {
        Self { class: "java.lang.ArithmeticException", message: "/ by zero".to_owned() }
    }
}

impl Expr {
    /// The value for `row`.
    pub fn eval(&self, row: &Row) -> Result<Value, EvalError> {
        match &self.node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Column(index) => Ok(row.get(*index).cloned().unwrap_or(Value::Null)),
            Node::Not(operand) => Ok(truth_value(operand.truth(row)?.map(|truth| !truth))),
            Node::And(left, right) => Ok(truth_value(match left.truth(row)? {
                Some(false) => Some(false),
                left => match (left, right.truth(row)?) {
                    (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                },
            })),
            Node::Or(left, right) => Ok(truth_value(match left.truth(row)? {
                Some(true) => Some(true),
                left => match (left, right.truth(row)?) {
                    (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                },
            })),
            Node::Compare(op, left, right) => Ok(truth_value(compare(*op, &left.eval(row)?, &right.eval(row)?))),
            Node::Arithmetic(op, left, right) => arithmetic(*op, left.eval(row)?, right.eval(row)?, self.data_type),
            Node::Negate(operand) => Ok(match operand.eval(row)? {
                Value::Integer(value) => Value::Integer(wrap(value.wrapping_neg(), self.data_type)),
                Value::Float(value) => Value::Float(-value),
                Value::Double(value) => Value::Double(-value),
                _ => Value::Null,
            }),
            Node::IsNull(operand) => Ok(Value::Boolean(operand.eval(row)?.is_null())),
            Node::IsTruth(operand, wanted) => Ok(Value::Boolean(operand.truth(row)? == Some(*wanted))),
            Node::Like(operand, pattern) => Ok(match operand.eval(row)? {
                Value::Text(text) => Value::Boolean(pattern.matches(&text)),
                _ => Value::Null,
            }),
            Node::Case(branches, otherwise) => {
                for (condition, then) in branches {
                    if condition.truth(row)? == Some(true) {
                        return then.eval(row);
                    }
                }
                otherwise.eval(row)
            }
            Node::Cast(operand, tolerant) => {
                let converted = cast(operand.eval(row)?, operand.data_type, self.data_type);
                if *tolerant { Ok(converted.unwrap_or(Value::Null)) } else { converted }
            }
            Node::Call(function, arguments) => {
                let values = arguments.iter().map(|argument| argument.eval(row)).collect::<Result<Vec<_>, _>>()?;
                if function.strict && values.iter().any(Value::is_null) {
                    return Ok(Value::Null);
                }
                (function.eval)(&values, self.data_type)
            }
        }
    }

    /// The value of a condition: true, false, or unknown.
    pub fn truth(&self, row: &Row) -> Result<Option<bool>, EvalError> {
        Ok(match self.eval(row)? {
            Value::Boolean(value) => Some(value),
            _ => None,
        })
    }
}

fn truth_value(truth: Option<bool>) -> Value {
    truth.map_or(Value::Null, Value::Boolean)
}

/// `left op right`; `None` where a side is NULL.
fn compare(op: BinaryOp, left: &Value, right: &Value) -> Option<bool> {
    if left.is_null() || right.is_null() {
        return None;
    }
    let order = order(left, right);
    Some(match op {
        BinaryOp::Eq => order == Some(Ordering::Equal),
        BinaryOp::Ne => order != Some(Ordering::Equal),
        BinaryOp::Lt => order == Some(Ordering::Less),
        BinaryOp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Gt => order == Some(Ordering::Greater),
        BinaryOp::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        _ => return None,
    })
}

/// How two values of one type compare; `None` for NaN, and for values of different types, which binding excludes.
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Arithmetic as Java's: integers wrap at the width of their type and divide towards zero, doubles go to infinity.
fn arithmetic(op: BinaryOp, left: Value, right: Value, data_type: DataType) -> Result<Value, EvalError> {
    Ok(match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => {
            let exact = match op {
                BinaryOp::Add => a.wrapping_add(b),
                BinaryOp::Sub => a.wrapping_sub(b),
                BinaryOp::Mul => a.wrapping_mul(b),
                _ if b == 0 => return Err(EvalError::divided_by_zero()),
                BinaryOp::Div => a.wrapping_div(b),
                _ => a.wrapping_rem(b),
            };
            Value::Integer(wrap(exact, data_type))
        }
        (Value::Float(a), Value::Float(b)) => Value::Float(match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
            _ => a % b,
        }),
        (Value::Double(a), Value::Double(b)) => Value::Double(match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
            _ => a % b,
        }),
        _ => Value::Null,
    })
}
