//! The `drsquirrel` binary.

mod flink;

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let Ok(rt) = tokio::runtime::Runtime::new() else { return };
    match rt.block_on(flink::recording::read(std::path::Path::new(&path))) {
        Ok(s) => println!("{}", serde_json::to_string_pretty(&s).unwrap_or_default()),
        Err(e) => eprintln!("{e}"),
    }
}
