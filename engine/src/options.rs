//! Typed reading of option values, in the spellings that Flink takes.

use std::{collections::BTreeMap, time::Duration};

/// `true` or `false`, in any case.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// `5 ms`, `2s`, `1 min`; a bare number is milliseconds.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = (text[..split].parse::<u64>().ok()?, text[split..].trim());
    let nanos: u64 = match unit {
        "d" | "day" | "days" => 86_400_000_000_000,
        "h" | "hour" | "hours" => 3_600_000_000_000,
        "m" | "min" | "minute" | "minutes" => 60_000_000_000,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000_000_000,
        "" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1_000_000,
        "µs" | "micro" | "micros" | "microsecond" | "microseconds" => 1000,
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        _ => return None,
    };
    number.checked_mul(nanos).map(Duration::from_nanos)
}

/// `128mb`, `64 kb`; a bare number is bytes.
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let factor: u64 = match text[split..].trim().to_lowercase().as_str() {
        "" | "b" | "bytes" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        _ => return None,
    };
    text[..split].parse::<u64>().ok()?.checked_mul(factor)
}

/// A table's options, which were checked when the table was declared: a value that cannot be read counts as absent.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a>(pub &'a BTreeMap<String, String>);

impl<'a> Options<'a> {
    /// The option's text.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.0.get(key).map(String::as_str)
    }

    /// The option as a number.
    pub fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.get(key)?.trim().parse().ok()
    }

    /// The option as a truth value; `false` where it is absent.
    pub fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(parse_bool).unwrap_or(false)
    }

    /// The option as a duration.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        parse_duration(self.get(key)?)
    }

    /// The option as a number of bytes.
    pub fn bytes(&self, key: &str) -> Option<u64> {
        parse_bytes(self.get(key)?)
    }

    /// The option as one character.
    pub fn character(&self, key: &str) -> Option<char> {
        // Flink lets a tab be written as it is escaped in Java.
        match self.get(key)? {
            "\\t" => Some('\t'),
            text => text.chars().next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_flink_reads_them() {
        assert_eq!(parse_duration("5 ms"), Some(Duration::from_millis(5)));
        assert_eq!(parse_duration("2s"), Some(Duration::from_secs(2)));
        assert_eq!(parse_duration("1 min"), Some(Duration::from_secs(60)));
        assert_eq!(parse_duration("250"), Some(Duration::from_millis(250)));
        for bad in ["", "s", "-1 s", "1.5 s", "1 fortnight"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_read_as_flink_reads_them() {
        assert_eq!(parse_bytes("128mb"), Some(128 << 20));
        assert_eq!(parse_bytes("7"), Some(7));
        assert_eq!(parse_bytes("7 tb!"), None);
    }
}
