use leptos::prelude::*;
use model::{
    ApiError,
    sql::{ChangeKind, SqlColumn},
};

use super::{
    Desk,
    desk::{KEPT, Phase},
};
use crate::{components::ErrorNotice, format};

/// What a query answers: the rows as they are now, or the changes as they came.
#[component]
pub fn Results(desk: Desk) -> impl IntoView {
    let changes = RwSignal::new(false);
    let columns = Memo::new(move |_| desk.answer.read().columns.clone());
    let any = Memo::new(move |_| desk.answer.read().total > 0);
    let shown = Memo::new(move |_| desk.phase.get() != Phase::Idle);
    view! {
        <section class="section sql-results" aria-labelledby="sql-result" data-phase=move || phase(&desk.phase.get())>
            <div class="sql-results-head">
                <h2 id="sql-result">"Result"</h2>
                <div class="toggle" role="group" aria-label="Show" hidden=move || !any.get()>
                    <button type="button" aria-pressed=move || (!changes.get()).to_string() on:click=move |_| changes.set(false)>"result"</button>
                    <button type="button" aria-pressed=move || changes.get().to_string() on:click=move |_| changes.set(true)>"changes"</button>
                </div>
                <p class="quiet figures">{move || figures(desk)}</p>
                <p class="hidden-text" role="status">{move || spoken(&desk.phase.get())}</p>
            </div>
            {move || failure(&desk.phase.get())}
            {move || empty(&desk.phase.get(), any.get()).map(|words| view! { <p class="empty">{words}</p> })}
            <div class="sql-table" tabindex="0" role="region" aria-label="Rows" hidden=move || !(shown.get() && any.get())>
                {move || if changes.get() { view! { <Changes desk columns /> }.into_any() } else { view! { <Rows desk columns /> }.into_any() }}
            </div>
        </section>
    }
}

#[component]
fn Rows(desk: Desk, columns: Memo<Vec<SqlColumn>>) -> impl IntoView {
    let lines = move || desk.answer.with(|answer| answer.sheet.lines().cloned().collect::<Vec<_>>());
    view! {
        <table>
            <thead><tr>{move || columns.get().into_iter().map(head).collect_view()}</tr></thead>
            <tbody>
                <For each=lines key=|line| (line.key, line.fields.clone()) let:line>
                    <tr>{cells(line.fields, &columns.read_untracked())}</tr>
                </For>
            </tbody>
        </table>
    }
}

#[component]
fn Changes(desk: Desk, columns: Memo<Vec<SqlColumn>>) -> impl IntoView {
    let changes = move || desk.answer.with(|answer| answer.changes.iter().cloned().collect::<Vec<_>>());
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col" class="kind"><span class="hidden-text">"Change"</span></th>
                    {move || columns.get().into_iter().map(head).collect_view()}
                </tr>
            </thead>
            <tbody>
                <For each=changes key=|(number, _)| *number let((_, change))>
                    <tr data-kind=kind(change.kind)>
                        <td class="kind" title=change.kind.words()>{change.kind.mark()}</td>
                        {cells(change.fields, &columns.read_untracked())}
                    </tr>
                </For>
            </tbody>
        </table>
    }
}

fn head(column: SqlColumn) -> impl IntoView {
    let class = if is_number(&column.kind) { "number" } else { "" };
    view! { <th scope="col" class=class>{column.name}<span class="quiet">{column.kind.to_lowercase().replace('_', " ")}</span></th> }
}

fn cells(fields: Vec<Option<String>>, columns: &[SqlColumn]) -> impl IntoView + use<> {
    let kinds: Vec<bool> = columns.iter().map(|column| is_number(&column.kind)).collect();
    let cell = move |(at, value): (usize, Option<String>)| {
        let class = if kinds.get(at).copied().unwrap_or_default() { "number" } else { "" };
        match value {
            Some(value) => view! { <td class=class title=value.clone()>{value.clone()}</td> }.into_any(),
            None => view! { <td class=class><span class="null">"NULL"</span></td> }.into_any(),
        }
    };
    fields.into_iter().enumerate().map(cell).collect_view()
}

fn is_number(kind: &str) -> bool {
    matches!(kind, "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "FLOAT" | "DOUBLE" | "DECIMAL")
}

/// `1,204 changes, 20/s · 12 rows`
fn figures(desk: Desk) -> String {
    let running = desk.phase.get() == Phase::Running;
    desk.answer.with(|answer| {
        if answer.total == 0 {
            return String::new();
        }
        let rows = answer.sheet.lines().count();
        let count =
            |n: u64, noun: &str| format!("{} {noun}{}", format::number(n as f64), if n == 1 { "" } else { "s" });
        let mut parts = vec![count(rows as u64, "row")];
        if answer.sheet.dropped() > 0 {
            parts[0] = format!("the last {KEPT} rows");
        }
        parts.push(count(answer.total, "change"));
        if running {
            parts.push(format!("{}/s", format::number(answer.per_second.round())));
        }
        parts.push(if running { "running".into() } else { phase_words(&desk.phase.get()).into() });
        parts.join(" · ")
    })
}

fn phase_words(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "",
        Phase::Starting => "starting",
        Phase::Running => "running",
        Phase::Ended => "complete",
        Phase::Stopped => "stopped",
        Phase::Failed(_) => "failed",
        Phase::Refused(_) => "not run",
    }
}

fn phase(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "idle",
        Phase::Refused(_) => "refused",
        Phase::Ended => "ended",
        other => phase_words(other),
    }
}

fn spoken(phase: &Phase) -> String {
    match phase {
        Phase::Idle => String::new(),
        other => format!("The query: {}.", phase_words(other)),
    }
}

fn failure(phase: &Phase) -> Option<AnyView> {
    match phase {
        Phase::Failed(error) => Some(view! { <ErrorNotice error=error.clone() /> }.into_any()),
        Phase::Refused(fault) => {
            let message = format!("Not run: line {}, column {}: {}", fault.line, fault.column, fault.message);
            let error = ApiError::user("statement_failed", message, "Correct what is underlined, then run it again.");
            Some(view! { <ErrorNotice error /> }.into_any())
        }
        _ => None,
    }
}

fn empty(phase: &Phase, any: bool) -> Option<&'static str> {
    match phase {
        _ if any => None,
        Phase::Idle => Some(
            "Nothing has been run yet. Put the caret into a SELECT and press Run: its first rows appear here as they come.",
        ),
        Phase::Starting => Some("Starting: the query is planned, and its job is submitted …"),
        Phase::Running => Some("It runs, and has no rows yet. The rows of a window come when the window closes."),
        Phase::Ended => Some("It ended without a row."),
        Phase::Stopped => Some("It was stopped before its first row."),
        Phase::Failed(_) | Phase::Refused(_) => None,
    }
}

fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Insert => "insert",
        ChangeKind::UpdateBefore => "update-before",
        ChangeKind::UpdateAfter => "update-after",
        ChangeKind::Delete => "delete",
    }
}
