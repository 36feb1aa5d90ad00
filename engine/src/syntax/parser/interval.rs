//! Units of time and the intervals made of them.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::ast::{IntervalQualifier, TimeUnit};

/// The units of intervals and functions, with the other names that Flink knows them by.
const UNITS: [(&str, TimeUnit); 43] = [
    ("MILLENNIUM", TimeUnit::Millennium),
    ("CENTURY", TimeUnit::Century),
    ("DECADE", TimeUnit::Decade),
    ("YEAR", TimeUnit::Year),
    ("YEARS", TimeUnit::Year),
    ("ISOYEAR", TimeUnit::IsoYear),
    ("QUARTER", TimeUnit::Quarter),
    ("QUARTERS", TimeUnit::Quarter),
    ("MONTH", TimeUnit::Month),
    ("MONTHS", TimeUnit::Month),
    ("WEEK", TimeUnit::Week),
    ("WEEKS", TimeUnit::Week),
    ("DAY", TimeUnit::Day),
    ("DAYS", TimeUnit::Day),
    ("DOW", TimeUnit::DayOfWeek),
    ("DAYOFWEEK", TimeUnit::DayOfWeek),
    ("ISODOW", TimeUnit::IsoDayOfWeek),
    ("DOY", TimeUnit::DayOfYear),
    ("DAYOFYEAR", TimeUnit::DayOfYear),
    ("HOUR", TimeUnit::Hour),
    ("HOURS", TimeUnit::Hour),
    ("MINUTE", TimeUnit::Minute),
    ("MINUTES", TimeUnit::Minute),
    ("SECOND", TimeUnit::Second),
    ("SECONDS", TimeUnit::Second),
    ("MILLISECOND", TimeUnit::Millisecond),
    ("MILLISECONDS", TimeUnit::Millisecond),
    ("MICROSECOND", TimeUnit::Microsecond),
    ("MICROSECONDS", TimeUnit::Microsecond),
    ("NANOSECOND", TimeUnit::Nanosecond),
    ("NANOSECONDS", TimeUnit::Nanosecond),
    ("EPOCH", TimeUnit::Epoch),
    ("SQL_TSI_YEAR", TimeUnit::Year),
    ("SQL_TSI_QUARTER", TimeUnit::Quarter),
    ("SQL_TSI_MONTH", TimeUnit::Month),
    ("SQL_TSI_WEEK", TimeUnit::Week),
    ("SQL_TSI_DAY", TimeUnit::Day),
    ("SQL_TSI_HOUR", TimeUnit::Hour),
    ("SQL_TSI_MINUTE", TimeUnit::Minute),
    ("SQL_TSI_SECOND", TimeUnit::Second),
    ("SQL_TSI_MICROSECOND", TimeUnit::Microsecond),
    ("SQL_TSI_FRAC_SECOND", TimeUnit::Microsecond),
    ("FRAC_SECOND", TimeUnit::Microsecond),
];

/// The units that an interval may have.
const INTERVAL_UNITS: [&str; 8] = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"];

impl Parser<'_> {
    /// `DAY`, `DAY(3) TO SECOND(6)`, `SECOND(2, 3)`, …
    pub(super) fn interval_qualifier(&mut self) -> Result<IntervalQualifier> {
        let at = self.at();
        let start = self.interval_unit()?;
        let (mut precision, mut fraction) = (None, None);
        if self.accept_sign("(") {
            precision = Some(self.number("a precision")?);
            if start == TimeUnit::Second && self.accept_sign(",") {
                fraction = Some(self.number("a precision")?);
            }
            self.expect_sign(")")?;
        }
        let mut end = None;
        if self.is_word(0, "TO") && start != TimeUnit::Second {
            self.bump();
            let end_at = self.at();
            let unit = self.interval_unit()?;
            if !is_finer(unit, start) {
                let message = format!("An interval cannot be {} TO {}", start.keyword(), unit.keyword());
                return Err(SqlError::parse(end_at, message));
            }
            if unit == TimeUnit::Second {
                fraction = self.size()?;
            }
            end = Some(unit);
        }
        Ok(IntervalQualifier { at, start, precision, end, fraction })
    }

    /// Whether an interval's qualifier is at the cursor.
    pub(super) fn at_interval_unit(&self) -> bool {
        let Token::Word(word) = self.peek() else { return false };
        INTERVAL_UNITS.iter().any(|unit| unit.eq_ignore_ascii_case(word))
    }

    fn interval_unit(&mut self) -> Result<TimeUnit> {
        const WHAT: &str = "YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND";
        match self.unit_here().filter(|unit| INTERVAL_UNITS.contains(&unit.keyword())) {
            Some(unit) => {
                self.bump();
                Ok(unit)
            }
            None => self.expected_word(WHAT, &INTERVAL_UNITS),
        }
    }

    /// A unit of time, as a function takes it.
    pub(super) fn time_unit(&mut self) -> Result<TimeUnit> {
        match self.unit_here() {
            Some(unit) => {
                self.bump();
                Ok(unit)
            }
            None => {
                let keywords: Vec<&str> = UNITS.iter().map(|(word, _)| *word).collect();
                self.expected_word("a unit of time, such as DAY", &keywords)
            }
        }
    }

    /// The unit at the cursor, if there is one.
    pub(super) fn unit_here(&self) -> Option<TimeUnit> {
        let Token::Word(word) = self.peek() else { return None };
        UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, unit)| *unit)
    }
}

/// Whether an interval may go from `start` to `end`.
fn is_finer(end: TimeUnit, start: TimeUnit) -> bool {
    const DAYS: [TimeUnit; 4] = [TimeUnit::Day, TimeUnit::Hour, TimeUnit::Minute, TimeUnit::Second];
    let place = |unit| DAYS.iter().position(|known| *known == unit);
    match (place(start), place(end)) {
        (Some(start), Some(end)) => start < end,
        _ => start == TimeUnit::Year && end == TimeUnit::Month,
    }
}
