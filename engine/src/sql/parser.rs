//! Tokens to statements: recursive descent, one function a clause.

use super::{
    Position, SqlError,
    ast::{Insert, Name, SelectItem, Statement},
    lexer::{Spanned, Token, tokenize},
};

/// The statements that this cut runs, as refusals list them.
const SUPPORTED_STATEMENTS: &str = "Supported statements: CREATE TABLE, DROP TABLE, INSERT INTO … SELECT … FROM … \
     WHERE, SET, RESET, SHOW TABLES, SHOW JOBS, DESCRIBE, EXPLAIN and STOP JOB.";
const SUPPORTED_QUERY: &str = "A query reads one table: SELECT expressions FROM table [WHERE condition].";

/// Words that end an expression or a name, and so cannot be an alias without backticks.
const RESERVED: [&str; 32] = [
    "ALL",
    "AND",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "CROSS",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "FETCH",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IN",
    "INNER",
    "INTERSECT",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NOT",
    "ON",
    "OR",
    "ORDER",
    "RIGHT",
    "SELECT",
    "UNION",
    "WHERE",
];

/// The one statement of `text`; a semicolon may end it.
pub fn parse(text: &str) -> Result<Statement, SqlError> {
    let mut parser = Parser { text, tokens: tokenize(text)?, next: 0, depth: 0 };
    let statement = parser.statement()?;
    parser.accept_sign(";");
    if parser.peek() != &Token::End {
        let message = format!(
            "Encountered {} after the end of the statement; one statement is run at a time",
            parser.peek().describe()
        );
        return Err(SqlError::parse(parser.at(), message));
    }
    Ok(statement)
}

/// A cursor over tokens. Cheap to look ahead in, never goes back.
pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Spanned>,
    next: usize,
    /// How deep expressions are nested at the cursor.
    pub(super) depth: u32,
}

impl Parser<'_> {
    fn spanned(&self, ahead: usize) -> &Spanned {
        // The last token is `End`, and is never passed.
        &self.tokens[(self.next + ahead).min(self.tokens.len() - 1)]
    }

    pub(super) fn peek(&self) -> &Token {
        &self.spanned(0).token
    }

    pub(super) fn peek_at(&self, ahead: usize) -> &Token {
        &self.spanned(ahead).token
    }

    pub(super) fn at(&self) -> Position {
        self.spanned(0).at
    }

    pub(super) fn bump(&mut self) -> Token {
        let token = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// Whether the word `ahead` of the cursor is the keyword.
    pub(super) fn is_word(&self, ahead: usize, keyword: &str) -> bool {
        matches!(&self.spanned(ahead).token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        matches!(&self.spanned(ahead).token, Token::Sign(found) if *found == sign)
    }

    pub(super) fn accept(&mut self, keyword: &str) -> bool {
        let found = self.is_word(0, keyword);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn accept_all(&mut self, keywords: &[&str]) -> bool {
        let found = keywords.iter().enumerate().all(|(ahead, keyword)| self.is_word(ahead, keyword));
        if found {
            self.next += keywords.len();
        }
        found
    }

    pub(super) fn accept_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(0, sign);
        if found {
            self.bump();
        }
        found
    }

    pub(super) fn expected<T>(&self, what: &str) -> Result<T, SqlError> {
        Err(SqlError::parse(self.at(), format!("Encountered {}, expected {what}", self.peek().describe())))
    }

    pub(super) fn expect(&mut self, keyword: &str) -> Result<(), SqlError> {
        if self.accept(keyword) { Ok(()) } else { self.expected(keyword) }
    }

    pub(super) fn expect_sign(&mut self, sign: &str) -> Result<(), SqlError> {
        if self.accept_sign(sign) { Ok(()) } else { self.expected(&format!("\"{sign}\"")) }
    }

    /// The text from the token `first` to the one before the cursor, its blanks made single.
    fn text_since(&self, first: usize) -> String {
        let (start, end) = (self.tokens[first].start, self.tokens[self.next.saturating_sub(1).max(first)].end);
        self.text[start..end].split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// A name: quoted, or a word that is not reserved.
    pub(super) fn name(&mut self, what: &str) -> Result<Name, SqlError> {
        let at = self.at();
        match self.peek().clone() {
            Token::Word(text) if !is_reserved(&text) => {
                self.bump();
                Ok(Name { text, at })
            }
            Token::Quoted(text) => {
                self.bump();
                Ok(Name { text, at })
            }
            _ => self.expected(what),
        }
    }

    pub(super) fn text(&mut self, what: &str) -> Result<Name, SqlError> {
        let at = self.at();
        let Token::Text(text) = self.peek().clone() else { return self.expected(what) };
        self.bump();
        Ok(Name { text, at })
    }

    fn statement(&mut self) -> Result<Statement, SqlError> {
        let at = self.at();
        let Token::Word(first) = self.peek().clone() else { return self.expected("a statement") };
        match first.to_uppercase().as_str() {
            "CREATE" => self.create(),
            "DROP" => self.drop_table(),
            "INSERT" => Ok(Statement::Insert(self.insert()?)),
            "SET" => self.set(),
            "RESET" => {
                self.bump();
                let key = matches!(self.peek(), Token::Text(_)).then(|| self.text("a key")).transpose()?;
                Ok(Statement::Reset(key))
            }
            "SHOW" => self.show(),
            "DESCRIBE" | "DESC" => {
                self.bump();
                Ok(Statement::Describe(self.table_name()?))
            }
            "EXPLAIN" => {
                self.bump();
                self.accept_all(&["PLAN", "FOR"]);
                Ok(Statement::Explain(self.insert()?))
            }
            "STOP" => self.stop_job(),
            "SELECT" | "WITH" | "VALUES" | "TABLE" => {
                Err(SqlError::unsupported(at, "An interactive query", "Write its result with INSERT INTO."))
            }
            "BEGIN" | "EXECUTE" | "ALTER" | "USE" | "ADD" | "REMOVE" | "LOAD" | "UNLOAD" | "UPDATE" | "DELETE"
            | "ANALYZE" | "CALL" | "TRUNCATE" => {
                Err(SqlError::unsupported(at, first.to_uppercase(), SUPPORTED_STATEMENTS))
            }
            _ => Err(SqlError::parse(
                at,
                format!("Encountered \"{first}\", which begins no statement. {SUPPORTED_STATEMENTS}"),
            )),
        }
    }

    fn set(&mut self) -> Result<Statement, SqlError> {
        self.bump();
        if matches!(self.peek(), Token::End | Token::Sign(";")) {
            return Ok(Statement::Set(None));
        }
        let key = self.text("a key in quotes: SET 'key' = 'value'")?;
        self.expect_sign("=")?;
        let value = self.text("a value in quotes: SET 'key' = 'value'")?;
        Ok(Statement::Set(Some((key, value))))
    }

    fn show(&mut self) -> Result<Statement, SqlError> {
        self.bump();
        let at = self.at();
        if self.accept("TABLES") {
            return Ok(Statement::ShowTables);
        }
        if self.accept("JOBS") {
            return Ok(Statement::ShowJobs);
        }
        Err(SqlError::unsupported(at, format!("SHOW {}", self.peek().describe()), "Supported: SHOW TABLES, SHOW JOBS."))
    }

    fn stop_job(&mut self) -> Result<Statement, SqlError> {
        self.bump();
        self.expect("JOB")?;
        let id = self.text("a job's id in quotes")?;
        let at = self.at();
        if self.accept("WITH") {
            let supported = "STOP JOB 'id' stops without one.";
            return Err(SqlError::unsupported(at, "Stopping with a savepoint or a drain", supported));
        }
        Ok(Statement::StopJob(id))
    }

    fn drop_table(&mut self) -> Result<Statement, SqlError> {
        self.bump();
        let at = self.at();
        self.accept("TEMPORARY");
        if !self.accept("TABLE") {
            let clause = format!("DROP {}", self.peek().describe());
            return Err(SqlError::unsupported(at, clause, "Supported: DROP TABLE."));
        }
        let if_exists = self.accept_all(&["IF", "EXISTS"]);
        Ok(Statement::DropTable { name: self.table_name()?, if_exists })
    }

    /// A table's name; the catalog and database that Flink starts with may be spelled out.
    pub(super) fn table_name(&mut self) -> Result<Name, SqlError> {
        let mut name = self.name("a table's name")?;
        for owner in ["default_catalog", "default_database"] {
            if name.text == owner && self.is_sign(0, ".") {
                self.bump();
                name = self.name("a table's name")?;
            }
        }
        if self.is_sign(0, ".") {
            let clause = format!("The catalog or database '{}'", name.text);
            return Err(SqlError::unsupported(name.at, clause, "Tables are in default_catalog.default_database."));
        }
        Ok(name)
    }

    fn insert(&mut self) -> Result<Insert, SqlError> {
        self.expect("INSERT")?;
        let at = self.at();
        if self.accept("OVERWRITE") {
            return Err(SqlError::unsupported(at, "INSERT OVERWRITE", "Supported: INSERT INTO."));
        }
        self.expect("INTO")?;
        let into = self.table_name()?;
        let columns = if self.accept_sign("(") { self.names(")")? } else { Vec::new() };
        let select_at = self.at();
        if self.is_word(0, "VALUES") || self.is_word(0, "WITH") {
            let clause = self.peek().describe();
            return Err(SqlError::unsupported(select_at, clause, SUPPORTED_QUERY));
        }
        self.expect("SELECT")?;
        let at = self.at();
        if self.accept("DISTINCT") {
            return Err(SqlError::unsupported(at, "SELECT DISTINCT", SUPPORTED_QUERY));
        }
        self.accept("ALL");
        let items = self.items()?;
        self.expect("FROM")?;
        let (from, alias) = self.from()?;
        let mut insert =
            Insert { into, columns, items, select_at, from, alias, predicate: None, predicate_text: String::new() };
        if self.accept("WHERE") {
            let first = self.next;
            insert.predicate = Some(self.expr()?);
            insert.predicate_text = self.text_since(first);
        }
        self.refuse_further_clauses()?;
        Ok(insert)
    }

    fn items(&mut self) -> Result<Vec<SelectItem>, SqlError> {
        let mut items = Vec::new();
        loop {
            items.push(if self.accept_sign("*") { SelectItem::Star } else { self.item()? });
            if !self.accept_sign(",") {
                return Ok(items);
            }
        }
    }

    fn item(&mut self) -> Result<SelectItem, SqlError> {
        let expr = self.expr()?;
        let explicit = self.accept("AS");
        let alias = if explicit || self.at_alias() { Some(self.name("an alias")?) } else { None };
        Ok(SelectItem::Expr { expr, alias })
    }

    fn at_alias(&self) -> bool {
        match self.peek() {
            Token::Quoted(_) => true,
            Token::Word(word) => !is_reserved(word),
            _ => false,
        }
    }

    fn from(&mut self) -> Result<(Name, Option<Name>), SqlError> {
        let at = self.at();
        if self.is_sign(0, "(") || (self.is_word(0, "TABLE") && self.is_sign(1, "(")) {
            return Err(SqlError::unsupported(at, "A subquery or table function in FROM", SUPPORTED_QUERY));
        }
        let from = self.table_name()?;
        self.refuse_further_clauses()?;
        let explicit = self.accept("AS");
        let alias = if explicit || self.at_alias() { Some(self.name("an alias")?) } else { None };
        Ok((from, alias))
    }

    /// Names the clause that a query of this cut cannot have, if one stands at the cursor.
    fn refuse_further_clauses(&self) -> Result<(), SqlError> {
        const CLAUSES: [(&str, &str); 18] = [
            ("GROUP", "GROUP BY"),
            ("HAVING", "HAVING"),
            ("ORDER", "ORDER BY"),
            ("LIMIT", "LIMIT"),
            ("OFFSET", "OFFSET"),
            ("FETCH", "FETCH"),
            ("UNION", "UNION"),
            ("INTERSECT", "INTERSECT"),
            ("EXCEPT", "EXCEPT"),
            ("WINDOW", "WINDOW"),
            ("QUALIFY", "QUALIFY"),
            ("JOIN", "JOIN"),
            ("INNER", "JOIN"),
            ("LEFT", "JOIN"),
            ("RIGHT", "JOIN"),
            ("FULL", "JOIN"),
            ("CROSS", "CROSS JOIN"),
            ("FOR", "FOR SYSTEM_TIME AS OF"),
        ];
        if self.is_sign(0, ",") {
            return Err(SqlError::unsupported(self.at(), "A second table in FROM", SUPPORTED_QUERY));
        }
        match CLAUSES.iter().find(|(keyword, _)| self.is_word(0, keyword)) {
            Some((_, clause)) => Err(SqlError::unsupported(self.at(), *clause, SUPPORTED_QUERY)),
            None => Ok(()),
        }
    }

    /// Names separated by commas, up to and with the sign that closes them.
    pub(super) fn names(&mut self, close: &str) -> Result<Vec<Name>, SqlError> {
        let mut names = vec![self.name("a column's name")?];
        while self.accept_sign(",") {
            names.push(self.name("a column's name")?);
        }
        self.expect_sign(close)?;
        Ok(names)
    }
}

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, expect: &str) {
        let message = parse(text).map_or_else(|error| error.to_string(), |_| "accepted".to_owned());
        assert!(message.contains(expect), "{text}\n got {message}\nwant {expect}");
    }

    #[test]
    fn accepts_the_statements_of_the_dialect() {
        for text in [
            "SET 'a' = 'b';",
            "SET",
            "RESET 'a'",
            "show tables",
            "DESC t",
            "STOP JOB '0123'",
            "DROP TABLE IF EXISTS t",
            "CREATE TEMPORARY TABLE IF NOT EXISTS t (a INT COMMENT 'x', PRIMARY KEY (a) NOT ENFORCED) COMMENT 'y' WITH ('connector' = 'print')",
            "INSERT INTO default_catalog.default_database.s (a) SELECT f.a AS x FROM t AS f WHERE a > 1 AND b IS NOT NULL",
            "EXPLAIN PLAN FOR INSERT INTO s SELECT * FROM t",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn refuses_what_is_not_supported_with_clause_and_place() {
        refused("INSERT INTO s SELECT a FROM t GROUP BY a", "line 1, column 31: GROUP BY is not supported");
        refused("INSERT INTO s SELECT a FROM t\nLEFT JOIN u ON t.a = u.a", "line 2, column 1: JOIN is not supported");
        refused("INSERT INTO s SELECT a FROM (SELECT 1)", "line 1, column 29: A subquery");
        refused("INSERT INTO s SELECT a FROM t, u", "line 1, column 30: A second table");
        refused("SELECT 1", "line 1, column 1: An interactive query is not supported");
        refused("CREATE VIEW v AS SELECT 1", "line 1, column 8: CREATE \"VIEW\" is not supported");
        refused("CREATE TABLE t (a AS b + 1) WITH ('connector'='print')", "column 19: A computed column");
        refused("CREATE TABLE t (a INT, WATERMARK FOR a AS a) WITH ('connector'='print')", "column 24: WATERMARK FOR");
        refused("CREATE TABLE t (a DECIMAL(10, 2)) WITH ('connector'='print')", "column 19: The type DECIMAL");
        refused("STOP JOB 'a' WITH SAVEPOINT", "column 14: Stopping with a savepoint");
    }

    #[test]
    fn says_what_was_met_and_what_was_expected() {
        refused(
            "INSERT INTO s SELECT a t",
            "Encountered the end of the statement, expected FROM at line 1, column 25.",
        );
        refused("SELEKT 1", "Encountered \"SELEKT\", which begins no statement.");
        refused("SET a = 1", "Encountered \"a\", expected a key in quotes");
        refused("SHOW TABLES; SHOW JOBS", "one statement is run at a time at line 1, column 14.");
        refused("INSERT INTO s SELECT (1 + FROM t", "expected an expression at line 1, column 27.");
        refused("CREATE TABLE t (a INTT)", "Unknown type \"INTT\". Did you mean 'INT'? at line 1, column 19.");
    }
}
