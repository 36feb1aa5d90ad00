//! `CREATE TABLE`.

use super::{Parser, Result, SqlError, Token};
use crate::syntax::{
    Position,
    ast::{
        ColumnDef, ColumnKind, Constraint, CreateAs, CreateTable, Distribution, LikeFeature, LikeMerge, LikeRule, Name,
        TableLike, Watermark,
    },
};

const MERGES: [(&str, LikeMerge); 3] =
    [("INCLUDING", LikeMerge::Including), ("EXCLUDING", LikeMerge::Excluding), ("OVERWRITING", LikeMerge::Overwriting)];
const FEATURES: [(&str, LikeFeature); 8] = [
    ("ALL", LikeFeature::All),
    ("CONSTRAINTS", LikeFeature::Constraints),
    ("DISTRIBUTION", LikeFeature::Distribution),
    ("GENERATED", LikeFeature::Generated),
    ("METADATA", LikeFeature::Metadata),
    ("OPTIONS", LikeFeature::Options),
    ("PARTITIONS", LikeFeature::Partitions),
    ("WATERMARKS", LikeFeature::Watermarks),
];

/// What stands in the parentheses of a table.
#[derive(Default)]
pub(super) struct TableElements {
    pub(super) columns: Vec<ColumnDef>,
    pub(super) watermarks: Vec<Watermark>,
    pub(super) constraints: Vec<Constraint>,
}

impl Parser<'_> {
    /// From the table's name on.
    pub(super) fn create_table(
        &mut self,
        temporary: bool,
        if_not_exists: bool,
        or_replace: Option<Position>,
    ) -> Result<CreateTable> {
        let mut table = CreateTable {
            temporary,
            if_not_exists,
            or_replace,
            name: self.table_name()?,
            columns: Vec::new(),
            watermarks: Vec::new(),
            constraints: Vec::new(),
            comment: None,
            distribution: None,
            partitioned_by: Vec::new(),
            options: Vec::new(),
            like: None,
            query: None,
        };
        // `(a, b) AS query` lists columns by their names only.
        let bare = self.is_sign(0, "(")
            && matches!(self.peek_at(1), Token::Word(_) | Token::Quoted(_))
            && (self.is_sign(2, ",") || self.is_sign(2, ")"));
        let mut names = Vec::new();
        if bare {
            names = self.column_names()?;
        } else if self.accept_sign("(") {
            let mut elements = TableElements::default();
            self.list(|parser| parser.table_element(&mut elements))?;
            TableElements { columns: table.columns, watermarks: table.watermarks, constraints: table.constraints } =
                elements;
            if !self.accept_sign(")") {
                return self.expected_word("\",\" or \")\"", &["NOT", "PRIMARY", "COMMENT", "METADATA", "VIRTUAL"]);
            }
        }
        self.table_clauses(&mut table)?;
        let at = self.at();
        if self.accept("LIKE") {
            table.like = Some(self.table_like(at)?);
        } else if self.accept("AS") {
            let query = self.query()?;
            table.query = Some(CreateAs { at, columns: names, query });
            return Ok(table);
        }
        match names.first() {
            None => Ok(table),
            Some(name) => {
                let message =
                    format!("The column '{}' has no type; only CREATE TABLE … AS query takes none", name.text);
                Err(SqlError::parse(name.at, message))
            }
        }
    }

    /// What stands between the columns and `LIKE` or `AS`.
    fn table_clauses(&mut self, table: &mut CreateTable) -> Result<()> {
        table.comment = self.comment()?;
        if self.is_word(0, "DISTRIBUTED") {
            table.distribution = Some(self.distribution()?);
        }
        if self.accept("PARTITIONED") {
            self.expect("BY")?;
            table.partitioned_by = self.column_names()?;
        }
        if self.accept("WITH") {
            table.options = self.options()?;
        }
        match self.which_word(0, &["COMMENT", "DISTRIBUTED", "PARTITIONED", "WITH"]) {
            Some(late) => {
                let message = format!(
                    "{late} stands too late. The order is COMMENT, DISTRIBUTED, PARTITIONED BY, WITH, LIKE or AS; it stands"
                );
                Err(SqlError::parse(self.at(), message))
            }
            None => Ok(()),
        }
    }

    /// A column, a watermark or a constraint.
    pub(super) fn table_element(&mut self, table: &mut TableElements) -> Result<()> {
        let at = self.at();
        if self.accept_all(&["WATERMARK", "FOR"]) {
            let column = self.object_name("a column's name")?;
            self.expect("AS")?;
            table.watermarks.push(Watermark { at, column, expr: self.expr()? });
            return Ok(());
        }
        let constraint = match self.peek_at(1) {
            Token::Word(_) => self.which_word(0, &["CONSTRAINT", "PRIMARY"]),
            Token::Quoted(_) => self.which_word(0, &["CONSTRAINT"]),
            Token::Sign("(") => self.which_word(0, &["UNIQUE"]),
            _ => None,
        };
        if constraint.is_some() {
            let constraint = self.constraint(None)?;
            table.constraints.push(constraint);
            return Ok(());
        }
        let name = self.name("a column's name")?;
        let kind =
            if self.accept("AS") { ColumnKind::Computed(self.expr()?) } else { self.typed_column(&name, table)? };
        let comment = self.comment()?;
        table.columns.push(ColumnDef { name, kind, comment });
        Ok(())
    }

    fn typed_column(&mut self, name: &Name, table: &mut TableElements) -> Result<ColumnKind> {
        let data_type = self.nullable_type()?;
        let at = self.at();
        if self.accept("METADATA") {
            let key = if self.accept("FROM") { Some(self.text("the metadata's name in quotes")?) } else { None };
            let is_virtual = self.accept("VIRTUAL");
            return Ok(ColumnKind::Metadata { at, data_type, key, is_virtual });
        }
        if self.which_word(0, &["CONSTRAINT", "PRIMARY", "UNIQUE"]).is_some() {
            let constraint = self.constraint(Some(name))?;
            table.constraints.push(constraint);
        }
        Ok(ColumnKind::Physical(data_type))
    }

    /// `[CONSTRAINT name] PRIMARY KEY (columns) [[NOT] ENFORCED]`; without columns after the `column` it is about.
    fn constraint(&mut self, column: Option<&Name>) -> Result<Constraint> {
        let at = self.at();
        let name = if self.accept("CONSTRAINT") { Some(self.name("a constraint's name")?) } else { None };
        let primary = self.choice(&[("PRIMARY", true), ("UNIQUE", false)])?;
        if primary {
            self.expect("KEY")?;
        }
        let columns = match column {
            Some(column) => vec![column.clone()],
            None => self.column_names()?,
        };
        let enforced = !self.accept_all(&["NOT", "ENFORCED"]);
        if enforced {
            self.accept("ENFORCED");
        }
        Ok(Constraint { at, name, primary, columns, enforced })
    }

    fn distribution(&mut self) -> Result<Distribution> {
        let at = self.at();
        self.expect("DISTRIBUTED")?;
        let mut distribution = Distribution { at, kind: None, columns: Vec::new(), buckets: None };
        let by = self.accept("BY");
        if by {
            if let Some(kind) = self.which_word(0, &["HASH", "RANGE"]) {
                distribution.kind = Some(super::name(kind, self.at()));
                self.bump();
            }
            distribution.columns = self.column_names()?;
        }
        if self.accept("INTO") {
            distribution.buckets = Some(self.number("a number of buckets")?);
            self.expect("BUCKETS")?;
        } else if !by {
            return self.expected_word("BY or INTO", &["BY", "INTO"]);
        }
        Ok(distribution)
    }

    fn table_like(&mut self, at: Position) -> Result<TableLike> {
        let table = self.table_name()?;
        let mut rules = Vec::new();
        if self.accept_sign("(") {
            loop {
                let at = self.at();
                let merge = self.choice(&MERGES)?;
                let feature = self.choice(&FEATURES)?;
                rules.push(LikeRule { at, merge, feature });
                if self.accept_sign(")") {
                    break;
                }
            }
        }
        Ok(TableLike { at, table, rules })
    }
}
