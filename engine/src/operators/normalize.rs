//! Full changes of a stream of upserts: the last row of each primary key is kept, so that what it takes the place of can be
//! told, and what is there twice is sent once.

use std::sync::Arc;

use super::{
    cells::KeyCells,
    eval::{now_ms, state_failure},
    rows::{Gather, RowEncoder, StoredRow},
    spec::ChangelogNormalizeSpec,
    step::Step,
};
use crate::{
    expr::EvalContext,
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::{SnapshotWriter, StateSchema, StateTable},
    types::{Batch, DataType, RowKind, RowWriter},
};

/// The operator of a [`ChangelogNormalizeSpec`].
pub struct ChangelogNormalize {
    spec: ChangelogNormalizeSpec,
    types: Vec<DataType>,
    context: Arc<EvalContext>,
    rows: StateTable<StoredRow>,
    gather: Gather,
    key: RowWriter,
}

impl ChangelogNormalize {
    fn change(&mut self, kind: RowKind, row: StoredRow) -> Result<(), Stop> {
        let key = self.key.bytes();
        let expired = |before: &&StoredRow| before.expired(self.spec.ttl_ms, row.written_ms);
        let before = self.rows.get(key).filter(|before| !expired(before)).map(|before| Arc::clone(&before.fields));
        if !kind.adds() {
            // The kept row is sent, for a tombstone holds only the key.
            return match before {
                Some(before) => {
                    self.rows.remove(key);
                    self.gather.push(RowKind::Delete, &before, 0)
                }
                None => Ok(()),
            };
        }
        let fields = Arc::clone(&row.fields);
        self.rows.insert(key, row);
        let Some(before) = before else { return self.gather.push(RowKind::Insert, &fields, 0) };
        if self.spec.ttl_ms.is_none() && before == fields {
            return Ok(());
        }
        if self.spec.update_before {
            self.gather.push(RowKind::UpdateBefore, &before, 0)?;
        }
        self.gather.push(RowKind::UpdateAfter, &fields, 0)
    }
}

impl Step for ChangelogNormalize {
    type Spec = ChangelogNormalizeSpec;

    fn open(spec: &ChangelogNormalizeSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let key = spec.key.iter().map(|key| spec.input.fields[*key].clone()).collect();
        let schema = StateSchema { key, value: StoredRow::columns(&spec.input) };
        let mut rows = StateTable::new("rows", schema, context.task.max_parallelism);
        if let Some(restored) = &mut context.restored {
            rows.restore(restored).map_err(|error| state_failure("a changelog", &error))?;
        }
        Ok(Self {
            spec: spec.clone(),
            types: spec.input.types(),
            context: Arc::clone(&context.task.eval),
            rows,
            gather: Gather::new(spec.input.types(), false),
            key: RowWriter::new(),
        })
    }

    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let types = self.types.clone();
        let fields = self.spec.input.fields.clone();
        let (keys, rows) = (KeyCells::new(batch, &self.spec.key, &fields), RowEncoder::new(&batch.columns, &types));
        let written_ms = if self.spec.ttl_ms.is_some() { now_ms(&self.context) } else { 0 };
        let mut scratch = RowWriter::new();
        for row in 0..batch.rows {
            self.key.clear();
            keys.encode(row, &mut self.key);
            let stored = StoredRow { written_ms, fields: rows.encode(row, &mut scratch) };
            self.change(batch.kind(row), stored)?;
            self.gather.send_full(out)?;
        }
        self.gather.send(out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        if self.spec.ttl_ms.is_some() {
            let (ttl, now) = (self.spec.ttl_ms, now_ms(&self.context));
            self.rows.retain(|_, row| !row.expired(ttl, now));
        }
        self.rows.snapshot(writer);
        Ok(())
    }
}
