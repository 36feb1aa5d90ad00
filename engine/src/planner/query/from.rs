//! `FROM`: tables, views, queries, table functions and joins.

use std::rc::Rc;

use super::{Binder, Env, names::Names};
use crate::{
    planner::rel::{Rel, RelKind, Unnest},
    syntax::{
        Position, SqlError,
        ast::{self, Name, Relation, RelationKind, TableAlias},
    },
    types::{DataType, Field, Schema, TypeKind},
};

/// A relation and what its columns are called.
pub struct Bound {
    /// The relation.
    pub rel: Rel,
    /// Its columns' names.
    pub names: Names,
}

impl Binder<'_> {
    /// The relation of a `FROM`; a row without columns where there is none.
    pub(super) fn from(&self, from: Option<&Relation>, env: Env<'_>) -> Result<Bound, SqlError> {
        match from {
            Some(relation) => self.relation(relation, env),
            None => Ok(Bound { rel: one_row(), names: Names::default() }),
        }
    }

    pub(super) fn relation(&self, relation: &Relation, env: Env<'_>) -> Result<Bound, SqlError> {
        let alias = relation.alias.as_ref();
        match &relation.kind {
            RelationKind::Table { name, hints, as_of } => {
                if let Some(as_of) = as_of {
                    let instead = "It stands behind the right table of a JOIN.";
                    return Err(SqlError::unsupported(as_of.at, "FOR SYSTEM_TIME AS OF without a join", instead));
                }
                let (rel, qualified) = self.named(name, hints, env)?;
                aliased(rel, alias, Some(qualified))
            }
            RelationKind::Query { lateral: None, query } => {
                let rel = self.bind_query(query, env)?;
                aliased(rel, alias, None)
            }
            RelationKind::Query { lateral: Some(at), .. } | RelationKind::Function { lateral: Some(at), .. } => {
                let instead = "It stands behind a comma or JOIN, with the rows it depends on before it.";
                Err(SqlError::unsupported(*at, "LATERAL without a table before it", instead))
            }
            RelationKind::Function { lateral: None, call, .. } => {
                let rel = self.table_function(call, env)?;
                aliased(rel, alias, None)
            }
            RelationKind::Unnest { collections, ordinality } => {
                let names = Names::default();
                let left = Bound { rel: one_row(), names };
                self.unnest(left, collections, ordinality.is_some(), alias, None, relation.at, env)
            }
            RelationKind::Join(join) => self.deeper(relation.at, || self.join(join, relation.at, env)),
        }
    }

    /// `left, UNNEST(collection) AS alias`; with `outer`, rows without elements stay.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn unnest(
        &self,
        left: Bound,
        collections: &[ast::Expr],
        ordinality: bool,
        alias: Option<&TableAlias>,
        outer: Option<&ast::JoinCondition>,
        at: Position,
        env: Env<'_>,
    ) -> Result<Bound, SqlError> {
        let [collection] = collections else {
            return Err(SqlError::unsupported(at, "UNNEST of several collections", "Unnest one after the other."));
        };
        let scope = super::scope::RowScope {
            binder: self,
            env,
            names: &left.names,
            schema: &left.rel.schema,
            clause: "UNNEST",
            subqueries: None,
        };
        let bound = scope.bind(collection)?;
        let mut elements = elements_of(&bound.data_type).ok_or_else(|| {
            let message = format!("UNNEST needs an ARRAY, MAP or MULTISET, not {}", bound.data_type);
            SqlError::invalid(collection.at, message)
        })?;
        let width = left.rel.schema.len();
        let columns = elements.len() + usize::from(ordinality);
        if let Some(alias) = alias.filter(|alias| !alias.columns.is_empty()) {
            check_columns(&alias.columns, columns, &alias.name)?;
            elements.iter_mut().zip(&alias.columns).for_each(|(field, name)| field.name.clone_from(&name.text));
        }
        let unnest = Unnest {
            input: Box::new(left.rel),
            collection: bound,
            outer: outer.is_some(),
            ordinality,
            elements,
            condition: None,
        };
        let mut rel = Rel::unnest(unnest);
        if let Some(name) = alias.and_then(|alias| alias.columns.get(columns - 1)).filter(|_| ordinality) {
            rel.schema.fields[width + columns - 1].name.clone_from(&name.text);
        }
        let added = Schema::new(rel.schema.fields[width..].to_vec());
        let table: Option<Rc<[String]>> = alias.map(|alias| Rc::from([alias.name.text.clone()]));
        let names = left.names.then(Names::of(&added, table), width);
        if let Some(ast::JoinCondition::On(condition)) = outer {
            let scope = super::scope::RowScope {
                binder: self,
                env,
                names: &names,
                schema: &rel.schema,
                clause: "ON",
                subqueries: None,
            };
            let condition = super::select::condition(&scope, condition, "ON")?;
            if let RelKind::Unnest(unnest) = &mut rel.kind {
                unnest.condition = Some(condition).filter(|condition| !crate::planner::shape::is_true(condition));
            }
        }
        Ok(Bound { rel, names })
    }
}

/// A row without columns.
fn one_row() -> Rel {
    Rel { kind: RelKind::Values(vec![Vec::new()]), schema: Schema::default() }
}

/// What the elements of a collection are as columns.
fn elements_of(collection: &DataType) -> Option<Vec<Field>> {
    match &collection.kind {
        TypeKind::Array(element) | TypeKind::Multiset(element) => match &element.kind {
            TypeKind::Row(fields) => Some(
                fields
                    .iter()
                    .map(|field| {
                        let nullable = element.nullable || field.data_type.nullable;
                        Field::new(&field.name, field.data_type.clone().with_nullable(nullable))
                    })
                    .collect(),
            ),
            _ => Some(vec![Field::new("f0", DataType::clone(element))]),
        },
        TypeKind::Map(key, value) => {
            Some(vec![Field::new("f0", DataType::clone(key)), Field::new("f1", DataType::clone(value))])
        }
        _ => None,
    }
}

/// The relation under an alias, or under its own name.
pub fn aliased(rel: Rel, alias: Option<&TableAlias>, own: Option<Rc<[String]>>) -> Result<Bound, SqlError> {
    let Some(alias) = alias else {
        let names = Names::of(&rel.schema, own);
        return Ok(Bound { rel, names });
    };
    let rel = rename(rel, &alias.columns, &alias.name)?;
    let names = Names::of(&rel.schema, Some(Rc::from([alias.name.text.clone()])));
    Ok(Bound { rel, names })
}

/// The relation with its columns called so, where names are listed.
pub fn rename(rel: Rel, columns: &[Name], table: &Name) -> Result<Rel, SqlError> {
    if columns.is_empty() {
        return Ok(rel);
    }
    check_columns(columns, rel.schema.len(), table)?;
    let names: Vec<String> = columns.iter().map(|name| name.text.clone()).collect();
    Ok(rel.rename(&names))
}

fn check_columns(names: &[Name], columns: usize, table: &Name) -> Result<(), SqlError> {
    if names.len() == columns {
        return Ok(());
    }
    let message = format!(
        "List of column aliases must have same degree as table; '{}' has {columns} columns, whereas alias list has {} \
         columns",
        table.text,
        names.len()
    );
    Err(SqlError::invalid(table.at, message))
}
