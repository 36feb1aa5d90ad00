//! Functions whose arguments have a syntax of their own, but for those of time.

use super::{Binder, coercion::castable, data_type, operators::refused};
use crate::{
    expr::{
        Expr, ExprKind,
        function::{any_nullable, call, json, string},
    },
    syntax::{
        Position, SqlError,
        ast::{self, ExistsOnError, JsonCall, JsonOnNull, JsonWrapper, QueryBehaviour, TrimSide, ValueBehaviour},
    },
    types::{TypeKind, Value},
};

/// `CAST` and `TRY_CAST` of what can be cast.
pub fn cast(input: Expr, kind: TypeKind, lenient: bool) -> Expr {
    let nullable = lenient || input.data_type.nullable;
    let data_type = kind.nullable().with_nullable(nullable);
    if input.data_type.kind == data_type.kind {
        return Expr { data_type, ..input };
    }
    if let Some(Value::Null) = input.as_literal() {
        return Expr { kind: ExprKind::Literal(Value::Null), data_type };
    }
    Expr { kind: ExprKind::Cast { input: Box::new(input), lenient }, data_type }
}

impl Binder<'_> {
    fn text(&self, node: &ast::Expr, function: &str) -> Result<Expr, SqlError> {
        let expr = self.bind(node)?;
        match expr.data_type.kind {
            TypeKind::Null => Ok(Expr::null(TypeKind::STRING)),
            TypeKind::Char(_) | TypeKind::Varchar(_) => Ok(expr),
            _ => Err(refused(function, &[&expr], &format!("'{function}(<STRING>, …)'"), node.at)),
        }
    }

    pub(super) fn trim(
        &self,
        side: TrimSide,
        characters: Option<&ast::Expr>,
        operand: &ast::Expr,
        _at: Position,
    ) -> Result<Expr, SqlError> {
        let operand = self.text(operand, "TRIM")?;
        let characters = match characters {
            Some(characters) => self.text(characters, "TRIM")?,
            None => super::literal::text_literal(" "),
        };
        let (start, end) = (side != TrimSide::Trailing, side != TrimSide::Leading);
        let arguments = vec![operand, characters];
        let kind = string::varying(&arguments[0].data_type.kind);
        let name = match side {
            TrimSide::Both => "TRIM BOTH",
            TrimSide::Leading => "TRIM LEADING",
            TrimSide::Trailing => "TRIM TRAILING",
        };
        let data_type = kind.nullable().with_nullable(any_nullable(&arguments));
        Ok(call(name, string::trim(start, end), arguments, data_type))
    }

    pub(super) fn json(&self, node: &JsonCall, at: Position) -> Result<Expr, SqlError> {
        match node {
            JsonCall::Exists { input, path, on_error } => {
                let arguments = vec![self.text(input, "JSON_EXISTS")?, self.text(path, "JSON_EXISTS")?];
                let on_error = match on_error.unwrap_or(ExistsOnError::False) {
                    ExistsOnError::True => json::ExistsOnError::Answer(Some(true)),
                    ExistsOnError::False => json::ExistsOnError::Answer(Some(false)),
                    ExistsOnError::Unknown => json::ExistsOnError::Answer(None),
                    ExistsOnError::Error => json::ExistsOnError::Fail,
                };
                Ok(call("JSON_EXISTS", json::exists(on_error), arguments, TypeKind::Boolean.nullable()))
            }
            JsonCall::Value { input, path, returning, on_empty, on_error } => {
                self.json_value(input, path, returning.as_ref(), [on_empty.as_ref(), on_error.as_ref()], at)
            }
            JsonCall::Query { input, path, returning, wrapper, on_empty, on_error } => {
                let arguments = vec![self.text(input, "JSON_QUERY")?, self.text(path, "JSON_QUERY")?];
                let kind = self.json_returning(returning.as_ref())?;
                let supported = matches!(&kind, TypeKind::Varchar(_) | TypeKind::Char(_))
                    || matches!(&kind, TypeKind::Array(element) if element.kind.is_text());
                if !supported {
                    return Err(SqlError::unsupported(
                        at,
                        format!("JSON_QUERY RETURNING {kind}"),
                        "Supported: STRING, ARRAY<STRING>.",
                    ));
                }
                let behaviour = |written: Option<QueryBehaviour>| match written {
                    None | Some(QueryBehaviour::Null) => json::QueryBehaviour::Null,
                    Some(QueryBehaviour::Error) => json::QueryBehaviour::Fail,
                    Some(QueryBehaviour::EmptyArray) => json::QueryBehaviour::EmptyArray,
                    Some(QueryBehaviour::EmptyObject) => json::QueryBehaviour::EmptyObject,
                };
                let wrapper = match wrapper.unwrap_or(JsonWrapper::Without) {
                    JsonWrapper::Without => json::Wrapper::Without,
                    JsonWrapper::Conditional => json::Wrapper::Conditional,
                    JsonWrapper::Unconditional => json::Wrapper::Unconditional,
                };
                let kernel = json::query(wrapper, behaviour(*on_empty), behaviour(*on_error), kind.clone());
                Ok(call("JSON_QUERY", kernel, arguments, kind.nullable()))
            }
            JsonCall::Object { members, on_null } => {
                let mut arguments = Vec::with_capacity(members.len() * 2);
                for (key, value) in members {
                    arguments.push(self.text(key, "JSON_OBJECT")?);
                    arguments.push(self.bind(value)?);
                }
                let absent = *on_null == Some(JsonOnNull::Absent);
                let kernel = json::object(absent, json::raw_places(&arguments));
                Ok(call("JSON_OBJECT", kernel, arguments, TypeKind::STRING.not_null()))
            }
            JsonCall::Array { elements, on_null } => {
                // Without a word NULLs are left out, as the standard has it.
                let absent = *on_null != Some(JsonOnNull::Null);
                let elements = self.all(elements)?;
                let kernel = json::array(absent, json::raw_places(&elements));
                Ok(call("JSON_ARRAY", kernel, elements, TypeKind::STRING.not_null()))
            }
            JsonCall::ObjectAgg { .. } | JsonCall::ArrayAgg { .. } => {
                Err(SqlError::invalid(at, "An aggregate cannot stand here"))
            }
        }
    }

    fn json_returning(&self, returning: Option<&ast::TypeName>) -> Result<TypeKind, SqlError> {
        returning.map_or(Ok(TypeKind::STRING), |name| Ok(data_type(name)?.kind))
    }

    fn json_value(
        &self,
        input: &ast::Expr,
        path: &ast::Expr,
        returning: Option<&ast::TypeName>,
        behaviours: [Option<&ValueBehaviour>; 2],
        at: Position,
    ) -> Result<Expr, SqlError> {
        let kind = self.json_returning(returning)?;
        let supported = matches!(kind, TypeKind::Boolean | TypeKind::Int | TypeKind::Double) || kind.is_text();
        if !supported {
            let clause = format!("JSON_VALUE RETURNING {kind}");
            return Err(SqlError::unsupported(at, clause, "Supported: STRING, BOOLEAN, INT, DOUBLE."));
        }
        let mut arguments = vec![self.text(input, "JSON_VALUE")?, self.text(path, "JSON_VALUE")?];
        let mut bound = [json::ValueBehaviour::Null, json::ValueBehaviour::Null];
        for (place, written) in behaviours.into_iter().enumerate() {
            bound[place] = match written {
                None | Some(ValueBehaviour::Null) => json::ValueBehaviour::Null,
                Some(ValueBehaviour::Error) => json::ValueBehaviour::Fail,
                Some(ValueBehaviour::Default(default)) => {
                    let value = self.bind(default)?;
                    if !castable(&value.data_type.kind, &kind) {
                        let message = format!("DEFAULT must be of type {kind}, not {}", value.data_type);
                        return Err(SqlError::invalid(default.at, message));
                    }
                    arguments.push(json_default(value, &kind));
                    json::ValueBehaviour::Default(arguments.len() - 1)
                }
            };
        }
        let [on_empty, on_error] = bound;
        Ok(call("JSON_VALUE", json::value(on_empty, on_error, kind.clone()), arguments, kind.nullable()))
    }
}

/// A default in the type of the answer. A truth value as text is in small letters, as in JSON.
fn json_default(value: Expr, kind: &TypeKind) -> Expr {
    match (value.as_literal(), kind.is_text()) {
        (Some(Value::Boolean(truth)), true) => super::literal::text_literal(if *truth { "true" } else { "false" }),
        _ => cast(value, kind.clone(), false),
    }
}
