//! The example's data: packed into the binary, unpacked into the data folder. See `server/example/README.md` for its origin.

use std::io::{Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;

/// Three weeks of flights out of New York.
const FLIGHTS: &[u8] = include_bytes!("../../example/flights.csv.gz");
/// The file of the data as it is.
pub const GOOD: &str = "flights.csv";
/// The file in which one record cannot be read.
pub const BAD: &str = "flights-with-a-bad-record.csv";
/// The record that is spoilt: far enough in that the job runs for a moment before it meets it.
const BAD_LINE: usize = 4000;
/// The column that is spoilt: the departure delay.
const BAD_COLUMN: usize = 4;
/// What stands there: a letter O for a zero, as a person typing would leave it.
const BAD_VALUE: &str = "1O5";

/// Writes both files, unless they are there already as they should be.
///
/// # Errors
/// Where they cannot be written.
pub fn unpack(folder: &Path) -> std::io::Result<()> {
    let mut good = String::new();
    GzDecoder::new(FLIGHTS).read_to_string(&mut good)?;
    std::fs::create_dir_all(folder)?;
    write_if_other(&folder.join(GOOD), &good)?;
    write_if_other(&folder.join(BAD), &spoil(&good))
}

/// Whole or not at all: the engine may be reading the file, and a portal may be killed at any moment.
fn write_if_other(path: &Path, text: &str) -> std::io::Result<()> {
    if std::fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    let partial = path.with_extension("partial");
    let mut file = std::fs::File::create(&partial)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&partial, path)
}

fn spoil(good: &str) -> String {
    let spoil_line = |(i, line): (usize, &str)| {
        if i + 1 != BAD_LINE {
            return format!("{line}\n");
        }
        let columns: Vec<&str> =
            line.split(',').enumerate().map(|(i, value)| if i == BAD_COLUMN { BAD_VALUE } else { value }).collect();
        format!("{}\n", columns.join(","))
    };
    good.lines().enumerate().map(spoil_line).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{BAD, BAD_LINE, GOOD, unpack};

    #[test]
    fn the_files_differ_in_the_one_record() {
        let folder = tempfile::tempdir().unwrap();
        unpack(folder.path()).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let (good, bad) = (read(GOOD), read(BAD));
        assert_eq!((good.lines().count(), bad.lines().count()), (19_664, 19_664));
        assert!(good.lines().all(|line| line.split(',').count() == 12));
        let differing: Vec<usize> =
            (1..).zip(good.lines().zip(bad.lines())).filter(|(_, (g, b))| g != b).map(|(i, _)| i).collect();
        assert_eq!(differing, [BAD_LINE]);
        let line = bad.lines().nth(BAD_LINE - 1).unwrap();
        assert_eq!(line.split(',').nth(4), Some("1O5"));
    }

    #[test]
    fn a_file_that_was_tampered_with_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(GOOD), "half").unwrap();
        unpack(folder.path()).unwrap();
        assert!(std::fs::metadata(folder.path().join(GOOD)).unwrap().len() > 900_000);
    }
}
