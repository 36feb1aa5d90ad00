//! What is read of a table, and into which columns.

use arrow_schema::ArrowError;

use crate::{
    connectors::format::Columns,
    runtime::Failure,
    types::{Batch, Field},
};

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadColumn {
    /// It is in the records.
    Physical(Field),
    /// The connector knows it: the metadata's key, and the column as it was declared.
    Metadata(String, Field),
}

/// The columns of a source: first those of the records, then the metadata; handed on in the order that was asked for.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The columns of the records that are read.
    pub physical: Vec<Field>,
    /// The metadata that is read: key and column.
    pub metadata: Vec<(String, Field)>,
    /// Where each column that was asked for stands; `None` where the order is the same.
    order: Option<Vec<usize>>,
}

impl Layout {
    /// The layout of these columns.
    pub fn new(columns: &[ReadColumn]) -> Self {
        Self::grouped(columns, |_| true)
    }

    /// The layout of these columns, those of the records for which `is_first` holds before the others.
    pub fn grouped(columns: &[ReadColumn], is_first: impl Fn(&Field) -> bool) -> Self {
        let group = |index: &usize| match &columns[*index] {
            ReadColumn::Physical(field) if is_first(field) => 0,
            ReadColumn::Physical(_) => 1,
            ReadColumn::Metadata(..) => 2,
        };
        let mut places: Vec<usize> = (0..columns.len()).collect();
        places.sort_by_key(group);
        let (mut physical, mut metadata) = (Vec::new(), Vec::new());
        for place in &places {
            match &columns[*place] {
                ReadColumn::Physical(field) => physical.push(field.clone()),
                ReadColumn::Metadata(key, field) => metadata.push((key.clone(), field.clone())),
            }
        }
        let mut order = vec![0; columns.len()];
        places.iter().enumerate().for_each(|(now, asked)| order[*asked] = now);
        let order = (!order.iter().copied().eq(0..columns.len())).then_some(order);
        Self { physical, metadata, order }
    }

    /// Empty columns.
    pub fn columns(&self) -> Columns {
        let metadata = self.metadata.iter().map(|(_, field)| field);
        Columns::new(&self.physical.iter().chain(metadata).cloned().collect::<Vec<_>>())
    }

    /// The rows that were read, in the order of columns that was asked for.
    pub fn finish(&self, columns: &mut Columns) -> Result<Batch, Failure> {
        Ok(self.arrange(columns.finish().map_err(|error| arrow_failure(&error))?))
    }

    /// The same rows in the order of columns that was asked for.
    pub fn arrange(&self, batch: Batch) -> Batch {
        match &self.order {
            Some(order) => batch.project(order),
            None => batch,
        }
    }
}

/// Columns that cannot be put together.
pub fn arrow_failure(error: &ArrowError) -> Failure {
    Failure::new("java.lang.IllegalStateException", format!("Could not build a batch of columns: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::types::{TypeKind, Value};

    #[test]
    fn columns_come_in_the_order_that_was_asked_for() {
        let field = |name: &str| Field::new(name, TypeKind::Int.nullable());
        let layout = Layout::new(&[
            ReadColumn::Metadata("m".to_owned(), field("m")),
            ReadColumn::Physical(field("a")),
            ReadColumn::Physical(field("b")),
        ]);
        let mut columns = layout.columns();
        for (writer, value) in columns.writers.iter_mut().zip([1, 2, 3]) {
            writer.push(&Value::Integer(value));
        }
        columns.end_row();
        let batch = layout.finish(&mut columns).unwrap();
        let types = vec![TypeKind::Int.nullable(); 3];
        assert_eq!(batch.row(0, &types), [3, 1, 2].map(Value::Integer));
    }
}
