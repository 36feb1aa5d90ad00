//! `drsquirrel state export`: all entries, for other programs.

use std::{
    fs::OpenOptions,
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use engine::savepoint::{Column, Entry, Savepoint, StateColumns};
use serde_json::Value as Json;

use super::Place;

/// What to export.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The one operator, by uid or name
    #[arg(long, value_name = "OPERATOR")]
    operator: Option<String>,
    /// The one state, by name
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// How to write the entries
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// The file to write; without it, standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How entries are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// An entry a line, which `state edit --from` reads
    Jsonl,
    /// One JSON array
    Json,
    /// A table with the columns of one state
    Csv,
}

/// Exports.
pub fn run(args: &Args) -> Result<(), String> {
    let savepoint = args.place.open()?;
    let states =
        savepoint.states(args.operator.as_deref(), args.state.as_deref()).map_err(|error| error.to_string())?;
    if let (Format::Csv, true) = (args.format, states.len() > 1) {
        let names: Vec<String> = states.iter().map(|state| format!("{} {}", state.operator, state.state)).collect();
        let names = names.join(", ");
        return Err(format!("a CSV file has the columns of one state: name it with --operator and --state ({names})"));
    }
    match &args.out {
        None => match export(&savepoint, &states, args.format, io::stdout().lock()) {
            // A reader that has seen enough (`| head`) is no error.
            Err(Failure::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            done => done.map_err(|failure| failure.text("standard output")),
        },
        Some(path) => to_file(&savepoint, &states, args.format, path),
    }
}

fn to_file(savepoint: &Savepoint, states: &[StateColumns], format: Format, path: &Path) -> Result<(), String> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let file = file.map_err(|error| format!("{} cannot be created: {error}", path.display()))?;
    export(savepoint, states, format, file).map_err(|failure| {
        // Half of an export would be taken for a whole one.
        let _ = std::fs::remove_file(path);
        failure.text(&path.display().to_string())
    })
}

enum Failure {
    Read(String),
    Write(io::Error),
}

impl Failure {
    fn text(self, out: &str) -> String {
        match self {
            Failure::Read(why) => why,
            Failure::Write(error) => format!("{out} cannot be written: {error}"),
        }
    }
}

fn export(savepoint: &Savepoint, states: &[StateColumns], format: Format, out: impl Write) -> Result<(), Failure> {
    let mut out = Out { out: BufWriter::new(out), format, entries: 0 };
    out.begin(states).map_err(Failure::Write)?;
    for state in states {
        let mut written = Ok(());
        let read = savepoint.entries(&state.operator, &state.state, None, &mut |entry| {
            if written.is_ok() {
                written = out.entry(state, &entry);
            }
        });
        written.map_err(Failure::Write)?;
        read.map_err(|error| Failure::Read(error.to_string()))?;
    }
    out.end().map_err(Failure::Write)
}

struct Out<W: Write> {
    out: BufWriter<W>,
    format: Format,
    entries: u64,
}

impl<W: Write> Out<W> {
    fn begin(&mut self, states: &[StateColumns]) -> io::Result<()> {
        match (self.format, states) {
            (Format::Csv, [state]) => {
                let key = if state.kind == "list" { vec!["index".to_owned()] } else { names("key", &state.key) };
                self.cells([key, names("value", &state.value)].concat().into_iter())
            }
            _ => Ok(()),
        }
    }

    fn entry(&mut self, state: &StateColumns, entry: &Entry) -> io::Result<()> {
        self.entries += 1;
        match self.format {
            Format::Csv => {
                let index = entry.index.map(|index| index.to_string());
                let key = cells(&state.key, entry.key.as_ref());
                self.cells(index.into_iter().chain(key).chain(cells(&state.value, entry.value.as_ref())))
            }
            Format::Json => {
                self.out.write_all(if self.entries == 1 { b"[\n" } else { b",\n" })?;
                serde_json::to_writer(&mut self.out, entry).map_err(io::Error::from)
            }
            Format::Jsonl => {
                serde_json::to_writer(&mut self.out, entry).map_err(io::Error::from)?;
                self.out.write_all(b"\n")
            }
        }
    }

    fn cells(&mut self, cells: impl Iterator<Item = String>) -> io::Result<()> {
        let cells: Vec<String> = cells.collect();
        writeln!(self.out, "{}", cells.join(","))
    }

    fn end(mut self) -> io::Result<()> {
        if self.format == Format::Json {
            self.out.write_all(if self.entries == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()
    }
}

/// Key and value may have columns of the same name.
fn names(of: &str, columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| quoted(&format!("{of}.{}", column.name))).collect()
}

/// Nothing is NULL; text is quoted where it has to be, or is empty.
fn cells<'a>(columns: &'a [Column], values: Option<&'a Json>) -> impl Iterator<Item = String> + 'a {
    columns.iter().map(move |column| match values.and_then(|values| values.get(&column.name)) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => quoted(text),
        Some(other) => quoted(&other.to_string()),
    })
}

fn quoted(text: &str) -> String {
    match text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}
