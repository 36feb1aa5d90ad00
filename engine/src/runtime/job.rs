//! Starts the tasks of a plan, and tells how each ends.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use serde::{Deserialize, Serialize};

use super::{
    Failure, Stop, TaskContext,
    cancel::{Cancel, Canceller, cancellation},
    chain::Chain,
    clock::{Activity, TaskClock},
    exchange::{Input, Output, connect},
    metrics::{Sampler, TaskMetrics},
    task::{run_input, run_source},
};
use crate::{
    connectors::{PrintLog, open_source},
    sql::{
        config::NotNullEnforcer,
        plan::{JobPlan, OperatorKind, Vertex},
    },
};

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its input ended and all of it was processed.
    Finished,
    /// It was told to stop.
    Cancelled,
    /// It could not go on.
    Failed(Failure),
}

/// A task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The index of its vertex in the plan.
    pub vertex: usize,
    /// Its index among the subtasks of the vertex.
    pub subtask: u32,
    /// How.
    pub outcome: Outcome,
}

/// The tasks of one attempt.
pub struct RunningJob {
    /// Samplers of all tasks: vertex, subtask, sampler.
    pub samplers: Vec<(usize, u32, Sampler)>,
    /// Tells of each task once, when it ends.
    pub ended: Receiver<Ended>,
    /// Stops all of them.
    pub canceller: Canceller,
}

/// What all tasks of an attempt share.
pub struct Environment {
    /// Where the print connector writes.
    pub print: Arc<PrintLog>,
    /// Told apart from every other attempt of every job.
    pub attempt_id: Arc<str>,
}

/// Starts a thread for each subtask of each vertex.
pub fn launch(plan: &JobPlan, environment: &Environment) -> std::io::Result<RunningJob> {
    let (canceller, cancel) = cancellation();
    // Each task sends one message, so the queue is bounded by their number.
    let (sender, ended) = unbounded();
    let mut samplers = Vec::new();
    let mut inputs: Vec<Option<Input>> = Vec::new();
    for (index, vertex) in plan.vertices.iter().enumerate() {
        let after = plan.vertices.get(index + 1);
        let (outputs, next_inputs) = outputs_of(vertex, after);
        let mut own_inputs = inputs.into_iter();
        for (subtask, output) in outputs.into_iter().enumerate() {
            let context = context(vertex, subtask as u32, environment, &cancel);
            samplers.push((
                index,
                subtask as u32,
                Sampler::new(Arc::clone(&context.clock), Arc::clone(&context.metrics)),
            ));
            let task = Task {
                vertex: vertex.clone(),
                index,
                not_null: plan.config.not_null,
                input: own_inputs.next().flatten(),
                output,
                context,
            };
            task.spawn(sender.clone())?;
        }
        inputs = next_inputs.into_iter().map(Some).collect();
    }
    Ok(RunningJob { samplers, ended, canceller })
}

fn outputs_of(vertex: &Vertex, after: Option<&Vertex>) -> (Vec<Option<Output>>, Vec<Input>) {
    match after.and_then(|after| after.input.as_ref().map(|exchange| (exchange, after.parallelism))) {
        Some((exchange, parallelism)) => {
            let (outputs, inputs) = connect(exchange, vertex.parallelism, parallelism);
            (outputs.into_iter().map(Some).collect(), inputs)
        }
        None => ((0..vertex.parallelism).map(|_| None).collect(), Vec::new()),
    }
}

fn context(vertex: &Vertex, subtask: u32, environment: &Environment, cancel: &Cancel) -> TaskContext {
    let names = vertex.operators.iter().map(|operator| operator.name.as_str());
    TaskContext {
        subtask,
        parallelism: vertex.parallelism,
        clock: Arc::new(TaskClock::start()),
        metrics: Arc::new(TaskMetrics::new(names)),
        cancel: cancel.clone(),
        print: Arc::clone(&environment.print),
        attempt_id: Arc::clone(&environment.attempt_id),
    }
}

struct Task {
    vertex: Vertex,
    index: usize,
    not_null: NotNullEnforcer,
    input: Option<Input>,
    output: Option<Output>,
    context: TaskContext,
}

impl Task {
    fn spawn(self, ended: Sender<Ended>) -> std::io::Result<()> {
        let (vertex, subtask) = (self.index, self.context.subtask);
        let clock = Arc::clone(&self.context.clock);
        thread::Builder::new().name(format!("task {vertex}.{subtask}")).spawn(move || {
            clock.adopt_thread();
            clock.switch(Activity::Busy);
            let outcome = match catch_unwind(AssertUnwindSafe(|| self.run())) {
                Ok(Ok(())) => Outcome::Finished,
                Ok(Err(Stop::Cancelled)) => Outcome::Cancelled,
                Ok(Err(Stop::Failed(failure))) => Outcome::Failed(failure),
                Err(panic) => Outcome::Failed(panicked(panic.as_ref())),
            };
            clock.end();
            // The receiver is gone only when the whole process is about to be.
            let _ = ended.send(Ended { vertex, subtask, outcome });
        })?;
        Ok(())
    }

    fn run(self) -> Result<(), Stop> {
        let (context, operators) = (&self.context, &self.vertex.operators);
        let name = &self.vertex.name;
        let frame = format!("{name} ({}/{})", context.subtask + 1, context.parallelism);
        let run = || {
            let chain = Chain::open(operators, self.output, self.not_null, context)?;
            match (&operators[0].kind, self.input) {
                (OperatorKind::Source(table), _) => {
                    let source_name = &operators[0].name;
                    let source = open_source(table, context).map_err(|stop| stop.at(format!("{source_name}.open")))?;
                    run_source(source, chain, source_name, context)
                }
                (_, Some(input)) => run_input(input, chain, context),
                (_, None) => Ok(()),
            }
        };
        run().map_err(|stop| stop.at(frame))
    }
}

/// A defect of the engine, reported as a failure of the task that met it.
fn panicked(panic: &(dyn std::any::Any + Send)) -> Failure {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a task panicked");
    Failure::new("drsquirrel.engine.InternalError", message)
}
