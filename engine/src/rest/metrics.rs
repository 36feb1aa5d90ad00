//! Metrics: which are asked for, and how they are shown, for one subtask and over many.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::runtime::metrics::Values;

/// `?get=a,b&agg=min,max&subtasks=0,1`
#[derive(Debug, Default, Deserialize)]
pub struct MetricQuery {
    get: Option<String>,
    agg: Option<String>,
    /// Of aggregates over subtasks: which.
    pub subtasks: Option<String>,
    /// Of aggregates over task managers: which.
    pub taskmanagers: Option<String>,
}

const AGGREGATES: [&str; 5] = ["min", "max", "avg", "sum", "skew"];

/// The metrics that Java holds as floating-point numbers, and so shows with a point.
fn is_float(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    let rate =
        name.ends_with("PerSecond") && name != "idleTimeMsPerSecond" && !name.ends_with("ackPressuredTimeMsPerSecond");
    rate || name == "accumulateBusyTimeMs"
}

/// A value as Flink shows it: a string.
fn show(name: &str, value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if is_float(name) || value.fract() != 0.0 {
        format!("{value:?}")
    } else {
        format!("{value:.0}")
    }
}

impl MetricQuery {
    fn wanted(&self) -> Option<Vec<&str>> {
        self.get.as_deref().map(|get| get.split(',').filter(|name| !name.is_empty()).collect())
    }

    /// The values asked for; without a question, the names that there are.
    pub fn plain(&self, values: &Values) -> Value {
        let Some(wanted) = self.wanted() else {
            return values.keys().map(|name| json!({"id": name})).collect();
        };
        wanted
            .into_iter()
            .filter_map(|name| values.get(name).map(|value| json!({"id": name, "value": show(name, *value)})))
            .collect()
    }

    /// The values over many subjects; without a question, the names that there are.
    pub fn aggregated<'a>(&self, subjects: impl Iterator<Item = &'a Values>) -> Value {
        let subjects: Vec<&Values> = subjects.collect();
        let Some(wanted) = self.wanted() else {
            let names: BTreeSet<&String> = subjects.iter().flat_map(|values| values.keys()).collect();
            return names.into_iter().map(|name| json!({"id": name})).collect();
        };
        let asked: Option<Vec<&str>> = self.agg.as_deref().map(|agg| agg.split(',').collect());
        wanted
            .into_iter()
            .filter_map(|name| {
                let values: Vec<f64> = subjects.iter().filter_map(|subject| subject.get(name).copied()).collect();
                let all = aggregates(&values)?;
                let mut shown = Map::from_iter([("id".to_owned(), json!(name))]);
                for (aggregate, value) in AGGREGATES.iter().zip(all) {
                    if asked.as_ref().is_none_or(|asked| asked.contains(aggregate)) {
                        shown.insert((*aggregate).to_owned(), json!(value));
                    }
                }
                Some(Value::Object(shown))
            })
            .collect()
    }
}

/// Minimum, maximum, mean, sum and skew; `None` of nothing.
fn aggregates(values: &[f64]) -> Option<[f64; 5]> {
    if values.is_empty() {
        return None;
    }
    let (min, max) = values.iter().fold((f64::MAX, f64::MIN), |(min, max), v| (min.min(*v), max.max(*v)));
    let sum: f64 = values.iter().sum();
    let mean = sum / values.len() as f64;
    Some([min, max, mean, sum, skew(values, mean)])
}

/// Flink's: the mean distance from the mean, in percent of the mean, and never more than 100.
fn skew(values: &[f64], mean: f64) -> f64 {
    if mean == 0.0 {
        return 0.0;
    }
    let deviation = values.iter().map(|value| (value - mean).abs()).sum::<f64>() / values.len() as f64;
    (deviation / mean * 100.0).min(100.0)
}

/// Values of several subtasks under one roof: `0.busyTimeMsPerSecond`.
pub fn by_subtask<'a>(subtasks: impl Iterator<Item = &'a Values>) -> Values {
    let mut all = BTreeMap::new();
    for (index, values) in subtasks.enumerate() {
        all.extend(values.iter().map(|(name, value)| (format!("{index}.{name}"), *value)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_flink_shows_them() {
        assert_eq!(show("busyTimeMsPerSecond", 105.0), "105.0");
        assert_eq!(show("idleTimeMsPerSecond", 895.0), "895");
        assert_eq!(show("numRecordsIn", 27955.0), "27955");
        assert_eq!(show("Source__t.numRecordsInPerSecond", 404.8), "404.8");
        assert_eq!(show("accumulateBusyTimeMs", 7552.0), "7552.0");
    }

    /// The oracle is Flink's own answer to two subtasks with 23126 and 421828 records.
    #[test]
    fn skew_is_flinks() {
        let skew = aggregates(&[23_126.0, 421_828.0]).map(|all| all[4]);
        assert!(skew.is_some_and(|skew| (skew - 89.6).abs() < 0.05), "{skew:?}");
        assert_eq!(aggregates(&[5.0, 5.0]).map(|all| all[4]), Some(0.0));
        assert_eq!(aggregates(&[]), None);
    }

    #[test]
    fn only_what_is_asked_for_is_answered() {
        let values = Values::from([("a".to_owned(), 1.0), ("b".to_owned(), 2.0)]);
        let query = |get: Option<&str>, agg: Option<&str>| MetricQuery {
            get: get.map(str::to_owned),
            agg: agg.map(str::to_owned),
            ..MetricQuery::default()
        };
        assert_eq!(query(None, None).plain(&values), json!([{"id": "a"}, {"id": "b"}]));
        assert_eq!(query(Some("b,none"), None).plain(&values), json!([{"id": "b", "value": "2"}]));
        let summed = query(Some("a"), Some("sum")).aggregated([&values, &values].into_iter());
        assert_eq!(summed, json!([{"id": "a", "sum": 2.0}]));
    }
}
