//! Findings: written as they change, never deleted.

use model::{Finding, FindingState, Timestamp};
use sqlx::{Row, SqliteConnection};

use super::rows::{from_json, ms, to_json, to_word};
use super::{Store, StoreError};

/// One page of a job's findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Finding>,
    /// The id to go on after; `None` on the last page.
    pub next: Option<String>,
}

impl Store {
    /// The findings of a job by name, newest first, of one cluster or of all: those in `state`, or in any.
    pub async fn findings(
        &self,
        job: &str,
        cluster: Option<&str>,
        state: Option<FindingState>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page, StoreError> {
        let state = state.map(|s| to_word("finding's state", &s)).transpose()?;
        // An id begins with its time: the order of ids is the order of opening. One row more than asked for says whether
        // there is a next page.
        let rows = sqlx::query(
            "SELECT body FROM findings WHERE job = ?1 AND (?2 IS NULL OR cluster = ?2) AND (?3 IS NULL OR state = ?3)
                 AND (?4 IS NULL OR id < ?4) ORDER BY id DESC LIMIT ?5",
        )
        .bind(job)
        .bind(cluster)
        .bind(state)
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(&self.readers)
        .await?;
        let mut items = rows.iter().map(body).collect::<Result<Vec<Finding>, _>>()?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = if more { items.last().map(|f| f.id.clone()) } else { None };
        Ok(Page { items, next })
    }

    /// Writes findings of one cluster.
    pub async fn put_findings(&self, cluster: &str, findings: &[Finding]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for finding in findings {
            put(&mut tx, cluster, finding).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The open findings of one cluster, and those closed at or after `since`, newest first.
    pub(super) async fn recent_findings(&self, cluster: &str, since: Timestamp) -> Result<Vec<Finding>, StoreError> {
        let sql = "SELECT body FROM findings WHERE cluster = ?1 AND (state = 'open' OR (state = 'closed' AND closed_at >= ?2))
                   ORDER BY closed_at DESC, id DESC";
        let rows = sqlx::query(sql).bind(cluster).bind(since.ms()).fetch_all(&self.readers).await?;
        rows.iter().map(body).collect()
    }
}

pub(super) async fn put(tx: &mut SqliteConnection, cluster: &str, finding: &Finding) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO findings (id, cluster, job, check_name, cause, severity, state, opened_at, closed_at, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, state = excluded.state,
             closed_at = excluded.closed_at, body = excluded.body",
    )
    .bind(&finding.id)
    .bind(cluster)
    .bind(&finding.job)
    .bind(&finding.check)
    .bind(&finding.cause)
    .bind(to_word("finding's severity", &finding.severity)?)
    .bind(to_word("finding's state", &finding.state)?)
    .bind(finding.opened_at.ms())
    .bind(ms(finding.closed_at))
    .bind(to_json("finding", finding)?)
    .execute(tx)
    .await?;
    Ok(())
}

fn body(row: &sqlx::sqlite::SqliteRow) -> Result<Finding, StoreError> {
    from_json("finding", row.try_get("body")?)
}
