//! What names mean in a query: the columns in sight, and the tables that qualify them.

use std::rc::Rc;

use crate::{
    syntax::{
        SqlError,
        ast::{Name, ObjectName},
        nearest::did_you_mean,
    },
    types::Schema,
};

/// The columns in sight, in their order.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// One entry a column.
    pub entries: Vec<Entry>,
}

/// A column in sight.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The tables that may qualify it; each by the parts of its name, of which the last ones are enough.
    pub tables: Vec<Rc<[String]>>,
    /// Its name.
    pub name: String,
    /// Its place among the columns of the relation.
    pub column: usize,
}

/// The column that a dotted name means, and how many of its parts say so; the rest are fields of a row.
pub struct Found {
    /// Its place among the columns of the relation.
    pub column: usize,
    /// How many parts of the name were used.
    pub parts: usize,
}

impl Names {
    /// All columns of a schema, qualified by a table.
    pub fn of(schema: &Schema, table: Option<Rc<[String]>>) -> Self {
        let tables: Vec<_> = table.into_iter().collect();
        let entry = |(column, name): (usize, &String)| Entry { tables: tables.clone(), name: name.clone(), column };
        let names: Vec<String> = schema.fields.iter().map(|field| field.name.clone()).collect();
        Self { entries: names.iter().enumerate().map(entry).collect() }
    }

    /// These, then those, whose columns come after `width` others.
    pub fn then(mut self, other: Self, width: usize) -> Self {
        self.entries.extend(other.entries.into_iter().map(|mut entry| {
            entry.column += width;
            entry
        }));
        self
    }

    /// What the tables in sight are called, each as often as it has columns.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        let tables = self.entries.iter().flat_map(|entry| &entry.tables);
        tables.filter_map(|table| table.last().map(String::as_str))
    }

    /// The column that a name means; `None` where it means none here.
    pub fn find(&self, name: &ObjectName) -> Result<Option<Found>, SqlError> {
        let parts: Vec<&Name> = name.parts().collect();
        // A table's column comes before a field of a column of that name.
        for qualifiers in (0..parts.len()).rev() {
            let mut found = self.entries.iter().filter(|entry| {
                entry.name == parts[qualifiers].text
                    && (qualifiers == 0 || entry.tables.iter().any(|table| qualifies(table, &parts[..qualifiers])))
            });
            if let Some(entry) = found.next() {
                if found.next().is_some() {
                    let column = parts[qualifiers];
                    return Err(SqlError::invalid(name.at(), format!("Column '{}' is ambiguous", column.text)));
                }
                return Ok(Some(Found { column: entry.column, parts: qualifiers + 1 }));
            }
        }
        Ok(None)
    }

    /// The columns that `table.*` means.
    pub fn of_table(&self, name: &ObjectName) -> Result<Vec<&Entry>, SqlError> {
        let parts: Vec<&Name> = name.parts().collect();
        let own = |entry: &&Entry| entry.tables.iter().any(|table| qualifies(table, &parts));
        let entries: Vec<&Entry> = self.entries.iter().filter(own).collect();
        if entries.is_empty() {
            return Err(self.no_table(name.at(), &name.dotted()));
        }
        Ok(entries)
    }

    /// That a name means nothing here.
    pub fn missing(&self, name: &ObjectName) -> SqlError {
        let parts: Vec<&Name> = name.parts().collect();
        if let [.., table, column] = &parts[..] {
            let qualifiers = &parts[..parts.len() - 1];
            let of_table: Vec<&str> = self
                .entries
                .iter()
                .filter(|entry| entry.tables.iter().any(|known| qualifies(known, qualifiers)))
                .map(|entry| entry.name.as_str())
                .collect();
            if of_table.is_empty() {
                let column = self.entries.iter().find(|entry| entry.name == parts[0].text);
                if let Some(entry) = column {
                    let message = format!("Column '{}' has no field '{}'", entry.name, parts[1].text);
                    return SqlError::invalid(parts[1].at, message);
                }
                return self.no_table(name.at(), &table.text);
            }
            let hint = did_you_mean(&column.text, of_table.iter().copied());
            let message = format!("Column '{}' not found in table '{}'. {hint}", column.text, table.text);
            return SqlError::invalid(column.at, message);
        }
        let hint = did_you_mean(&name.first.text, self.entries.iter().map(|entry| entry.name.as_str()));
        SqlError::invalid(name.at(), format!("Column '{}' not found in any table. {hint}", name.first.text))
    }

    fn no_table(&self, at: crate::syntax::Position, name: &str) -> SqlError {
        let mut known: Vec<&str> = Vec::new();
        for table in self.entries.iter().flat_map(|entry| &entry.tables) {
            if let Some(last) = table.last().filter(|last| !known.contains(&last.as_str())) {
                known.push(last);
            }
        }
        let hint = did_you_mean(name, known.iter().copied());
        SqlError::invalid(at, format!("Table '{name}' not found. {hint}"))
    }
}

/// Whether these parts are the last ones of a table's name.
fn qualifies(table: &[String], parts: &[&Name]) -> bool {
    table.len() >= parts.len()
        && table[table.len() - parts.len()..].iter().zip(parts).all(|(own, part)| *own == part.text)
}

/// The names with numbers behind those that were there before: `id`, `id0`, as Calcite makes them.
pub fn unique(names: Vec<String>) -> Vec<String> {
    let mut used = std::collections::HashSet::new();
    let own = |name: String| {
        if used.insert(name.clone()) {
            return name;
        }
        let numbered = (0..).map(|number| format!("{name}{number}")).find(|numbered| used.insert(numbered.clone()));
        numbered.unwrap_or(name)
    };
    names.into_iter().map(own).collect()
}
