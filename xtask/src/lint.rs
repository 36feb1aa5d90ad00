//! `lint`: formatting, clippy over the server's side and the browser's side apart (they exclude each other), and licences.

use crate::{failure::Failure, licences, pages, place::Place, say::Stages, shell};

/// Fails on the first thing that is not clean.
pub fn lint(place: &Place) -> Result<(), Failure> {
    let mut stages = Stages::new(3 + licences::STAGES);
    let cargo = |words: &str| shell::run(shell::cargo(&place.root).args(words.split(' ')));
    stages.stage("checking the formatting", || cargo("fmt --all --check"))?;
    stages.stage("linting the server's side", || {
        cargo("clippy --release --locked --workspace --all-targets -- -D warnings")
    })?;
    stages.stage("linting the browser's side", || {
        pages::install_target(place)?;
        cargo(
            "clippy --locked --profile wasm --target wasm32-unknown-unknown --package app --lib \
             --no-default-features --features hydrate -- -D warnings",
        )
    })?;
    licences::stages(place, &mut stages)
}
