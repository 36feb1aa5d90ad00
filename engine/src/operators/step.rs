//! What the operators of one input of SQL have in common: they begin when they are opened, and take batches.

use std::sync::Arc;

use crate::{
    runtime::operator::{Chunk, Operator, OperatorContext, OperatorFactory, Output},
    runtime::{Failure, Stop},
    state::SnapshotWriter,
    types::Batch,
};

/// An operator of one input that was opened. The functions are those of [`Operator`].
pub trait Step: Sized + Send + 'static {
    /// What the planner says of it.
    type Spec: Clone + Send + Sync + 'static;

    /// Takes its state back, and opens what it needs.
    fn open(spec: &Self::Spec, context: OperatorContext<'_>) -> Result<Self, Stop>;

    /// Rows; there is at least one.
    fn process(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop>;

    /// Event time has come to `watermark`.
    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        let _ = (watermark, out);
        Ok(true)
    }

    /// When [`Step::processing_time`] is to be called next.
    fn next_processing_time(&self) -> Option<i64> {
        None
    }

    /// The clock has come to `now`.
    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        let _ = (now, out);
        Ok(())
    }

    /// The input has ended.
    fn end_input(&mut self, out: &mut dyn Output) -> Result<(), Stop> {
        let _ = out;
        Ok(())
    }

    /// Writes what has to be restored.
    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        let _ = writer;
        Ok(())
    }
}

/// Makes the operators of a spec.
pub fn factory<S: Step>(spec: S::Spec) -> Arc<dyn OperatorFactory> {
    Arc::new(StepFactory::<S>(spec))
}

struct StepFactory<S: Step>(S::Spec);

impl<S: Step> OperatorFactory for StepFactory<S> {
    fn create(&self) -> Box<dyn Operator> {
        Box::new(StepOperator::<S> { spec: self.0.clone(), step: None })
    }
}

struct StepOperator<S: Step> {
    spec: S::Spec,
    /// `None` until it is opened.
    step: Option<S>,
}

impl<S: Step> StepOperator<S> {
    fn step(&mut self) -> Result<&mut S, Stop> {
        let not_open = || Failure::new("java.lang.IllegalStateException", "an operator was not opened").into();
        self.step.as_mut().ok_or_else(not_open)
    }
}

impl<S: Step> Operator for StepOperator<S> {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        self.step = Some(S::open(&self.spec, context)?);
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        match chunk {
            Chunk::Batch(batch) if batch.rows > 0 => self.step()?.process(&batch, out),
            Chunk::Batch(_) => Ok(()),
            Chunk::Typed(_) => {
                let message = "an operator of SQL was given values of the typed API";
                Err(Failure::new("java.lang.ClassCastException", message).into())
            }
        }
    }

    fn watermark(&mut self, watermark: i64, out: &mut dyn Output) -> Result<bool, Stop> {
        self.step()?.watermark(watermark, out)
    }

    fn next_processing_time(&self) -> Option<i64> {
        self.step.as_ref().and_then(S::next_processing_time)
    }

    fn processing_time(&mut self, now: i64, out: &mut dyn Output) -> Result<(), Stop> {
        self.step()?.processing_time(now, out)
    }

    fn end_input(&mut self, _: usize, out: &mut dyn Output) -> Result<(), Stop> {
        self.step()?.end_input(out)
    }

    fn snapshot(&mut self, writer: &mut SnapshotWriter) -> Result<(), Stop> {
        self.step()?.snapshot(writer)
    }
}

/// Hands rows on, where there are any.
pub fn emit(batch: Batch, out: &mut dyn Output) -> Result<(), Stop> {
    if batch.rows == 0 { Ok(()) } else { out.emit(Chunk::Batch(batch)) }
}
