//! Joins with a version of a table.

use super::{Converter, join::Pair, node::Op, rows};
use crate::{
    operators::spec::TemporalJoinSpec,
    planner::{
        joins,
        rel::{Rel, Temporal},
        stream::node::Node,
    },
    syntax::SqlError,
    types::TimeAttribute,
};

impl Converter<'_> {
    pub(super) fn temporal(&self, temporal: &Temporal, rel: &Rel) -> Result<Node, SqlError> {
        let time = &temporal.left.schema.fields[temporal.time];
        match time.time {
            Some(TimeAttribute::Proctime) => self.lookup_join(temporal, rel),
            Some(TimeAttribute::Rowtime) => self.versioned(temporal, rel),
            None => {
                let message = "Temporal table join currently only supports 'FOR SYSTEM_TIME AS OF' left table's time \
                               attribute field; joins and aggregates without windows take the attribute away";
                Err(SqlError::invalid(temporal.at, message))
            }
        }
    }

    fn versioned(&self, temporal: &Temporal, rel: &Rel) -> Result<Node, SqlError> {
        let (left, right) = (self.convert(&temporal.left)?, self.convert(&temporal.right)?);
        let rowtime = temporal.right.schema.fields.iter().position(|field| field.time == Some(TimeAttribute::Rowtime));
        let Some(rowtime) = rowtime else {
            let message = "Event-Time Temporal Table Join requires both primary key and row time attribute in versioned \
                           table, but no row time attribute can be found.";
            return Err(SqlError::invalid(temporal.at, message));
        };
        if right.keys.is_empty() {
            let message =
                "Temporal Table Join requires primary key in versioned table, but no primary key can be found.";
            return Err(SqlError::invalid(temporal.at, message));
        }
        let condition = joins::split(&temporal.condition, left.schema.len());
        let equal: Vec<usize> = condition.keys.iter().filter_map(|key| key.right.as_column()).collect();
        if !rows::contains_key(&equal, &right.keys) {
            let key = super::text::columns(right.smallest_key().map_or(&[][..], Vec::as_slice), &right.schema);
            let message = format!(
                "Temporal table's primary key [{key}] must be included in the equivalence condition of temporal join"
            );
            return Err(SqlError::invalid(temporal.at, message));
        }
        let (changes, keys) = (left.changes, left.keys.clone());
        let ttl_ms = self.config.state_ttl_ms;
        let pair = Pair::new(temporal.kind, left, right, condition);
        let rowtimes = Some([temporal.time, rowtime]);
        let op = |sides| Op::TemporalJoin(TemporalJoinSpec { sides, rowtimes, ttl_ms });
        Ok(pair.join(op, changes, keys, &rel.schema))
    }
}
