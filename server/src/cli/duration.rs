//! Durations as people write them: `60s`, `5m`, `500ms`.

use std::time::Duration;

/// The longest that a command may be told to wait.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Reads `90s`, `5m`, `1h` or `500ms`; also Flink's own spelling, `10 s`.
///
/// # Errors
/// What would be right.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time; write it with its unit, such as 60s, 5m or 500ms, at most 24h");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit_ms = match unit.trim() {
        "ms" => 1,
        "s" | "sec" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let duration = number.checked_mul(unit_ms).map(Duration::from_millis);
    duration.filter(|duration| *duration <= LONGEST).ok_or_else(wrong)
}

/// `90 s`, `5 min`, `500 ms`: a time for a sentence.
pub fn words(duration: Duration) -> String {
    match duration.as_millis() {
        ms if ms < 1000 => format!("{ms} ms"),
        ms if ms % 60_000 == 0 => format!("{} min", ms / 60_000),
        ms if ms % 1000 == 0 || ms > 10_000 => format!("{} s", (ms + 500) / 1000),
        ms => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_needed_and_known() {
        let good = [("60s", 60_000), ("5m", 300_000), ("1h", 3_600_000), ("500ms", 500), ("10 s", 10_000), ("0s", 0)];
        for (text, ms) in good {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "60", "s", "-1s", "1.5s", "5 days", "25h", "99999999999999999999h", "18446744073709551615h"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_are_short() {
        let cases = [(500, "500 ms"), (1500, "1.5 s"), (60_000, "1 min"), (90_000, "90 s"), (24_015, "24 s")];
        for (ms, expect) in cases {
            assert_eq!(words(Duration::from_millis(ms)), expect);
        }
    }
}
