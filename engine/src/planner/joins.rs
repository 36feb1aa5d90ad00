//! What a join's condition says: keys that are equal, bounds between times, windows that are the same.

use super::{
    rel::{Join, Rel},
    shape::{self, Comparison},
    windows::{self, Windows},
};
use crate::{expr::Expr, operators::spec::JoinKind, types::TimeAttribute};

/// Which of Flink's joins of streams a join is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// Of all that was with all that comes.
    Regular,
    /// Of rows whose times are near.
    Interval,
    /// Of rows of the same window.
    Window,
}

/// A pair of expressions that must be equal.
#[derive(Debug, Clone)]
pub struct EquiKey {
    /// Over the left columns.
    pub left: Expr,
    /// Over the right columns.
    pub right: Expr,
    /// Whether NULL equals NULL.
    pub null_safe: bool,
}

/// A join's condition, taken apart.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// What must be equal.
    pub keys: Vec<EquiKey>,
    /// What else must be true, over the left columns and the right ones.
    pub rest: Vec<Expr>,
}

/// How far apart the times of joined rows may be.
#[derive(Debug, Clone)]
pub struct TimeBounds {
    /// The left time attribute.
    pub left: usize,
    /// The right one.
    pub right: usize,
    /// Whether they are event times.
    pub rowtime: bool,
    /// `left - right >= lower`, milliseconds.
    pub lower_ms: i64,
    /// `left - right <= upper`, milliseconds.
    pub upper_ms: i64,
    /// What else must be true.
    pub rest: Vec<Expr>,
}

/// Both sides are of windows, and the condition says they are the same.
#[derive(Debug, Clone)]
pub struct WindowJoin {
    /// The window columns of the result.
    pub windows: Windows,
    /// The column of the window's end on each side.
    pub ends: [usize; 2],
    /// The other keys.
    pub keys: Vec<EquiKey>,
}

/// Takes conditions over the columns of two sides apart; `width` is that of the left.
pub fn split(conditions: &[Expr], width: usize) -> Condition {
    let mut condition = Condition::default();
    for expr in conditions {
        match equi_key(expr, width) {
            Some(key) => condition.keys.push(key),
            None => condition.rest.push(expr.clone()),
        }
    }
    condition
}

fn equi_key(expr: &Expr, width: usize) -> Option<EquiKey> {
    let (op @ (Comparison::Eq | Comparison::Same), a, b) = shape::comparison(expr)? else { return None };
    let null_safe = op == Comparison::Same;
    let right = |expr: &Expr| expr.clone().map_columns(&|column| column - width);
    match (side(a, width)?, side(b, width)?) {
        (Side::Left, Side::Right) => Some(EquiKey { left: a.clone(), right: right(b), null_safe }),
        (Side::Right, Side::Left) => Some(EquiKey { left: b.clone(), right: right(a), null_safe }),
        _ => None,
    }
}

/// Which columns an expression reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Left ones only.
    Left,
    /// Right ones only.
    Right,
}

/// The one side of which an expression reads columns; `None` where it is both or neither.
pub fn side(expr: &Expr, width: usize) -> Option<Side> {
    let columns = expr.columns();
    match (columns.first()?, columns.last()?) {
        (_, last) if *last < width => Some(Side::Left),
        (first, _) if *first >= width => Some(Side::Right),
        _ => None,
    }
}

/// Which join it is.
pub fn flavour(join: &Join) -> Flavour {
    if window_join(join).is_some() {
        Flavour::Window
    } else if time_bounds(join).is_some() {
        Flavour::Interval
    } else {
        Flavour::Regular
    }
}

/// The bounds between the sides' times, where the condition has both of them.
pub fn time_bounds(join: &Join) -> Option<TimeBounds> {
    if matches!(join.kind, JoinKind::Semi | JoinKind::Anti) {
        return None;
    }
    let mut pair: Option<(usize, usize, bool)> = None;
    let (mut lower, mut upper, mut rest) = (None::<i64>, None::<i64>, Vec::new());
    for expr in &join.condition {
        match bound(expr, &join.left, &join.right).filter(|bound| pair.is_none_or(|pair| pair == bound.pair)) {
            Some(bound) => {
                pair = Some(bound.pair);
                lower = bound.lower.map(|new| lower.map_or(new, |old| old.max(new))).or(lower);
                upper = bound.upper.map(|new| upper.map_or(new, |old| old.min(new))).or(upper);
            }
            None => rest.push(expr.clone()),
        }
    }
    let (left, right, rowtime) = pair?;
    Some(TimeBounds { left, right, rowtime, lower_ms: lower?, upper_ms: upper?, rest })
}

/// What one condition says about `left time - right time`.
struct Bound {
    pair: (usize, usize, bool),
    lower: Option<i64>,
    upper: Option<i64>,
}

fn bound(expr: &Expr, left: &Rel, right: &Rel) -> Option<Bound> {
    let width = left.schema.len();
    let (op, a, b) = shape::comparison(expr)?;
    let ((a, a_shift), (b, b_shift)) = (shape::shifted_column(a)?, shape::shifted_column(b)?);
    // a + a_shift op b + b_shift, turned so that a is the left side's: a - b op b_shift - a_shift.
    let (op, a, b, shift) = match (a < width, b < width) {
        (true, false) => (op, a, b - width, b_shift.checked_sub(a_shift)?),
        (false, true) => (op.mirrored(), b, a - width, a_shift.checked_sub(b_shift)?),
        _ => return None,
    };
    let (left_time, right_time) = (left.schema.fields[a].time?, right.schema.fields[b].time?);
    if left_time != right_time {
        return None;
    }
    let (lower, upper) = match op {
        Comparison::Eq => (Some(shift), Some(shift)),
        Comparison::Ge => (Some(shift), None),
        Comparison::Gt => (Some(shift.checked_add(1)?), None),
        Comparison::Le => (None, Some(shift)),
        Comparison::Lt => (None, Some(shift.checked_sub(1)?)),
        Comparison::Ne | Comparison::Same => return None,
    };
    Some(Bound { pair: (a, b, left_time == TimeAttribute::Rowtime), lower, upper })
}

/// How the windows of both sides are joined, where both are of windows of the same kind and the condition makes start and
/// end equal.
pub fn window_join(join: &Join) -> Option<WindowJoin> {
    let (left, right) = (windows::of(&join.left)?, windows::of(&join.right)?);
    if left.window != right.window || left.time != right.time || left.ltz != right.ltz {
        return None;
    }
    let width = join.left.schema.len();
    let condition = split(&join.condition, width);
    let (mut starts, mut ends, mut keys) = (false, None, Vec::new());
    for key in condition.keys {
        match (key.left.as_column(), key.right.as_column()) {
            (Some(l), Some(r)) if left.starts.contains(&l) && right.starts.contains(&r) => starts = true,
            (Some(l), Some(r)) if left.ends.contains(&l) && right.ends.contains(&r) => ends = Some([l, r]),
            _ => keys.push(key),
        }
    }
    if !starts {
        return None;
    }
    let both = |a: &[usize], b: &[usize]| a.iter().copied().chain(b.iter().map(|column| column + width)).collect();
    let semi = matches!(join.kind, JoinKind::Semi | JoinKind::Anti);
    let windows = if semi {
        left.clone()
    } else {
        Windows {
            starts: both(&left.starts, &right.starts),
            ends: both(&left.ends, &right.ends),
            times: both(&left.times, &right.times),
            ..left.clone()
        }
    };
    Some(WindowJoin { windows, ends: ends?, keys })
}
