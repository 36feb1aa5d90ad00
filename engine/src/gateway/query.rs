//! A `SELECT` whose job runs: its rows, a page at a time.

use std::sync::{Arc, Mutex, PoisonError};

use super::results::{Page, QueryRows, RowFormat};
use crate::{
    host::{Job, status::JobStatus},
    types::{RowKind, Schema, Value},
};

/// The most rows of a page.
const PAGE_ROWS: usize = 1000;

/// A query.
pub struct Query {
    /// Its job.
    pub job: Arc<Job>,
    /// The columns of its rows.
    pub schema: Schema,
    /// The session's time zone.
    pub zone: jiff::tz::TimeZone,
    /// The page that was answered last: it can be asked for again.
    last: Mutex<Option<(u64, Rows)>>,
}

type Rows = Vec<(RowKind, Vec<Value>)>;

impl Query {
    /// The query of a job.
    pub fn new(job: Arc<Job>, schema: Schema, zone: jiff::tz::TimeZone) -> Self {
        Self { job, schema, zone, last: Mutex::default() }
    }

    /// The page at `token`: the one answered last again, or the next; `None` where that is not there yet. `uri` names the
    /// page of a token.
    ///
    /// # Errors
    /// The stack trace of the job's failure, or of a token that is neither.
    pub fn page(&self, token: u64, format: RowFormat, uri: impl Fn(u64) -> String) -> Result<Option<Page>, String> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let show = |rows: &[_], next: Option<String>| {
            let rows = QueryRows { schema: &self.schema, rows, zone: &self.zone };
            Page::of_query(&self.job.id, &rows, format, next).map(Some)
        };
        let expected = match &*last {
            Some((answered, rows)) if *answered == token => return show(rows, Some(uri(token + 1))),
            Some((answered, _)) => answered + 1,
            None => 0,
        };
        if token != expected {
            return Err(format!(
                "org.apache.flink.table.gateway.service.utils.SqlExecutionException: Expecting token to be {expected}, but \
                 found {token}."
            ));
        }
        // The status first: rows come before the end.
        let status = self.job.status();
        let rows = self.job.rows.take(PAGE_ROWS);
        if !rows.is_empty() {
            let page = show(&rows, Some(uri(token + 1)));
            *last = Some((token, rows));
            return page;
        }
        match status {
            JobStatus::Failed => Err(self.job.failure_stack()),
            status if status.is_terminal() => show(&[], None),
            _ => Ok(None),
        }
    }
}
