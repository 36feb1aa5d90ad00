//! The SQL page's services: a script is checked while it is typed, its queries are run, and jobs are made of it, through the
//! SQL gateway of the cluster that is meant, whoever made that cluster.

mod catalog;
mod check;
mod draft;
mod editors;
mod examples;
mod fault;
mod runs;
mod submit;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use model::ApiError;
use model::sql::{SCRIPT_LIMIT, SqlFault, Statement, Verb};

pub use draft::draft;
pub use editors::Editors;
pub use examples::all as examples;
pub use runs::Runs;
pub use submit::submit;

use crate::flink::{Failure, FlinkError, Gateway, Session};
use crate::store::ClusterRecord;

/// At most so many statements of one script are looked at.
const MAX_STATEMENTS: usize = 200;

/// The gateway of a cluster.
///
/// # Errors
/// `cluster_without_gateway`; `cluster_url_invalid`.
pub fn gateway(cluster: &ClusterRecord) -> Result<Gateway, ApiError> {
    let Some(url) = &cluster.gateway_url else {
        return Err(ApiError::user(
            "cluster_without_gateway",
            format!("The cluster {} has no SQL gateway", cluster.name),
            "Remove the cluster and add it again with the address of its gateway, usually port 8083",
        ));
    };
    Ok(Gateway::new(&cluster.name, url)?)
}

/// Refuses a script that is longer than anybody writes.
fn check_length(script: &str, statements: &[Statement]) -> Result<(), ApiError> {
    if script.len() > SCRIPT_LIMIT || statements.len() > MAX_STATEMENTS {
        let limit = format!("{} KiB and {MAX_STATEMENTS} statements", SCRIPT_LIMIT / 1024);
        let message = format!("The script is longer than {limit}");
        return Err(ApiError::user("script_too_long", message, "Split it into several"));
    }
    Ok(())
}

/// Why statements did not all run.
enum Stopped {
    /// One of them is wrong.
    Fault(SqlFault),
    /// The gateway is.
    Gateway(FlinkError),
}

impl Stopped {
    /// What became of `statement`, which was sent after `lines_before` other lines.
    fn by(script: &str, statement: Statement, lines_before: usize, error: FlinkError) -> Stopped {
        match error.failure {
            Failure::Statement(message) => Stopped::Fault(fault::locate(script, statement, lines_before, &message)),
            _ => Stopped::Gateway(error),
        }
    }
}

/// A new session in which every statement of the script that prepares one, up to byte `until`, has been run.
async fn prepared(gateway: &Gateway, script: &str, all: &[Statement], until: usize) -> Result<Session, Stopped> {
    let session = gateway.open_session(&BTreeMap::new()).await.map_err(Stopped::Gateway)?;
    for statement in all.iter().filter(|s| s.start < until && s.verb == Verb::Prepare) {
        if let Err(error) = session.execute(statement.of(script)).await {
            session.close().await;
            return Err(Stopped::by(script, *statement, 0, error));
        }
    }
    Ok(session)
}
