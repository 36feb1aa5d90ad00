//! What data is: Flink's types, single values, columns of them, and their bytes.

pub mod batch;
pub mod column;
pub mod data_type;
pub mod key;
pub mod row_codec;
pub mod schema;
pub mod sort_key;
pub mod value;

pub use batch::{Batch, RowKind};
pub use column::ColumnBuilder;
pub use data_type::{DataType, RowField, TypeKind};
pub use row_codec::{RowReader, RowWriter};
pub use schema::{Field, Schema, TimeAttribute};
pub use value::Value;
