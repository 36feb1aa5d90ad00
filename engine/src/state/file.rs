//! The format of state files, and how they are read without trust.
//!
//! A file is eight bytes that say what it is, then sections, one for each state of the task that wrote it. A section is a
//! row of blocks; a block is its length (4 bytes, little-endian), its number of rows (4), the CRC-32 of its rows (4), and
//! its rows as [`super::rows::Block`] has them. Where a section is, and the CRC-32 of all of it, is in the manifest. An
//! element of a list is a row of key group 0 with an empty key.

use serde::{Deserialize, Serialize};

use super::{
    Block, StateError, TableRow, TableRows, read_block,
    storage::{Directory, FileWriter},
};

/// What a state file begins with: its kind and the version of its format.
const MAGIC: &[u8; 8] = b"DSQSTAT1";
/// The bytes before a block's rows.
const BLOCK_HEADER: usize = 12;
/// A row has at least its key group and the lengths of its key and value.
const MIN_ROW_BYTES: u64 = 4;
/// Sections are read in pieces of so many bytes, or of a block where that is longer.
const READ_BYTES: u64 = 2 * 1024 * 1024;

/// Where a state's rows of one task and one checkpoint are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The subtask that wrote it.
    pub subtask: u32,
    /// The name of its file.
    pub file: String,
    /// Whether the file is among those that checkpoints share.
    pub shared: bool,
    /// Where in the file it begins.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
    /// Its rows, those of removed keys included.
    pub rows: u64,
    /// The CRC-32 of its bytes.
    pub crc32: u32,
    /// The first and the last of its rows' key groups.
    pub groups: (u16, u16),
}

impl Section {
    /// Whether there can be such a section: room is made for as many rows as it says it has.
    pub(super) fn is_possible(&self) -> bool {
        self.rows <= self.length / MIN_ROW_BYTES && self.groups.0 <= self.groups.1
    }
}

/// A state file under construction.
pub struct StateFile {
    file: FileWriter,
    name: String,
    shared: bool,
    subtask: u32,
}

impl StateFile {
    /// Begins a file in a directory, or among the shared ones beside it.
    pub fn create(directory: &Directory, name: &str, shared: bool, subtask: u32) -> Result<Self, StateError> {
        let mut file = directory.parent.create(&directory.path(name, shared))?;
        file.write(MAGIC)?;
        Ok(Self { file, name: name.to_owned(), shared, subtask })
    }

    /// Writes a section.
    pub fn section(&mut self, rows: &TableRows, groups: (u16, u16)) -> Result<Section, StateError> {
        let mut open = self.begin(self.subtask);
        rows.blocks.iter().try_for_each(|block| self.block(&mut open, block))?;
        Ok(Section { groups, ..self.end(open)? })
    }

    /// Begins a section that is written row by row. It is to be ended before another is begun.
    pub fn begin(&self, subtask: u32) -> OpenSection {
        OpenSection {
            subtask,
            offset: self.file.len(),
            rows: 0,
            crc: crc32fast::Hasher::new(),
            groups: None,
            pending: TableRows::default(),
        }
    }

    /// Writes a row of a section.
    pub fn row(&mut self, open: &mut OpenSection, group: u16, key: &[u8], value: &[u8]) -> Result<(), StateError> {
        open.pending.push(group, [key, &[]], Some(value));
        let (first, last) = open.groups.unwrap_or((group, group));
        open.groups = Some((first.min(group), last.max(group)));
        if open.pending.blocks.len() > 1 {
            let full = open.pending.blocks.remove(0);
            self.block(open, &full)?;
        }
        Ok(())
    }

    /// Ends a section; its key groups are those of its rows.
    pub fn end(&mut self, mut open: OpenSection) -> Result<Section, StateError> {
        for block in std::mem::take(&mut open.pending).blocks {
            self.block(&mut open, &block)?;
        }
        Ok(Section {
            subtask: open.subtask,
            file: self.name.clone(),
            shared: self.shared,
            offset: open.offset,
            length: self.file.len() - open.offset,
            rows: open.rows,
            crc32: open.crc.finalize(),
            groups: open.groups.unwrap_or_default(),
        })
    }

    fn block(&mut self, open: &mut OpenSection, block: &Block) -> Result<(), StateError> {
        let length = u32::try_from(block.bytes.len()).map_err(|_| StateError::Storage {
            what: format!("write {}", self.name),
            error: "a row of state is longer than 4 GiB".to_owned(),
        })?;
        let mut header = [0; BLOCK_HEADER];
        header[..4].copy_from_slice(&length.to_le_bytes());
        header[4..8].copy_from_slice(&block.rows.to_le_bytes());
        header[8..].copy_from_slice(&crc32fast::hash(&block.bytes).to_le_bytes());
        open.crc.update(&header);
        open.crc.update(&block.bytes);
        open.rows += u64::from(block.rows);
        self.file.write(&header)?;
        self.file.write(&block.bytes)
    }

    /// Makes the file visible; its bytes.
    pub fn finish(self) -> Result<u64, StateError> {
        let length = self.file.len();
        self.file.finish()?;
        Ok(length)
    }
}

/// A section under construction.
pub struct OpenSection {
    subtask: u32,
    offset: u64,
    rows: u64,
    crc: crc32fast::Hasher,
    /// The first and the last key group of the rows that were written one by one.
    groups: Option<(u16, u16)>,
    /// Rows that are not written yet.
    pending: TableRows,
}

impl OpenSection {
    /// Whose rows it has.
    pub fn subtask(&self) -> u32 {
        self.subtask
    }
}

/// Reads sections of one checkpoint.
#[derive(Debug, Clone)]
pub struct SectionReader {
    /// The checkpoint's directory.
    pub directory: Directory,
    /// Its number.
    pub checkpoint: u64,
    /// Whose state it is, for errors: operator and state.
    pub owner: String,
}

impl SectionReader {
    /// Hands over the rows of a section in order. An error may come after some rows: then none of them counts.
    pub fn read(
        &self,
        section: &Section,
        take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        let path = self.check(section)?;
        let damaged = |what: &str| self.damaged(section, what);
        let (mut at, end) = (section.offset, section.offset + section.length);
        let (mut crc, mut rows) = (crc32fast::Hasher::new(), 0);
        let mut bytes: Vec<u8> = Vec::new();
        let mut wanted = READ_BYTES;
        while at < end || !bytes.is_empty() {
            let to = end.min(at + wanted.saturating_sub(bytes.len() as u64));
            let read = self.directory.parent.read(&path, at..to)?;
            if read.len() as u64 != to - at {
                return Err(damaged("it ends early"));
            }
            crc.update(&read);
            bytes.extend(read);
            at = to;
            let used = self.blocks(section, &bytes, &mut rows, take)?;
            bytes.drain(..used);
            if used == 0 {
                // Not a whole block: the length of it is known, or nothing more is there.
                let length = bytes.first_chunk::<4>().map_or(0, |length| u64::from(u32::from_le_bytes(*length)));
                wanted = (BLOCK_HEADER as u64 + length).max(READ_BYTES);
                if wanted > bytes.len() as u64 + (end - at) || at == end {
                    return Err(damaged("a block reaches beyond its section"));
                }
            }
        }
        if rows != section.rows {
            return Err(damaged("it has not the rows that were written"));
        }
        if crc.finalize() != section.crc32 {
            return Err(damaged("its checksum is wrong"));
        }
        Ok(())
    }

    /// Reads the whole blocks at the beginning of `bytes`; how many bytes they are.
    fn blocks(
        &self,
        section: &Section,
        bytes: &[u8],
        rows: &mut u64,
        take: &mut dyn FnMut(TableRow<'_>) -> Result<(), StateError>,
    ) -> Result<usize, StateError> {
        let mut used = 0;
        while let Some((header, rest)) = bytes[used..].split_first_chunk::<BLOCK_HEADER>() {
            let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
            let Some(block) = rest.get(..word(0) as usize) else { break };
            if crc32fast::hash(block) != word(8) {
                return Err(self.damaged(section, "the checksum of a block is wrong"));
            }
            *rows += u64::from(word(4));
            if *rows > section.rows {
                return Err(self.damaged(section, "it has not the rows that were written"));
            }
            let mut refused = None;
            let read = read_block(block, word(4), &mut |row| {
                let (first, last) = section.groups;
                let taken = match (first..=last).contains(&row.group) {
                    true => take(row),
                    false => Err(self.damaged(section, "a row is of another key group")),
                };
                taken.inspect_err(|error| refused = Some(error.clone()))
            });
            read.map_err(|error| refused.unwrap_or_else(|| self.damaged(section, &error.to_string())))?;
            used += BLOCK_HEADER + block.len();
        }
        Ok(used)
    }

    /// The path of a section's file, which is long enough and one of ours.
    pub(super) fn check(&self, section: &Section) -> Result<String, StateError> {
        // The name comes from a file that may be damaged: it must not lead elsewhere.
        if section.file.is_empty() || section.file.contains(['/', '\\']) || section.file.starts_with('.') {
            return Err(self.damaged(section, "it has no name that a state file has"));
        }
        let path = self.directory.path(&section.file, section.shared);
        let Some(size) = self.directory.parent.size(&path)? else {
            return Err(StateError::Missing { checkpoint: self.checkpoint, file: self.file(section) });
        };
        let end = section.offset.checked_add(section.length);
        if section.offset < MAGIC.len() as u64 || end.is_none_or(|end| end > size) {
            return Err(self.damaged(section, "it is shorter than what was written"));
        }
        if self.directory.parent.read(&path, 0..MAGIC.len() as u64)? != MAGIC {
            return Err(self.damaged(section, "it is not a state file of this version"));
        }
        Ok(path)
    }

    fn damaged(&self, section: &Section, what: &str) -> StateError {
        StateError::Damaged { checkpoint: self.checkpoint, file: self.file(section), what: what.to_owned() }
    }

    fn file(&self, section: &Section) -> String {
        format!("{} ({})", self.directory.path(&section.file, section.shared), self.owner)
    }
}
