//! Settings by name: jobs hold business logic only, and are tuned from outside.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    time::Duration,
};

use super::{DataflowError, execution::Execution};
use crate::{planner::JobConfig, syntax::nearest::did_you_mean};

/// Settings of a dataflow.
///
/// | Key | Value | Default |
/// |---|---|---|
/// | `parallelism.default` | how many subtasks operators have | 1 |
/// | `pipeline.max-parallelism` | key groups of keyed state: the most subtasks ever | 128 |
/// | `execution.checkpointing.interval` | how often a checkpoint is taken | none is |
/// | `execution.checkpointing.dir` | where checkpoints go: a directory, or a URL | needed with an interval |
/// | `execution.checkpointing.timeout`, `.min-pause`, `.tolerable-failed-checkpoints`, `.num-retained` | as in Flink | Flink's |
/// | `execution.state-recovery.path` | a savepoint to begin from | it begins with nothing |
/// | `execution.state-recovery.ignore-unclaimed-state` | `true`: what no operator takes of it is left out | `false` |
/// | `restart-strategy.type` | `none`, `fixed-delay`, `exponential-delay` or `failure-rate`, each with Flink's options | with checkpoints `exponential-delay`, else `none` |
/// | `operator.<name>.parallelism` | how many subtasks this operator has | what the code says, else the default |
/// | `operator.<name>.chaining` | `false` gives it a thread of its own | `true` |
/// | `operator.<name>.async.capacity` | requests of a subtask that are under way at once | 100 |
/// | `operator.<name>.async.timeout` | how long a request may take, retries included | `60 s` |
/// | `operator.<name>.async.retries` | how often a request that failed is repeated | 0 |
/// | `operator.<name>.async.retry-delay` | how long the first repetition waits; each next one twice as long | `100 ms` |
/// | `operator.<name>.async.retry-max-delay` | the longest wait between repetitions | `10 s` |
/// | `operator.<name>.watermark.out-of-orderness` | how late records may come | what the code says |
/// | `operator.<name>.watermark.idle-timeout` | after how long without a record others do not wait | what the code says |
///
/// Of the keys of an operator only those are allowed that it has. Durations are `250 ms`, `10 s`, `5 min`, `1 h`, `1 d`.
///
/// ```
/// use engine::dataflow::{Config, Dataflow};
///
/// let flow = Dataflow::new("squares");
/// flow.collection("numbers", vec![1, 2, 3]).map("square", |n: i32| n * n).for_each("print", |n| println!("{n}"));
/// let config = Config::new().set("operator.square.parallelism", "4");
/// let job = flow.build(&config)?;
/// assert_eq!(job.vertices().count(), 3, "operators of different parallelism are not in one thread");
/// # Ok::<(), engine::dataflow::DataflowError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    settings: BTreeMap<String, String>,
}

impl Config {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets one.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.insert(key.into(), value.into());
        self
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Config {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(settings: I) -> Self {
        Self { settings: settings.into_iter().map(|(key, value)| (key.into(), value.into())).collect() }
    }
}

/// Lines of `key: value`, as in Flink's `config.yaml` with its keys written out; what follows ` #` is a comment.
///
/// ```
/// # use engine::dataflow::Config;
/// let config: Config = "parallelism.default: 2 # as many as there are cores\noperator.ask.async.retries: '3'".parse()?;
/// assert_eq!(config, Config::new().set("parallelism.default", "2").set("operator.ask.async.retries", "3"));
/// # Ok::<(), engine::dataflow::DataflowError>(())
/// ```
impl FromStr for Config {
    type Err = DataflowError;

    fn from_str(text: &str) -> Result<Self, DataflowError> {
        let mut settings = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((key, value)) = line.split_once(": ") else {
                let message = format!("line {number} of the configuration is {line:?}; write it as `key: value`");
                return Err(DataflowError::Setting(message));
            };
            settings.insert(key.trim().to_owned(), unquoted(value.trim()).to_owned());
        }
        Ok(Self { settings })
    }
}

fn unquoted(value: &str) -> &str {
    let within = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// Settings, and which of them have been asked for.
pub struct Settings<'a> {
    config: &'a Config,
    known: BTreeSet<String>,
}

impl<'a> Settings<'a> {
    /// Of a configuration.
    pub fn new(config: &'a Config) -> Self {
        Self { config, known: BTreeSet::new() }
    }

    fn read<T>(
        &mut self,
        key: String,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, DataflowError> {
        let value = self.config.settings.get(&key).cloned();
        self.known.insert(key.clone());
        let Some(value) = value else { return Ok(None) };
        parse(&value).map(Some).ok_or(DataflowError::BadValue { key, value, expected })
    }

    /// A whole number from 1.
    pub fn count(&mut self, key: impl Into<String>) -> Result<Option<u32>, DataflowError> {
        self.read(key.into(), "a whole number from 1", |value| value.parse().ok().filter(|count| *count > 0))
    }

    /// Fails where a setting is of nothing that was asked for.
    pub fn check(&self) -> Result<(), DataflowError> {
        let unknown = self.config.settings.keys().find(|key| !self.known.contains(*key));
        let hint = |key: &String| did_you_mean(key, self.known.iter().map(String::as_str));
        unknown.map_or(Ok(()), |key| Err(DataflowError::UnknownKey { key: key.clone(), hint: hint(key) }))
    }

    /// How the job is run.
    pub fn execution(&mut self) -> Result<Execution, DataflowError> {
        let (execution, known) = Execution::read(&self.config.settings)?;
        self.known.extend(known);
        Ok(execution)
    }

    /// The settings of one operator.
    pub fn of(&mut self, operator: &str) -> OperatorSettings<'_, 'a> {
        OperatorSettings { prefix: format!("operator.{operator}"), settings: self }
    }
}

/// The settings of one operator.
pub struct OperatorSettings<'s, 'a> {
    prefix: String,
    settings: &'s mut Settings<'a>,
}

impl OperatorSettings<'_, '_> {
    fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.prefix)
    }

    /// The job's configuration, as connectors read it.
    pub fn job_config(&self) -> Result<JobConfig, DataflowError> {
        JobConfig::read(&self.settings.config.settings).map_err(|error| DataflowError::Setting(error.to_string()))
    }

    /// A whole number from 1.
    pub fn count(&mut self, key: &str) -> Result<Option<u32>, DataflowError> {
        self.settings.count(self.key(key))
    }

    /// A whole number from 0.
    pub fn number(&mut self, key: &str) -> Result<Option<u32>, DataflowError> {
        self.settings.read(self.key(key), "a whole number", |value| value.parse().ok())
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &str) -> Result<Option<bool>, DataflowError> {
        self.settings.read(self.key(key), "true or false", |value| value.parse().ok())
    }

    /// A duration.
    pub fn duration(&mut self, key: &str) -> Result<Option<Duration>, DataflowError> {
        self.settings.read(self.key(key), "a duration such as 250 ms, 10 s, 5 min, 1 h or 1 d", duration)
    }
}

fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let millis = match unit.trim() {
        "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        for (text, millis) in [
            ("250 ms", Some(250)),
            ("10s", Some(10_000)),
            (" 5 min ", Some(300_000)),
            ("2 h", Some(7_200_000)),
            ("1 d", Some(86_400_000)),
        ] {
            assert_eq!(duration(text), millis.map(Duration::from_millis), "{text}");
        }
        for text in ["", "10", "s", "-1 s", "1.5 s", "1 week", "99999999999999999999 s", "9999999999999999 d"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn a_setting_of_nothing_is_refused() {
        let config = Config::new().set("operator.a.parallelism", "2").set("operator.b.async.capacity", "x");
        let mut settings = Settings::new(&config);
        assert_eq!(settings.of("a").count("parallelism"), Ok(Some(2)));
        let refused = settings.check().map_err(|error| error.to_string());
        assert_eq!(
            refused,
            Err("\"operator.b.async.capacity\" is no setting of this dataflow. Known: operator.a.parallelism."
                .to_owned())
        );
        let bad = settings.of("b").count("async.capacity").map_err(|error| error.to_string());
        assert_eq!(bad, Err("operator.b.async.capacity = \"x\": a whole number from 1 is expected".to_owned()));
    }
}
