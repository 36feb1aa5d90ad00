//! Windows: which rows are in which, and what is made of them.

mod aggregate;
mod assign;
mod assign_sessions;
mod assigner;
pub(super) mod progress;
mod properties;
mod session;
mod slices;
mod store;
pub(super) mod time;
mod top_n;

pub(super) use assigner::times;
pub use top_n::WindowTopN;

use std::sync::Arc;

use super::{
    spec::{WindowAggregateSpec, WindowAssignSpec, WindowKind, WindowSource},
    step::factory,
};
use crate::runtime::operator::OperatorFactory;

fn is_session(source: &WindowSource) -> bool {
    matches!(source, WindowSource::Assign { kind: WindowKind::Session { .. }, .. })
}

/// Makes the operators of a windowed `GROUP BY`.
pub fn aggregate(spec: WindowAggregateSpec) -> Arc<dyn OperatorFactory> {
    match is_session(&spec.window) {
        true => factory::<session::SessionAggregate>(spec),
        false => factory::<aggregate::WindowAggregate>(spec),
    }
}

/// Makes the operators of a window table function without an aggregate.
pub fn assign(spec: WindowAssignSpec) -> Arc<dyn OperatorFactory> {
    match is_session(&spec.window) {
        true => factory::<assign_sessions::SessionAssign>(spec),
        false => factory::<assign::WindowAssign>(spec),
    }
}
