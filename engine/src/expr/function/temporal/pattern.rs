//! Java's patterns of dates and times: `yyyy-MM-dd HH:mm:ss`.

use crate::expr::{
    EvalError,
    time::{
        MICROS_PER_DAY, MICROS_PER_SECOND,
        civil::{Civil, days_in_month, iso_weekday},
        text::push_padded,
    },
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const QUARTERS: [&str; 4] = ["Q1", "Q2", "Q3", "Q4"];
/// The letters of a short name of a month or a weekday.
const SHORT: usize = 3;

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// A letter and how often it stands there.
    Field(char, usize),
    /// What is written as it is.
    Literal(String),
}

/// A pattern, read.
#[derive(Debug, Clone)]
pub struct Pattern {
    items: Vec<Item>,
}

/// What a text under a pattern says.
#[derive(Debug, Clone, Copy)]
pub struct Parsed {
    /// Microseconds since 1970, local.
    pub local: i64,
    /// The offset from UTC in microseconds, where the text has one.
    pub offset: Option<i64>,
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(pattern: &str) -> Result<Self, EvalError> {
        const KNOWN: &str = "yuMLdDEeaHhKkmsSnQqwGXxZ";
        let mut items = Vec::new();
        let mut chars = pattern.chars().peekable();
        let mut literal = String::new();
        while let Some(next) = chars.next() {
            if next == '\'' {
                quoted(&mut chars, &mut literal);
                continue;
            }
            if !next.is_ascii_alphabetic() {
                literal.push(next);
                continue;
            }
            if !KNOWN.contains(next) {
                let message =
                    format!("The letter '{next}' of the pattern '{pattern}' is not supported; known: {KNOWN}");
                return Err(EvalError::new("java.lang.IllegalArgumentException", message));
            }
            if !literal.is_empty() {
                items.push(Item::Literal(std::mem::take(&mut literal)));
            }
            let mut count = 1;
            while chars.next_if_eq(&next).is_some() {
                count += 1;
            }
            items.push(Item::Field(next, count));
        }
        if !literal.is_empty() {
            items.push(Item::Literal(literal));
        }
        Ok(Self { items })
    }

    /// Appends a local time under the pattern; `offset` is that of its zone in microseconds.
    pub fn push(&self, text: &mut String, local: i64, offset: i64) {
        let days = local.div_euclid(MICROS_PER_DAY);
        let moment = Moment { days, civil: Civil::of_days(days), micros: local.rem_euclid(MICROS_PER_DAY), offset };
        for item in &self.items {
            match item {
                Item::Literal(literal) => text.push_str(literal),
                Item::Field(letter, count) => moment.push(text, *letter, *count),
            }
        }
    }

    /// A local time under the pattern.
    pub fn format(&self, local: i64, offset: i64) -> String {
        let mut text = String::new();
        self.push(&mut text, local, offset);
        text
    }

    /// For how many microseconds, from a multiple of it on, the text of a local time stays the same. Patterns without a
    /// zone only.
    pub fn granularity(&self) -> i64 {
        let of = |item: &Item| match item {
            Item::Literal(_) => MICROS_PER_DAY,
            Item::Field(letter, _) => match letter {
                'a' | 'H' | 'k' | 'K' | 'h' => 3_600 * MICROS_PER_SECOND,
                'm' => 60 * MICROS_PER_SECOND,
                's' => MICROS_PER_SECOND,
                'S' | 'n' | 'X' | 'x' | 'Z' => 1,
                _ => MICROS_PER_DAY,
            },
        };
        self.items.iter().map(of).min().unwrap_or(MICROS_PER_DAY)
    }

    /// A text read by the pattern. `lenient`: as `SimpleDateFormat` reads, where numbers may be shorter or longer than
    /// their letters, run over into the next unit, and what follows is not looked at; else as `DateTimeFormatter`.
    pub fn parse(&self, text: &str, lenient: bool) -> Option<Parsed> {
        let mut fields = Fields { lenient, ..Fields::default() };
        let mut rest = text;
        for (index, item) in self.items.iter().enumerate() {
            rest = match item {
                Item::Literal(literal) => rest.strip_prefix(literal.as_str())?,
                Item::Field(letter, count) => {
                    let reserved = self.reserved_after(index);
                    fields.read(rest, *letter, *count, reserved)?
                }
            };
        }
        if !lenient && !rest.is_empty() {
            return None;
        }
        fields.resolve()
    }

    /// `Some` where numbers of fixed width follow at once: how many digits they need.
    fn reserved_after(&self, index: usize) -> Option<usize> {
        let mut digits = 0;
        for item in &self.items[index + 1..] {
            match item {
                Item::Field(letter, count) if is_number(*letter, *count) => digits += count,
                _ => break,
            }
        }
        (digits > 0).then_some(digits)
    }
}

fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, literal: &mut String) {
    if chars.next_if_eq(&'\'').is_some() {
        return literal.push('\'');
    }
    while let Some(next) = chars.next() {
        if next != '\'' {
            literal.push(next);
        } else if chars.next_if_eq(&'\'').is_some() {
            literal.push('\'');
        } else {
            return;
        }
    }
}

fn is_number(letter: char, count: usize) -> bool {
    match letter {
        'M' | 'L' => count <= 2,
        'E' | 'a' | 'G' | 'X' | 'x' | 'Z' => false,
        _ => true,
    }
}

struct Moment {
    days: i64,
    civil: Civil,
    micros: i64,
    offset: i64,
}

impl Moment {
    fn push(&self, text: &mut String, letter: char, count: usize) {
        let seconds = self.micros / MICROS_PER_SECOND;
        let hour = seconds / 3_600;
        let weekday = iso_weekday(self.days);
        let number = match letter {
            'y' | 'u' if count == 2 => self.civil.year.rem_euclid(100),
            'y' | 'u' => self.civil.year,
            'M' | 'L' if count > 2 => return push_name(text, &MONTHS, self.civil.month, count),
            'M' | 'L' => self.civil.month,
            'd' => self.civil.day,
            'D' => self.civil.day_of_year(),
            'Q' | 'q' if count > 2 => {
                return text.push_str(QUARTERS[((self.civil.month - 1) / 3) as usize % QUARTERS.len()]);
            }
            'Q' | 'q' => (self.civil.month + 2) / 3,
            'w' => self.civil.iso_week().1,
            'E' => return push_name(text, &WEEKDAYS, weekday, count),
            'e' => weekday % 7 + 1,
            'a' => return text.push_str(if hour < 12 { "AM" } else { "PM" }),
            'G' => return text.push_str(if self.civil.year > 0 { "AD" } else { "BC" }),
            'H' => hour,
            'k' => (hour + 23) % 24 + 1,
            'K' => hour % 12,
            'h' => (hour + 11) % 12 + 1,
            'm' => seconds / 60 % 60,
            's' => seconds % 60,
            'n' => self.micros % MICROS_PER_SECOND * 1_000,
            'S' => return push_fraction(text, self.micros % MICROS_PER_SECOND, count),
            _ => return push_offset(text, self.offset / MICROS_PER_SECOND, letter, count),
        };
        push_padded(text, number, count);
    }
}

fn push_name(text: &mut String, names: &[&str], number: i64, count: usize) {
    let name = usize::try_from(number - 1).ok().and_then(|index| names.get(index)).copied().unwrap_or_default();
    text.push_str(if count > SHORT { name } else { &name[..SHORT.min(name.len())] });
}

fn push_fraction(text: &mut String, micros: i64, count: usize) {
    let digits = format!("{micros:06}000");
    text.push_str(&digits[..count.min(digits.len())]);
}

fn push_offset(text: &mut String, seconds: i64, letter: char, count: usize) {
    if letter == 'X' && seconds == 0 {
        return text.push('Z');
    }
    text.push(if seconds < 0 { '-' } else { '+' });
    let minutes = seconds.abs() / 60;
    push_padded(text, minutes / 60, 2);
    if count == 1 && letter != 'Z' && minutes % 60 == 0 {
        return;
    }
    if count >= 3 && letter != 'Z' {
        text.push(':');
    }
    push_padded(text, minutes % 60, 2);
}

/// What has been read.
#[derive(Default)]
struct Fields {
    lenient: bool,
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: Option<i64>,
    hour_of_half: Option<i64>,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    micros: i64,
    offset: Option<i64>,
}

impl Fields {
    /// Reads a field; gives what is left.
    fn read<'a>(&mut self, text: &'a str, letter: char, count: usize, reserved: Option<usize>) -> Option<&'a str> {
        match letter {
            'M' | 'L' if count > 2 => {
                let (month, rest) = name(text, &MONTHS, count, self.lenient)?;
                self.month = Some(month);
                return Some(rest);
            }
            'E' => return name(text, &WEEKDAYS, count, self.lenient).map(|(_, rest)| rest),
            'a' => {
                let half = text.get(..2)?.to_ascii_uppercase();
                self.afternoon = Some(half == "PM");
                return (half == "AM" || half == "PM").then(|| &text[2..]);
            }
            'G' => return text.strip_prefix("AD"),
            'X' | 'x' | 'Z' => {
                let (offset, rest) = offset(text)?;
                self.offset = Some(offset);
                return Some(rest);
            }
            _ => {}
        }
        let (digits, rest) = self.digits(text, letter, count, reserved)?;
        let value: i64 = digits.parse().ok()?;
        self.set(letter, count, value, digits)?;
        Some(rest)
    }

    fn digits<'a>(
        &self,
        text: &'a str,
        letter: char,
        count: usize,
        reserved: Option<usize>,
    ) -> Option<(&'a str, &'a str)> {
        let text = if self.lenient { text.trim_start_matches(' ') } else { text };
        let there = text.bytes().take_while(u8::is_ascii_digit).count();
        let year = matches!(letter, 'y' | 'u');
        let take = match (self.lenient, reserved) {
            (true, Some(_)) => count.min(there),
            (true, None) => there,
            (false, _) if letter == 'S' || (count == 2 && !year) => count,
            (false, reserved) if year && count > 2 => there.checked_sub(reserved.unwrap_or(0))?.max(count),
            (false, _) if year && count == 2 => 2,
            (false, _) if count > 1 => count,
            (false, reserved) => there.checked_sub(reserved.unwrap_or(0))?,
        };
        (take > 0 && take <= there).then(|| text.split_at(take))
    }

    fn set(&mut self, letter: char, count: usize, value: i64, digits: &str) -> Option<()> {
        match letter {
            // Two digits are of the century that begins in 2000, as `DateTimeFormatter` has it.
            'y' | 'u' => self.year = Some(if count == 2 && digits.len() == 2 { 2_000 + value } else { value }),
            'M' | 'L' => self.month = Some(value),
            'd' => self.day = Some(value),
            'D' => self.day_of_year = Some(value),
            'H' => self.hour = Some(value),
            'k' => self.hour = Some(value % 24),
            'h' => self.hour_of_half = Some(value % 12),
            'K' => self.hour_of_half = Some(value),
            'm' => self.minute = value,
            's' => self.second = value,
            'S' if self.lenient => self.micros = value * 1_000,
            'S' => self.micros = crate::expr::time::parse::fraction_micros(digits)?,
            'n' => self.micros = value / 1_000,
            // What does not change the moment.
            _ => {}
        }
        Some(())
    }

    fn resolve(self) -> Option<Parsed> {
        let hour = match (self.hour, self.hour_of_half) {
            (Some(hour), _) => hour,
            (None, Some(hour)) => hour + if self.afternoon == Some(true) { 12 } else { 0 },
            (None, None) => 0,
        };
        let (year, month, day) = (self.year.unwrap_or(1970), self.month.unwrap_or(1), self.day.unwrap_or(1));
        let days = if self.lenient {
            let months = year * 12 + month - 1;
            Civil { year: months.div_euclid(12), month: months.rem_euclid(12) + 1, day: 1 }.days() + day - 1
        } else {
            let valid = (1..=12).contains(&month) && (1..=31).contains(&day);
            let at_end = hour == 24 && self.minute == 0 && self.second == 0 && self.micros == 0;
            let valid = valid && (hour < 24 || at_end) && self.minute < 60 && self.second < 60;
            valid.then_some(())?;
            Civil { year, month, day: day.min(days_in_month(year, month)) }.days()
        };
        let days = match self.day_of_year {
            Some(day) => Civil { year, month: 1, day: 1 }.days() + day - 1,
            None => days,
        };
        let seconds = hour * 3_600 + self.minute * 60 + self.second;
        let local = days.checked_mul(MICROS_PER_DAY)?.checked_add(seconds * MICROS_PER_SECOND + self.micros)?;
        Some(Parsed { local, offset: self.offset })
    }
}

fn name<'a>(text: &'a str, names: &[&str], count: usize, any_length: bool) -> Option<(i64, &'a str)> {
    let find = |length: usize| {
        names.iter().enumerate().find_map(|(index, name)| {
            let name = &name[..length.min(name.len())];
            let head = text.get(..name.len())?;
            head.eq_ignore_ascii_case(name).then(|| (index as i64 + 1, &text[name.len()..]))
        })
    };
    if any_length {
        find(usize::MAX).or_else(|| find(SHORT))
    } else {
        find(if count > SHORT { usize::MAX } else { SHORT })
    }
}

/// `Z`, `+08`, `+0800`, `+08:00`
fn offset(text: &str) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some((0, rest));
    }
    let negative = text.starts_with('-');
    let rest = text.strip_prefix(['+', '-'])?;
    let two = |text: &str| text.get(..2)?.parse::<i64>().ok();
    let (hours, mut rest) = (two(rest)?, &rest[2..]);
    let mut seconds = hours * 3_600;
    let minutes = rest.strip_prefix(':').unwrap_or(rest);
    if let Some(value) = two(minutes) {
        seconds += value * 60;
        rest = &minutes[2..];
    }
    Some((if negative { -seconds } else { seconds } * MICROS_PER_SECOND, rest))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// 2024-02-29 13:04:05.678
    const MOMENT: i64 = 19_782 * MICROS_PER_DAY + 47_045_678_000;

    #[test]
    fn formats() {
        let cases = [
            ("yyyy-MM-dd HH:mm:ss.SSS", "2024-02-29 13:04:05.678"),
            ("yy/M/d h:m:s a", "24/2/29 1:4:5 PM"),
            ("EEE, dd MMM yyyy", "Thu, 29 Feb 2024"),
            ("EEEE MMMM D", "Thursday February 60"),
            ("'T'HH'o''clock'", "T13o'clock"),
            ("k K H h Q", "13 1 13 1 1"),
            ("XXX Z", "+02:00 +0200"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(Pattern::new(pattern).unwrap().format(MOMENT, 7_200 * MICROS_PER_SECOND), expected);
        }
        assert!(Pattern::new("b").is_err());
    }

    #[test]
    fn parses() {
        let read =
            |pattern: &str, text: &str, lenient| Pattern::new(pattern).unwrap().parse(text, lenient).map(|p| p.local);
        assert_eq!(read("yyyy-MM-dd HH:mm:ss.SSS", "2024-02-29 13:04:05.678", false), Some(MOMENT));
        assert_eq!(read("yyyyMMddHHmmss", "20240229130405", false), Some(MOMENT - 678_000));
        assert_eq!(read("yyyyMMddHHmmss", "20240229130405", true), Some(MOMENT - 678_000));
        assert_eq!(read("yyyy-MM-dd", "2024-2-29", false), None);
        assert_eq!(read("yyyy-MM-dd", "2024-2-30x", true), Some(19_783 * MICROS_PER_DAY));
        assert_eq!(read("dd MMM yyyy", "29 Feb 2024", false), Some(19_782 * MICROS_PER_DAY));
        assert_eq!(read("yyyy-MM-dd HH:mm", "2024-02-29 25:00", false), None);
        let zoned = Pattern::new("HH:mm X").unwrap().parse("08:00 +0800", true).unwrap();
        assert_eq!((zoned.local, zoned.offset), (28_800 * MICROS_PER_SECOND, Some(28_800 * MICROS_PER_SECOND)));
    }
}
