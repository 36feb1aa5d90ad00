//! What the parts of the SQL page share: the script, what is known of it, and what runs.

use std::collections::VecDeque;

use leptos::{html, prelude::*};
use model::{
    ApiError,
    sql::{
        Sheet, SqlCatalog, SqlChange, SqlCluster, SqlColumn, SqlExample, SqlFault, SqlView, Statement, Verb,
        is_last_write, statement_at, statements,
    },
};

use super::{caret, check, run, storage};

/// How many rows, and how many changes, are kept of a result.
pub const KEPT: usize = 500;

/// How far the script is checked.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// Not yet.
    Waiting,
    /// It is on its way.
    Running,
    /// As the answer says.
    Done,
    /// The gateway could not be asked.
    Failed(ApiError),
}

/// How far a query is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nothing was run.
    Idle,
    /// It is being planned and submitted.
    Starting,
    /// Its rows come.
    Running,
    /// All its rows came.
    Ended,
    /// Somebody stopped it.
    Stopped,
    /// It could not be started, or it failed.
    Failed(ApiError),
    /// The script is wrong.
    Refused(SqlFault),
}

/// A query's result, as much of it as is kept.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The columns.
    pub columns: Vec<SqlColumn>,
    /// The rows as they are now.
    pub sheet: Sheet,
    /// The last changes with their numbers, newest first.
    pub changes: VecDeque<(u64, SqlChange)>,
    /// How many changes came.
    pub total: u64,
    /// Changes a second, lately.
    pub per_second: f64,
    /// The cluster's job.
    pub job_id: Option<String>,
}

impl Default for Answer {
    fn default() -> Self {
        let (columns, changes) = (Vec::new(), VecDeque::new());
        Answer { columns, sheet: Sheet::new(KEPT), changes, total: 0, per_second: 0.0, job_id: None }
    }
}

/// The signals that the page's parts share.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    /// The clusters to choose from.
    pub clusters: StoredValue<Vec<SqlCluster>>,
    /// The examples to start from.
    pub examples: StoredValue<Vec<SqlExample>>,
    /// The chosen cluster's name; empty where there is none.
    pub cluster: RwSignal<String>,
    /// The text.
    pub script: RwSignal<String>,
    /// What was in the editor before an example took its place.
    pub before: RwSignal<Option<String>>,
    /// Its statements.
    pub statements: Memo<Vec<Statement>>,
    /// How far it is checked.
    pub check: RwSignal<Check>,
    /// The first thing that is wrong, and the text that it was found in.
    pub fault: RwSignal<Option<(SqlFault, String)>>,
    /// Why not all was checked.
    pub note: RwSignal<Option<String>>,
    /// How it would be run.
    pub plan: RwSignal<Option<String>>,
    /// What it may use.
    pub catalog: RwSignal<SqlCatalog>,
    /// How far the query is.
    pub phase: RwSignal<Phase>,
    /// What came of it.
    pub answer: RwSignal<Answer>,
    /// The number of the query that runs; what belongs to an older one is dropped.
    pub turn: RwSignal<u32>,
    /// The query's id at the portal.
    pub run_id: RwSignal<Option<String>>,
    /// The editor's field.
    pub input: NodeRef<html::Textarea>,
    /// The dialog that makes a job of the script.
    pub dialog: NodeRef<html::Dialog>,
    /// How often that dialog was opened.
    pub opened: RwSignal<u32>,
}

impl Desk {
    /// A desk with what the URL asks for on it: a cluster, and an example.
    pub fn new(view: SqlView, cluster: Option<String>, example: Option<String>) -> Desk {
        let cluster = first_cluster(&view, cluster, example.as_deref());
        let embedded = view.clusters.iter().any(|c| c.name == cluster && c.embedded);
        let fitting = |e: &&SqlExample| embedded || !e.embedded_only;
        let named = view.examples.iter().find(|e| example.as_ref() == Some(&e.id));
        let is_asked = named.is_some();
        let script = named.or_else(|| view.examples.iter().find(fitting)).map(|e| e.script.clone()).unwrap_or_default();
        let script = RwSignal::new(script);
        let statements = Memo::new(move |_| script.with(|script| statements(script)));
        let desk = Desk {
            clusters: StoredValue::new(view.clusters),
            examples: StoredValue::new(view.examples),
            cluster: RwSignal::new(cluster),
            script,
            before: RwSignal::new(None),
            statements,
            check: RwSignal::new(Check::Waiting),
            fault: RwSignal::new(None),
            note: RwSignal::new(None),
            plan: RwSignal::new(None),
            catalog: RwSignal::new(SqlCatalog::default()),
            phase: RwSignal::new(Phase::Idle),
            answer: RwSignal::new(Answer::default()),
            turn: RwSignal::new(0),
            run_id: RwSignal::new(None),
            input: NodeRef::new(),
            dialog: NodeRef::new(),
            opened: RwSignal::new(0),
        };
        storage::keep(desk, is_asked);
        check::follow(desk);
        run::stop_with_page(desk);
        desk
    }

    /// Whether the script as a whole starts jobs.
    pub fn is_job(self) -> bool {
        self.statements.with(|all| is_last_write(all))
    }

    /// Whether there is a query to run.
    pub fn has_query(self) -> bool {
        self.statements.with(|all| all.iter().any(|s| matches!(s.verb, Verb::Query | Verb::Look)))
    }

    /// The query that is meant: the one at the caret, else the script's last.
    pub fn target(self) -> Option<Statement> {
        let script = self.script.get_untracked();
        let all = self.statements.get_untracked();
        let is_query = |s: &Statement| matches!(s.verb, Verb::Query | Verb::Look);
        let at_caret = caret::position(self.input, &script).and_then(|at| statement_at(&all, at)).filter(is_query);
        at_caret.or_else(|| all.iter().rev().copied().find(is_query))
    }

    /// The fault, where the text that it was found in is still what stands there.
    pub fn shown_fault(self) -> Option<SqlFault> {
        let script = self.script.get();
        let (fault, checked) = self.fault.get()?;
        let end = fault.end as usize;
        (script.get(..end).is_some() && script.get(..end) == checked.get(..end)).then_some(fault)
    }

    /// Puts an example in the place of the script, which can be had back.
    pub fn open_example(self, id: &str) {
        let found = self.examples.with_value(|all| all.iter().find(|e| e.id == id).map(|e| e.script.clone()));
        let Some(script) = found else { return };
        let now = self.script.get_untracked();
        let is_example = self.examples.with_value(|all| all.iter().any(|e| e.script == now));
        if !now.trim().is_empty() && !is_example {
            self.before.set(Some(now));
        }
        self.script.set(script);
    }
}

/// The cluster that is asked for; else the first on which the example runs and that answers.
fn first_cluster(view: &SqlView, asked: Option<String>, example: Option<&str>) -> String {
    if let Some(name) = asked.filter(|name| view.clusters.iter().any(|c| c.name == *name)) {
        return name;
    }
    let embedded_only = view.examples.iter().any(|e| Some(e.id.as_str()) == example && e.embedded_only);
    let fits = |c: &&SqlCluster| c.trouble.is_none() && (c.embedded || !embedded_only);
    view.clusters.iter().find(fits).or(view.clusters.first()).map(|c| c.name.clone()).unwrap_or_default()
}
