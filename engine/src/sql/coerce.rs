//! The conversions that Flink makes by itself, and the types of what operators compute.

use super::{
    ast::BinaryOp,
    expr::{Expr, Node},
    types::DataType,
};

/// Both sides in one type, or `None` where Flink converts neither to the other.
pub fn unify(left: Expr, right: Expr) -> Option<(Expr, Expr)> {
    let common = left.data_type.common(right.data_type)?;
    // Comparing VARCHAR(3) with VARCHAR(5) needs no conversion: only the declared length differs.
    if common.is_text() && left.data_type.is_text() && right.data_type.is_text() {
        return Some((left, right));
    }
    Some((left.cast(common), right.cast(common)))
}

/// `left op right` for the five signs of arithmetic.
pub fn arithmetic(op: BinaryOp, left: Expr, right: Expr) -> Option<Expr> {
    let numeric = |data_type: DataType| data_type.is_numeric() || data_type == DataType::Null;
    if !numeric(left.data_type) || !numeric(right.data_type) {
        return None;
    }
    // The value of an integer MOD has the type of the divisor.
    let rem_type =
        (op == BinaryOp::Rem && left.data_type.is_integer() && right.data_type.is_integer()).then_some(right.data_type);
    let common = left.data_type.common(right.data_type).filter(|common| *common != DataType::Null)?;
    let (left, right) = (left.cast(common), right.cast(common));
    let whole = Expr { node: Node::Arithmetic(op, Box::new(left), Box::new(right)), data_type: common };
    Some(match rem_type {
        Some(data_type) => whole.cast(data_type),
        None => whole,
    })
}
