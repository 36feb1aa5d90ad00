//! The clusters that are watched.

use model::{ClusterKind, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::rows::{from_word, to_word};
use super::{Store, StoreError};

/// Who named a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// An embedded zone that the portal starts.
    Zone,
    /// The configuration file.
    Config,
    /// A visitor, by the page or the API.
    User,
}

/// A cluster that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRecord {
    /// Unique over the portal.
    pub name: String,
    /// Whose make it is; as it last said, Flink before it ever answered.
    pub kind: ClusterKind,
    /// The monitoring REST API.
    pub url: String,
    /// The SQL Gateway, where there is one.
    pub gateway_url: Option<String>,
    /// The failure domain it is in.
    pub zone: String,
    /// Who named it.
    pub origin: Origin,
}

impl Store {
    /// All clusters, in the order of their names.
    pub async fn clusters(&self) -> Result<Vec<ClusterRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM clusters ORDER BY name").fetch_all(&self.readers).await?;
        rows.iter().map(record).collect()
    }

    /// Adds a cluster, or replaces what is known of it.
    pub async fn put_cluster(&self, cluster: &ClusterRecord, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO clusters (name, kind, url, gateway_url, zone, origin, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, url = excluded.url,
                 gateway_url = excluded.gateway_url, zone = excluded.zone, origin = excluded.origin",
        )
        .bind(&cluster.name)
        .bind(to_word("cluster's kind", &cluster.kind)?)
        .bind(&cluster.url)
        .bind(&cluster.gateway_url)
        .bind(&cluster.zone)
        .bind(to_word("cluster's origin", &cluster.origin)?)
        .bind(at.ms())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Forgets a cluster with its jobs and cells. Its findings stay.
    pub async fn delete_cluster(&self, name: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM clusters WHERE name = ?").bind(name).execute(&self.writer).await?;
        Ok(())
    }
}

fn record(row: &SqliteRow) -> Result<ClusterRecord, StoreError> {
    Ok(ClusterRecord {
        name: row.try_get("name")?,
        kind: from_word("cluster's kind", row.try_get("kind")?)?,
        url: row.try_get("url")?,
        gateway_url: row.try_get("gateway_url")?,
        zone: row.try_get("zone")?,
        origin: from_word("cluster's origin", row.try_get("origin")?)?,
    })
}
