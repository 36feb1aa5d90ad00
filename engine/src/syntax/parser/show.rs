//! `SHOW` and `DESCRIBE`.

use super::{Parser, Result, SqlError, any_of};
use crate::syntax::ast::{ObjectKind, Show, ShowLike, ShowWhat, StatementKind};

/// What can be shown by one word.
const PLAIN: [(&str, ShowWhat); 8] = [
    ("TABLES", ShowWhat::Tables),
    ("VIEWS", ShowWhat::Views),
    ("FUNCTIONS", ShowWhat::Functions),
    ("PROCEDURES", ShowWhat::Procedures),
    ("DATABASES", ShowWhat::Databases),
    ("CATALOGS", ShowWhat::Catalogs),
    ("JOBS", ShowWhat::Jobs),
    ("JARS", ShowWhat::Jars),
];

impl Parser<'_> {
    pub(super) fn show(&mut self) -> Result<Show> {
        self.expect("SHOW")?;
        let what = self.show_what()?;
        let mut show = Show { what, within: None, like: None };
        let within = matches!(
            show.what,
            ShowWhat::Tables
                | ShowWhat::Views
                | ShowWhat::Functions
                | ShowWhat::UserFunctions
                | ShowWhat::Procedures
                | ShowWhat::Models
                | ShowWhat::MaterializedTables
                | ShowWhat::Databases
        );
        if within && (self.accept("FROM") || self.accept("IN")) {
            show.within = Some(self.object_name("a database's name")?);
        }
        if within || matches!(show.what, ShowWhat::Columns(_) | ShowWhat::Catalogs) {
            show.like = self.show_like()?;
        }
        Ok(show)
    }

    fn show_what(&mut self) -> Result<ShowWhat> {
        if let Some((_, what)) = PLAIN.into_iter().find(|(keyword, _)| self.accept(keyword)) {
            return Ok(what);
        }
        let at = self.at();
        if self.accept("USER") {
            self.expect("FUNCTIONS")?;
            return Ok(ShowWhat::UserFunctions);
        }
        if self.accept("COLUMNS") {
            self.choice(&[("FROM", ()), ("IN", ())])?;
            return self.table_name().map(ShowWhat::Columns);
        }
        if self.accept("CREATE") {
            return self.show_create();
        }
        if self.accept("CURRENT") {
            let catalog = self.choice(&[("CATALOG", true), ("DATABASE", false)])?;
            return Ok(if catalog { ShowWhat::CurrentCatalog } else { ShowWhat::CurrentDatabase });
        }
        if self.accept("MODULES") {
            return Ok(ShowWhat::Modules { full: false });
        }
        if self.accept("FULL") {
            self.expect("MODULES")?;
            return Ok(ShowWhat::Modules { full: true });
        }
        if self.accept("MODELS") {
            return Ok(ShowWhat::Models);
        }
        if self.accept("MATERIALIZED") {
            self.expect("TABLES")?;
            return Ok(ShowWhat::MaterializedTables);
        }
        if self.accept("PARTITIONS") {
            return self.table_name().map(ShowWhat::Partitions);
        }
        let mut keywords: Vec<&str> = PLAIN.iter().map(|(keyword, _)| *keyword).collect();
        keywords.extend(["USER", "COLUMNS", "CREATE", "CURRENT", "MODULES", "PARTITIONS"]);
        if let Some(missing) = self.which_word(0, &["CONNECTIONS"]) {
            let supported = format!("Supported: SHOW {}.", any_of(&keywords));
            return Err(SqlError::unsupported(at, format!("SHOW {missing}"), supported));
        }
        self.expected_word(&any_of(&keywords), &keywords)
    }

    fn show_create(&mut self) -> Result<ShowWhat> {
        let kinds = [("TABLE", ObjectKind::Table), ("VIEW", ObjectKind::View), ("CATALOG", ObjectKind::Catalog)];
        Ok(match self.choice(&kinds)? {
            ObjectKind::Table => ShowWhat::CreateTable(self.table_name()?),
            ObjectKind::View => ShowWhat::CreateView(self.table_name()?),
            ObjectKind::Catalog | ObjectKind::Database => ShowWhat::CreateCatalog(self.name("a catalog's name")?),
        })
    }

    fn show_like(&mut self) -> Result<Option<ShowLike>> {
        let negated = self.accept("NOT");
        let ignore_case = match self.which_word(0, &["LIKE", "ILIKE"]) {
            Some(keyword) => keyword == "ILIKE",
            None if negated => return self.expected_word("LIKE or ILIKE", &["LIKE", "ILIKE"]),
            None => return Ok(None),
        };
        self.bump();
        Ok(Some(ShowLike { negated, ignore_case, pattern: self.text("a pattern in quotes")? }))
    }

    /// `DESCRIBE [EXTENDED] table`, `DESCRIBE JOB 'id'`
    pub(super) fn describe(&mut self) -> Result<StatementKind> {
        const MISSING: [&str; 4] = ["DATABASE", "FUNCTION", "MODEL", "CONNECTION"];
        self.bump();
        let at = self.at();
        let named = matches!(self.peek_at(1), super::Token::Word(_) | super::Token::Quoted(_));
        if self.is_word(0, "JOB") && matches!(self.peek_at(1), super::Token::Text(_)) {
            self.bump();
            return self.text("a job's id in quotes").map(StatementKind::DescribeJob);
        }
        if let Some(kind) = self.which_word(0, &MISSING).filter(|_| named) {
            let supported = "Supported: DESCRIBE table, DESCRIBE CATALOG catalog, DESCRIBE JOB 'id'.";
            return Err(SqlError::unsupported(at, format!("DESCRIBE {kind}"), supported));
        }
        if named && self.accept("CATALOG") {
            let extended = self.accept("EXTENDED");
            return Ok(StatementKind::DescribeCatalog { name: self.name("a catalog's name")?, extended });
        }
        let extended = self.accept_at("EXTENDED");
        if named && extended.is_none() {
            self.accept("TABLE");
        }
        Ok(StatementKind::Describe { name: self.table_name()?, extended })
    }
}
