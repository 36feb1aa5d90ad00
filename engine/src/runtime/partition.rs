//! Shares batches out by the hash of key columns.

use super::{Failure, Stop, graph::Partitioner, operator::Chunk};
use crate::types::{DataType, RowWriter, key, row_codec::RowCodec};

/// Rows with the same key go to the same subtask: that which owns the key group of the key's bytes.
#[derive(Debug)]
pub struct HashPartitioner {
    columns: Vec<usize>,
    codec: RowCodec,
}

impl HashPartitioner {
    /// By these columns, of these types. Keyed operators after it have to make their keys of the same columns in
    /// the same order, with [`RowCodec`].
    pub fn new(columns: Vec<usize>, types: Vec<DataType>) -> Self {
        Self { columns, codec: RowCodec::new(types) }
    }
}

impl Partitioner for HashPartitioner {
    fn partition(&self, chunk: Chunk, max_parallelism: u32, parallelism: u32) -> Result<Vec<(u32, Chunk)>, Stop> {
        let Chunk::Batch(batch) = chunk else {
            let message = "rows are expected where records are shared out by columns";
            return Err(Failure::new("drsquirrel.engine.InternalError", message).into());
        };
        if parallelism == 1 {
            return Ok(vec![(0, Chunk::Batch(batch))]);
        }
        let columns: Vec<_> = self.columns.iter().map(|column| batch.columns[*column].clone()).collect();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); parallelism as usize];
        let mut bytes = RowWriter::new();
        for row in 0..batch.rows {
            bytes.clear();
            self.codec.encode(&columns, row, &mut bytes);
            let group = key::group(key::hash(bytes.bytes()), max_parallelism);
            rows[key::subtask(group, max_parallelism, parallelism) as usize].push(row as u32);
        }
        let targets = (0..).zip(rows).filter(|(_, rows)| !rows.is_empty());
        targets
            .map(|(target, rows)| {
                let part = if rows.len() == batch.rows { batch.clone() } else { batch.take(&rows)? };
                Ok((target, Chunk::Batch(part)))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::{Int64Array, StringArray};

    use super::*;
    use crate::types::{Batch, RowKind, TypeKind, Value};

    #[test]
    fn rows_go_with_their_key_and_keep_their_kind_and_order() {
        let keys: Vec<String> = (0..500).map(|n| format!("k{}", n % 37)).collect();
        let types = [TypeKind::BigInt.not_null(), TypeKind::STRING.nullable()];
        let kinds = (0..500).map(|n| if n % 3 == 0 { RowKind::Delete } else { RowKind::Insert }).collect();
        let columns: Vec<arrow_array::ArrayRef> =
            vec![Arc::new(Int64Array::from_iter_values(0..500)), Arc::new(StringArray::from(keys))];
        let batch = Batch::changes(columns, kinds);
        let partitioner = HashPartitioner::new(vec![1], vec![types[1].clone()]);
        let parts = partitioner.partition(Chunk::Batch(batch.clone()), 128, 3).unwrap();
        let mut seen = 0;
        for (target, part) in parts {
            let Chunk::Batch(part) = part else { unreachable!() };
            let mut last = -1;
            for row in 0..part.rows {
                let values = part.row(row, &types);
                let Value::Integer(n) = values[0] else { unreachable!() };
                assert!(n > last);
                last = n;
                assert_eq!(part.kind(row), batch.kind(n as usize));
                let mut key = RowWriter::new();
                key.value(&values[1], &types[1].kind);
                assert_eq!(key::subtask(key::group(key::hash(key.bytes()), 128), 128, 3), target);
                seen += 1;
            }
        }
        assert_eq!(seen, 500);
    }
}
