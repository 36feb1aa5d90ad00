//! `EXPLAIN`'s text as a tree that can be laid out.

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanNode {
    /// How deep it stands: what feeds a step stands one deeper, beneath it.
    pub depth: usize,
    /// What it does: `GroupAggregate`.
    pub name: String,
    /// How: `groupBy=[id], select=[id, COUNT(*) AS c]`.
    pub detail: String,
}

/// The steps of the plan that would be run, as the gateway lists them; none where the text has no such part.
pub fn plan_nodes(explained: &str) -> Vec<PlanNode> {
    section(explained).lines().filter_map(node).collect()
}

/// What stands under the heading that says most of what will happen.
fn section(explained: &str) -> &str {
    const HEADINGS: [&str; 3] =
        ["== Optimized Execution Plan ==", "== Physical Execution Plan ==", "== Optimized Physical Plan =="];
    let under = |heading: &&str| {
        let rest = explained.split_once(*heading)?.1;
        Some(rest.split_once("\n== ").map_or(rest, |(section, _)| section))
    };
    HEADINGS.iter().find_map(under).unwrap_or_default()
}

fn node(line: &str) -> Option<PlanNode> {
    const STEP: usize = 3;
    let text = line.trim_start_matches([' ', '+', '-', ':', '|']).trim_end();
    if text.is_empty() {
        return None;
    }
    let depth = (line.trim_end().len() - text.len()) / STEP;
    let (name, detail) = match text.split_once('(') {
        Some((name, rest)) => (name.trim_end(), rest.strip_suffix(')').unwrap_or(rest)),
        None => (text, ""),
    };
    Some(PlanNode { depth, name: name.into(), detail: detail.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(explained: &str, expect: &[(usize, &str, &str)]) {
        let nodes = plan_nodes(explained);
        let found: Vec<_> = nodes.iter().map(|n| (n.depth, n.name.as_str(), n.detail.as_str())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn reads_flinks_execution_plan() {
        check(
            "== Abstract Syntax Tree ==\nLogicalX\n\n== Optimized Physical Plan ==\nY\n\n== Optimized Execution Plan ==\nJoin(on=[a = b])\n:- Exchange(distribution=[hash[a]])\n:  +- Calc(select=[f(x)])\n+- Scan\n\n== More ==\nZ",
            &[
                (0, "Join", "on=[a = b]"),
                (1, "Exchange", "distribution=[hash[a]]"),
                (2, "Calc", "select=[f(x)]"),
                (1, "Scan", ""),
            ],
        );
    }

    #[test]
    fn reads_the_embedded_engines_plan() {
        check(
            "== Physical Execution Plan ==\nSource: a (parallelism 2)\n   Calc(x)\n   | HASH\nSink: b (parallelism 1)",
            &[(0, "Source: a", "parallelism 2"), (1, "Calc", "x"), (1, "HASH", ""), (0, "Sink: b", "parallelism 1")],
        );
    }

    #[test]
    fn a_text_without_a_plan_has_none() {
        check("", &[]);
        check("== Abstract Syntax Tree ==\nX", &[]);
    }
}
