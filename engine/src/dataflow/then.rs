//! One source after the other: history from files, then what comes.

use serde::{Deserialize, Serialize};

use super::{BoxError, Read, Source, SplitReader};

/// The source that [`Source::then`] makes: Flink's `HybridSource`.
pub struct Then<A, B> {
    first: A,
    next: B,
}

impl<A, B> Then<A, B> {
    pub(super) fn new(first: A, next: B) -> Self {
        Self { first, next }
    }
}

/// A split of one of the two.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part<A, B> {
    /// Of the first.
    First(A),
    /// Of the next.
    Next(B),
}

impl<A: Source, B: Source<Item = A::Item>> Source for Then<A, B> {
    type Item = A::Item;
    type Split = Part<A::Split, B::Split>;

    fn splits(&self) -> Result<Vec<Self::Split>, BoxError> {
        let first = self.first.splits()?.into_iter().map(Part::First);
        Ok(first.chain(self.next.splits()?.into_iter().map(Part::Next)).collect())
    }

    fn open(&self, split: Self::Split) -> Result<Box<dyn SplitReader<A::Item, Self::Split>>, BoxError> {
        Ok(match split {
            Part::First(split) => Box::new(Reader { reader: self.first.open(split)?, part: Part::First }),
            Part::Next(split) => Box::new(Reader { reader: self.next.open(split)?, part: Part::Next }),
        })
    }

    fn phase(&self, split: &Self::Split) -> u32 {
        match split {
            Part::First(split) => self.first.phase(split),
            Part::Next(split) => self.first.phases() + self.next.phase(split),
        }
    }

    fn phases(&self) -> u32 {
        self.first.phases() + self.next.phases()
    }
}

/// Reads a split of one of the two.
struct Reader<T, P, Q> {
    reader: Box<dyn SplitReader<T, P>>,
    part: fn(P) -> Q,
}

impl<T, P, Q> SplitReader<T, Q> for Reader<T, P, Q> {
    fn read(&mut self) -> Result<Read<T>, BoxError> {
        self.reader.read()
    }

    fn position(&self) -> Q {
        (self.part)(self.reader.position())
    }
}
