//! Calls of functions.

use std::fmt::{self, Display, Formatter};

use super::{FunctionName, List, expr::predicated};
use crate::syntax::ast::{
    Argument, Call, ExistsOnError, Expr, JsonCall, JsonOnNull, JsonWrapper, OrderItem, Over, QueryBehaviour,
    TableArgument, TableSource, ValueBehaviour,
};
use crate::syntax::keywords::is_bare_function;

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_plain() {
            let upper = self.name.first.text.to_ascii_uppercase();
            let values: Vec<&Expr> = self.arguments.iter().map(|argument| &argument.value).collect();
            match (upper.as_str(), values.as_slice()) {
                ("POSITION", [what, within]) => return write!(f, "POSITION({} IN {within})", predicated(what)),
                ("POSITION", [what, within, from]) => {
                    return write!(f, "POSITION({} IN {within} FROM {from})", predicated(what));
                }
                ("OVERLAY", [what, with, from]) => {
                    return write!(f, "OVERLAY({what} PLACING {with} FROM {from})");
                }
                ("OVERLAY", [what, with, from, length]) => {
                    return write!(f, "OVERLAY({what} PLACING {with} FROM {from} FOR {length})");
                }
                ("SUBSTRING", [_, _, ..]) => return write!(f, "SUBSTRING({})", List(&values)),
                (bare, []) if is_bare_function(bare) => return f.write_str(bare),
                _ => {}
            }
        }
        let distinct = if self.distinct.is_some() { "DISTINCT " } else { "" };
        let star = if self.star.is_some() { "*" } else { "" };
        write!(
            f,
            "{}({star}{distinct}{}{}",
            FunctionName(&self.name),
            List(&self.arguments),
            order_by(&self.order_by)
        )?;
        f.write_str(")")?;
        if let Some(nulls) = self.nulls {
            f.write_str(if nulls.ignore { " IGNORE NULLS" } else { " RESPECT NULLS" })?;
        }
        if let Some((_, items)) = &self.within_group {
            write!(f, " WITHIN GROUP (ORDER BY {})", List(items))?;
        }
        if let Some(filter) = &self.filter {
            write!(f, " FILTER (WHERE {filter})")?;
        }
        match &self.over {
            None => Ok(()),
            Some(Over::Named(name)) => write!(f, " OVER {name}"),
            Some(Over::Spec(spec)) => write!(f, " OVER {spec}"),
        }
    }
}

impl Call {
    /// Whether there is nothing but the values of the arguments.
    fn is_plain(&self) -> bool {
        let alone = self.star.is_none() && self.distinct.is_none() && self.order_by.is_empty();
        let without = self.within_group.is_none() && self.filter.is_none() && self.nulls.is_none();
        let named = self.arguments.iter().any(|argument| argument.name.is_some());
        alone && without && self.over.is_none() && !named && self.name.rest.is_empty()
    }
}

/// ` ORDER BY …`, where there is something to order by.
pub(super) fn order_by(items: &[OrderItem]) -> String {
    if items.is_empty() { String::new() } else { format!(" ORDER BY {}", List(items)) }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} => {}", self.value),
            None => write!(f, "{}", self.value),
        }
    }
}

impl Display for TableArgument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.source {
            TableSource::Named(name) => write!(f, "TABLE {name}")?,
            TableSource::Query(query) => write!(f, "({query})")?,
        }
        if !self.partition_by.is_empty() {
            write!(f, " PARTITION BY ({})", List(&self.partition_by))?;
        }
        if !self.order_by.is_empty() {
            write!(f, " ORDER BY ({})", List(&self.order_by))?;
        }
        Ok(())
    }
}

/// `NULL ON EMPTY` and its like, where it was written.
fn behaviour<T: Display>(behaviour: &Option<T>, on: &str) -> String {
    behaviour.as_ref().map_or_else(String::new, |behaviour| format!(" {behaviour} ON {on}"))
}

fn member((key, value): (&Expr, &Expr)) -> String {
    format!("KEY {key} VALUE {value}")
}

impl Display for JsonCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists { input, path, on_error } => {
                write!(f, "JSON_EXISTS({input}, {path}{})", behaviour(on_error, "ERROR"))
            }
            Self::Value { input, path, returning, on_empty, on_error } => {
                write!(f, "JSON_VALUE({input}, {path}")?;
                returning.as_ref().map_or(Ok(()), |returning| write!(f, " RETURNING {returning}"))?;
                write!(f, "{}{})", behaviour(on_empty, "EMPTY"), behaviour(on_error, "ERROR"))
            }
            Self::Query { input, path, returning, wrapper, on_empty, on_error } => {
                write!(f, "JSON_QUERY({input}, {path}")?;
                returning.as_ref().map_or(Ok(()), |returning| write!(f, " RETURNING {returning}"))?;
                wrapper.map_or(Ok(()), |wrapper| write!(f, " {wrapper} ARRAY WRAPPER"))?;
                write!(f, "{}{})", behaviour(on_empty, "EMPTY"), behaviour(on_error, "ERROR"))
            }
            Self::Object { members, on_null } => {
                let members: Vec<String> = members.iter().map(|(key, value)| member((key, value))).collect();
                write!(f, "JSON_OBJECT({}{})", members.join(", "), behaviour(on_null, "NULL"))
            }
            Self::Array { elements, on_null } => {
                write!(f, "JSON_ARRAY({}{})", List(elements), behaviour(on_null, "NULL"))
            }
            Self::ObjectAgg { key, value, on_null } => {
                write!(f, "JSON_OBJECTAGG({}{})", member((key, value)), behaviour(on_null, "NULL"))
            }
            Self::ArrayAgg { value, order_by: items, on_null } => {
                write!(f, "JSON_ARRAYAGG({value}{}{})", order_by(items), behaviour(on_null, "NULL"))
            }
        }
    }
}

impl Display for ExistsOnError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::True => "TRUE",
            Self::False => "FALSE",
            Self::Unknown => "UNKNOWN",
            Self::Error => "ERROR",
        })
    }
}

impl Display for ValueBehaviour {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Error => f.write_str("ERROR"),
            Self::Default(value) => write!(f, "DEFAULT {value}"),
        }
    }
}

impl Display for QueryBehaviour {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "NULL",
            Self::Error => "ERROR",
            Self::EmptyArray => "EMPTY ARRAY",
            Self::EmptyObject => "EMPTY OBJECT",
        })
    }
}

impl Display for JsonWrapper {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Without => "WITHOUT",
            Self::Conditional => "WITH CONDITIONAL",
            Self::Unconditional => "WITH UNCONDITIONAL",
        })
    }
}

impl Display for JsonOnNull {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "NULL",
            Self::Absent => "ABSENT",
        })
    }
}
