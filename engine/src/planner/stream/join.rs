//! Joins of streams.

use super::{
    Converter,
    changes::inserts_only,
    node::{Changes, Distribution, Input, Node, Op},
    rows,
};
use crate::{
    expr::Expr,
    operators::spec::{IntervalJoinSpec, JoinKind, JoinSides, RegularJoinSpec, WindowJoinSpec},
    planner::{
        joins::{self, Condition, EquiKey},
        rel::{Join, Rel},
    },
    syntax::SqlError,
    types::Schema,
};

/// Two inputs with their keys as columns.
pub(super) struct Pair {
    pub left: Node,
    pub right: Node,
    pub sides: JoinSides,
    /// How many columns each side had before keys were appended.
    pub widths: [usize; 2],
}

impl Pair {
    /// Computes the keys, and moves the condition to where the columns are then.
    pub fn new(kind: JoinKind, left: Node, right: Node, condition: Condition) -> Self {
        let widths = [left.schema.len(), right.schema.len()];
        let (mut on_left, mut on_right) = (rows::Appended::to(widths[0]), rows::Appended::to(widths[1]));
        let left_keys: Vec<usize> = condition.keys.iter().map(|key| on_left.place(&key.left)).collect();
        let right_keys: Vec<usize> = condition.keys.iter().map(|key| on_right.place(&key.right)).collect();
        let null_safe = condition.keys.iter().map(|key: &EquiKey| key.null_safe).collect();
        let shift = on_left.len();
        let moved = |column: usize| if column < widths[0] { column } else { column + shift };
        let rest: Vec<Expr> = condition.rest.into_iter().map(|expr| expr.map_columns(&moved)).collect();
        let (left, right) = (on_left.append(left), on_right.append(right));
        let sides = JoinSides {
            kind,
            left_keys,
            right_keys,
            null_safe,
            condition: (!rest.is_empty()).then(|| Expr::and(rest)),
            left: left.schema.clone(),
            right: right.schema.clone(),
        };
        Self { left, right, sides, widths }
    }

    /// The join that `op` makes of them, with the columns that the sides had.
    pub fn join(
        self,
        op: impl FnOnce(JoinSides) -> Op,
        changes: Changes,
        keys: Vec<Vec<usize>>,
        schema: &Schema,
    ) -> Node {
        let semi = matches!(self.sides.kind, JoinKind::Semi | JoinKind::Anti);
        let both = [self.left.schema.len(), self.right.schema.len()];
        let mut fields: Vec<_> = self.left.schema.fields.clone();
        if !semi {
            fields.extend(self.right.schema.fields.clone());
        }
        let kept: Vec<usize> =
            (0..self.widths[0]).chain((0..self.widths[1]).filter(|_| !semi).map(|column| column + both[0])).collect();
        for (place, field) in kept.iter().zip(&schema.fields) {
            fields[*place] = field.clone();
        }
        let (left, right) = match self.sides.left_keys.is_empty() {
            true => (Distribution::Single, Distribution::Single),
            false => {
                (Distribution::Hash(self.sides.left_keys.clone()), Distribution::Hash(self.sides.right_keys.clone()))
            }
        };
        let inputs =
            vec![Input { node: self.left, distribution: left }, Input { node: self.right, distribution: right }];
        // Keys are over the columns that are kept.
        let placed = |key: Vec<usize>| key.into_iter().map(|column| kept[column]).collect();
        let keys = keys.into_iter().map(placed).collect();
        let width = fields.len();
        let node = Node { op: op(self.sides), inputs, schema: Schema::new(fields), changes, before: false, keys };
        if kept.len() == width { node } else { rows::select(node, &kept) }
    }
}

impl Converter<'_> {
    pub(super) fn join(&self, join: &Join, rel: &Rel) -> Result<Node, SqlError> {
        let (left, right) = (self.convert(&join.left)?, self.convert(&join.right)?);
        if let Some(window) = joins::window_join(join) {
            let condition =
                Condition { keys: window.keys, rest: joins::split(&join.condition, left.schema.len()).rest };
            return self.window_join(join, rel, left, right, condition, window.ends, window.windows.ltz);
        }
        if let Some(bounds) = joins::time_bounds(join) {
            return interval_join(join, rel, left, right, &bounds);
        }
        Ok(self.regular_join(join, rel, left, right))
    }

    fn regular_join(&self, join: &Join, rel: &Rel, left: Node, right: Node) -> Node {
        let condition = joins::split(&join.condition, left.schema.len());
        let keys = joined_keys(join.kind, &left, &right, &condition);
        let forwards = matches!(join.kind, JoinKind::Inner | JoinKind::Semi);
        let changes = if forwards { left.changes.union(right.changes) } else { Changes::ALL };
        let pair = Pair::new(join.kind, left, right, condition);
        let unique_keys = [best_key(&pair.left, &pair.sides.left_keys), best_key(&pair.right, &pair.sides.right_keys)];
        let own = self.config.state_ttl_ms;
        let ttl_ms = join.ttl_ms.map(|hint| hint.or(own).filter(|ttl| *ttl > 0));
        let op = |sides| Op::RegularJoin(RegularJoinSpec { sides, unique_keys, ttl_ms });
        pair.join(op, changes, keys, &rel.schema)
    }

    #[allow(clippy::too_many_arguments)]
    fn window_join(
        &self,
        join: &Join,
        rel: &Rel,
        left: Node,
        right: Node,
        condition: Condition,
        window_ends: [usize; 2],
        ltz: bool,
    ) -> Result<Node, SqlError> {
        inserts_only(&left, "WindowJoin", join.at)?;
        inserts_only(&right, "WindowJoin", join.at)?;
        let pair = Pair::new(join.kind, left, right, condition);
        let zone = ltz.then(|| self.config.zone.clone());
        let op = |sides| Op::WindowJoin(WindowJoinSpec { sides, window_ends, zone });
        Ok(pair.join(op, Changes::NONE, Vec::new(), &rel.schema))
    }
}

fn interval_join(
    join: &Join,
    rel: &Rel,
    left: Node,
    right: Node,
    bounds: &joins::TimeBounds,
) -> Result<Node, SqlError> {
    inserts_only(&left, "IntervalJoin", join.at)?;
    inserts_only(&right, "IntervalJoin", join.at)?;
    let condition = joins::split(&bounds.rest, left.schema.len());
    refuse_without_keys(join, &condition)?;
    let rowtimes = bounds.rowtime.then_some([bounds.left, bounds.right]);
    let (lower_ms, upper_ms) = (bounds.lower_ms, bounds.upper_ms);
    let pair = Pair::new(join.kind, left, right, condition);
    let op = |sides| Op::IntervalJoin(IntervalJoinSpec { sides, rowtimes, lower_ms, upper_ms });
    Ok(pair.join(op, Changes::NONE, Vec::new(), &rel.schema))
}

fn refuse_without_keys(join: &Join, condition: &Condition) -> Result<(), SqlError> {
    if join.kind == JoinKind::Inner || !condition.keys.is_empty() {
        return Ok(());
    }
    let message =
        "Unsupported join type: an outer join of rows whose times are near needs an equality in its condition";
    Err(SqlError::invalid(join.at, message))
}

/// The key by which a side's rows are kept: one within the join's key, else the smallest.
fn best_key(side: &Node, join_key: &[usize]) -> Option<Vec<usize>> {
    let within = side.keys.iter().filter(|key| key.iter().all(|column| join_key.contains(column)));
    within.min_by_key(|key| key.len()).or_else(|| side.smallest_key()).filter(|key| !key.is_empty()).cloned()
}

/// What tells joined rows apart.
fn joined_keys(kind: JoinKind, left: &Node, right: &Node, condition: &Condition) -> Vec<Vec<usize>> {
    if matches!(kind, JoinKind::Semi | JoinKind::Anti) {
        return left.keys.clone();
    }
    let width = left.schema.len();
    let columns = |side: fn(&EquiKey) -> &Expr| -> Vec<usize> {
        condition.keys.iter().filter_map(|key| side(key).as_column()).collect()
    };
    let left_one = rows::contains_key(&columns(|key| &key.left), &left.keys);
    let right_one = rows::contains_key(&columns(|key| &key.right), &right.keys);
    let shifted = |key: &Vec<usize>| key.iter().map(|column| column + width).collect::<Vec<_>>();
    let mut keys = Vec::new();
    if right_one && matches!(kind, JoinKind::Inner | JoinKind::Left) {
        keys.extend(left.keys.clone());
    }
    if left_one && matches!(kind, JoinKind::Inner | JoinKind::Right) {
        keys.extend(right.keys.iter().map(shifted));
    }
    if keys.is_empty()
        && let (Some(l), Some(r)) = (left.smallest_key(), right.smallest_key())
    {
        keys.push(l.iter().copied().chain(shifted(r)).collect());
    }
    keys
}
