//! `CREATE` of what is no table, `DROP` and `USE`.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::Position;
use crate::syntax::ast::{CreateNamespace, CreateView, DropObject, ObjectKind, ObjectName, StatementKind};

/// Flink's objects that this engine does not know.
const MISSING: [&str; 6] = ["FUNCTION", "SYSTEM", "MODEL", "MATERIALIZED", "CONNECTION", "MODULE"];
const KINDS: [(&str, ObjectKind); 4] = [
    ("TABLE", ObjectKind::Table),
    ("VIEW", ObjectKind::View),
    ("CATALOG", ObjectKind::Catalog),
    ("DATABASE", ObjectKind::Database),
];

impl Parser<'_> {
    pub(super) fn create(&mut self) -> Result<StatementKind> {
        self.bump();
        let mut or_replace = self.accept_at("OR");
        if or_replace.is_some() {
            self.expect("REPLACE")?;
        }
        let at = self.at();
        let temporary = self.accept("TEMPORARY");
        let kind = self.object_kind("CREATE")?;
        if temporary && !matches!(kind, ObjectKind::Table | ObjectKind::View) {
            return Err(SqlError::parse(at, format!("A {} cannot be TEMPORARY", kind.keyword())));
        }
        if let Some(at) = or_replace.take_if(|_| !matches!(kind, ObjectKind::Table | ObjectKind::View)) {
            return Err(SqlError::parse(at, format!("OR REPLACE cannot be said of a {}", kind.keyword())));
        }
        let if_not_exists = self.accept("IF");
        if if_not_exists {
            self.expect_all(&["NOT", "EXISTS"])?;
        }
        Ok(match kind {
            ObjectKind::Table => {
                StatementKind::CreateTable(Box::new(self.create_table(temporary, if_not_exists, or_replace)?))
            }
            ObjectKind::View => {
                StatementKind::CreateView(Box::new(self.create_view(temporary, if_not_exists, or_replace)?))
            }
            ObjectKind::Catalog => StatementKind::CreateCatalog(self.create_namespace(if_not_exists)?),
            ObjectKind::Database => StatementKind::CreateDatabase(self.create_namespace(if_not_exists)?),
        })
    }

    /// The kind of thing that `verb` is about.
    pub(super) fn object_kind(&mut self, verb: &str) -> Result<ObjectKind> {
        if let Some(missing) = self.which_word(0, &MISSING) {
            let supported = format!("Supported: {verb} TABLE, VIEW, CATALOG, DATABASE.");
            return Err(SqlError::unsupported(self.at(), format!("{verb} {missing}"), supported));
        }
        self.choice(&KINDS)
    }

    fn create_view(
        &mut self,
        temporary: bool,
        if_not_exists: bool,
        or_replace: Option<Position>,
    ) -> Result<CreateView> {
        let name = self.table_name()?;
        let columns = if self.is_sign(0, "(") { self.column_names()? } else { Vec::new() };
        let comment = self.comment()?;
        self.expect("AS")?;
        let first = self.next;
        let query = self.query()?;
        let query_text = self.text_since(first);
        Ok(CreateView { temporary, if_not_exists, or_replace, name, columns, comment, query, query_text })
    }

    fn create_namespace(&mut self, if_not_exists: bool) -> Result<CreateNamespace> {
        let name = self.object_name("a name")?;
        let comment = self.comment()?;
        let options = if self.accept("WITH") { self.options()? } else { Vec::new() };
        Ok(CreateNamespace { name, if_not_exists, comment, options })
    }

    pub(super) fn drop_object(&mut self) -> Result<DropObject> {
        self.bump();
        let at = self.at();
        let temporary = self.accept("TEMPORARY");
        let kind = self.object_kind("DROP")?;
        if temporary && !matches!(kind, ObjectKind::Table | ObjectKind::View) {
            return Err(SqlError::parse(at, format!("A {} cannot be TEMPORARY", kind.keyword())));
        }
        let if_exists = self.if_exists()?;
        let name = self.namespaced(kind)?;
        let mut cascade = false;
        if kind == ObjectKind::Database {
            cascade = self.accept("CASCADE");
            if !cascade {
                self.accept("RESTRICT");
            }
        }
        Ok(DropObject { kind, temporary, name, if_exists, cascade })
    }

    pub(super) fn if_exists(&mut self) -> Result<bool> {
        let found = self.is_word(0, "IF") && matches!(self.peek_at(1), Token::Word(_));
        if found {
            self.expect_all(&["IF", "EXISTS"])?;
        }
        Ok(found)
    }

    fn namespaced(&mut self, kind: ObjectKind) -> Result<ObjectName> {
        match kind {
            ObjectKind::Table | ObjectKind::View => self.table_name(),
            ObjectKind::Catalog => self.object_name("a catalog's name"),
            ObjectKind::Database => self.object_name("a database's name"),
        }
    }

    pub(super) fn use_namespace(&mut self) -> Result<StatementKind> {
        self.bump();
        let named = matches!(self.peek_at(1), Token::Word(_) | Token::Quoted(_));
        if named && self.accept("MODULES") {
            return self.list(|parser| parser.name("a module's name")).map(StatementKind::UseModules);
        }
        if named && self.accept("CATALOG") {
            return self.name("a catalog's name").map(StatementKind::UseCatalog);
        }
        self.object_name("a database's name").map(StatementKind::UseDatabase)
    }
}
