//! Bookings on accounts, written to Kafka one by one, and what a job is to make of them, computed from all of them at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{chance::Chance, kafka::Feed};

/// 2026-01-01
const FIRST_MS: u64 = 1_767_225_600_000;
const ACCOUNTS: u64 = 40;
/// A booking of so many is written again.
const REPEATED: u64 = 10;
/// One that is written again is one of the last so many.
const RECENT: u64 = 100;
/// Accounts enough that each partition has one of them.
const LAST_ACCOUNTS: u64 = 64;
const HOUR_MS: u64 = 3_600_000;

/// What was written, in order.
#[derive(Debug, Default)]
pub struct Ledger {
    bookings: Vec<Booking>,
}

#[derive(Debug, Clone, Copy)]
struct Booking {
    account: u64,
    id: u64,
    amount: u64,
    at_ms: u64,
}

/// The rows of each account, in their order, as columns beside the account.
pub type Rows = BTreeMap<u64, Vec<[u64; 3]>>;

impl Ledger {
    /// How many bookings were written.
    pub fn len(&self) -> u64 {
        self.bookings.len() as u64
    }

    /// Whether none was written.
    pub fn is_empty(&self) -> bool {
        self.bookings.is_empty()
    }

    /// Writes a booking: a new one, a little later than the last, or a recent one again.
    pub fn write(&mut self, chance: &mut Chance, feed: &mut Feed) {
        let count = self.len();
        let again = count > 0 && chance.of(0..REPEATED) == 0;
        let booking = match again {
            true => self.bookings[chance.of(count.saturating_sub(RECENT)..count) as usize],
            false => Booking {
                account: chance.of(0..ACCOUNTS),
                id: count,
                amount: chance.of(0..1000),
                at_ms: self.last_ms() + chance.of(0..6),
            },
        };
        self.book(booking, feed);
    }

    /// Writes bookings to every partition, so much later that event time passes all that were before.
    pub fn close(&mut self, feed: &mut Feed) {
        let at_ms = self.last_ms() + HOUR_MS;
        for account in ACCOUNTS..ACCOUNTS + LAST_ACCOUNTS {
            self.book(Booking { account, id: self.len(), amount: 0, at_ms }, feed);
        }
    }

    fn book(&mut self, booking: Booking, feed: &mut Feed) {
        let Booking { account, id, amount, at_ms } = booking;
        let value = json!({"account": account, "id": id, "amount": amount, "at_ms": at_ms});
        feed.write(&account.to_string(), &value.to_string());
        self.bookings.push(booking);
    }

    fn last_ms(&self) -> u64 {
        self.bookings.iter().rev().take(RECENT as usize + 1).map(|booking| booking.at_ms).max().unwrap_or(FIRST_MS)
    }

    /// For each booking: its id, and how many there were on its account so far, and their total.
    pub fn totals(&self) -> Rows {
        let mut rows = Rows::new();
        for booking in &self.bookings {
            let rows = rows.entry(booking.account).or_default();
            let [_, count, total] = rows.last().copied().unwrap_or_default();
            rows.push([booking.id, count + 1, total + booking.amount]);
        }
        rows
    }

    /// For each account and each second that has passed: when its first booking was, how many there were, and their
    /// total; those that were written twice counted once.
    pub fn seconds(&self) -> Rows {
        let (mut seen, mut seconds) = (BTreeSet::new(), BTreeMap::<(u64, u64), [u64; 3]>::new());
        let end = self.bookings.iter().map(|booking| booking.at_ms).max().unwrap_or(0);
        for booking in self.bookings.iter().filter(|booking| seen.insert(booking.id)) {
            let second = booking.at_ms / 1000;
            if (second + 1) * 1000 > end + 1 {
                continue;
            }
            let [first, count, total] = seconds.entry((booking.account, second)).or_insert([u64::MAX, 0, 0]);
            *first = booking.at_ms.min(*first);
            *count += 1;
            *total += booking.amount;
        }
        let mut rows = Rows::new();
        seconds.into_iter().for_each(|((account, _), row)| rows.entry(account).or_default().push(row));
        rows
    }
}
