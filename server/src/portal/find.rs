//! Which job is meant.

use std::sync::Arc;

use model::{ApiError, Timestamp};

use super::rows;
use crate::collect::ClusterState;
use crate::watch::JobWatch;
use crate::words;

/// The job of that name: on `cluster`, or the worst one of that name on any.
///
/// # Errors
/// `job_not_found`, with the nearest known name, or with the clusters that do have it.
pub fn job<'a>(
    states: &'a [Arc<ClusterState>],
    name: &str,
    cluster: Option<&str>,
    now: Timestamp,
) -> Result<(&'a Arc<ClusterState>, &'a JobWatch), ApiError> {
    let named = states.iter().filter_map(|state| Some((state, state.jobs.get(name)?)));
    let asked = named.clone().filter(|(state, _)| cluster.is_none_or(|c| state.record.name == c));
    let worst = asked.min_by_key(|(state, job)| {
        let row = rows::row(state, job, now);
        (rows::urgency(row.verdict), row.score.unwrap_or(u32::MAX))
    });
    let others: Vec<&str> = named.map(|(state, _)| state.record.name.as_str()).collect();
    worst.ok_or_else(|| not_found(states, name, cluster, &others))
}

fn not_found(states: &[Arc<ClusterState>], name: &str, cluster: Option<&str>, others: &[&str]) -> ApiError {
    let at = cluster.map(|c| format!(" on cluster {c}")).unwrap_or_default();
    let hint = if others.is_empty() {
        let known = states.iter().flat_map(|state| state.jobs.keys()).map(String::as_str);
        match words::nearest(name, known) {
            Some(nearest) => format!("Ask for `{nearest}`, if that is what was meant"),
            None => "Look at /api/v1/jobs for the jobs that are known".to_owned(),
        }
    } else {
        format!("Ask on {}, where there is a job of that name", others.join(" or "))
    };
    ApiError::user("job_not_found", format!("There is no job named {name}{at}"), hint)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use model::Verdict;

    use super::job;
    use crate::portal::fixtures::{NOW, state};

    #[test]
    fn the_worst_of_a_name_is_meant_unless_the_cluster_is_named() {
        let states = [
            Arc::new(state("east", &[("ads", Verdict::Healthy)])),
            Arc::new(state("west", &[("ads", Verdict::Critical)])),
        ];
        assert_eq!(job(&states, "ads", None, NOW).unwrap().0.record.name, "west");
        assert_eq!(job(&states, "ads", Some("east"), NOW).unwrap().0.record.name, "east");
        let hint = job(&states, "ads", Some("north"), NOW).unwrap_err().hint;
        assert_eq!(hint, "Ask on east or west, where there is a job of that name");
    }

    #[test]
    fn the_nearest_name_is_offered() {
        let states = [Arc::new(state("east", &[("orders", Verdict::Healthy)]))];
        let error = job(&states, "odrers", None, NOW).unwrap_err();
        assert_eq!((error.code.as_str(), error.hint.contains("`orders`")), ("job_not_found", true));
        assert!(job(&states, "unheard-of", None, NOW).unwrap_err().hint.contains("/api/v1/jobs"));
    }
}
