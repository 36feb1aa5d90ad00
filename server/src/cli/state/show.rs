//! `drsquirrel state show`: entries of an operator's state.

use engine::savepoint::{Entry, Savepoint, StateColumns};
use serde_json::{Value as Json, json};

use super::{Format, Place, columns_text, say, say_json, typed};

/// What to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The operator, by uid or name
    operator: String,
    /// The one state to show
    state: Option<String>,
    /// Only entries of this key: a JSON object of some of its columns, or its plain value where it has one column
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// The most entries of each state to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u64,
    /// How to write them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Shows.
pub fn run(args: &Args) -> Result<(), String> {
    let savepoint = args.place.open()?;
    let states = savepoint.states(Some(&args.operator), args.state.as_deref()).map_err(|error| error.to_string())?;
    // Lists have no keys; one that is asked for by name is refused for it, others are passed over.
    let keyed = |state: &&StateColumns| args.key.is_none() || args.state.is_some() || state.kind == "table";
    let states = states.iter().filter(keyed);
    let shown = states.map(|state| Shown::read(&savepoint, state, args)).collect::<Result<Vec<_>, String>>()?;
    match args.format {
        Format::Json => say_json(&shown.iter().map(Shown::json).collect::<Vec<_>>()),
        Format::Text => {
            say(&shown.iter().map(Shown::text).collect::<Vec<_>>().join("\n"));
            Ok(())
        }
    }
}

/// The first entries of a state.
struct Shown<'a> {
    state: &'a StateColumns,
    entries: Vec<Entry>,
    /// How many there are in all.
    total: u64,
}

impl<'a> Shown<'a> {
    fn read(savepoint: &Savepoint, state: &'a StateColumns, args: &Args) -> Result<Self, String> {
        let mut shown = Self { state, entries: Vec::new(), total: 0 };
        let key = args.key.as_deref().map(typed);
        let read = savepoint.entries(&state.operator, &state.state, key.as_ref(), &mut |entry| {
            shown.total += 1;
            if shown.total <= args.limit {
                shown.entries.push(entry);
            }
        });
        read.map_err(|error| error.to_string())?;
        Ok(shown)
    }

    fn json(&self) -> Json {
        let StateColumns { operator, operator_name, state, .. } = self.state;
        let entries = self.entries.iter().map(|entry| match entry.index {
            Some(index) => json!({"index": index, "value": entry.value}),
            None => json!({"key": entry.key, "value": entry.value}),
        });
        let entries: Vec<Json> = entries.collect();
        json!({
            "operator": operator,
            "operator_name": operator_name,
            "state": state,
            "total": self.total,
            "entries": entries,
        })
    }

    fn text(&self) -> String {
        let StateColumns { operator, operator_name, state, .. } = self.state;
        let mut text =
            format!("{operator}  {operator_name}\n{state}: {} of {} entries\n", self.entries.len(), self.total);
        for entry in &self.entries {
            let value = columns_text(&self.state.value, entry.value.as_ref());
            let key = match entry.index {
                Some(index) => index.to_string(),
                None => columns_text(&self.state.key, entry.key.as_ref()),
            };
            text.push_str(&format!("  {key}  ->  {value}\n"));
        }
        text
    }
}
