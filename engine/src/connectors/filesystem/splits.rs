//! Which chunks of which files a subtask reads, and how far it has come. A file is dealt out in parts: part `p` of `n` are
//! its chunks `p`, `p + n`, `p + 2n`, …; a part may be split further when a job goes on at another parallelism.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
};

use super::list::FileInfo;
use crate::{
    runtime::Failure,
    types::{DataType, Field, RowReader, RowWriter, TypeKind, key},
};

/// Chunks of a file: `next`, `next + step`, … below `chunks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The file.
    pub file: FileInfo,
    /// How many chunks the file has.
    pub chunks: u64,
    /// Which part of the file it is of.
    pub part: u32,
    /// In how many parts the file was dealt out.
    pub parts: u32,
    /// The next chunk.
    pub next: u64,
    /// From chunk to chunk.
    pub step: u64,
    /// How far the next chunk was read; 0 at its beginning.
    pub offset: u64,
}

impl Piece {
    fn whole(file: &FileInfo, chunks: u64, part: u32, parts: u32, first: u32) -> Self {
        let next = u64::from((part + parts - first % parts) % parts);
        Self { file: file.clone(), chunks, part, parts, next, step: parts.into(), offset: 0 }
    }

    /// Whether all of it was read.
    pub fn is_done(&self) -> bool {
        self.next >= self.chunks
    }

    fn order(&self) -> (&PathBuf, u64) {
        (&self.file.path, self.next)
    }

    /// As the `index`-th of `count` parts.
    fn divided(&self, index: u64, count: u64) -> Self {
        let offset = if index == 0 { self.offset } else { 0 };
        Self { next: self.next + index * self.step, step: self.step * count, offset, ..self.clone() }
    }
}

/// The pieces of one subtask.
#[derive(Debug, Default)]
pub struct Splits {
    /// Those that are not done, in order.
    open: VecDeque<Piece>,
    /// Those that are done, where they are to be remembered.
    done: Vec<Piece>,
    /// The paths that were dealt out.
    seen: BTreeSet<PathBuf>,
}

/// The first part of a file of a directory that is watched: all subtasks must say the same, whenever they see it.
fn first_of(file: &FileInfo) -> u32 {
    (key::hash(file.path.as_os_str().as_encoded_bytes()) % u64::from(u32::MAX)) as u32
}

impl Splits {
    /// The piece that is read next; stays first until [`Self::advance`].
    pub fn first(&self) -> Option<&Piece> {
        self.open.front()
    }

    /// The first piece's chunk was read up to here.
    pub fn reached(&mut self, offset: u64) {
        if let Some(piece) = self.open.front_mut() {
            piece.offset = offset;
        }
    }

    /// The first piece's chunk is done.
    pub fn advance(&mut self, remember: bool) {
        let Some(mut piece) = self.open.pop_front() else { return };
        piece.next += piece.step;
        piece.offset = 0;
        if !piece.is_done() {
            let place = self.open.partition_point(|other| other.order() < piece.order());
            self.open.insert(place, piece);
        } else if remember {
            self.done.push(piece);
        }
    }

    /// Deals out the files that were not seen yet, with their numbers of chunks. Of files that are all there from the start
    /// chunks are dealt out in one turn over all of them; of those of a directory that is `watched` each by itself.
    pub fn deal(&mut self, files: &[(FileInfo, u64)], subtask: u32, parallelism: u32, watched: bool) {
        let mut dealt = 0_u64;
        for (file, chunks) in files {
            if !self.seen.insert(file.path.clone()) {
                continue;
            }
            let turn = (dealt % u64::from(parallelism)) as u32;
            let first = if watched { first_of(file) } else { turn };
            dealt += chunks;
            self.add(Piece::whole(file, *chunks, subtask, parallelism, first), watched);
        }
    }

    fn add(&mut self, piece: Piece, remember: bool) {
        if !piece.is_done() {
            let place = self.open.partition_point(|other| other.order() <= piece.order());
            self.open.insert(place, piece);
        } else if remember {
            self.done.push(piece);
        }
    }

    /// Whether a path was dealt out.
    pub fn has_seen(&self, path: &PathBuf) -> bool {
        self.seen.contains(path)
    }

    /// The elements of the list state.
    pub fn elements(&self) -> Vec<Box<[u8]>> {
        self.open.iter().chain(&self.done).map(encode).collect()
    }

    /// Goes on from the elements that all subtasks wrote.
    pub fn restore(elements: &[Box<[u8]>], subtask: u32, parallelism: u32, watched: bool) -> Result<Self, Failure> {
        let mut by_file: BTreeMap<PathBuf, Vec<Piece>> = BTreeMap::new();
        for element in elements {
            let piece = decode(element).ok_or_else(broken)?;
            by_file.entry(piece.file.path.clone()).or_default().push(piece);
        }
        let mut splits = Self::default();
        let mut turn = 0_usize;
        for (path, mut pieces) in by_file {
            if watched {
                pieces.extend(missing_parts(&pieces));
            }
            splits.seen.insert(path);
            pieces.sort_by_key(|piece| (piece.next, piece.part));
            for piece in share(&pieces, subtask as usize, parallelism as usize, turn) {
                splits.add(piece, watched);
            }
            turn += pieces.len();
        }
        Ok(splits)
    }
}

/// What of a file's pieces falls to one of `parallelism` subtasks: whole pieces in turn, or, where there are too few, each
/// divided.
fn share(pieces: &[Piece], subtask: usize, parallelism: usize, turn: usize) -> Vec<Piece> {
    let (open, done): (Vec<_>, Vec<_>) = pieces.iter().partition(|piece| !piece.is_done());
    // Those that are done are remembered by one.
    let mine = done.into_iter().filter(|_| subtask == 0).cloned();
    let divisor = parallelism.div_ceil(open.len().max(1));
    let divided = open.iter().flat_map(|piece| (0..divisor).map(|index| piece.divided(index as u64, divisor as u64)));
    let dealt = divided.enumerate().filter(|(index, _)| (index + turn) % parallelism == subtask);
    mine.chain(dealt.map(|(_, piece)| piece)).collect()
}

/// The parts of a file that no element is of: their subtask had not seen the file when the checkpoint was made.
fn missing_parts(pieces: &[Piece]) -> Vec<Piece> {
    let Some(known) = pieces.first() else { return Vec::new() };
    let parts: BTreeSet<u32> = pieces.iter().map(|piece| piece.part).collect();
    let missing = (0..known.parts).filter(|part| !parts.contains(part));
    missing.map(|part| Piece::whole(&known.file, known.chunks, part, known.parts, first_of(&known.file))).collect()
}

/// The columns of an element.
pub fn schema() -> Vec<Field> {
    let field = |name: &str, kind: TypeKind| Field::new(name, DataType { kind, nullable: false });
    vec![
        field("path", TypeKind::STRING),
        field("size", TypeKind::BigInt),
        field("modified", TypeKind::BigInt),
        field("chunks", TypeKind::BigInt),
        field("part", TypeKind::Int),
        field("parts", TypeKind::Int),
        field("next", TypeKind::BigInt),
        field("step", TypeKind::BigInt),
        field("offset", TypeKind::BigInt),
    ]
}

fn encode(piece: &Piece) -> Box<[u8]> {
    let mut row = RowWriter::new();
    row.slice(piece.file.path.to_string_lossy().as_bytes());
    row.i64(piece.file.size as i64);
    row.i64(piece.file.modified_ms);
    row.i64(piece.chunks as i64);
    row.i32(piece.part as i32);
    row.i32(piece.parts as i32);
    row.i64(piece.next as i64);
    row.i64(piece.step as i64);
    row.i64(piece.offset as i64);
    row.into_bytes().into()
}

fn decode(element: &[u8]) -> Option<Piece> {
    let mut row = RowReader::new(element);
    let path = PathBuf::from(row.read_text().ok()??);
    let mut number = |_| row.read_i64().ok()?;
    let (size, modified_ms, chunks) = (number(())? as u64, number(())?, number(())? as u64);
    let (part, parts) = (row.read_i32().ok()?? as u32, row.read_i32().ok()?? as u32);
    let mut number = |_| row.read_i64().ok()?;
    let (next, step, offset) = (number(())? as u64, number(())? as u64, number(())? as u64);
    let valid = parts > 0 && step > 0;
    valid.then_some(Piece { file: FileInfo { path, size, modified_ms }, chunks, part, parts, next, step, offset })
}

fn broken() -> Failure {
    Failure::new("java.lang.IllegalStateException", "The state 'splits' of a filesystem source cannot be read")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn files(chunks: &[u64]) -> Vec<(FileInfo, u64)> {
        let file = |(index, chunks): (usize, &u64)| {
            (FileInfo { path: format!("/data/{index:03}").into(), size: 1, modified_ms: 0 }, *chunks)
        };
        chunks.iter().enumerate().map(file).collect()
    }

    /// Reads up to `steps` chunks.
    fn read(splits: &mut Splits, steps: usize, watched: bool, into: &mut Vec<(PathBuf, u64)>) {
        for _ in 0..steps {
            let Some(piece) = splits.first() else { break };
            into.push((piece.file.path.clone(), piece.next));
            splits.advance(watched);
        }
    }

    proptest! {
        /// Whatever the parallelism was and becomes, each chunk is read once.
        #[test]
        fn each_chunk_is_read_once(
            chunks in prop::collection::vec(0..20_u64, 0..6),
            late in prop::collection::vec(0..20_u64, 0..3),
            runs in prop::collection::vec((1..6_u32, prop::collection::vec(0..8_usize, 6)), 1..5),
            watched in any::<bool>(),
        ) {
            let all: Vec<u64> = chunks.iter().chain(if watched { late.as_slice() } else { &[] }).copied().collect();
            let all = files(&all);
            let mut read_chunks = Vec::new();
            let mut state: Option<Vec<Box<[u8]>>> = None;
            for (run, (parallelism, steps)) in runs.iter().enumerate() {
                let last = run + 1 == runs.len();
                let mut written = Vec::new();
                for subtask in 0..*parallelism {
                    let mut splits = match &state {
                        Some(state) => Splits::restore(state, subtask, *parallelism, watched).unwrap(),
                        None => Splits::default(),
                    };
                    let early = &all[..chunks.len()];
                    // Where the directory is watched, not all subtasks have seen the new files at a checkpoint.
                    if state.is_none() || watched {
                        let sees_all = last || (subtask + run as u32).is_multiple_of(2);
                        splits.deal(if sees_all { &all } else { early }, subtask, *parallelism, watched);
                    }
                    let steps = if last { usize::MAX } else { steps[subtask as usize] };
                    read(&mut splits, steps.min(10_000), watched, &mut read_chunks);
                    written.extend(splits.elements());
                }
                state = Some(written);
            }
            read_chunks.sort();
            let expect: Vec<(PathBuf, u64)> =
                all.iter().flat_map(|(file, chunks)| (0..*chunks).map(|chunk| (file.path.clone(), chunk))).collect();
            prop_assert_eq!(read_chunks, expect);
        }
    }

    #[test]
    fn the_place_in_a_chunk_is_kept() {
        let mut splits = Splits::default();
        splits.deal(&files(&[3]), 0, 1, false);
        splits.advance(false);
        splits.reached(77);
        let elements = splits.elements();
        let restored: Vec<Splits> =
            (0..2).map(|subtask| Splits::restore(&elements, subtask, 2, false).unwrap()).collect();
        let places = restored.iter().map(|splits| splits.first().map(|piece| (piece.next, piece.offset)));
        assert_eq!(places.collect::<Vec<_>>(), [Some((1, 77)), Some((2, 0))]);
    }
}
