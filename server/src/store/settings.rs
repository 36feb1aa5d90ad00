//! Single values.

use super::{Store, StoreError};

impl Store {
    /// A stored value.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found = sqlx::query_scalar("SELECT value FROM settings WHERE key = ?").bind(key);
        Ok(found.fetch_optional(&self.readers).await?)
    }

    /// Stores a value in place of the one before.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        sqlx::query(sql).bind(key).bind(value).execute(&self.writer).await?;
        Ok(())
    }
}
