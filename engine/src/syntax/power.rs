//! How tightly operators bind, loosest first: the numbers are those of Calcite's operator table, which Flink uses.

/// `OR`
pub(super) const OR: u8 = 22;
/// `AND`
pub(super) const AND: u8 = 24;
/// `NOT x`
pub(super) const NOT: u8 = 26;
/// `x IS NULL`
pub(super) const IS: u8 = 28;
/// `=`, `<`, `IS DISTINCT FROM`, …
pub(super) const COMPARE: u8 = 30;
/// `IN`, `BETWEEN`, `LIKE`, …
pub(super) const PREDICATE: u8 = 32;
/// `+`, `-`
pub(super) const ADD: u8 = 40;
/// `*`, `/`, `%`, `||`
pub(super) const MULTIPLY: u8 = 60;
/// `-x`
pub(super) const SIGN: u8 = 80;
