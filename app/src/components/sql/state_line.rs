use leptos::prelude::*;

use super::{Desk, caret, desk::Check};
use crate::{components::ErrorNotice, format};

/// What is wrong with the script and where, for those who see and those who listen.
#[component]
pub fn StateLine(desk: Desk) -> impl IntoView {
    let fault = Memo::new(move |_| desk.fault.get().map(|(fault, _)| fault));
    let go = move |_| {
        if let Some((fault, _)) = desk.fault.get_untracked() {
            let script = desk.script.get_untracked();
            caret::select(desk.input, &script, fault.start as usize, fault.end as usize);
        }
    };
    let words = move || match (fault.get(), desk.check.get()) {
        (Some(fault), _) => view! {
            <span class="wrong">
                <strong>{format!("Line {}, column {}: ", fault.line, fault.column)}</strong>
                {fault.message}
            </span>
        }
        .into_any(),
        (None, Check::Done) => right(desk).into_any(),
        (None, Check::Failed(_)) => "It could not be checked.".into_any(),
        (None, Check::Waiting | Check::Running) => "Checking …".into_any(),
    };
    let failed = move || match desk.check.get() {
        Check::Failed(error) => Some(view! { <ErrorNotice error /> }),
        _ => None,
    };
    view! {
        <div class="sql-state" data-check=move || state(&desk.check.get(), fault.get().is_some())>
            <p id="sql-state" role="status">{words}</p>
            {move || fault.get().map(|_| view! { <button type="button" class="small" on:click=go>"Go there"</button> })}
            <p id="sql-keys" class="quiet">"Tab indents; Esc, then Tab leaves the editor. Ctrl+Enter runs."</p>
        </div>
        {move || desk.note.get().map(|note| view! { <p class="sql-note quiet">{note}</p> })}
        {failed}
    }
}

fn right(desk: Desk) -> String {
    match desk.statements.with(Vec::len) {
        0 => "Write a statement, or start from an example.".into(),
        count => format!("✓ {}: nothing is wrong.", format::plural(count, "statement")),
    }
}

fn state(check: &Check, faulty: bool) -> &'static str {
    match check {
        Check::Waiting | Check::Running => "running",
        Check::Done if faulty => "wrong",
        Check::Done => "right",
        Check::Failed(_) => "failed",
    }
}
