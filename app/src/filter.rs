//! The filters of the home page. They live in the URL, so that a filtered list can be sent to a colleague.

use model::{JobRow, Verdict};

use crate::{format, href};

/// Which jobs to show; an empty field lets every job through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobFilter {
    /// Words that must all be in the name, cluster or headline.
    pub text: String,
    /// A verdict's word.
    pub status: String,
    /// A cluster's name.
    pub cluster: String,
    /// A cause's code.
    pub cause: String,
}

impl JobFilter {
    /// Reads the filter off a URL's parameters.
    pub fn read(param: impl Fn(&str) -> Option<String>) -> JobFilter {
        let read = |name: &str| param(name).unwrap_or_default();
        JobFilter { text: read("q"), status: read("status"), cluster: read("cluster"), cause: read("cause") }
    }

    /// The home page's address with this filter.
    pub fn href(&self) -> String {
        let fields = [("q", &self.text), ("status", &self.status), ("cluster", &self.cluster), ("cause", &self.cause)];
        let query: Vec<String> = fields
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", href::encode(value)))
            .collect();
        if query.is_empty() { "/".into() } else { format!("/?{}", query.join("&")) }
    }

    /// Whether the filter holds anything back.
    pub fn is_empty(&self) -> bool {
        *self == JobFilter::default()
    }

    /// The same filter with its status set, or cleared where it was set to that already.
    pub fn toggled(&self, verdict: Verdict) -> JobFilter {
        let word = format::verdict(verdict);
        let status = if self.status == word { String::new() } else { word.into() };
        JobFilter { status, ..self.clone() }
    }

    /// Whether a job is let through.
    pub fn admits(&self, row: &JobRow) -> bool {
        let haystack = || {
            let parts = [&row.name, &row.cluster, row.headline.as_ref().unwrap_or(&row.status)];
            parts.map(|part| part.to_lowercase()).join(" ")
        };
        (self.status.is_empty() || self.status == format::verdict(row.verdict))
            && (self.cluster.is_empty() || self.cluster == row.cluster)
            && (self.cause.is_empty() || row.cause.as_ref() == Some(&self.cause))
            && (self.text.is_empty() || {
                let haystack = haystack();
                self.text.to_lowercase().split_whitespace().all(|word| haystack.contains(word))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn row() -> JobRow {
        JobRow {
            name: "orders".into(),
            cluster: "flink-prod".into(),
            id: String::new(),
            status: "RUNNING".into(),
            verdict: Verdict::Critical,
            score: None,
            headline: Some("sink-call waits on its service".into()),
            cause: Some("slow-external-call".into()),
            since: None,
            causes: 1,
            consequences: 0,
            lag_ms: None,
            records_in_per_s: None,
            started_at: None,
            as_of: Timestamp(0),
            strip: Vec::new(),
        }
    }

    fn check(text: &str, status: &str, cluster: &str, cause: &str, expect: bool) {
        let filter =
            JobFilter { text: text.into(), status: status.into(), cluster: cluster.into(), cause: cause.into() };
        assert_eq!(filter.admits(&row()), expect, "{filter:?}");
    }

    #[test]
    fn every_field_that_is_set_must_hold() {
        check("", "", "", "", true);
        check("ORD service", "critical", "flink-prod", "slow-external-call", true);
        check("ord nothing", "", "", "", false);
        check("", "healthy", "", "", false);
        check("", "", "local-a", "", false);
        check("", "", "", "data-skew", false);
    }

    #[test]
    fn the_url_holds_what_is_set_and_nothing_else() {
        let filter = JobFilter { text: "a b".into(), status: "critical".into(), ..JobFilter::default() };
        assert_eq!(filter.href(), "/?q=a%20b&status=critical");
        assert_eq!(JobFilter::default().href(), "/");
        assert_eq!(filter.toggled(Verdict::Critical).href(), "/?q=a%20b");
        assert_eq!(filter.toggled(Verdict::Healthy).href(), "/?q=a%20b&status=healthy");
    }

    #[test]
    fn reading_forgives_absence_and_keeps_the_space_that_is_being_typed() {
        let filter = JobFilter::read(|name| (name == "q").then(|| "ord ".to_owned()));
        assert_eq!(filter, JobFilter { text: "ord ".into(), ..JobFilter::default() });
        assert!(filter.admits(&row()));
    }
}
