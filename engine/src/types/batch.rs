//! Rows as columns, and what each row does to the result.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, UInt32Array, new_empty_array};
use arrow_schema::ArrowError;
use arrow_select::{concat::concat, filter::filter, take::take};

use super::DataType;

/// What a row does to the result of which it is a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RowKind {
    /// `+I`
    Insert,
    /// `-U`: takes back what an earlier row said.
    UpdateBefore,
    /// `+U`
    UpdateAfter,
    /// `-D`
    Delete,
}

impl RowKind {
    /// As Flink prints it.
    pub fn short(self) -> &'static str {
        match self {
            Self::Insert => "+I",
            Self::UpdateBefore => "-U",
            Self::UpdateAfter => "+U",
            Self::Delete => "-D",
        }
    }

    /// Whether the row is there after it: `+I`, `+U`.
    pub fn adds(self) -> bool {
        matches!(self, Self::Insert | Self::UpdateAfter)
    }
}

/// Some rows. The columns are all `rows` long.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The columns.
    pub columns: Vec<ArrayRef>,
    /// How many rows there are; kept apart, for there may be no columns.
    pub rows: usize,
    /// What each row does; `None` where all are inserts.
    pub kinds: Option<Arc<[RowKind]>>,
}

impl Batch {
    /// A batch of inserts.
    pub fn inserts(columns: Vec<ArrayRef>, rows: usize) -> Self {
        Self { columns, rows, kinds: None }
    }

    /// A batch of rows of these kinds, one each.
    pub fn changes(columns: Vec<ArrayRef>, kinds: Vec<RowKind>) -> Self {
        let rows = kinds.len();
        let kinds = kinds.iter().any(|kind| *kind != RowKind::Insert).then(|| kinds.into());
        Self { columns, rows, kinds }
    }

    /// A batch without rows.
    pub fn empty(types: &[DataType]) -> Self {
        let columns = types.iter().map(|data_type| new_empty_array(&data_type.kind.arrow())).collect();
        Self::inserts(columns, 0)
    }

    /// What the row at `row` does.
    pub fn kind(&self, row: usize) -> RowKind {
        self.kinds.as_ref().map_or(RowKind::Insert, |kinds| kinds[row])
    }

    /// The same rows with these columns.
    pub fn with_columns(&self, columns: Vec<ArrayRef>) -> Self {
        Self { columns, rows: self.rows, kinds: self.kinds.clone() }
    }

    /// Only these columns, in this order.
    pub fn project(&self, columns: &[usize]) -> Self {
        self.with_columns(columns.iter().map(|column| Arc::clone(&self.columns[*column])).collect())
    }

    /// The rows of which `keep` says true; NULL is not true.
    pub fn filter(&self, keep: &BooleanArray) -> Result<Self, ArrowError> {
        let columns = self.columns.iter().map(|column| filter(column, keep)).collect::<Result<_, _>>()?;
        let kept = |row: &usize| keep.is_valid(*row) && keep.value(*row);
        let kinds = self.kinds.as_ref().map(|kinds| (0..self.rows).filter(kept).map(|row| kinds[row]).collect());
        Ok(Self { columns, rows: (0..self.rows).filter(kept).count(), kinds })
    }

    /// The rows at these places, in this order.
    pub fn take(&self, rows: &[u32]) -> Result<Self, ArrowError> {
        let places = UInt32Array::from(rows.to_vec());
        let columns = self.columns.iter().map(|column| take(column, &places, None)).collect::<Result<_, _>>()?;
        let kinds = self.kinds.as_ref().map(|kinds| rows.iter().map(|row| kinds[*row as usize]).collect());
        Ok(Self { columns, rows: rows.len(), kinds })
    }

    /// `rows` rows from `start`, without copying.
    pub fn slice(&self, start: usize, rows: usize) -> Self {
        let columns = self.columns.iter().map(|column| column.slice(start, rows)).collect();
        let kinds = self.kinds.as_ref().map(|kinds| kinds[start..start + rows].into());
        Self { columns, rows, kinds }
    }

    /// One batch of several of the same columns; `None` of none.
    pub fn concat(batches: &[Self]) -> Result<Option<Self>, ArrowError> {
        let Some(first) = batches.first() else { return Ok(None) };
        if batches.len() == 1 {
            return Ok(Some(first.clone()));
        }
        let column = |index: usize| {
            let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.columns[index].as_ref()).collect();
            concat(&parts)
        };
        let columns = (0..first.columns.len()).map(column).collect::<Result<_, _>>()?;
        let rows = batches.iter().map(|batch| batch.rows).sum();
        let changes = batches.iter().any(|batch| batch.kinds.is_some());
        let kinds = || batches.iter().flat_map(|batch| (0..batch.rows).map(|row| batch.kind(row))).collect();
        Ok(Some(Self { columns, rows, kinds: changes.then(kinds) }))
    }

    /// The values of a row.
    #[cfg(test)]
    pub fn row(&self, row: usize, types: &[DataType]) -> Vec<super::Value> {
        self.columns
            .iter()
            .zip(types)
            .map(|(column, data_type)| super::Value::at(column, row, &data_type.kind))
            .collect()
    }

    /// The bytes of its columns in memory, about.
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.get_array_memory_size()).sum()
    }
}
