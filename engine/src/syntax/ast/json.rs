//! The JSON functions, whose arguments have a syntax of their own.

use super::{Expr, OrderItem, TypeName};

/// A JSON function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonCall {
    /// `JSON_EXISTS(input, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])`
    Exists {
        /// The JSON text.
        input: Expr,
        /// Where in it.
        path: Expr,
        /// `… ON ERROR`
        on_error: Option<ExistsOnError>,
    },
    /// `JSON_VALUE(input, path [RETURNING type] [behaviour ON EMPTY] [behaviour ON ERROR])`
    Value {
        /// The JSON text.
        input: Expr,
        /// Where in it.
        path: Expr,
        /// The type of the answer; STRING where it is not written.
        returning: Option<TypeName>,
        /// `… ON EMPTY`
        on_empty: Option<ValueBehaviour>,
        /// `… ON ERROR`
        on_error: Option<ValueBehaviour>,
    },
    /// `JSON_QUERY(input, path [RETURNING type] [wrapper] [behaviour ON EMPTY] [behaviour ON ERROR])`
    Query {
        /// The JSON text.
        input: Expr,
        /// Where in it.
        path: Expr,
        /// The type of the answer; STRING where it is not written.
        returning: Option<TypeName>,
        /// `WITH … WRAPPER`
        wrapper: Option<JsonWrapper>,
        /// `… ON EMPTY`
        on_empty: Option<QueryBehaviour>,
        /// `… ON ERROR`
        on_error: Option<QueryBehaviour>,
    },
    /// `JSON_OBJECT([KEY] k VALUE v, k : v, … [NULL | ABSENT ON NULL])`
    Object {
        /// Its members.
        members: Vec<(Expr, Expr)>,
        /// `… ON NULL`
        on_null: Option<JsonOnNull>,
    },
    /// `JSON_ARRAY(a, b, … [NULL | ABSENT ON NULL])`
    Array {
        /// Its elements.
        elements: Vec<Expr>,
        /// `… ON NULL`
        on_null: Option<JsonOnNull>,
    },
    /// `JSON_OBJECTAGG([KEY] k VALUE v [NULL | ABSENT ON NULL])`
    ObjectAgg {
        /// The key of a member.
        key: Expr,
        /// Its value.
        value: Expr,
        /// `… ON NULL`
        on_null: Option<JsonOnNull>,
    },
    /// `JSON_ARRAYAGG(x [ORDER BY …] [NULL | ABSENT ON NULL])`
    ArrayAgg {
        /// An element.
        value: Expr,
        /// `ORDER BY`, also of `WITHIN GROUP`
        order_by: Vec<OrderItem>,
        /// `… ON NULL`
        on_null: Option<JsonOnNull>,
    },
}

/// What `JSON_EXISTS` answers when the input is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExistsOnError {
    /// `TRUE ON ERROR`
    True,
    /// `FALSE ON ERROR`
    False,
    /// `UNKNOWN ON ERROR`
    Unknown,
    /// `ERROR ON ERROR`
    Error,
}

/// What `JSON_VALUE` answers when there is nothing, or an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueBehaviour {
    /// `NULL ON …`
    Null,
    /// `ERROR ON …`
    Error,
    /// `DEFAULT x ON …`
    Default(Expr),
}

/// What `JSON_QUERY` answers when there is nothing, or an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryBehaviour {
    /// `NULL ON …`
    Null,
    /// `ERROR ON …`
    Error,
    /// `EMPTY ARRAY ON …`
    EmptyArray,
    /// `EMPTY OBJECT ON …`
    EmptyObject,
}

/// Whether `JSON_QUERY` puts its answer into an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonWrapper {
    /// `WITHOUT [ARRAY] WRAPPER`
    Without,
    /// `WITH CONDITIONAL [ARRAY] WRAPPER`
    Conditional,
    /// `WITH [UNCONDITIONAL] [ARRAY] WRAPPER`
    Unconditional,
}

/// What becomes of a NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonOnNull {
    /// `NULL ON NULL`: a JSON null
    Null,
    /// `ABSENT ON NULL`: left out
    Absent,
}
