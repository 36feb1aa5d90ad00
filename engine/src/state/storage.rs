//! Where checkpoints and savepoints are kept: a directory of files, named by a URL.
//!
//! A file that was written is on the disk, and so is its name: a manifest never names what a loss of power takes away.

use std::{
    fmt,
    fs::{self, File},
    future::Future,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::TryStreamExt;
use object_store::{
    Error, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, path::Path as ObjectPath,
};
use tokio::runtime::Handle;

use super::{StateError, manifest::FILE, s3};

/// A file is written in parts of so many bytes; smaller ones at once.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// A directory of files. Calls wait for the storage: not for asynchronous code.
#[derive(Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    url: Arc<str>,
    /// What a store across the network works on; a local one does its work in the call.
    network: Option<Handle>,
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Storage({})", self.url)
    }
}

/// The directory of one checkpoint or savepoint: its manifest and the files that are its own. Files that several
/// checkpoints of a job share are beside it.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The directory it is in.
    pub parent: Storage,
    /// Its name there.
    pub name: Arc<str>,
}

/// The name of the directory of files that checkpoints share.
pub const SHARED: &str = "shared";

impl Directory {
    /// The directory of this URL. `create` makes the one that it is in.
    pub fn at(url: &str, create: bool) -> Result<Self, StateError> {
        let trimmed = url.trim_end_matches('/');
        let Some((parent, name)) = trimmed.rsplit_once('/').filter(|(_, name)| !name.is_empty()) else {
            let error = "a directory with its path is expected, such as file:///data/savepoints/first".to_owned();
            return Err(StateError::Storage { what: format!("use {url:?} for a checkpoint"), error });
        };
        let parent = if parent.is_empty() || parent.ends_with("/") { format!("{parent}/") } else { parent.to_owned() };
        Ok(Self { parent: Storage::open(&parent, create)?, name: name.into() })
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("{}/{}", self.parent.url, self.name)
    }

    /// Whether it is a checkpoint or savepoint: whether it has a manifest.
    pub fn exists(&self) -> Result<bool, StateError> {
        Ok(self.parent.size(&self.path(FILE, false))?.is_some())
    }

    /// The path of a file in its parent: one of its own, or a shared one.
    pub fn path(&self, file: &str, shared: bool) -> String {
        format!("{}/{file}", if shared { SHARED } else { &self.name })
    }
}

impl Storage {
    /// The directory of this URL: `file:///…`, or a path, or `s3://bucket/…` (see [`s3::open`]). `create` makes it where it is
    /// not there.
    pub fn open(url: &str, create: bool) -> Result<Self, StateError> {
        let failed = |error: String| StateError::Storage { what: format!("open {url:?}"), error };
        let path = match url.split_once("://") {
            None => PathBuf::from(url),
            Some(("file", path)) => PathBuf::from(path),
            Some(("s3", path)) => {
                let (store, network) = s3::open(path).map_err(failed)?;
                return Ok(Self { store, url: url.trim_end_matches('/').into(), network: Some(network) });
            }
            Some((scheme, _)) => {
                let known = "file://, s3:// and paths are supported";
                return Err(failed(format!("there is no storage for {scheme}://; {known}")));
            }
        };
        let path = std::path::absolute(path).map_err(|error| failed(error.to_string()))?;
        if create {
            create_directory(&path).map_err(|error| failed(error.to_string()))?;
        }
        if !path.is_dir() {
            return Err(failed("there is no such directory".to_owned()));
        }
        let store = LocalFileSystem::new_with_prefix(&path).map_err(|error| failed(error.to_string()))?;
        let url = format!("file://{}", path.display());
        let store = Arc::new(store.with_automatic_cleanup(true).with_fsync(true));
        Ok(Self { store, url: url.trim_end_matches('/').into(), network: None })
    }

    /// Writes a file, so that it is there wholly or not at all.
    pub fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), StateError> {
        let location = self.location(path)?;
        self.wait(self.store.put(&location, PutPayload::from(bytes))).map_err(|error| failed("write", path, &error))?;
        Ok(())
    }

    /// Begins a file that is written bit by bit; it is there when it is finished.
    pub fn create(&self, path: &str) -> Result<FileWriter, StateError> {
        let location = self.location(path)?;
        Ok(FileWriter {
            storage: self.clone(),
            path: path.to_owned(),
            location,
            upload: None,
            buffer: Vec::new(),
            written: 0,
        })
    }

    /// The bytes of a file; `None` where it is not there.
    pub fn size(&self, path: &str) -> Result<Option<u64>, StateError> {
        let location = self.location(path)?;
        match self.wait(self.store.head(&location)) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("look at", path, &error)),
        }
    }

    /// Some bytes of a file. The caller has made sure that they are there.
    pub fn read(&self, path: &str, range: std::ops::Range<u64>) -> Result<Vec<u8>, StateError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let location = self.location(path)?;
        let bytes = self.wait(self.store.get_range(&location, range)).map_err(|error| failed("read", path, &error))?;
        Ok(bytes.into())
    }

    /// The paths of all files below a directory.
    pub fn list(&self, directory: &str) -> Result<Vec<String>, StateError> {
        let location = self.location(directory)?;
        let files = self.store.list(Some(&location)).map_ok(|meta| meta.location.to_string());
        self.wait(files.try_collect()).map_err(|error| failed("list", directory, &error))
    }

    /// The names of the directories in it.
    pub fn directories(&self) -> Result<Vec<String>, StateError> {
        let listed =
            self.wait(self.store.list_with_delimiter(None)).map_err(|error| failed("list", &self.url, &error))?;
        Ok(listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect())
    }

    /// Deletes a file; nothing where it is not there.
    pub fn delete(&self, path: &str) -> Result<(), StateError> {
        let location = self.location(path)?;
        match self.wait(self.store.delete(&location)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("delete", path, &error)),
        }
    }

    /// Deletes what killed writers left of files that they had not finished, in the directories in it. A store across the
    /// network does that by itself.
    pub fn discard_unfinished(&self) -> Result<(), StateError> {
        let Some(root) = self.url.strip_prefix("file://") else { return Ok(()) };
        for directory in self.directories()? {
            discard_staged(&Path::new(root).join(&directory)).map_err(|error| StateError::Storage {
                what: format!("delete unfinished files in {directory}"),
                error: error.to_string(),
            })?;
        }
        Ok(())
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        let _entered = self.network.as_ref().map(Handle::enter);
        futures::executor::block_on(future)
    }

    fn location(&self, path: &str) -> Result<ObjectPath, StateError> {
        ObjectPath::parse(path)
            .map_err(|error| StateError::Storage { what: format!("use the path {path:?}"), error: error.to_string() })
    }
}

/// Deletes the files of a directory that have a name of a file with `#` and a number behind it: under such names files are
/// written until they are whole.
fn discard_staged(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let number = name.rsplit_once('#').map(|(_, number)| number.bytes());
        if number.is_some_and(|mut number| number.len() > 0 && number.all(|digit| digit.is_ascii_digit())) {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Makes a directory and those above it; when it is there, so it is after a loss of power.
fn create_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let Some(parent) = path.parent() else { return Ok(()) };
    create_directory(parent)?;
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(parent)?.sync_all()
}

fn failed(what: &str, path: &str, error: &Error) -> StateError {
    StateError::Storage { what: format!("{what} {path}"), error: error.to_string() }
}

/// A file under construction. One that is dropped before it is finished leaves nothing.
pub struct FileWriter {
    storage: Storage,
    path: String,
    location: ObjectPath,
    upload: Option<Box<dyn MultipartUpload>>,
    buffer: Vec<u8>,
    written: u64,
}

impl FileWriter {
    /// Appends.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        self.written += bytes.len() as u64;
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < PART_BYTES {
            return Ok(());
        }
        self.flush_part()
    }

    fn flush_part(&mut self) -> Result<(), StateError> {
        let path = &self.path;
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => {
                let begun = self.storage.wait(self.storage.store.put_multipart(&self.location));
                none.insert(begun.map_err(|error| failed("write", path, &error))?)
            }
        };
        let part = std::mem::take(&mut self.buffer);
        self.storage.wait(upload.put_part(part.into())).map_err(|error| failed("write", path, &error))
    }

    /// How many bytes were written.
    pub fn len(&self) -> u64 {
        self.written
    }

    /// Makes the file visible.
    pub fn finish(mut self) -> Result<(), StateError> {
        if self.upload.is_none() {
            return self.storage.put(&self.path, std::mem::take(&mut self.buffer));
        }
        if !self.buffer.is_empty() {
            self.flush_part()?;
        }
        let Some(mut upload) = self.upload.take() else { return Ok(()) };
        self.storage.wait(upload.complete()).map_err(|error| failed("write", &self.path, &error))?;
        Ok(())
    }
}
