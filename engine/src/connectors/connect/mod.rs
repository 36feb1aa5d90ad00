//! The connectors as the planner asks for them.

mod hybrid;
mod kafka;

use std::sync::Arc;

use super::{
    blackhole::Blackhole,
    constraints::{Constraints, LengthEnforcer},
    datagen::DatagenConfig,
    filesystem::{
        list::local_path,
        sink::{DEFAULT_FILE_BYTES, DEFAULT_ROLLOVER, FilesystemSink, FilesystemSinkConfig},
        source::{FileFormat, FilesystemSourceConfig, METADATA, PARTITION},
    },
    format::Format,
    kafka::records::metadata as kafka_metadata,
    layout::{Layout, ReadColumn},
    nexmark::NexmarkConfig,
    print::Print,
    rest::RestConfig,
    sink::{MakeWriter, SinkFactory},
    spec::{check_options, check_role},
};
use crate::{
    operators::spec::LookupFactory,
    options::Options,
    planner::{
        Connectors, Table,
        connect::{
            LookupRequest, MetadataKey, SinkChanges, SinkPlan, SinkRequest, SourceChanges, SourcePlan, SourceRequest,
        },
        settings::{NotNullEnforcer, TypeLength},
        table::{Column, ColumnKind},
    },
    runtime::operator::SourceFactory,
    syntax::{Position, SqlError},
    types::Field,
};

/// The connectors that the engine has.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltIn;

impl Connectors for BuiltIn {
    fn check(&self, table: &Table, at: Position) -> Result<(), SqlError> {
        check_options(table, at)
    }

    fn source(&self, request: &SourceRequest<'_>) -> Result<SourcePlan, SqlError> {
        let table = request.table;
        let spec = check_role(table, request.at, "source", |spec| spec.source)?;
        let options = Options(&table.options);
        let columns = read_columns(table, request.columns);
        let factory: Arc<dyn SourceFactory> = match spec.name {
            "filesystem" => Arc::new(filesystem_source(table, &columns, file_format(table, "", request.at)?)),
            "datagen" => Arc::new(DatagenConfig::new(&physical(table), &columns, &table.options)),
            "nexmark" => Arc::new(NexmarkConfig::new(&columns, &table.options)),
            "kafka" | "upsert-kafka" => Arc::new(kafka::source(request)?),
            "hybrid" => Arc::new(hybrid::source(request)?),
            other => return Err(unknown(other, request.at)),
        };
        let upserts = spec.name == "upsert-kafka";
        Ok(SourcePlan {
            factory,
            parallelism: options.number("scan.parallelism"),
            watermark_push_down: matches!(spec.name, "kafka" | "upsert-kafka"),
            changes: if upserts { SourceChanges::Upserts } else { SourceChanges::Inserts },
        })
    }

    fn sink(&self, request: &SinkRequest<'_>) -> Result<SinkPlan, SqlError> {
        let table = request.table;
        let spec = check_role(table, request.at, "sink", |spec| spec.sink)?;
        let options = Options(&table.options);
        let latency = options.duration("sink.call-latency").unwrap_or_default();
        let (writer, accepts): (MakeWriter, SinkChanges) = match spec.name {
            "filesystem" => {
                let config = filesystem_sink(request)?;
                (Arc::new(move || Box::new(FilesystemSink::new(config.clone()))), SinkChanges::Inserts)
            }
            "print" => {
                let identifier = options.get("print-identifier").unwrap_or_default().to_owned();
                let types = request.schema.types();
                (Arc::new(move || Box::new(Print::new(&identifier, types.clone(), latency))), SinkChanges::All)
            }
            "kafka" => (kafka::sink(request)?, SinkChanges::Inserts),
            "upsert-kafka" => (kafka::sink(request)?, SinkChanges::Upserts),
            "blackhole" => (Arc::new(move || Box::new(Blackhole { latency })), SinkChanges::All),
            other => return Err(unknown(other, request.at)),
        };
        let drop = request.config.not_null == NotNullEnforcer::Drop;
        let length = match request.config.type_length {
            TypeLength::Ignore => LengthEnforcer::Ignore,
            TypeLength::TrimPad => LengthEnforcer::TrimPad,
            TypeLength::Error => LengthEnforcer::Error,
        };
        let constraints = Constraints::new(request.schema, drop, length);
        Ok(SinkPlan {
            factory: Arc::new(SinkFactory { constraints, writer }),
            accepts,
            parallelism: options.number("sink.parallelism"),
        })
    }

    fn lookup(&self, request: &LookupRequest<'_>) -> Result<Option<Arc<dyn LookupFactory>>, SqlError> {
        let table = request.table;
        check_role(table, request.at, "lookup table", |spec| spec.lookup)?;
        let field = |index: &usize| {
            let column = &table.columns[*index];
            Field::new(&column.name, column.data_type.clone())
        };
        let columns = request.columns.iter().map(field).collect();
        let keys = request.keys.iter().map(field).collect();
        Ok(Some(Arc::new(RestConfig::new(&table.path.name, &table.options, columns, keys))))
    }

    fn metadata(&self, table: &Table) -> Vec<MetadataKey> {
        let read_only = |(key, kind): &(&str, crate::types::TypeKind)| MetadataKey {
            key: (*key).to_owned(),
            data_type: kind.clone().not_null(),
            writable: false,
        };
        match table.connector() {
            "filesystem" => METADATA.iter().map(read_only).collect(),
            "kafka" | "upsert-kafka" | "hybrid" => {
                let key = |(key, kind, writable): (&str, crate::types::TypeKind, bool)| MetadataKey {
                    key: key.to_owned(),
                    data_type: kind.not_null(),
                    writable,
                };
                kafka_metadata().into_iter().map(key).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The checks went through, so this is not met; it is an error all the same, not a crash.
fn unknown(connector: &str, at: Position) -> SqlError {
    SqlError::invalid(at, format!("Could not find any connector '{connector}'."))
}

/// The columns that are in a table's records.
fn physical(table: &Table) -> Vec<Field> {
    let is_recorded = |(place, column): &(usize, &Column)| {
        matches!(column.kind, ColumnKind::Physical) && !is_partition(table, *place)
    };
    let columns = table.columns.iter().enumerate().filter(is_recorded);
    columns.map(|(_, column)| Field::new(&column.name, column.data_type.clone())).collect()
}

/// Whether a column is in the path of a table's files, not in them.
fn is_partition(table: &Table, column: usize) -> bool {
    table.connector() == "filesystem" && table.partitioned_by.contains(&column)
}

fn read_columns(table: &Table, columns: &[usize]) -> Vec<ReadColumn> {
    let read = |index: &usize| {
        let column = &table.columns[*index];
        let field = Field::new(&column.name, column.data_type.clone());
        match &column.kind {
            ColumnKind::Metadata { key, .. } => ReadColumn::Metadata(key.clone(), field),
            _ if is_partition(table, *index) => ReadColumn::Metadata(format!("{PARTITION}{}", column.name), field),
            ColumnKind::Physical | ColumnKind::Computed { .. } => ReadColumn::Physical(field),
        }
    };
    columns.iter().map(read).collect()
}

/// What a table's files hold: the format whose options begin with `prefix`.
fn file_format(table: &Table, prefix: &str, at: Position) -> Result<FileFormat, SqlError> {
    let options = Options(&table.options);
    let name = options.get(&format!("{prefix}format")).unwrap_or_default();
    if name == "parquet" {
        return Ok(FileFormat::Parquet);
    }
    let unknown = || SqlError::invalid(at, format!("Could not find any format '{name}'."));
    let format = Format::new(name, options, prefix).ok_or_else(unknown)?;
    match format.refusal(&physical(table)) {
        Some(refusal) => Err(SqlError::invalid(at, refusal)),
        None => Ok(FileFormat::Lines(format)),
    }
}

fn filesystem_source(table: &Table, columns: &[ReadColumn], format: FileFormat) -> FilesystemSourceConfig {
    let options = Options(&table.options);
    FilesystemSourceConfig {
        table: table.path.name.clone(),
        path: local_path(options.get("path").unwrap_or_default()),
        format,
        record: physical(table),
        layout: Layout::new(columns),
        monitor_interval: options.duration("source.monitor-interval"),
        rows_per_second: options.number("source.replay.rows-per-second"),
        looped: options.flag("source.replay.loop"),
    }
}

fn filesystem_sink(request: &SinkRequest<'_>) -> Result<FilesystemSinkConfig, SqlError> {
    let (table, schema) = (request.table, request.schema);
    let options = Options(&table.options);
    let is_partition = |place: &usize| table.partitioned_by.contains(&request.columns[*place]);
    let written: Vec<usize> = (0..schema.len()).filter(|place| !is_partition(place)).collect();
    let fields: Vec<Field> = written.iter().map(|place| schema.fields[*place].clone()).collect();
    let place_of = |column: &usize| request.columns.iter().position(|place| place == column);
    let partitions = table.partitioned_by.iter().filter_map(place_of);
    Ok(FilesystemSinkConfig {
        directory: local_path(options.get("path").unwrap_or_default()),
        encoder: match file_format(table, "", request.at)? {
            FileFormat::Lines(format) => Some(format.encoder(&fields)),
            FileFormat::Parquet => None,
        },
        fields,
        written,
        partitioned_by: partitions.map(|place| (place, schema.fields[place].clone())).collect(),
        max_bytes: options.bytes("sink.rolling-policy.file-size").unwrap_or(DEFAULT_FILE_BYTES),
        rollover: options.duration("sink.rolling-policy.rollover-interval").unwrap_or(DEFAULT_ROLLOVER),
        inactivity: options.duration("sink.rolling-policy.inactivity-interval").unwrap_or(DEFAULT_ROLLOVER),
        checkpoints: request.config.checkpointing.interval_ms.is_some(),
    })
}
