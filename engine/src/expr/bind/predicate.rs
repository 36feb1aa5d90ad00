//! `IS`, `BETWEEN`, `IN`, `LIKE`.

use super::{
    Binder,
    coercion::{coerce, comparable},
    operators::{bring, compare, not, refused, unify},
};
use crate::{
    expr::{
        Expr,
        function::{
            any_nullable, call,
            comparison::{self, Comparison},
            json, like,
        },
    },
    syntax::{
        Position, SqlError,
        ast::{self, IsTest, LikeKind},
    },
    types::{DataType, TypeKind, Value},
};

impl Binder<'_> {
    pub(super) fn is(&self, operand: &ast::Expr, test: IsTest, negated: bool, at: Position) -> Result<Expr, SqlError> {
        let operand = self.bind(operand)?;
        let boolean = TypeKind::Boolean.not_null();
        let not_word = if negated { "NOT " } else { "" };
        Ok(match test {
            IsTest::Null => is_null(operand, negated),
            IsTest::Unknown => is_null(self.as_condition(operand, "IS UNKNOWN", at)?, negated),
            IsTest::True | IsTest::False => {
                let truth = test == IsTest::True;
                let name = format!("IS {not_word}{}", if truth { "TRUE" } else { "FALSE" });
                let operand = self.as_condition(operand, &name, at)?;
                call(&name, comparison::is_truth(truth, negated), vec![operand], boolean)
            }
            IsTest::JsonValue | IsTest::JsonObject | IsTest::JsonArray | IsTest::JsonScalar => {
                let (name, shape) = match test {
                    IsTest::JsonObject => ("OBJECT", json::JsonShape::Object),
                    IsTest::JsonArray => ("ARRAY", json::JsonShape::Array),
                    IsTest::JsonScalar => ("SCALAR", json::JsonShape::Scalar),
                    _ => ("VALUE", json::JsonShape::Any),
                };
                let operand =
                    if operand.data_type.kind == TypeKind::Null { Expr::null(TypeKind::STRING) } else { operand };
                if !operand.data_type.kind.is_text() {
                    return Err(refused("IS JSON", &[&operand], "'<STRING> IS [NOT] JSON'", at));
                }
                call(&format!("IS {not_word}JSON {name}"), json::is_json(shape, negated), vec![operand], boolean)
            }
        })
    }

    pub(super) fn is_distinct(
        &self,
        left: &ast::Expr,
        right: &ast::Expr,
        negated: bool,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let (left, right) = (self.bind(left)?, self.bind(right)?);
        let name = if negated { "IS NOT DISTINCT FROM" } else { "IS DISTINCT FROM" };
        let kind = comparable(&left.data_type, &right.data_type);
        let kernel = kind.as_ref().and_then(|kind| comparison::distinct(kind, negated));
        let (Some(kind), Some(kernel)) = (kind, kernel) else {
            return Err(refused(name, &[&left, &right], "both numbers, both text, or both of one type", at));
        };
        let operands = [left, right].map(|operand| bring(operand, &kind));
        Ok(call(name, kernel, operands.into(), TypeKind::Boolean.not_null()))
    }

    pub(super) fn between(
        &self,
        operand: &ast::Expr,
        bounds: [&ast::Expr; 2],
        symmetric: bool,
        negated: bool,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let operand = self.bind(operand)?;
        let [low, high] = [self.bind(bounds[0])?, self.bind(bounds[1])?];
        let within = |low: &Expr, high: &Expr| -> Result<Expr, SqlError> {
            let above = compare(Comparison::Ge, operand.clone(), low.clone(), at)?;
            Ok(Expr::and(vec![above, compare(Comparison::Le, operand.clone(), high.clone(), at)?]))
        };
        let mut inside = within(&low, &high)?;
        if symmetric {
            inside = Expr::or(vec![inside, within(&high, &low)?]);
        }
        Ok(if negated { not(inside) } else { inside })
    }

    pub(super) fn in_list(
        &self,
        operand: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let operand = self.bind(operand)?;
        let context = self.scope.settings().context();
        let items: Vec<Expr> = self.all(list)?.into_iter().map(|item| item.fold(&context)).collect();
        let inside = match in_constants(&operand, &items, at)? {
            Some(lookup) => lookup,
            None => {
                let equal = |item: &Expr| compare(Comparison::Eq, operand.clone(), item.clone(), at);
                Expr::or(items.iter().map(equal).collect::<Result<_, _>>()?)
            }
        };
        Ok(if negated { not(inside) } else { inside })
    }

    pub(super) fn like(
        &self,
        kind: LikeKind,
        operands: [&ast::Expr; 2],
        escape: Option<&ast::Expr>,
        negated: bool,
        at: Position,
    ) -> Result<Expr, SqlError> {
        let name = match kind {
            LikeKind::Like => "LIKE",
            LikeKind::SimilarTo => "SIMILAR TO",
            LikeKind::ILike | LikeKind::RLike => {
                let clause = if kind == LikeKind::ILike { "ILIKE" } else { "RLIKE" };
                let supported = "Flink does not run it either. Use LIKE with LOWER(…), SIMILAR TO, or REGEXP(…).";
                return Err(SqlError::unsupported(at, clause, supported));
            }
        };
        let mut arguments = vec![self.bind(operands[0])?, self.bind(operands[1])?];
        if let Some(escape) = escape {
            arguments.push(self.bind(escape)?);
        }
        for argument in &mut arguments {
            if argument.data_type.kind == TypeKind::Null {
                *argument = Expr::null(TypeKind::STRING);
            }
            if !argument.data_type.kind.is_text() {
                return Err(refused(name, &[argument], &format!("'<STRING> {name} <STRING>'"), at));
            }
        }
        let data_type = TypeKind::Boolean.nullable().with_nullable(any_nullable(&arguments));
        let pattern = match kind {
            LikeKind::SimilarTo => like::Pattern::Similar,
            _ => like::Pattern::Like,
        };
        let matched = call(name, like::kernel(pattern), arguments, data_type);
        Ok(if negated { not(matched) } else { matched })
    }
}

/// `IS [NOT] NULL`
pub fn is_null(operand: Expr, negated: bool) -> Expr {
    let name = if negated { "IS NOT NULL" } else { "IS NULL" };
    if !operand.data_type.nullable {
        return Expr::boolean(negated);
    }
    call(name, comparison::is_null(negated), vec![operand], TypeKind::Boolean.not_null())
}

/// A look-up, where the items are constants of types that are looked up.
fn in_constants(operand: &Expr, items: &[Expr], at: Position) -> Result<Option<Expr>, SqlError> {
    if items.iter().any(|item| item.as_literal().is_none()) {
        return Ok(None);
    }
    let mut all = vec![operand.clone()];
    all.extend(items.iter().cloned());
    let Ok((all, common)) = unify(all, "IN", at) else { return Ok(None) };
    let context = crate::expr::EvalContext::new(jiff::tz::TimeZone::UTC);
    let text = common.kind.is_text();
    // Text is not cut or filled to be compared.
    let items: Vec<Expr> =
        if text { items.to_vec() } else { all[1..].iter().map(|item| item.clone().fold(&context)).collect() };
    let values: Option<Vec<Value>> = items.iter().map(|item| item.as_literal().cloned()).collect();
    let kernel = values.as_ref().and_then(|values| comparison::in_set(&common.kind, values));
    let Some(kernel) = kernel else { return Ok(None) };
    let subject = if text { operand.clone() } else { coerce(operand.clone(), &common) };
    let data_type = DataType { kind: TypeKind::Boolean, nullable: common.nullable };
    let shown: Vec<String> = items.iter().map(ToString::to_string).collect();
    Ok(Some(call(&format!("IN [{}]", shown.join(", ")), kernel, vec![subject], data_type)))
}
