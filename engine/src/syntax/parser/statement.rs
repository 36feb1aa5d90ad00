//! Which statement it is; `INSERT`, statement sets, `EXPLAIN`, `SET` and the statements about jobs.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::{
    Position,
    ast::{Explain, ExplainDetail, Expr, ExprKind, Insert, Name, Statement, StatementKind, TableOption, Text},
    nearest::nearest,
};

/// The statements that are parsed, as refusals list them.
const SUPPORTED: &str = "Supported statements: SELECT, INSERT INTO, EXECUTE STATEMENT SET, CREATE, DROP, ALTER, USE, \
     SHOW, DESCRIBE, EXPLAIN, SET, RESET and STOP JOB.";

/// The words that begin a statement, for the one that is misspelt.
const BEGINNINGS: [&str; 17] = [
    "SELECT", "WITH", "VALUES", "INSERT", "EXECUTE", "BEGIN", "END", "CREATE", "DROP", "ALTER", "USE", "SHOW",
    "DESCRIBE", "EXPLAIN", "SET", "RESET", "STOP",
];
/// Flink's statements that this engine does not know.
const MISSING: [&str; 13] = [
    "ADD", "ANALYZE", "CALL", "COMPILE", "DELETE", "LOAD", "MERGE", "REMOVE", "TRUNCATE", "UNLOAD", "UPDATE", "UPSERT",
    "HELP",
];

const DETAILS: [(&str, ExplainDetail); 4] = [
    ("ESTIMATED_COST", ExplainDetail::EstimatedCost),
    ("CHANGELOG_MODE", ExplainDetail::ChangelogMode),
    ("JSON_EXECUTION_PLAN", ExplainDetail::JsonExecutionPlan),
    ("PLAN_ADVICE", ExplainDetail::PlanAdvice),
];

impl Parser<'_> {
    /// A statement.
    pub(super) fn statement(&mut self) -> Result<Statement> {
        let at = self.at();
        let first = match self.peek() {
            Token::Word(first) => first.to_ascii_uppercase(),
            Token::Sign("(") => "SELECT".to_owned(),
            _ => return self.expected("a statement"),
        };
        let kind = match first.as_str() {
            "SELECT" | "WITH" | "VALUES" | "TABLE" => StatementKind::Query(Box::new(self.query()?)),
            "INSERT" => StatementKind::Insert(Box::new(self.insert()?)),
            "EXECUTE" => return self.execute(),
            "STATEMENT" => self.statement_set()?,
            "BEGIN" => {
                self.bump();
                self.expect_all(&["STATEMENT", "SET"])?;
                StatementKind::BeginStatementSet
            }
            "END" => {
                self.bump();
                StatementKind::EndStatementSet
            }
            "EXPLAIN" => StatementKind::Explain(self.explain()?),
            "CREATE" => self.create()?,
            "DROP" => StatementKind::Drop(self.drop_object()?),
            "ALTER" => StatementKind::Alter(self.alter()?),
            "USE" => self.use_namespace()?,
            "SET" => self.set()?,
            "RESET" => {
                self.bump();
                StatementKind::Reset(match self.peek() {
                    Token::Text(_) => Some(self.text("a key in quotes")?),
                    Token::End | Token::Sign(";") => None,
                    _ => Some(self.bare_text("")?),
                })
            }
            "SHOW" => StatementKind::Show(self.show()?),
            "DESCRIBE" | "DESC" => self.describe()?,
            "STOP" => self.stop_job()?,
            _ => return Err(unknown_statement(&first, at, self.peek())),
        };
        Ok(Statement { at, kind })
    }

    /// The error of what stands after a whole statement.
    pub(super) fn after_statement<T>(&self) -> Result<T> {
        let previous = &self.tokens[self.next.saturating_sub(1)].token;
        if previous == &Token::Sign(";") {
            let message = format!(
                "Encountered {} after the end of the statement; one statement is run at a time",
                self.peek().describe()
            );
            return Err(SqlError::parse(self.at(), message));
        }
        const CLAUSES: [&str; 14] = [
            "FROM",
            "WHERE",
            "GROUP",
            "HAVING",
            "WINDOW",
            "QUALIFY",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "FETCH",
            "UNION",
            "INTERSECT",
            "EXCEPT",
            "WITH",
        ];
        self.expected_word("the end of the statement", &CLAUSES)
    }

    pub(super) fn insert(&mut self) -> Result<Insert> {
        let at = self.at();
        self.expect("INSERT")?;
        let overwrite = self.accept_at("OVERWRITE");
        if overwrite.is_none() {
            self.expect("INTO")?;
        }
        let into = self.table_name()?;
        let hints = self.hints()?;
        let partition = if self.accept("PARTITION") {
            self.parenthesised(|parser| parser.list(Self::partition_value))?
        } else {
            Vec::new()
        };
        // `(a, b)` lists columns, `(SELECT …)` and `((SELECT …) UNION …)` are the query.
        let listed = self.is_sign(0, "(") && matches!(self.peek_at(1), Token::Word(_) | Token::Quoted(_));
        let at_query = self.is_word(1, "SELECT") || self.is_word(1, "WITH") || self.is_word(1, "VALUES");
        let columns =
            if listed && !at_query && !self.is_word(1, "TABLE") { self.insert_columns()? } else { Vec::new() };
        let query = self.query()?;
        Ok(Insert { at, overwrite, into, hints, partition, columns, query })
    }

    fn insert_columns(&mut self) -> Result<Vec<Name>> {
        self.parenthesised(|parser| {
            parser.list(|parser| {
                let name = parser.name("a column's name")?;
                if parser.is_sign(0, ".") {
                    let supported = "List whole columns.";
                    return Err(SqlError::unsupported(name.at, "A field of a row as the target of INSERT", supported));
                }
                Ok(name)
            })
        })
    }

    /// `column = literal`
    fn partition_value(&mut self) -> Result<(Name, Expr)> {
        let column = self.name("a column's name")?;
        self.expect_sign("=")?;
        let value = self.primary()?;
        match value.kind {
            ExprKind::Literal(_) => Ok((column, value)),
            _ => Err(SqlError::parse(value.at, "PARTITION takes literals: PARTITION (day = '2024-01-01')")),
        }
    }

    /// `EXECUTE STATEMENT SET …`, `EXECUTE INSERT …`, `EXECUTE SELECT …`
    fn execute(&mut self) -> Result<Statement> {
        let at = self.at();
        self.expect("EXECUTE")?;
        let kind = if self.is_word(0, "STATEMENT") {
            self.statement_set()?
        } else if self.is_word(0, "INSERT") {
            StatementKind::Insert(Box::new(self.insert()?))
        } else if self.is_word(0, "PLAN") {
            return Err(SqlError::unsupported(at, "EXECUTE PLAN", "Supported: EXECUTE STATEMENT SET, EXECUTE INSERT."));
        } else if self.at_query() {
            StatementKind::Query(Box::new(self.query()?))
        } else {
            return self.expected_word("STATEMENT SET, INSERT or SELECT", &["STATEMENT", "INSERT", "SELECT"]);
        };
        Ok(Statement { at, kind })
    }

    /// `STATEMENT SET BEGIN insert; … END`
    fn statement_set(&mut self) -> Result<StatementKind> {
        self.expect_all(&["STATEMENT", "SET", "BEGIN"])?;
        let mut inserts = Vec::new();
        loop {
            inserts.push(self.insert()?);
            if !self.accept_sign(";") {
                return self.expected("\";\" after each INSERT of the statement set");
            }
            if self.accept("END") {
                return Ok(StatementKind::StatementSet(inserts));
            }
            if !self.is_word(0, "INSERT") {
                return self.expected_word("INSERT or END", &["INSERT", "END"]);
            }
        }
    }

    fn explain(&mut self) -> Result<Explain> {
        self.expect("EXPLAIN")?;
        let mut details = Vec::new();
        if self.is_word(0, "PLAN") {
            self.expect_all(&["PLAN", "FOR"])?;
        } else if DETAILS.iter().any(|(keyword, _)| self.is_word(0, keyword)) {
            details = self.list(|parser| {
                let at = parser.at();
                Ok((parser.choice(&DETAILS)?, at))
            })?;
        }
        let at = self.at();
        let statement = self.nested(Self::statement)?;
        match &statement.kind {
            StatementKind::Query(_) | StatementKind::Insert(_) | StatementKind::StatementSet(_) => {}
            StatementKind::CreateTable(table) if table.query.is_some() => {}
            _ => {
                let message = "EXPLAIN takes a query, an INSERT or a STATEMENT SET, not the statement that begins";
                return Err(SqlError::parse(at, message));
            }
        }
        Ok(Explain { details, statement: Box::new(statement) })
    }

    fn set(&mut self) -> Result<StatementKind> {
        self.bump();
        if matches!(self.peek(), Token::End | Token::Sign(";")) {
            return Ok(StatementKind::Set(None));
        }
        if matches!(self.peek(), Token::Text(_)) {
            return Ok(StatementKind::Set(Some(self.option()?)));
        }
        // As Flink has it, also without quotes; then the value may not have a space within.
        let key = self.bare_text("=")?;
        self.expect_sign("=")?;
        let value = match self.peek() {
            Token::Text(_) => self.text("a value")?,
            _ => self.bare_text("")?,
        };
        Ok(StatementKind::Set(Some(TableOption { key, value })))
    }

    /// What is written without a space within, up to the end of the statement or the sign `until`.
    fn bare_text(&mut self, until: &str) -> Result<Text> {
        let (first, at) = (self.next, self.at());
        while !matches!(self.peek(), Token::End | Token::Sign(";")) && *self.peek() != Token::Sign("=") {
            self.bump();
        }
        let text = if self.next > first { self.text_since(first).trim().to_owned() } else { String::new() };
        let more = until.is_empty() && *self.peek() == Token::Sign("=");
        if text.is_empty() || more || text.contains(char::is_whitespace) {
            return Err(SqlError::parse(at, "Expected 'key' = 'value', in quotes or without a space within"));
        }
        Ok(Text { text, at })
    }

    fn stop_job(&mut self) -> Result<StatementKind> {
        self.bump();
        self.expect("JOB")?;
        let id = self.text("a job's id in quotes")?;
        let (mut savepoint, mut drain) = (false, false);
        while self.accept("WITH") {
            let at = self.at();
            if self.accept("SAVEPOINT") {
                savepoint = true;
            } else if self.accept("DRAIN") {
                if !savepoint {
                    return Err(SqlError::parse(at, "WITH DRAIN stands after WITH SAVEPOINT"));
                }
                drain = true;
            } else {
                return self.expected_word("SAVEPOINT or DRAIN", &["SAVEPOINT", "DRAIN"]);
            }
        }
        Ok(StatementKind::StopJob { id, savepoint, drain })
    }
}

fn unknown_statement(first: &str, at: Position, met: &Token) -> SqlError {
    if MISSING.contains(&first) {
        return SqlError::unsupported(at, first, SUPPORTED);
    }
    let hint = match nearest(first, BEGINNINGS) {
        Some(meant) => format!("Did you mean {meant}? It stands"),
        None => format!("{SUPPORTED} It stands"),
    };
    SqlError::parse(at, format!("Encountered {}, which begins no statement. {hint}", met.describe()))
}
