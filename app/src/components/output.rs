use leptos::prelude::*;
use model::ExampleView;

/// What the job printed, newest first, so that nothing moves away while it is read from the top.
#[component]
pub fn Output(
    /// The question that the job answers and the script that answers it, where this is the example.
    example: Memo<Option<ExampleView>>,
    /// The lines, oldest first.
    lines: Memo<Vec<String>>,
    /// How many to show at most.
    most: usize,
) -> impl IntoView {
    let shown = move || lines.with(|lines| lines.iter().rev().take(most).cloned().collect::<Vec<_>>());
    view! {
        {move || example.get().map(|example| view! { <p class="question"><q>{example.question}</q></p> })}
        {move || match shown() {
            lines if lines.is_empty() => view! { <p class="quiet">"It has printed nothing yet."</p> }.into_any(),
            lines => view! {
                <ol class="output" reversed>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ol>
            }
            .into_any(),
        }}
        {move || example.get().map(|example| view! {
            <details class="script">
                <summary>"The SQL that answers it"</summary>
                <pre tabindex="0">{example.script}</pre>
            </details>
        })}
    }
}
