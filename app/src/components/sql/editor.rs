use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    Desk, caret,
    highlight::{self, Run},
};

/// The longest script that can be typed, in UTF-16 units; the portal takes as many bytes.
const MAX_LENGTH: &str = "65536";

/// The editor: a plain field over its own text in colours, so that everything a browser knows about fields works.
///
/// The field comes empty from the server and has its text once scripts run: the text within a textarea is not escaped where
/// it is rendered. Tab indents. So that nobody is caught in the field, Escape gives the next Tab back to the browser.
#[component]
pub fn Editor(desk: Desk) -> impl IntoView {
    let fault = Memo::new(move |_| desk.shown_fault());
    let lines = Memo::new(move |_| desk.script.with(|script| script.matches('\n').count() + 1));
    let faulty_line = Memo::new(move |_| fault.get().map(|fault| fault.line as usize));
    let leaving = StoredValue::new(false);
    let on_key = move |event: KeyboardEvent| key(desk, leaving, &event);
    view! {
        <div class="sql-editor" data-faulty=move || fault.get().is_some().to_string()>
            <div class="sql-lines" aria-hidden="true">
                {move || (1..=lines.get()).map(|n| view! {
                    <span data-wrong=(faulty_line.get() == Some(n)).then_some("")>{n}</span>
                }).collect_view()}
            </div>
            <div class="sql-code">
                <pre aria-hidden="true"><code>{move || coloured(desk, fault)}</code>"\n"</pre>
                <textarea
                    id="sql-script"
                    node_ref=desk.input
                    prop:value=move || desk.script.get()
                    on:input=move |event| desk.script.set(event_target_value(&event))
                    on:keydown=on_key
                    on:blur=move |_| leaving.set_value(false)
                    spellcheck="false"
                    autocapitalize="off"
                    autocomplete="off"
                    wrap="off"
                    maxlength=MAX_LENGTH
                    aria-label="SQL script"
                    aria-describedby="sql-state sql-keys"
                    aria-invalid=move || fault.get().is_some().to_string()
                    aria-keyshortcuts="Control+Enter"
                ></textarea>
            </div>
        </div>
    }
}

/// The script in colours; what is wrong is said at the end of its line.
fn coloured(desk: Desk, fault: Memo<Option<model::sql::SqlFault>>) -> impl IntoView {
    let fault = fault.get();
    let range = fault.as_ref().map(|fault| (fault.start as usize, fault.end as usize));
    let runs = desk.script.with(|script| highlight::runs(script, range));
    let noted = note_at(&runs);
    let message = fault.map(|fault| fault.message).unwrap_or_default();
    let run = |run: Run| view! { <span class=run.class class:fault=run.faulty>{run.text}</span> }.into_any();
    let mut views: Vec<AnyView> = Vec::with_capacity(runs.len() + 2);
    for (index, part) in runs.into_iter().enumerate() {
        match noted {
            Some((at, byte)) if at == index => {
                let (head, tail) = part.text.split_at(byte);
                let piece = |text: &str| Run { text: text.to_owned(), ..part.clone() };
                views.push(run(piece(head)));
                views.push(view! { <span class="fault-note">{message.clone()}</span> }.into_any());
                views.push(run(piece(tail)));
            }
            _ => views.push(run(part)),
        }
    }
    if noted.is_none() && !message.is_empty() {
        views.push(view! { <span class="fault-note">{message}</span> }.into_any());
    }
    views
}

/// The run and its byte at which the line ends that the fault ends in.
fn note_at(runs: &[Run]) -> Option<(usize, usize)> {
    let last = runs.iter().rposition(|run| run.faulty)?;
    let mut after = runs.iter().enumerate().skip(last + 1);
    after.find_map(|(index, run)| run.text.find('\n').map(|byte| (index, byte)))
}

fn key(desk: Desk, leaving: StoredValue<bool>, event: &KeyboardEvent) {
    let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    match event.key().as_str() {
        "Enter" if event.ctrl_key() || event.meta_key() => {
            event.prevent_default();
            super::toolbar::act(desk);
        }
        "Escape" => leaving.set_value(true),
        "Tab" if plain && !event.shift_key() && !leaving.get_value() => {
            event.prevent_default();
            caret::insert(desk.input, "  ");
        }
        "Tab" | "Shift" => {}
        _ => leaving.set_value(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_stands_at_the_end_of_the_line() {
        let check =
            |script: &str, fault, expect| assert_eq!(note_at(&highlight::runs(script, fault)), expect, "{script}");
        check("SELECT idd, x\nFROM q", Some((7, 10)), Some((3, 3)));
        check("SELECT idd", Some((7, 10)), None);
        check("SELECT 1\n", None, None);
    }
}
