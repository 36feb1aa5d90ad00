//! Addresses of the portal's own pages and streams.

/// Percent-encodes everything that is not unreserved in a URL (RFC 3986, section 2.3).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A job's page; `tab` is left out for the first one.
pub fn job(name: &str, cluster: &str, tab: Option<&str>) -> String {
    let tab = tab.map(|tab| format!("&tab={tab}")).unwrap_or_default();
    format!("/jobs/{}?cluster={}{tab}", encode(name), encode(cluster))
}

/// The SQL page, with a cluster and an example chosen.
pub fn sql(cluster: Option<&str>, example: Option<&str>) -> String {
    let parts = [("cluster", cluster), ("example", example)];
    let parts: Vec<String> =
        parts.iter().filter_map(|(key, value)| value.map(|value| format!("{key}={}", encode(value)))).collect();
    if parts.is_empty() { "/sql".into() } else { format!("/sql?{}", parts.join("&")) }
}

/// The event stream of the home page.
pub fn home_events() -> String {
    "/api/v1/events".into()
}

/// The event stream of a job's page.
pub fn job_events(name: &str, cluster: Option<&str>) -> String {
    let cluster = cluster.map(|cluster| format!("&cluster={}", encode(cluster))).unwrap_or_default();
    format!("/api/v1/events?job={}{cluster}", encode(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_spaces_and_umlauts_stay_one_segment() {
        assert_eq!(job("a/b ü&c", "x", None), "/jobs/a%2Fb%20%C3%BC%26c?cluster=x");
        assert_eq!(job("plain-1.0", "x y", Some("graph")), "/jobs/plain-1.0?cluster=x%20y&tab=graph");
    }

    #[test]
    fn the_sql_page_has_what_was_chosen_in_its_address() {
        assert_eq!(sql(None, None), "/sql");
        assert_eq!(sql(Some("a b"), Some("x")), "/sql?cluster=a%20b&example=x");
    }

    #[test]
    fn the_stream_names_the_cluster_only_where_one_was_asked_for() {
        assert_eq!(job_events("j", None), "/api/v1/events?job=j");
        assert_eq!(job_events("j", Some("c")), "/api/v1/events?job=j&cluster=c");
    }
}
