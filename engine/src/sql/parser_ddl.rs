//! `CREATE TABLE` and the types of its columns.

use super::{
    SqlError,
    ast::{ColumnDef, CreateTable, Name, Statement},
    lexer::Token,
    nearest::did_you_mean,
    parser::Parser,
    types::{DataType, MAX_TIMESTAMP_PRECISION, STRING, SUPPORTED_TYPES},
};

/// The type names that a column can have.
const TYPE_NAMES: [&str; 16] = [
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INT",
    "INTEGER",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "CHAR",
    "VARCHAR",
    "STRING",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMP_LTZ",
    "DECIMAL",
    "ARRAY",
];
/// Flink's types that this cut lacks.
const MISSING_TYPES: [&str; 15] = [
    "DECIMAL",
    "DEC",
    "NUMERIC",
    "TIME",
    "INTERVAL",
    "BINARY",
    "VARBINARY",
    "BYTES",
    "ARRAY",
    "MAP",
    "MULTISET",
    "ROW",
    "RAW",
    "VARIANT",
    "STRUCTURED",
];

impl Parser<'_> {
    pub(super) fn create(&mut self) -> Result<Statement, SqlError> {
        self.bump();
        let at = self.at();
        self.accept("TEMPORARY");
        if !self.accept("TABLE") {
            let clause = format!("CREATE {}", self.peek().describe());
            return Err(SqlError::unsupported(at, clause, "Supported: CREATE TABLE."));
        }
        let if_not_exists = self.accept_all(&["IF", "NOT", "EXISTS"]);
        let name = self.table_name()?;
        if self.is_word(0, "AS") || self.is_word(0, "LIKE") {
            let clause = format!("CREATE TABLE … {}", self.peek().describe());
            return Err(SqlError::unsupported(self.at(), clause, "List the columns: CREATE TABLE t (a INT) WITH (…)."));
        }
        let mut table = CreateTable { name, if_not_exists, columns: vec![], primary_key: vec![], options: vec![] };
        self.expect_sign("(")?;
        loop {
            self.table_element(&mut table)?;
            if !self.accept_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        self.comment()?;
        if self.is_word(0, "PARTITIONED") || self.is_word(0, "DISTRIBUTED") {
            let clause = self.peek().describe();
            return Err(SqlError::unsupported(self.at(), clause, "Leave it out: tables are not partitioned."));
        }
        if self.accept("WITH") {
            table.options = self.options()?;
        }
        Ok(Statement::CreateTable(table))
    }

    /// A column or a constraint.
    fn table_element(&mut self, table: &mut CreateTable) -> Result<(), SqlError> {
        let at = self.at();
        if self.is_word(0, "WATERMARK") && self.is_word(1, "FOR") {
            let supported = "Leave it out: queries without windows or joins need no watermark.";
            return Err(SqlError::unsupported(at, "WATERMARK FOR", supported));
        }
        if self.accept("CONSTRAINT") {
            self.name("a constraint's name")?;
            return self.primary_key(table);
        }
        if self.is_word(0, "PRIMARY") && self.is_word(1, "KEY") {
            return self.primary_key(table);
        }
        let name = self.name("a column's name")?;
        if self.is_word(0, "AS") {
            return Err(SqlError::unsupported(self.at(), "A computed column", "Compute it in the SELECT."));
        }
        let data_type = self.data_type()?;
        let mut column = ColumnDef { name, data_type, nullable: true };
        loop {
            let at = self.at();
            if self.accept_all(&["NOT", "NULL"]) {
                column.nullable = false;
            } else if self.accept_all(&["PRIMARY", "KEY"]) {
                self.not_enforced()?;
                table.primary_key.push(column.name.clone());
            } else if self.is_word(0, "METADATA") {
                return Err(SqlError::unsupported(at, "A METADATA column", "Columns are those of the record itself."));
            } else if !self.accept("NULL") && !self.comment()? {
                table.columns.push(column);
                return Ok(());
            }
        }
    }

    fn primary_key(&mut self, table: &mut CreateTable) -> Result<(), SqlError> {
        let at = self.at();
        self.expect("PRIMARY")?;
        self.expect("KEY")?;
        if !table.primary_key.is_empty() {
            return Err(SqlError::invalid(at, "The table has two primary keys; it can have one"));
        }
        self.expect_sign("(")?;
        table.primary_key = self.names(")")?;
        self.not_enforced()
    }

    fn not_enforced(&mut self) -> Result<(), SqlError> {
        let at = self.at();
        if self.accept_all(&["NOT", "ENFORCED"]) {
            return Ok(());
        }
        let message =
            "Flink doesn't support ENFORCED mode for PRIMARY KEY constraint. Write PRIMARY KEY (…) NOT ENFORCED";
        Err(SqlError::invalid(at, message))
    }

    fn comment(&mut self) -> Result<bool, SqlError> {
        let found = self.accept("COMMENT");
        if found {
            self.text("a comment in quotes")?;
        }
        Ok(found)
    }

    fn options(&mut self) -> Result<Vec<(Name, Name)>, SqlError> {
        let mut options: Vec<(Name, Name)> = Vec::new();
        self.expect_sign("(")?;
        loop {
            let key = self.text("an option in quotes: 'key' = 'value'")?;
            if options.iter().any(|(known, _)| known.text == key.text) {
                return Err(SqlError::invalid(key.at, format!("The option '{}' is given twice", key.text)));
            }
            self.expect_sign("=")?;
            options.push((key, self.text("a value in quotes: 'key' = 'value'")?));
            if !self.accept_sign(",") {
                break;
            }
        }
        self.expect_sign(")")?;
        Ok(options)
    }

    pub(super) fn data_type(&mut self) -> Result<DataType, SqlError> {
        let at = self.at();
        let Token::Word(word) = self.peek().clone() else { return self.expected("a type") };
        let upper = word.to_uppercase();
        if MISSING_TYPES.contains(&upper.as_str()) {
            return Err(SqlError::unsupported(at, format!("The type {upper}"), SUPPORTED_TYPES));
        }
        self.bump();
        Ok(match upper.as_str() {
            "BOOLEAN" => DataType::Boolean,
            "TINYINT" => DataType::TinyInt,
            "SMALLINT" => DataType::SmallInt,
            "INT" | "INTEGER" => DataType::Int,
            "BIGINT" => DataType::BigInt,
            "FLOAT" => DataType::Float,
            "DOUBLE" => {
                self.accept("PRECISION");
                DataType::Double
            }
            "STRING" => STRING,
            "CHAR" => DataType::Char(self.length()?.unwrap_or(1)),
            "VARCHAR" => DataType::Varchar(self.length()?.unwrap_or(1)),
            "DATE" => DataType::Date,
            "TIMESTAMP" => self.timestamp()?,
            "TIMESTAMP_LTZ" => DataType::TimestampLtz(self.precision()?),
            _ => {
                let hint = did_you_mean(&word, TYPE_NAMES);
                return Err(SqlError::parse(at, format!("Unknown type \"{word}\". {hint}")));
            }
        })
    }

    fn timestamp(&mut self) -> Result<DataType, SqlError> {
        let precision = self.precision()?;
        if self.accept_all(&["WITH", "LOCAL", "TIME", "ZONE"]) {
            return Ok(DataType::TimestampLtz(precision));
        }
        self.accept_all(&["WITHOUT", "TIME", "ZONE"]);
        Ok(DataType::Timestamp(precision))
    }

    fn precision(&mut self) -> Result<u8, SqlError> {
        let at = self.at();
        match self.length()? {
            None => Ok(MAX_TIMESTAMP_PRECISION),
            Some(p) if p <= u32::from(MAX_TIMESTAMP_PRECISION) => Ok(p as u8),
            Some(p) => Err(SqlError::unsupported(at, format!("A timestamp precision of {p}"), SUPPORTED_TYPES)),
        }
    }

    /// `(n)`, where it is given.
    fn length(&mut self) -> Result<Option<u32>, SqlError> {
        if !self.accept_sign("(") {
            return Ok(None);
        }
        let at = self.at();
        let Token::Number(digits) = self.bump() else {
            return Err(SqlError::parse(at, "Expected a length"));
        };
        let length = digits.parse().ok().filter(|n| *n <= i32::MAX as u32);
        self.expect_sign(")")?;
        length.map(Some).ok_or_else(|| SqlError::parse(at, format!("\"{digits}\" is not a length")))
    }
}
