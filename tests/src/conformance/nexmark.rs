//! A fixed stream of the Nexmark benchmark's shape: people who open auctions, and bids on them, one JSON line each. It is
//! generated alike on every run and machine; nothing in it is real.

use std::fmt::Write;

/// The first event's time, in milliseconds since 1970 (2024-01-01 00:00:00 UTC), and the time between two events.
const FIRST: u64 = 1_704_067_200_000;
const STEP: u64 = 10;

/// Of fifty events one is a person, three are auctions, the rest bids: the benchmark's own proportions.
const ROUND: u64 = 50;
const PEOPLE: u64 = 1;
const AUCTIONS: u64 = 3;

/// Where the ids begin, as in the benchmark.
const FIRST_ID: u64 = 1000;

const STATES: [&str; 6] = ["AZ", "CA", "ID", "OR", "WA", "WY"];
const CITIES: [&str; 6] = ["Phoenix", "Los Angeles", "Boise", "Portland", "Seattle", "Cheyenne"];
const FIRST_NAMES: [&str; 8] = ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie"];
const LAST_NAMES: [&str; 7] = ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith"];
const CHANNELS: [&str; 4] = ["Google", "Facebook", "Baidu", "Apple"];

/// The first `count` events, one line each with its line feed.
pub fn events(count: u64) -> String {
    let mut chance = Chance(42);
    let mut text = String::new();
    for number in 0..count {
        let place = Place { round: number / ROUND, offset: number % ROUND, time: FIRST + number * STEP };
        match place.offset {
            0 => person(&mut text, &mut chance, &place),
            1..=AUCTIONS => auction(&mut text, &mut chance, &place),
            _ => bid(&mut text, &mut chance, &place),
        }
    }
    text
}

/// Where an event stands in the stream.
struct Place {
    round: u64,
    offset: u64,
    time: u64,
}

impl Place {
    fn people(&self) -> u64 {
        (self.round + 1) * PEOPLE
    }

    fn auctions(&self) -> u64 {
        self.round * AUCTIONS + self.offset.min(AUCTIONS)
    }

    /// Somebody known by now, more often one who came late.
    fn somebody(&self, chance: &mut Chance) -> u64 {
        let back = chance.below(self.people().min(50));
        FIRST_ID + self.people() - 1 - back
    }
}

fn person(text: &mut String, chance: &mut Chance, place: &Place) {
    let (first, last) = (chance.of(&FIRST_NAMES), chance.of(&LAST_NAMES));
    let home = chance.below(STATES.len() as u64) as usize;
    let id = FIRST_ID + place.people() - 1;
    let card = chance.below(10_000);
    line(text, 0, "person", place.time, |text| {
        let _ = write!(
            text,
            r#""id":{id},"name":"{first} {last}","emailAddress":"{first}.{last}@example.com","creditCard":"0000 0000 0000 {card:04}","city":"{}","state":"{}""#,
            CITIES[home], STATES[home]
        );
    });
}

fn auction(text: &mut String, chance: &mut Chance, place: &Place) {
    let id = FIRST_ID + place.auctions() - 1;
    let seller = place.somebody(chance);
    let (category, initial) = (10 + chance.below(5), chance.price());
    let reserve = initial + chance.price();
    let expires = moment(place.time + 2_000 + chance.below(20_000));
    line(text, 1, "auction", place.time, |text| {
        let _ = write!(
            text,
            r#""id":{id},"itemName":"item {id}","description":"lot of {category}","initialBid":{initial},"reserve":{reserve},"expires":"{expires}","seller":{seller},"category":{category}"#
        );
    });
}

fn bid(text: &mut String, chance: &mut Chance, place: &Place) {
    let recent = place.auctions().min(60);
    // Half of the bids are on the auction that is the fashion of the round.
    let back = if chance.below(2) == 0 { place.offset % 2 } else { chance.below(recent) };
    let auction = FIRST_ID + place.auctions() - 1 - back.min(recent - 1);
    let (bidder, price) = (place.somebody(chance), chance.price());
    let channel = match chance.below(10) {
        known @ 0..4 => CHANNELS[known as usize].into(),
        other => format!("channel-{}", other * 100 + chance.below(40)),
    };
    let folder = chance.below(1000);
    line(text, 2, "bid", place.time, |text| {
        let _ = write!(
            text,
            r#""auction":{auction},"bidder":{bidder},"price":{price},"channel":"{channel}","url":"https://www.nexmark.com/{channel}/f{folder}/i{auction}/item.htm?query=1""#
        );
    });
}

/// One event with the two fields that all kinds have.
fn line(text: &mut String, kind: u8, name: &str, time: u64, fields: impl FnOnce(&mut String)) {
    let _ = write!(text, r#"{{"event_type":{kind},"{name}":{{"#);
    fields(text);
    let _ = writeln!(text, r#","customTime":"{}","extra":"x{}"}}}}"#, moment(time), time % 97);
}

/// A time of the stream's first day as SQL writes it.
fn moment(time: u64) -> String {
    let of_day = time - FIRST;
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    format!("2024-01-01 {:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Numbers that look like chance: the multiplier and increment are Knuth's (MMIX).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }

    /// Between one and ten million: each power of ten as often as the next.
    fn price(&mut self) -> u64 {
        let power = self.below(7) as u32;
        10_u64.pow(power) + self.below(9 * 10_u64.pow(power))
    }
}
