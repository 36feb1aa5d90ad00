//! The same scripts through the same client give the same rows on real Flink and on the embedded engine.
//!
//! `DRSQUIRREL_CONFORMANCE` takes parts of the names of the cases to run. `UPDATE_CONFORMANCE=1` records Flink's answers.
//! `DRSQUIRREL_CONFORMANCE_ENGINE` and `DRSQUIRREL_CONFORMANCE_FLINK` name the address of an engine, and of a cluster's REST
//! API and gateway with a comma between them, that run already.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::env;

use tests::{
    cluster::{Cluster, Version},
    conformance::{
        case,
        suite::{self, Whose},
    },
    engine::Engine,
    flink::Flink,
    scene::Scene,
};

/// How many sessions run cases at once. Flink's cases wait for jobs to be scheduled most of the time.
const ON_FLINK: usize = 3;
const ON_ENGINE: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn flink_gives_what_is_recorded() {
    let scene = Scene::new("conformance-flink");
    if let Some((rest, gateway)) = address("FLINK").as_deref().and_then(|both| both.split_once(',')) {
        let target = suite::target(&scene, gateway, Flink::at(rest.into()));
        return suite::run(&target, Whose::Flink, ON_FLINK).await.unwrap_or_else(|e| panic!("{e}"));
    }
    let Some(cluster) = Cluster::for_queries(&scene, Version::V2_3).await else { return };
    let gateway = cluster.gateway.clone().expect("a gateway was asked for");
    let target = suite::target(&scene, &gateway, cluster.flink.clone());
    suite::run(&target, Whose::Flink, ON_FLINK).await.unwrap_or_else(|e| panic!("{e}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_gives_what_flink_gives() {
    let scene = Scene::new("conformance-engine");
    if let Some(address) = address("ENGINE") {
        let target = suite::target(&scene, &address, Flink::at(address.clone()));
        return suite::run(&target, Whose::Engine, ON_ENGINE).await.unwrap_or_else(|e| panic!("{e}"));
    }
    let engine = Engine::start(&scene, 8).await;
    let target = suite::target(&scene, &engine.flink.url, engine.flink.clone());
    suite::run(&target, Whose::Engine, ON_ENGINE).await.unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn every_difference_on_purpose_is_written_down() {
    let written = std::fs::read_to_string(case::root().join("DIFFERENCES.md")).unwrap();
    for case in case::cases("") {
        assert!(case.expected().is_some(), "nothing is recorded for {}", case.name);
        let is_different = case.expected_of_engine().is_some();
        assert_eq!(
            is_different,
            written.contains(&format!("`{}`", case.name)),
            "{}: DIFFERENCES.md names it",
            case.name
        );
    }
}

fn address(of: &str) -> Option<String> {
    env::var(format!("DRSQUIRREL_CONFORMANCE_{of}")).ok().filter(|address| !address.is_empty())
}
