//! What a session has created: catalogs, databases, tables and views, and which of them a name means.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::table::{DEFAULT_CATALOG, DEFAULT_DATABASE, ObjectPath, Table};
use crate::{
    syntax::{
        SqlError,
        ast::{CreateNamespace, DropObject, Name, ObjectKind, ObjectName, Query, TableOption},
        nearest::did_you_mean,
    },
    types::Schema,
};

/// The option of a catalog that names the database it begins with.
const DEFAULT_DATABASE_OPTION: &str = "default-database";

/// The most tables and views that one session can have.
pub const MAX_OBJECTS: usize = 1000;

/// A view as it was declared.
#[derive(Debug, Clone)]
pub struct View {
    /// Where it is.
    pub path: ObjectPath,
    /// Whether it goes with the session.
    pub temporary: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// What it shows. Names in it are resolved as `namespace` says.
    pub query: Query,
    /// The query as it was written.
    pub query_text: String,
    /// The names of its columns, where they were listed.
    pub columns: Vec<String>,
    /// What its columns were when it was declared.
    pub schema: Schema,
    /// The catalog and database that were current when it was declared.
    pub namespace: (String, String),
    /// A statement that declares it, which a job's script repeats.
    pub statement: String,
}

/// Something that can be read by its name.
#[derive(Debug, Clone)]
pub enum Object {
    /// A table.
    Table(Arc<Table>),
    /// A view.
    View(Arc<View>),
}

impl Object {
    /// Where it is.
    pub fn path(&self) -> &ObjectPath {
        match self {
            Self::Table(table) => &table.path,
            Self::View(view) => &view.path,
        }
    }

    /// What kind it is.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Table(_) => ObjectKind::Table,
            Self::View(_) => ObjectKind::View,
        }
    }

    /// The statement that declares it.
    pub fn statement(&self) -> &str {
        match self {
            Self::Table(table) => &table.statement,
            Self::View(view) => &view.statement,
        }
    }

    /// Whether it was declared `TEMPORARY`.
    pub fn temporary(&self) -> bool {
        match self {
            Self::Table(table) => table.temporary,
            Self::View(view) => view.temporary,
        }
    }
}

/// What `CREATE CATALOG` says of a catalog.
#[derive(Debug, Clone, Default)]
pub struct DeclaredCatalog {
    /// `COMMENT`
    pub comment: Option<String>,
    /// The `WITH` options.
    pub options: BTreeMap<String, String>,
}

/// The catalogs of a session.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The databases of each catalog.
    namespaces: BTreeMap<String, BTreeSet<String>>,
    /// What was said of those that were created.
    declared: BTreeMap<String, DeclaredCatalog>,
    /// The current catalog and database.
    current: (String, String),
    objects: BTreeMap<ObjectPath, Object>,
    /// Temporary ones, which hide the others of their names.
    temporary: BTreeMap<ObjectPath, Object>,
}

impl Default for Catalog {
    fn default() -> Self {
        let databases = BTreeSet::from([DEFAULT_DATABASE.to_owned()]);
        Self {
            namespaces: BTreeMap::from([(DEFAULT_CATALOG.to_owned(), databases)]),
            declared: BTreeMap::new(),
            current: (DEFAULT_CATALOG.to_owned(), DEFAULT_DATABASE.to_owned()),
            objects: BTreeMap::new(),
            temporary: BTreeMap::new(),
        }
    }
}

impl Catalog {
    /// The current catalog and database.
    pub fn current(&self) -> &(String, String) {
        &self.current
    }

    /// The names of the catalogs.
    pub fn catalogs(&self) -> impl Iterator<Item = &str> + Clone {
        self.namespaces.keys().map(String::as_str)
    }

    /// The names of a catalog's databases.
    pub fn databases(&self, catalog: &str) -> impl Iterator<Item = &str> + Clone {
        self.namespaces.get(catalog).into_iter().flatten().map(String::as_str)
    }

    /// The objects of a database, by name.
    pub fn objects(&self, catalog: &str, database: &str) -> impl Iterator<Item = &Object> + Clone {
        let within = move |path: &ObjectPath| path.catalog == catalog && path.database == database;
        let all: BTreeMap<&ObjectPath, &Object> = self.objects.iter().chain(&self.temporary).collect();
        let own: Vec<&Object> = all.into_iter().filter(|(path, _)| within(path)).map(|(_, object)| object).collect();
        own.into_iter()
    }

    /// Where an object of this name is or would be.
    pub fn path(&self, name: &ObjectName) -> Result<ObjectPath, SqlError> {
        self.path_from(name, &self.current)
    }

    /// As [`Self::path`], where `namespace` is current: for the names within a view.
    pub fn path_from(&self, name: &ObjectName, namespace: &(String, String)) -> Result<ObjectPath, SqlError> {
        let parts: Vec<&str> = name.parts().map(|part| part.text.as_str()).collect();
        let (catalog, database, own) = match parts[..] {
            [own] => (namespace.0.as_str(), namespace.1.as_str(), own),
            [database, own] => (namespace.0.as_str(), database, own),
            [catalog, database, own] => (catalog, database, own),
            _ => {
                let message = format!("'{}' has too many parts. Write catalog.database.table", name.dotted());
                return Err(SqlError::invalid(name.at(), message));
            }
        };
        Ok(ObjectPath { catalog: catalog.to_owned(), database: database.to_owned(), name: own.to_owned() })
    }

    /// The object that `name` means.
    pub fn get(&self, name: &ObjectName) -> Result<&Object, SqlError> {
        self.get_from(name, &self.current)
    }

    /// As [`Self::get`], where `namespace` is current.
    pub fn get_from(&self, name: &ObjectName, namespace: &(String, String)) -> Result<&Object, SqlError> {
        let path = self.path_from(name, namespace)?;
        self.at(&path).ok_or_else(|| self.missing(name, &path))
    }

    /// The object at a path.
    pub fn at(&self, path: &ObjectPath) -> Option<&Object> {
        self.temporary.get(path).or_else(|| self.objects.get(path))
    }

    /// Adds an object; `false` where there is one already and `if_not_exists` let it be.
    pub fn create(&mut self, object: Object, name: &ObjectName, rules: CreateRules) -> Result<bool, SqlError> {
        let path = object.path().clone();
        self.check_database(&path, name)?;
        let temporary = object.temporary();
        let same = if temporary { &self.temporary } else { &self.objects };
        if let Some(existing) = same.get(&path) {
            if rules.if_not_exists {
                return Ok(false);
            }
            if !(rules.or_replace && existing.kind() == object.kind()) {
                let message = format!(
                    "Could not execute Create{} in path {}. Table (or view) {}.{} already exists in Catalog {}. Drop it \
                     first, or write IF NOT EXISTS",
                    if object.kind() == ObjectKind::Table { "Table" } else { "View" },
                    path.quoted(),
                    path.database,
                    path.name,
                    path.catalog
                );
                return Err(SqlError::invalid(name.at(), message));
            }
        }
        if self.objects.len() + self.temporary.len() >= MAX_OBJECTS {
            let message = format!("The session has {MAX_OBJECTS} tables and views, which is the most");
            return Err(SqlError::invalid(name.at(), message));
        }
        let into = if temporary { &mut self.temporary } else { &mut self.objects };
        into.insert(path, object);
        Ok(true)
    }

    /// Removes a table or view.
    pub fn drop(&mut self, drop: &DropObject) -> Result<(), SqlError> {
        let DropObject { kind, temporary, name, if_exists, .. } = drop;
        let kind = *kind;
        let path = self.path(name)?;
        let found =
            |objects: &BTreeMap<ObjectPath, Object>| objects.get(&path).is_some_and(|object| object.kind() == kind);
        if found(&self.temporary) {
            if !temporary {
                let kind = kind.keyword().to_lowercase();
                let message = format!(
                    "Temporary {kind} with identifier '{path}' exists. Drop it first before removing the permanent {kind}."
                );
                return Err(SqlError::invalid(name.at(), message));
            }
            self.temporary.remove(&path);
        } else if found(&self.objects) && !temporary {
            self.objects.remove(&path);
        } else if !if_exists {
            let hint = did_you_mean(&path.name, self.names(&path, Some(kind)));
            let what = if kind == ObjectKind::Table { "Table" } else { "View" };
            let message = format!("{what} with identifier '{path}' does not exist. {hint}");
            return Err(SqlError::invalid(name.at(), message));
        }
        Ok(())
    }

    /// Puts an object in the place of another: `ALTER`.
    pub fn replace(&mut self, old: &ObjectPath, object: Object) {
        let objects = if object.temporary() { &mut self.temporary } else { &mut self.objects };
        objects.remove(old);
        objects.insert(object.path().clone(), object);
    }

    /// Makes a catalog and database current, which are created where they are not there.
    pub fn enter(&mut self, catalog: &str, database: &str) {
        self.namespaces.entry(catalog.to_owned()).or_default().insert(database.to_owned());
        self.current = (catalog.to_owned(), database.to_owned());
    }

    /// As [`Self::enter`], where an object of this name is.
    pub fn enter_of(&mut self, name: &ObjectName) -> Result<(), SqlError> {
        let path = self.path(name)?;
        self.enter(&path.catalog, &path.database);
        Ok(())
    }

    /// `CREATE CATALOG`: in memory, with one database.
    pub fn create_catalog(&mut self, definition: &CreateNamespace) -> Result<(), SqlError> {
        let name = definition.name.last();
        if self.namespaces.contains_key(&name.text) {
            let message = format!("Catalog {} already exists.", name.text);
            return if definition.if_not_exists { Ok(()) } else { Err(SqlError::invalid(name.at, message)) };
        }
        let option = |option: &TableOption| (option.key.text.clone(), option.value.text.clone());
        let declared = DeclaredCatalog {
            comment: definition.comment.as_ref().map(|comment| comment.text.clone()),
            options: definition.options.iter().map(option).collect(),
        };
        let database = declared.options.get(DEFAULT_DATABASE_OPTION).map_or("default", String::as_str);
        self.namespaces.insert(name.text.clone(), BTreeSet::from([database.to_owned()]));
        self.declared.insert(name.text.clone(), declared);
        Ok(())
    }

    /// What was said of a catalog; `None` where there is none of that name.
    pub fn declared(&self, name: &str) -> Option<DeclaredCatalog> {
        self.namespaces.contains_key(name).then(|| self.declared.get(name).cloned().unwrap_or_default())
    }

    /// `CREATE DATABASE`
    pub fn create_database(&mut self, name: &ObjectName, if_not_exists: bool) -> Result<(), SqlError> {
        let (catalog, database) = self.database_path(name)?;
        let databases = self.namespaces.get_mut(&catalog);
        let added = databases.is_some_and(|databases| databases.insert(database.clone()));
        if !added && !if_not_exists {
            let message = format!("Database {database} already exists in Catalog {catalog}.");
            return Err(SqlError::invalid(name.at(), message));
        }
        Ok(())
    }

    /// `DROP DATABASE`
    pub fn drop_database(&mut self, name: &ObjectName, if_exists: bool, cascade: bool) -> Result<(), SqlError> {
        let (catalog, database) = self.database_path(name)?;
        if !self.databases(&catalog).any(|known| known == database) {
            let hint = did_you_mean(&database, self.databases(&catalog));
            let message = format!("Database {database} does not exist in Catalog {catalog}. {hint}");
            return if if_exists { Ok(()) } else { Err(SqlError::invalid(name.at(), message)) };
        }
        if self.current == (catalog.clone(), database.clone()) {
            return Err(SqlError::invalid(name.at(), "Cannot drop a database which is currently in use."));
        }
        if !cascade && self.objects(&catalog, &database).next().is_some() {
            let message =
                format!("Database {database} in catalog {catalog} is not empty. Write CASCADE to drop it all");
            return Err(SqlError::invalid(name.at(), message));
        }
        for objects in [&mut self.objects, &mut self.temporary] {
            objects.retain(|path, _| !(path.catalog == catalog && path.database == database));
        }
        if let Some(databases) = self.namespaces.get_mut(&catalog) {
            databases.remove(&database);
        }
        Ok(())
    }

    /// `DROP CATALOG`
    pub fn drop_catalog(&mut self, name: &Name, if_exists: bool) -> Result<(), SqlError> {
        if self.current.0 == name.text {
            return Err(SqlError::invalid(name.at, "Cannot drop a catalog which is currently in use."));
        }
        self.declared.remove(&name.text);
        if self.namespaces.remove(&name.text).is_none() {
            return if if_exists { Ok(()) } else { Err(self.no_catalog(name)) };
        }
        for objects in [&mut self.objects, &mut self.temporary] {
            objects.retain(|path, _| path.catalog != name.text);
        }
        Ok(())
    }

    /// `USE CATALOG`: with its database `default`, or its first.
    pub fn use_catalog(&mut self, name: &Name) -> Result<(), SqlError> {
        let databases = self.namespaces.get(&name.text).ok_or_else(|| self.no_catalog(name))?;
        let own = self.declared.get(&name.text).and_then(|declared| declared.options.get(DEFAULT_DATABASE_OPTION));
        let usual = own.map(String::as_str).into_iter().chain([DEFAULT_DATABASE, "default"]);
        let usual = usual.into_iter().find(|usual| databases.contains(*usual));
        let database = usual.map(str::to_owned).or_else(|| databases.first().cloned()).unwrap_or_default();
        self.current = (name.text.clone(), database);
        Ok(())
    }

    /// `USE database`
    pub fn use_database(&mut self, name: &ObjectName) -> Result<(), SqlError> {
        let (catalog, database) = self.database_path(name)?;
        if !self.databases(&catalog).any(|known| known == database) {
            let hint = did_you_mean(&database, self.databases(&catalog));
            let message =
                format!("A database with name [{database}] does not exist in the catalog: [{catalog}]. {hint}");
            return Err(SqlError::invalid(name.at(), message));
        }
        self.current = (catalog, database);
        Ok(())
    }

    fn database_path(&self, name: &ObjectName) -> Result<(String, String), SqlError> {
        let parts: Vec<&Name> = name.parts().collect();
        match parts[..] {
            [database] => Ok((self.current.0.clone(), database.text.clone())),
            [catalog, database] if self.namespaces.contains_key(&catalog.text) => {
                Ok((catalog.text.clone(), database.text.clone()))
            }
            [catalog, _] => Err(self.no_catalog(catalog)),
            _ => {
                Err(SqlError::invalid(name.at(), format!("'{}' is no database: write catalog.database", name.dotted())))
            }
        }
    }

    /// That there is no catalog of this name.
    pub fn no_catalog(&self, name: &Name) -> SqlError {
        let hint = did_you_mean(&name.text, self.catalogs());
        SqlError::invalid(name.at, format!("A catalog with name [{}] does not exist. {hint}", name.text))
    }

    fn check_database(&self, path: &ObjectPath, name: &ObjectName) -> Result<(), SqlError> {
        let parts: Vec<&Name> = name.parts().collect();
        if !self.namespaces.contains_key(&path.catalog) {
            let catalog = Name { text: path.catalog.clone(), at: parts[0].at };
            return Err(self.no_catalog(&catalog));
        }
        if !self.databases(&path.catalog).any(|known| known == path.database) {
            let at = parts.len().checked_sub(2).map_or(name.at(), |index| parts[index].at);
            let hint = did_you_mean(&path.database, self.databases(&path.catalog));
            let message = format!("Database {} does not exist in Catalog {}. {hint}", path.database, path.catalog);
            return Err(SqlError::invalid(at, message));
        }
        Ok(())
    }

    fn names(&self, path: &ObjectPath, kind: Option<ObjectKind>) -> impl Iterator<Item = &str> + Clone {
        let wanted = move |object: &&Object| kind.is_none_or(|kind| object.kind() == kind);
        self.objects(&path.catalog, &path.database).filter(wanted).map(|object| object.path().name.as_str())
    }

    fn missing(&self, name: &ObjectName, path: &ObjectPath) -> SqlError {
        if let Err(error) = self.check_database(path, name) {
            return error;
        }
        let hint = did_you_mean(&path.name, self.names(path, None));
        SqlError::invalid(name.at(), format!("Object '{}' not found. {hint}", name.dotted()))
    }
}

/// What happens where an object of the name is there already.
#[derive(Debug, Clone, Copy, Default)]
pub struct CreateRules {
    /// `IF NOT EXISTS`
    pub if_not_exists: bool,
    /// `OR REPLACE`, of an object of the same kind.
    pub or_replace: bool,
}
