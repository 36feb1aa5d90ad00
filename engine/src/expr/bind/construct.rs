//! Arrays, maps and rows: made of values, and their parts.

use super::{
    Binder,
    coercion::{coerce, comparable},
    operators::{bring, refused, unify},
};
use crate::{
    expr::{
        Expr,
        function::{call, collection::access, collection::construct},
    },
    syntax::{
        Position, SqlError,
        ast::{self, Name},
        nearest::did_you_mean,
    },
    types::{DataType, RowField, TypeKind, Value},
};

impl Binder<'_> {
    pub(super) fn array(&self, items: &[ast::Expr], at: Position) -> Result<Expr, SqlError> {
        if items.is_empty() {
            return Err(SqlError::invalid(at, "ARRAY[] has no type: it requires at least 1 argument"));
        }
        let (items, element) = unify(self.all(items)?, "ARRAY", at)?;
        let data_type = TypeKind::Array(Box::new(element)).not_null();
        Ok(call("ARRAY", construct::array(), items, data_type))
    }

    pub(super) fn map(&self, entries: &[(ast::Expr, ast::Expr)], at: Position) -> Result<Expr, SqlError> {
        if entries.is_empty() {
            return Err(SqlError::invalid(at, "MAP[] has no type: it requires at least 2 arguments"));
        }
        let keys = entries.iter().map(|(key, _)| self.bind(key)).collect::<Result<_, _>>()?;
        let values = entries.iter().map(|(_, value)| self.bind(value)).collect::<Result<_, _>>()?;
        let (keys, key) = unify(keys, "the keys of MAP", at)?;
        let (values, value) = unify(values, "the values of MAP", at)?;
        let items = keys.into_iter().zip(values).flat_map(|(key, value)| [key, value]).collect();
        let data_type = TypeKind::Map(Box::new(key), Box::new(value)).not_null();
        Ok(call("MAP", construct::map(), items, data_type))
    }

    pub(super) fn row(&self, fields: &[ast::Expr]) -> Result<Expr, SqlError> {
        let values = self.all(fields)?;
        let field = |(index, value): (usize, &Expr)| RowField {
            name: format!("EXPR${index}"),
            data_type: value.data_type.clone(),
        };
        let data_type = TypeKind::Row(values.iter().enumerate().map(field).collect()).not_null();
        Ok(call("ROW", construct::row(), values, data_type))
    }

    /// `array[place]` from 1, `map[key]`
    pub(super) fn index(&self, base: &ast::Expr, index: &ast::Expr, at: Position) -> Result<Expr, SqlError> {
        let (base, index) = (self.bind(base)?, self.bind(index)?);
        match base.data_type.kind.clone() {
            TypeKind::Array(element) if index.data_type.kind.is_integer() => {
                let place = coerce(index, &TypeKind::BigInt.nullable());
                Ok(call("ITEM", access::element(), vec![base, place], element.kind.nullable()))
            }
            TypeKind::Map(key, value) => {
                let Some(kind) = comparable(&key, &index.data_type).filter(|kind| *kind == key.kind || kind.is_text())
                else {
                    return Err(refused("ITEM", &[&base, &index], "'map[key]', the key of the map's key type", at));
                };
                let index = bring(index, &kind);
                Ok(call("ITEM", access::entry(), vec![base, index], value.kind.nullable()))
            }
            TypeKind::Row(fields) => {
                let place = match index.as_literal() {
                    Some(Value::Integer(place)) => usize::try_from(*place).ok().and_then(|place| place.checked_sub(1)),
                    _ => None,
                };
                let Some(place) = place.filter(|place| *place < fields.len()) else {
                    return Err(refused("ITEM", &[&base, &index], "'row[n]', n a constant from 1", at));
                };
                Ok(nth_field(base, place, &fields))
            }
            _ => Err(refused("ITEM", &[&base, &index], "'array[n]', n from 1; 'map[key]'", at)),
        }
    }
}

/// The field of a row, for [`super::Scope::column`].
pub fn field(row: Expr, name: &Name) -> Result<Expr, SqlError> {
    let TypeKind::Row(fields) = row.data_type.kind.clone() else {
        let message = format!("There is no field '{}': {} is no ROW", name.text, row.data_type.kind);
        return Err(SqlError::invalid(name.at, message));
    };
    match fields.iter().position(|field| field.name == name.text) {
        Some(place) => Ok(nth_field(row, place, &fields)),
        None => {
            let hint = did_you_mean(&name.text, fields.iter().map(|field| field.name.as_str()));
            Err(SqlError::invalid(
                name.at,
                format!("Field '{}' not found in {}. {hint}", name.text, row.data_type.kind),
            ))
        }
    }
}

fn nth_field(row: Expr, place: usize, fields: &[RowField]) -> Expr {
    let field = &fields[place];
    let nullable = row.data_type.nullable || field.data_type.nullable;
    let data_type = DataType { kind: field.data_type.kind.clone(), nullable };
    call(&format!(".{}", field.name), access::field(place), vec![row], data_type)
}
