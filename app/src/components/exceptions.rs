use leptos::prelude::*;
use model::{ExceptionEntry, Timestamp};

use crate::components::Ago;

/// A job's exceptions, newest first; each stack opens on demand.
#[component]
pub fn Exceptions(
    /// The exceptions.
    exceptions: Memo<Vec<ExceptionEntry>>,
    /// The time of the data.
    as_of: Signal<Timestamp>,
) -> impl IntoView {
    move || match exceptions.get() {
        list if list.is_empty() => {
            view! { <p class="quiet">"The cluster keeps no exceptions of this job."</p> }.into_any()
        }
        list => view! { <ol class="exceptions">{list.into_iter().map(|entry| item(entry, as_of)).collect_view()}</ol> }
            .into_any(),
    }
}

fn item(entry: ExceptionEntry, as_of: Signal<Timestamp>) -> impl IntoView {
    let (package, name) = split_class(&entry.class);
    let (package, name) = (package.to_owned(), name.to_owned());
    let at = entry.at;
    view! {
        <li data-exception=entry.class.clone()>
            <p class="exception-head">
                <span class="exception-class"><span class="quiet">{package}</span>{name}</span>
                <span class="quiet"><Ago as_of at in_words=true /></span>
            </p>
            <p class="exception-message">{entry.message}</p>
            <p class="quiet">
                {entry.task.map(|task| format!("in {task} "))}
                {entry.task_manager.map(|task_manager| format!("on {task_manager}"))}
            </p>
            {(!entry.stack.is_empty()).then(|| view! {
                <details>
                    <summary>"Stack trace"</summary>
                    <pre tabindex="0">{entry.stack}</pre>
                </details>
            })}
        </li>
    }
}

/// The package with its last dot, and the class' own name.
fn split_class(class: &str) -> (&str, &str) {
    class.split_at(class.rfind('.').map_or(0, |dot| dot + 1))
}

#[cfg(test)]
mod tests {
    use super::split_class;

    #[test]
    fn classes_are_split_after_their_package() {
        assert_eq!(split_class("java.lang.IllegalStateException"), ("java.lang.", "IllegalStateException"));
        assert_eq!(split_class("ParseError"), ("", "ParseError"));
    }
}
