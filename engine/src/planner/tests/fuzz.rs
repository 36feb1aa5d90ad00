//! Whatever is sent to a session, it is answered: no panic, no overflow of the stack, no endless thought. The scripts of the
//! conformance suite are what is damaged.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{LazyLock, mpsc},
    thread,
    time::Duration,
};

use proptest::{prelude::*, sample::Index};

use super::{Answer, Session};
use crate::{
    connectors::connect::BuiltIn,
    fuzz,
    planner::script,
    syntax::{parse, split_statements},
};

/// How long a script may be thought about; on a machine that does nothing else it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// The stack of a thread of the engine that plans.
const STACK: usize = 2 * 1024 * 1024;

/// The scripts, each after the tables that it reads.
static SCRIPTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
    let mut files = Vec::new();
    sql_files(&root.join("cases"), &mut files);
    files.sort();
    let data = root.join("data");
    files.iter().map(|file| with_tables(&root, file).replace("${data}", &data.to_string_lossy())).collect()
});

/// What the scripts consist of, each piece once.
static PIECES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut pieces: Vec<&str> = SCRIPTS.iter().flat_map(|script| split(script)).collect();
    pieces.sort_unstable();
    pieces.dedup();
    pieces
});

/// What scripts do not have, or seldom.
#[rustfmt::skip]
const ODD: &[&str] = &[
    "9223372036854775807", "-9223372036854775808", "99999999999999999999999999999999999999999", "0", "-1", "1e999",
    "1e-999", "0.00000000000000000000000000000000000001", "NULL", "''", "'\u{0}'", "'9999-12-31 23:59:59.999'",
    "'0000-00-00'", "DATE '0001-01-01'", "INTERVAL '99999' DAY", "INTERVAL '999999999' YEAR", "DECIMAL(38, 38)",
    "VARCHAR(0)", "TIMESTAMP(9)", "CAST(NULL AS ROW<a INT>)", "ARRAY[]", "MAP[]", "X'0'", "/*", "*/", "--", "`", "'",
    "é", "\u{202e}", "(", ")", "[", "]", "<", ">", ";", ",",
];

fn sql_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sql_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
}

fn with_tables(root: &Path, file: &Path) -> String {
    let script = fs::read_to_string(file).unwrap();
    let named = script.lines().find_map(|line| line.strip_prefix("-- tables:")).unwrap_or_default();
    let table = |name: &str| fs::read_to_string(root.join(format!("tables/{name}.sql"))).unwrap_or_default();
    named.split_whitespace().map(|name| table(name) + "\n").chain([script.clone()]).collect()
}

/// Words, numbers, quoted text, space, and signs one by one.
fn split(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |kind: fn(char) -> bool| rest.find(|c| !kind(c)).unwrap_or(rest.len());
        let length = match first {
            '\'' | '`' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            c if c.is_whitespace() => run(char::is_whitespace),
            c if c.is_alphanumeric() || c == '_' => run(|c| c.is_alphanumeric() || c == '_'),
            c => c.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// One change of a script's pieces.
#[derive(Debug, Clone)]
enum Damage {
    Delete(Index),
    Duplicate(Index),
    Swap(Index, Index),
    Replace(Index, Index),
    Insert(Index, Index),
    Odd(Index, &'static str),
    Truncate(Index),
    /// Another script's end.
    Splice(Index, Index, Index),
    /// A part of it, again and again.
    Repeat(Index, Index, u16),
    /// A part of it in so many parentheses, calls or queries.
    Nest(Index, Index, u16, Nest),
    Random(Index, String),
}

#[derive(Debug, Clone, Copy)]
enum Nest {
    Parentheses,
    Not,
    Cast,
    Case,
    Query,
    Array,
    Type,
}

impl Nest {
    fn around(self) -> (&'static str, &'static str) {
        match self {
            Nest::Parentheses => ("(", ")"),
            Nest::Not => ("NOT ", ""),
            Nest::Cast => ("CAST(", " AS STRING)"),
            Nest::Case => ("CASE WHEN TRUE THEN ", " END"),
            Nest::Query => ("(SELECT * FROM ", ")"),
            Nest::Array => ("ARRAY[", "]"),
            Nest::Type => ("ARRAY<", ">"),
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    let nest = prop::sample::select(
        &[Nest::Parentheses, Nest::Not, Nest::Cast, Nest::Case, Nest::Query, Nest::Array, Nest::Type][..],
    );
    // Seldom more than what is allowed: it would be all that is found.
    let times = prop_oneof![4 => 1..60_u16, 1 => 60..3000_u16];
    prop_oneof![
        4 => index().prop_map(Damage::Delete),
        2 => index().prop_map(Damage::Duplicate),
        2 => (index(), index()).prop_map(|(a, b)| Damage::Swap(a, b)),
        6 => (index(), index()).prop_map(|(at, with)| Damage::Replace(at, with)),
        2 => (index(), index()).prop_map(|(at, with)| Damage::Insert(at, with)),
        3 => (index(), prop::sample::select(ODD)).prop_map(|(at, odd)| Damage::Odd(at, odd)),
        1 => index().prop_map(Damage::Truncate),
        2 => (index(), index(), index()).prop_map(|(at, other, from)| Damage::Splice(at, other, from)),
        1 => (index(), index(), times.clone()).prop_map(|(a, b, times)| Damage::Repeat(a, b, times)),
        2 => (index(), index(), times, nest).prop_map(|(a, b, times, nest)| Damage::Nest(a, b, times, nest)),
        1 => (index(), any::<String>()).prop_map(|(at, text)| Damage::Random(at, text)),
    ]
}

/// Does it to the pieces from `from` on.
fn apply(pieces: &mut Vec<String>, from: usize, damage: Damage) {
    if pieces.len() <= from {
        return;
    }
    let at = |index: Index| from + index.index(pieces.len() - from);
    let range = |a: Index, b: Index| {
        let (a, b) = (at(a), at(b));
        a.min(b)..=a.max(b).min(a.min(b) + 12)
    };
    match damage {
        Damage::Delete(index) => {
            pieces.remove(at(index));
        }
        Damage::Duplicate(index) => pieces.insert(at(index), pieces[at(index)].clone()),
        Damage::Swap(a, b) => {
            let (a, b) = (at(a), at(b));
            pieces.swap(a, b);
        }
        Damage::Replace(index, with) => {
            let index = at(index);
            pieces[index] = with.get(&PIECES[..]).to_string();
        }
        Damage::Insert(index, with) => pieces.insert(at(index), with.get(&PIECES[..]).to_string()),
        Damage::Odd(index, odd) => {
            let index = at(index);
            pieces[index] = odd.to_owned();
        }
        Damage::Truncate(index) => pieces.truncate(at(index)),
        Damage::Splice(index, other, cut) => {
            pieces.truncate(at(index));
            let other: &String = other.get(&SCRIPTS[..]);
            let other = split(other);
            pieces.extend(other[cut.index(other.len())..].iter().map(ToString::to_string));
        }
        Damage::Repeat(a, b, times) => {
            let range = range(a, b);
            let (end, part) = (range.end() + 1, pieces[range].concat());
            pieces.insert(end, part.repeat(usize::from(times)));
        }
        Damage::Nest(a, b, times, nest) => {
            let range = range(a, b);
            let (open, close) = nest.around();
            pieces.insert(range.end() + 1, close.repeat(usize::from(times)));
            pieces.insert(*range.start(), open.repeat(usize::from(times)));
        }
        Damage::Random(index, text) => pieces.insert(at(index), text),
    }
}

/// Where the last statement begins, among the pieces of a script.
fn last_statement(pieces: &[&str]) -> usize {
    let ends: Vec<usize> = (0..pieces.len()).filter(|at| pieces[*at] == ";").collect();
    ends.iter().rev().nth(1).map_or(0, |end| end + 1)
}

/// A damaged script: mostly in its last statement, so that those before leave something to work with.
fn scripts() -> impl Strategy<Value = String> {
    let damages = prop::collection::vec(damage(), 1..5);
    (prop::sample::select(&SCRIPTS[..]), prop::bool::weighted(0.2), damages).prop_map(|(script, anywhere, damages)| {
        let pieces = split(&script);
        let from = if anywhere { 0 } else { last_statement(&pieces) };
        let mut pieces: Vec<String> = pieces.into_iter().map(str::to_owned).collect();
        damages.into_iter().for_each(|damage| apply(&mut pieces, from, damage));
        pieces.concat()
    })
}

/// Runs a script as a session does. A job that is taken must also be planned from its script alone, as its worker does.
fn answer(text: &str) {
    let mut session = Session::default();
    for part in split_statements(text).unwrap_or_default() {
        let Ok(statement) = part.parse() else { continue };
        let Ok(answer) = session.run(&statement, part.text, &BuiltIn) else { continue };
        let (script, collect) = match answer {
            Answer::Insert(script) => (script, None),
            Answer::Query(script, _) => (script, Some(script::nowhere())),
            _ => continue,
        };
        if let Err(error) = script.plan(&BuiltIn, collect) {
            panic!("{}\n is taken, but then not planned: {error}\n{script:#?}", part.text);
        }
    }
    let _ = parse(text);
}

/// Answers in a thread of its own, so that it can be given up.
fn is_answered(text: &str) {
    let (done, waiting) = mpsc::channel();
    let own = text.to_owned();
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || {
        answer(&own);
        let _ = done.send(());
    });
    let thread = thread.unwrap();
    match waiting.recv_timeout(PATIENCE) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still not answered after {PATIENCE:?}: {text}"),
        _ => assert!(thread.join().is_ok(), "it panicked on: {text}"),
    }
}

proptest! {
    #![proptest_config(fuzz::cases(300))]

    #[test]
    fn damaged_scripts_are_answered(script in scripts()) {
        is_answered(&script);
    }

    #[test]
    fn pieces_in_any_order_are_answered(pieces in prop::collection::vec(any::<Index>(), 1..40)) {
        let pieces: Vec<&str> = pieces.into_iter().map(|piece| *piece.get(&PIECES[..])).collect();
        is_answered(&pieces.concat());
        is_answered(&format!("SELECT {}", pieces.join(" ")));
    }
}

#[test]
fn every_script_of_the_suite_is_planned_again_as_it_was() {
    SCRIPTS.iter().for_each(|script| is_answered(script));
}
