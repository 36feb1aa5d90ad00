//! Queries.

use std::fmt::{self, Display, Formatter};

use super::{FunctionName, List, Quoted, call::order_by};
use crate::syntax::ast::{
    Cte, Frame, FrameBound, FrameBoundKind, FrameUnit, GroupItem, GroupItemKind, Hint, HintArgument, Join,
    JoinCondition, JoinKind, OrderItem, Query, QueryBody, Relation, RelationKind, Select, SelectItem, SetOp,
    TableAlias, Values, ValuesRow, WindowDef, WindowSpec,
};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.with.is_empty() {
            let recursive = if self.recursive.is_some() { "RECURSIVE " } else { "" };
            write!(f, "WITH {recursive}{} ", List(&self.with))?;
        }
        write!(f, "{}{}", self.body, order_by(&self.order_by))?;
        match (&self.limit, &self.offset) {
            (Some(limit), Some(offset)) => write!(f, " LIMIT {limit} OFFSET {offset}"),
            (Some(limit), None) => write!(f, " LIMIT {limit}"),
            (None, Some(offset)) => write!(f, " OFFSET {offset}"),
            (None, None) => Ok(()),
        }
    }
}

impl Display for Cte {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if !self.columns.is_empty() {
            write!(f, " ({})", List(&self.columns))?;
        }
        write!(f, " AS ({})", self.query)
    }
}

impl Display for QueryBody {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(select) => write!(f, "{select}"),
            Self::Values(values) => write!(f, "{values}"),
            Self::Table(name) => write!(f, "TABLE {name}"),
            Self::Nested(query) => write!(f, "({query})"),
            Self::Set(set) => {
                let all = if set.all { " ALL" } else { "" };
                let binds = set_op_power(set.op);
                write_body(f, &set.left, set_power(&set.left) < binds)?;
                write!(f, " {}{all} ", set.op.keyword())?;
                write_body(f, &set.right, set_power(&set.right) <= binds)
            }
        }
    }
}

fn write_body(f: &mut Formatter<'_>, body: &QueryBody, parentheses: bool) -> fmt::Result {
    if parentheses { write!(f, "({body})") } else { write!(f, "{body}") }
}

fn set_op_power(op: SetOp) -> u8 {
    if op == SetOp::Intersect { 2 } else { 1 }
}

fn set_power(body: &QueryBody) -> u8 {
    match body {
        QueryBody::Set(set) => set_op_power(set.op),
        _ => u8::MAX,
    }
}

impl Display for Values {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "VALUES {}", List(&self.rows))
    }
}

impl Display for ValuesRow {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ROW({})", List(&self.values))
    }
}

impl Display for Select {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "SELECT {}", hints(&self.hints, "", " "))?;
        let distinct = if self.distinct.is_some() { "DISTINCT " } else { "" };
        write!(f, "{distinct}{}", List(&self.items))?;
        self.from.as_ref().map_or(Ok(()), |from| write!(f, " FROM {from}"))?;
        self.predicate.as_ref().map_or(Ok(()), |predicate| write!(f, " WHERE {predicate}"))?;
        if let Some(group_by) = &self.group_by {
            let distinct = if group_by.distinct.is_some() { "DISTINCT " } else { "" };
            write!(f, " GROUP BY {distinct}{}", List(&group_by.items))?;
        }
        self.having.as_ref().map_or(Ok(()), |having| write!(f, " HAVING {having}"))?;
        if !self.windows.is_empty() {
            write!(f, " WINDOW {}", List(&self.windows))?;
        }
        self.qualify.as_ref().map_or(Ok(()), |qualify| write!(f, " QUALIFY {qualify}"))
    }
}

impl Display for SelectItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Star(_) => f.write_str("*"),
            Self::QualifiedStar(name) => write!(f, "{name}.*"),
            Self::Expr { expr, alias: Some(alias) } => write!(f, "{expr} AS {alias}"),
            Self::Expr { expr, alias: None } => write!(f, "{expr}"),
        }
    }
}

impl Display for GroupItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            GroupItemKind::Expr(expr) => write!(f, "{expr}"),
            GroupItemKind::Set(keys) => write!(f, "({})", List(keys)),
            GroupItemKind::GroupingSets(items) => write!(f, "GROUPING SETS({})", List(items)),
            GroupItemKind::Rollup(items) => write!(f, "ROLLUP({})", List(items)),
            GroupItemKind::Cube(items) => write!(f, "CUBE({})", List(items)),
        }
    }
}

impl Display for WindowDef {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} AS {}", self.name, self.spec)
    }
}

impl Display for WindowSpec {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.base.as_ref().map(ToString::to_string));
        if !self.partition_by.is_empty() {
            parts.push(format!("PARTITION BY {}", List(&self.partition_by)));
        }
        if !self.order_by.is_empty() {
            parts.push(format!("ORDER BY {}", List(&self.order_by)));
        }
        parts.extend(self.frame.as_ref().map(ToString::to_string));
        write!(f, "({})", parts.join(" "))
    }
}

impl Display for Frame {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let unit = if self.unit == FrameUnit::Rows { "ROWS" } else { "RANGE" };
        match &self.end {
            Some(end) => write!(f, "{unit} BETWEEN {} AND {end}", self.start),
            None => write!(f, "{unit} {}", self.start),
        }
    }
}

impl Display for FrameBound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FrameBoundKind::UnboundedPreceding => f.write_str("UNBOUNDED PRECEDING"),
            FrameBoundKind::Preceding(distance) => write!(f, "{distance} PRECEDING"),
            FrameBoundKind::CurrentRow => f.write_str("CURRENT ROW"),
            FrameBoundKind::Following(distance) => write!(f, "{distance} FOLLOWING"),
            FrameBoundKind::UnboundedFollowing => f.write_str("UNBOUNDED FOLLOWING"),
        }
    }
}

impl Display for OrderItem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expr)?;
        if self.descending {
            f.write_str(" DESC")?;
        }
        match self.nulls_first {
            Some(true) => f.write_str(" NULLS FIRST"),
            Some(false) => f.write_str(" NULLS LAST"),
            None => Ok(()),
        }
    }
}

impl Display for Relation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            RelationKind::Table { name, hints: given, as_of } => {
                write!(f, "{name}{}", hints(given, " ", ""))?;
                as_of.as_ref().map_or(Ok(()), |as_of| write!(f, " FOR SYSTEM_TIME AS OF {}", as_of.time))?;
            }
            RelationKind::Query { lateral, query } => {
                write!(f, "{}({query})", if lateral.is_some() { "LATERAL " } else { "" })?;
            }
            RelationKind::Function { lateral, call, hints: given } => {
                let lateral = if lateral.is_some() { "LATERAL " } else { "" };
                let (name, arguments) = (FunctionName(&call.name), List(&call.arguments));
                write!(f, "{lateral}TABLE({name}({arguments})){}", hints(given, " ", ""))?;
            }
            RelationKind::Unnest { collections, ordinality } => {
                let ordinality = if ordinality.is_some() { " WITH ORDINALITY" } else { "" };
                write!(f, "UNNEST({}){ordinality}", List(collections))?;
            }
            RelationKind::Join(join) => write!(f, "{join}")?,
        }
        self.alias.as_ref().map_or(Ok(()), |alias| write!(f, " AS {alias}"))
    }
}

impl Display for TableAlias {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if self.columns.is_empty() { Ok(()) } else { write!(f, " ({})", List(&self.columns)) }
    }
}

impl Display for Join {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            JoinKind::Comma => ",",
            JoinKind::Inner => "INNER JOIN",
            JoinKind::Left => "LEFT JOIN",
            JoinKind::Right => "RIGHT JOIN",
            JoinKind::Full => "FULL JOIN",
            JoinKind::Cross => "CROSS JOIN",
        };
        // A join on the right, or one with commas on the left of another, stood in parentheses.
        let joined = |relation: &Relation| match &relation.kind {
            RelationKind::Join(join) => Some(join.kind == JoinKind::Comma),
            _ => None,
        };
        let comma = self.kind == JoinKind::Comma;
        match joined(&self.left) {
            Some(true) if !comma => write!(f, "({})", self.left)?,
            _ => write!(f, "{}", self.left)?,
        }
        let space = if comma { "" } else { " " };
        let natural = if self.natural.is_some() { "NATURAL " } else { "" };
        write!(f, "{space}{natural}{kind} ")?;
        match joined(&self.right) {
            Some(false) if comma => write!(f, "{}", self.right)?,
            Some(_) => write!(f, "({})", self.right)?,
            None => write!(f, "{}", self.right)?,
        }
        match &self.condition {
            JoinCondition::None => Ok(()),
            JoinCondition::On(condition) => write!(f, " ON {condition}"),
            JoinCondition::Using(columns) => write!(f, " USING ({})", List(columns)),
        }
    }
}

/// `/*+ … */` between `before` and `after`, where there are hints.
fn hints(hints: &[Hint], before: &str, after: &str) -> String {
    if hints.is_empty() { String::new() } else { format!("{before}/*+ {} */{after}", List(hints)) }
}

impl Display for Hint {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if self.arguments.is_empty() { Ok(()) } else { write!(f, "({})", List(&self.arguments)) }
    }
}

impl Display for HintArgument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(key, value) => write!(f, "{} = {}", Quoted(&key.text), Quoted(&value.text)),
            Self::Value(value) => write!(f, "{}", Quoted(&value.text)),
        }
    }
}
