//! `/*+ STATE_TTL('o' = '1d') */`: how long a join keeps each of its sides.

use super::from::Bound;
use crate::planner::rel::{Rel, RelKind};

/// Gives the sides of joins that are one table each the time to live of that table.
pub fn apply(bound: &mut Bound, ttl: &[(String, i64)]) {
    if ttl.is_empty() {
        return;
    }
    let of = |first: usize, end: usize| {
        let mut own = bound.names.entries.iter().filter(|entry| (first..end).contains(&entry.column));
        let table = own.clone().find_map(|entry| entry.tables.first()).cloned()?;
        let one = own.all(|entry| entry.tables.first() == Some(&table));
        let name = table.last().filter(|_| one)?;
        ttl.iter().find(|(hint, _)| hint == name).map(|(_, millis)| *millis)
    };
    give(&mut bound.rel, &of, 0);
}

fn give(rel: &mut Rel, of: &dyn Fn(usize, usize) -> Option<i64>, first: usize) {
    if let RelKind::Join(join) = &mut rel.kind {
        let middle = first + join.left.schema.len();
        let end = middle + join.right.schema.len();
        join.ttl_ms = [of(first, middle), of(middle, end)];
        give(&mut join.left, of, first);
        give(&mut join.right, of, middle);
    }
}
