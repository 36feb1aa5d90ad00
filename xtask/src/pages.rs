//! The browser's side: `app` compiled to wasm, its JavaScript glue, the style sheet and the static files, in `target/site`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{failure::Failure, place::Place, say, shell, site, site::Files};

const TARGET: &str = "wasm32-unknown-unknown";

/// How large the wasm may be on the wire (brotli), in KiB. What is past it keeps a visitor on a slow line waiting: find
/// what grew, or raise the budget on purpose.
const WASM_BUDGET_KIB: usize = 600;

/// Builds the pages into `target/site`; what did not change is left alone.
pub fn pages(place: &Place) -> Result<(), Failure> {
    install_target(place)?;
    let wasm = compile(place)?;
    let mut files = glue(place, &wasm)?;
    files.insert("style.css".into(), site::style_sheet(&place.root.join("style"))?);
    site::add_folder(&mut files, &place.root.join("public"), "")?;
    let written = site::write(&place.out("site"), &files)?;
    check_budget(&place.out("site/pkg/drsquirrel_bg.wasm.br"), written)
}

/// Adds the wasm target to the toolchain where it is missing.
pub fn install_target(place: &Place) -> Result<(), Failure> {
    let mut rustc = std::process::Command::new("rustc");
    let folder = shell::output(rustc.current_dir(&place.root).args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    say::detail(&format!("adding the target {TARGET} to the toolchain"));
    shell::run(std::process::Command::new("rustup").current_dir(&place.root).args(["target", "add", TARGET]))
}

/// Compiles `app`, and returns where the wasm is. Only a cdylib is asked for: beside an rlib, cargo would not optimise at
/// link time.
fn compile(place: &Place) -> Result<PathBuf, Failure> {
    let mut cargo = shell::cargo(&place.root);
    cargo.args(["rustc", "--locked", "--package=app", "--lib", "--crate-type=cdylib", "--profile=wasm"]);
    cargo.args(["--target", TARGET, "--no-default-features", "--features=hydrate"]);
    let messages = shell::output(cargo.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit()))?;
    let wasm = messages.lines().rev().find_map(wasm_of_app);
    wasm.ok_or_else(|| Failure::Other("cargo compiled `app`, but named no wasm file: see its messages above".into()))
}

fn wasm_of_app(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    if message["reason"] != "compiler-artifact" || message["target"]["name"] != "app" {
        return None;
    }
    let mut names = message["filenames"].as_array()?.iter().filter_map(|name| name.as_str());
    names.find(|name| name.ends_with(".wasm")).map(PathBuf::from)
}

/// The wasm with its JavaScript, under the names that the hydration script asks for. Made again only if the wasm changed.
fn glue(place: &Place, wasm: &Path) -> Result<Files, Failure> {
    let folder = place.out("pages/pkg");
    if !site::newer(&folder.join("drsquirrel_bg.wasm"), wasm) {
        let bindgen = |e| Failure::Other(format!("wasm-bindgen could not read {}: {e:#}", wasm.display()));
        let mut generator = Bindgen::new();
        generator.input_path(wasm).out_name("drsquirrel").typescript(false);
        generator.remove_name_section(true).remove_producers_section(true);
        generator.web(true).map_err(bindgen)?.generate(&folder).map_err(bindgen)?;
    }
    let mut files = Files::new();
    site::add_folder(&mut files, &folder, "pkg/")?;
    Ok(files)
}

fn check_budget(wasm: &Path, written: usize) -> Result<(), Failure> {
    let bytes = fs::metadata(wasm).map_err(Failure::file("read", wasm))?.len();
    let kib = usize::try_from(bytes / 1024).unwrap_or(usize::MAX);
    say::detail(&format!("{written} files changed; the wasm is {kib} KiB on the wire, of {WASM_BUDGET_KIB} allowed"));
    if kib <= WASM_BUDGET_KIB {
        return Ok(());
    }
    Err(Failure::Other(format!("the wasm is {kib} KiB on the wire, more than its budget of {WASM_BUDGET_KIB} KiB")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_wasm_out_of_cargos_messages() {
        let message =
            r#"{"reason":"compiler-artifact","target":{"name":"app"},"filenames":["/t/app.d","/t/app.wasm"]}"#;
        assert_eq!(wasm_of_app(message), Some(PathBuf::from("/t/app.wasm")));
        let other = r#"{"reason":"compiler-artifact","target":{"name":"model"},"filenames":["/t/model.wasm"]}"#;
        assert_eq!(wasm_of_app(other), None);
        assert_eq!(wasm_of_app("not json"), None);
    }
}
