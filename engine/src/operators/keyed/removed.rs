//! Keys that were in the last checkpoint and have gone since.

use crate::state::{TableMode, TableRows};

/// Removed keys are remembered only as long as they are no more than those that are left, and so many: beyond it a base
/// costs less than an increment.
const MIN_REMOVED: usize = 1024;

/// The removed keys of a state; `None` where they are not known, so that what is written next is a base.
#[derive(Debug, Default)]
pub struct Removed(Option<Vec<(u16, Box<[u8]>)>>);

impl Removed {
    /// Whether removals have to be told.
    pub fn needed(&self) -> bool {
        self.0.is_some()
    }

    /// A key that was written has gone; `left` are left.
    pub fn push(&mut self, group: u16, key: Box<[u8]>, left: usize) {
        let Some(removed) = &mut self.0 else { return };
        removed.push((group, key));
        if removed.len() > left.max(MIN_REMOVED) {
            self.0 = None;
        }
    }

    /// Begins what the writer asks for: of an increment it writes the removed keys that are not back by now. Answers what
    /// is to be written.
    pub fn begin(&mut self, asked: TableMode, rows: &mut TableRows, back: impl Fn(&[u8]) -> bool) -> TableMode {
        let mode = match (asked, &self.0) {
            (TableMode::Increment, None) => TableMode::Base,
            (mode, _) => mode,
        };
        if mode == TableMode::Increment {
            for (group, key) in self.0.iter().flatten().filter(|(_, key)| !back(key)) {
                rows.push(*group, [key, &[]], None);
            }
        }
        if mode != TableMode::Standalone {
            self.0 = Some(Vec::new());
        }
        mode
    }
}
