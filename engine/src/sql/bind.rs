//! Names to columns, operators to types: an expression as written becomes one that can be evaluated.

use super::{
    Position, SqlError,
    ast::{self, BinaryOp, ExprKind, IsTest, Name},
    cast::can_cast,
    catalog::Table,
    coerce::{arithmetic, unify},
    expr::{Expr, Node},
    functions,
    like::LikePattern,
    nearest::did_you_mean,
    time::{parse_date, parse_timestamp},
    types::DataType,
    value::Value,
};

/// What names in an expression can mean.
pub struct Scope<'a> {
    /// The table that is read.
    pub table: &'a Table,
    /// The name that may qualify its columns.
    pub alias: &'a str,
}

impl Scope<'_> {
    /// Resolves and types `expr`.
    pub fn bind(&self, expr: &ast::Expr) -> Result<Expr, SqlError> {
        let at = expr.at;
        match &expr.kind {
            ExprKind::Column { qualifier, name } => self.column(qualifier.as_ref(), name),
            ExprKind::Null => Ok(Expr::literal(Value::Null, DataType::Null)),
            ExprKind::Boolean(value) => Ok(Expr::literal(Value::Boolean(*value), DataType::Boolean)),
            ExprKind::Number(digits) => number(digits, at),
            ExprKind::Text(text) => {
                let length = text.chars().count().max(1) as u32;
                Ok(Expr::literal(Value::text(text.as_str()), DataType::Char(length)))
            }
            ExprKind::Temporal(data_type, text) => temporal(*data_type, text, at),
            ExprKind::Negate(operand) => {
                let operand = self.bind(operand)?;
                if !operand.data_type.is_numeric() {
                    return Err(SqlError::invalid(at, format!("- needs a number, not {}", operand.data_type)));
                }
                Ok(Expr { data_type: operand.data_type, node: Node::Negate(Box::new(operand)) })
            }
            ExprKind::Not(operand) => Ok(Expr::boolean(Node::Not(Box::new(self.condition(operand, "NOT")?)))),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, at),
            ExprKind::Is(operand, test, negated) => self.is(operand, *test, *negated),
            ExprKind::Between(operand, low, high, negated) => {
                let above = self.compare(BinaryOp::Ge, operand, low, at)?;
                let below = self.compare(BinaryOp::Le, operand, high, at)?;
                Ok(Expr::boolean(Node::And(Box::new(above), Box::new(below))).negated(*negated))
            }
            ExprKind::In(operand, list, negated) => {
                let mut any: Option<Expr> = None;
                for item in list {
                    let equal = self.compare(BinaryOp::Eq, operand, item, item.at)?;
                    any = Some(match any {
                        Some(any) => Expr::boolean(Node::Or(Box::new(any), Box::new(equal))),
                        None => equal,
                    });
                }
                let any = any.ok_or_else(|| SqlError::invalid(at, "IN needs at least one value"))?;
                Ok(any.negated(*negated))
            }
            ExprKind::Like(operand, pattern, escape, negated) => {
                let like = self.like(operand, pattern, *escape)?;
                Ok(like.negated(*negated))
            }
            ExprKind::Case(operand, branches, otherwise) => {
                self.case(operand.as_deref(), branches, otherwise.as_deref(), at)
            }
            ExprKind::Cast(operand, data_type, tolerant) => self.cast(operand, *data_type, *tolerant, at),
            ExprKind::Call(name, arguments) => self.call(name, arguments, at),
        }
    }

    /// Resolves `expr`, which must be a condition.
    pub fn condition(&self, expr: &ast::Expr, clause: &str) -> Result<Expr, SqlError> {
        let bound = self.bind(expr)?;
        match bound.data_type {
            DataType::Boolean => Ok(bound),
            DataType::Null => Ok(bound.cast(DataType::Boolean)),
            other => Err(SqlError::invalid(expr.at, format!("{clause} needs a condition (BOOLEAN), not {other}"))),
        }
    }

    fn column(&self, qualifier: Option<&Name>, name: &Name) -> Result<Expr, SqlError> {
        if let Some(qualifier) = qualifier.filter(|q| q.text != self.alias) {
            let message = format!("Table '{}' not found. Columns here are those of '{}'", qualifier.text, self.alias);
            return Err(SqlError::invalid(qualifier.at, message));
        }
        match self.table.column(&name.text) {
            Some(index) => Ok(Expr { node: Node::Column(index), data_type: self.table.columns[index].data_type }),
            None => {
                let hint = did_you_mean(&name.text, self.table.columns.iter().map(|column| column.name.as_str()));
                let message = format!("Column '{}' not found in table '{}'. {hint}", name.text, self.table.name);
                Err(SqlError::invalid(name.at, message))
            }
        }
    }

    fn binary(&self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, at: Position) -> Result<Expr, SqlError> {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let (left, right) = (self.condition(left, op.sign())?, self.condition(right, op.sign())?);
                let (left, right) = (Box::new(left), Box::new(right));
                Ok(Expr::boolean(if op == BinaryOp::And { Node::And(left, right) } else { Node::Or(left, right) }))
            }
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.compare(op, left, right, at)
            }
            BinaryOp::Concat => self.call("CONCAT", &[left.clone(), right.clone()], at),
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => {
                let (left, right) = (self.bind(left)?, self.bind(right)?);
                let types = (left.data_type, right.data_type);
                arithmetic(op, left, right).ok_or_else(|| mismatch(op, types, at))
            }
        }
    }

    fn compare(&self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, at: Position) -> Result<Expr, SqlError> {
        let (left, right) = (self.bind(left)?, self.bind(right)?);
        let types = (left.data_type, right.data_type);
        let (left, right) = unify(left, right).ok_or_else(|| mismatch(op, types, at))?;
        Ok(Expr::boolean(Node::Compare(op, Box::new(left), Box::new(right))))
    }

    fn is(&self, operand: &ast::Expr, test: IsTest, negated: bool) -> Result<Expr, SqlError> {
        let node = match test {
            IsTest::Null => Node::IsNull(Box::new(self.bind(operand)?)),
            IsTest::True => Node::IsTruth(Box::new(self.condition(operand, "IS TRUE")?), true),
            IsTest::False => Node::IsTruth(Box::new(self.condition(operand, "IS FALSE")?), false),
        };
        Ok(Expr::boolean(node).negated(negated))
    }

    fn like(&self, operand: &ast::Expr, pattern: &ast::Expr, escape: Option<char>) -> Result<Expr, SqlError> {
        let bound = self.bind(operand)?;
        if !bound.data_type.is_text() && bound.data_type != DataType::Null {
            return Err(SqlError::invalid(operand.at, format!("LIKE needs a STRING, not {}", bound.data_type)));
        }
        let ExprKind::Text(text) = &pattern.kind else {
            return Err(SqlError::unsupported(pattern.at, "A computed LIKE pattern", "Write it as a string literal."));
        };
        let pattern = LikePattern::new(text, escape).map_err(|message| SqlError::invalid(pattern.at, message))?;
        Ok(Expr::boolean(Node::Like(Box::new(bound), pattern)))
    }

    fn case(
        &self,
        operand: Option<&ast::Expr>,
        branches: &[(ast::Expr, ast::Expr)],
        otherwise: Option<&ast::Expr>,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let mut bound = Vec::with_capacity(branches.len());
        for (when, then) in branches {
            let condition = match operand {
                Some(operand) => self.compare(BinaryOp::Eq, operand, when, when.at)?,
                None => self.condition(when, "WHEN")?,
            };
            bound.push((condition, self.bind(then)?, then.at));
        }
        let otherwise = match otherwise {
            Some(otherwise) => self.bind(otherwise)?,
            None => Expr::literal(Value::Null, DataType::Null),
        };
        let mut common = otherwise.data_type;
        for (_, then, at) in &bound {
            common = common.common(then.data_type).ok_or_else(|| {
                SqlError::invalid(
                    *at,
                    format!("The branches of CASE have no common type: {common} and {}", then.data_type),
                )
            })?;
        }
        if common == DataType::Null {
            return Err(SqlError::invalid(at, "Every branch of CASE is NULL. Give one a type with CAST(NULL AS …)"));
        }
        let branches = bound.into_iter().map(|(when, then, _)| (when, then.cast(common))).collect();
        Ok(Expr { node: Node::Case(branches, Box::new(otherwise.cast(common))), data_type: common })
    }

    fn cast(&self, operand: &ast::Expr, to: DataType, tolerant: bool, at: Position) -> Result<Expr, SqlError> {
        let bound = self.bind(operand)?;
        if !can_cast(bound.data_type, to) {
            return Err(SqlError::invalid(
                at,
                format!("Cast function cannot convert value of type {} to type {to}", bound.data_type),
            ));
        }
        if bound.data_type == DataType::Null {
            return Ok(Expr::literal(Value::Null, to));
        }
        Ok(Expr { node: Node::Cast(Box::new(bound), tolerant), data_type: to })
    }

    /// A function, or what is written like one but is a CASE.
    fn call(&self, name: &str, arguments: &[ast::Expr], at: Position) -> Result<Expr, SqlError> {
        let not_null = |expr: &ast::Expr| ast::Expr {
            at: expr.at,
            kind: ExprKind::Is(Box::new(expr.clone()), IsTest::Null, true),
        };
        match (name, arguments) {
            ("COALESCE" | "IFNULL", [first, rest @ ..]) if !rest.is_empty() => {
                let (last, middle) = rest.split_last().unwrap_or((first, &[]));
                let branches: Vec<_> =
                    std::iter::once(first).chain(middle).map(|arg| (not_null(arg), arg.clone())).collect();
                self.case(None, &branches, Some(last), at)
            }
            ("IF", [condition, then, otherwise]) => {
                self.case(None, &[(condition.clone(), then.clone())], Some(otherwise), at)
            }
            ("NULLIF", [value, other]) => {
                let null = ast::Expr { at, kind: ExprKind::Null };
                self.case(Some(value), &[(other.clone(), null)], Some(value), at)
            }
            _ => {
                let bound = arguments.iter().map(|argument| self.bind(argument)).collect::<Result<Vec<_>, _>>()?;
                functions::bind(name, bound).map_err(|message| SqlError::invalid(at, message))
            }
        }
    }
}

fn mismatch(op: BinaryOp, (left, right): (DataType, DataType), at: Position) -> SqlError {
    let message = format!("Cannot apply '{}' to {left} and {right}. Convert one side with CAST", op.sign());
    SqlError::invalid(at, message)
}

/// A number literal. One with a point is a DOUBLE here; Flink makes it a DECIMAL, which this cut lacks.
fn number(digits: &str, at: Position) -> Result<Expr, SqlError> {
    if digits.contains(['.', 'e', 'E']) {
        let value = digits.parse().map_err(|_| SqlError::invalid(at, format!("\"{digits}\" is not a number")))?;
        return Ok(Expr::literal(Value::Double(value), DataType::Double));
    }
    let value: i64 =
        digits.parse().map_err(|_| SqlError::invalid(at, format!("{digits} is out of the range of BIGINT")))?;
    let data_type = if i32::try_from(value).is_ok() { DataType::Int } else { DataType::BigInt };
    Ok(Expr::literal(Value::Integer(value), data_type))
}

fn temporal(data_type: DataType, text: &str, at: Position) -> Result<Expr, SqlError> {
    let value = match data_type {
        DataType::Date => parse_date(text).map(Value::Date),
        _ => parse_timestamp(text).map(Value::Timestamp),
    };
    match value {
        Some(value) => Ok(Expr::literal(value, data_type)),
        None => Err(SqlError::invalid(
            at,
            format!("'{text}' is not a {data_type}: write 2013-01-31 or 2013-01-31 05:15:00"),
        )),
    }
}
