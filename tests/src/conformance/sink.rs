//! What a script's jobs wrote into files.

use std::{fs, path::Path};

/// The lines of all finished files under `folder`, sorted by themselves under the name of each sink; before a line of a
/// partition stands its folder.
pub fn lines(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for sink in entries(folder) {
        let mut lines = Vec::new();
        collect(&folder.join(&sink), "", &mut lines);
        lines.sort();
        all.push(format!("= {sink}"));
        all.extend(lines);
    }
    all
}

fn collect(folder: &Path, partition: &str, lines: &mut Vec<String>) {
    // What is not finished has a name that begins with a dot or an underscore.
    for name in entries(folder).into_iter().filter(|name| !name.starts_with(['.', '_'])) {
        let path = folder.join(&name);
        if path.is_dir() {
            collect(&path, &format!("{partition}{name}/"), lines);
        } else {
            let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let before = if partition.is_empty() { String::new() } else { format!("{partition}: ") };
            lines.extend(text.lines().filter(|line| !line.is_empty()).map(|line| format!("{before}{line}")));
        }
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    names
}
