//! Where things stand.

use crate::syntax::{
    Position,
    ast::{ExprKind, JoinCondition, QueryBody, RelationKind, Select, StatementKind},
    parse,
};

fn select(text: &str) -> Select {
    let StatementKind::Query(query) = parse(text).unwrap().kind else { panic!("no query") };
    let QueryBody::Select(select) = query.body else { panic!("no select") };
    *select
}

fn at(line: u32, column: u32) -> Position {
    Position { line, column }
}

#[test]
fn operators_names_and_clauses_have_their_places() {
    let select = select("SELECT a,\n  b.c = f(d)\nFROM t AS å JOIN u\n  ON å.x > u.y\nGROUP BY a");
    let crate::syntax::ast::SelectItem::Expr { expr, .. } = &select.items[1] else { panic!("no expression") };
    assert_eq!(expr.at, at(2, 7));
    let ExprKind::Binary(_, left, right) = &expr.kind else { panic!("no operator") };
    assert_eq!((left.at, right.at), (at(2, 3), at(2, 9)));
    let from = select.from.unwrap();
    assert_eq!(from.at, at(3, 13));
    let RelationKind::Join(join) = from.kind else { panic!("no join") };
    assert_eq!(join.left.alias.unwrap().name.at, at(3, 11));
    let JoinCondition::On(condition) = join.condition else { panic!("no condition") };
    assert_eq!(condition.at, at(4, 10));
    assert_eq!(select.group_by.unwrap().at, at(5, 1));
}

#[test]
fn a_chain_of_conditions_is_flat() {
    let text = format!("SELECT {}", vec!["a"; 5000].join(" OR "));
    let crate::syntax::ast::SelectItem::Expr { expr, .. } = &select(&text).items[0] else { panic!("no expression") };
    let ExprKind::Or(conditions) = &expr.kind else { panic!("no OR") };
    assert_eq!(conditions.len(), 5000);
}
