//! Adding a cluster: the URL is tried, and a wrong one is refused with what was found there.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::{Value, json};
use tests::{
    cluster::{Cluster, Version},
    portal::Portal,
    process::free_port,
    scene::Scene,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_is_refused_with_what_was_found_there() {
    let scene = Scene::new("wrong-clusters");
    let portal = Portal::start(&scene).await;

    let closed = format!("http://127.0.0.1:{}", free_port());
    let error = refused(&portal, json!({"name": "closed", "url": closed})).await;
    assert_eq!(error["code"], "cluster_unreachable", "{error}");
    says(&error, &closed);

    let other = web_server("<html><title>Wiki</title><body>Welcome to the wiki</body></html>");
    let error = refused(&portal, json!({"name": "wiki", "url": other})).await;
    assert_eq!(error["code"], "not_a_cluster", "{error}");
    says(&error, "Wiki");

    let error = refused(&portal, json!({"name": "itself", "url": portal.url})).await;
    assert_eq!(error["code"], "not_a_cluster", "{error}");

    let error = refused(&portal, json!({"name": "Not A Name!", "url": closed})).await;
    assert_eq!(error["code"], "cluster_name_invalid", "{error}");

    let error = refused(&portal, json!({"name": "x", "url": closed, "zoone": "a"})).await;
    says(&error, "zoone");
    assert!(error["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{error}");
    assert_eq!(names(&portal).await.iter().filter(|name| *name == "wiki" || *name == "closed").count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_cluster_is_taken_with_its_version_and_once_only() {
    let scene = Scene::new("add-cluster");
    let Some(cluster) = Cluster::start(&scene, Version::V2_3, false).await else { return };
    let portal = Portal::start(&scene).await;
    let request = json!({"name": "real", "url": cluster.flink.url});
    let added = portal.post("clusters", &request).await.unwrap();
    assert_eq!((added.status, &added.json["version"]), (201, &json!("2.3.0")), "{}", added.text);
    assert_eq!(added.json["kind"], "flink");
    assert_eq!(refused(&portal, request).await["code"], "cluster_exists");
    assert!(names(&portal).await.contains(&"real".to_string()));
}

/// The error of a request that must be refused.
async fn refused(portal: &Portal, request: Value) -> Value {
    let answer = portal.post("clusters", &request).await.unwrap();
    assert!((400..500).contains(&answer.status) || answer.status == 502, "{}: {}", answer.status, answer.text);
    answer.json["error"].clone()
}

fn says(error: &Value, words: &str) {
    assert!(error["message"].as_str().is_some_and(|m| m.contains(words)), "the message does not say {words}: {error}");
}

async fn names(portal: &Portal) -> Vec<String> {
    let list = portal.get("clusters").await.unwrap();
    let items = list["items"].as_array().cloned().unwrap_or_default();
    items.iter().filter_map(|cluster| cluster["name"].as_str().map(String::from)).collect()
}

/// A web server that answers every request with the same page.
fn web_server(page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close",
                page.len()
            );
            let _ = stream.write_all(format!("{head}\r\n\r\n{page}").as_bytes());
        }
    });
    format!("http://{address}")
}
