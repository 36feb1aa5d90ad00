//! Plans of statements, and statements that are refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fake;
mod fuzz;

use std::{fs, path::PathBuf};

use super::{
    Binder, JobConfig,
    explain::plan_text,
    script::{self, JobScript},
    session::{Answer, Session},
};
use crate::syntax::{SqlError, parse, split_statements};
use fake::Fake;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/planner/tests")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

/// A session with the tables of `tables.sql`.
fn session() -> Session {
    let mut session = Session::default();
    let tables = read("tables.sql");
    for part in split_statements(&tables).unwrap() {
        session.run(&part.parse().unwrap(), part.text, &Fake).unwrap();
    }
    session
}

/// The plan of a statement.
fn plan(session: &Session, text: &str) -> Result<String, SqlError> {
    let statement = parse(text)?;
    let config = JobConfig::read(&session.settings)?;
    let work = script::bind(&statement, &Binder::new(&session.catalog, &config))?;
    let nodes = script::nodes(work, &config, &Fake, Some(script::nowhere()))?;
    Ok(plan_text(&nodes, true))
}

/// `plans.txt`: a title, a statement, and its plan. `UPDATE_PLANS=1` writes what the plans are now.
#[test]
fn statements_have_their_plans() {
    let session = session();
    let (mut written, mut failures) = (String::new(), Vec::new());
    let text = read("plans.txt");
    for block in text.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let (title, rest) = block.trim().split_once('\n').unwrap();
        let (statement, expected) = rest.split_once('\n').unwrap_or((rest, ""));
        let got = plan(&session, statement).unwrap_or_else(|error| panic!("{title}: {error}"));
        let got = got.trim_end();
        if got != expected {
            failures.push(format!("{title}\n{statement}\n{got}\n  instead of\n{expected}"));
        }
        written.push_str(&format!("{title}\n{statement}\n{got}\n\n"));
    }
    if std::env::var_os("UPDATE_PLANS").is_some() {
        fs::write(folder().join("plans.txt"), written).unwrap();
    } else {
        assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    }
}

/// `refused.txt`: a statement, and behind ` ==> ` why it is refused. `UPDATE_PLANS=1` writes what is said now.
#[test]
fn statements_are_refused_with_the_reason_and_the_place() {
    let (mut written, mut failures) = (String::new(), Vec::new());
    let text = read("refused.txt");
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (statement, expected) = line.split_once(" ==> ").unwrap_or((line, ""));
        let mut session = session();
        let answer = parse(statement).and_then(|parsed| session.run(&parsed, statement, &Fake));
        let got = match answer {
            Ok(_) => "not refused".into(),
            Err(error) => error.to_string().replace('\n', "\\n"),
        };
        if got != expected {
            failures.push(format!("{statement}\n  {got}\n  instead of\n  {expected}"));
        }
        written.push_str(&format!("{statement} ==> {got}\n"));
    }
    if std::env::var_os("UPDATE_PLANS").is_some() {
        fs::write(folder().join("refused.txt"), written).unwrap();
    } else {
        assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    }
}

fn job(session: &mut Session, text: &str) -> JobScript {
    match session.run(&parse(text).unwrap(), text, &Fake).unwrap() {
        Answer::Insert(script) | Answer::Query(script, _) => *script,
        other => panic!("{other:?}"),
    }
}

/// Planned again from its script alone, a job is the same: names, ids, uids.
#[test]
fn a_script_is_planned_again_to_the_same_job() {
    let mut session = session();
    session.set("pipeline.name", "it's mine").unwrap();
    for text in ["CREATE DATABASE d", "CREATE VIEW d.v AS SELECT product, id FROM orders WHERE id > 1", "USE d"] {
        session.run(&parse(text).unwrap(), text, &Fake).unwrap();
    }
    let into =
        "INSERT INTO `default_catalog`.`default_database`.printed SELECT product, COUNT(*) FROM v GROUP BY product";
    let script = job(&mut session, into);
    let stored: JobScript = serde_json::from_str(&serde_json::to_string(&script).unwrap()).unwrap();
    assert_eq!(stored, script);
    let identity = |script: &JobScript| {
        let plan = script.plan(&Fake, None).unwrap();
        let vertex = |vertex: &crate::runtime::graph::Vertex| {
            let uids: Vec<String> = vertex.operators.iter().map(|operator| operator.uid.clone()).collect();
            (vertex.id.clone(), vertex.name.clone(), uids)
        };
        (plan.name, plan.graph.vertices.iter().map(vertex).collect::<Vec<_>>())
    };
    let (name, vertices) = identity(&script);
    assert_eq!(identity(&stored), (name.clone(), vertices.clone()));
    assert_eq!(name, "it's mine");
    let names: Vec<&str> = vertices.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["Source: orders[1] -> WatermarkAssigner[2] -> Calc[3]", "GroupAggregate[5] -> Sink: printed[6]"]
    );
}

/// The uids of the operators that keep state, by their names without numbers.
fn uids(script: &JobScript) -> Vec<(String, String)> {
    let plan = script.plan(&Fake, None).unwrap();
    let operators = plan.graph.vertices.iter().flat_map(|vertex| &vertex.operators);
    let own = operators.filter(|operator| operator.name.contains("Aggregate") || operator.name.contains("Sink"));
    own.map(|operator| (operator.name.split('[').next().unwrap().to_owned(), operator.uid.clone())).collect()
}

#[test]
fn state_is_found_again_after_other_parts_were_edited() {
    let set = |inserts: &[&str]| format!("EXECUTE STATEMENT SET BEGIN {}; END", inserts.join("; "));
    let one = "INSERT INTO printed SELECT product, COUNT(*) FROM orders GROUP BY product";
    let other = "INSERT INTO upserted SELECT how, COUNT(*) FROM payments GROUP BY how";
    let of = |inserts: &[&str]| uids(&job(&mut session(), &set(inserts)));
    let before = of(&[one]);
    assert_eq!(before.len(), 2);
    let same = |after: &[(String, String)]| before.iter().all(|uid| after.contains(uid));
    // Another statement before it, another filter, another column on the way.
    assert!(same(&of(&[other, one])));
    assert!(same(&of(&[&one.replace("GROUP BY", "WHERE id > 3 GROUP BY")])));
    assert!(same(&of(&[&one.replace("FROM orders", "FROM (SELECT product, UPPER(currency) FROM orders)")])));
    // What is kept is another thing.
    assert!(!same(&of(&[&one.replace("COUNT(*)", "SUM(id)").replace("SUM(id)", "CAST(SUM(id) AS BIGINT)")])));
    assert!(!same(&of(&[&one.replace("product", "currency")])));
    // Equal ones are told apart.
    let twice = of(&[one, one]);
    let distinct: std::collections::BTreeSet<_> = twice.iter().collect();
    assert_eq!(distinct.len(), twice.len());
}

#[test]
fn what_two_statements_read_is_read_once() {
    let text = "EXECUTE STATEMENT SET BEGIN INSERT INTO printed SELECT product, COUNT(*) FROM orders GROUP BY product; \
                INSERT INTO printed SELECT product, COUNT(*) FROM orders GROUP BY product; END";
    let plan = job(&mut session(), text).plan(&Fake, None).unwrap();
    let names: Vec<&str> = plan.graph.vertices.iter().map(|vertex| vertex.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Source: orders[1] -> WatermarkAssigner[2] -> Calc[3]",
            "GroupAggregate[5]",
            "Sink: printed[6]",
            "Sink: printed[7]"
        ]
    );
}
