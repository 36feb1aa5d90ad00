use leptos::prelude::*;
use model::sql::{SqlColumn, SqlTable};

use super::{Desk, caret, highlight::written};
use crate::format;

/// At most so many functions are listed; the filter finds the others.
const SHOWN: usize = 60;

/// What statements may use: a click puts its name at the caret.
#[component]
pub fn CatalogPanel(desk: Desk) -> impl IntoView {
    let tables = Memo::new(move |_| desk.catalog.read().tables.clone());
    let functions = Memo::new(move |_| desk.catalog.read().functions.clone());
    view! {
        <aside class="sql-catalog" aria-label="Catalog">
            <h2>"Tables"</h2>
            {move || tables.read().is_empty().then(|| view! { <p class="quiet">"None yet: a CREATE TABLE in the script adds one."</p> })}
            <ul class="sql-tables">
                <For each=move || tables.get() key=|table| (table.name.clone(), table.columns.len(), table.view) let:table>
                    <Table desk table />
                </For>
            </ul>
            {move || (!functions.read().is_empty()).then(|| view! { <Functions desk functions /> })}
        </aside>
    }
}

#[component]
fn Table(desk: Desk, table: SqlTable) -> impl IntoView {
    let kind = if table.view { "view" } else { "" };
    let named = format!("Insert {}", table.name);
    view! {
        <li data-table=table.name.clone()>
            <details open=true>
                <summary>
                    <span class="name">{table.name.clone()}</span>
                    <span class="quiet">{kind}</span>
                    {insert(desk, "insert", &table.name, named)}
                </summary>
                <ul>{table.columns.into_iter().map(|column| view! { <Column desk column /> }).collect_view()}</ul>
            </details>
        </li>
    }
}

#[component]
fn Column(desk: Desk, column: SqlColumn) -> impl IntoView {
    view! {
        <li>
            {insert(desk, "entry", &column.name, format!("Insert {}", column.name))}
            <span class="quiet kind" title=column.kind.clone()>{column.kind.clone()}</span>
        </li>
    }
}

/// A button that puts a name at the caret; of the class `insert` it says so, else it is the name itself.
fn insert(desk: Desk, class: &'static str, name: &str, label: String) -> impl IntoView + use<> {
    let text = written(name);
    let shown = if class == "insert" { "insert".to_owned() } else { name.to_owned() };
    let click = move |event: leptos::ev::MouseEvent| {
        // Within a summary a click would also fold it.
        event.prevent_default();
        caret::insert(desk.input, &text);
    };
    view! { <button type="button" class=class aria-label=label on:click=click>{shown}</button> }
}

#[component]
fn Functions(desk: Desk, functions: Memo<Vec<String>>) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        let wanted = filter.get().trim().to_uppercase();
        functions.read().iter().filter(|name| name.contains(&wanted)).cloned().collect::<Vec<_>>()
    });
    let more = move || found.read().len().saturating_sub(SHOWN);
    view! {
        <details class="sql-functions">
            <summary><h2>"Functions"</h2><span class="quiet">{move || functions.read().len()}</span></summary>
            <input type="search" placeholder="Filter functions" aria-label="Filter functions" autocomplete="off"
                on:input=move |event| filter.set(event_target_value(&event)) />
            <ul>
                <For each=move || found.get().into_iter().take(SHOWN) key=Clone::clone let:name>
                    <li>{function(desk, name)}</li>
                </For>
            </ul>
            <p class="quiet" role="status">{move || match (found.read().len(), more()) {
                (0, _) => "No function has that in its name.".to_owned(),
                (_, 0) => String::new(),
                (_, more) => format!("and {}", format::plural(more, "more")),
            }}</p>
        </details>
    }
}

fn function(desk: Desk, name: String) -> impl IntoView {
    let (text, label) = (format!("{name}("), format!("Insert {name}"));
    view! { <button type="button" class="entry" aria-label=label on:click=move |_| caret::insert(desk.input, &text)>{name}</button> }
}
