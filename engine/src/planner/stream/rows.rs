//! Columns and keys of operators: what is appended, handed on, and unique.

use super::{convert::calc, node::Node};
use crate::{
    expr::Expr,
    types::{Field, Schema},
};

/// Sets of columns that tell rows apart, after a projection.
pub fn mapped_keys(keys: &[Vec<usize>], projection: &[Expr]) -> Vec<Vec<usize>> {
    let place = |column: &usize| projection.iter().position(|expr| expr.as_column() == Some(*column));
    keys.iter().filter_map(|key| key.iter().map(place).collect()).collect()
}

/// Whether these columns hold a set that tells rows apart.
pub fn contains_key(columns: &[usize], keys: &[Vec<usize>]) -> bool {
    keys.iter().any(|key| key.iter().all(|column| columns.contains(column)))
}

/// Places of expressions over an operator's columns: a column stays where it is, others are appended.
#[derive(Debug)]
pub struct Appended {
    width: usize,
    extra: Vec<Expr>,
}

impl Appended {
    /// Nothing is appended yet to so many columns.
    pub fn to(width: usize) -> Self {
        Self { width, extra: Vec::new() }
    }

    /// Where the expression is.
    pub fn place(&mut self, expr: &Expr) -> usize {
        if let Some(column) = expr.as_column() {
            return column;
        }
        let known = self.extra.iter().position(|known| known == expr);
        self.width
            + known.unwrap_or_else(|| {
                self.extra.push(expr.clone());
                self.extra.len() - 1
            })
    }

    /// How many columns are appended.
    pub fn len(&self) -> usize {
        self.extra.len()
    }

    /// The operator with the columns.
    pub fn append(self, node: Node) -> Node {
        if self.extra.is_empty() {
            return node;
        }
        let mut schema = node.schema.clone();
        let mut projection = columns_of(&schema);
        for (index, expr) in self.extra.into_iter().enumerate() {
            schema.fields.push(Field::new(format!("$f{}", self.width + index), expr.data_type.clone()));
            projection.push(expr);
        }
        calc(node, None, projection, schema)
    }
}

/// All columns of a schema.
pub fn columns_of(schema: &Schema) -> Vec<Expr> {
    let column = |(place, field): (usize, &Field)| Expr::column(place, field.data_type.clone());
    schema.fields.iter().enumerate().map(column).collect()
}

/// Only these columns of an operator, in this order.
pub fn select(node: Node, columns: &[usize]) -> Node {
    let fields = columns.iter().map(|column| node.schema.fields[*column].clone()).collect();
    let projection =
        columns.iter().map(|column| Expr::column(*column, node.schema.fields[*column].data_type.clone())).collect();
    calc(node, None, projection, Schema::new(fields))
}
