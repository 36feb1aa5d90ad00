//! Connectors that read and write nothing.

use std::sync::Arc;

use crate::{
    operators::spec::LookupFactory,
    planner::{
        Connectors, Table,
        connect::{
            LookupRequest, MetadataKey, SinkChanges, SinkPlan, SinkRequest, SourceChanges, SourcePlan, SourceRequest,
        },
        script,
    },
    runtime::operator::{Next, OperatorContext, Source, SourceFactory},
    runtime::{Stop, TaskContext},
    state::SnapshotWriter,
    syntax::{Position, SqlError},
    types::TypeKind,
};

/// `filesystem` takes inserts, `upsert` changes by key, `print` and `blackhole` all; `pushed` makes watermarks itself;
/// `changes` reads changes, `lookup` can be asked.
pub struct Fake;

impl Connectors for Fake {
    fn check(&self, table: &Table, at: Position) -> Result<(), SqlError> {
        if table.options.contains_key("connector") {
            return Ok(());
        }
        Err(SqlError::invalid(at, "The table has no connector"))
    }

    fn source(&self, request: &SourceRequest<'_>) -> Result<SourcePlan, SqlError> {
        let connector = request.table.connector();
        Ok(SourcePlan {
            factory: Arc::new(Nothing),
            parallelism: None,
            watermark_push_down: connector == "pushed" && request.watermark.is_some(),
            changes: match connector {
                "upsert" => SourceChanges::Upserts,
                "changes" => SourceChanges::All,
                _ => SourceChanges::Inserts,
            },
        })
    }

    fn sink(&self, request: &SinkRequest<'_>) -> Result<SinkPlan, SqlError> {
        let accepts = match request.table.connector() {
            "print" | "blackhole" => SinkChanges::All,
            "upsert" => SinkChanges::Upserts,
            _ => SinkChanges::Inserts,
        };
        Ok(SinkPlan { factory: script::nowhere(), accepts, parallelism: None })
    }

    fn lookup(&self, request: &LookupRequest<'_>) -> Result<Option<Arc<dyn LookupFactory>>, SqlError> {
        Ok((request.table.connector() == "lookup").then(|| Arc::new(Nothing) as _))
    }

    fn metadata(&self, _: &Table) -> Vec<MetadataKey> {
        vec![MetadataKey {
            key: "timestamp".to_owned(),
            data_type: TypeKind::TimestampLtz(3).not_null(),
            writable: true,
        }]
    }
}

struct Nothing;

impl SourceFactory for Nothing {
    fn open(&self, _: OperatorContext<'_>) -> Result<Box<dyn Source>, Stop> {
        Ok(Box::new(Self))
    }
}

impl Source for Nothing {
    fn next(&mut self, _: &TaskContext) -> Result<Next, Stop> {
        Ok(Next::End)
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

impl LookupFactory for Nothing {
    fn open(&self, _: &TaskContext) -> Result<Box<dyn crate::operators::spec::Lookup>, Stop> {
        Ok(Box::new(Self))
    }
}

impl crate::operators::spec::Lookup for Nothing {
    fn lookup(&mut self, _: &crate::types::Batch, _: &TaskContext) -> Result<(Vec<u32>, crate::types::Batch), Stop> {
        Ok((Vec::new(), crate::types::Batch::inserts(Vec::new(), 0)))
    }
}
