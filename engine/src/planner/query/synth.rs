//! Expressions that the planner makes itself, typed and coerced like those that are written.

use crate::{
    expr::{self, Expr, Scope, Settings},
    syntax::{
        Position, SqlError,
        ast::{self, ExprKind, IsTest, Name, ObjectName},
        parse_expression,
    },
};

/// Binds the tree that `build` makes of stand-ins for `given`.
pub fn compose(
    given: Vec<Expr>,
    at: Position,
    settings: &Settings,
    build: impl FnOnce(&dyn Fn(usize) -> ast::Expr) -> ExprKind,
) -> Result<Expr, SqlError> {
    let stand_in = |index: usize| {
        let first = Name { text: format!("${index}"), at };
        ast::Expr { at, kind: ExprKind::Name(ObjectName { first, rest: Vec::new() }) }
    };
    let tree = ast::Expr { at, kind: build(&stand_in) };
    expr::bind(&tree, &Given { given, settings })
}

/// `left op right`
pub fn binary(op: ast::BinaryOp, left: Expr, right: Expr, at: Position, settings: &Settings) -> Result<Expr, SqlError> {
    compose(vec![left, right], at, settings, |given| ExprKind::Binary(op, Box::new(given(0)), Box::new(given(1))))
}

/// `operand IS [NOT] test`
pub fn is(operand: Expr, test: IsTest, negated: bool, at: Position, settings: &Settings) -> Result<Expr, SqlError> {
    compose(vec![operand], at, settings, |given| ExprKind::Is { operand: Box::new(given(0)), test, negated })
}

/// `left IS NOT DISTINCT FROM right`
pub fn same(left: Expr, right: Expr, at: Position, settings: &Settings) -> Result<Expr, SqlError> {
    compose(vec![left, right], at, settings, |given| ExprKind::IsDistinct {
        left: Box::new(given(0)),
        right: Box::new(given(1)),
        negated: true,
    })
}

/// `name(arguments)`
pub fn call(name: &str, arguments: Vec<Expr>, at: Position, settings: &Settings) -> Result<Expr, SqlError> {
    let count = arguments.len();
    compose(arguments, at, settings, |given| {
        let name = ObjectName { first: Name { text: name.to_owned(), at }, rest: Vec::new() };
        let arguments = (0..count).map(|index| ast::Argument { name: None, value: given(index) }).collect();
        ExprKind::Call(Box::new(ast::Call {
            name,
            arguments,
            star: None,
            distinct: None,
            order_by: Vec::new(),
            within_group: None,
            filter: None,
            nulls: None,
            over: None,
        }))
    })
}

/// A formula in SQL, in which `$0`, `$1`, … stand for `given`.
pub fn formula(given: Vec<Expr>, text: &str, settings: &Settings) -> Result<Expr, SqlError> {
    expr::bind(&parse_expression(text)?, &Given { given, settings })
}

/// `NOT operand`
pub fn not(operand: Expr, at: Position, settings: &Settings) -> Result<Expr, SqlError> {
    compose(vec![operand], at, settings, |given| ExprKind::Unary(ast::UnaryOp::Not, Box::new(given(0))))
}

struct Given<'a> {
    given: Vec<Expr>,
    settings: &'a Settings,
}

impl Scope for Given<'_> {
    fn column(&self, name: &ObjectName) -> Result<Expr, SqlError> {
        let index = name.first.text.strip_prefix('$').and_then(|digits| digits.parse::<usize>().ok());
        let expr = index.and_then(|index| self.given.get(index)).cloned();
        expr.ok_or_else(|| SqlError::invalid(name.at(), format!("'{}' stands for nothing", name.dotted())))
    }

    fn settings(&self) -> &Settings {
        self.settings
    }
}
