//! Tables of SQL as sources and sinks of typed jobs: every connector there is, with its own options.
//!
//! A row comes and goes as JSON, as Flink's `json` format has it: fields are found by the names of columns.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    BoxError, Dataflow, DataflowError, Stream,
    config::OperatorSettings,
    error::{json_failure, user_failure},
    record::{Data, Record, chunk_of, records_of},
};
use crate::{
    connectors::{
        connect::BuiltIn,
        format::{Columns, Decoder, Encoder, Format, json::JsonOptions},
        layout::arrow_failure,
    },
    options::Options,
    planner::{
        Connectors, JobConfig, Table,
        catalog::Object,
        connect::{SinkRequest, SourceChanges, SourceRequest},
        session::Session,
        table::ColumnKind,
    },
    runtime::{
        Failure, Stop,
        operator::{Chunk, Operator, OperatorContext, OperatorFactory, Output, SourceFactory},
    },
    state::SnapshotWriter,
    syntax::{Position, SqlError, parse},
    types::{Field, Schema},
};

/// A declaration is a text of its own: what is wrong with a table is wrong at its beginning.
const BEGIN: Position = Position { line: 1, column: 1 };
/// So many characters of a row are shown that cannot be read.
const SHOWN: usize = 300;

impl Dataflow {
    /// Adds a source that reads a table, declared as in SQL, with any connector: Kafka, files, files and then Kafka.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run_collect};
    /// #[derive(Clone, serde::Deserialize)]
    /// struct Click {
    ///     page: u32,
    /// }
    ///
    /// let flow = Dataflow::new("clicks");
    /// let clicks = flow.table::<Click>(
    ///     "clicks",
    ///     "CREATE TABLE clicks (page INT) WITH ('connector' = 'datagen', 'fields.page.kind' = 'sequence',
    ///      'fields.page.start' = '1', 'fields.page.end' = '3')",
    /// );
    /// assert_eq!(run_collect(&flow, clicks.map("page", |click| click.page))?, [1, 2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn table<T: Data + DeserializeOwned>(&self, name: &str, declaration: &str) -> Stream<T> {
        let declared = declaration.to_owned();
        let make = move |settings: &mut OperatorSettings<'_, '_>| source(&declared, &settings.job_config()?);
        let rows: Stream<()> = self.add_source(name, Box::new(make));
        let declared = declaration.to_owned();
        rows.then(&format!("{name} values"), move |_| {
            let encoder = json().encoder(&physical(table(&declared)?.as_ref())?);
            Ok(Arc::new(move || FromRows::<T> { encoder: encoder.clone(), item: PhantomData }))
        })
    }
}

impl<T: Data + Serialize> Stream<T> {
    /// Writes the values into a table, declared as in SQL, with any connector: each is there once where the connector can
    /// do that and checkpoints are taken.
    ///
    /// ```
    /// # use engine::dataflow::{Dataflow, run};
    /// #[derive(Clone, serde::Serialize)]
    /// struct Count {
    ///     word: &'static str,
    ///     times: u32,
    /// }
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().display();
    /// let flow = Dataflow::new("counts");
    /// flow.collection("counts", [Count { word: "to", times: 2 }]).into_table(
    ///     "files",
    ///     &format!(
    ///         "CREATE TABLE files (word STRING, times INT) WITH ('connector' = 'filesystem', 'path' = '{path}',
    ///          'format' = 'csv')"
    ///     ),
    /// );
    /// run(flow.build(&Default::default())?)?;
    /// let file = std::fs::read_dir(directory.path())?.next().unwrap()?;
    /// assert_eq!(std::fs::read_to_string(file.path())?, "to,2\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_table(&self, name: &str, declaration: &str) {
        let declared = declaration.to_owned();
        let rows: Stream<()> = self.then(&format!("{name} rows"), move |_| {
            let fields = physical(table(&declared)?.as_ref())?;
            Ok(Arc::new(move || ToRows::<T>::new(&fields)))
        });
        let declared = declaration.to_owned();
        let _: Stream<()> = rows.then(name, move |settings| sink(&declared, &settings.job_config()?));
    }
}

fn source(declaration: &str, config: &JobConfig) -> Result<Arc<dyn SourceFactory>, DataflowError> {
    let table = table(declaration)?;
    let columns: Vec<usize> = (0..physical(&table)?.len()).collect();
    let request = SourceRequest { table: &table, columns: &columns, watermark: None, config, at: BEGIN };
    let plan = BuiltIn.source(&request).map_err(wrong)?;
    if plan.changes != SourceChanges::Inserts {
        return Err(refused(&table, "brings changes; a typed job reads what is only added"));
    }
    Ok(plan.factory)
}

fn sink(declaration: &str, config: &JobConfig) -> Result<Arc<dyn OperatorFactory>, DataflowError> {
    let table = table(declaration)?;
    let schema = Schema::new(physical(&table)?);
    let columns: Vec<usize> = (0..schema.len()).collect();
    let request = SinkRequest { table: &table, columns: &columns, schema: &schema, config, at: BEGIN };
    Ok(BuiltIn.sink(&request).map_err(wrong)?.factory)
}

/// The table of a `CREATE TABLE`.
fn table(declaration: &str) -> Result<Arc<Table>, DataflowError> {
    let mut session = Session::default();
    let statement = parse(declaration).map_err(wrong)?;
    session.run(&statement, declaration, &BuiltIn).map_err(wrong)?;
    let (catalog, database) = session.catalog.current().clone();
    let Some(Object::Table(table)) = session.catalog.objects(&catalog, &database).next() else {
        return Err(DataflowError::Setting(format!("a table is declared by CREATE TABLE, not by {declaration:?}")));
    };
    BuiltIn.check(table, BEGIN).map_err(wrong)?;
    if table.watermark.is_some() {
        return Err(refused(table, "has a WATERMARK; of a typed job assign_timestamps says when values happened"));
    }
    Ok(Arc::clone(table))
}

/// The columns of a table that has no others than those in its records.
fn physical(table: &Table) -> Result<Vec<Field>, DataflowError> {
    let field = |column: &crate::planner::table::Column| match column.kind {
        ColumnKind::Physical => Ok(Field::new(&column.name, column.data_type.clone())),
        ColumnKind::Computed { .. } | ColumnKind::Metadata { .. } => {
            Err(refused(table, &format!("has {}, which is not in its records; compute it with map", column.name)))
        }
    };
    table.columns.iter().map(field).collect()
}

fn refused(table: &Table, why: &str) -> DataflowError {
    DataflowError::Setting(format!("table {} {why}", table.path.name))
}

fn wrong(error: SqlError) -> DataflowError {
    DataflowError::Setting(error.to_string())
}

fn json() -> Format {
    Format::Json(JsonOptions::new(Options(&BTreeMap::new()), "json."))
}

/// Turns rows into values.
struct FromRows<T> {
    encoder: Encoder,
    item: PhantomData<fn() -> T>,
}

impl<T: Data + DeserializeOwned> Operator for FromRows<T> {
    fn open(&mut self, _: OperatorContext<'_>) -> Result<(), Stop> {
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let Chunk::Batch(batch) = chunk else { return Err(no_rows()) };
        let views = self.encoder.views(&batch, 0);
        let (mut records, mut text) = (Vec::with_capacity(batch.rows), Vec::new());
        for row in 0..batch.rows {
            text.clear();
            self.encoder.encode(&views, row, &mut text);
            let value: T = serde_json::from_slice(&text).map_err(|error| {
                let shown: String = String::from_utf8_lossy(&text).chars().take(SHOWN).collect();
                let what = std::any::type_name::<T>();
                user_failure(&BoxError::from(format!("the row {shown} is no {what}: {error}")))
            })?;
            records.push(Record { value, timestamp: None });
        }
        if records.is_empty() { Ok(()) } else { out.emit(chunk_of(records)) }
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

/// Turns values into rows.
struct ToRows<T> {
    decoder: Decoder,
    columns: Columns,
    item: PhantomData<fn(T)>,
}

impl<T> ToRows<T> {
    fn new(fields: &[Field]) -> Self {
        Self { decoder: json().decoder(fields, fields), columns: Columns::new(fields), item: PhantomData }
    }
}

impl<T: Data + Serialize> Operator for ToRows<T> {
    fn open(&mut self, _: OperatorContext<'_>) -> Result<(), Stop> {
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        for record in records_of::<T>(chunk)? {
            let text = serde_json::to_vec(&record.value).map_err(|error| json_failure("a value", &error))?;
            let place = || String::from_utf8_lossy(&text).chars().take(SHOWN).collect::<String>();
            let read = self.decoder.decode(&text, &mut self.columns, 0);
            read.map_err(|error| user_failure(&BoxError::from(error.at(&place()))))?;
            self.columns.end_row();
        }
        out.emit(Chunk::Batch(self.columns.finish().map_err(|error| arrow_failure(&error))?))
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

fn no_rows() -> Stop {
    Failure::new("drsquirrel.engine.InternalError", "rows of a table are expected").into()
}
