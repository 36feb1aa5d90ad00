//! A scriptable cluster on loopback for tests: real HTTP, answers as told.
#![allow(clippy::unwrap_used)]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode},
};

/// What to answer to a path.
#[derive(Clone)]
pub enum Answer {
    /// This status and body.
    Text(u16, String),
    /// Nothing for this long.
    Hang(Duration),
    /// This many bytes.
    Bytes(usize),
}

/// A running fake.
pub struct Fake {
    /// Its address.
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Told {
    answers: Arc<HashMap<String, Answer>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// Starts one that answers 404 in Flink's shape to every path but these. A path may be given with its query.
    pub async fn start(answers: Vec<(&str, Answer)>) -> Fake {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(answers.into_iter().map(|(path, answer)| (path.to_string(), answer)).collect());
        let router = Router::new().fallback(answer).with_state(Told { answers, asked: Arc::clone(&asked) });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Fake { url, asked }
    }

    /// The requests so far: `GET /overview`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(told): State<Told>, request: Request) -> Response<Body> {
    let full = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    told.asked.lock().unwrap().push(format!("{} {full}", request.method()));
    let found = told.answers.get(&full).or_else(|| told.answers.get(request.uri().path())).cloned();
    let (status, body) = match found {
        Some(Answer::Text(status, text)) => (status, text),
        Some(Answer::Bytes(count)) => (200, " ".repeat(count)),
        Some(Answer::Hang(time)) => {
            tokio::time::sleep(time).await;
            (200, "{}".to_string())
        }
        None => (404, r#"{"errors":["Not found: no such path"]}"#.to_string()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// A 200 answer.
pub fn ok(text: &str) -> Answer {
    Answer::Text(200, text.to_string())
}
