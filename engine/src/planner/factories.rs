//! The operator of each spec.

use std::sync::Arc;

use super::stream::Op;
use crate::{
    operators::{
        calc::Calc,
        deduplicate::Deduplicate,
        drop_update_before::DropUpdateBefore,
        expand::Expand,
        group_aggregate::GroupAggregate,
        join::{IntervalJoin, LookupJoin, RegularJoin, TemporalJoin, WindowJoin},
        limit::Limit,
        normalize::ChangelogNormalize,
        over::{Over, SortedOver},
        sort::Sort,
        step::factory,
        top_n::TopN,
        unnest::Unnest,
        watermark::WatermarkAssigner,
        window::{self, WindowTopN},
    },
    runtime::operator::OperatorFactory,
    syntax::SqlError,
};

/// Makes the factory of an operator; sources and unions have none.
pub fn operator(op: &Op) -> Result<Arc<dyn OperatorFactory>, SqlError> {
    macro_rules! made {
        ($operator:ty, $spec:expr) => {{
            let spec = $spec.clone();
            Arc::new(move || <$operator>::new(spec.clone()))
        }};
    }
    Ok(match op {
        Op::Calc(spec) => factory::<Calc>(spec.clone()),
        Op::Watermark(spec) => factory::<WatermarkAssigner>(spec.clone()),
        Op::GroupAggregate(spec) => factory::<GroupAggregate>(spec.clone()),
        Op::WindowAssign(spec) => window::assign(spec.clone()),
        Op::WindowAggregate(spec) => window::aggregate(spec.clone()),
        Op::TopN(spec) => factory::<TopN>(spec.clone()),
        Op::Over(spec) => factory::<Over>(spec.clone()),
        Op::SortedOver(spec) => factory::<SortedOver>(spec.clone()),
        Op::Sort(spec) => factory::<Sort>(spec.clone()),
        Op::Limit(spec) => factory::<Limit>(spec.clone()),
        Op::Deduplicate(spec) => factory::<Deduplicate>(spec.clone()),
        Op::WindowTopN(spec) => factory::<WindowTopN>(spec.clone()),
        Op::Expand(spec) => factory::<Expand>(spec.clone()),
        Op::ChangelogNormalize(spec) => factory::<ChangelogNormalize>(spec.clone()),
        Op::DropUpdateBefore => factory::<DropUpdateBefore>(()),
        Op::Unnest(spec) => made!(Unnest, spec),
        Op::RegularJoin(spec) => made!(RegularJoin, spec),
        Op::IntervalJoin(spec) => made!(IntervalJoin, spec),
        Op::WindowJoin(spec) => made!(WindowJoin, spec),
        Op::TemporalJoin(spec) => made!(TemporalJoin, spec),
        Op::LookupJoin(spec, _) => made!(LookupJoin, spec),
        Op::Sink(sink) => Arc::clone(&sink.factory),
        Op::Source(_) | Op::Values(_) | Op::Union => {
            return Err(SqlError::Config(format!("The operator {op:?} cannot be run by this engine yet.")));
        }
    })
}
