//! `hand QUERY FILE`: what a person would write in Rust for the first three Nexmark queries, one loop over the lines of the
//! file, each parsed into a struct that borrows from it. Prints how many nanoseconds it took once the file was in memory.
//!
//! A crate of its own, for it is compiled with everything optimised: see `profile.hand` in the workspace's `Cargo.toml`.

use std::{env, error::Error, fs, hint::black_box, time::Instant};

use serde::Deserialize;

/// An event; what is not a bid is not looked into.
#[derive(Deserialize)]
struct Event<'a> {
    event_type: u8,
    #[serde(borrow)]
    bid: Option<Bid<'a>>,
}

#[derive(Deserialize)]
struct Bid<'a> {
    auction: i64,
    bidder: i64,
    price: i64,
    #[serde(rename = "customTime")]
    time: &'a str,
    extra: &'a str,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [query, file] = arguments.as_slice() else { return Err("usage: hand QUERY FILE".into()) };
    let run = query_named(query).ok_or("there are q0, q1 and q2")?;
    let bytes = fs::read(file)?;
    let begun = Instant::now();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let event: Event<'_> = serde_json::from_slice(line)?;
        if let (2, Some(bid)) = (event.event_type, &event.bid) {
            run(bid);
        }
    }
    println!("{}", begun.elapsed().as_nanos());
    Ok(())
}

/// What is done with each bid: its results go nowhere, but the compiler must believe that they are looked at.
fn query_named(name: &str) -> Option<fn(&Bid<'_>)> {
    Some(match name {
        "q0" => |bid| {
            black_box((bid.auction, bid.bidder, bid.price, millis(bid.time), bid.extra));
        },
        "q1" => |bid| {
            // 0.908 is a decimal of three digits after the point.
            let euros = i128::from(bid.price) * 908;
            black_box((bid.auction, bid.bidder, euros, millis(bid.time), bid.extra));
        },
        "q2" => |bid| {
            if bid.auction % 123 == 0 {
                black_box((bid.auction, bid.price));
            }
        },
        _ => return None,
    })
}

/// Milliseconds since 1970 of `2020-01-01 00:00:00.123`, whose fraction may be shorter or missing.
fn millis(text: &str) -> i64 {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    // Days from the first of March of the year 0, whose year ends with its leap day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    let fraction = text.get(20..).unwrap_or_default();
    let fraction = fraction.parse::<i64>().map_or(0, |n| n * 10_i64.pow(3_u32.saturating_sub(fraction.len() as u32)));
    ((days * 24 + number(11, 13)) * 60 + number(14, 16)) * 60_000 + number(17, 19) * 1000 + fraction
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn times_are_milliseconds_since_1970() {
        for (text, expect) in [
            ("1970-01-01 00:00:00", 0),
            ("2020-01-01 00:00:00.39", 1_577_836_800_390),
            ("2024-02-29 23:59:59.007", 1_709_251_199_007),
        ] {
            assert_eq!(millis(text), expect, "{text}");
        }
    }
}
