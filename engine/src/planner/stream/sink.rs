//! Sinks: what is written is of the table's columns, and of the changes that it takes.

use std::sync::Arc;

use super::{
    Converter,
    changes::{self, Need},
    node::{Changes, Distribution, Node, Op, SinkOp},
};
use crate::{
    planner::{
        Table,
        connect::{SinkChanges, SinkRequest},
    },
    runtime::operator::OperatorFactory,
    syntax::{Position, SqlError},
    types::{Field, Schema},
};

/// Where the rows of a query go.
pub enum Target<'a> {
    /// Into a table.
    Table {
        /// The table.
        table: &'a Table,
        /// Where the `INSERT` names it.
        at: Position,
    },
    /// To who asked.
    Collect(Arc<dyn OperatorFactory>),
}

impl Converter<'_> {
    /// A sink that reads `node`, whose columns are the table's.
    pub fn sink(&self, node: Node, target: &Target<'_>) -> Result<Node, SqlError> {
        match target {
            Target::Table { table, at } => self.table_sink(node, table, *at),
            Target::Collect(factory) => {
                let op = SinkOp {
                    name: "collect".to_owned(),
                    path: "collect".to_owned(),
                    factory: Arc::clone(factory),
                    parallelism: Some(1),
                    upserts: false,
                };
                let schema = node.schema.clone();
                let node = satisfied(node, &[Need::Both], Position { line: 1, column: 1 })?;
                let node = changes::settle(node, true);
                Ok(Node::unary(Op::Sink(op), node, Distribution::Any, schema))
            }
        }
    }

    fn table_sink(&self, node: Node, table: &Table, at: Position) -> Result<Node, SqlError> {
        self.check(table, at)?;
        let columns = table.sink_columns();
        let field = |column: &usize| Field::new(&table.columns[*column].name, table.columns[*column].data_type.clone());
        let schema = Schema::new(columns.iter().map(field).collect());
        let place = |key: &usize| columns.iter().position(|column| column == key);
        let primary_key: Vec<usize> = table.primary_key.iter().filter_map(place).collect();
        let plan = self.connectors.sink(&SinkRequest {
            table,
            columns: &columns,
            schema: &schema,
            config: self.config,
            at,
        })?;
        let who = format!("Table sink '{}'", table.path);
        let upsert_key =
            node.keys.contains(&primary_key) || !primary_key.is_empty() && same_set(&node.keys, &primary_key);
        let needs: &[Need] = match plan.accepts {
            SinkChanges::Inserts => {
                changes::refuse(&node, &who, at)?;
                &[Need::Both]
            }
            SinkChanges::All => &[Need::Both],
            SinkChanges::Upserts => {
                if primary_key.is_empty() && !node.changes.is_none() {
                    let message = format!(
                        "{who} takes changes by primary key only, and has none. Declare PRIMARY KEY (…) NOT ENFORCED"
                    );
                    return Err(SqlError::invalid(at, message));
                }
                if upsert_key { &[Need::After, Need::Both] } else { &[Need::Both] }
            }
        };
        // Of what is thrown away nobody sees a change.
        let every_change = plan.accepts == SinkChanges::All && table.connector() != "blackhole";
        let node = changes::settle(satisfied(node, needs, at)?, every_change);
        let op = SinkOp {
            name: table.path.name.clone(),
            path: table.path.to_string(),
            factory: plan.factory,
            parallelism: plan.parallelism,
            upserts: plan.accepts == SinkChanges::Upserts,
        };
        // In one subtask rows of a key come one after the other anyway.
        let several = self.config.parallelism > 1 || op.parallelism.is_some_and(|own| own > 1);
        let distribution = if op.upserts && several && node.changes != Changes::NONE {
            Distribution::Hash(primary_key)
        } else {
            Distribution::Any
        };
        let keyed = self.keyed(distribution, table, &node);
        Ok(Node::unary(Op::Sink(op), node, keyed, schema))
    }

    /// `table.exec.sink.keyed-shuffle`: `FORCE` brings the rows of a key together also where they are inserts.
    fn keyed(&self, distribution: Distribution, table: &Table, node: &Node) -> Distribution {
        use crate::planner::settings::KeyedShuffle;
        let columns = table.sink_columns();
        let place = |key: &usize| columns.iter().position(|column| column == key);
        let key: Vec<usize> = table.primary_key.iter().filter_map(place).collect();
        match self.config.keyed_shuffle {
            KeyedShuffle::None => Distribution::Any,
            KeyedShuffle::Force if !key.is_empty() && node.schema.len() >= key.len() => Distribution::Hash(key),
            _ => distribution,
        }
    }
}

fn same_set(keys: &[Vec<usize>], primary_key: &[usize]) -> bool {
    keys.iter().any(|key| key.len() == primary_key.len() && key.iter().all(|column| primary_key.contains(column)))
}

fn satisfied(node: Node, needs: &[Need], at: Position) -> Result<Node, SqlError> {
    needs.iter().find_map(|need| changes::satisfy(node.clone(), *need)).ok_or_else(|| {
        let message = "Can't generate a valid execution plan for the given query: the changes that are read do not say what \
                       they replace";
        SqlError::invalid(at, message)
    })
}
