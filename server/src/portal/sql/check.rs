//! One editor's script against one gateway: what prepares the session is run, what reads or writes is only explained.

use std::collections::{BTreeMap, HashMap};

use model::sql::{SqlCatalog, SqlChecked, SqlFault, Statement, Verb, changes_outside};

use super::{Stopped, catalog};
use crate::flink::{Failure, FlinkError, Gateway, Session};

/// At most so many explanations are kept for texts that come back.
const MAX_EXPLAINED: usize = 64;
/// The catalog that every session begins with, and that no other session sees.
const OWN_CATALOG: &str = "default_catalog";

/// A session, and what was done in it.
#[derive(Debug)]
pub struct Checker {
    gateway: Gateway,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    session: Session,
    /// Whether the session began in a catalog that others see, too.
    shared: bool,
    /// What was run in it, in order.
    replayed: Vec<String>,
    /// What the gateway said to texts, as the session is now.
    explained: HashMap<String, Result<String, String>>,
    catalog: Option<SqlCatalog>,
    /// A statement was sent whose end was not seen.
    unsure: bool,
}

impl Checker {
    /// A checker without a session yet.
    pub fn new(gateway: Gateway) -> Self {
        Checker { gateway, open: None }
    }

    /// Checks a script; gives up where `is_stale`.
    ///
    /// # Errors
    /// Where the gateway itself fails.
    pub async fn check(
        &mut self,
        script: &str,
        all: &[Statement],
        is_stale: &(impl Fn() -> bool + Sync),
    ) -> Result<SqlChecked, FlinkError> {
        match self.once(script, all, is_stale).await {
            // A gateway forgets sessions: when it is started anew, or when it finds them idle.
            Err(error) if is_forgotten(&error) => {
                self.open = None;
                self.once(script, all, is_stale).await
            }
            outcome => outcome,
        }
    }

    /// Closes the session.
    pub async fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.session.close().await;
        }
    }

    async fn once(
        &mut self,
        script: &str,
        all: &[Statement],
        is_stale: &(impl Fn() -> bool + Sync),
    ) -> Result<SqlChecked, FlinkError> {
        if !self.open.as_ref().is_some_and(|open| open.goes_on_with(script, all)) {
            self.close().await;
            self.open = Some(Open::new(&self.gateway).await?);
        }
        let Some(open) = self.open.as_mut() else { return Ok(SqlChecked::superseded()) };
        let mut walk = Walk { script, prepared: 0, plan: None, in_set: false, shared: open.shared };
        let (mut fault, mut note) = (None, None);
        for statement in all {
            if is_stale() {
                return Ok(SqlChecked::superseded());
            }
            match walk.step(open, *statement).await {
                Ok(()) => {}
                Err(Halt::Outside) => {
                    note = Some(outside_note(script, *statement));
                    break;
                }
                Err(Halt::Stopped(Stopped::Fault(found))) => {
                    fault = Some(found);
                    break;
                }
                Err(Halt::Stopped(Stopped::Gateway(error))) => return Err(error),
            }
        }
        let catalog = open.catalog().await?;
        Ok(SqlChecked { superseded: false, fault, note, plan: walk.plan, catalog: Some(catalog) })
    }
}

/// Why a check goes no further.
enum Halt {
    /// The statement reaches outside of the session.
    Outside,
    Stopped(Stopped),
}

/// A walk through the statements of a script.
struct Walk<'a> {
    script: &'a str,
    /// How many statements that prepare the session were met.
    prepared: usize,
    plan: Option<String>,
    /// Between `BEGIN STATEMENT SET` and `END`.
    in_set: bool,
    /// Whether the current catalog is one that others see.
    shared: bool,
}

impl Walk<'_> {
    async fn step(&mut self, open: &mut Open, statement: Statement) -> Result<(), Halt> {
        let text = statement.of(self.script);
        match statement.verb {
            Verb::Prepare => self.prepare(open, statement, text).await,
            Verb::Query | Verb::Write | Verb::Unknown => self.explain(open, statement, text).await,
            Verb::OpenSet | Verb::CloseSet => {
                self.in_set = statement.verb == Verb::OpenSet;
                Ok(())
            }
            // It can be neither tried nor explained.
            Verb::Look | Verb::Act => Ok(()),
        }
    }

    async fn prepare(&mut self, open: &mut Open, statement: Statement, text: &str) -> Result<(), Halt> {
        let changes = !begins_with_any(text, &["SET", "RESET", "USE"]);
        if changes_outside(text) || (self.shared && changes) {
            return Err(Halt::Outside);
        }
        let index = self.prepared;
        self.prepared += 1;
        if open.replayed.get(index).is_some_and(|done| done == text) {
            return Ok(());
        }
        open.unsure = true;
        let outcome = open.session.execute(text).await;
        open.unsure = matches!(&outcome, Err(error) if !matches!(error.failure, Failure::Statement(_)));
        outcome.map_err(|error| halt(self.script, statement, 0, error))?;
        open.replayed.push(text.to_owned());
        open.explained.clear();
        open.catalog = None;
        Ok(())
    }

    async fn explain(&mut self, open: &mut Open, statement: Statement, text: &str) -> Result<(), Halt> {
        let (sent, lines_before) = explaining(text);
        let known = open.explained.get(text).cloned();
        let outcome = match known {
            Some(outcome) => outcome,
            None => {
                let outcome = match open.session.execute(&sent).await {
                    Ok(result) => Ok(first_text(&result.rows)),
                    Err(FlinkError { failure: Failure::Statement(message), .. }) if !forgets(&message) => Err(message),
                    Err(error) => return Err(Halt::Stopped(Stopped::Gateway(error))),
                };
                if open.explained.len() >= MAX_EXPLAINED {
                    open.explained.clear();
                }
                open.explained.insert(text.to_owned(), outcome.clone());
                outcome
            }
        };
        match outcome {
            Ok(plan) => {
                self.plan = Some(plan);
                Ok(())
            }
            Err(message) => {
                let fault: SqlFault = super::fault::locate(self.script, statement, lines_before, &message);
                Err(Halt::Stopped(Stopped::Fault(fault)))
            }
        }
    }
}

fn halt(script: &str, statement: Statement, lines_before: usize, error: FlinkError) -> Halt {
    match &error.failure {
        Failure::Statement(message) if forgets(message) => Halt::Stopped(Stopped::Gateway(error)),
        _ => Halt::Stopped(Stopped::by(script, statement, lines_before, error)),
    }
}

/// What to send so that a statement is planned and not run, and how many lines that puts before it.
pub fn explaining(text: &str) -> (String, usize) {
    match text.get(.."EXECUTE".len()) {
        // As long as the word that it takes the place of, so that columns stay.
        Some(word) if word.eq_ignore_ascii_case("EXECUTE") => (format!("EXPLAIN{}", &text["EXECUTE".len()..]), 0),
        _ => (format!("EXPLAIN\n{text}"), 1),
    }
}

fn begins_with_any(text: &str, words: &[&str]) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    words.iter().any(|word| first.eq_ignore_ascii_case(word))
}

fn first_text(rows: &[Vec<serde_json::Value>]) -> String {
    rows.first().and_then(|row| row.first()).and_then(|cell| cell.as_str()).unwrap_or_default().to_owned()
}

fn forgets(message: &str) -> bool {
    message.contains("Session '") && message.contains("does not exist")
}

fn is_forgotten(error: &FlinkError) -> bool {
    match &error.failure {
        Failure::Statement(message) | Failure::Status { message, .. } => forgets(message),
        _ => false,
    }
}

fn outside_note(script: &str, statement: Statement) -> String {
    let line = script[..statement.start].matches('\n').count() + 1;
    format!(
        "Checked up to line {line}. What stands there reaches outside of this editor's session, so it is not tried while \
         you type; it is run with the script."
    )
}

impl Open {
    async fn new(gateway: &Gateway) -> Result<Open, FlinkError> {
        let session = gateway.open_session(&BTreeMap::new()).await?;
        // An engine that does not know the question has the one catalog.
        let current = session.execute("SHOW CURRENT CATALOG").await;
        let shared = current.is_ok_and(|current| first_text(&current.rows) != OWN_CATALOG);
        let (replayed, explained) = (Vec::new(), HashMap::new());
        Ok(Open { session, shared, replayed, explained, catalog: None, unsure: false })
    }

    /// Whether the session can be used for this script: what was run in it is how the script begins, and nothing that is
    /// explained stands before something that is run.
    fn goes_on_with(&self, script: &str, all: &[Statement]) -> bool {
        let prepares = all.iter().filter(|s| s.verb == Verb::Prepare);
        let begins = self.replayed.len() <= prepares.clone().count()
            && prepares.zip(&self.replayed).all(|(statement, done)| statement.of(script) == done);
        let explains = |s: &Statement| matches!(s.verb, Verb::Query | Verb::Write | Verb::Unknown);
        let first = all.iter().position(explains).unwrap_or(all.len());
        let in_order = !all[first..].iter().any(|s| s.verb == Verb::Prepare);
        begins && in_order && !self.unsure
    }

    async fn catalog(&mut self) -> Result<SqlCatalog, FlinkError> {
        match &self.catalog {
            Some(known) => Ok(known.clone()),
            None => {
                let read = catalog::read(&self.session).await?;
                Ok(self.catalog.insert(read).clone())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{explaining, outside_note};

    #[test]
    fn a_statement_is_explained_in_its_place() {
        assert_eq!(explaining("SELECT 1"), ("EXPLAIN\nSELECT 1".into(), 1));
        let set = "execute STATEMENT SET BEGIN INSERT INTO t SELECT 1; END";
        assert_eq!(explaining(set), ("EXPLAIN STATEMENT SET BEGIN INSERT INTO t SELECT 1; END".into(), 0));
    }

    #[test]
    fn the_note_says_how_far_it_was_checked() {
        let script = "SELECT 1;\nUSE CATALOG hive;";
        let note = outside_note(script, model::sql::statements(script)[1]);
        assert!(note.starts_with("Checked up to line 2."), "{note}");
    }
}
