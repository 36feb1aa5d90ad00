//! Sources, and the watermarks of their tables.

use super::{
    Converter,
    node::{Changes, Distribution, Node, Op, SourceOp},
    rows, text,
};
use crate::{
    expr::Expr,
    operators::spec::{ChangelogNormalizeSpec, WatermarkSpec},
    planner::{
        Table,
        connect::{SourceChanges, SourceRequest, SourceWatermark},
        rel::{Rel, RelKind},
        table::ColumnKind,
    },
    syntax::{Position, SqlError},
    types::{Field, TimeAttribute},
};

impl Converter<'_> {
    /// A table that is read.
    pub(super) fn scan(&self, rel: &Rel) -> Result<Node, SqlError> {
        let source = self.source(rel, None)?;
        Ok(self.normalised(source.node, rel.schema.len()))
    }

    /// Checks a table where it is used: its options, and its metadata columns.
    pub(super) fn check(&self, table: &Table, at: Position) -> Result<(), SqlError> {
        self.connectors.check(table, at)?;
        let known = self.connectors.metadata(table);
        for column in &table.columns {
            let ColumnKind::Metadata { key, .. } = &column.kind else { continue };
            if known.iter().any(|metadata| metadata.key == *key) {
                continue;
            }
            let names: Vec<&str> = known.iter().map(|metadata| metadata.key.as_str()).collect();
            let message = format!(
                "Invalid metadata key '{key}' in column '{}' of table '{}'. The connector '{}' has: {}",
                column.name,
                table.path,
                table.connector(),
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            );
            return Err(SqlError::invalid(at, message));
        }
        Ok(())
    }

    /// The source of a scan. Of upserts the primary key is read too, behind the columns that are asked for.
    fn source(&self, rel: &Rel, watermark: Option<SourceWatermark>) -> Result<Source, SqlError> {
        let RelKind::Scan(scan) = &rel.kind else {
            return Err(SqlError::Config("A source was expected where a query is.".to_owned()));
        };
        self.check(&scan.table, scan.at)?;
        let names = text::names(&rel.schema);
        let described = watermark.as_ref().map(|watermark| text::expr_text(&watermark.watermark, &names));
        let plan = |columns: &[usize]| {
            self.connectors.source(&SourceRequest {
                table: &scan.table,
                columns,
                watermark: watermark.clone(),
                config: self.config,
                at: scan.at,
            })
        };
        let (mut columns, mut schema, mut source) = (scan.columns.clone(), rel.schema.clone(), plan(&scan.columns)?);
        if source.changes == SourceChanges::Upserts
            || source.changes == SourceChanges::All && self.config.source_duplicates
        {
            let missing = scan.table.primary_key.iter().filter(|column| !scan.columns.contains(column));
            columns.extend(missing.copied());
            for column in &columns[scan.columns.len()..] {
                let column = &scan.table.columns[*column];
                schema.fields.push(Field::new(&column.name, column.data_type.clone()));
            }
            source = if columns.len() > scan.columns.len() { plan(&columns)? } else { source };
        }
        let op = SourceOp {
            table: std::sync::Arc::clone(&scan.table),
            factory: source.factory,
            parallelism: source.parallelism,
            watermark: described.filter(|_| source.watermark_push_down),
        };
        let changes = match source.changes {
            SourceChanges::Inserts => Changes::NONE,
            SourceChanges::Upserts | SourceChanges::All => Changes::ALL,
        };
        let node = Node {
            op: Op::Source(op),
            inputs: Vec::new(),
            schema,
            changes,
            before: source.changes == SourceChanges::All,
            keys: primary_key(&scan.table, &columns),
        };
        Ok(Source { node, makes_watermarks: source.watermark_push_down, extra: columns.len() - scan.columns.len() })
    }

    /// A stream whose watermarks come from a column: made by the source where it can, else by an operator behind it.
    pub(super) fn watermark(&self, rel: &Rel) -> Result<Node, SqlError> {
        let RelKind::Watermark { input, rowtime, watermark, table, .. } = &rel.kind else {
            return self.convert(rel);
        };
        let spec = self.watermark_spec(*rowtime, watermark, table);
        let (scan, projection) = match &input.kind {
            RelKind::Scan(_) => (&**input, None),
            RelKind::Calc { input: below, filter: None, projection } if matches!(below.kind, RelKind::Scan(_)) => {
                (&**below, Some(projection))
            }
            _ => {
                let input = self.convert(input)?;
                return Ok(assigner(input, spec));
            }
        };
        let over_scan = |expr: Expr| match projection {
            Some(projection) => expr.substitute(&|column| projection[column].clone()),
            None => expr,
        };
        let asked = SourceWatermark {
            watermark: over_scan(watermark.clone()),
            interval_ms: spec.interval_ms,
            on_event: spec.on_event,
            idle_timeout_ms: spec.idle_timeout_ms,
        };
        let Source { mut node, makes_watermarks, extra } = self.source(scan, Some(asked))?;
        if let Some(projection) = projection {
            let all = rows::columns_of(&node.schema);
            let more = all.len() - extra;
            let mut schema = input.schema.clone();
            schema.fields.extend(node.schema.fields[more..].iter().cloned());
            let projection = projection.iter().cloned().chain(all[more..].iter().cloned()).collect();
            node = super::convert::calc(node, None, projection, schema);
        }
        node = if makes_watermarks { node } else { assigner(node, spec) };
        node.schema.fields[*rowtime].time = Some(TimeAttribute::Rowtime);
        Ok(self.normalised(node, rel.schema.len()))
    }

    fn watermark_spec(&self, rowtime: usize, watermark: &Expr, table: &Table) -> WatermarkSpec {
        let option = |key: &str| table.options.get(key).map(|value| value.trim());
        let on_event = option("scan.watermark.emit.strategy") == Some("on-event");
        let idle = option("scan.watermark.idle-timeout").and_then(crate::options::parse_duration);
        let idle = idle.map(|idle| i64::try_from(idle.as_millis()).unwrap_or(i64::MAX)).filter(|idle| *idle > 0);
        WatermarkSpec {
            watermark: watermark.clone(),
            rowtime,
            interval_ms: if on_event { 0 } else { self.config.auto_watermark_interval_ms },
            on_event,
            idle_timeout_ms: idle.or(self.config.source_idle_timeout_ms),
            each_row: false,
        }
    }

    /// Full changes, where a source brings upserts; of the first `width` columns.
    fn normalised(&self, node: Node, width: usize) -> Node {
        if node.changes.is_none() || node_before(&node) && !self.config.source_duplicates {
            return node;
        }
        let Some(key) = node.keys.first().cloned() else { return node };
        let spec = ChangelogNormalizeSpec {
            key: key.clone(),
            input: node.schema.clone(),
            update_before: true,
            ttl_ms: self.config.state_ttl_ms,
        };
        let (schema, keys) = (node.schema.clone(), node.keys.clone());
        let distribution = Distribution::Hash(key);
        let node = Node::unary(Op::ChangelogNormalize(spec), node, distribution, schema).with_keys(keys);
        if node.schema.len() == width { node } else { rows::select(node, &(0..width).collect::<Vec<_>>()) }
    }
}

/// A source that was asked for.
struct Source {
    node: Node,
    /// Whether it makes the watermarks itself.
    makes_watermarks: bool,
    /// How many columns it has behind those that were asked for.
    extra: usize,
}

/// Whether the source below sends `-U`.
fn node_before(node: &Node) -> bool {
    match node.input() {
        Some(input) => node_before(input),
        None => node.before,
    }
}

fn assigner(input: Node, spec: WatermarkSpec) -> Node {
    let keys = input.keys.clone();
    let mut schema = input.schema.clone();
    schema.fields[spec.rowtime].time = Some(TimeAttribute::Rowtime);
    Node::unary(Op::Watermark(spec), input, Distribution::Any, schema).with_keys(keys)
}

/// The primary key among the columns that are read.
fn primary_key(table: &Table, columns: &[usize]) -> Vec<Vec<usize>> {
    if table.primary_key.is_empty() {
        return Vec::new();
    }
    let place = |column: &usize| columns.iter().position(|read| read == column);
    table.primary_key.iter().map(place).collect::<Option<Vec<usize>>>().into_iter().collect()
}
