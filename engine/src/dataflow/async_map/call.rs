//! One call with its repetitions.

use std::{pin::Pin, sync::Arc};

use super::Async;
use crate::{dataflow::BoxError, runtime::Failure};

/// A call under way.
pub type Answer<U> = Pin<Box<dyn Future<Output = Result<U, BoxError>> + Send>>;

/// Calls the service.
pub type Call<T, U> = Arc<dyn Fn(T) -> Answer<U> + Send + Sync>;

/// A call whose type nobody needs to know.
pub fn boxed<T, U, F, A>(ask: F) -> Call<T, U>
where
    F: Fn(T) -> A + Send + Sync + 'static,
    A: Future<Output = Result<U, BoxError>> + Send + 'static,
{
    Arc::new(move |value| Box::pin(ask(value)))
}

/// The answer for a value, after as many attempts as the options allow.
pub async fn answer<T: Clone, U>(value: T, options: Async, call: Call<T, U>) -> Result<U, Failure> {
    let attempts = async move {
        let mut failed = 0;
        loop {
            match call(value.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) if failed >= options.retries => {
                    let times = if failed == 0 { String::new() } else { format!(" after {} attempts", failed + 1) };
                    let message = format!("an asynchronous call failed{times}: {error}");
                    return Err(Failure::new("drsquirrel.dataflow.AsyncCallError", message));
                }
                Err(_) => {
                    tokio::time::sleep(options.delay(failed)).await;
                    failed += 1;
                }
            }
        }
    };
    match tokio::time::timeout(options.timeout, attempts).await {
        Ok(answer) => answer,
        Err(_) => {
            let message = format!("an asynchronous call has not been answered within {:?}", options.timeout);
            Err(Failure::new("java.util.concurrent.TimeoutException", message))
        }
    }
}
