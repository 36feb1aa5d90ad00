//! Names, aliases, options and hints.

use super::{Parser, Result, SqlError, Token, is_reserved};
use crate::syntax::ast::{Hint, HintArgument, Name, ObjectName, TableOption, Text};

impl Parser<'_> {
    /// A name: quoted, or a word that is not reserved.
    pub(super) fn name(&mut self, what: &str) -> Result<Name> {
        match self.name_here() {
            Some(name) => {
                self.bump();
                Ok(name)
            }
            None => self.expected(what),
        }
    }

    fn name_here(&self) -> Option<Name> {
        match self.peek() {
            Token::Word(text) if !is_reserved(text) => Some(super::name(text, self.at())),
            Token::Quoted(text) => Some(super::name(text, self.at())),
            _ => None,
        }
    }

    /// A name of one part or more.
    pub(super) fn object_name(&mut self, what: &str) -> Result<ObjectName> {
        let first = self.name(what)?;
        let mut rest = Vec::new();
        while self.accept_sign(".") {
            rest.push(self.name(what)?);
        }
        Ok(ObjectName { first, rest })
    }

    /// The name of a table: catalog and database may stand before it.
    pub(super) fn table_name(&mut self) -> Result<ObjectName> {
        let name = self.object_name("a table's name")?;
        Self::check_table_name(&name)?;
        Ok(name)
    }

    /// Refuses what has more parts than a catalog, a database and a table.
    pub(super) fn check_table_name(name: &ObjectName) -> Result<()> {
        const MAX_PARTS: usize = 3;
        match name.rest.get(MAX_PARTS - 1) {
            None => Ok(()),
            Some(part) => {
                let message = format!("'{}' has too many parts. A table is [[catalog.]database.]table", name.dotted());
                Err(SqlError::parse(part.at, message))
            }
        }
    }

    /// `(a, b, …)`
    pub(super) fn column_names(&mut self) -> Result<Vec<Name>> {
        self.parenthesised(|parser| parser.list(|parser| parser.name("a column's name")))
    }

    /// `[AS] name`, where a name follows.
    pub(super) fn alias(&mut self) -> Result<Option<Name>> {
        if self.accept("AS") {
            return self.name("an alias's name").map(Some);
        }
        let alias = self.name_here();
        if alias.is_some() {
            self.bare_alias = Some(self.next);
            self.bump();
        }
        Ok(alias)
    }

    /// `('key' = 'value', …)`, perhaps empty; each key once.
    pub(super) fn options(&mut self) -> Result<Vec<TableOption>> {
        self.expect_sign("(")?;
        if self.accept_sign(")") {
            return Ok(Vec::new());
        }
        let options = self.list(Self::option)?;
        self.expect_sign(")")?;
        for (index, TableOption { key, .. }) in options.iter().enumerate() {
            if options[..index].iter().any(|known| known.key.text == key.text) {
                return Err(SqlError::invalid(key.at, format!("The option '{}' is given twice", key.text)));
            }
        }
        Ok(options)
    }

    /// `'key' = 'value'`
    pub(super) fn option(&mut self) -> Result<TableOption> {
        let key = self.text("a key in quotes: 'key' = 'value'")?;
        self.expect_sign("=")?;
        Ok(TableOption { key, value: self.text("a value in quotes: 'key' = 'value'")? })
    }

    /// `[COMMENT 'text']`
    pub(super) fn comment(&mut self) -> Result<Option<Text>> {
        if self.accept("COMMENT") { self.text("a comment in quotes").map(Some) } else { Ok(None) }
    }

    /// `[/*+ name(arguments), … */]`
    pub(super) fn hints(&mut self) -> Result<Vec<Hint>> {
        if !self.accept_sign("/*+") {
            return Ok(Vec::new());
        }
        let hints = self.list(Self::hint)?;
        self.expect_sign("*/")?;
        Ok(hints)
    }

    fn hint(&mut self) -> Result<Hint> {
        let name = self.name("a hint's name")?;
        let mut arguments = Vec::new();
        if self.accept_sign("(") {
            if !self.is_sign(0, ")") {
                arguments = self.list(Self::hint_argument)?;
            }
            self.expect_sign(")")?;
        }
        Ok(Hint { name, arguments })
    }

    fn hint_argument(&mut self) -> Result<HintArgument> {
        let at = self.at();
        let text = match self.peek() {
            Token::Text(text) | Token::Number(text) | Token::Quoted(text) => text.clone(),
            Token::Word(text) if !is_reserved(text) => text.clone(),
            _ => return self.expected("a hint's argument: a name, a number or 'key' = 'value'"),
        };
        self.bump();
        let mut text = Text { text, at };
        while self.accept_sign(".") {
            let part = self.name("a table's name")?;
            text.text = format!("{}.{}", text.text, part.text);
        }
        if self.accept_sign("=") {
            return Ok(HintArgument::Option(text, self.text("a value in quotes: 'key' = 'value'")?));
        }
        Ok(HintArgument::Value(text))
    }
}
