//! Typed reading of settings; a value that cannot be read is an error that names its key.

use std::{cell::RefCell, collections::BTreeSet, str::FromStr};

use super::{DEFAULT_MAX_PARALLELISM, Settings, UPPER_MAX_PARALLELISM};
use crate::{
    options::{parse_bool, parse_duration},
    syntax::SqlError,
};

/// Reads settings.
pub struct Reader<'a> {
    settings: &'a Settings,
    /// The keys that were asked for.
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Reader<'a> {
    /// A reader of these.
    pub fn new(settings: &'a Settings) -> Self {
        Self { settings, asked: RefCell::default() }
    }

    /// The keys that were asked for: those that mean something.
    pub fn asked(self) -> BTreeSet<String> {
        self.asked.into_inner()
    }

    /// A text; empty counts as absent.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        if !self.asked.borrow().contains(key) {
            self.asked.borrow_mut().insert(key.to_owned());
        }
        self.settings.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The text of the first of these keys that is set: a key and those it had before.
    pub fn text_of(&self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.text(key))
    }

    /// Which of these keys is set: the one that an error names.
    pub fn key_of<'k>(&self, keys: &[&'k str]) -> &'k str {
        keys.iter().find(|key| self.text(key).is_some()).or(keys.first()).copied().unwrap_or_default()
    }

    /// A number.
    pub fn number<T: FromStr>(&self, key: &str, right: &str) -> Result<Option<T>, SqlError> {
        self.text(key).map(|value| value.parse().map_err(|_| bad(key, value, right))).transpose()
    }

    /// A number within a range, or a default.
    pub fn number_in<T: FromStr + PartialOrd + std::fmt::Display>(
        &self,
        key: &str,
        default: T,
        range: std::ops::RangeInclusive<T>,
    ) -> Result<T, SqlError> {
        let right = format!("a number from {} to {}", range.start(), range.end());
        match self.number::<T>(key, &right)? {
            Some(number) if range.contains(&number) => Ok(number),
            Some(number) => Err(bad(key, &number.to_string(), &right)),
            None => Ok(default),
        }
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &str, default: bool) -> Result<bool, SqlError> {
        let read = |value| parse_bool(value).ok_or_else(|| bad(key, value, "true or false"));
        self.text(key).map_or(Ok(default), read)
    }

    /// `true` or `false` of a key or those it had before.
    pub fn flag_of(&self, keys: &[&str], default: bool) -> Result<bool, SqlError> {
        self.flag(self.key_of(keys), default)
    }

    /// A duration in milliseconds.
    pub fn millis(&self, key: &str, default: i64) -> Result<i64, SqlError> {
        let Some(value) = self.text(key) else { return Ok(default) };
        parse_duration(value)
            .and_then(|duration| i64::try_from(duration.as_millis()).ok())
            .ok_or_else(|| bad(key, value, "a duration like 5 ms, 10 s or 1 min"))
    }

    /// One of several words, in any case.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)], default: T) -> Result<T, SqlError> {
        let Some(value) = self.text(key) else { return Ok(default) };
        let found = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            bad(key, value, &format!("one of: {}", names.join(", ")))
        })
    }

    /// A parallelism; -1 is the default.
    pub fn parallelism(&self, key: &str) -> Result<Option<u32>, SqlError> {
        let most = self.max_parallelism()?;
        let right = format!("a number from 1 to {most}, which is 'pipeline.max-parallelism'");
        let Some(number) = self.number::<i64>(key, &right)? else { return Ok(None) };
        match u32::try_from(number) {
            _ if number == -1 => Ok(None),
            Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
            _ => Err(bad(key, &number.to_string(), &right)),
        }
    }

    /// `pipeline.max-parallelism`; -1 is the default.
    pub fn max_parallelism(&self) -> Result<u32, SqlError> {
        const KEY: &str = "pipeline.max-parallelism";
        let right = format!("a number from 1 to {UPPER_MAX_PARALLELISM}");
        let Some(number) = self.number::<i64>(KEY, &right)? else { return Ok(DEFAULT_MAX_PARALLELISM) };
        match u32::try_from(number) {
            _ if number == -1 => Ok(DEFAULT_MAX_PARALLELISM),
            Ok(number) if (1..=UPPER_MAX_PARALLELISM).contains(&number) => Ok(number),
            _ => Err(bad(KEY, &number.to_string(), &right)),
        }
    }
}

/// A value that cannot be.
pub fn bad(key: &str, value: &str, right: &str) -> SqlError {
    SqlError::Config(format!("Could not parse value '{value}' for key '{key}'. Set it to {right}."))
}
