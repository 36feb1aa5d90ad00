//! What the watcher must not forget: written in one transaction an evaluation, read back when the portal starts.

use std::collections::{BTreeMap, VecDeque};

use model::{Cell, Finding, FindingState, Timestamp};
use sqlx::{Row, SqliteConnection};

use super::rows::{from_json, from_word, ms, to_json, to_word};
use super::{Store, StoreError, findings};
use crate::watch::{
    CLOSED_SHOWN, CLOSED_SHOWN_MS, CellChange, Changes, ClusterWatch, Grid, JobWatch, Open, first_minute,
};

impl Store {
    /// Makes one evaluation of one cluster durable, all of it or nothing.
    pub async fn apply(&self, cluster: &str, changes: &Changes, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for job in &changes.jobs {
            put_job(&mut tx, cluster, job).await?;
        }
        for finding in &changes.findings {
            findings::put(&mut tx, cluster, finding).await?;
        }
        for change in &changes.cells {
            put_cell(&mut tx, cluster, change).await?;
        }
        for job in &changes.forgotten {
            sqlx::query("DELETE FROM jobs WHERE cluster = ? AND name = ?")
                .bind(cluster)
                .bind(job)
                .execute(&mut *tx)
                .await?;
        }
        let oldest = first_minute(at).ms();
        sqlx::query("DELETE FROM cells WHERE minute < ?").bind(oldest).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// The watcher of a cluster as it was when the portal stopped, however that came about.
    pub async fn load_watch(&self, cluster: &str, at: Timestamp) -> Result<ClusterWatch, StoreError> {
        let mut jobs = self.load_jobs(cluster).await?;
        for finding in self.recent_findings(cluster, at.plus_ms(-CLOSED_SHOWN_MS)).await? {
            if let Some(job) = jobs.get_mut(&finding.job) {
                place(job, finding);
            }
        }
        self.load_grids(cluster, at, &mut jobs).await?;
        Ok(ClusterWatch { jobs })
    }

    async fn load_jobs(&self, cluster: &str) -> Result<BTreeMap<String, JobWatch>, StoreError> {
        let rows = sqlx::query("SELECT * FROM jobs WHERE cluster = ?").bind(cluster).fetch_all(&self.readers).await?;
        let mut jobs = BTreeMap::new();
        for row in rows {
            let name: String = row.try_get("name")?;
            let job = JobWatch {
                name: name.clone(),
                id: row.try_get("id")?,
                status: row.try_get("status")?,
                verdict: from_word("job's verdict", row.try_get("verdict")?)?,
                score: row.try_get("score")?,
                started_at: row.try_get::<Option<i64>, _>("started_at")?.map(Timestamp),
                seen_at: Timestamp(row.try_get("seen_at")?),
                gone_since: row.try_get::<Option<i64>, _>("gone_since")?.map(Timestamp),
                unknown: from_json("job's unknown checks", row.try_get("unknown")?)?,
                open: BTreeMap::new(),
                closed: VecDeque::new(),
                grid: Grid::default(),
            };
            jobs.insert(name, job);
        }
        Ok(jobs)
    }

    async fn load_grids(
        &self,
        cluster: &str,
        at: Timestamp,
        jobs: &mut BTreeMap<String, JobWatch>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT r.*, c.minute, c.verdict, c.value FROM grid_rows r
                   JOIN cells c ON c.cluster = r.cluster AND c.job = r.job AND c.key = r.key
                   WHERE r.cluster = ? AND c.minute >= ? ORDER BY r.job, r.position, r.key, c.minute";
        let rows = sqlx::query(sql).bind(cluster).bind(first_minute(at).ms()).fetch_all(&self.readers).await?;
        for row in rows {
            let Some(job) = jobs.get_mut(row.try_get::<&str, _>("job")?) else { continue };
            let minute = Timestamp(row.try_get("minute")?);
            let cell = Cell {
                minute,
                verdict: from_word("cell's verdict", row.try_get("verdict")?)?,
                value: row.try_get("value")?,
            };
            let key: String = row.try_get("key")?;
            if job.grid.rows.last().is_none_or(|last| last.key != key) {
                job.grid.rows.push(crate::watch::Row {
                    key,
                    position: row.try_get("position")?,
                    check: row.try_get("check_name")?,
                    subject: from_json("grid row's subject", row.try_get("subject")?)?,
                    unit: row.try_get("unit")?,
                    threshold: row.try_get("threshold")?,
                    cells: BTreeMap::new(),
                });
            }
            if let Some(last) = job.grid.rows.last_mut() {
                last.cells.insert(minute, cell);
            }
        }
        Ok(())
    }
}

fn place(job: &mut JobWatch, finding: Finding) {
    match finding.state {
        FindingState::Open => {
            job.open.insert(finding.key(), Open::new(finding, job.seen_at));
        }
        FindingState::Closed if job.closed.len() < CLOSED_SHOWN => job.closed.push_back(finding),
        FindingState::Closed => {}
    }
}

async fn put_job(tx: &mut SqliteConnection, cluster: &str, job: &JobWatch) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO jobs (cluster, name, id, status, verdict, score, started_at, seen_at, gone_since, unknown)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (cluster, name) DO UPDATE SET id = excluded.id, status = excluded.status,
             verdict = excluded.verdict, score = excluded.score, started_at = excluded.started_at,
             seen_at = excluded.seen_at, gone_since = excluded.gone_since, unknown = excluded.unknown",
    )
    .bind(cluster)
    .bind(&job.name)
    .bind(&job.id)
    .bind(&job.status)
    .bind(to_word("job's verdict", &job.verdict)?)
    .bind(job.score)
    .bind(ms(job.started_at))
    .bind(job.seen_at.ms())
    .bind(ms(job.gone_since))
    .bind(to_json("job's unknown checks", &job.unknown)?)
    .execute(tx)
    .await?;
    Ok(())
}

async fn put_cell(tx: &mut SqliteConnection, cluster: &str, change: &CellChange) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO grid_rows (cluster, job, key, position, check_name, subject, unit, threshold)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (cluster, job, key) DO UPDATE SET position = excluded.position, subject = excluded.subject,
             unit = excluded.unit, threshold = excluded.threshold",
    )
    .bind(cluster)
    .bind(&change.job)
    .bind(&change.row.key)
    .bind(change.row.position)
    .bind(&change.row.check)
    .bind(to_json("grid row's subject", &change.row.subject)?)
    .bind(&change.row.unit)
    .bind(change.row.threshold)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO cells (cluster, job, key, minute, verdict, value) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (cluster, job, key, minute) DO UPDATE SET verdict = excluded.verdict, value = excluded.value",
    )
    .bind(cluster)
    .bind(&change.job)
    .bind(&change.row.key)
    .bind(change.cell.minute.ms())
    .bind(to_word("cell's verdict", &change.cell.verdict)?)
    .bind(change.cell.value)
    .execute(tx)
    .await?;
    Ok(())
}
