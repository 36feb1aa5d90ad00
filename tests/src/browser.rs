//! Real Chromium, driven through chromedriver.

use std::{fs, process::Command, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    http, pace, parts,
    process::{Process, free_port},
    scene::Scene,
    wait,
};

/// Chromium starts within two seconds, and shows a page of loopback within one.
const START: Duration = Duration::from_secs(5);

/// A browser with one window; it ends when this is dropped.
pub struct Browser {
    /// The window.
    pub client: Client,
    session: String,
    _driver: Process,
}

impl Browser {
    /// Starts a browser with a fresh profile; `None` where Chromium could not be had.
    pub async fn start(scene: &Scene) -> Option<Browser> {
        let chromium = parts::part("DRSQUIRREL_CHROMIUM")?;
        let driver = parts::part("DRSQUIRREL_CHROMEDRIVER")?;
        let url = format!("http://127.0.0.1:{}", free_port());
        let mut command = Command::new(driver);
        command.arg(format!("--port={}", url.rsplit(':').next().unwrap_or_default()));
        let mut driver = Process::start("chromedriver", command, &scene.log("chromedriver.log"));
        wait::must("chromedriver", pace::patience(START), async || {
            driver.must_run();
            http::get(&format!("{url}/status")).await
        })
        .await;
        let profile = scene.folder("chromium");
        let capabilities = json!({
            "goog:chromeOptions": {"binary": chromium, "args": arguments(&profile.display().to_string())},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.as_object().cloned().unwrap_or_default());
        let client = builder.connect(&url).await.expect("chromedriver opens a session");
        let id = client.session_id().await.expect("the session answers").expect("the session has an id");
        Some(Browser { client, session: format!("{url}/session/{id}"), _driver: driver })
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|e| panic!("{url}: {e}"));
    }

    /// Waits until the page's wasm runs and has its event stream open.
    pub async fn alive(&self) {
        wait::must("the page to be alive", pace::patience(START), async || {
            match self.count("[data-link='live']").await {
                0 => Err(format!("errors {:?} on a page that says {}", self.console_errors().await, self.body().await)),
                _ => Ok(()),
            }
        })
        .await;
    }

    /// Waits until an element is there.
    pub async fn wait_for(&self, css: &str, usual: Duration) {
        wait::must(css, pace::patience(usual), async || match self.count(css).await {
            0 => Err(self.body().await),
            _ => Ok(()),
        })
        .await;
    }

    /// Waits until an element is no longer there.
    pub async fn gone(&self, css: &str, usual: Duration) {
        wait::must(&format!("{css} to go"), pace::patience(usual), async || match self.count(css).await {
            0 => Ok(()),
            _ => Err(self.body().await),
        })
        .await;
    }

    /// How many elements there are.
    pub async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.map_or(0, |elements| elements.len())
    }

    /// Types into a field, once it takes it.
    pub async fn write(&self, css: &str, text: &str) {
        wait::must(css, pace::patience(START), async || {
            let field = self.client.find(Locator::Css(css)).await.map_err(|e| e.to_string())?;
            field.send_keys(text).await.map_err(|e| e.to_string())
        })
        .await;
    }

    /// The words of the page, for messages.
    async fn body(&self) -> String {
        self.script("return document.body.innerText").await.as_str().unwrap_or_default().to_string()
    }

    /// Waits until an element is there, and returns its text.
    pub async fn text(&self, css: &str) -> String {
        wait::must(css, pace::patience(START), async || {
            let element = self.client.find(Locator::Css(css)).await.map_err(|e| e.to_string())?;
            element.text().await.map_err(|e| e.to_string())
        })
        .await
    }

    /// Waits until an element is there, and clicks it.
    pub async fn click(&self, css: &str) {
        wait::must(css, pace::patience(START), async || {
            let element = self.client.find(Locator::Css(css)).await.map_err(|e| e.to_string())?;
            element.click().await.map_err(|e| e.to_string())
        })
        .await;
    }

    /// What a script on the page returns.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Keeps a picture of the window in a colour scheme (`light`, `dark`) and of a width.
    pub async fn picture(&self, scene: &Scene, name: &str, scheme: &str, width: u32) {
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        )
        .await;
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600}),
        )
        .await;
        // Colours fade into each other; the picture is of what they become.
        self.script("return Promise.all(document.getAnimations().map(a => a.finished)).then(() => true)").await;
        let picture = self.client.screenshot().await.expect("a picture can be taken");
        assert!(picture.len() > 5_000, "the picture {name} is empty");
        fs::write(scene.log(&format!("{name}-{scheme}-{width}.png")), picture).expect("a picture can be kept");
    }

    /// Back to a window as wide as a desk's.
    pub async fn widen(&self) {
        self.devtools("Emulation.clearDeviceMetricsOverride", &json!({})).await;
    }

    /// What went wrong on the pages since this was asked last: errors, and requests that failed.
    pub async fn console_errors(&self) -> Vec<String> {
        let answer =
            http::json(Method::POST, &format!("{}/se/log", self.session), Some(&json!({"type": "browser"}))).await;
        let entries = answer.unwrap_or_else(|e| panic!("{e}"));
        let entries = entries["value"].as_array().cloned().unwrap_or_default();
        let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        errors.map(|entry| entry["message"].as_str().unwrap_or_default().to_string()).collect()
    }

    async fn devtools(&self, command: &str, parameters: &Value) {
        let body = json!({"cmd": command, "params": parameters});
        let answer = http::json(Method::POST, &format!("{}/goog/cdp/execute", self.session), Some(&body)).await;
        answer.unwrap_or_else(|e| panic!("{e}"));
    }
}

/// As root in a container there is no sandbox; and nothing but the page may be fetched.
fn arguments(profile: &str) -> Vec<String> {
    let fixed = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run \
                 --disable-background-networking --disable-component-update --disable-sync --window-size=1280,1000";
    fixed.split_whitespace().map(String::from).chain([format!("--user-data-dir={profile}")]).collect()
}
