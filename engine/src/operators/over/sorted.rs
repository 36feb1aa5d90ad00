//! OVER aggregates in another order than that of time: a row that comes changes the results of those behind it.
//!
//! All rows of a partition are kept with the results that were last sent. When a batch has changed some of them, the results
//! of the partition are computed anew, and what has changed is sent in the order of the rows; for every change by itself,
//! as Flink sends them, the batches are cut into rows.

use std::{collections::VecDeque, sync::Arc};

use arrow_array::{Array, ArrayRef, BinaryArray};
use rustc_hash::{FxHashMap, FxHashSet};

use super::frames::{TimedRow, turns};
use crate::{
    expr::{EvalContext, Expr, ExprKind},
    operators::{
        aggregate::{AggregateSet, At, Rows},
        cells::{self, KeyCells},
        eval::{now_ms, state_failure},
        rows::{Gather, RowEncoder, StoredRow},
        spec::{AggregateCall, AggregateFunction, OverFrame, SortedOverSpec},
        step::Step,
        top_n::{Place, buffer},
    },
    runtime::operator::{OperatorContext, Output},
    runtime::{Failure, Stop},
    state::{SnapshotWriter, StateMap},
    types::{Batch, DataType, Field, RowKind, RowWriter, Schema, TypeKind, sort_key::sort_key},
};

/// The operator of a [`SortedOverSpec`].
pub struct SortedOver {
    spec: SortedOverSpec,
    /// The columns of the input.
    types: Vec<DataType>,
    context: Arc<EvalContext>,
    set: AggregateSet,
    /// The rows, with their results behind them.
    rows: StateMap<Place, StoredRow>,
    arrival: i64,
    gather: Gather,
}

/// What a batch does to a partition.
#[derive(Default)]
struct Touched {
    /// Rows that are new.
    fresh: FxHashSet<Place>,
    /// Rows that went, as they were last sent.
    gone: Vec<(Place, Arc<[u8]>)>,
}

impl SortedOver {
    fn apply(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let (types, fields) = (self.types.clone(), self.spec.input.fields.clone());
        let keys = KeyCells::new(batch, &self.spec.partition, &fields);
        let rows = RowEncoder::new(&batch.columns, &types);
        let now = if self.spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 };
        let (mut key, mut scratch) = (RowWriter::new(), RowWriter::new());
        let mut order: Vec<Box<[u8]>> = Vec::new();
        let mut touched: FxHashMap<Box<[u8]>, Touched> = FxHashMap::default();
        for row in 0..batch.rows {
            key.clear();
            keys.encode(row, &mut key);
            let mut sort = Vec::new();
            sort_key(&batch.columns, &types, &self.spec.order, row, &mut sort);
            let stored = StoredRow { written_ms: now, fields: rows.encode(row, &mut scratch) };
            if !touched.contains_key(key.bytes()) {
                order.push(key.bytes().into());
            }
            let partition = touched.entry(key.bytes().into()).or_default();
            self.change(key.bytes(), batch.kind(row), sort.into(), stored, partition);
        }
        for key in order {
            let Some(partition) = touched.remove(&key) else { continue };
            self.send(&key, partition)?;
            self.gather.send_full(out)?;
        }
        self.gather.send(out)
    }

    fn change(&mut self, key: &[u8], kind: RowKind, sort: Box<[u8]>, row: StoredRow, touched: &mut Touched) {
        if kind.adds() {
            let place = Place { sort, arrival: self.arrival };
            self.arrival += 1;
            touched.fresh.insert(place.clone());
            self.rows.insert(key, place, row);
            return;
        }
        let (first, last) = (Place { sort: sort.clone(), arrival: i64::MIN }, Place { sort, arrival: i64::MAX });
        let equals = self.rows.range::<Place>(key, first..=last);
        let mut same = equals.filter(|(_, kept)| kept.fields.starts_with(&row.fields)).map(|(place, _)| place.clone());
        let found = same.next();
        drop(same);
        let Some(place) = found else { return };
        let kept = self.rows.remove(key, &place);
        if !touched.fresh.remove(&place) {
            touched.gone.extend(kept.map(|kept| (place, kept.fields)));
        }
    }

    /// Sends what has changed in a partition.
    fn send(&mut self, key: &[u8], touched: Touched) -> Result<(), Stop> {
        for (_, row) in &touched.gone {
            self.gather.push(RowKind::Delete, row, 0)?;
        }
        let places: Vec<Place> = self.rows.rows(key).map(|(place, _)| place.clone()).collect();
        let (results, result_of) = self.results(key, &places)?;
        let types = self.set.types();
        let cells = cells::all(&results, &types);
        let mut writer = RowWriter::new();
        for (index, place) in places.into_iter().enumerate() {
            let Some(kept) = self.rows.get(key, &place) else { continue };
            let (old, fresh) = (Arc::clone(&kept.fields), touched.fresh.contains(&place));
            writer.clear();
            writer.raw(&old[..self.input_bytes(&old, fresh)?]);
            cells.iter().for_each(|cells| cells.encode(result_of[index], &mut writer));
            if !fresh && *old == *writer.bytes() {
                continue;
            }
            if fresh {
                self.gather.push(RowKind::Insert, writer.bytes(), 0)?;
            } else {
                if self.spec.update_before {
                    self.gather.push(RowKind::UpdateBefore, &old, 0)?;
                }
                self.gather.push(RowKind::UpdateAfter, writer.bytes(), 0)?;
            }
            let written_ms = kept.written_ms;
            self.rows.insert(key, place, StoredRow { written_ms, fields: writer.bytes().into() });
        }
        Ok(())
    }

    /// How many bytes of a row are the input's.
    fn input_bytes(&self, row: &[u8], fresh: bool) -> Result<usize, Stop> {
        if fresh {
            return Ok(row.len());
        }
        let mut reader = crate::types::RowReader::new(row);
        for data_type in &self.types {
            reader.skip(&data_type.kind).map_err(|error| state_failure("a row", &error.into()))?;
        }
        Ok(row.len() - reader.rest().len())
    }

    /// The results of the rows of a partition, and which of them is each row's.
    fn results(&mut self, key: &[u8], places: &[Place]) -> Result<(Vec<ArrayRef>, Vec<usize>), Stop> {
        let mut gather = Gather::new(self.types.clone(), false);
        for (_, row) in self.rows.rows(key) {
            gather.push(RowKind::Insert, &row.fields, 0)?;
        }
        let mut batch = gather.finish();
        if batch.rows == 0 {
            return Ok((Vec::new(), Vec::new()));
        }
        // What ranks are over: the sort keys.
        batch.columns.push(Arc::new(BinaryArray::from_iter_values(places.iter().map(|place| &place.sort))));
        let arguments = self.set.arguments(&batch)?;
        let mut peers: Vec<TimedRow> = Vec::with_capacity(places.len());
        for (index, place) in places.iter().enumerate() {
            let of_last = index > 0 && places[index - 1].sort == place.sort;
            let peer = peers.last().map_or(0, |(last, _)| if of_last { *last } else { last + 1 });
            peers.push((peer, index as u32));
        }
        self.set.ensure(1);
        self.set.reset(0, None);
        let (mut parts, mut result_of): (Vec<Vec<ArrayRef>>, Vec<usize>) = (Vec::new(), vec![0; places.len()]);
        for (turn, rows) in turns(self.spec.frame, &mut VecDeque::new(), &peers).into_iter().enumerate() {
            let slots = vec![0; rows.come.len()];
            self.set.update(&Rows { slots: &slots, at: At::Places(&rows.come), retract: None }, &arguments)?;
            parts.push(self.set.results(&[0]));
            rows.come.iter().for_each(|row| result_of[*row as usize] = turn);
        }
        let column = |call: usize| {
            let parts: Vec<&dyn Array> = parts.iter().map(|part| part[call].as_ref()).collect();
            arrow_select::concat::concat(&parts).map_err(crate::operators::eval::arrow_failure)
        };
        let columns = (0..self.spec.aggregates.len()).map(column).collect::<Result<_, _>>()?;
        Ok((columns, result_of))
    }
}

/// The calls as accumulators know them: ranks are over the sort key, which stands behind the input's columns.
fn calls(spec: &SortedOverSpec) -> Vec<AggregateCall> {
    let mut calls = spec.aggregates.clone();
    for call in &mut calls {
        if matches!(call.function, AggregateFunction::Rank | AggregateFunction::DenseRank) {
            let kind = ExprKind::Column(spec.input.len());
            call.arguments = vec![Expr { kind, data_type: TypeKind::BYTES.not_null() }];
        }
    }
    calls
}

/// Whether a call is of single rows, whatever the frame.
fn by_rows(call: &AggregateCall) -> bool {
    matches!(
        call.function,
        AggregateFunction::RowNumber | AggregateFunction::Rank | AggregateFunction::DenseRank | AggregateFunction::Lag
    )
}

impl Step for SortedOver {
    type Spec = SortedOverSpec;

    fn open(spec: &SortedOverSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let mut spec = spec.clone();
        if spec.aggregates.iter().any(by_rows) {
            spec.frame = OverFrame::Rows(None);
        }
        if !matches!(spec.frame, OverFrame::Rows(None) | OverFrame::Range(None)) {
            let message = "A frame in another order than that of time begins at the first row.";
            return Err(Failure::new("org.apache.flink.table.api.TableException", message).into());
        }
        let set = AggregateSet::new(&calls(&spec), false, &context.task.eval)?;
        let result = |call: &AggregateCall| Field::new(call.name.clone(), call.data_type.clone());
        let output: Vec<Field> = spec.input.fields.iter().cloned().chain(spec.aggregates.iter().map(result)).collect();
        let output = Schema::new(output);
        let mut rows: StateMap<Place, StoredRow> = buffer(&output, &spec.partition, None, context.task.max_parallelism);
        let mut arrival = 0;
        if let Some(restored) = &mut context.restored {
            rows.restore(restored).map_err(|error| state_failure("an OVER aggregate", &error))?;
            arrival = rows.iter().map(|(_, place, _)| place.arrival + 1).max().unwrap_or(0);
        }
        Ok(Self {
            types: spec.input.types(),
            set,
            rows,
            arrival,
            gather: Gather::new(output.types(), false),
            context: Arc::clone(&context.task.eval),
            spec,
        })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        if self.spec.every_change {
            return (0..batch.rows).try_for_each(|row| self.apply(&batch.slice(row, 1), out));
        }
        self.apply(batch, out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        if self.spec.ttl_ms.is_some() {
            let (ttl, now) = (self.spec.ttl_ms, now_ms(&self.context));
            let old = self.rows.iter().filter(|(.., row)| row.expired(ttl, now));
            let old: Vec<(Box<[u8]>, Place)> = old.map(|(key, place, _)| (key.into(), place.clone())).collect();
            old.iter().for_each(|(key, place)| drop(self.rows.remove(key, place)));
        }
        self.rows.snapshot(writer);
        Ok(())
    }
}
