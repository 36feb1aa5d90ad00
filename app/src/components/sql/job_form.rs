use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use leptos_router::components::A;
use model::{
    ApiError,
    sql::{SqlDraft, SqlDrafted, SqlJob, SqlSink, SqlSubmit, SqlSubmitted, Verb, pipeline_name, statements},
};

use super::{Desk, dialog};
use crate::{
    components::ErrorNotice,
    href,
    serverfns::{sql_draft, sql_submit},
};

/// How long nobody types before the draft is written anew.
const QUIET: Duration = Duration::from_millis(400);
/// What a job is called whose query nobody named.
const NAME: &str = "sql-job";

/// How far the submission is.
#[derive(Debug, Clone, PartialEq)]
enum Sent {
    Not,
    Sending,
    Started(Vec<SqlJob>),
    Refused(String, Vec<SqlJob>),
    Failed(ApiError),
}

/// The form that starts the script, or its query, as a job.
#[component]
pub fn JobForm(desk: Desk) -> impl IntoView {
    let script = desk.script.get_untracked();
    let is_job = desk.statements.with_untracked(|all| model::sql::is_last_write(all));
    let cluster = desk.cluster.get_untracked();
    let default_name = pipeline_name(&script).or((!is_job).then(|| NAME.to_owned())).unwrap_or_default();
    let name = RwSignal::new(default_name);
    let sent = RwSignal::new(Sent::Not);
    let drafted = RwSignal::new(None::<Result<SqlDrafted, ApiError>>);
    let whole = {
        let script = script.clone();
        Memo::new(move |_| match drafted.get() {
            _ if is_job => Some(script.clone()),
            Some(Ok(draft)) if draft.fault.is_none() => Some(draft.script),
            _ => None,
        })
    };
    let title = if is_job { "Start as a job" } else { "Save as a job" };
    let submit = {
        let cluster = cluster.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            if let Some(script) = whole.get_untracked() {
                let request = SqlSubmit { cluster: cluster.clone(), script, name: Some(name.get_untracked()) };
                send(sent, request);
            }
        }
    };
    let begun = Memo::new(move |_| matches!(sent.get(), Sent::Started(_)));
    view! {
        <form on:submit=submit>
            <h2 id="sql-dialog-title">{title}</h2>
            <label>"Name of the job"
                <input name="job-name" autocomplete="off" maxlength="200" placeholder="as the cluster calls it"
                    prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event)) />
            </label>
            {(!is_job).then(|| view! { <SinkFields desk drafted /> })}
            {is_job.then(|| view! { <Writes script=script.clone() /> })}
            <p>{format!("It runs on {cluster} until somebody cancels it there.")}</p>
            {move || outcome(sent.get(), &cluster)}
            <div class="sql-dialog-end">
                <button type="submit" class="primary" id="sql-start" hidden=move || begun.get()
                    disabled=move || whole.read().is_none() || sent.get() == Sent::Sending>
                    {move || if sent.get() == Sent::Sending { "Starting …" } else { "Start the job" }}
                </button>
                {(!is_job).then(|| view! { <ToEditor desk whole /> })}
                <button type="button" on:click=move |_| dialog::close(desk)>{move || if begun.get() { "Close" } else { "Cancel" }}</button>
            </div>
        </form>
    }
}

/// What will write, one line each.
#[component]
fn Writes(script: String) -> impl IntoView {
    let line = |text: &str| text.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
    let all: Vec<String> =
        statements(&script).iter().filter(|s| s.verb == Verb::Write).map(|s| line(s.of(&script))).collect();
    view! {
        <p>"What will run:"</p>
        <ul class="sql-writes">{all.into_iter().map(|text| view! { <li><code>{text}" …"</code></li> }).collect_view()}</ul>
    }
}

/// Where the rows of a query go, and the statements that follow from it.
#[component]
fn SinkFields(desk: Desk, drafted: RwSignal<Option<Result<SqlDrafted, ApiError>>>) -> impl IntoView {
    let kind = RwSignal::new("print".to_owned());
    let table = RwSignal::new("result".to_owned());
    let path = RwSignal::new("/tmp/result".to_owned());
    let tables: Vec<String> =
        desk.catalog.with_untracked(|c| c.tables.iter().filter(|t| !t.view).map(|t| t.name.clone()).collect());
    let existing = RwSignal::new(tables.first().cloned().unwrap_or_default());
    let has_tables = !tables.is_empty();
    let sink = Memo::new(move |_| match kind.get().as_str() {
        "table" => SqlSink::Table(existing.get()),
        "blackhole" => SqlSink::Blackhole(table.get()),
        "files" => SqlSink::Files { table: table.get(), path: path.get() },
        _ => SqlSink::Print(table.get()),
    });
    follow(desk, sink, drafted);
    let option = |name: String| view! { <option value=name.clone()>{name.clone()}</option> };
    let is = move |wanted: &'static str| move || kind.get() == wanted;
    view! {
        <label>"Its rows go to"
            <select name="sink" on:change=move |event| kind.set(event_target_value(&event))>
                <option value="print">"a new table that prints them into the worker's log"</option>
                <option value="files">"a new table of files"</option>
                <option value="blackhole">"a new table that drops them"</option>
                <option value="table" disabled=!has_tables>"a table of the catalog"</option>
            </select>
        </label>
        <label hidden=is("table")>"Name of the table"
            <input name="table" autocomplete="off" prop:value=move || table.get() on:input=move |event| table.set(event_target_value(&event)) />
        </label>
        <label hidden=move || !is("table")()>"Table"
            <select name="existing" on:change=move |event| existing.set(event_target_value(&event))>{tables.into_iter().map(option).collect_view()}</select>
        </label>
        <label hidden=move || !is("files")()>"Folder, as the workers see it"
            <input name="path" autocomplete="off" prop:value=move || path.get() on:input=move |event| path.set(event_target_value(&event)) />
        </label>
        {move || match drafted.get() {
            None => view! { <p class="quiet">"Writing it …"</p> }.into_any(),
            Some(Ok(draft)) => view! {
                {draft.fault.map(|fault| view! { <p class="wrong" role="alert">{fault}</p> })}
                <pre class="sql-added" tabindex="0" aria-label="What is added to the script">{draft.added}</pre>
            }.into_any(),
            Some(Err(error)) => view! { <ErrorNotice error /> }.into_any(),
        }}
    }
}

/// Has the draft written whenever the sink changes; only the newest answer counts.
fn follow(desk: Desk, sink: Memo<SqlSink>, drafted: RwSignal<Option<Result<SqlDrafted, ApiError>>>) {
    let newest = StoredValue::new(0u32);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let at = desk.target().map_or(0, |target| u32::try_from(target.start).unwrap_or_default());
    Effect::new(move |_| {
        let (cluster, script) = (desk.cluster.get_untracked(), desk.script.get_untracked());
        let request = SqlDraft { cluster, script, at, sink: sink.get() };
        newest.update_value(|n| *n = n.wrapping_add(1));
        let turn = newest.get_value();
        drafted.set(None);
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        let ask = move || {
            spawn_local(async move {
                let answer = sql_draft(request).await.map_err(|error| error.0);
                if newest.try_get_value() == Some(turn) {
                    drafted.try_set(Some(answer));
                }
            });
        };
        timer.set_value(set_timeout_with_handle(ask, QUIET).ok());
    });
}

#[component]
fn ToEditor(desk: Desk, whole: Memo<Option<String>>) -> impl IntoView {
    let click = move |_| {
        if let Some(script) = whole.get_untracked() {
            desk.before.set(Some(desk.script.get_untracked()));
            desk.script.set(script);
            dialog::close(desk);
        }
    };
    view! { <button type="button" disabled=move || whole.read().is_none() on:click=click>"Put it into the editor"</button> }
}

fn send(sent: RwSignal<Sent>, request: SqlSubmit) {
    sent.set(Sent::Sending);
    spawn_local(async move {
        let outcome = match sql_submit(request).await {
            Ok(SqlSubmitted::Started(jobs)) => Sent::Started(jobs),
            Ok(SqlSubmitted::Refused { fault, started }) => {
                Sent::Refused(format!("Line {}, column {}: {}", fault.line, fault.column, fault.message), started)
            }
            Err(error) => Sent::Failed(error.0),
        };
        sent.try_set(outcome);
    });
}

fn outcome(sent: Sent, cluster: &str) -> AnyView {
    match sent {
        Sent::Not => ().into_any(),
        Sent::Sending => view! { <p role="status">"It is being submitted …"</p> }.into_any(),
        Sent::Started(jobs) => view! { <div role="status">{links(jobs, cluster)}</div> }.into_any(),
        Sent::Refused(fault, jobs) => {
            view! { <p class="wrong" role="alert">{fault}</p>{links(jobs, cluster)} }.into_any()
        }
        Sent::Failed(error) => view! { <ErrorNotice error /> }.into_any(),
    }
}

fn links(jobs: Vec<SqlJob>, cluster: &str) -> impl IntoView + use<> {
    let cluster = cluster.to_owned();
    let link = move |job: SqlJob| {
        let to = href::job(&job.name, &cluster, None);
        view! { <p class="sql-started">"Started: "<A href=to attr:data-started=job.id>{job.name}</A></p> }
    };
    jobs.into_iter().map(link).collect_view()
}
