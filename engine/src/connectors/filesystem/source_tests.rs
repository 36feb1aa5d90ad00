#![allow(clippy::unwrap_used)]
use std::{collections::BTreeMap, path::Path, time::Duration};

use super::source::*;
use crate::{
    connectors::{
        format::Format,
        layout::{Layout, ReadColumn},
    },
    options::Options,
    runtime::operator::{Chunk, Next, OperatorContext, Source, SourceFactory},
    runtime::{Stop, TaskContext},
    state::{RestoredState, SnapshotRows, SnapshotWriter},
    types::{DataType, Field, TypeKind, Value},
};

fn config(path: &Path, options: &[(&str, &str)], columns: &[ReadColumn]) -> FilesystemSourceConfig {
    let options: BTreeMap<String, String> = options.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    FilesystemSourceConfig {
        table: "t".to_owned(),
        path: path.to_owned(),
        format: FileFormat::Lines(Format::new("csv", Options(&options), "").unwrap()),
        record: vec![number("n"), Field::new("s", TypeKind::STRING.nullable())],
        layout: Layout::new(columns),
        monitor_interval: None,
        rows_per_second: None,
        looped: false,
    }
}

fn number(name: &str) -> Field {
    Field::new(name, TypeKind::BigInt.nullable())
}

fn task(subtask: u32, parallelism: u32) -> TaskContext {
    TaskContext { subtask, parallelism, ..TaskContext::for_test() }
}

fn open(config: &FilesystemSourceConfig, task: &TaskContext, state: Option<&Vec<Box<[u8]>>>) -> Box<dyn Source> {
    let restored = state.map(|elements| {
        let mut restored = RestoredState::default();
        restored.lists.insert("splits".to_owned(), elements.clone());
        restored
    });
    config.open(OperatorContext { task, index: 0, restored }).unwrap()
}

/// Reads up to `most` batches; the values of the first column.
fn read(source: &mut dyn Source, task: &TaskContext, most: usize) -> Result<Vec<i64>, Stop> {
    let mut numbers = Vec::new();
    for _ in 0..most {
        match source.next(task)? {
            Next::Chunk(Chunk::Batch(batch)) => {
                let types = [TypeKind::BigInt.nullable()];
                let value = |row| match batch.row(row, &types).remove(0) {
                    Value::Integer(value) => value,
                    other => unreachable!("{other:?}"),
                };
                numbers.extend((0..batch.rows).map(value));
            }
            Next::Wait(_) => {}
            _ => break,
        }
    }
    Ok(numbers)
}

fn splits(source: &mut dyn Source) -> Vec<Box<[u8]>> {
    let mut writer = SnapshotWriter::default();
    source.snapshot(&mut writer).unwrap();
    match writer.states.remove("splits").unwrap().rows {
        SnapshotRows::List(elements) => elements,
        SnapshotRows::Table { .. } => unreachable!("it is a list"),
    }
}

#[test]
fn a_job_goes_on_where_it_was_at_another_parallelism() {
    let directory = tempfile::tempdir().unwrap();
    let lines =
        |range: std::ops::Range<i64>| range.map(|n| format!("{n},some text to fill the line\n")).collect::<String>();
    std::fs::write(directory.path().join("a"), lines(0..60_000)).unwrap();
    std::fs::write(directory.path().join("b"), lines(60_000..60_010)).unwrap();
    std::fs::write(directory.path().join("_hidden"), "no").unwrap();
    let config = config(directory.path(), &[], &[ReadColumn::Physical(number("n"))]);
    let mut all = Vec::new();
    let mut state: Option<Vec<Box<[u8]>>> = None;
    for (parallelism, batches) in [(2, 5), (3, 4), (1, 7), (4, usize::MAX)] {
        let mut next = Vec::new();
        for subtask in 0..parallelism {
            let task = task(subtask, parallelism);
            let mut source = open(&config, &task, state.as_ref());
            all.extend(read(&mut *source, &task, batches).unwrap());
            next.extend(splits(&mut *source));
        }
        state = Some(next);
    }
    all.sort_unstable();
    assert_eq!(all, (0..60_010).collect::<Vec<_>>());
}

#[test]
fn one_subtask_reads_in_order_and_knows_where_from() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["b", "a"] {
        std::fs::write(directory.path().join(name), format!("1,{name}\n2,{name}")).unwrap();
    }
    let name = Field::new("f", TypeKind::STRING.nullable());
    let columns = [
        ReadColumn::Metadata("file.name".to_owned(), name),
        ReadColumn::Physical(number("n")),
        ReadColumn::Metadata("file.size".to_owned(), number("z")),
    ];
    let task = task(0, 1);
    let mut source = open(&config(directory.path(), &[], &columns), &task, None);
    let Next::Chunk(Chunk::Batch(batch)) = source.next(&task).unwrap() else { unreachable!("there are rows") };
    let types: Vec<DataType> = [TypeKind::STRING, TypeKind::BigInt, TypeKind::BigInt].map(TypeKind::nullable).into();
    let rows: Vec<String> = (0..batch.rows).map(|row| format!("{:?}", batch.row(row, &types))).collect();
    let row = |name, n| format!("[Text({name:?}), Integer({n}), Integer(7)]");
    assert_eq!(rows, [row("a", 1), row("a", 2), row("b", 1), row("b", 2)]);
    assert!(matches!(source.next(&task).unwrap(), Next::End));
}

#[test]
fn a_wrong_record_is_named_after_those_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f.csv");
    std::fs::write(&path, "1,a\n\n2,b\nx,c\n3,d\n").unwrap();
    let columns = [ReadColumn::Physical(number("n"))];
    let task = task(0, 1);
    let mut source = open(&config(&path, &[], &columns), &task, None);
    assert_eq!(read(&mut *source, &task, 1).unwrap(), [1, 2]);
    let Err(Stop::Failed(failure)) = read(&mut *source, &task, 1) else { unreachable!("it is wrong") };
    assert_eq!(failure.message, "f.csv line 4, column n: \"x\" is not a BIGINT");
    assert_eq!(failure.frames, ["Source: t.deserialize(f.csv:4)"]);
    let mut source = open(&config(&path, &[("csv.ignore-parse-errors", "true")], &[]), &task, None);
    let Next::Chunk(Chunk::Batch(batch)) = source.next(&task).unwrap() else { unreachable!("there are rows") };
    assert_eq!((batch.rows, batch.columns.len()), (4, 0));
}

#[test]
fn a_watched_directory_is_read_on() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a"), "1,a\n").unwrap();
    let mut config = config(directory.path(), &[], &[ReadColumn::Physical(number("n"))]);
    config.monitor_interval = Some(Duration::ZERO);
    let task = task(0, 1);
    let mut source = open(&config, &task, None);
    assert_eq!(read(&mut *source, &task, 3).unwrap(), [1]);
    std::fs::write(directory.path().join("b"), "2,a\n").unwrap();
    assert_eq!(read(&mut *source, &task, 3).unwrap(), [2]);
    let state = splits(&mut *source);
    std::fs::write(directory.path().join("0"), "3,a\n").unwrap();
    let mut source = open(&config, &task, Some(&state));
    assert_eq!(read(&mut *source, &task, 3).unwrap(), [3]);
}

#[test]
fn parquet_files_are_written_and_read_by_column() {
    use super::parquet::ParquetFile;
    use crate::{connectors::format::Columns, types::RowField};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f.parquet");
    let row = TypeKind::Row(vec![
        RowField { name: "x".to_owned(), data_type: TypeKind::BigInt.nullable() },
        RowField { name: "y".to_owned(), data_type: TypeKind::STRING.nullable() },
    ]);
    let map = TypeKind::Map(Box::new(TypeKind::STRING.nullable()), Box::new(TypeKind::Int.nullable()));
    let kinds = [
        TypeKind::BigInt,
        TypeKind::STRING,
        TypeKind::Timestamp(3),
        TypeKind::Decimal(10, 2),
        TypeKind::Date,
        TypeKind::Time(3),
        TypeKind::Boolean,
        TypeKind::BYTES,
        TypeKind::SmallInt,
        TypeKind::Array(Box::new(TypeKind::Int.nullable())),
        map,
        row,
    ];
    let names = ["n", "s", "t", "d", "a", "w", "b", "u", "i", "l", "m", "r"];
    let fields: Vec<Field> =
        names.iter().zip(&kinds).map(|(name, kind)| Field::new(*name, kind.clone().nullable())).collect();
    let values = |n: i64| {
        let text = |text: String| Value::Text(text.into());
        vec![
            Value::Integer(n),
            text(format!("s{n}")),
            Value::Timestamp(n * 1000),
            Value::Decimal(n.into()),
            Value::Date(n as i32),
            Value::Time(n as i32),
            Value::Boolean(n % 2 == 0),
            Value::Bytes(vec![n as u8].into()),
            Value::Integer(n),
            Value::Array(vec![Value::Integer(n), Value::Null]),
            Value::Map(vec![(text("k".to_owned()), Value::Integer(n))]),
            Value::Row(vec![Value::Integer(n), text(format!("y{n}"))]),
        ]
    };
    let mut columns = Columns::new(&fields);
    for n in 0..3000 {
        columns.writers.iter_mut().zip(values(n)).for_each(|(writer, value)| writer.push(&value));
        columns.end_row();
    }
    // A row of NULLs.
    columns.end_row();
    let mut file = ParquetFile::begin(&path, &fields).unwrap();
    file.write(&path, &columns.finish().unwrap()).unwrap();
    file.close(&path).unwrap();
    // Some columns, one with fewer fields, one that the file does not have, and one more narrowly declared.
    let less = TypeKind::Row(vec![RowField { name: "y".to_owned(), data_type: TypeKind::STRING.nullable() }]);
    let wanted = [less, TypeKind::Int, kinds[10].clone(), TypeKind::SmallInt, kinds[9].clone(), kinds[3].clone()];
    let asked = ["r", "none", "m", "i", "l", "d"];
    let asked: Vec<ReadColumn> =
        asked.iter().zip(wanted).map(|(name, kind)| ReadColumn::Physical(Field::new(*name, kind.nullable()))).collect();
    let config = FilesystemSourceConfig { format: FileFormat::Parquet, ..config(&path, &[], &asked) };
    let types: Vec<DataType> = config.layout.physical.iter().map(|field| field.data_type.clone()).collect();
    let task = task(0, 1);
    let mut rows = Vec::new();
    let mut state = None;
    for batches in [2, usize::MAX] {
        let mut source = open(&config, &task, state.as_ref());
        for _ in 0..batches {
            match source.next(&task).unwrap() {
                Next::Chunk(Chunk::Batch(batch)) => rows.extend((0..batch.rows).map(|row| batch.row(row, &types))),
                Next::Wait(_) => {}
                _ => break,
            }
        }
        state = Some(splits(&mut *source));
    }
    assert_eq!(rows.len(), 3001);
    for (n, row) in rows[..3000].iter().enumerate() {
        let all = values(n as i64);
        let expect = [
            Value::Row(vec![Value::Text(format!("y{n}").into())]),
            Value::Null,
            all[10].clone(),
            all[8].clone(),
            all[9].clone(),
            all[3].clone(),
        ];
        assert_eq!(row[..], expect);
    }
    assert_eq!(rows[3000], vec![Value::Null; 6]);
}
