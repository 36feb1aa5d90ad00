//! The join with a table that is asked for each row: Flink's `LookupJoinRunner`.

use std::sync::Arc;

use arrow_array::ArrayRef;

use super::{
    condition::Condition,
    failure,
    pairs::{nulls, pick},
};
use crate::{
    operators::{
        eval::{arrow_failure, evaluate},
        spec::{JoinKind, Lookup, LookupJoinSpec},
    },
    runtime::operator::{Chunk, Operator, OperatorContext, Output},
    runtime::{Stop, TaskContext},
    state::SnapshotWriter,
    types::Batch,
};

const NAME: &str = "LookupJoin";

/// A lookup join: each left row is joined with what the table answers now. Changes of the left pass.
pub struct LookupJoin {
    spec: LookupJoinSpec,
    open: Option<OpenJoin>,
}

struct OpenJoin {
    task: TaskContext,
    condition: Condition,
    lookup: Box<dyn Lookup>,
}

impl LookupJoin {
    /// A join that is not open yet.
    pub fn new(spec: LookupJoinSpec) -> Self {
        Self { spec, open: None }
    }

    fn restore(&mut self, task: &TaskContext) -> Result<(), Stop> {
        if !matches!(self.spec.sides.kind, JoinKind::Inner | JoinKind::Left) {
            return Err(failure::internal(NAME, format!("{:?} JOIN; it is INNER or LEFT", self.spec.sides.kind)));
        }
        let condition = Condition::new(self.spec.sides.condition.clone(), Arc::clone(&task.eval));
        let lookup = self.spec.lookup.open(task)?;
        self.open = Some(OpenJoin { task: task.clone(), condition, lookup });
        Ok(())
    }

    fn join(&mut self, batch: &Batch, out: &mut dyn Output) -> Result<(), Stop> {
        let Some(open) = &mut self.open else { return Err(failure::internal(NAME, "it is not open")) };
        let keys = self.spec.keys.iter().map(|key| evaluate(key, batch, &open.task.eval));
        let keys: Vec<ArrayRef> = keys.collect::<Result<_, _>>()?;
        // NULL equals nothing: the table is not asked.
        let null_safe = |key: usize| self.spec.sides.null_safe.get(key).copied().unwrap_or(false);
        let asks =
            |row: &u32| keys.iter().enumerate().all(|(key, column)| null_safe(key) || column.is_valid(*row as usize));
        let asked: Vec<u32> = (0..batch.rows as u32).filter(asks).collect();
        let (answers, right) = if asked.is_empty() {
            (Vec::new(), Batch::empty(&self.spec.sides.right.types()))
        } else {
            let keys = Batch::inserts(keys, batch.rows).take(&asked).map_err(arrow_failure)?;
            open.lookup.lookup(&keys, &open.task)?
        };
        let mut pairs: Vec<(u32, u32)> = (0u32..).zip(&answers).map(|(row, of)| (asked[*of as usize], row)).collect();
        // Of each left row in the order in which the table answered.
        pairs.sort_by_key(|(left, _)| *left);
        if !open.condition.always() {
            let (left, answered): (Vec<_>, Vec<_>) =
                pairs.iter().map(|(left, right)| (Some(*left), Some(*right))).unzip();
            let columns = [picked(&batch.columns, &left)?, picked(&right.columns, &answered)?].concat();
            let mut holds = open.condition.holds(columns, pairs.len())?.into_iter();
            pairs.retain(|_| holds.next() == Some(true));
        }
        self.emit(batch, &right, &pairs, out)
    }

    fn emit(&self, batch: &Batch, right: &Batch, pairs: &[(u32, u32)], out: &mut dyn Output) -> Result<(), Stop> {
        let (mut left, mut answers) = (Vec::new(), Vec::new());
        let mut next = 0;
        for row in 0..batch.rows as u32 {
            let begin = next;
            while pairs.get(next).is_some_and(|(of, _)| *of == row) {
                left.push(Some(row));
                answers.push(Some(pairs[next].1));
                next += 1;
            }
            if next == begin && self.spec.sides.kind == JoinKind::Left {
                left.push(Some(row));
                answers.push(None);
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let right = match answers.iter().all(Option::is_none) {
            true => nulls(&self.spec.sides.right.types(), left.len()),
            false => picked(&right.columns, &answers)?,
        };
        let kinds = left.iter().flatten().map(|row| batch.kind(*row as usize)).collect();
        let columns = [picked(&batch.columns, &left)?, right].concat();
        out.emit(Chunk::Batch(Batch::changes(columns, kinds)))
    }
}

fn picked(columns: &[ArrayRef], rows: &[Option<u32>]) -> Result<Vec<ArrayRef>, Stop> {
    pick(columns, rows).map_err(arrow_failure)
}

impl Operator for LookupJoin {
    fn open(&mut self, context: OperatorContext<'_>) -> Result<(), Stop> {
        self.restore(context.task)
    }

    fn process(&mut self, _: usize, chunk: Chunk, out: &mut dyn Output) -> Result<(), Stop> {
        let batch = failure::batch_of(NAME, chunk)?;
        if batch.rows == 0 { Ok(()) } else { self.join(&batch, out) }
    }

    fn snapshot(&mut self, _: &mut SnapshotWriter) -> Result<(), Stop> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::{
        expr::Expr,
        operators::{
            join::testing::{Collect, batch, int, int_or_null, less, schema},
            spec::{JoinSides, LookupFactory},
        },
        types::{RowKind, Schema, TypeKind, Value},
    };

    fn columns() -> Schema {
        schema(&[("k", TypeKind::BigInt), ("v", TypeKind::BigInt)])
    }

    /// A table of which key `k` has the values 10k … 10k + k - 1; it answers the last key first.
    struct Tens;

    impl LookupFactory for Tens {
        fn open(&self, _: &TaskContext) -> Result<Box<dyn Lookup>, Stop> {
            Ok(Box::new(Self))
        }
    }

    impl Lookup for Tens {
        fn lookup(&mut self, keys: &Batch, _: &TaskContext) -> Result<(Vec<u32>, Batch), Stop> {
            let (mut of, mut rows) = (Vec::new(), Vec::new());
            for row in (0..keys.rows).rev() {
                let Value::Integer(key) = Value::at(&keys.columns[0], row, &TypeKind::BigInt) else {
                    panic!("asked for NULL")
                };
                for value in 0..key {
                    of.push(row as u32);
                    rows.push((RowKind::Insert, vec![int(key), int(key * 10 + value)]));
                }
            }
            Ok((of, batch(&columns(), &rows)))
        }
    }

    fn check(kind: JoinKind, condition: bool, keys: &[(Option<i64>, i64)], expect: &[&str]) {
        let sides = JoinSides {
            kind,
            left_keys: vec![0],
            right_keys: vec![0],
            null_safe: vec![false],
            condition: condition.then(|| less(1, 3)),
            left: columns(),
            right: columns(),
        };
        let key = Expr::column(0, TypeKind::BigInt.nullable());
        let mut join = LookupJoin::new(LookupJoinSpec { sides, keys: vec![key], lookup: Arc::new(Tens) });
        join.restore(&TaskContext::for_test()).unwrap();
        let rows: Vec<_> =
            keys.iter().map(|(key, value)| (RowKind::UpdateAfter, vec![int_or_null(*key), int(*value)])).collect();
        let mut out = Collect::default();
        join.join(&batch(&columns(), &rows), &mut out).unwrap();
        let show = |value: &Value| match value {
            Value::Integer(value) => value.to_string(),
            _ => "-".to_owned(),
        };
        let types = [columns().types(), columns().types()].concat();
        let row = |(kind, row): (RowKind, Vec<Value>)| {
            assert_eq!(kind, RowKind::UpdateAfter, "changes pass");
            format!("{} {} {}", show(&row[0]), show(&row[1]), show(&row[3]))
        };
        assert_eq!(out.take(&types).into_iter().map(row).collect::<Vec<_>>(), expect, "{kind:?}");
    }

    #[test]
    fn each_row_is_joined_with_what_the_table_answers() {
        let keys = [(Some(2), 20), (None, 0), (Some(0), 1), (Some(1), 5)];
        check(JoinKind::Inner, false, &keys, &["2 20 20", "2 20 21", "1 5 10"]);
        check(JoinKind::Left, false, &keys, &["2 20 20", "2 20 21", "- 0 -", "0 1 -", "1 5 10"]);
        check(JoinKind::Inner, true, &keys, &["2 20 21", "1 5 10"]);
        check(JoinKind::Left, true, &[(Some(1), 10), (Some(1), 9)], &["1 10 -", "1 9 10"]);
        check(JoinKind::Left, false, &[(None, 1)], &["- 1 -"]);
        check(JoinKind::Inner, false, &[(None, 1)], &[]);
    }
}
