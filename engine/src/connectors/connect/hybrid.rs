//! Tables of files and Kafka as the planner asks for them.

use std::time::Duration;

use super::{file_format, filesystem_source, kafka, read_columns};
use crate::{
    connectors::{
        filesystem::list::local_path,
        hybrid::{HybridSourceConfig, Switch, parse_at},
        kafka::start::Place,
        layout::ReadColumn,
    },
    options::Options,
    planner::connect::SourceRequest,
    syntax::SqlError,
    types::{Field, TypeKind},
};

/// How far from its column's value Kafka's own time of a record may be, where `switch.lateness` does not say.
const LATENESS: Duration = Duration::from_secs(60 * 60);

/// The source of a table.
pub fn source(request: &SourceRequest<'_>) -> Result<HybridSourceConfig, SqlError> {
    let table = request.table;
    let options = Options(&table.options);
    let mut columns = read_columns(table, request.columns);
    let asked = columns.len();
    let switch = switch(request, &mut columns);
    let mut live = kafka::source_of(request, &columns)?;
    if let Some((switch, kind)) = &switch
        && options.get("scan.startup.mode").is_none()
        && *kind != TypeKind::BigInt
    {
        let lateness = options.duration("switch.lateness").unwrap_or(LATENESS);
        let millis = switch.at.div_euclid(1000).saturating_sub(lateness.as_millis() as i64);
        live.startup = Place::Timestamp(millis.max(0));
    }
    let mut history = filesystem_source(table, &columns, file_format(table, "history.", request.at)?);
    history.path = local_path(options.get("history.path").unwrap_or_default());
    (history.monitor_interval, history.looped, history.rows_per_second) = (None, false, None);
    Ok(HybridSourceConfig { history, live, switch: switch.map(|(switch, _)| switch), asked })
}

/// Where the files end, where a column says so; the column is read even if it was not asked for.
fn switch(request: &SourceRequest<'_>, columns: &mut Vec<ReadColumn>) -> Option<(Switch, TypeKind)> {
    let options = Options(&request.table.options);
    let name = options.get("switch.column")?;
    let column = request.table.columns.iter().find(|column| column.name == name)?;
    let kind = column.data_type.kind.clone();
    let at = parse_at(options.get("switch.at")?, &kind)?;
    let is_it = |read: &ReadColumn| matches!(read, ReadColumn::Physical(field) if field.name == name);
    let place = columns.iter().position(is_it).unwrap_or_else(|| {
        columns.push(ReadColumn::Physical(Field::new(name, column.data_type.clone())));
        columns.len() - 1
    });
    Some((Switch { column: place, at }, kind))
}
