//! Expressions with every name resolved and every type known, ready to be evaluated.

use super::{ast::BinaryOp, functions::Function, like::LikePattern, types::DataType, value::Value};

/// A typed expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it computes.
    pub node: Node,
    /// The type of its value.
    pub data_type: DataType,
}

/// What an expression computes. Operands have been coerced: both sides of a comparison or of arithmetic have one type.
#[derive(Debug, Clone)]
pub enum Node {
    /// A constant.
    Literal(Value),
    /// The column at this index of the row.
    Column(usize),
    /// Three-valued NOT.
    Not(Box<Expr>),
    /// Three-valued AND.
    And(Box<Expr>, Box<Expr>),
    /// Three-valued OR.
    Or(Box<Expr>, Box<Expr>),
    /// `=`, `<>`, `<`, `<=`, `>`, `>=`; NULL where a side is NULL.
    Compare(BinaryOp, Box<Expr>, Box<Expr>),
    /// `+`, `-`, `*`, `/`, `%`, in the expression's type.
    Arithmetic(BinaryOp, Box<Expr>, Box<Expr>),
    /// `-x`
    Negate(Box<Expr>),
    /// `IS NULL`: never NULL.
    IsNull(Box<Expr>),
    /// `IS TRUE`, `IS FALSE`: never NULL.
    IsTruth(Box<Expr>, bool),
    /// `LIKE` with a constant pattern.
    Like(Box<Expr>, LikePattern),
    /// The first branch whose condition is true, else the last expression.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
    /// A conversion to the expression's type; `true`: NULL where it fails.
    Cast(Box<Expr>, bool),
    /// A function's value.
    Call(&'static Function, Vec<Expr>),
}

impl Expr {
    /// A constant.
    pub fn literal(value: Value, data_type: DataType) -> Self {
        Self { node: Node::Literal(value), data_type }
    }

    /// The expression converted to `data_type`, without a conversion where it has it already.
    pub fn cast(self, data_type: DataType) -> Self {
        if self.data_type == data_type {
            return self;
        }
        if self.data_type == DataType::Null {
            return Self::literal(Value::Null, data_type);
        }
        Self { node: Node::Cast(Box::new(self), false), data_type }
    }

    /// An expression of type BOOLEAN.
    pub fn boolean(node: Node) -> Self {
        Self { node, data_type: DataType::Boolean }
    }

    /// Three-valued NOT.
    pub fn negated(self, negated: bool) -> Self {
        if negated { Self::boolean(Node::Not(Box::new(self))) } else { self }
    }
}
