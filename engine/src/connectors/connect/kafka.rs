//! Kafka tables as the planner asks for them.

use std::{sync::Arc, time::Duration};

use super::{physical, read_columns};
use crate::{
    connectors::{
        kafka::{
            client::topics,
            exactly_once::{ExactlyOnceSink, KafkaSlots},
            records::{MessageFormat, Part},
            sink::{KafkaSink, KafkaSinkConfig},
            source::KafkaSourceConfig,
            start::Place,
        },
        layout::{Layout, ReadColumn},
        sink::MakeWriter,
    },
    options::Options,
    planner::{
        Table,
        connect::{SinkRequest, SourceRequest},
        table::ColumnKind,
    },
    syntax::{Position, SqlError},
    types::Field,
};

/// Flink's default.
const DISCOVERY: Duration = Duration::from_secs(5 * 60);

fn format(table: &Table, at: Position) -> Result<MessageFormat, SqlError> {
    let upsert = table.connector() == "upsert-kafka";
    let physical_place = |column: &usize| {
        table.columns[..*column].iter().filter(|column| matches!(column.kind, ColumnKind::Physical)).count()
    };
    let key: Vec<usize> = table.primary_key.iter().map(physical_place).collect();
    let format = MessageFormat::new(&table.options, &physical(table), &key, upsert)
        .ok_or_else(|| SqlError::invalid(at, "Could not find the format of keys or values."))?;
    let refusal = |part: &Part| part.format.refusal(&part.fields);
    let refused = format.key.iter().chain([&format.value]).find_map(refusal);
    refused.map_or(Ok(format), |refusal| Err(SqlError::invalid(at, refusal)))
}

/// The source of a table.
pub fn source(request: &SourceRequest<'_>) -> Result<KafkaSourceConfig, SqlError> {
    let columns = read_columns(request.table, request.columns);
    let config = source_of(request, &columns)?;
    Ok(KafkaSourceConfig { watermark: request.watermark.clone(), ..config })
}

/// The source of these columns of a table, without watermarks of its own.
pub fn source_of(request: &SourceRequest<'_>, columns: &[ReadColumn]) -> Result<KafkaSourceConfig, SqlError> {
    let table = request.table;
    let options = Options(&table.options);
    let format = format(table, request.at)?;
    // A column that is in both is read from the value; of an upsert table from the key, for a value may be missing.
    let of_key = |field: &Field| {
        let in_key = format.key.as_ref().is_some_and(|key| key.has(&field.name));
        in_key && (format.upsert || !format.value.has(&field.name))
    };
    let layout = Layout::grouped(columns, of_key);
    let startup = if format.upsert { Place::Earliest } else { Place::startup(options) };
    Ok(KafkaSourceConfig {
        table: table.path.name.clone(),
        topics: topics(options),
        of_key: layout.physical.iter().filter(|field| of_key(field)).count(),
        layout,
        startup,
        bounded: Place::bounded(options),
        discovery: Some(options.duration("scan.topic-partition-discovery.interval").unwrap_or(DISCOVERY))
            .filter(|interval| !interval.is_zero()),
        watermark: None,
        checkpoints: request.config.checkpointing.interval_ms.is_some(),
        options: table.options.clone(),
        format,
    })
}

/// The writer of a table.
pub fn sink(request: &SinkRequest<'_>) -> Result<MakeWriter, SqlError> {
    let table = request.table;
    let options = Options(&table.options);
    let columns = request.columns.iter().zip(&request.schema.fields).map(|(index, field)| {
        let metadata = match &table.columns[*index].kind {
            ColumnKind::Metadata { key, .. } => Some(key.clone()),
            ColumnKind::Physical | ColumnKind::Computed { .. } => None,
        };
        (Field::new(&table.columns[*index].name, field.data_type.clone()), metadata)
    });
    let names = topics(options);
    let guarantee = options.get("sink.delivery-guarantee").unwrap_or("at-least-once");
    let config = KafkaSinkConfig {
        options: table.options.clone(),
        topic: (names.len() == 1).then(|| names[0].clone()),
        format: format(table, request.at)?,
        columns: columns.collect(),
        fixed_partition: options.get("sink.partitioner") == Some("fixed"),
        fire_and_forget: guarantee == "none",
    };
    if guarantee != "exactly-once" {
        return Ok(Arc::new(move || Box::new(KafkaSink::new(config.clone()))));
    }
    let slots = KafkaSlots {
        options: table.options.clone(),
        prefix: options.get("sink.transactional-id-prefix").unwrap_or_default().to_owned(),
        topic: names.into_iter().next().unwrap_or_default(),
    };
    Ok(Arc::new(move || Box::new(ExactlyOnceSink::new(&config, Box::new(slots.clone())))))
}
