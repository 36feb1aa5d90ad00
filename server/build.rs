//! Puts the web assets that xtask left in `target/site`, and the SQL page's examples, into the binary.
//!
//! Without that folder the binary is built all the same; it then serves its pages without scripts and style.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let site = manifest.join("../target/site");
    // A folder that is not there cannot be watched, and would make every build a full one.
    fs::create_dir_all(&site)?;
    let site = site.canonicalize()?;
    println!("cargo::rerun-if-changed={}", site.display());
    println!("cargo::rerun-if-changed=build.rs");
    let mut files = Vec::new();
    collect(&site, &mut files)?;
    files.sort();
    let mut table = String::from("pub static ASSETS: &[Asset] = &[\n");
    for file in files.iter().filter(|f| !is_packed(f)) {
        entry(&mut table, &site, file)?;
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("assets.rs"), table)?;
    let folders = [manifest.join("src/portal/sql/examples"), manifest.join("../engine/examples")];
    fs::write(out.join("sql_examples.rs"), examples(&folders)?)
}

/// The table of the SQL page's examples: the name of each file, and its text.
fn examples(folders: &[PathBuf]) -> io::Result<String> {
    let mut files = Vec::new();
    for folder in folders {
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut own = Vec::new();
        collect(&folder.canonicalize()?, &mut own)?;
        own.sort();
        files.extend(own);
    }
    let mut table = String::from("static EXAMPLES: &[(&str, &str)] = &[\n");
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "sql")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(table, "    ({name:?}, include_str!({file:?})),");
    }
    table.push_str("];\n");
    Ok(table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether the file is the packed form of another.
fn is_packed(file: &Path) -> bool {
    matches!(file.extension().and_then(|e| e.to_str()), Some("br" | "gz")) && file.with_extension("").exists()
}

fn entry(table: &mut String, site: &Path, file: &Path) -> io::Result<()> {
    let path = file.strip_prefix(site).unwrap_or(file).to_string_lossy().replace('\\', "/");
    let mut hasher = DefaultHasher::new();
    fs::read(file)?.hash(&mut hasher);
    let packed = |extension: &str| {
        let packed = PathBuf::from(format!("{}.{extension}", file.display()));
        if packed.exists() { format!("Some(include_bytes!({packed:?}))") } else { "None".to_owned() }
    };
    let _ = writeln!(
        table,
        "    Asset {{ path: {:?}, content_type: {:?}, etag: \"\\\"{:016x}\\\"\", identity: include_bytes!({file:?}), br: {}, gz: {} }},",
        format!("/{path}"),
        content_type(file),
        hasher.finish(),
        packed("br"),
        packed("gz"),
    );
    Ok(())
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()).unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
