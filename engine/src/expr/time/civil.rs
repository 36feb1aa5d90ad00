//! The proleptic Gregorian calendar in whole days.

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// The year; 0 is 1 BC.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
}

/// Days in 400 years.
const DAYS_PER_ERA: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;

impl Civil {
    /// The day that is so many days after 1970-01-01. Years are counted from March, so that the leap day is the last.
    pub fn of_days(days: i64) -> Self {
        let shifted = days + EPOCH_DAYS;
        let (era, day_of_era) = (shifted.div_euclid(DAYS_PER_ERA), shifted.rem_euclid(DAYS_PER_ERA));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }

    /// How many days it is after 1970-01-01.
    pub fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let shifted_month = (self.month + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_PER_ERA + day_of_era - EPOCH_DAYS
    }

    /// The day of this year, month and day, if there is one.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let valid = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        valid.then_some(Self { year, month, day })
    }

    /// The day of the year, from 1.
    pub fn day_of_year(self) -> i64 {
        self.days() - Self { month: 1, day: 1, ..self }.days() + 1
    }

    /// The day so many months later; the last of its month where the month is too short.
    pub fn add_months(self, months: i64) -> Self {
        let months = self.year * 12 + self.month - 1 + months;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        Self { year, month, day: self.day.min(days_in_month(year, month)) }
    }

    /// The week of ISO 8601 and its year: weeks begin on Monday, the first has the year's first Thursday.
    pub fn iso_week(self) -> (i64, i64) {
        let days = self.days();
        let thursday = days - iso_weekday(days) + 4;
        let year = Self::of_days(thursday).year;
        let first = Self { year, month: 1, day: 1 }.days();
        (year, (thursday - first) / 7 + 1)
    }
}

/// The day of the week: Monday is 1, Sunday 7.
pub fn iso_weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// Whether a year has a 29th of February.
pub fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// How many days a month has.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for days in (-1_000_000..1_000_000).step_by(13) {
            let civil = Civil::of_days(days);
            assert_eq!(civil.days(), days, "{civil:?}");
            assert_eq!(Civil::new(civil.year, civil.month, civil.day), Some(civil));
        }
        assert_eq!(Civil::of_days(19_782), Civil { year: 2024, month: 2, day: 29 });
        assert_eq!(Civil::of_days(-1), Civil { year: 1969, month: 12, day: 31 });
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        let week = |year, month, day| Civil { year, month, day }.iso_week();
        assert_eq!([week(2024, 12, 30), week(2021, 1, 3), week(2000, 1, 1)], [(2025, 1), (2020, 53), (1999, 52)]);
    }
}
