//! What a batch does to the rows of its side.

use crate::{
    operators::join::{
        failure,
        keys::{Arena, rows_of},
        side::Side,
    },
    runtime::Stop,
    types::{Batch, RowKind},
};

/// A row that comes or goes.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// Where it is in [`Events::rows`].
    pub row: u32,
    /// The row of the batch that it comes with, whose keys it has.
    pub of: u32,
    /// What happens to it.
    pub kind: RowKind,
    /// Whether its key can equal another: it is not NULL.
    pub equals: bool,
    /// Whether it goes because the next one has its unique columns.
    pub replaced: bool,
}

/// The rows of a batch in order, and before each the row that it takes the place of.
#[derive(Debug)]
pub struct Events {
    /// The batch, and the rows that were replaced.
    pub rows: Batch,
    /// What happens.
    pub list: Vec<Event>,
    /// The join key of each row of the batch.
    keys: Arena,
    /// What tells each apart within its join key.
    second_keys: Arena,
}

impl Events {
    /// Puts the rows of a batch into the state of their side, or takes them out.
    pub fn remember(own: &mut Side, batch: &Batch, now: i64) -> Result<Self, Stop> {
        let keys = own.layout().key.encode(batch);
        let rows = rows_of(&batch.columns, own.codec().types(), batch.rows);
        let second_keys = own.second_keys(batch);
        let mut list = Vec::with_capacity(batch.rows);
        let mut replaced: Vec<Box<[u8]>> = Vec::new();
        for row in 0..batch.rows {
            let (key, bytes, equals) = (keys.bytes.get(row), rows.get(row), keys.equal[row]);
            let second_key = second_keys.as_ref().map_or(bytes, |keys| keys.get(row));
            let (kind, of) = (batch.kind(row), row as u32);
            if equals || own.replaces_alone() {
                if !kind.adds() {
                    own.retract(key, second_key, now);
                } else if let Some(before) = own.add(key, second_key, bytes, now) {
                    let place = (batch.rows + replaced.len()) as u32;
                    replaced.push(before);
                    list.push(Event { row: place, of, kind: RowKind::UpdateBefore, equals, replaced: true });
                }
            }
            list.push(Event { row: of, of, kind, equals, replaced: false });
        }
        let second_keys = second_keys.unwrap_or(rows);
        let mut events = Self { rows: batch.clone(), list, keys: keys.bytes, second_keys };
        events.append(own, &replaced)?;
        Ok(events)
    }

    /// The join key of an event's row.
    pub fn key(&self, event: &Event) -> &[u8] {
        self.keys.get(event.of as usize)
    }

    /// What tells an event's row apart within its join key.
    pub fn second_key(&self, event: &Event) -> &[u8] {
        self.second_keys.get(event.of as usize)
    }

    /// Appends the rows that were replaced to the batch.
    fn append(&mut self, own: &Side, replaced: &[Box<[u8]>]) -> Result<(), Stop> {
        if replaced.is_empty() {
            return Ok(());
        }
        let columns = own.codec().decode(replaced.iter().map(AsRef::as_ref));
        let columns = columns.map_err(|error| failure::damaged("Join", error))?;
        let parts = [self.rows.clone(), Batch::inserts(columns, replaced.len())];
        if let Some(rows) = Batch::concat(&parts).map_err(|error| failure::internal("Join", error))? {
            self.rows = rows;
        }
        Ok(())
    }
}
