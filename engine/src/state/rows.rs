//! The rows of a keyed state at a checkpoint, as they are written to files: in blocks, each small enough to be read at once.

use super::StateError;
use crate::types::{RowReader, row_codec::DecodeError};

/// A block is closed when it has come to so many bytes.
const BLOCK_BYTES: usize = 256 * 1024;

/// Some rows, one after the other: key group (2 bytes), key with its length, value with its length plus one, or 0 where
/// the key was removed. Lengths are LEB128.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The rows.
    pub bytes: Vec<u8>,
    /// How many there are.
    pub rows: u32,
}

/// Rows of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableRows {
    /// The rows, in blocks.
    pub blocks: Vec<Block>,
}

/// A row of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableRow<'a> {
    /// The key group of its partition key.
    pub group: u16,
    /// Its key.
    pub key: &'a [u8],
    /// Its value; `None` where the key was removed.
    pub value: Option<&'a [u8]>,
}

impl TableRows {
    /// Adds a row. The key is given in two parts, for those who have it so.
    pub fn push(&mut self, group: u16, key: [&[u8]; 2], value: Option<&[u8]>) {
        if self.blocks.last().is_none_or(|block| block.bytes.len() >= BLOCK_BYTES) {
            self.blocks.push(Block::default());
        }
        let Some(block) = self.blocks.last_mut() else { return };
        block.rows += 1;
        let bytes = &mut block.bytes;
        bytes.extend(group.to_le_bytes());
        push_length(bytes, key[0].len() + key[1].len());
        bytes.extend(key[0]);
        bytes.extend(key[1]);
        push_length(bytes, value.map_or(0, |value| value.len() + 1));
        bytes.extend(value.unwrap_or_default());
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.rows)).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The bytes of all blocks.
    pub fn bytes(&self) -> u64 {
        self.blocks.iter().map(|block| block.bytes.len() as u64).sum()
    }
}

/// Reads the rows of a block, which must be `rows`.
pub fn read_block(
    bytes: &[u8],
    rows: u32,
    take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>,
) -> Result<(), StateError> {
    let mut bytes = bytes;
    for _ in 0..rows {
        let (group, rest) = bytes.split_first_chunk::<2>().ok_or(DecodeError::new("a key group"))?;
        bytes = rest;
        let key = read_slice(&mut bytes)?.ok_or(DecodeError::new("a key"))?;
        let value = read_value(&mut bytes)?;
        take(TableRow { group: u16::from_le_bytes(*group), key, value })?;
    }
    if bytes.is_empty() { Ok(()) } else { Err(DecodeError::new("the end of a block").into()) }
}

fn push_length(bytes: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
}

fn read_length(bytes: &mut &[u8]) -> Result<usize, DecodeError> {
    let mut reader = RowReader::new(bytes);
    let length = reader.length()?;
    *bytes = reader.rest();
    Ok(length)
}

fn read_slice<'a>(bytes: &mut &'a [u8]) -> Result<Option<&'a [u8]>, DecodeError> {
    let length = read_length(bytes)?;
    let Some((slice, rest)) = bytes.split_at_checked(length) else { return Ok(None) };
    *bytes = rest;
    Ok(Some(slice))
}

fn read_value<'a>(bytes: &mut &'a [u8]) -> Result<Option<&'a [u8]>, DecodeError> {
    let Some(length) = read_length(bytes)?.checked_sub(1) else { return Ok(None) };
    let (value, rest) = bytes.split_at_checked(length).ok_or(DecodeError::new("a value"))?;
    *bytes = rest;
    Ok(Some(value))
}
