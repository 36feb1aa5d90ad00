//! Live data as server-sent events: what the page shows, whole, whenever it changed.
//!
//! A reader that falls behind misses states, not changes: what it gets next is the whole of what is true then.

use std::convert::Infallible;
use std::time::Duration;

use app::Portal;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use model::ApiError;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::extract::Params;
use crate::http::AppState;
use crate::http::error::Refusal;

/// Changes within this time are sent as one.
const COALESCE: Duration = Duration::from_secs(1);
/// A silent stream says this often that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events that wait for a slow reader; the next ones wait with their making.
const QUEUE: usize = 4;

/// What is followed beside the home page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    job: Option<String>,
    cluster: Option<String>,
}

/// `GET /events`
pub async fn get(
    State(state): State<AppState>,
    Params(follow): Params<Follow>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let permit = state.streams.clone().try_acquire_owned().map_err(|_| too_many())?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::spawn(feed(state, follow, sender, permit));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn too_many() -> Refusal {
    let error =
        ApiError::platform("too_many_streams", "Too many pages follow the portal live", "Close some, then try again");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, ApiError { retryable: true, ..error })
}

/// Ends with its reader, or with the portal.
async fn feed(
    state: AppState,
    follow: Follow,
    sender: mpsc::Sender<Result<Event, Infallible>>,
    _permit: OwnedSemaphorePermit,
) {
    let mut changes = state.portal.parts.board.changes();
    let mut sent = Sent::default();
    loop {
        // Marked as seen before it is read: a change that comes in between makes another turn.
        changes.borrow_and_update();
        for event in fresh(&state, &follow, &mut sent).await {
            if sender.send(Ok(event)).await.is_err() {
                return;
            }
        }
        tokio::select! {
            changed = next(&mut changes) => if !changed { return },
            () = sender.closed() => return,
            () = state.shutdown.cancelled() => return,
        }
    }
}

async fn next(changes: &mut tokio::sync::watch::Receiver<u64>) -> bool {
    tokio::time::sleep(COALESCE).await;
    changes.changed().await.is_ok()
}

/// What was last sent.
#[derive(Default)]
struct Sent {
    home: String,
    job: String,
}

async fn fresh(state: &AppState, follow: &Follow, sent: &mut Sent) -> Vec<Event> {
    let mut events = Vec::new();
    if let Ok(home) = state.portal.home().await {
        events.extend(event("home", &home, &mut sent.home));
    }
    if let Some(name) = &follow.job
        && let Ok(job) = state.portal.job(name, follow.cluster.as_deref()).await
    {
        events.extend(event("job", &job, &mut sent.job));
    }
    events
}

fn event<T: Serialize>(name: &str, view: &T, last: &mut String) -> Option<Event> {
    let data = serde_json::to_string(view).ok()?;
    if data == *last {
        return None;
    }
    let event = Event::default().event(name).data(&data);
    *last = data;
    Some(event)
}
