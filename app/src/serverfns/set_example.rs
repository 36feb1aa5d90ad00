use leptos::prelude::server;
use model::{Condition, ExampleView};

use crate::PageError;

/// Makes the example job sick, or well again.
#[server(name = SetExample, prefix = "/api/ui", endpoint = "set-example")]
pub async fn set_example(condition: Condition) -> Result<ExampleView, PageError> {
    super::answer(super::portal()?.set_example(condition).await)
}
