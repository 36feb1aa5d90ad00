//! `SHOW CREATE`, `DESCRIBE` and `SHOW`: what is known, as text and rows.

use super::{
    Catalog, Settings, Table,
    catalog::{DeclaredCatalog, Object, View},
    table::{ColumnKind, quote},
    type_name::serializable,
};
use crate::{
    syntax::{
        SqlError,
        ast::{Name, ObjectKind, ObjectName, Show, ShowLike, ShowWhat},
    },
    types::{DataType, Field, Schema, TimeAttribute, TypeKind, Value},
};

/// The rows of an answer that is known at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Their columns.
    pub schema: Schema,
    /// Their values.
    pub rows: Vec<Vec<Value>>,
}

impl Rows {
    /// Rows of one column of text.
    pub fn text<'a>(column: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let schema = Schema::new(vec![Field::new(column, TypeKind::STRING.nullable())]);
        Self { schema, rows: values.into_iter().map(|value| vec![Value::Text(value.into())]).collect() }
    }

    /// The answer to a statement that has done what it says.
    pub fn ok() -> Self {
        Self::text("result", ["OK"])
    }
}

fn columns(names: &[(&str, TypeKind)]) -> Schema {
    Schema::new(names.iter().map(|(name, kind)| Field::new(*name, kind.clone().nullable())).collect())
}

fn text(value: impl AsRef<str>) -> Value {
    Value::Text(value.as_ref().into())
}

fn optional(value: Option<String>) -> Value {
    value.map_or(Value::Null, text)
}

/// What `SHOW` shows of a session; `None` where only the host knows (jobs).
pub fn show(show: &Show, catalog: &Catalog) -> Result<Option<Rows>, SqlError> {
    let (current, database) = match &show.within {
        Some(name) => within(name, catalog),
        None => catalog.current().clone(),
    };
    let named = |object: &Object| object.path().name.clone();
    let (column, mut names): (&str, Vec<String>) = match &show.what {
        ShowWhat::Tables => ("table name", catalog.objects(&current, &database).map(named).collect()),
        ShowWhat::Views => {
            let views = catalog.objects(&current, &database).filter(|object| object.kind() == ObjectKind::View);
            ("view name", views.map(named).collect())
        }
        ShowWhat::Catalogs => ("catalog name", catalog.catalogs().map(str::to_owned).collect()),
        ShowWhat::CurrentCatalog => ("current catalog name", vec![catalog.current().0.clone()]),
        ShowWhat::Databases => {
            let of = show.within.as_ref().map_or(current.clone(), |name| name.last().text.clone());
            ("database name", catalog.databases(&of).map(str::to_owned).collect())
        }
        ShowWhat::CurrentDatabase => ("current database name", vec![catalog.current().1.clone()]),
        ShowWhat::Functions => ("function name", functions()),
        ShowWhat::UserFunctions => ("function name", Vec::new()),
        ShowWhat::Procedures => ("procedure name", Vec::new()),
        ShowWhat::Models => ("model name", Vec::new()),
        ShowWhat::MaterializedTables => ("materialized table", Vec::new()),
        ShowWhat::Jars => ("jars", Vec::new()),
        ShowWhat::Modules { full: false } => ("module name", vec!["core".to_owned()]),
        ShowWhat::Modules { full: true } => {
            let schema = columns(&[("module name", TypeKind::STRING), ("used", TypeKind::Boolean)]);
            return Ok(Some(Rows { schema, rows: vec![vec![text("core"), Value::Boolean(true)]] }));
        }
        ShowWhat::Columns(name) => return describe_columns(name, show.like.as_ref(), catalog).map(Some),
        ShowWhat::CreateTable(name) => match catalog.get(name)? {
            Object::Table(table) => ("result", vec![create_table(table)]),
            Object::View(_) => {
                let message = format!(
                    "SHOW CREATE TABLE is only supported for tables, but {} is a view. Please use SHOW CREATE VIEW instead.",
                    name.dotted()
                );
                return Err(SqlError::invalid(name.at(), message));
            }
        },
        ShowWhat::CreateView(name) => match catalog.get(name)? {
            Object::View(view) => ("result", vec![create_view(view)]),
            Object::Table(_) => {
                let message = format!(
                    "SHOW CREATE VIEW is only supported for views, but {} is a table. Please use SHOW CREATE TABLE instead.",
                    name.dotted()
                );
                return Err(SqlError::invalid(name.at(), message));
            }
        },
        ShowWhat::CreateCatalog(name) => {
            let declared = catalog.declared(&name.text).ok_or_else(|| catalog.no_catalog(name))?;
            ("result", vec![create_catalog(&name.text, &declared)])
        }
        ShowWhat::Partitions(name) => {
            if let Object::Table(table) = catalog.get(name)?
                && table.partitioned_by.is_empty()
            {
                let path = &table.path;
                let message =
                    format!("Table {}.{} in catalog {} is not partitioned.", path.database, path.name, path.catalog);
                return Err(SqlError::invalid(name.at(), message));
            }
            let instead = "Partitions are not kept by the session.";
            return Err(SqlError::unsupported(name.at(), "SHOW PARTITIONS", instead));
        }
        ShowWhat::Jobs => return Ok(None),
    };
    if let Some(like) = &show.like {
        names.retain(|name| matches(like, name));
    }
    Ok(Some(Rows::text(column, names.iter().map(String::as_str))))
}

fn within(name: &ObjectName, catalog: &Catalog) -> (String, String) {
    let parts: Vec<String> = name.parts().map(|part| part.text.clone()).collect();
    match &parts[..] {
        [catalog, database] => (catalog.clone(), database.clone()),
        _ => (catalog.current().0.clone(), name.last().text.clone()),
    }
}

/// The names of the functions that are known.
fn create_catalog(name: &str, declared: &DeclaredCatalog) -> String {
    let text = |text: &str| text.replace('\'', "''");
    let comment = declared.comment.as_ref().map(|comment| format!("\nCOMMENT '{}'", text(comment))).unwrap_or_default();
    let mut options: Vec<String> =
        declared.options.iter().map(|(key, value)| format!("  '{}' = '{}'", text(key), text(value))).collect();
    if options.is_empty() {
        options.push("  'type' = 'generic_in_memory'".to_owned());
    }
    format!("CREATE CATALOG {}{comment}\nWITH (\n{}\n)\n", quote(name), options.join(",\n"))
}

/// `DESCRIBE CATALOG`
pub fn describe_catalog(name: &Name, extended: bool, catalog: &Catalog) -> Result<Rows, SqlError> {
    let declared = catalog.declared(&name.text).ok_or_else(|| catalog.no_catalog(name))?;
    let schema = columns(&[("info name", TypeKind::STRING), ("info value", TypeKind::STRING)]);
    let comment = declared.comment.as_deref().map_or(Value::Null, text);
    let mut rows = vec![
        vec![text("name"), text(&name.text)],
        vec![text("type"), text("generic_in_memory")],
        vec![text("comment"), comment],
    ];
    if extended {
        let others = declared.options.iter().filter(|(key, _)| *key != "type");
        rows.extend(others.map(|(key, value)| vec![text(format!("option:{key}")), text(value)]));
    }
    Ok(Rows { schema, rows })
}

/// A function's name as Flink lists it: those that came later in capitals.
fn as_listed(name: &str) -> String {
    const CAPITAL: [&str; 28] = [
        "BTRIM",
        "COALESCE",
        "CURRENT_WATERMARK",
        "DEFAULT",
        "ELT",
        "ENDSWITH",
        "GREATEST",
        "IFNULL",
        "INET_ATON",
        "INET_NTOA",
        "IS_JSON",
        "LEAST",
        "LIKE",
        "PERCENTILE",
        "PRINTF",
        "REGEXP_COUNT",
        "REGEXP_EXTRACT_ALL",
        "REGEXP_INSTR",
        "REGEXP_SUBSTR",
        "SPLIT",
        "STARTSWITH",
        "TO_TIMESTAMP_LTZ",
        "TRANSLATE3",
        "TRY_CAST",
        "TYPEOF",
        "UNHEX",
        "URL_DECODE",
        "URL_ENCODE",
    ];
    let is_capital = CAPITAL.contains(&name) || ["ARRAY_", "MAP_", "JSON"].iter().any(|start| name.starts_with(start));
    if is_capital { name.to_owned() } else { name.to_lowercase() }
}

fn functions() -> Vec<String> {
    let scalar = crate::expr::functions().iter().flat_map(|function| function.names());
    let all = super::query::aggregate_names().chain(scalar).map(as_listed);
    all.collect::<std::collections::BTreeSet<String>>().into_iter().collect()
}

/// `%` stands for any text, `_` for any character, `\` takes their meaning away.
fn matches(like: &ShowLike, name: &str) -> bool {
    fn fits(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|skipped| fits(rest, &text[skipped..])),
            ['_', rest @ ..] => !text.is_empty() && fits(rest, &text[1..]),
            ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
                text.first() == Some(literal) && fits(rest, &text[1..])
            }
        }
    }
    let fold = |text: &str| if like.ignore_case { text.to_lowercase() } else { text.to_owned() };
    let (pattern, name): (Vec<char>, Vec<char>) =
        (fold(&like.pattern.text).chars().collect(), fold(name).chars().collect());
    fits(&pattern, &name) != like.negated
}

/// `DESCRIBE`: a row a column.
pub fn describe(name: &ObjectName, catalog: &Catalog) -> Result<Rows, SqlError> {
    describe_columns(name, None, catalog)
}

fn describe_columns(name: &ObjectName, like: Option<&ShowLike>, catalog: &Catalog) -> Result<Rows, SqlError> {
    let object = catalog.get(name)?;
    let mut names = vec![
        ("name", TypeKind::STRING),
        ("type", TypeKind::STRING),
        ("null", TypeKind::Boolean),
        ("key", TypeKind::STRING),
        ("extras", TypeKind::STRING),
        ("watermark", TypeKind::STRING),
    ];
    let mut rows = match object {
        Object::Table(table) => table_rows(table),
        Object::View(view) => view.schema.fields.iter().map(|field| row(field, None, None, None)).collect(),
    };
    if let Object::Table(table) = object
        && table.columns.iter().any(|column| column.comment.is_some())
    {
        names.push(("comment", TypeKind::STRING));
        rows.iter_mut().zip(&table.columns).for_each(|(row, column)| row.push(optional(column.comment.clone())));
    }
    if let Some(like) = like {
        rows.retain(|row| matches!(&row[0], Value::Text(name) if matches(like, name)));
    }
    Ok(Rows { schema: columns(&names), rows })
}

fn table_rows(table: &Table) -> Vec<Vec<Value>> {
    let key: Vec<&str> = table.primary_key.iter().map(|column| table.columns[*column].name.as_str()).collect();
    let fields = table.schema().fields;
    let one = |(index, field): (usize, &Field)| {
        let in_key = table.primary_key.contains(&index).then(|| format!("PRI({})", key.join(", ")));
        let extras = match &table.columns[index].kind {
            ColumnKind::Physical => None,
            ColumnKind::Computed { expr, .. } => Some(format!("AS {expr}")),
            ColumnKind::Metadata { key, is_virtual } => Some(metadata(&field.name, key, *is_virtual)),
        };
        let watermark = table.watermark.as_ref().filter(|watermark| watermark.column == index);
        row(field, in_key, extras, watermark.map(|watermark| watermark.expr.to_string()))
    };
    fields.iter().enumerate().map(one).collect()
}

fn metadata(name: &str, key: &str, is_virtual: bool) -> String {
    let from = if name == key { String::new() } else { format!(" FROM '{key}'") };
    format!("METADATA{from}{}", if is_virtual { " VIRTUAL" } else { "" })
}

fn row(field: &Field, key: Option<String>, extras: Option<String>, watermark: Option<String>) -> Vec<Value> {
    let attribute = match field.time {
        Some(TimeAttribute::Rowtime) => " *ROWTIME*",
        Some(TimeAttribute::Proctime) => " *PROCTIME*",
        None => "",
    };
    vec![
        text(&field.name),
        text(format!("{}{attribute}", field.data_type.kind)),
        Value::Boolean(field.data_type.nullable),
        optional(key),
        optional(extras),
        optional(watermark),
    ]
}

/// `SHOW CREATE TABLE`
pub fn create_table(table: &Table) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(column).collect();
    if let Some(watermark) = &table.watermark {
        let name = quote(&table.columns[watermark.column].name);
        lines.push(format!("WATERMARK FOR {name} AS {}", watermark.expr));
    }
    let quoted = |columns: &[usize]| {
        columns.iter().map(|column| quote(&table.columns[*column].name)).collect::<Vec<_>>().join(", ")
    };
    if !table.primary_key.is_empty() {
        let constraint = table.primary_key_name.as_ref().map(|name| format!("CONSTRAINT {} ", quote(name)));
        let key = quoted(&table.primary_key);
        lines.push(format!("{}PRIMARY KEY ({key}) NOT ENFORCED", constraint.unwrap_or_default()));
    }
    let temporary = if table.temporary { "TEMPORARY " } else { "" };
    let mut statement = format!("CREATE {temporary}TABLE {} (\n  {}\n)", table.path.quoted(), lines.join(",\n  "));
    if let Some(comment) = &table.comment {
        statement.push_str(&format!("\nCOMMENT '{}'", comment.replace('\'', "''")));
    }
    if let Some(distribution) = &table.distribution {
        statement.push_str(&format!("\n{distribution}"));
    }
    if !table.partitioned_by.is_empty() {
        statement.push_str(&format!("\nPARTITIONED BY ({})", quoted(&table.partitioned_by)));
    }
    let option =
        |(key, value): (&String, &String)| format!("'{}' = '{}'", key.replace('\'', "''"), value.replace('\'', "''"));
    if !table.options.is_empty() {
        let options: Vec<String> = table.options.iter().map(option).collect();
        statement.push_str(&format!("\nWITH (\n  {}\n)\n", options.join(",\n  ")));
    }
    statement
}

fn column(column: &super::table::Column) -> String {
    let name = quote(&column.name);
    let data_type = |data_type: &DataType| serializable(data_type);
    let declared = match &column.kind {
        ColumnKind::Physical => format!("{name} {}", data_type(&column.data_type)),
        ColumnKind::Computed { expr, .. } => format!("{name} AS {expr}"),
        ColumnKind::Metadata { key, is_virtual } => {
            format!("{name} {} {}", data_type(&column.data_type), metadata(&column.name, key, *is_virtual))
        }
    };
    match &column.comment {
        Some(comment) => format!("{declared} COMMENT '{}'", comment.replace('\'', "''")),
        None => declared,
    }
}

/// `SHOW CREATE VIEW`: with the names of its columns.
pub fn create_view(view: &View) -> String {
    let names: Vec<String> = view.schema.fields.iter().map(|field| format!("  {}", quote(&field.name))).collect();
    view_text(view, &format!(" (\n{}\n)", names.join(",\n")), "\n")
}

/// The statement that declares a view again.
pub fn view_statement(view: &View) -> String {
    let names: Vec<String> = view.columns.iter().map(|name| quote(name)).collect();
    let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    view_text(view, &names, " ")
}

fn view_text(view: &View, names: &str, break_: &str) -> String {
    let temporary = if view.temporary { "TEMPORARY " } else { "" };
    let comment = view.comment.as_ref().map(|comment| format!("{break_}COMMENT '{}'", comment.replace('\'', "''")));
    let comment = comment.unwrap_or_default();
    format!("CREATE {temporary}VIEW {}{names}{comment}{break_}AS {}", view.path.quoted(), view.query_text)
}

/// `SET` without a key: all settings.
pub fn settings(settings: &Settings) -> Rows {
    let schema = columns(&[("key", TypeKind::STRING), ("value", TypeKind::STRING)]);
    Rows { schema, rows: settings.iter().map(|(key, value)| vec![text(key), text(value)]).collect() }
}
