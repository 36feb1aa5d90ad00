//! A windowed `GROUP BY` of tumbling, hopping and cumulating windows, and of windows that rows bring along.
//!
//! A window's results leave when the watermark reaches its last millisecond (of processing time: when the clock has passed
//! it), windows in the order of their ends, keys in the order in which they came. A row is late, and dropped, when all of
//! its windows have fired; else it counts in those that have not. As in Flink, windows of processing time that are open when
//! the input ends do not fire.

use std::sync::Arc;

use arrow_array::ArrayRef;

use super::{assigner::Assigner, progress, properties::properties, store::Store};
use crate::{
    expr::EvalContext,
    operators::{
        aggregate::AggregateSet,
        eval::{now_ms, state_failure},
        keyed::Slot,
        late::LateRecords,
        spec::WindowAggregateSpec,
        step::{Step, emit},
    },
    runtime::Stop,
    runtime::operator::{OperatorContext, Output},
    state::SnapshotWriter,
    types::{Batch, row_codec::RowCodec},
};

/// Results leave in batches of so many rows.
const BATCH_ROWS: usize = 8192;

/// The operator of a [`WindowAggregateSpec`] without sessions.
pub struct WindowAggregate {
    spec: WindowAggregateSpec,
    context: Arc<EvalContext>,
    keys: RowCodec,
    state: State,
}

struct State {
    assigner: Assigner,
    store: Store,
    late: LateRecords,
    /// The watermark; of processing time, the clock.
    progress: i64,
    /// The end of the last window that fired.
    fired: i64,
}

impl WindowAggregate {
    /// Fires the windows that are over when time has come to `progress`.
    fn advance(&mut self, progress: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let state = &mut self.state;
        // Windows that were over when their first row came, late for them but not for others of its slice.
        while let Some(end) = state.next_window().filter(|end| state.assigner.fired(*end, state.progress)) {
            state.fired = end;
        }
        while let Some(end) = state.next_window().filter(|end| state.assigner.fired(*end, progress)) {
            let merged = state.store.window(&state.assigner, end)?;
            for slots in merged.slots.chunks(BATCH_ROWS) {
                let columns = results(&self.spec, &self.keys, state, slots, end, &self.context)?;
                emit(Batch::inserts(columns, slots.len()), out)?;
            }
            state.store.release(merged);
            state.fired = end;
            let assigner = &state.assigner;
            state.store.forget(end, |slice| assigner.last_window(slice) <= end);
        }
        state.progress = state.progress.max(progress);
        Ok(())
    }
}

impl State {
    /// The end of the window that fires next. The first slice is part of it: what is only part of windows that have fired
    /// was forgotten, and later slices are part of no earlier window.
    fn next_window(&self) -> Option<i64> {
        self.store.first_slice().and_then(|slice| self.assigner.next_window(slice, self.fired))
    }
}

/// The columns of the results of a window.
fn results(
    spec: &WindowAggregateSpec,
    keys: &RowCodec,
    state: &State,
    slots: &[Slot],
    end: i64,
    context: &EvalContext,
) -> Result<Vec<ArrayRef>, Stop> {
    let rows = slots.iter().map(|slot| state.store.prefix(*slot));
    let mut columns = keys.decode(rows).map_err(|error| state_failure("a window", &error.into()))?;
    columns.extend(state.store.set().results(slots));
    let starts: Vec<i64> = match state.assigner.attached() {
        true => slots.iter().map(|slot| state.store.attached_start(*slot).unwrap_or(end)).collect(),
        false => vec![state.assigner.start(end); slots.len()],
    };
    let ends = vec![end; slots.len()];
    columns.extend(properties(&spec.properties, &starts, &ends, &state.assigner.time, now_ms(context)));
    Ok(columns)
}

impl Step for WindowAggregate {
    type Spec = WindowAggregateSpec;

    fn open(spec: &WindowAggregateSpec, mut context: OperatorContext<'_>) -> Result<Self, Stop> {
        let assigner = Assigner::new(&spec.window)?;
        let set = AggregateSet::new(&spec.aggregates, spec.input_changes, &context.task.eval)?;
        let store = Store::new(spec, set, assigner.attached(), context.task.max_parallelism);
        let late = LateRecords::new(&context);
        let mut state = State { assigner, store, late, progress: i64::MIN, fired: i64::MIN };
        if let Some(restored) = &mut context.restored {
            state.store.restore(restored).map_err(|error| state_failure("a window aggregate", &error))?;
            state.progress = progress::restore(restored);
        }
        let types = spec.keys.iter().map(|key| spec.input.fields[*key].data_type.clone()).collect();
        let context = Arc::clone(&context.task.eval);
        Ok(Self { spec: spec.clone(), context, keys: RowCodec::new(types), state })
    }

    fn process(&mut self, batch: &Batch, _: &mut dyn Output) -> Result<(), Stop> {
        let State { assigner, store, late, progress, .. } = &mut self.state;
        let assigned = assigner.assign(batch, &self.context)?;
        let (event_time, mut in_gaps) = (assigner.event_time(), 0);
        if assigner.shared() {
            let gap = |end: &&i64| assigner.last_window(**end) < **end;
            in_gaps = assigned.ends.iter().filter(gap).count() as u64;
        }
        let dropped = store.add(batch, &self.spec, &assigned, |end| {
            let last = assigner.last_window(end);
            last < end || event_time && assigner.fired(last, *progress)
        })?;
        late.add(dropped - in_gaps);
        Ok(())
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        if self.state.assigner.event_time() {
            self.advance(watermark, out)?;
        }
        Ok(true)
    }

    fn next_processing_time(&self) -> Option<i64> {
        let state = Some(&self.state).filter(|state| !state.assigner.event_time())?;
        state.next_window().map(|end| state.assigner.time.trigger(end - 1) + 1)
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        if self.state.assigner.event_time() { Ok(()) } else { self.advance(now - 1, out) }
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.state.store.snapshot(writer);
        progress::snapshot(self.state.progress, writer)
    }
}
