//! `target/site`: the files that the portal embeds, each with its precompressed forms beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

use crate::failure::Failure;

/// What goes on the site: path under the site's root, and content.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What is worth compressing; pictures and fonts are compressed already.
const COMPRESSIBLE: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// The style sheets of a folder, joined in the order of their names.
pub fn style_sheet(folder: &Path) -> Result<Vec<u8>, Failure> {
    let mut files = Files::new();
    add_folder(&mut files, folder, "")?;
    files.retain(|name, _| name.ends_with(".css"));
    Ok(files.into_values().collect::<Vec<_>>().join(&b'\n'))
}

/// Adds all files under `folder`; a folder that is not there has none.
pub fn add_folder(files: &mut Files, folder: &Path, prefix: &str) -> Result<(), Failure> {
    for path in children(folder)? {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            add_folder(files, &path, &format!("{prefix}{name}/"))?;
        } else {
            files.insert(format!("{prefix}{name}"), fs::read(&path).map_err(Failure::file("read", &path))?);
        }
    }
    Ok(())
}

/// Makes `site` hold exactly `files` and their compressed forms. Files that are right already keep their time stamps, so
/// that the portal is not compiled again for nothing. Returns how many files changed.
pub fn write(site: &Path, files: &Files) -> Result<usize, Failure> {
    let mut wanted = BTreeSet::new();
    let mut written = 0;
    for (name, content) in files {
        let path = site.join(name);
        let changed = write_file(&path, content)?;
        written += usize::from(changed);
        wanted.insert(path.clone());
        if path.extension().and_then(|e| e.to_str()).is_some_and(|e| COMPRESSIBLE.contains(&e)) {
            for (suffix, compress) in [("br", brotli as fn(&[u8]) -> _), ("gz", gzip)] {
                let compressed = PathBuf::from(format!("{}.{suffix}", path.display()));
                if changed || !compressed.is_file() {
                    write_file(&compressed, &compress(content).map_err(Failure::file("compress", &path))?)?;
                }
                wanted.insert(compressed);
            }
        }
    }
    remove_others(site, &wanted)?;
    Ok(written)
}

/// Writes `content` unless it is there already; says whether it wrote.
pub fn write_file(path: &Path, content: &[u8]) -> Result<bool, Failure> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    }
    fs::write(path, content).map_err(Failure::file("write", path))?;
    Ok(true)
}

/// Whether `file` was written after `than`.
pub fn newer(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).ok();
    time(file).is_some_and(|file| time(than).is_some_and(|than| file > than))
}

fn remove_others(folder: &Path, wanted: &BTreeSet<PathBuf>) -> Result<(), Failure> {
    for path in children(folder)? {
        if path.is_dir() {
            remove_others(&path, wanted)?;
        } else if !wanted.contains(&path) {
            fs::remove_file(&path).map_err(Failure::file("remove", &path))?;
        }
    }
    Ok(())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|e| e.path())).collect();
    paths.map_err(Failure::file("list", folder))
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, content)| (name.to_string(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn writes_compressed_forms_and_removes_what_is_no_longer_wanted() {
        let site = tempfile::tempdir().unwrap();
        let text = "body { color: red }\n".repeat(50);
        assert_eq!(write(site.path(), &files(&[("a/b.css", &text), ("c.png", "x")])).unwrap(), 2);
        assert!(fs::metadata(site.path().join("a/b.css.br")).unwrap().len() < 100);
        assert!(fs::metadata(site.path().join("a/b.css.gz")).unwrap().len() < 100);
        assert!(!site.path().join("c.png.br").exists());

        assert_eq!(write(site.path(), &files(&[("a/b.css", &text)])).unwrap(), 0);
        assert!(!site.path().join("c.png").exists());
    }

    #[test]
    fn a_file_that_is_right_already_keeps_its_time() {
        let site = tempfile::tempdir().unwrap();
        write(site.path(), &files(&[("b.css", "a")])).unwrap();
        let before = fs::metadata(site.path().join("b.css")).unwrap().modified().unwrap();
        write(site.path(), &files(&[("b.css", "a")])).unwrap();
        assert_eq!(fs::metadata(site.path().join("b.css")).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn style_sheets_are_joined_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("20-b.css"), "b{}").unwrap();
        fs::write(folder.path().join("10-a.css"), "a{}").unwrap();
        fs::write(folder.path().join("notes.md"), "no").unwrap();
        assert_eq!(style_sheet(folder.path()).unwrap(), b"a{}\nb{}");
    }
}
