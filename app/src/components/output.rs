use leptos::prelude::*;

/// What the job printed, newest first, so that nothing moves away while it is read from the top.
#[component]
pub fn Output(
    /// The question that the job answers, where somebody wrote it down.
    question: Memo<Option<String>>,
    /// The lines, oldest first.
    lines: Memo<Vec<String>>,
    /// How many to show at most.
    most: usize,
) -> impl IntoView {
    let shown = move || lines.with(|lines| lines.iter().rev().take(most).cloned().collect::<Vec<_>>());
    view! {
        {move || question.get().map(|question| view! { <p class="question">{question}</p> })}
        {move || match shown() {
            lines if lines.is_empty() => view! { <p class="quiet">"It has printed nothing yet."</p> }.into_any(),
            lines => view! {
                <ol class="output" reversed>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ol>
            }
            .into_any(),
        }}
    }
}
