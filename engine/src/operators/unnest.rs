//! `UNNEST`: a row for each element of an array, a map or a multiset.

use std::{ops::Range, sync::Arc};

use arrow_array::{Array, ArrayRef, Int32Array, ListArray, MapArray, StructArray, cast::AsArray, types::Int32Type};
use arrow_buffer::NullBuffer;

use super::{eval, join::pairs::pick, spec::UnnestSpec};
use crate::{
    expr::EvalContext,
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    runtime::{Failure, Stop},
    state::SnapshotWriter,
    types::{Batch, TypeKind},
};

/// About so many rows leave in one batch.
const TOGETHER: usize = 4096;

/// Puts the elements of a collection behind the columns of its row. Changes pass.
pub struct Unnest {
    spec: UnnestSpec,
    eval: Option<Arc<EvalContext>>,
}

/// The collections of a batch.
struct Collections {
    /// Which of [`Collections::columns`]' rows are the elements of each row.
    ranges: Vec<Range<usize>>,
    /// How often each element is there; `None`: once.
    counts: Option<ArrayRef>,
    /// The elements' columns.
    columns: Vec<ArrayRef>,
    /// Elements that are NULL rows are passed over, as in Flink.
    null_rows: Option<NullBuffer>,
}

/// Rows that leave, by reference.
#[derive(Default)]
struct Picks {
    rows: Vec<Option<u32>>,
    elements: Vec<Option<u32>>,
    ordinals: Vec<Option<i32>>,
}

impl Unnest {
    /// An operator that is not open yet.
    pub fn new(spec: UnnestSpec) -> Self {
        Self { spec, eval: None }
    }

    fn unnest(&self, batch: &Batch, context: &EvalContext, out: &mut dyn Output) -> Result<(), Stop> {
        let collection = eval::evaluate(&self.spec.collection, batch, context)?;
        let collections = Collections::of(&collection, &self.spec.collection.data_type.kind)?;
        let (mut picks, mut from) = (Picks::default(), 0);
        for row in 0..batch.rows {
            let mut ordinal = 0;
            for element in collections.ranges[row].clone() {
                for _ in 0..collections.count(element) {
                    ordinal += 1;
                    if !collections.is_null_row(element) {
                        picks.push(row, Some(element), Some(ordinal));
                    }
                }
            }
            if picks.rows.len() >= TOGETHER || row + 1 == batch.rows {
                let picks = std::mem::take(&mut picks);
                self.emit(batch, &collections, picks, from..row + 1, context, out)?;
                from = row + 1;
            }
        }
        Ok(())
    }

    /// Emits the elements of the rows `rows`.
    fn emit(
        &self,
        batch: &Batch,
        collections: &Collections,
        mut picks: Picks,
        rows: Range<usize>,
        context: &EvalContext,
        out: &mut dyn Output,
    ) -> Result<(), Stop> {
        if let Some(condition) = &self.spec.condition {
            let candidates = Batch::inserts(self.columns(batch, collections, &picks)?, picks.rows.len());
            let truths = eval::condition(condition, &candidates, context)?;
            picks = picks.only(|at| eval::is_true(&truths, at));
        }
        if self.spec.outer {
            picks = picks.with_all(rows);
        }
        if picks.rows.is_empty() {
            return Ok(());
        }
        let columns = self.columns(batch, collections, &picks)?;
        let kinds = picks.rows.iter().flatten().map(|row| batch.kind(*row as usize)).collect();
        out.emit(Chunk::Batch(Batch::changes(columns, kinds)))
    }

    fn columns(&self, batch: &Batch, collections: &Collections, picks: &Picks) -> Result<Vec<ArrayRef>, Stop> {
        let mut columns = pick(&batch.columns, &picks.rows).map_err(eval::arrow_failure)?;
        columns.extend(pick(&collections.columns, &picks.elements).map_err(eval::arrow_failure)?);
        if self.spec.ordinality {
            columns.push(Arc::new(Int32Array::from(picks.ordinals.clone())));
        }
        Ok(columns)
    }
}

impl Picks {
    fn push(&mut self, row: usize, element: Option<usize>, ordinal: Option<i32>) {
        self.rows.push(Some(row as u32));
        self.elements.push(element.map(|element| element as u32));
        self.ordinals.push(ordinal);
    }

    /// Those of which `keep` says true.
    fn only(self, keep: impl Fn(usize) -> bool) -> Self {
        let kept = |at: &usize| keep(*at);
        let places: Vec<usize> = (0..self.rows.len()).filter(kept).collect();
        Self {
            rows: places.iter().map(|at| self.rows[*at]).collect(),
            elements: places.iter().map(|at| self.elements[*at]).collect(),
            ordinals: places.iter().map(|at| self.ordinals[*at]).collect(),
        }
    }

    /// With one without an element for each of `rows` that has none.
    fn with_all(self, rows: Range<usize>) -> Self {
        let (mut all, mut next) = (Self::default(), 0);
        for row in rows {
            let begin = next;
            while self.rows.get(next) == Some(&Some(row as u32)) {
                all.rows.push(self.rows[next]);
                all.elements.push(self.elements[next]);
                all.ordinals.push(self.ordinals[next]);
                next += 1;
            }
            if next == begin {
                all.push(row, None, None);
            }
        }
        all
    }
}

impl Collections {
    fn of(collection: &ArrayRef, kind: &TypeKind) -> Result<Self, Stop> {
        let any = collection.as_any();
        if let Some(list) = any.downcast_ref::<ListArray>() {
            let element = matches!(kind, TypeKind::Array(element) if matches!(element.kind, TypeKind::Row(_)));
            let ranges = ranges(collection, list.value_offsets());
            return Ok(Self::of_elements(ranges, list.values(), element, None));
        }
        let Some(map) = any.downcast_ref::<MapArray>() else {
            let message = format!("UNNEST of a value of type {kind}; it takes an ARRAY, a MAP or a MULTISET");
            return Err(Failure::new("org.apache.flink.table.api.TableException", message).into());
        };
        let ranges = ranges(collection, map.value_offsets());
        let (keys, values) = (map.keys(), map.values());
        Ok(match kind {
            TypeKind::Multiset(element) => {
                let rows = matches!(element.kind, TypeKind::Row(_));
                Self::of_elements(ranges, keys, rows, Some(Arc::clone(values)))
            }
            _ => Self { ranges, counts: None, columns: vec![Arc::clone(keys), Arc::clone(values)], null_rows: None },
        })
    }

    fn of_elements(ranges: Vec<Range<usize>>, elements: &ArrayRef, rows: bool, counts: Option<ArrayRef>) -> Self {
        match elements.as_any().downcast_ref::<StructArray>().filter(|_| rows) {
            Some(rows) => Self { ranges, counts, columns: rows.columns().to_vec(), null_rows: rows.nulls().cloned() },
            None => Self { ranges, counts, columns: vec![Arc::clone(elements)], null_rows: None },
        }
    }

    fn is_null_row(&self, element: usize) -> bool {
        self.null_rows.as_ref().is_some_and(|valid| valid.is_null(element))
    }

    /// How often an element is there.
    fn count(&self, element: usize) -> i32 {
        let counts = self.counts.as_ref().and_then(|counts| counts.as_primitive_opt::<Int32Type>());
        counts.map_or(1, |counts| counts.value(element))
    }
}

/// The elements of each row; none for NULL.
fn ranges(collection: &ArrayRef, offsets: &[i32]) -> Vec<Range<usize>> {
    let range = |(row, ends): (usize, &[i32])| {
        if collection.is_null(row) { 0..0 } else { ends[0] as usize..ends[1] as usize }
    };
    offsets.windows(2).enumerate().map(range).collect()
}

impl Operator for Unnest {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        self.eval = Some(Arc::clone(&context.task.eval));
        Ok(())
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let (Chunk::Batch(batch), Some(context)) = (chunk, &self.eval) else { return Ok(()) };
        self.unnest(&batch, context, out)
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        expr::Expr,
        operators::join::testing::{Collect, batch, eval as context, int, less, schema},
        types::{RowField, RowKind, Value},
    };

    fn show(value: &Value) -> String {
        match value {
            Value::Null => "-".to_owned(),
            Value::Integer(value) => value.to_string(),
            other => format!("{other:?}"),
        }
    }

    /// What becomes of rows of a number and a collection.
    fn check(kind: TypeKind, elements: usize, options: (bool, bool, bool), rows: &[(i64, Value)], expect: &[&str]) {
        let (outer, ordinality, condition) = options;
        let input = schema(&[("n", TypeKind::BigInt), ("c", kind.clone())]);
        let spec = UnnestSpec {
            collection: Expr::column(1, kind.nullable()),
            outer,
            ordinality,
            condition: condition.then(|| less(0, 2)),
        };
        let rows: Vec<_> = rows.iter().map(|(n, c)| (RowKind::UpdateAfter, vec![int(*n), c.clone()])).collect();
        let mut out = Collect::default();
        Unnest::new(spec).unnest(&batch(&input, &rows), &context(), &mut out).unwrap();
        let mut types = vec![input.fields[0].data_type.clone(), input.fields[1].data_type.clone()];
        types.extend(vec![TypeKind::BigInt.nullable(); elements]);
        types.extend(ordinality.then(|| TypeKind::Int.nullable()));
        let emitted = out.take(&types);
        assert!(emitted.iter().all(|(kind, _)| *kind == RowKind::UpdateAfter), "changes pass");
        let show = |row: &Vec<Value>| {
            let values = row.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, value)| show(value));
            values.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(emitted.iter().map(|(_, row)| show(row)).collect::<Vec<_>>(), expect);
    }

    fn bigint() -> Box<crate::types::DataType> {
        Box::new(TypeKind::BigInt.nullable())
    }

    #[test]
    fn arrays_become_rows() {
        let array = |items: &[i64]| Value::Array(items.iter().map(|item| int(*item)).collect());
        let kind = || TypeKind::Array(bigint());
        let rows = [(1, array(&[7, 0])), (2, Value::Null), (3, array(&[])), (4, array(&[9]))];
        check(kind(), 1, (false, false, false), &rows, &["1 7", "1 0", "4 9"]);
        check(kind(), 1, (true, true, false), &rows, &["1 7 1", "1 0 2", "2 - -", "3 - -", "4 9 1"]);
        check(kind(), 1, (false, true, true), &rows, &["1 7 1", "4 9 1"]);
        check(kind(), 1, (true, false, true), &[(5, array(&[1, 2])), (1, array(&[1, 2]))], &["5 -", "1 2"]);
    }

    #[test]
    fn maps_multisets_and_rows_become_columns() {
        let map = Value::Map(vec![(int(1), int(2)), (int(3), Value::Null)]);
        check(TypeKind::Map(bigint(), bigint()), 2, (false, false, false), &[(0, map)], &["0 1 2", "0 3 -"]);
        let multiset = Value::Map(vec![(int(5), Value::Integer(2)), (int(6), Value::Integer(1))]);
        check(TypeKind::Multiset(bigint()), 1, (false, true, false), &[(0, multiset)], &["0 5 1", "0 5 2", "0 6 3"]);
        let field = |name: &str| RowField { name: name.to_owned(), data_type: TypeKind::BigInt.nullable() };
        let row = TypeKind::Row(vec![field("a"), field("b")]).nullable();
        let array = Value::Array(vec![Value::Row(vec![int(1), int(2)]), Value::Null]);
        check(TypeKind::Array(Box::new(row)), 2, (false, false, false), &[(0, array)], &["0 1 2"]);
    }

    #[test]
    fn many_elements_leave_in_several_batches() {
        let array = Value::Array((0..1500).map(int).collect());
        let rows: Vec<_> = (0..10).map(|n| (n, array.clone())).collect();
        let expect: Vec<_> = (0..10).flat_map(|n| (0..1500).map(move |item| format!("{n} {item}"))).collect();
        let expect: Vec<&str> = expect.iter().map(String::as_str).collect();
        check(TypeKind::Array(bigint()), 1, (false, false, false), &rows, &expect);
    }
}
