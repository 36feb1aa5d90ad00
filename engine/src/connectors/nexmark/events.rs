//! The events, as the generator of the public benchmark makes them. Numbers are its defaults.

use super::names::{CITIES, FIRST_NAMES, HOT_CHANNELS, LAST_NAMES, STATES};
use crate::{connectors::random::Random, types::Value};

/// Of so many events in a row, the first is a person, the next three are auctions, the others bids.
const PROPORTION: u64 = 50;
const PERSONS: u64 = 1;
const AUCTIONS: u64 = 3;
/// The first ids.
const FIRST_PERSON: u64 = 1000;
const FIRST_AUCTION: u64 = 1000;
const FIRST_CATEGORY: u64 = 10;
const CATEGORIES: u32 = 5;
/// How far ahead of the newest an id may be.
const PERSON_LEAD: u64 = 10;
const AUCTION_LEAD: u64 = 10;
/// How many persons and auctions are met at a time.
const ACTIVE_PERSONS: u64 = 1000;
const AUCTIONS_IN_FLIGHT: u64 = 100;
/// One in so many bids and auctions is not of the hot ones.
const HOT_AUCTIONS: u32 = 2;
const HOT_BIDDERS: u32 = 4;
const HOT_SELLERS: u32 = 4;
const HOT_CHANNEL: u32 = 2;
/// Every so many ids one is hot.
const HOT_RATIO: u64 = 100;
const CHANNELS: u32 = 10_000;
/// About how long events are: bytes.
const PERSON_BYTES: usize = 200;
const AUCTION_BYTES: usize = 500;
const BID_BYTES: usize = 100;

/// When events happen.
#[derive(Debug, Clone)]
pub struct Generator {
    /// The first: milliseconds since 1970.
    pub first_ms: i64,
    /// Events of a second.
    pub per_second: u64,
}

/// An event: its fields by name.
#[derive(Debug)]
pub struct Event {
    kind: i64,
    fields: Vec<(&'static str, Value)>,
}

impl Event {
    /// 0 a person, 1 an auction, 2 a bid.
    pub fn kind(&self) -> i64 {
        self.kind
    }

    /// The column in which it is.
    pub fn name(&self) -> &'static str {
        match self.kind {
            0 => "person",
            1 => "auction",
            _ => "bid",
        }
    }

    /// One of its fields; NULL where it has none of that name.
    pub fn field(&self, name: &str) -> Value {
        let found = self.fields.iter().find(|(known, _)| *known == name);
        found.map_or(Value::Null, |(_, value)| value.clone())
    }
}

fn text(text: impl AsRef<str>) -> Value {
    Value::Text(text.as_ref().into())
}

fn number(number: u64) -> Value {
    Value::Integer(number as i64)
}

/// The number, from 0, of the last person up to an event.
fn last_person(event: u64) -> u64 {
    let epoch = event / PROPORTION;
    epoch * PERSONS + PERSONS - 1
}

/// The number, from 0, of the last auction up to an event.
fn last_auction(event: u64) -> u64 {
    let (epoch, offset) = (event / PROPORTION, event % PROPORTION);
    match offset.checked_sub(PERSONS) {
        // A person: the last auction is of the epoch before.
        None => (epoch * AUCTIONS).saturating_sub(1),
        Some(offset) => epoch * AUCTIONS + offset.min(AUCTIONS - 1),
    }
}

fn some_person(event: u64, random: &mut Random) -> u64 {
    let count = last_person(event) + 1;
    let active = count.min(ACTIVE_PERSONS);
    count - active + random.below_long(active + PERSON_LEAD)
}

fn some_auction(event: u64, random: &mut Random) -> u64 {
    let last = last_auction(event);
    let first = last.saturating_sub(AUCTIONS_IN_FLIGHT);
    first + random.below_long(last - first + 1 + AUCTION_LEAD)
}

fn price(random: &mut Random) -> u64 {
    (10_f64.powf(random.fraction() * 6.0) * 100.0).round() as u64
}

fn letters(random: &mut Random, length: usize) -> String {
    (0..length).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
}

/// Text of about half to all of `most` characters, with spaces.
fn words(random: &mut Random, most: usize) -> String {
    const LEAST: usize = 3;
    let length = LEAST + random.below((most - LEAST) as u32) as usize;
    let character = |_| match random.below(13) {
        0 => ' ',
        _ => char::from(b'a' + random.below(26) as u8),
    };
    (0..length).map(character).collect::<String>().trim().to_owned()
}

/// What fills an event up to about `wanted` bytes.
fn extra(random: &mut Random, current: usize, wanted: usize) -> String {
    let missing = wanted.saturating_sub(current);
    if missing == 0 {
        return String::new();
    }
    let spread = (missing as f64 * 0.2).round() as usize;
    let length = missing - spread + random.below(2 * spread as u32 + 1) as usize;
    letters(random, length)
}

fn pick<'a>(random: &mut Random, of: &[&'a str]) -> &'a str {
    of[random.below(of.len() as u32) as usize]
}

impl Generator {
    /// The event of a number.
    pub fn event(&self, event: u64) -> Event {
        let micros = self.first_ms * 1000 + (event as i128 * 1_000_000 / i128::from(self.per_second)) as i64;
        // Events have milliseconds.
        let time = micros.div_euclid(1000) * 1000;
        let mut random = Random::new(event);
        let offset = event % PROPORTION;
        if offset < PERSONS {
            Event { kind: 0, fields: person(event, time, &mut random) }
        } else if offset < PERSONS + AUCTIONS {
            Event { kind: 1, fields: self.auction(event, time, &mut random) }
        } else {
            Event { kind: 2, fields: bid(event, time, &mut random) }
        }
    }

    fn auction(&self, event: u64, time: i64, random: &mut Random) -> Vec<(&'static str, Value)> {
        let seller = if random.below(HOT_SELLERS) > 0 {
            last_person(event) / HOT_RATIO * HOT_RATIO
        } else {
            some_person(event, random)
        };
        let category = FIRST_CATEGORY + u64::from(random.below(CATEGORIES));
        let (initial, reserve) = (price(random), price(random));
        let (name, description) = (words(random, 20), words(random, 100));
        let expires = time + self.length_ms(random) * 1000;
        let extra = extra(random, 8 + name.len() + description.len() + 8 + 8 + 8 + 8 + 8, AUCTION_BYTES);
        vec![
            ("id", number(FIRST_AUCTION + last_auction(event))),
            ("itemName", text(name)),
            ("description", text(description)),
            ("initialBid", number(initial)),
            ("reserve", number(initial + reserve)),
            ("dateTime", Value::Timestamp(time)),
            ("expires", Value::Timestamp(expires)),
            ("seller", number(FIRST_PERSON + seller)),
            ("category", number(category)),
            ("extra", text(extra)),
        ]
    }

    /// How long an auction lasts, so that about as many are open as are met at a time: milliseconds.
    fn length_ms(&self, random: &mut Random) -> i64 {
        let events = AUCTIONS_IN_FLIGHT * PROPORTION / AUCTIONS;
        let horizon = events * 1000 / self.per_second;
        1 + random.below_long((horizon * 2).max(1)) as i64
    }
}

fn person(event: u64, time: i64, random: &mut Random) -> Vec<(&'static str, Value)> {
    let name = format!("{} {}", pick(random, &FIRST_NAMES), pick(random, &LAST_NAMES));
    let email = format!("{}@{}.com", words(random, 7), words(random, 5));
    let card: Vec<String> = (0..4).map(|_| format!("{:04}", random.below(10_000))).collect();
    let card = card.join(" ");
    let (city, state) = (pick(random, &CITIES), pick(random, &STATES));
    let extra = extra(random, 8 + name.len() + email.len() + card.len() + city.len() + state.len(), PERSON_BYTES);
    vec![
        ("id", number(FIRST_PERSON + last_person(event))),
        ("name", text(name)),
        ("emailAddress", text(email)),
        ("creditCard", text(card)),
        ("city", text(city)),
        ("state", text(state)),
        ("dateTime", Value::Timestamp(time)),
        ("extra", text(extra)),
    ]
}

fn bid(event: u64, time: i64, random: &mut Random) -> Vec<(&'static str, Value)> {
    let auction = if random.below(HOT_AUCTIONS) > 0 {
        last_auction(event) / HOT_RATIO * HOT_RATIO
    } else {
        some_auction(event, random)
    };
    let bidder = if random.below(HOT_BIDDERS) > 0 {
        last_person(event) / HOT_RATIO * HOT_RATIO + 1
    } else {
        some_person(event, random)
    };
    let price = price(random);
    let (channel, url) = if random.below(HOT_CHANNEL) > 0 {
        let place = random.below(HOT_CHANNELS.len() as u32) as usize;
        // The address of a channel does not change.
        (HOT_CHANNELS[place].to_owned(), url(&mut Random::new(place as u64)))
    } else {
        let place = random.below(CHANNELS);
        let mut own = Random::new(u64::from(place));
        let mut url = url(&mut own);
        if own.below(10) > 0 {
            url.push_str(&format!("&channel_id={}", (place as i32).reverse_bits().unsigned_abs()));
        }
        (format!("channel-{place}"), url)
    };
    let extra = extra(random, 8 + 8 + 8 + 8, BID_BYTES);
    vec![
        ("auction", number(FIRST_AUCTION + auction)),
        ("bidder", number(FIRST_PERSON + bidder)),
        ("price", number(price)),
        ("channel", text(channel)),
        ("url", text(url)),
        ("dateTime", Value::Timestamp(time)),
        ("extra", text(extra)),
    ]
}

fn url(random: &mut Random) -> String {
    let part = |random: &mut Random| words(random, 5).replace(' ', "_");
    let (first, second, third) = (part(random), part(random), part(random));
    format!("https://www.nexmark.com/{first}/{second}/{third}/item.htm?query=1")
}
