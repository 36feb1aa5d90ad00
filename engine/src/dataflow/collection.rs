//! A source of given values.

use std::sync::Arc;

use super::{BoxError, Read, Source, SplitReader, record::Data};

/// So many values are read at once.
const AT_ONCE: usize = 1024;

/// Values in order; one split, which is how many of them have been read.
pub struct Collection<T> {
    values: Arc<Vec<T>>,
}

impl<T> Collection<T> {
    /// These values.
    pub fn new(values: impl IntoIterator<Item = T>) -> Self {
        Self { values: Arc::new(values.into_iter().collect()) }
    }
}

impl<T: Data + Sync> Source for Collection<T> {
    type Item = T;
    type Split = usize;

    fn splits(&self) -> Result<Vec<usize>, BoxError> {
        Ok(vec![0])
    }

    fn open(&self, split: usize) -> Result<Box<dyn SplitReader<T, usize>>, BoxError> {
        Ok(Box::new(Reader { values: Arc::clone(&self.values), read: split }))
    }
}

struct Reader<T> {
    values: Arc<Vec<T>>,
    read: usize,
}

impl<T: Data + Sync> SplitReader<T, usize> for Reader<T> {
    fn read(&mut self) -> Result<Read<T>, BoxError> {
        let rest = self.values.get(self.read..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(Read::End);
        }
        let items = rest[..rest.len().min(AT_ONCE)].to_vec();
        self.read += items.len();
        Ok(Read::Items(items))
    }

    fn position(&self) -> usize {
        self.read
    }
}
