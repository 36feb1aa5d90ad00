//! `ALTER TABLE` and `ALTER VIEW`.

use super::{Parser, Result, SqlError, table::TableElements};
use crate::syntax::ast::{Alter, AlterChange, ColumnPlace, ObjectKind, TableChange};

impl Parser<'_> {
    pub(super) fn alter(&mut self) -> Result<Alter> {
        self.bump();
        let at = self.at();
        let kind = self.object_kind("ALTER")?;
        if !matches!(kind, ObjectKind::Table | ObjectKind::View) {
            let supported = "Supported: ALTER TABLE, ALTER VIEW.";
            return Err(SqlError::unsupported(at, format!("ALTER {}", kind.keyword()), supported));
        }
        let table = kind == ObjectKind::Table;
        let if_exists = table && self.if_exists()?;
        let name = self.table_name()?;
        let change_at = self.at();
        let change = if self.accept("RENAME") {
            self.rename(table)?
        } else if table {
            self.table_change()?
        } else if self.accept("AS") {
            let first = self.next;
            let query = Box::new(self.query()?);
            AlterChange::Query { query, text: self.text_since(first) }
        } else {
            return self.expected_word("RENAME or AS", &["RENAME", "AS"]);
        };
        Ok(Alter { kind, name, if_exists, change_at, change })
    }

    /// `TO name`; of a table also `column TO name`.
    fn rename(&mut self, table: bool) -> Result<AlterChange> {
        if self.accept("TO") {
            return Ok(AlterChange::Rename(self.table_name()?));
        }
        if !table {
            return self.expected_word("TO", &["TO"]);
        }
        let column = self.name("a column's name")?;
        self.expect("TO")?;
        Ok(AlterChange::RenameColumn(column, self.name("the column's new name")?))
    }

    fn table_change(&mut self) -> Result<AlterChange> {
        const KEYWORDS: [&str; 6] = ["ADD", "MODIFY", "DROP", "RENAME", "SET", "RESET"];
        let Some(keyword) = self.which_word(0, &KEYWORDS) else {
            return self.expected_word(&super::any_of(&KEYWORDS), &KEYWORDS);
        };
        self.bump();
        Ok(match keyword {
            "ADD" => AlterChange::Add(Box::new(self.elements()?)),
            "MODIFY" => AlterChange::Modify(Box::new(self.elements()?)),
            "SET" => AlterChange::Set(self.options()?),
            "RESET" => {
                AlterChange::Reset(self.parenthesised(|parser| parser.list(|parser| parser.text("a key in quotes")))?)
            }
            _ => self.dropped()?,
        })
    }

    /// One element, or several in parentheses.
    fn elements(&mut self) -> Result<TableChange> {
        let mut change = TableChange::default();
        if self.is_sign(0, "(") {
            self.parenthesised(|parser| parser.list(|parser| parser.changed(&mut change)))?;
        } else {
            self.changed(&mut change)?;
        }
        Ok(change)
    }

    fn changed(&mut self, change: &mut TableChange) -> Result<()> {
        let mut elements = TableElements::default();
        self.table_element(&mut elements)?;
        change.watermarks.extend(elements.watermarks);
        change.constraints.extend(elements.constraints);
        if let Some(column) = elements.columns.pop() {
            let place = if self.accept("FIRST") {
                Some(ColumnPlace::First)
            } else if self.accept("AFTER") {
                Some(ColumnPlace::After(self.name("a column's name")?))
            } else {
                None
            };
            change.columns.push((column, place));
        }
        Ok(())
    }

    fn dropped(&mut self) -> Result<AlterChange> {
        if self.accept_all(&["PRIMARY", "KEY"]) {
            return Ok(AlterChange::DropConstraint(None));
        }
        if self.accept("CONSTRAINT") {
            return Ok(AlterChange::DropConstraint(Some(self.name("a constraint's name")?)));
        }
        if self.accept("WATERMARK") {
            return Ok(AlterChange::DropWatermark);
        }
        if self.is_sign(0, "(") {
            return self.column_names().map(AlterChange::DropColumns);
        }
        Ok(AlterChange::DropColumns(vec![self.name("a column's name")?]))
    }
}
