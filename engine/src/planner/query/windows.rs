//! The older group windows: `GROUP BY TUMBLE(time, …)`, and `TUMBLE_START(time, …)` beside it.

use super::tvf;
use crate::{
    expr::{Expr, Scope, bind},
    operators::spec::{WindowKind, WindowProperty},
    planner::rel::{Rel, window_time_type},
    syntax::ast,
    syntax::{
        Position, SqlError,
        ast::{Call, ExprKind},
    },
    types::{DataType, TimeAttribute, TypeKind},
};

/// Columns from here on stand for properties of a group window until they have a place.
pub const PROPERTY: usize = 1 << 43;

/// A group window of a `GROUP BY`.
#[derive(Debug, Clone)]
pub struct Found {
    /// How rows are assigned.
    pub window: WindowKind,
    /// The time attribute.
    pub time: usize,
}

const KINDS: [&str; 3] = ["TUMBLE", "HOP", "SESSION"];
const PROPERTIES: [(&str, WindowProperty); 4] = [
    ("_START", WindowProperty::Start),
    ("_END", WindowProperty::End),
    ("_ROWTIME", WindowProperty::Rowtime),
    ("_PROCTIME", WindowProperty::Proctime),
];

fn call_of(node: &ast::Expr) -> Option<(&Call, String)> {
    match &node.kind {
        ExprKind::Call(call) if call.name.rest.is_empty() => Some((call, call.name.first.text.to_uppercase())),
        _ => None,
    }
}

/// Whether an item of `GROUP BY` is a group window.
pub fn is_window(node: &ast::Expr) -> bool {
    call_of(node).is_some_and(|(call, name)| KINDS.contains(&name.as_str()) && call.arguments.len() >= 2)
}

/// The window that such an item is.
pub fn window(node: &ast::Expr, rel: &Rel, scope: &dyn Scope) -> Result<Found, SqlError> {
    let Some((call, name)) = call_of(node) else {
        return Err(SqlError::invalid(node.at, "This is no group window"));
    };
    read(call, &name, node.at, rel, scope)
}

fn read(call: &Call, name: &str, at: Position, rel: &Rel, scope: &dyn Scope) -> Result<Found, SqlError> {
    let values: Vec<&ast::Expr> = call.arguments.iter().map(|argument| &argument.value).collect();
    let interval = |value: &ast::Expr, what: &str| tvf::millis(value, scope, &format!("The {what} of {name}"));
    let window = match (name, &values[1..]) {
        ("TUMBLE", [size]) => WindowKind::Tumble { size_ms: interval(size, "size")?, offset_ms: 0 },
        ("HOP", [slide, size]) => {
            WindowKind::Hop { slide_ms: interval(slide, "slide")?, size_ms: interval(size, "size")?, offset_ms: 0 }
        }
        ("SESSION", [gap]) => WindowKind::Session { gap_ms: interval(gap, "gap")? },
        _ => {
            let takes =
                if name == "HOP" { "a time column, a slide and a size" } else { "a time column and an interval" };
            return Err(SqlError::invalid(at, format!("{name} takes {takes}")));
        }
    };
    if !matches!(window, WindowKind::Hop { .. }) {
        tvf::check_window(&window, at)?;
    }
    let bound = bind(values[0], scope)?;
    let time = bound.as_column().filter(|column| rel.schema.fields[*column].time.is_some()).ok_or_else(|| {
        let message = format!(
            "Window aggregate can only be defined over a time attribute column, but {} encountered",
            bound.data_type
        );
        SqlError::invalid(values[0].at, message)
    })?;
    Ok(Found { window, time })
}

/// The property of the window that a call asks for; `None` where it asks for none.
pub fn property(
    node: &ast::Expr,
    own: Option<&Found>,
    rel: &Rel,
    scope: &dyn Scope,
) -> Result<Option<(WindowProperty, DataType)>, SqlError> {
    let Some((call, name)) = call_of(node) else { return Ok(None) };
    let auxiliary = PROPERTIES.iter().find_map(|(suffix, property)| {
        let kind = name.strip_suffix(suffix)?;
        KINDS.contains(&kind).then_some((kind, *property))
    });
    let Some((kind, property)) = auxiliary else { return Ok(None) };
    let unmatched = || {
        let message = format!(
            "Call to auxiliary group function '{name}' must have matching call to group function '{kind}' in GROUP BY clause"
        );
        SqlError::invalid(node.at, message)
    };
    let own = own.ok_or_else(unmatched)?;
    if call.arguments.is_empty() {
        return Err(unmatched());
    }
    let asked = read(call, kind, node.at, rel, scope)?;
    if asked.window != own.window || asked.time != own.time {
        return Err(unmatched());
    }
    let time = &rel.schema.fields[own.time];
    let rowtime = time.time == Some(TimeAttribute::Rowtime);
    let data_type = match property {
        WindowProperty::Start | WindowProperty::End => TypeKind::Timestamp(3).not_null(),
        WindowProperty::Rowtime if !rowtime => {
            return Err(SqlError::invalid(node.at, "A proctime window cannot provide a rowtime attribute."));
        }
        WindowProperty::Rowtime => window_time_type(time),
        WindowProperty::Proctime => TypeKind::TimestampLtz(3).not_null(),
    };
    Ok(Some((property, data_type)))
}

/// The stand-in for the property at `index` of those that were asked for.
pub fn stand_in(index: usize, data_type: DataType) -> Expr {
    Expr::column(PROPERTY + index, data_type)
}
