//! `drsquirrel record`: writes a cluster's answers into a file that `diagnose --recording` judges.

use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use tokio::time::Instant;

use super::{duration, live};
use crate::flink::{FlinkClient, Live, Recorder, SnapshotCache, Transport};

/// What to record.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cluster's monitoring REST API, such as http://flink:8081
    #[arg(long, value_name = "URL")]
    flink: String,
    /// The file to write; one that ends in .gz is compressed
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How long to record; Ctrl-C ends it earlier and keeps what was recorded
    #[arg(long = "for", value_name = "TIME", default_value = "60s", value_parser = duration::parse)]
    length: Duration,
    /// How long from one snapshot to the next
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = duration::parse)]
    every: Duration,
}

/// Records; 0, or 2 where the cluster or the file cannot be had.
pub async fn run(args: Args) -> ExitCode {
    match record(&args).await {
        Ok(summary) => {
            eprintln!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("drsquirrel record: {error}");
            ExitCode::from(2)
        }
    }
}

async fn record(args: &Args) -> Result<String, String> {
    let transport = Live::new(&args.flink).map_err(|e| e.to_string())?;
    let name = transport.address();
    live::warm_up(&FlinkClient::new(&name, Arc::new(transport.clone()))).await.map_err(|e| e.to_string())?;
    let unwritable = |e: std::io::Error| format!("{} cannot be written: {e}", args.out.display());
    let recorder = Arc::new(Recorder::new(transport, Out::create(&args.out)?));
    let client = FlinkClient::new(&name, Arc::clone(&recorder) as Arc<dyn Transport>);
    eprintln!("Recording {name} for {}; Ctrl-C ends it earlier.", duration::words(args.length));
    let (mut snapshots, mut lines) = (0, 0);
    let mut due = Instant::now();
    let end = due + args.length;
    let cache = SnapshotCache::default();
    loop {
        match client.snapshot(&cache).await {
            Ok(_) => snapshots += 1,
            Err(error) => eprintln!("A snapshot is missing: {error}"),
        }
        lines = recorder.flush().map_err(unwritable)?.max(lines);
        due += args.every.max(Duration::from_millis(100));
        if due > end || !waited(due).await {
            break;
        }
    }
    drop(client);
    let recorder = Arc::into_inner(recorder).ok_or("a request is still under way")?;
    recorder.into_writer().finish().map_err(unwritable)?;
    let out = args.out.display();
    Ok(format!("{snapshots} snapshots, {lines} answers in {out}. Judge it with: drsquirrel diagnose --recording {out}"))
}

/// Waits until `due`; false where the user ended it before.
async fn waited(due: Instant) -> bool {
    tokio::select! {
        () = tokio::time::sleep_until(due) => true,
        _ = tokio::signal::ctrl_c() => false,
    }
}

/// The file that is written.
enum Out {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Out {
    fn create(path: &Path) -> Result<Out, String> {
        if path.extension().is_some_and(|extension| extension == "zst") {
            return Err(format!("{}: recordings are written plain or as .gz; name the file so", path.display()));
        }
        // A recording may be the only trace of an incident, so none is ever overwritten.
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let file = BufWriter::new(file.map_err(|e| format!("{} cannot be created: {e}", path.display()))?);
        Ok(match path.extension().is_some_and(|extension| extension == "gz") {
            true => Out::Gzip(Box::new(GzEncoder::new(file, Compression::default()))),
            false => Out::Plain(file),
        })
    }

    fn finish(self) -> std::io::Result<()> {
        match self {
            Out::Plain(mut file) => file.flush(),
            Out::Gzip(packed) => packed.finish()?.flush(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Out::Plain(file) => file.write(bytes),
            Out::Gzip(packed) => packed.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Out::Plain(file) => file.flush(),
            Out::Gzip(packed) => packed.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_packed_by_its_name_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl.gz");
        let mut out = Out::create(&path).unwrap();
        out.write_all(b"{}\n").unwrap();
        out.finish().unwrap();
        let mut text = String::new();
        let packed = flate2::read::GzDecoder::new(File::open(&path).unwrap());
        std::io::read_to_string(packed).map(|read| text = read).unwrap();
        assert_eq!(text, "{}\n");
        assert!(Out::create(&path).is_err_and(|error| error.contains("cannot be created")));
        assert!(Out::create(&folder.path().join("a.zst")).is_err_and(|error| error.contains(".gz")));
    }
}
