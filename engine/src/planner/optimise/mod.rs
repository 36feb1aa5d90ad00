//! Relations that compute the same with less: filters where rows come from, only the columns that are used, one projection
//! where there were several, and the first ranks in place of all of them.

mod calc;
mod prune;
mod push;
mod rank;

use super::{rel::Rel, times};

/// The relation, optimised; its columns are the same.
pub fn optimise(rel: Rel) -> Rel {
    let schema = rel.schema.clone();
    let rel = times::derive(push::push(rel, Vec::new()));
    let pruned = prune::prune(rel);
    // Names of columns that were only handed on may have changed on the way.
    let names: Vec<String> = schema.fields.into_iter().map(|field| field.name).collect();
    times::derive(pruned.rename(&names))
}

pub use calc::{is_identity as calc_is_identity, mergeable as calcs_are_mergeable};
